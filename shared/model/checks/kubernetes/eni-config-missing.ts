import { kubectl } from '../../base/commands.ts';
import { listOf } from '../../base/text/names.ts';
import { count } from '../../base/text/numbers.ts';
import { clusterCniConfiguration } from '../../cluster/cni-configuration.ts';
import type { CniVariable } from '../../cluster/cni-variables.ts';
import { unknownSettings } from '../../kubernetes/cni-in-cluster.ts';
import type { Remedy } from '../../result/finding.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import type { Estate } from '../estate.ts';
import { ranked } from '../remedies/ranked.ts';
import { type ReadCluster, readClusters, reasonOf } from './read-clusters.ts';

const SHOWN = 5;
/** The ENIConfig of a node that names none (amazon-vpc-cni-k8s, `pkg/eniconfig`). */
const DEFAULT_NAME = 'default';

/** The variables that say which nodes need an ENIConfig, and which one. */
const DECIDING: ReadonlySet<string> = new Set<CniVariable>([
  'AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG',
  'ENI_CONFIG_ANNOTATION_DEF',
  'ENI_CONFIG_LABEL_DEF',
]);

export const eniConfigMissing: Check = {
  kind: 'eni-config-missing',
  label: 'Nodes without an ENIConfig',
  summary: 'nodes have no ENIConfig',
  clear: () => 'all nodes have an ENIConfig',
  about: 'each cluster with custom networking whose Kubernetes API is read',
  condition:
    'The ENIConfig that a node chooses is not there. It chooses by its label or annotation, as the settings of the CNI name them. Critical.',
  unknown: 'Nodes, ENIConfigs or the settings of the CNI could not be read, or these come from a ConfigMap.',
  impact:
    'Under custom networking the CNI attaches no interface for pods without an ENIConfig. Such a node never becomes ready.',
  settings: 'findings',
  find: ({ estate }) => readClusters(estate).flatMap((read) => result(estate, read) ?? []),
};

const result = (estate: Estate, { cluster, reading }: ReadCluster): CheckResult | null => {
  const configuration = clusterCniConfiguration(estate.eksClusters.get(cluster.clusterName) ?? null);
  if (configuration.customNetworking === false) return null;
  const subject = estate.clusterSubject(cluster);
  const { awsNode, nodes, eniConfigs } = reading;
  if (!nodes.known) return notMeasured(subject, reasonOf(nodes.unread));
  if (!eniConfigs.known) return notMeasured(subject, reasonOf(eniConfigs.unread));
  // It says by which label a node chooses its ENIConfig.
  if (!awsNode.known) return notMeasured(subject, reasonOf(awsNode.unread));
  const elsewhere = awsNode.value?.envFromElsewhere.filter((name) => DECIDING.has(name)) ?? [];
  if (elsewhere.length > 0) return notMeasured(subject, unknownSettings(elsewhere));
  if (configuration.customNetworking === null) {
    return notMeasured(subject, 'Whether the cluster uses custom networking is not known.');
  }
  const names = new Set(eniConfigs.value.map(({ name }) => name));
  const missing = nodes.value.flatMap(({ name, instanceId, eniConfig, runsVpcCni }) => {
    const wanted = eniConfig ?? DEFAULT_NAME;
    return instanceId === null || !runsVpcCni || names.has(wanted) ? [] : [{ node: name, wanted }];
  });
  const wanted = [...new Set(missing.map((each) => each.wanted))].toSorted();
  const evidence = [
    { name: 'nodesWithoutEniConfig', value: missing.length, unit: 'nodes' },
    { name: 'eniConfigs', value: names.size, unit: 'ENIConfigs' },
  ];
  if (missing.length === 0) return healthy(subject, evidence);
  return found(subject, 'critical', evidence, () => ({
    title: `${cluster.clusterName}: ${count(missing.length, 'node')} cannot run pods, ENIConfig ${listOf(wanted, SHOWN)} is missing`,
    explanation: `Nodes that need it: ${listOf(
      missing.map(({ node }) => node),
      SHOWN,
    )}. The cluster has ${count(names.size, 'ENIConfig')}.`,
    remedies: () => ranked(LIST),
  }));
};

const LIST: Remedy = {
  title: 'Create the ENIConfig',
  effect:
    'Copy one that is there, with the name that is missing, and a subnet in the zone of the nodes. Nodes become ready within a minute.',
  price: 'Free.',
  when: 'Right when the nodes are to stay.',
  gains: { addresses: 0, prefixes: 0 },
  commands: [kubectl('get', 'eniconfigs.crd.k8s.amazonaws.com', '--output', 'yaml')],
  preconditions: [],
};
