import { kubectl } from '../base/commands.ts';
import { count, verb } from '../base/text/numbers.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { ClusterAssessment, NewNodeSettings, NodeAssessment } from '../result/cluster.ts';
import type { Remedy } from '../result/finding.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { CLUSTER_LISTINGS } from './listings.ts';
import { ranked } from './remedies/ranked.ts';

/** Names shown in a message; the rest are in the JSON. */
const NODES_SHOWN = 5;

/** What a node holds of the mode that was left. */
interface Leftover {
  readonly node: NodeAssessment;
  readonly addresses: number;
  readonly prefixes: number;
  /** Single addresses fill every slot, so that no prefix can be had. */
  readonly blocked: boolean;
}

export const modeLeftovers: Check = {
  kind: 'mode-leftovers',
  label: 'Leftovers of a switch of modes',
  summary: 'addresses held from before a switch of modes',
  clear: () => 'no node holds anything of the former mode',
  about: 'each cluster',
  condition:
    'Prefix delegation was switched on or off, and nodes hold addresses or prefixes of the former mode. Warning where single addresses fill every slot of a node, so that it can take no prefix; else information.',
  unknown: 'The CNI is self-managed, so that EKS does not know its settings.',
  impact:
    'A running node keeps what its pods use. After a switch to prefixes single addresses stay, even when their pods are gone, and fill slots that prefixes need. After a switch back a prefix stays until the CNI restarts.',
  settings: 'findings',
  restsOn: CLUSTER_LISTINGS,
  find: ({ estate }) => estate.input.clusters.map((cluster) => result(estate, cluster)),
};

const result = (estate: Estate, cluster: ClusterAssessment): CheckResult => {
  const { cni = 'vpc-cni', newNodes } = cluster;
  const subject = estate.clusterSubject(cluster);
  if (cluster.autoMode || cni !== 'vpc-cni' || cluster.mode === 'ipv6' || newNodes === undefined) {
    return healthy(subject);
  }
  if (!newNodes.settingsKnown) return notMeasured(subject, "EKS does not know the CNI's settings.");
  const { settings } = newNodes;
  const leftovers = cluster.nodes.flatMap((node) => leftoverOf(estate, node, settings) ?? []);
  if (leftovers.length === 0) return healthy(subject);
  const addresses = leftovers.reduce((sum, each) => sum + each.addresses, 0);
  const prefixes = leftovers.reduce((sum, each) => sum + each.prefixes, 0);
  const blocked = leftovers.filter((each) => each.blocked).length;
  const held = settings.prefixDelegation
    ? count(addresses, 'single address', 'single addresses')
    : count(prefixes, 'prefix');
  const evidence = [
    { name: 'nodes', value: leftovers.length, unit: 'nodes' },
    { name: 'blockedNodes', value: blocked, unit: 'nodes' },
    { name: 'leftAddresses', value: addresses, unit: 'addresses' },
    { name: 'leftPrefixes', value: prefixes, unit: 'prefixes' },
    {
      name: 'instances',
      value: leftovers
        .slice(0, NODES_SHOWN)
        .map(({ node }) => node.instanceId)
        .join(', '),
    },
  ];
  return found(subject, blocked > 0 ? 'warning' : 'info', evidence, () => ({
    title:
      blocked > 0
        ? `${cluster.clusterName}: ${count(blocked, 'node')} can take no prefix, single addresses fill every slot`
        : `${cluster.clusterName}: ${count(leftovers.length, 'node')} ${verb(leftovers.length, 'holds')} ${held} from before the switch of modes`,
    explanation: settings.prefixDelegation
      ? `Prefix delegation is on, and ${count(leftovers.length, 'node')} ${verb(leftovers.length, 'holds')} ${held} from before the switch. ${blocked === 0 ? 'They have slots left, and take prefixes beside them.' : 'New pods on a node without a free slot wait for an address.'}`
      : `Prefix delegation is off, and ${count(leftovers.length, 'node')} ${verb(leftovers.length, 'holds')} ${held} from before the switch. The CNI returns a prefix only when it restarts after its pods are gone.`,
    remedies: () => ranked(settings.prefixDelegation ? replaceNodes(cluster) : restartCni(cluster)),
  }));
};

const leftoverOf = (estate: Estate, node: NodeAssessment, settings: NewNodeSettings): Leftover | null => {
  const { eniMaxAvailable, totalIPAddresses, totalIPv4Prefixes } = node.gauges;
  const limits = node.instanceType === null ? null : estate.input.limits(node.instanceType);
  if (
    node.state !== 'running' ||
    estate.isWindows(node) ||
    limits === null ||
    totalIPAddresses === null ||
    totalIPv4Prefixes === null
  ) {
    return null;
  }
  if (!settings.prefixDelegation) {
    return totalIPv4Prefixes === 0
      ? null
      : { node, addresses: 0, prefixes: totalIPv4Prefixes, blocked: false };
  }
  const addresses = totalIPAddresses - totalIPv4Prefixes * ADDRESSES_PER_PREFIX;
  if (addresses === 0 || !limits.prefixDelegation) return null;
  const interfaces =
    (eniMaxAvailable ?? limits.maxEnis) - (node.customNetworking ? 1 : 0) - (settings.podEni ? 1 : 0);
  const slots = interfaces * (limits.ipv4PerEni - 1);
  return { node, addresses, prefixes: 0, blocked: addresses + totalIPv4Prefixes >= slots };
};

/** Source: EKS user guide, "Assign more IP addresses to Amazon EKS nodes with prefixes": new nodes instead of a change on those that run. */
const replaceNodes = ({ clusterName }: ClusterAssessment): Remedy => ({
  title: `Replace the nodes of ${clusterName} that started before the switch`,
  effect: 'New nodes take only prefixes. The old ones return their addresses when they end.',
  price:
    'Pods of these nodes start again elsewhere, and old and new nodes hold addresses side by side for a while.',
  when: 'Right after each switch of modes.',
  commands: [kubectl('get', 'nodes', '--sort-by', '.metadata.creationTimestamp')],
  preconditions: [{ text: 'The subnets have free prefixes for the new nodes.', holds: null }],
});

const restartCni = ({ clusterName }: ClusterAssessment): Remedy => ({
  title: `Restart the CNI of ${clusterName}`,
  effect: 'It returns prefixes that no pod uses. Those in use stay until their pods end.',
  price: 'Free. Pods run on, and new ones wait for a few seconds.',
  when: 'Right when pods from before the switch are gone.',
  commands: [kubectl('rollout', 'restart', 'daemonset/aws-node', '--namespace', 'kube-system')],
  preconditions: [{ text: 'The cluster runs the VPC CNI itself.', holds: true }],
});
