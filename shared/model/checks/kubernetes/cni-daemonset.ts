import { kubectl } from '../../base/commands.ts';
import { listOf } from '../../base/text/names.ts';
import { count, number } from '../../base/text/numbers.ts';
import { clusterCniConfiguration, cniConfigurationOf } from '../../cluster/cni-configuration.ts';
import { type CniVersion, cniVersionOf, isAtLeast } from '../../cluster/cni-version.ts';
import type { AwsNodeDaemonSet } from '../../kubernetes/observed.ts';
import type { Remedy, Severity } from '../../result/finding.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import type { Estate } from '../estate.ts';
import { ranked } from '../remedies/ranked.ts';
import { type ReadCluster, readClusters, reasonOf } from './read-clusters.ts';

/** The first version that finds further subnets by their tag. Before it a full subnet has no way out. Source: amazon-vpc-cni-k8s, CHANGELOG. */
const OLDEST: CniVersion = [1, 18, 0];

/** Settings that decide how many addresses nodes take. Others may differ without harm. */
const COMPARED = [
  'prefixDelegation',
  'customNetworking',
  'securityGroupsForPods',
  'warmEniTarget',
  'warmPrefixTarget',
  'warmIpTarget',
  'minimumIpTarget',
  'maxEni',
] as const;

interface Fault {
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
}

export const cniDaemonSet: Check = {
  kind: 'cni-daemonset',
  label: 'The VPC CNI is not ready, mixed or old',
  summary: 'the VPC CNI is not as it should be',
  clear: () => 'the VPC CNI is ready on all nodes, with one set of settings',
  about: 'each cluster with the DaemonSet aws-node whose Kubernetes API is read',
  condition: `aws-node is not ready on some nodes, or some nodes still run it with earlier settings: warning. Its settings differ from those of the add-on, or it is older than ${OLDEST.slice(0, 2).join('.')}: information.`,
  unknown: 'The DaemonSet could not be read.',
  impact:
    'On a node without a ready CNI no pod gets an address. Settings that differ from those of the add-on are lost with its next update.',
  settings: 'findings',
  find: ({ estate }) => readClusters(estate).flatMap((read) => result(estate, read) ?? []),
};

const result = (estate: Estate, { cluster, reading }: ReadCluster): CheckResult | null => {
  const subject = estate.clusterSubject(cluster);
  const { awsNode } = reading;
  if (!awsNode.known) return notMeasured(subject, reasonOf(awsNode.unread));
  if (awsNode.value === null) return null;
  const daemonSet = awsNode.value;
  const faults = [
    ...notReady(daemonSet),
    ...notUpdated(daemonSet),
    ...differing(estate, cluster.clusterName),
    ...old(daemonSet),
  ];
  const evidence = [
    { name: 'version', value: daemonSet.imageVersion },
    { name: 'desired', value: daemonSet.desired, unit: 'nodes' },
    { name: 'ready', value: daemonSet.ready, unit: 'nodes' },
    { name: 'updated', value: daemonSet.updated, unit: 'nodes', detail: true },
  ];
  const [first] = faults;
  if (first === undefined) return healthy(subject, evidence);
  return found(subject, first.severity, evidence, () => ({
    title: `${cluster.clusterName}: ${first.title}`,
    explanation: faults.map(({ text }) => text).join(' '),
    remedies: () => ranked(look(daemonSet)),
  }));
};

const notReady = ({ desired, ready }: AwsNodeDaemonSet): readonly Fault[] =>
  ready >= desired
    ? []
    : [
        {
          severity: 'warning',
          title: `the VPC CNI is not ready on ${number(desired - ready)} of ${count(desired, 'node')}`,
          text: `aws-node is ready on ${number(ready)} of ${count(desired, 'node')}. Pods on the others get no address.`,
        },
      ];

const notUpdated = ({ desired, updated }: AwsNodeDaemonSet): readonly Fault[] =>
  updated >= desired
    ? []
    : [
        {
          severity: 'warning',
          title: `${number(desired - updated)} of ${count(desired, 'node')} run the VPC CNI with earlier settings`,
          text: `${number(updated)} of ${count(desired, 'node')} run the current version and settings of aws-node. Until all do, nodes take addresses in different ways.`,
        },
      ];

/** The DaemonSet was changed by hand, or the add-on was configured and not updated. */
const differing = (estate: Estate, clusterName: string): readonly Fault[] => {
  const eks = estate.eksClusters.get(clusterName);
  if (eks?.vpcCni == null || eks.cniInCluster === undefined) return [];
  const addOn = cniConfigurationOf(eks.vpcCni);
  const exact = clusterCniConfiguration(eks);
  const names = addOn.known ? COMPARED.filter((name) => addOn[name] !== exact[name]) : [];
  return names.length === 0
    ? []
    : [
        {
          severity: 'info',
          title: 'the VPC CNI runs with other settings than its add-on says',
          text: `The DaemonSet and the add-on differ in ${listOf(names.map((name) => `${name} (${String(exact[name])}, add-on ${String(addOn[name])})`))}. The next update of the add-on may undo what the DaemonSet has.`,
        },
      ];
};

const old = ({ imageVersion }: AwsNodeDaemonSet): readonly Fault[] => {
  const version = cniVersionOf(imageVersion);
  return version === null || isAtLeast(version, OLDEST)
    ? []
    : [
        {
          severity: 'info',
          title: `the VPC CNI is ${version.join('.')}, which finds no further subnets`,
          text: `Versions before ${OLDEST.slice(0, 2).join('.')} take addresses from the node's own subnet alone. Tagged subnets are of no use to them.`,
        },
      ];
};

const look = ({ name, namespace }: AwsNodeDaemonSet): Remedy => ({
  title: 'Look at aws-node',
  effect: 'Shows its version, its settings, and the nodes on which it is not ready. It changes nothing.',
  price: 'Free.',
  when: 'Right as the first step.',
  gains: { addresses: 0, prefixes: 0 },
  commands: [
    kubectl('get', 'daemonset', name, '--namespace', namespace, '--output', 'yaml'),
    kubectl('get', 'pods', '--namespace', namespace, '--selector', 'k8s-app=aws-node', '--output', 'wide'),
  ],
  preconditions: [],
});
