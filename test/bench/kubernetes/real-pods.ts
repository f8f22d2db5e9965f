import { ACCESS_NEEDS } from '../../../shared/kubernetes/access.ts';
import { accessManifests } from '../../../shared/kubernetes/access-manifests.ts';
import { namespaceObject, nodeObject } from '../../fixtures/kubernetes/objects.ts';
import { READER_TOKEN, startRealKubernetes } from '../../fixtures/kubernetes/real-api.ts';
import { NAMESPACES, NODES, namespaceAt, podAt } from './large-pod.ts';

/** Writes at once. A pod takes two: the API server ignores the status in the first. */
const WRITERS = 16;

/** A real API server with so many pods, and who may read them. */
export const startRealPods = async (pods: number) => {
  const real = await startRealKubernetes();
  await real.put(accessManifests(ACCESS_NEEDS));
  for (let index = 0; index < NAMESPACES; index += 1) await real.put([namespaceObject(namespaceAt(index))]);
  const write = async (count: number, made: (index: number) => Parameters<typeof real.put>[0][number]) => {
    let next = 0;
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        while (next < count) await real.put([made(next++)]);
      }),
    );
  };
  await write(Math.min(NODES, pods), nodeObject);
  await write(pods, podAt);
  return {
    url: real.url,
    pid: real.pid,
    certificateAuthority: real.certificateAuthority,
    token: READER_TOKEN,
    stop: () => real.close(),
  };
};
