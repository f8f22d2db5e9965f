import type { KubernetesNamespace, KubernetesNode } from '../../model/kubernetes/observed.ts';
import { chosenLabels, condition, count, type Json, record, text, time } from '../json-fields.ts';
import { KubernetesFailure } from '../kubernetes-failure.ts';

/** `aws:///ZONE/INSTANCE` (the AWS cloud provider). On Fargate and hybrid nodes the last part is no instance. */
const PROVIDER_ID = /^aws:\/\/\/[^/]*\/(i-[0-9a-f]{8,17})$/;

export const instanceIdOf = (providerId: unknown): string | null =>
  PROVIDER_ID.exec(text(providerId) ?? '')?.[1] ?? null;

export const nodeOf = (item: Json, names: readonly string[]): KubernetesNode => {
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
    zone: label('topology.kubernetes.io/zone'),
    instanceType: label('node.kubernetes.io/instance-type'),
    allocatablePods: count(record(status['allocatable'])['pods']),
    ready: condition(status, 'Ready'),
    unschedulable: spec['unschedulable'] === true,
    // The CNI looks at the annotation first (amazon-vpc-cni-k8s, pkg/eniconfig).
    eniConfig: text(annotations['k8s.amazonaws.com/eniConfig']) ?? label('k8s.amazonaws.com/eniConfig'),
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
