import { Option } from 'commander';
import { kubectl } from '../../shared/model/base/commands.ts';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { quoted } from '../../shared/model/base/shell-words.ts';
import { count, number, verb } from '../../shared/model/base/text/numbers.ts';
import { utcMinute } from '../../shared/model/base/text/times.ts';
import { holdersBy, POD_LEVELS, type PodLevel } from '../../shared/model/kubernetes/owner-pods.ts';
import type { ClusterAssessment } from '../../shared/model/result/cluster.ts';
import type { WarmAdvice } from '../../shared/model/result/pod-rhythm.ts';
import type { AddressHolder, ClusterPods, WaitingPod } from '../../shared/model/result/pods.ts';
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
import type { PodsDocument, PodsRecord } from '../output/listing-documents.ts';
import { noClusters, renderProblems } from '../output/scan-table.ts';
import { renderTable } from '../output/table.ts';
import { watching } from '../output/watch.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

const MOST_ROWS = 20;
const NOT_READ =
  'The Kubernetes API of this cluster was not read. Use --kubernetes, --context or --kubernetes-from.';

/** Why its pods are unknown: with the permission that is missing. `null`: they are known. */
const unknownOf = ({ clusterName, pods, unknowns }: ClusterAssessment): string | null => {
  if (pods === undefined) return NOT_READ;
  if (pods !== null) return null;
  const why = unknowns.filter(({ field }) => NEEDED.has(field)).map(({ reason }) => reason);
  return `Its pods or nodes could not be read: ${[...new Set(why)].join(', ')}. \`headroom access --cluster ${quoted(clusterName)}\` checks its access.`;
};

const NEEDED: ReadonlySet<string> = new Set(['kubernetes.pods', 'kubernetes.nodes']);

/** One holder of a cluster, or the cluster of which nothing is known. */
interface Held {
  readonly cluster: ClusterAssessment;
  readonly holder: AddressHolder | null;
}

const COLUMNS: readonly ListingColumn<Held>[] = [
  { title: 'CLUSTER', cell: ({ cluster }) => cluster.clusterName },
  { title: 'HOLDER', shortest: 20, cell: ({ holder }) => holder?.name ?? 'unknown' },
  {
    title: 'ADDRESSES',
    align: 'right',
    cell: ({ holder }) => (holder === null ? null : number(holder.addresses)),
    value: ({ holder }) => holder?.addresses ?? null,
  },
  { title: 'REGION', wide: true, cell: ({ cluster }) => cluster.region },
  { title: 'ACCOUNT', wide: true, cell: ({ cluster }) => cluster.accountId },
];

/** `headroom pods`: who holds the addresses of each cluster, and who waits for one. */
export const addPodsCommand: AddCommand = (program, session) => {
  addKubernetesOptions(addFilterOptions(addTargetOptions(program.command('pods'), { format: 'rows' })))
    .description('which pods hold the addresses of each cluster, and which wait for one')
    .addOption(new Option('--by <level>', 'who holds addresses').choices([...POD_LEVELS]).default('workload'))
    .addHelpText(
      'after',
      `
Examples:
  $ headroom pods --kubernetes                        every EKS cluster, as the identity of the scan
  $ headroom pods --context payments                  the cluster of a context of your kubeconfig
  $ headroom pods --kubernetes-from answers           saved answers, for private clusters
  $ headroom pods --kubernetes --by team --output csv
  $ headroom pods --kubernetes --output json | jq '.clusters[].pods.waiting'

Used and warm addresses are those that nodes hold. Unexplained: pods whose address no interface has, as with other CNIs.
`,
    )
    .action(async (options: ScanOptions & OutputOptions & Filters & { readonly by: PodLevel }) => {
      checkAll(
        () => checkTargetOptions(options),
        () => checkOutputOptions(options, COLUMNS),
      );
      const { io } = session;
      await watching(session, options, async () => {
        const { scanToDocument } = await import('../input/scanned-estate.ts');
        const { document: whole, assessments } = await scanToDocument(options, session);
        const document = filterDocument(whole, options);
        const { schema, scannedAt, targets, clusters } = document;
        await writeListing(io, options, {
          document: { schema, scannedAt, targets, clusters: clusters.map(podsRecord) } satisfies PodsDocument,
          listing: {
            columns: COLUMNS,
            rows: clusters.flatMap((cluster) => rowsOf(cluster, options.by)),
            nameOf: ({ cluster, holder }) => `${cluster.clusterName}/${holder?.name ?? 'unknown'}`,
          },
          text: () => renderPods(io, document, options.by),
          notes: () => renderProblems(io, document),
        });
        session.exit(coverageExit(assessments) ?? EXIT.ok);
      });
    });
};

const rowsOf = (cluster: ClusterAssessment, by: PodLevel): readonly Held[] =>
  cluster.pods == null
    ? [{ cluster, holder: null }]
    : holdersBy(cluster.pods, by).map((holder) => ({ cluster, holder }));

const podsRecord = (cluster: ClusterAssessment): PodsRecord => ({
  clusterName: cluster.clusterName,
  accountId: cluster.accountId,
  region: cluster.region,
  pods: cluster.pods ?? null,
  kubernetes: cluster.kubernetes ?? null,
  unknown: unknownOf(cluster),
});

const renderPods = (io: Io, document: ScanDocument, by: PodLevel): string => {
  const sections = document.clusters.map((cluster) => renderCluster(io, cluster, by));
  return `${sections.length === 0 ? noClusters(document) : sections.join('\n')}${renderProblems(io, document)}`;
};

const renderCluster = (io: Io, cluster: ClusterAssessment, by: PodLevel): string => {
  const { clusterName, pods } = cluster;
  const dye = paint(io);
  const heading = dye('bold', printable(clusterName));
  if (pods == null) {
    return `${heading}\n${dye('yellow', 'unknown')}  ${printable(unknownOf(cluster) ?? NOT_READ)}\n`;
  }
  return `${heading}  ${usageText(pods)}\n${holdersTable(io, pods, by)}${waitingText(io, pods.waiting)}${adviceText(pods.warmAdvice ?? null)}`;
};

/** The targets, what they are worth, and how to set them: by hand, or in the add-on. */
const adviceText = (advice: WarmAdvice | null): string => {
  if (advice === null) return '';
  const { addressesWonBack, callsPerHour, minimumIpTarget, perNode, since, warmIpTarget } = advice;
  const environment = { WARM_IP_TARGET: `${warmIpTarget}`, MINIMUM_IP_TARGET: `${minimumIpTarget}` };
  const command = kubectl(
    ...['set', 'env', 'daemonset/aws-node', '--namespace', 'kube-system'],
    ...[`WARM_IP_TARGET=${warmIpTarget}`, `MINIMUM_IP_TARGET=${minimumIpTarget}`],
  );
  return `
WARM_IP_TARGET=${warmIpTarget} and MINIMUM_IP_TARGET=${minimumIpTarget} would have served every pod seen since ${utcMinute(since)}.
A node then takes ${number(perNode.advised, 1)} addresses on average, now ${number(perNode.current, 1)}: ${count(addressesWonBack, 'address')} won back.
The CNI calls EC2 up to ${number(Math.ceil(callsPerHour))} times an hour more.
  $ ${command}
  or in the configuration of the add-on: ${JSON.stringify({ env: environment })}
`;
};

/** `30 used, 26 warm (20 in two scans), 2 unexplained`. */
const usageText = ({ used, warm, unexplained, ownInterface, steady }: ClusterPods): string =>
  [
    `${number(used)} used`,
    `${number(warm)} warm${steady === null ? '' : ` (${number(steady.warm)} in two scans)`}`,
    ...(unexplained === 0 ? [] : [`${number(unexplained)} unexplained`]),
    ...(ownInterface === 0 ? [] : [`${count(ownInterface, 'pod')} with an interface of their own`]),
  ].join(', ');

const holdersTable = (io: Io, pods: ClusterPods, by: PodLevel): string => {
  const holders = holdersBy(pods, by);
  if (holders.length === 0) return `No ${by} holds an address.\n`;
  const more = holders.length - MOST_ROWS;
  const table = renderTable<AddressHolder>(
    io,
    [
      { title: by.toUpperCase(), cell: ({ name }) => name },
      { title: 'ADDRESSES', align: 'right', cell: ({ addresses }) => number(addresses) },
    ],
    holders.slice(0, MOST_ROWS),
  );
  return more > 0 ? `${table}${number(more)} more; --output csv shows all.\n` : table;
};

const waitingText = (io: Io, waiting: readonly WaitingPod[] | null): string => {
  const dye = paint(io);
  if (waiting === null) {
    return `${dye('yellow', 'unknown')}  Events could not be read, so waiting pods are not known.\n`;
  }
  if (waiting.length === 0) return 'No pod waits for an address.\n';
  return `${dye('red', `${count(waiting.length, 'pod')} ${verb(waiting.length, 'waits')} for an address:`)}\n${renderTable<WaitingPod>(
    io,
    [
      { title: 'POD', cell: ({ namespace, name }) => `${namespace}/${name}` },
      { title: 'NODE', cell: ({ nodeName }) => nodeName },
      { title: 'SINCE', cell: ({ since }) => (since === null ? null : utcMinute(since)) },
      { title: 'FAILURES', align: 'right', cell: ({ failures }) => number(failures) },
    ],
    waiting.slice(0, MOST_ROWS),
  )}`;
};
