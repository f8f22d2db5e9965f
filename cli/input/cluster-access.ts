import { type EKSClient, ListClustersCommand, ResourceNotFoundException } from '@aws-sdk/client-eks';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { CallMeter } from '../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../shared/aws/clients.ts';
import { agentSettings } from '../../shared/aws/network.ts';
import { homeRegion } from '../../shared/aws/reachable-targets.ts';
import { USER_AGENT } from '../../shared/aws/target-sources.ts';
import {
  ACCESS_NEEDS,
  type AccessNeed,
  type ReviewedNeed,
  reviewAccess,
  reviewGroups,
} from '../../shared/kubernetes/access.ts';
import { accessTerraform, entryCommands, manifestsYaml } from '../../shared/kubernetes/access-manifests.ts';
import { openEksApi } from '../../shared/kubernetes/eks-api.ts';
import { createHttpsApi } from '../../shared/kubernetes/https-api.ts';
import { readKubeContext } from '../../shared/kubernetes/kubeconfig.ts';
import type { KubernetesApi } from '../../shared/kubernetes/kubernetes-api.ts';
import { KubernetesFailure } from '../../shared/kubernetes/kubernetes-failure.ts';
import { parseArn, targetOfArn } from '../../shared/model/aws/arn.ts';
import { awsFailure } from '../../shared/model/aws/aws-failure.ts';
import { answeredList } from '../../shared/model/aws/aws-pages.ts';
import { type Problem, problemOf } from '../../shared/model/base/errors.ts';
import { permissionName } from '../../shared/model/kubernetes/observed.ts';
import { UsageError } from '../base/command-line.ts';
import type { Io } from '../base/io.ts';
import { nearestOf } from './nearest-name.ts';
import type { ScanOptions } from './scan-options.ts';

export interface CheckedPermission {
  readonly permission: string;
  /** `null`: unknown. */
  readonly granted: boolean | null;
  readonly purpose: string;
}

export interface CheckedAccess {
  readonly cluster: string;
  /** Whom the access entry is for. */
  readonly roleArn: string;
  readonly permissions: readonly CheckedPermission[];
  /** The API server accepts the credentials: there is an access entry. */
  readonly isKnown: boolean;
  /** Why the API server could not be asked. */
  readonly problem: Problem | null;
  /** Commands for the access entry: to make it, or to give it the group. None where it has all it needs. */
  readonly commands: readonly string[];
  /** The whole roles: what is applied or planned again takes the place of what was there. */
  readonly yaml: string;
  readonly terraform: string;
}

export interface AccessOptions extends Pick<ScanOptions, 'region' | 'roleArn' | 'externalId' | 'context'> {
  readonly cluster: string;
  readonly ipamd?: boolean;
}

/** Asks the API server of a cluster what the identity of a scan may read. @throws HeadroomError when AWS does not answer */
export const checkAccess = async (
  options: AccessOptions,
  { env }: Pick<Io, 'env'>,
): Promise<CheckedAccess> => {
  const { cluster } = options;
  const region = await homeRegion(options.region?.[0]);
  const asked = options.region?.[0] ?? region;
  const given = options.roleArn?.[0];
  const clients = createTargetClients({
    region: asked,
    meter: new CallMeter(),
    role: given === undefined ? undefined : { roleArn: given, externalId: options.externalId ?? null },
  });
  try {
    const identity = await identityOf(clients.sts, asked);
    const roleArn = given ?? roleOfSession(identity);
    const needs = ACCESS_NEEDS.filter(({ isOptional }) => !isOptional || options.ipamd === true);
    const open = async (): Promise<KubernetesApi> =>
      options.context === undefined
        ? openEksApi(cluster, {
            eks: (await clients.services()).eks,
            sts: clients.sts,
            target: { accountId: targetOfArn(identity).accountId, region: asked },
            options: { userAgent: USER_AGENT, proxyEnv: agentSettings().proxyEnv },
          })
        : openContext(options.context, env);
    const reviewed = await review(open, needs);
    if (reviewed.isMissing) throw await noSuchCluster(cluster, asked, (await clients.services()).eks);
    const subject = { clusterName: cluster, region: asked, roleArn };
    return {
      cluster,
      roleArn,
      permissions: reviewed.needs.map(({ name: permission, granted, purpose }) => ({
        permission,
        granted,
        purpose,
      })),
      isKnown: reviewed.isKnown,
      problem: reviewed.problem,
      commands: entryCommands(subject, reviewed),
      yaml: manifestsYaml(needs),
      terraform: `${accessTerraform(subject, needs)}\n`,
    };
  } finally {
    clients.destroy();
  }
};

const openContext = async (name: string, env: Io['env']): Promise<KubernetesApi> => {
  const { connection, proxyUrl } = await readKubeContext(name, env).connect();
  return createHttpsApi(connection, {
    userAgent: USER_AGENT,
    proxyEnv: proxyUrl === null ? env : { HTTPS_PROXY: proxyUrl },
  });
};

const identityOf = async (
  sts: ReturnType<typeof createTargetClients>['sts'],
  region: string,
): Promise<string> => {
  const target = { accountId: 'unknown', region };
  try {
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    return Arn ?? 'unknown';
  } catch (error) {
    throw awsFailure(error, { action: 'sts:GetCallerIdentity', target });
  }
};

/** A session names its role without the role's path. The access entry is for the role. */
const roleOfSession = (arn: string): string => {
  const parts = parseArn(arn);
  const [, name] = /^assumed-role\/([^/]+)\//.exec(parts?.resource ?? '') ?? [];
  return parts === null || name === undefined
    ? arn
    : `arn:${parts.partition}:iam::${parts.accountId}:role/${name}`;
};

interface Review {
  readonly needs: readonly ReviewedNeed[];
  readonly isKnown: boolean;
  /** Groups of the caller in the cluster; `null`: not known. */
  readonly groups: readonly string[] | null;
  /** EKS has no such cluster. */
  readonly isMissing: boolean;
  readonly problem: Problem | null;
}

/** With the nearest name, where clusters may be listed. */
const noSuchCluster = async (name: string, region: string, eks: EKSClient): Promise<UsageError> => {
  const nearest = async (): Promise<string> => {
    const { clusters } = await eks.send(new ListClustersCommand({}));
    return nearestOf(name, answeredList(clusters, 'clusters'));
  };
  const others = await nearest().catch(() => '');
  return new UsageError(
    `There is no EKS cluster ${name} in ${region}.${others}`,
    'Correct --cluster, or name the Region of the cluster with --region.',
  );
};

/** Credentials that are not accepted have no permission; of an API that cannot be reached nothing is known. */
const review = async (open: () => Promise<KubernetesApi>, needs: readonly AccessNeed[]): Promise<Review> => {
  const all = (granted: boolean | null) =>
    needs.map((need) => ({ ...need, name: permissionName(need.permission), granted }));
  let api: KubernetesApi | null = null;
  try {
    api = await open();
    const reviewed = await reviewAccess(api, needs);
    const groups = await reviewGroups(api);
    return { needs: reviewed, isKnown: true, groups, isMissing: false, problem: null };
  } catch (error) {
    if (!(error instanceof KubernetesFailure)) throw error;
    if (error.reason === 'unauthenticated')
      return { needs: all(false), isKnown: false, groups: null, isMissing: false, problem: null };
    const isMissing = error.cause instanceof ResourceNotFoundException;
    return { needs: all(null), isKnown: false, groups: null, isMissing, problem: problemOf(error) };
  } finally {
    api?.close();
  }
};
