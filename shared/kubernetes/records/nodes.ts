import type {
  AwsNodeDaemonSet,
  KubernetesNamespace,
  KubernetesNode,
} from '../../model/kubernetes/observed.ts';
import { chosenLabels, condition, count, type Json, record, text, time } from '../json-fields.ts';
import { KubernetesFailure } from '../kubernetes-failure.ts';

/** `aws:///ZONE/INSTANCE` (the AWS cloud provider). On Fargate and hybrid nodes the last part is no instance. */
const PROVIDER_ID = /^aws:\/\/\/[^/]*\/(i-[0-9a-f]{8,17})$/;

export const instanceIdOf = (providerId: unknown): string | null =>
  PROVIDER_ID.exec(text(providerId) ?? '')?.[1] ?? null;

/** Where a node names its ENIConfig. */
export interface EniConfigKeys {
  readonly annotation: string;
  readonly label: string;
}

/** For nodes whose ENIConfig is managed outside the CNI. It comes before all others. */
const EXTERNAL_KEY = 'vpc.amazonaws.com/externalEniConfig';
const USUAL_KEY = 'k8s.amazonaws.com/eniConfig';

/** `ENI_CONFIG_ANNOTATION_DEF` and `ENI_CONFIG_LABEL_DEF` take the place of the usual name. An empty one counts as none. */
export const eniConfigKeysOf = ({ env }: Pick<AwsNodeDaemonSet, 'env'>): EniConfigKeys => ({
  annotation: env['ENI_CONFIG_ANNOTATION_DEF'] || USUAL_KEY,
  label: env['ENI_CONFIG_LABEL_DEF'] || USUAL_KEY,
});

/** The nodes that the DaemonSet leaves out. Source: amazon-vpc-cni-k8s, the chart's `values.yaml`, `affinity`. */
const WITHOUT_CNI: ReadonlySet<string | null> = new Set(['fargate', 'hybrid', 'auto']);

export const nodeOf = (item: Json, names: readonly string[], keys: EniConfigKeys): KubernetesNode => {
  const metadata = record(item['metadata']);
  const spec = record(item['spec']);
  const status = record(item['status']);
  const labels = record(metadata['labels']);
  const annotations = record(metadata['annotations']);
  const label = (name: string): string | null => (Object.hasOwn(labels, name) ? text(labels[name]) : null);
  const name = nameOf(metadata, 'node');
  return {
    uid: text(metadata['uid']) ?? name,
    name,
    instanceId: instanceIdOf(spec['providerID']),
    instanceType: label('node.kubernetes.io/instance-type'),
    runsVpcCni:
      label('kubernetes.io/os') !== 'windows' && !WITHOUT_CNI.has(label('eks.amazonaws.com/compute-type')),
    allocatablePods: count(record(status['allocatable'])['pods']),
    ready: condition(status, 'Ready'),
    unschedulable: spec['unschedulable'] === true,
    // In the order of the CNI (amazon-vpc-cni-k8s, `GetNodeSpecificENIConfigName`).
    eniConfig: label(EXTERNAL_KEY) ?? text(annotations[keys.annotation]) ?? label(keys.label),
    nodePool: label('karpenter.sh/nodepool'),
    nodeGroup: label('eks.amazonaws.com/nodegroup'),
    labels: chosenLabels(metadata, names),
    created: time(metadata['creationTimestamp']),
  };
};

export const namespaceOf = (item: Json, names: readonly string[]): KubernetesNamespace => {
  const metadata = record(item['metadata']);
  return { name: nameOf(metadata, 'namespace'), labels: chosenLabels(metadata, names) };
};

/** @throws KubernetesFailure `malformed` for an object without a name */
export const nameOf = (metadata: Json, kind: string): string => {
  const name = text(metadata['name']);
  if (name === null) throw new KubernetesFailure('malformed', `a ${kind} has no name`);
  return name;
};
