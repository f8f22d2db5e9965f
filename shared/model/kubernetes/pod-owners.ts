import type { KubernetesPod, KubernetesReading, Workload } from './observed.ts';

/** Labels that name a team, in this order; on the pod first, then on its namespace. */
const TEAM_LABELS = ['team', 'owner'] as const;

/** Names the workload and the team of each pod of one reading. */
export class PodOwners {
  readonly #workloads: ReadonlyMap<string, readonly Workload[]>;
  readonly #teamOfNamespace: ReadonlyMap<string, string | null>;

  constructor(reading: Pick<KubernetesReading, 'workloads' | 'namespaces'>) {
    const workloads = reading.workloads.known ? reading.workloads.value : [];
    // The longest name first: `api-canary` before `api`.
    const longestFirst = workloads.toSorted((a, b) => b.name.length - a.name.length);
    this.#workloads = Map.groupBy(longestFirst, ({ namespace }) => namespace);
    const namespaces = reading.namespaces.known ? reading.namespaces.value : [];
    this.#teamOfNamespace = new Map(namespaces.map(({ name, labels }) => [name, teamIn(labels)]));
  }

  /**
   * `namespace/kind/name`; `null`: not known. A pod that was read from a table has no owner there: its name begins with that of
   * its workload.
   */
  workloadOf({ namespace, name, owner }: Pick<KubernetesPod, 'namespace' | 'name' | 'owner'>): string | null {
    if (owner !== null) return `${namespace}/${owner.kind}/${owner.name}`;
    const match = this.#workloads.get(namespace)?.find((workload) => name.startsWith(`${workload.name}-`));
    return match === undefined ? null : `${namespace}/${match.kind}/${match.name}`;
  }

  teamOf({ namespace, labels }: Pick<KubernetesPod, 'namespace' | 'labels'>): string | null {
    return teamIn(labels) ?? this.#teamOfNamespace.get(namespace) ?? null;
  }
}

const teamIn = (labels: KubernetesPod['labels']): string | null => {
  for (const label of TEAM_LABELS) {
    const value = labels[label];
    if (value !== undefined && value !== '') return value;
  }
  return null;
};
