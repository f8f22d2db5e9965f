import pLimit from 'p-limit';
import * as z from 'zod/mini';
import { actionFor } from '../kubernetes/kubernetes-failure.ts';
import { DEFAULT_LABELS, type KubernetesSource } from '../kubernetes/kubernetes-source.ts';
import type { EksCluster, Target } from '../model/aws/inventory.ts';
import type { Problem } from '../model/base/errors.ts';
import type { KubernetesReading } from '../model/kubernetes/observed.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';
import { attempt } from './attempt.ts';

/** Whose Kubernetes APIs are read, and how much of them. */
export interface KubernetesAccess {
  readonly source: KubernetesSource;
  /** The clusters of a target that are read. @throws HeadroomError where that cannot be said */
  readonly choose: (clusters: readonly EksCluster[]) => readonly EksCluster[];
  readonly ipamd: boolean;
  /** Labels that name a team or an application; `null`: the usual ones. */
  readonly labels: readonly string[] | null;
}

interface ReadInput {
  readonly target: Target;
  readonly sources: { readonly kubernetes?: KubernetesAccess | null };
  readonly cache: CacheStore | null;
  readonly now: number;
}

/** Each cluster has an API server of its own; the scan's memory is shared. */
const CLUSTERS_AT_ONCE = 2;

/** Workloads and autoscalers change rarely, and as JSON they are the largest part of a reading. */
const WORKLOADS_MILLISECONDS = 3_600_000;

/** An item of DynamoDB holds 400 KB. Larger lists of workloads are read in every scan. */
const MOST_CACHED_CHARACTERS = 300_000;

/**
 * Reads the Kubernetes APIs of the chosen clusters; `null`: none was asked. A cluster that cannot be read at all is a problem
 * of the scan and unknown in every part; it does not end the scan. A part that may not be read says so itself.
 */
export const readKubernetes = async (
  { target, sources, cache, now }: ReadInput,
  clusters: readonly EksCluster[],
  problems: Problem[],
): Promise<ReadonlyMap<string, KubernetesReading> | null> => {
  const access = sources.kubernetes ?? null;
  if (access === null) return null;
  const chosen = (await attempt(problems, async () => access.choose(clusters))) ?? [];
  const limit = pLimit(CLUSTERS_AT_ONCE);
  const readings = await Promise.all(
    chosen.map(({ name }) =>
      limit(async () => {
        const key = `kubernetes-workloads/${target.accountId}/${target.region}/${name}`;
        const kept = await cache?.get(key, now, WORKLOADS);
        const reading = await access.source.read(name, {
          now,
          labels: access.labels ?? DEFAULT_LABELS,
          workloads: kept == null,
          ipamd: access.ipamd,
        });
        const problem = problemWith(reading);
        if (problem !== null) problems.push(problem);
        if (kept != null) return { ...reading, ...kept };
        await keepWorkloads(reading, key, cache, now);
        return reading;
      }),
    ),
  );
  return new Map(readings.map((reading) => [reading.cluster, reading]));
};

/** Parts that are known: no others are kept. */
interface Workloads {
  readonly workloads: Extract<KubernetesReading['workloads'], { readonly known: true }>;
  readonly autoscalers: Extract<KubernetesReading['autoscalers'], { readonly known: true }>;
}

const WORKLOADS: RecordForm<Workloads> = z.object({
  workloads: z.object({
    known: z.literal(true),
    value: z.array(
      z.object({
        kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet', 'Job']),
        namespace: z.string(),
        name: z.string(),
        desired: z.number(),
        surge: z.number(),
        hostNetwork: z.boolean(),
        labels: z.record(z.string(), z.string()),
      }),
    ),
  }),
  autoscalers: z.object({
    known: z.literal(true),
    value: z.array(
      z.object({
        namespace: z.string(),
        name: z.string(),
        target: z.object({ kind: z.string(), name: z.string() }),
        minReplicas: z.number(),
        maxReplicas: z.number(),
      }),
    ),
  }),
});

/** What could not be read is asked for again in the next scan. */
const keepWorkloads = async (
  { workloads, autoscalers }: KubernetesReading,
  key: string,
  cache: CacheStore | null,
  now: number,
): Promise<void> => {
  if (cache === null || !workloads.known || !autoscalers.known) return;
  const kept: Workloads = { workloads, autoscalers };
  if (JSON.stringify(kept).length <= MOST_CACHED_CHARACTERS)
    await cache.put(key, kept, now + WORKLOADS_MILLISECONDS);
};

/** Neither nodes nor pods: nothing that the cluster was asked for is known. A missing permission is reported by its part. */
const problemWith = ({ cluster, nodes, pods }: KubernetesReading): Problem | null => {
  if (nodes.known || pods.known || nodes.unread.reason === 'forbidden') return null;
  return {
    code: `kubernetes-${nodes.unread.reason}`,
    message: `The Kubernetes API of cluster ${cluster} was not read: ${nodes.unread.message}`,
    action: actionFor(nodes.unread.reason, cluster),
  };
};
