import { kubectl, type Word } from '../../base/commands.ts';
import type { Remedy } from '../../result/finding.ts';
import type { OwnerChange } from '../../result/owner-changes.ts';

/** `cluster/namespace/kind/name`, as workloads are named. */
const WORKLOAD = /^([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/;

/** So many may be stopped. */
const SHOWN = 2;

const SUSPENDED = JSON.stringify({ spec: { suspend: true } });

/** How to stop each kind. Source: Kubernetes documentation, "Suspending a Job", "Schedule suspension", `kubectl scale`. */
const STOPS: Readonly<
  Record<string, { readonly verb: string; readonly effect: string; readonly words: readonly Word[] }>
> = {
  Job: {
    verb: 'Suspend',
    effect: 'Ends its pods and gives their addresses back. `suspend: false` lets it go on.',
    words: ['--type', 'merge', '--patch', SUSPENDED],
  },
  CronJob: {
    verb: 'Suspend',
    effect: 'Starts no more jobs. Those that run go on.',
    words: ['--type', 'merge', '--patch', SUSPENDED],
  },
  Deployment: {
    verb: 'Scale down',
    effect: 'Keeps one replica. If an autoscaler starts more, lower its maximum first.',
    words: ['--replicas', '1'],
  },
  StatefulSet: {
    verb: 'Scale down',
    effect: 'Keeps one replica. If an autoscaler starts more, lower its maximum first.',
    words: ['--replicas', '1'],
  },
};

/** How to stop the workloads that take the addresses, the largest first; none where their kind has no switch. */
export const stopWorkloads = (grown: readonly OwnerChange[]): readonly Remedy[] =>
  grown
    .flatMap(({ name }): readonly Remedy[] => {
      const [, cluster = '', namespace = '', kind = '', workload = ''] = WORKLOAD.exec(name ?? '') ?? [];
      const stop = Object.hasOwn(STOPS, kind) ? STOPS[kind] : undefined;
      if (stop === undefined) return [];
      const object = `${kind.toLowerCase()}/${workload}`;
      const verb = stop.verb === 'Suspend' ? 'patch' : 'scale';
      return [
        {
          title: `${stop.verb} ${name}`,
          effect: stop.effect,
          price: 'Free. Its work waits.',
          when: 'Right when it takes more than it should, or can wait.',
          commands: [kubectl(verb, object, '--namespace', namespace, ...stop.words)],
          preconditions: [{ text: `kubectl's context is that of the cluster ${cluster}.`, holds: null }],
        },
      ];
    })
    .slice(0, SHOWN);
