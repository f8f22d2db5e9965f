import pLimit from 'p-limit';
import { type IpamdReading, type KubernetesPermission, known, unread } from '../model/kubernetes/observed.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import { forbidden, KubernetesFailure, unreadOf } from './kubernetes-failure.ts';
import type { AwsNodePod } from './read-pods.ts';
import { samplesOf } from './records/exposition.ts';

/** 200 nodes took 0.22 s with so many at once, and 0.7 s one by one. */
const AT_ONCE = 32;

/** A node that hangs costs this long, and only itself. Milliseconds. */
const TIMEOUT = 5_000;

/** The port of ipamd's metrics (amazon-vpc-cni-k8s, `INTROSPECTION_BIND_ADDRESS` is another one). */
const PORT = 61_678;

export const PROXY_PERMISSION: KubernetesPermission = {
  verb: 'get',
  resource: 'pods/proxy',
  group: '',
  namespace: 'kube-system',
};

/**
 * The counters of every ipamd. A node that does not answer is in the result, unread by name.
 *
 * @throws KubernetesFailure `forbidden` where the permission is missing: it is one for all pods of the namespace
 */
export const readIpamd = async (
  api: KubernetesApi,
  pods: readonly AwsNodePod[],
): Promise<readonly IpamdReading[]> => {
  const limit = pLimit(AT_ONCE);
  const read = async (pod: AwsNodePod): Promise<IpamdReading> => {
    const named = { nodeName: pod.nodeName, podUid: pod.uid, podName: pod.name };
    try {
      return { ...named, samples: known(await samples(api, pod)) };
    } catch (error) {
      if (!(error instanceof KubernetesFailure)) throw error;
      const { reason, message, permission } = unreadOf(error);
      return { ...named, samples: unread(reason, message, permission) };
    }
  };
  const readings = await Promise.all(pods.map((pod) => limit(() => read(pod))));
  const isForbidden = ({ samples: part }: IpamdReading): boolean =>
    !part.known && part.unread.reason === 'forbidden';
  if (readings.length > 0 && readings.every(isForbidden)) throw forbidden(PROXY_PERMISSION);
  return readings;
};

const samples = async (api: KubernetesApi, { name }: AwsNodePod) => {
  const path = `/api/v1/namespaces/kube-system/pods/${encodeURIComponent(name)}:${PORT}/proxy/metrics`;
  const { status, text } = await api.ask({ path, accept: 'text/plain', timeout: TIMEOUT, proxied: true });
  if (status === 403) throw forbidden(PROXY_PERMISSION);
  if (status !== 200)
    throw new KubernetesFailure('failed', `the node's ipamd answered ${status} through the API server`, {
      status,
    });
  return samplesOf(text);
};
