import { printable } from '../../shared/model/base/invisible-characters.ts';
import { count, number } from '../../shared/model/base/text/numbers.ts';
import { nodeCount } from '../../shared/model/cluster/cni-gauges.ts';
import { knownMaximum } from '../../shared/model/cluster/group-sizes.ts';
import type {
  CapacityAssessment,
  ClusterAssessment,
  CommittedDemand,
  MoreNodes,
  ZoneCapacity,
  ZoneFailover,
} from '../../shared/model/result/cluster.ts';
import { checkAll } from '../base/all-problems.ts';
import type { AddCommand } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import { type Io, paint } from '../base/io.ts';
import { addFilterOptions, type Filters, filterDocument } from '../input/filters.ts';
import { addKubernetesOptions } from '../input/kubernetes-options.ts';
import type { OutputOptions } from '../input/output-options.ts';
import {
  addTargetOptions,
  checkTargetOptions,
  coverageExit,
  type ScanOptions,
} from '../input/scan-options.ts';
import { type ListingColumn, listingTable } from '../output/listing.ts';
import type { ClustersDocument } from '../output/listing-documents.ts';
import { noClusters, renderProblems } from '../output/scan-table.ts';
import { wholeNumber } from '../output/table.ts';
import { watching } from '../output/watch.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

interface Room {
  readonly subnet: CapacityAssessment;
  readonly type: string | null;
  readonly nodes: number | null;
  readonly error: string | null;
}

interface ZoneRoom {
  readonly zone: ZoneCapacity;
  readonly more: MoreNodes | null;
}

/** One row for each subnet and instance type. */
const roomsOf = (capacity: readonly CapacityAssessment[]): Room[] =>
  capacity.flatMap((subnet): Room[] =>
    subnet.moreNodes.length === 0
      ? [{ subnet, type: null, nodes: null, error: null }]
      : subnet.moreNodes.map(({ instanceType, nodes, error }) => ({
          subnet,
          type: instanceType,
          nodes,
          error,
        })),
  );

/** One line for each subnet and instance type of a cluster, or for a cluster of which neither is known. */
interface ClusterRoom {
  readonly cluster: ClusterAssessment;
  readonly room: Room | null;
}

const ROOM_COLUMNS: readonly ListingColumn<ClusterRoom>[] = [
  { title: 'CLUSTER', shortest: 12, cell: ({ cluster }) => cluster.clusterName },
  { title: 'ZONE', leaveOut: 2, cell: ({ room }) => room?.subnet.availabilityZone ?? null },
  {
    title: 'MORE PODS',
    align: 'right',
    cell: ({ room }) => wholeNumber(room?.subnet.morePods),
    value: ({ room }) => room?.subnet.morePods ?? null,
    style: ({ room }) => (room?.subnet.morePods === 0 ? 'red' : null),
  },
  { title: 'TYPE', leaveOut: 3, cell: ({ room }) => room?.type ?? null },
  {
    title: 'MORE NODES',
    align: 'right',
    cell: ({ room }) => wholeNumber(room?.nodes),
    value: ({ room }) => room?.nodes ?? null,
    style: ({ room }) => (room?.nodes === 0 ? 'red' : null),
  },
  { title: 'AT ONE MORE', leaveOut: 4, cell: ({ room }) => room?.error ?? null },
  { title: 'REGION', leaveOut: 5, cell: ({ cluster }) => cluster.region },
  { title: 'ACCOUNT', leaveOut: 6, cell: ({ cluster }) => cluster.accountId },
  { title: 'MODE', wide: true, cell: ({ cluster }) => cluster.mode },
  {
    title: 'NODES',
    wide: true,
    align: 'right',
    cell: ({ cluster }) => wholeNumber(nodeCount(cluster)),
    value: ({ cluster }) => nodeCount(cluster),
  },
  { title: 'VPC', wide: true, cell: ({ cluster }) => cluster.vpcId },
  { title: 'SUBNET', leaveOut: 1, cell: ({ room }) => room?.subnet.subnetId ?? null },
];

const podsLeft = ({ room }: ClusterRoom): number => room?.subnet.morePods ?? Number.POSITIVE_INFINITY;

/** The least room first. */
const clusterRooms = (clusters: readonly ClusterAssessment[]): readonly ClusterRoom[] =>
  clusters
    .flatMap((cluster): ClusterRoom[] => {
      const rooms = roomsOf(cluster.capacity);
      return rooms.length === 0 ? [{ cluster, room: null }] : rooms.map((room) => ({ cluster, room }));
    })
    .toSorted((a, b) => (podsLeft(a) < podsLeft(b) ? -1 : podsLeft(a) > podsLeft(b) ? 1 : 0));

const traits = (cluster: ClusterAssessment): string =>
  [
    `${cluster.mode} mode`,
    ...(cluster.cni === 'cilium-eni' ? ['Cilium in ENI mode'] : []),
    ...(cluster.cni === 'overlay' ? ['an overlay network for pods'] : []),
    ...(cluster.customNetworking ? ['custom networking'] : []),
    ...(cluster.securityGroupsForPods ? ['security groups for pods'] : []),
    ...(cluster.autoMode ? ['Auto Mode'] : []),
    ...(cluster.version === null ? [] : [`version ${cluster.version}`]),
    cluster.source === 'eks' ? 'EKS' : 'known by tags only',
  ].join(', ');

/** `services 172.20.0.0/16 (65,534 addresses)`. */
const serviceText = ({ serviceRange }: ClusterAssessment): string | null => {
  if (serviceRange == null) return null;
  const { addresses, ipv4, ipv6 } = serviceRange;
  const size = addresses === null ? '' : ` (${count(addresses, 'address')})`;
  return `services ${[ipv4, ipv6].filter((range) => range !== null).join(', ')}${size}`;
};

/** Enough of an error code of EC2 to know it. */
const CODE = 16;

const tableOf = <Row>(io: Io, columns: readonly ListingColumn<Row>[], rows: readonly Row[]): string =>
  listingTable(io, { columns, rows }, { wide: false, headers: true });

const renderCluster = (io: Io, cluster: ClusterAssessment): string => {
  const dye = paint(io);
  const { gauges } = cluster;
  const parts = [
    `${dye('bold', printable(cluster.clusterName))}  ${printable(`${cluster.accountId}  ${cluster.region}  ${cluster.vpcId ?? ''}`)}  ${dye('dim', printable(traits(cluster)))}\n`,
    `nodes ${wholeNumber(nodeCount(cluster)) ?? '-'}  interfaces ${wholeNumber(gauges.eniAllocated) ?? '-'} of ${wholeNumber(gauges.eniMaxAvailable) ?? '-'}  ` +
      `addresses ${wholeNumber(gauges.totalIPAddresses) ?? '-'} of ${wholeNumber(gauges.maxIPAddresses) ?? '-'}  prefixes ${wholeNumber(gauges.totalIPv4Prefixes) ?? '-'}\n`,
  ];
  const services = serviceText(cluster);
  if (services !== null) parts.push(`${services}\n`);
  const rooms = roomsOf(cluster.capacity);
  if (rooms.length > 0) {
    parts.push(
      tableOf<Room>(
        io,
        [
          { title: 'ZONE', leaveOut: 2, cell: ({ subnet }) => subnet.availabilityZone },
          { title: 'MORE PODS', align: 'right', cell: ({ subnet }) => wholeNumber(subnet.morePods) },
          { title: 'TYPE', cell: ({ type }) => type },
          { title: 'MORE NODES', align: 'right', cell: ({ nodes }) => wholeNumber(nodes) },
          { title: 'AT ONE MORE', shortest: CODE, cell: ({ error }) => error },
          { title: 'SUBNET', cell: ({ subnet }) => subnet.subnetId },
        ],
        rooms,
      ),
    );
  }
  // One subnet a zone says it all already.
  if (cluster.zones.some(({ subnetIds }) => subnetIds.length > 1)) {
    parts.push(
      tableOf<ZoneRoom>(
        io,
        [
          { title: 'ZONE', cell: ({ zone }) => zone.availabilityZone },
          { title: 'SUBNETS', align: 'right', cell: ({ zone }) => wholeNumber(zone.subnetIds.length) },
          { title: 'MORE PODS', align: 'right', cell: ({ zone }) => wholeNumber(zone.morePods) },
          { title: 'TYPE', cell: ({ more }) => more?.instanceType ?? null },
          { title: 'MORE NODES', align: 'right', cell: ({ more }) => wholeNumber(more?.nodes ?? null) },
          { title: 'AT ONE MORE', shortest: CODE, cell: ({ more }) => more?.error ?? null },
        ],
        cluster.zones.flatMap((zone): ZoneRoom[] =>
          zone.moreNodes.length === 0
            ? [{ zone, more: null }]
            : zone.moreNodes.map((more) => ({ zone, more })),
        ),
      ),
    );
  }
  if (cluster.committed.length > 0) {
    parts.push(
      tableOf<CommittedDemand>(
        io,
        [
          { title: 'GROUP', shortest: 12, cell: ({ group }) => group },
          { title: 'NODES', align: 'right', cell: ({ currentNodes }) => wholeNumber(currentNodes) },
          { title: 'MAXIMUM', align: 'right', cell: (group) => wholeNumber(knownMaximum(group)) },
          { title: 'FIT', align: 'right', cell: ({ fits }) => wholeNumber(fits) },
          {
            title: 'SHORT OF',
            align: 'right',
            cell: ({ shortfall }) => wholeNumber(shortfall),
            style: ({ shortfall }) => (shortfall !== null && shortfall > 0 ? 'red' : null),
          },
          { title: 'THEN', shortest: CODE, cell: ({ error }) => error },
          { title: 'FULL', align: 'right', cell: ({ whenFull }) => wholeNumber(whenFull?.fits) },
          { title: 'THEN', shortest: CODE, cell: ({ whenFull }) => whenFull?.error ?? null },
        ],
        cluster.committed,
      ),
    );
  }
  if (cluster.zoneFailover !== undefined && cluster.zoneFailover.length > 0) {
    parts.push(
      tableOf<ZoneFailover>(
        io,
        [
          { title: 'IF GONE', cell: ({ lostZones }) => lostZones.join(', ') },
          { title: 'NODES', align: 'right', cell: ({ lostNodes }) => wholeNumber(lostNodes) },
          { title: 'FIT ELSEWHERE', align: 'right', cell: ({ fits }) => wholeNumber(fits) },
          {
            title: 'SHORT OF',
            align: 'right',
            cell: ({ shortfall }) =>
              shortfall !== null && shortfall > 0 ? dye('red', number(shortfall)) : wholeNumber(shortfall),
          },
          { title: 'THEN', shortest: CODE, cell: ({ error }) => error },
          {
            title: 'SHORT AT MAXIMUM',
            align: 'right',
            cell: ({ atMaximum }) => wholeNumber(atMaximum?.shortfall),
          },
        ],
        cluster.zoneFailover,
      ),
    );
  }
  const reasons = [...new Set(cluster.unknowns.map(({ reason }) => reason))];
  parts.push(reasons.map((reason) => `${dye('yellow', 'unknown')}  ${printable(reason)}\n`).join(''));
  return parts.filter((part) => part !== '').join('\n');
};

/** `headroom clusters`: what each cluster holds, and how much more fits. */
export const addClustersCommand: AddCommand = (program, session) => {
  addKubernetesOptions(addFilterOptions(addTargetOptions(program.command('clusters'), { format: 'rows' })))
    .description('what each cluster uses, how many more pods and nodes fit, and what fails first')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom clusters --cluster shop
  $ headroom clusters --output wide                   one line for each subnet and instance type
  $ headroom clusters --output json | jq '.clusters[].committed[] | select(.shortfall > 0)'

MORE PODS: how many more the nodes that run can give an address of this subnet. MORE NODES: how many start in it.

FIT: how many of the nodes that a group may still start fit, if every group scales to its maximum. FULL says how
many of all its nodes find every address they want, if each then runs as many pods as the kubelet admits.

IF GONE: what happens if a zone fails, or two. FIT ELSEWHERE says how many of the nodes there start in the other
zones, while all clusters of the account move at once. SHORT AT MAXIMUM: nodes missing if groups also grow.
`,
    )
    .action(async (options: ScanOptions & OutputOptions & Filters) => {
      checkAll(
        () => checkTargetOptions(options),
        () => checkOutputOptions(options, ROOM_COLUMNS),
      );
      const { io } = session;
      await watching(session, options, async () => {
        const { scanToDocument } = await import('../input/scanned-estate.ts');
        const { document: whole, assessments } = await scanToDocument(options, session);
        const document = filterDocument(whole, options);
        const { schema, scannedAt, targets, clusters } = document;
        await writeListing(io, options, {
          document: { schema, scannedAt, targets, clusters } satisfies ClustersDocument,
          listing: {
            columns: ROOM_COLUMNS,
            rows: clusterRooms(clusters),
            nameOf: ({ cluster }) => cluster.clusterName,
          },
          text: () =>
            `${clusters.length === 0 ? noClusters(document) : clusters.map((cluster) => renderCluster(io, cluster)).join('\n')}${renderProblems(io, document)}`,
          notes: () => renderProblems(io, document),
        });
        session.exit(coverageExit(assessments) ?? EXIT.ok);
      });
    });
};
