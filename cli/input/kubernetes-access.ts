import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesSettings } from '../../shared/config/headroom-yml.ts';
import { createApiSource } from '../../shared/kubernetes/api-source.ts';
import { createFilesApi } from '../../shared/kubernetes/files-api.ts';
import { createHttpsApi } from '../../shared/kubernetes/https-api.ts';
import { readKubeContext } from '../../shared/kubernetes/kubeconfig.ts';
import { parseArn, targetOfArn } from '../../shared/model/aws/arn.ts';
import type { EksCluster, Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import type { KubernetesAccess } from '../../shared/pipeline/read-kubernetes.ts';
import type { Io } from '../base/io.ts';
import { VERSION } from '../version.ts';
import type { KubernetesOptions } from './kubernetes-options.ts';

/** What reads the clusters of all these targets. @throws HeadroomError where it is not sure which cluster is meant */
type AccessOf = (targets: readonly Target[]) => KubernetesAccess;

/** Another source than EKS in its place; `null`: none is given. @throws HeadroomError when the context cannot be used */
export const otherKubernetesAccess = (
  { kubernetesFrom, context }: KubernetesOptions,
  configured: KubernetesSettings | null,
  { env }: Pick<Io, 'env'>,
): AccessOf | null => {
  const { ipamd, labels } = { ipamd: false, labels: null, ...configured };
  if (kubernetesFrom !== undefined)
    return (targets) => ({ ...savedAnswers(kubernetesFrom, targets), ipamd, labels });
  if (context === undefined) return null;
  const read = readKubeContext(context, env);
  return (targets) => ({ ...contextAccess(read, env, targets), ipamd, labels });
};

type KubeContext = ReturnType<typeof readKubeContext>;
type Chosen = Pick<KubernetesAccess, 'source' | 'choose'>;

/** A folder for each cluster, by its name, or the files of the only cluster. */
const savedAnswers = (folder: string, targets: readonly Target[]): Chosen => {
  /** Which cluster has the answers of a folder: in another account or Region one may have the same name. */
  const taken = new Map<string, string>();
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
      // In one of several accounts and Regions there may be none.
      if (chosen.length === 0 && targets.length > 1) return [];
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
      for (const { arn, name } of chosen) {
        const other = taken.get(folderOf(name) ?? folder);
        if (other !== undefined && other !== arn)
          throw new HeadroomError(
            'kubernetes-not-saved',
            `${folder} holds answers of one cluster for ${other} and ${arn}`,
            'Scan the account and Region of that cluster alone.',
          );
        taken.set(folderOf(name) ?? folder, arn);
      }
      return chosen;
    },
  };
};

const contextAccess = (context: KubeContext, env: Io['env'], targets: readonly Target[]): Chosen => {
  if (targets.length > 1) refuseUnsure(context, targets);
  return {
    source: createApiSource(async () => {
      const { connection, proxyUrl } = await context.connect();
      const proxyEnv = proxyUrl === null ? env : { HTTPS_PROXY: proxyUrl };
      return createHttpsApi(connection, { userAgent: `headroom/${VERSION}`, proxyEnv });
    }),
    choose: (clusters) => {
      const found = clusters.find((cluster) => isNamedBy(context, cluster));
      if (found !== undefined) return [found];
      const [only, ...others] = clusters;
      // Of several accounts and Regions, one has the cluster.
      if (targets.length > 1) return [];
      const namesAnother = parseArn(context.clusterName) !== null || EKSCTL.test(context.clusterName);
      if (only === undefined || others.length > 0 || namesAnother)
        throw noCluster(context, 'which is none of those that were scanned');
      return [only];
    },
  };
};

/** `aws eks update-kubeconfig` names a cluster by its ARN, and eksctl by `NAME.REGION.eksctl.io`. */
const isNamedBy = ({ clusterName }: KubeContext, { arn, name }: EksCluster): boolean =>
  clusterName === arn ||
  clusterName === name ||
  clusterName === `${name}.${targetOfArn(arn).region}.eksctl.io`;

const EKSCTL = /\.([a-z0-9-]+)\.eksctl\.io$/;

/** A bare name could be that of a cluster in each of several accounts and Regions, and their pods would be taken for one another. */
const refuseUnsure = (context: KubeContext, targets: readonly Target[]): void => {
  const { clusterName } = context;
  const arn = parseArn(clusterName);
  const region = arn?.region ?? EKSCTL.exec(clusterName)?.[1];
  const meant = targets.filter(
    (target) => target.region === region && (arn === null || target.accountId === arn.accountId),
  );
  if (meant.length === 1) return;
  throw noCluster(
    context,
    meant.length === 0 && region !== undefined
      ? 'whose account and Region are none of those that are scanned'
      : `and ${targets.length} accounts and Regions are scanned`,
  );
};

const noCluster = ({ name, clusterName }: KubeContext, why: string): HeadroomError =>
  new HeadroomError(
    'kubernetes-no-cluster',
    `The context ${name} names the cluster ${clusterName}, ${why}`,
    'Scan the account and Region of that cluster alone: --region, --role-arn, --profile.',
  );
