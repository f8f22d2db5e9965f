import type { InstanceLimits } from '../aws/inventory.ts';
import { listOf } from '../base/text/names.ts';
import { count } from '../base/text/numbers.ts';
import { HOST_NETWORK_PODS, podAddresses, recommendedCap } from '../cluster/max-pods.ts';
import { type CniSettings, mostInterfaces, takesPrefixes } from '../cni/cni-settings.ts';
import { podCeiling, settingNotices } from '../cni/setting-notices.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import type { Evidence, Remedy, Severity } from '../result/finding.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { CLUSTER_LISTINGS } from './listings.ts';
import { ranked } from './remedies/ranked.ts';
import { cniEnvironmentCommand } from './remedies/warm-targets.ts';

const TYPES_SHOWN = 5;

/** What the settings do to nodes of some types, and the settings that end it. */
interface Harm {
  readonly severity: Severity;
  readonly types: readonly string[];
  readonly title: string;
  readonly explanation: string;
  readonly evidence: readonly Evidence[];
  /** `null`: no setting of the CNI ends it on these types. */
  readonly better: Readonly<Record<string, string>> | null;
  readonly effect: string;
}

export const cniSettings: Check = {
  kind: 'cni-settings',
  label: 'Settings of the CNI that harm nodes',
  summary: 'settings of the CNI that harm nodes',
  clear: () => 'the settings of the CNI suit its nodes',
  about: 'each cluster',
  condition:
    'Critical: MAX_ENI, custom networking and security groups for pods leave no interface for pods. Warning: MINIMUM_IP_TARGET without WARM_IP_TARGET holds nodes to fewer pods than they could run. Information: WARM_ENI_TARGET=0 or WARM_PREFIX_TARGET=0 without IP targets.',
  unknown: 'The CNI is self-managed, so that EKS does not know its settings.',
  impact:
    'Some settings do not do what their names promise. Nodes stay NotReady, pods wait for an address although the subnet has thousands, or the CNI calls EC2 without end.',
  settings: 'findings',
  restsOn: CLUSTER_LISTINGS,
  find: ({ estate }) => estate.input.clusters.map((cluster) => result(estate, cluster)),
};

const result = (estate: Estate, cluster: ClusterAssessment): CheckResult => {
  const subject = estate.clusterSubject(cluster);
  const { autoMode, cni = 'vpc-cni', mode, newNodes } = cluster;
  if (autoMode || cni !== 'vpc-cni' || mode === 'ipv6' || newNodes === undefined) return healthy(subject);
  if (!newNodes.settingsKnown) return notMeasured(subject, "EKS does not know the CNI's settings.");
  const settings: CniSettings = { ...newNodes.settings, maxPods: null };
  const limits = typesOf(estate, cluster).flatMap((type) => estate.input.limits(type) ?? []);
  const harms = [neverReady(limits, settings), ceiling(limits, settings), neverSettles(limits, settings)];
  const harm = harms.find((each) => each !== null);
  if (harm === undefined) return healthy(subject);
  const evidence = [{ name: 'instanceTypes', value: listOf(harm.types, TYPES_SHOWN) }, ...harm.evidence];
  return found(subject, harm.severity, evidence, () => ({
    title: `${cluster.clusterName}: ${harm.title}`,
    explanation: harm.explanation,
    remedies: () => ranked(remedyFor(estate, cluster, harm)),
  }));
};

/** Those of Linux nodes that run, and of groups that may start some. */
const typesOf = (estate: Estate, { clusterName, committed, nodes }: ClusterAssessment): readonly string[] => {
  const windowsGroups = (estate.eksClusters.get(clusterName)?.nodeGroups ?? [])
    .filter(({ amiType }) => amiType?.startsWith('WINDOWS') === true)
    .map(({ name }) => name);
  const groups = committed.filter(
    ({ group, outsideCluster }) => !outsideCluster && !windowsGroups.includes(group),
  );
  return [
    ...new Set([
      ...nodes.filter((node) => !estate.isWindows(node)).flatMap(({ instanceType }) => instanceType ?? []),
      ...groups.flatMap(({ instanceType }) => instanceType ?? []),
    ]),
  ].sort();
};

const has = (limits: InstanceLimits, settings: CniSettings, code: string): boolean =>
  settingNotices(limits, settings).some((notice) => notice.code === code);

const namesOf = (limits: readonly InstanceLimits[]): readonly string[] => limits.map(({ type }) => type);

const neverReady = (all: readonly InstanceLimits[], settings: CniSettings): Harm | null => {
  const harmed = all.filter((limits) => has(limits, settings, 'never-ready'));
  const [first] = harmed;
  if (first === undefined) return null;
  const wanted = settings.podEni ? 3 : 2;
  const attached = mostInterfaces(first, settings);
  const enough = harmed.every(({ maxEnis }) => maxEnis >= wanted);
  return {
    severity: 'critical',
    types: namesOf(harmed),
    title: 'new nodes never become ready, no interface is left for pods',
    explanation: `A node of ${listOf(namesOf(harmed), TYPES_SHOWN)} may attach ${count(attached, 'interface')}. Custom networking leaves out the primary one${settings.podEni ? ', and security groups for pods keep one for a trunk' : ''}. The CNI does not start without an interface for pods.`,
    evidence: [{ name: 'interfaces', value: attached, unit: 'interfaces' }],
    better: enough ? { MAX_ENI: String(wanted) } : null,
    effect:
      'New nodes then have one interface for pods. With MAX_ENI unset they attach as many as their type allows.',
  };
};

/** `MINIMUM_IP_TARGET` alone. Reported: https://github.com/aws/amazon-vpc-cni-k8s/issues/3685 */
const ceiling = (all: readonly InstanceLimits[], settings: CniSettings): Harm | null => {
  const held = all.flatMap((limits) => {
    const pods = podCeiling(limits, settings);
    const could = podsOf(limits, settings);
    return pods === null || pods >= could ? [] : [{ limits, pods, could }];
  });
  const [worst] = held.toSorted((a, b) => b.could - b.pods - (a.could - a.pods));
  if (worst === undefined) return null;
  return {
    severity: 'warning',
    types: held.map(({ limits }) => limits.type),
    title: `no node runs more than ${worst.pods} pods with an address of their own`,
    explanation: `MINIMUM_IP_TARGET=${settings.minimumIpTarget} without WARM_IP_TARGET is a ceiling as well: the CNI takes no address beyond it. A node of ${worst.limits.type} could run ${worst.could} such pods. Others that Kubernetes puts there wait for an address.`,
    evidence: [
      { name: 'ceiling', value: worst.pods, unit: 'pods' },
      { name: 'podsByType', value: worst.could, unit: 'pods' },
    ],
    better: { WARM_IP_TARGET: '1' },
    effect: 'The CNI then takes one address more than pods use, and the minimum is a floor alone.',
  };
};

const podsOf = (limits: InstanceLimits, settings: CniSettings): number =>
  Math.min(
    podAddresses(
      { ...limits, maxEnis: mostInterfaces(limits, settings) },
      takesPrefixes(limits, settings) ? 'prefix' : 'secondary',
      settings.customNetworking,
    ),
    recommendedCap(limits) - HOST_NETWORK_PODS,
  );

/** Reported: https://github.com/aws/amazon-vpc-cni-k8s/issues/1775 */
const neverSettles = (all: readonly InstanceLimits[], settings: CniSettings): Harm | null => {
  const harmed = all.filter((limits) => has(limits, settings, 'never-settles'));
  const [first] = harmed;
  if (first === undefined) return null;
  const prefixes = takesPrefixes(first, settings);
  const name = prefixes ? 'WARM_PREFIX_TARGET' : 'WARM_ENI_TARGET';
  return {
    severity: 'info',
    types: namesOf(harmed),
    title: `${name}=0 makes nodes take and return addresses without end`,
    explanation: `When pods use every address of a node, the CNI ${prefixes ? 'takes a prefix and returns it, about 17 times' : 'attaches an interface and removes it, about 9 times'} in ten minutes. Each time calls EC2, and the addresses are taken most of the time.`,
    evidence: [{ name, value: 0 }],
    better: { WARM_IP_TARGET: '1' },
    effect: `The CNI then keeps one address free, and takes ${prefixes ? 'a prefix' : 'an address'} only when pods use all others.`,
  };
};

const remedyFor = (estate: Estate, cluster: ClusterAssessment, { better, effect }: Harm): Remedy | null => {
  if (better === null) return null;
  const settings = Object.entries(better).map(([name, value]) => `${name}=${value}`);
  return {
    title: `Set ${settings.join(' and ')}`,
    effect,
    price: 'Free. The CNI restarts node by node.',
    when: 'Right in every cluster with these settings.',
    commands: [cniEnvironmentCommand(cluster, estate.eksClusters.get(cluster.clusterName), better)],
    preconditions: [{ text: 'EKS knows the settings of the CNI.', holds: true }],
  };
};
