import type { KubernetesApi } from './kubernetes-api.ts';
import { KubernetesFailure } from './kubernetes-failure.ts';
import type { KubernetesSource } from './kubernetes-source.ts';
import { readCluster, unreadCluster } from './read-cluster.ts';

/** A source over whatever opens the API of a cluster. A cluster whose API cannot be opened is unknown in every part. */
export const createApiSource = (
  open: (cluster: string) => KubernetesApi | Promise<KubernetesApi>,
): KubernetesSource => ({
  read: async (cluster, request) => {
    let api: KubernetesApi | null = null;
    try {
      api = await open(cluster);
      return await readCluster(cluster, api, request);
    } catch (error) {
      if (!(error instanceof KubernetesFailure)) throw error;
      return unreadCluster(cluster, request.now, error);
    } finally {
      api?.close();
    }
  },
});
