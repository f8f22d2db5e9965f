import type { PodAutoscaler, Workload } from '../../model/kubernetes/observed.ts';
import { chosenLabels, condition, count, type Json, record, text } from '../json-fields.ts';
import { KubernetesFailure } from '../kubernetes-failure.ts';
import { nameOf } from './nodes.ts';

/** The API's own default of `maxSurge` of a Deployment (apps/v1, RollingUpdateDeployment). */
const DEFAULT_SURGE = '25%';

/** Kubernetes rounds a share of surge up. */
const surgeOf = (value: unknown, desired: number): number => {
  const share = typeof value === 'string' ? /^(\d{1,4})%$/.exec(value)?.[1] : undefined;
  return share === undefined ? (count(value) ?? 0) : Math.ceil((Number(share) * desired) / 100);
};

/** What a workload adds while it rolls. A StatefulSet replaces pods in place; a DaemonSet surges only where it is set. */
const surge = (kind: Workload['kind'], spec: Json, desired: number): number => {
  if (kind === 'Deployment') {
    const strategy = record(spec['strategy']);
    return strategy['type'] === 'Recreate'
      ? 0
      : surgeOf(record(strategy['rollingUpdate'])['maxSurge'] ?? DEFAULT_SURGE, desired);
  }
  if (kind === 'DaemonSet')
    return surgeOf(record(record(spec['updateStrategy'])['rollingUpdate'])['maxSurge'] ?? 0, desired);
  return 0;
};

/** A Job that is suspended, complete or failed wants no pods. One that has nearly all completions wants fewer than it may run at once. */
const desiredJobPods = (spec: Json, status: Json): number => {
  const hasEnded = ['Complete', 'Failed'].some((type) => condition(status, type) === true);
  if (spec['suspend'] === true || hasEnded || text(status['completionTime']) !== null) return 0;
  const atOnce = count(spec['parallelism']) ?? 1;
  const completions = count(spec['completions']);
  return completions === null
    ? atOnce
    : Math.min(atOnce, Math.max(0, completions - (count(status['succeeded']) ?? 0)));
};

const desiredPods = (kind: Workload['kind'], spec: Json, status: Json): number => {
  if (kind === 'Job') return desiredJobPods(spec, status);
  if (kind === 'DaemonSet') return count(status['desiredNumberScheduled']) ?? 0;
  return count(spec['replicas']) ?? 1;
};

export const workloadOf = (kind: Workload['kind'], item: Json, labels: readonly string[]): Workload => {
  const metadata = record(item['metadata']);
  const spec = record(item['spec']);
  const name = nameOf(metadata, kind);
  const desired = desiredPods(kind, spec, record(item['status']));
  return {
    kind,
    namespace: namespaceNameOf(metadata, kind),
    name,
    desired,
    surge: surge(kind, spec, desired),
    hostNetwork: record(record(spec['template'])['spec'])['hostNetwork'] === true,
    labels: chosenLabels(metadata, labels),
  };
};

/** `null` for one that names no target. */
export const autoscalerOf = (item: Json): PodAutoscaler | null => {
  const metadata = record(item['metadata']);
  const spec = record(item['spec']);
  const target = record(spec['scaleTargetRef']);
  const [kind, name] = [text(target['kind']), text(target['name'])];
  const maxReplicas = count(spec['maxReplicas']);
  if (kind === null || name === null || maxReplicas === null) return null;
  return {
    namespace: namespaceNameOf(metadata, 'HorizontalPodAutoscaler'),
    name: nameOf(metadata, 'HorizontalPodAutoscaler'),
    target: { kind, name },
    minReplicas: count(spec['minReplicas']) ?? 1,
    maxReplicas,
  };
};

const namespaceNameOf = (metadata: Json, kind: string): string => {
  const namespace = text(metadata['namespace']);
  if (namespace === null) throw new KubernetesFailure('malformed', `a ${kind} has no namespace`);
  return namespace;
};
