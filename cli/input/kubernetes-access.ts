import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesSettings } from '../../shared/config/headroom-yml.ts';
import { createApiSource } from '../../shared/kubernetes/api-source.ts';
import { createFilesApi } from '../../shared/kubernetes/files-api.ts';
import { createHttpsApi } from '../../shared/kubernetes/https-api.ts';
import { readKubeContext } from '../../shared/kubernetes/kubeconfig.ts';
import type { EksCluster } from '../../shared/model/aws/inventory.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import type { KubernetesAccess } from '../../shared/pipeline/read-kubernetes.ts';
import type { Io } from '../base/io.ts';
import { VERSION } from '../version.ts';
import type { KubernetesOptions } from './kubernetes-options.ts';

/** Another source than EKS in its place; `null`: none is given. @throws HeadroomError when the context cannot be used */
export const otherKubernetesAccess = (
  { kubernetesFrom, context }: KubernetesOptions,
  configured: KubernetesSettings | null,
  { env }: Pick<Io, 'env'>,
): KubernetesAccess | null => {
  const { ipamd, labels } = { ipamd: false, labels: null, ...configured };
  if (kubernetesFrom !== undefined) return { ...savedAnswers(kubernetesFrom), ipamd, labels };
  return context === undefined ? null : { ...contextAccess(context, env), ipamd, labels };
};

type Chosen = Pick<KubernetesAccess, 'source' | 'choose'>;

/** A folder for each cluster, by its name, or the files of the only cluster. */
const savedAnswers = (folder: string): Chosen => {
  const folderOf = (name: string): string | null => {
    const own = join(folder, name);
    if (existsSync(own)) return own;
    return existsSync(join(folder, 'nodes.json')) || existsSync(join(folder, 'pods.json')) ? folder : null;
  };
  return {
    source: createApiSource((name) => createFilesApi(folderOf(name) ?? folder)),
    choose: (clusters) => {
      const chosen = clusters.filter(({ name }) => folderOf(name) !== null);
      const shared = chosen.filter(({ name }) => folderOf(name) === folder);
      if (chosen.length === 0)
        throw new HeadroomError(
          'kubernetes-not-saved',
          `${folder} holds no answers of any cluster that was scanned`,
          'Save them in a folder with the name of the cluster. `headroom access --save` prints the commands.',
        );
      if (shared.length > 1)
        throw new HeadroomError(
          'kubernetes-not-saved',
          `${folder} holds answers of one cluster, and ${shared.length} clusters were scanned`,
          'Move them into a folder with the name of the cluster.',
        );
      return chosen;
    },
  };
};

const contextAccess = (name: string, env: Io['env']): Chosen => {
  const context = readKubeContext(name, env);
  return {
    source: createApiSource(async () => {
      const { connection, proxyUrl } = await context.connect();
      const proxyEnv = proxyUrl === null ? env : { HTTPS_PROXY: proxyUrl };
      return createHttpsApi(connection, { userAgent: `headroom/${VERSION}`, proxyEnv });
    }),
    choose: (clusters) => [clusterOfContext(context, clusters)],
  };
};

/**
 * `aws eks update-kubeconfig` names the cluster by its ARN, and eksctl by `NAME.REGION.eksctl.io`. Another name fits only
 * where one cluster was scanned.
 */
const clusterOfContext = (
  { name, clusterName }: { readonly name: string; readonly clusterName: string },
  clusters: readonly EksCluster[],
): EksCluster => {
  const found = clusters.find(
    (cluster) =>
      cluster.arn === clusterName ||
      cluster.name === clusterName ||
      clusterName.startsWith(`${cluster.name}.`),
  );
  const [only, ...others] = clusters;
  const chosen = found ?? (others.length === 0 ? only : undefined);
  if (chosen === undefined)
    throw new HeadroomError(
      'kubernetes-no-cluster',
      `The context ${name} names the cluster ${clusterName}, which is none of those that were scanned`,
      'Scan the account and Region of that cluster.',
    );
  return chosen;
};
