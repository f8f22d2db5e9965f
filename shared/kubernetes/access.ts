import { type KubernetesPermission, permissionName } from '../model/kubernetes/observed.ts';
import { type Json, record } from './json-fields.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import { KubernetesFailure } from './kubernetes-failure.ts';
import { permissionOf, succeeded } from './lists.ts';
import { PROXY_PERMISSION } from './read-ipamd.ts';
import { RESOURCES } from './resources.ts';

/** The group that the access entry gives Headroom, and that the roles below are bound to. */
export const READERS_GROUP = 'headroom-readers';

/** A permission, and what a reading says with it. */
export interface AccessNeed {
  readonly permission: KubernetesPermission;
  readonly purpose: string;
  /** Asked for only where the configuration asks for the counters of ipamd. */
  readonly isOptional: boolean;
}

const PURPOSES: Readonly<Record<keyof typeof RESOURCES, string>> = {
  pods: 'which pods hold addresses, and which wait for one',
  nodes: 'the instance of each node, and how many pods it may run',
  namespaces: 'teams by namespace',
  events: 'pods that got no address',
  services: 'addresses of the service range in use',
  daemonSets: 'the settings of the CNI, and committed pods',
  deployments: 'committed pods',
  statefulSets: 'committed pods',
  jobs: 'committed pods',
  autoscalers: 'committed pods at most',
  serviceCidrs: 'the size of the service range',
  ipAddresses: 'addresses of the service range in use',
  eniConfigs: 'subnets of pods with custom networking',
  cniNodes: 'nodes with security groups for pods',
  nodePools: 'limits of node pools',
  nodeClaims: 'nodes that Karpenter starts',
  ec2NodeClasses: 'subnets of node pools',
  autoModeNodeClasses: 'subnets of Auto Mode nodes',
};

/** Every permission that a reading uses. Nothing else is asked of the API. */
export const ACCESS_NEEDS: readonly AccessNeed[] = [
  ...Object.entries(RESOURCES).map(([name, resource]) => ({
    permission: permissionOf({ resource }),
    purpose: PURPOSES[name as keyof typeof RESOURCES],
    isOptional: false,
  })),
  { permission: PROXY_PERMISSION, purpose: "the counters of every node's ipamd", isOptional: true },
];

/** Whether a permission is granted; `null`: not known. */
export interface ReviewedNeed extends AccessNeed {
  readonly name: string;
  readonly granted: boolean | null;
}

const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/**
 * Asks the API server for each permission whether the caller has it (SelfSubjectAccessReview, which every authenticated caller
 * may do). On EKS a list of the caller's rules is incomplete where access policies grant them, so it is not used.
 *
 * @throws KubernetesFailure when the API server cannot be reached, does not accept the credentials, or reviews nothing
 */
export const reviewAccess = async (
  api: KubernetesApi,
  needs: readonly AccessNeed[],
): Promise<readonly ReviewedNeed[]> => {
  const reviewed: ReviewedNeed[] = [];
  for (const need of needs) {
    const answer = await api.ask({ path: REVIEWS, review: reviewOf(need.permission) });
    if (answer.status === 403)
      throw new KubernetesFailure(
        'failed',
        'the API server reviews no permissions for this caller: the ClusterRole system:basic-user is not bound to it',
        { status: 403 },
      );
    const granted = grantedIn(
      succeeded(answer, { ...need.permission, resource: 'selfsubjectaccessreviews' }),
    );
    reviewed.push({ ...need, name: permissionName(need.permission), granted });
  }
  return reviewed;
};

const SELF = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

/**
 * The groups of the caller (SelfSubjectReview, since Kubernetes 1.28, for every authenticated caller); `null`: the API server did not
 * say.
 */
export const reviewGroups = async (api: KubernetesApi): Promise<readonly string[] | null> => {
  const review = JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' });
  const { status, text } = await api.ask({ path: SELF, review });
  if (status !== 201) return null;
  const { groups } = record(statusIn(text)['userInfo']);
  return Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : null;
};

const reviewOf = ({ verb, resource, group, namespace }: KubernetesPermission): string => {
  const [plural, subresource] = resource.split('/');
  return JSON.stringify({
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: {
      resourceAttributes: {
        verb,
        group,
        resource: plural,
        ...(subresource === undefined ? {} : { subresource }),
        ...(namespace === null ? {} : { namespace }),
      },
    },
  });
};

const grantedIn = (text: string): boolean => {
  const { allowed } = statusIn(text);
  if (typeof allowed !== 'boolean')
    throw new KubernetesFailure('malformed', 'the API server answered no review of the permissions');
  return allowed;
};

const statusIn = (text: string): Json => {
  try {
    return record(record(JSON.parse(text))['status']);
  } catch {
    return {};
  }
};
