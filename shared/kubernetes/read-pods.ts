import type { KubernetesNamespace, KubernetesPod } from '../model/kubernetes/observed.ts';
import { KubernetesFailure } from './kubernetes-failure.ts';
import type { Lists } from './lists.ts';
import { podsOf } from './records/pods.ts';
import { RESOURCES } from './resources.ts';

/** With metadata up to here: 6 kB a pod after decompression, beside 0.2 kB of the cells alone. */
const MOST_PODS_WITH_METADATA = 2_000;

/** The table of cells is asked for by namespace, so more namespaces cost more than the metadata. */
const MOST_NAMESPACES = 300;

const PAGE = 500;

/** A pod that has ended keeps no address, and one on the host's network has the node's. */
const PENDING = 'status.phase=Pending,spec.hostNetwork=false';
const RUNNING = 'status.phase!=Pending,status.phase!=Succeeded,status.phase!=Failed,spec.hostNetwork=false';

export interface PodsInput {
  readonly lists: Lists;
  readonly labels: readonly string[];
  /** Every namespace; `null`: could not be read. */
  readonly namespaces: readonly KubernetesNamespace[] | null;
}

/**
 * The pods that may hold an address. Those that wait are few and are read with their metadata; those that run with it only
 * in a cluster that is small enough. A pod that starts between the two lists counts as running.
 *
 * @throws KubernetesFailure when the pods cannot be read in full
 */
export const readPods = async (input: PodsInput): Promise<readonly KubernetesPod[]> => {
  const waiting = await withMetadata(input, PENDING, 'Pending');
  const running = await runningPods(input);
  const name = ({ namespace, name: pod }: KubernetesPod): string => `${namespace}/${pod}`;
  const started = new Set(running.map(name));
  return [...waiting.filter((pod) => !started.has(name(pod))), ...running];
};

const runningPods = async (input: PodsInput): Promise<readonly KubernetesPod[]> => {
  const { lists, namespaces, labels } = input;
  const isLarge = (await lists.count(RESOURCES.pods)) > MOST_PODS_WITH_METADATA;
  if (!isLarge || namespaces === null || namespaces.length > MOST_NAMESPACES)
    return withMetadata(input, RUNNING, 'Running');
  const pods: KubernetesPod[] = [];
  for (const { name: namespace } of namespaces) {
    const request = {
      resource: RESOURCES.pods,
      namespace,
      fieldSelector: RUNNING,
      pageSize: PAGE,
      table: 'None' as const,
    };
    // A permission for the whole cluster is what is missing, too.
    const found = await lists
      .all(request, (page) => podsOf(page, { phase: 'Running', namespace, labels }))
      .catch((error: unknown) => {
        if (error instanceof KubernetesFailure && error.status === 404) return [];
        throw error;
      });
    pods.push(...found);
  }
  return pods;
};

const withMetadata = (
  { lists, labels }: PodsInput,
  fieldSelector: string,
  phase: KubernetesPod['phase'],
): Promise<readonly KubernetesPod[]> =>
  lists.all({ resource: RESOURCES.pods, fieldSelector, pageSize: PAGE, table: 'Metadata' }, (page) =>
    podsOf(page, { phase, namespace: null, labels }),
  );

/** The name, uid and node of each pod of ipamd. */
export interface AwsNodePod {
  readonly uid: string;
  readonly name: string;
  readonly nodeName: string;
}

/** The pods of the DaemonSet aws-node, which run on the host's network. */
export const readAwsNodePods = async (lists: Lists): Promise<readonly AwsNodePod[]> => {
  const pods = await lists.all(
    {
      resource: RESOURCES.pods,
      namespace: 'kube-system',
      labelSelector: 'k8s-app=aws-node',
      pageSize: PAGE,
      table: 'Metadata',
    },
    (page) => podsOf(page, { phase: 'Running', namespace: 'kube-system', labels: [] }),
  );
  return pods.flatMap(({ uid, name, nodeName }) =>
    uid === null || nodeName === null ? [] : [{ uid, name, nodeName }],
  );
};
