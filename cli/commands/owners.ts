import { Option } from 'commander';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { shorten } from '../../shared/model/base/text/names.ts';
import { number, percentOf } from '../../shared/model/base/text/numbers.ts';
import {
  POD_LEVELS,
  type PodLevel,
  type PodPart,
  splitByPods,
} from '../../shared/model/kubernetes/owner-pods.ts';
import { takenSince } from '../../shared/model/owners/owner-changes.ts';
import { OWNER_KINDS } from '../../shared/model/owners/owner-kinds.ts';
import { type OwnerPart, splitByNodes } from '../../shared/model/owners/owner-parts.ts';
import type { SubnetAssessment } from '../../shared/model/result/assessment.ts';
import type { OwnerUsage } from '../../shared/model/result/owner-usage.ts';
import type { ScanDocument } from '../../shared/pipeline/scan-document.ts';
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
import type { ListingColumn } from '../output/listing.ts';
import type { OwnersDocument, OwnersRecord } from '../output/listing-documents.ts';
import { renderProblems } from '../output/scan-table.ts';
import { renderTable, wholeNumber } from '../output/table.ts';
import { watching } from '../output/watch.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

const NAME_WIDTH = 40;

const labelOf = (kind: string): string =>
  Object.entries(OWNER_KINDS).find(([known]) => known === kind)?.[1].label ?? kind;

/** One decimal always, so that the column stays aligned. */
const share = (percentage: number | null): string | null =>
  percentage === null ? null : `${percentage.toFixed(1)} %`;

type Level = 'cluster' | 'group' | 'node' | PodLevel;
type Owner = OwnerUsage | OwnerPart | PodPart;

const isPodLevel = (level: Level): level is PodLevel => POD_LEVELS.some((known) => known === level);

/** A subnet with its owners at the level that was asked for. */
interface OwnedSubnet extends Omit<SubnetAssessment, 'owners'> {
  readonly owners: readonly Owner[] | null;
}

/** `shop`, or `shop / workers / i-0123` where it is split. */
const nameOf = (owner: Owner): string | null => {
  if ('holder' in owner) return `${owner.name} / ${owner.holder ?? 'nodes, warm and other addresses'}`;
  const part = 'nodeGroup' in owner ? [owner.nodeGroup ?? owner.nodePool, owner.instanceId] : [];
  return owner.name === null ? null : [owner.name, ...part].filter((word) => word !== null).join(' / ');
};

/** Why its owners are not known, or not all of them. */
const reasonFor = ({ unknowns }: Pick<OwnedSubnet, 'unknowns'>): string | null =>
  unknowns.find(({ field }) => field === 'owners')?.reason ?? null;

const renderOwners = (io: Io, subnet: OwnedSubnet): string => {
  const dye = paint(io);
  const name = subnet.name === null ? '' : `  ${shorten(printable(subnet.name), NAME_WIDTH)}`;
  const used =
    subnet.cidrBlock === null
      ? 'no IPv4 addresses'
      : subnet.used === null
        ? 'use unknown'
        : `${number(subnet.used)} of ${wholeNumber(subnet.usable)} in use`;
  const heading = `${dye('bold', printable(subnet.subnetId))}${name}  ${printable(subnet.cidrBlock ?? 'IPv6 only')}  ${used}\n`;
  if (subnet.owners === null) {
    return `${heading}${dye('yellow', 'unknown')}  ${printable(reasonFor(subnet) ?? 'not known')}\n`;
  }
  // A lower bound: something that the scan cannot see holds more.
  const more =
    reasonFor(subnet) === null ? '' : `${dye('yellow', 'unknown')}  ${printable(reasonFor(subnet) ?? '')}\n`;
  if (subnet.owners.length === 0) return `${heading}${more === '' ? 'No addresses are in use.\n' : more}`;
  const isSplit = subnet.owners.some((owner) => 'nodeGroup' in owner || 'holder' in owner);
  const taken = isSplit ? null : takenSince(subnet.ownerChanges ?? [], 0);
  return (
    heading +
    renderTable<Owner>(
      io,
      [
        { title: 'HOLDER', cell: ({ kind }) => labelOf(kind) },
        {
          title: 'NAME',
          cell: (owner) => {
            const ownerName = nameOf(owner);
            return ownerName === null ? null : shorten(ownerName, NAME_WIDTH);
          },
        },
        { title: 'INTERFACES', align: 'right', cell: ({ interfaces }) => number(interfaces) },
        { title: 'ADDRESSES', align: 'right', cell: ({ addresses }) => number(addresses) },
        {
          title: 'OF SUBNET',
          align: 'right',
          cell: ({ addresses }) => share(percentOf(addresses, subnet.usable)),
        },
        ...(taken === null
          ? []
          : [
              {
                title: 'TOOK LATELY',
                align: 'right' as const,
                cell: ({ kind, name }: Owner) =>
                  wholeNumber(taken.find((owner) => owner.kind === kind && owner.name === name)?.addresses),
              },
            ]),
      ],
      subnet.owners,
    ) +
    more
  );
};

/** One line for each holder in a subnet. One in which some or all holders are not known has a line for those, too. */
interface Held {
  readonly subnet: OwnedSubnet;
  readonly owner: Owner | null;
}

const heldIn = (subnet: OwnedSubnet): readonly Held[] => [
  ...(subnet.owners ?? []).map((owner) => ({ subnet, owner })),
  ...(reasonFor(subnet) === null ? [] : [{ subnet, owner: null }]),
];

const COLUMNS: readonly ListingColumn<Held>[] = [
  { title: 'HOLDER', cell: ({ owner }) => (owner === null ? 'unknown' : labelOf(owner.kind)) },
  { title: 'NAME', shortest: 12, cell: ({ owner }) => (owner === null ? null : nameOf(owner)) },
  {
    title: 'ADDRESSES',
    align: 'right',
    cell: ({ owner }) => wholeNumber(owner?.addresses),
    value: ({ owner }) => owner?.addresses ?? null,
  },
  {
    title: 'INTERFACES',
    align: 'right',
    leaveOut: 3,
    cell: ({ owner }) => wholeNumber(owner?.interfaces),
    value: ({ owner }) => owner?.interfaces ?? null,
  },
  {
    title: 'OF SUBNET',
    align: 'right',
    leaveOut: 4,
    cell: ({ subnet, owner }) => (owner === null ? null : share(percentOf(owner.addresses, subnet.usable))),
    value: ({ subnet, owner }) => (owner === null ? null : percentOf(owner.addresses, subnet.usable)),
  },
  { title: 'SUBNET NAME', leaveOut: 2, shortest: 12, cell: ({ subnet }) => subnet.name },
  { title: 'REGION', wide: true, cell: ({ subnet }) => subnet.region },
  { title: 'ACCOUNT', wide: true, cell: ({ subnet }) => subnet.accountId },
  { title: 'VPC', wide: true, cell: ({ subnet }) => subnet.vpcId },
  { title: 'SUBNET', leaveOut: 1, cell: ({ subnet }) => subnet.subnetId },
];

const splitOwners = (subnet: SubnetAssessment, { clusters }: ScanDocument, by: Level): OwnedSubnet => {
  const here = clusters.filter(
    ({ accountId, region }) => accountId === subnet.accountId && region === subnet.region,
  );
  if (by === 'cluster' || subnet.owners === null) return subnet;
  return isPodLevel(by)
    ? { ...subnet, owners: splitByPods(subnet.subnetId, subnet.owners, here, by) }
    : { ...subnet, owners: splitByNodes(subnet.subnetId, subnet.owners, here, by) };
};

/** What JSON tells of a subnet's owners. */
const ownersRecord = ({
  subnetId,
  name,
  accountId,
  region,
  vpcId,
  cidrBlock,
  usable,
  used,
  owners,
  ownerChanges = [],
  unknowns,
}: OwnedSubnet): OwnersRecord => ({
  subnetId,
  name,
  accountId,
  region,
  vpcId,
  cidrBlock,
  usable,
  used,
  owners,
  ownerChanges,
  unknowns,
});

/** In place of subnets. Where a reading failed, it is not known that there are none. */
const noSubnets = ({ targets }: Pick<ScanDocument, 'targets'>): string =>
  targets.some(({ errors }) => errors.length > 0)
    ? 'No subnets are known: something could not be read.\n'
    : 'No subnets found.\n';

/** `headroom owners`: who holds the addresses of each subnet. */
export const addOwnersCommand: AddCommand = (program, session) => {
  addKubernetesOptions(addFilterOptions(addTargetOptions(program.command('owners'), { format: 'rows' })))
    .description('what uses the addresses of each subnet: clusters, load balancers, Lambda, databases, ...')
    .addOption(
      new Option('--by <level>', 'how finely the nodes and pods of clusters are split')
        .choices(['cluster', 'group', 'node', ...POD_LEVELS])
        .default('cluster'),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ headroom owners --subnet subnet-0abc              which cluster eats this shared subnet
  $ headroom owners --by group                        which of its node groups and node pools
  $ headroom owners --by namespace --kubernetes       which namespaces, as the Kubernetes API says
  $ headroom owners --output csv --sort-by addresses:desc
  $ headroom owners --output json | jq '.subnets[] | {subnetId, owners}'

TOOK LATELY: addresses taken in the last three hours, less those given back. Shown where earlier scans are kept.
`,
    )
    .action(async (options: ScanOptions & OutputOptions & Filters & { readonly by: Level }) => {
      checkAll(
        () => checkTargetOptions(options),
        () => checkOutputOptions(options, COLUMNS),
      );
      const { io } = session;
      await watching(session, options, async () => {
        const { scanToDocument } = await import('../input/scanned-estate.ts');
        const { document: whole, assessments } = await scanToDocument(options, session);
        const document = filterDocument(whole, options);
        const { schema, scannedAt, targets } = document;
        const subnets = document.subnets.map((subnet) => splitOwners(subnet, whole, options.by));
        const busiest = subnets.toSorted((a, b) => (b.used ?? -1) - (a.used ?? -1));
        await writeListing(io, options, {
          document: {
            schema,
            scannedAt,
            targets,
            subnets: subnets.map(ownersRecord),
          } satisfies OwnersDocument,
          listing: {
            columns: COLUMNS,
            rows: busiest.flatMap(heldIn),
            nameOf: ({ subnet, owner }) =>
              `${subnet.subnetId}/${owner?.kind ?? 'unknown'}/${(owner === null ? null : nameOf(owner)) ?? ''}`,
          },
          text: () =>
            `${busiest.length === 0 ? noSubnets(document) : busiest.map((subnet) => renderOwners(io, subnet)).join('\n')}${renderProblems(io, document)}`,
          notes: () => renderProblems(io, document),
        });
        session.exit(coverageExit(assessments) ?? EXIT.ok);
      });
    });
};
