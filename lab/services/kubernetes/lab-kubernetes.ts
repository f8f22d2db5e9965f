import type { LabClock } from '../../clock.ts';
import type { LabCall } from '../../dispatch.ts';
import type { Estate } from '../../estate/estate.ts';
import type { Caller, Identities } from '../../http/identity.ts';
import { LabError } from '../../http/lab-error.ts';
import type { RawRequest, Reply } from '../../http/server.ts';
import { answerKubernetes, type KubernetesCluster, type Right } from './kubernetes.ts';
import { simulatedObjects } from './simulated-objects.ts';

/** Where the lab serves the API of a cluster: DescribeCluster gives it as the endpoint. */
export const kubernetesPath = (clusterName: string): string => `/kubernetes/${clusterName}`;

const PATH = /^\/kubernetes\/([^/]+)(\/.*)$/;

export interface LabKubernetesInput {
  readonly estate: Estate;
  readonly clock: LabClock;
  readonly identities: Identities;
  readonly calls: LabCall[];
  /** What a caller may do in a cluster. */
  readonly mayDo: (right: Right, clusterName: string) => boolean;
  readonly groups: readonly string[] | undefined;
}

/** The caller behind a token of EKS. The lab does not check the signature: it has no secrets to keep. */
const callerOf = (token: string, identities: Identities, now: number): Caller | null => {
  const [, encoded = ''] = token.split('k8s-aws-v1.');
  const url = Buffer.from(encoded, 'base64url').toString('utf8');
  if (!URL.canParse(url)) return null;
  const credential = new URL(url).searchParams.get('X-Amz-Credential') ?? '';
  try {
    return identities.callerOf({ authorization: `Credential=${credential}` }, now);
  } catch (error) {
    if (error instanceof LabError) return null;
    throw error;
  }
};

/** Answers for the clusters of the lab's AWS. `undefined`: the request is for no cluster. */
export const createLabKubernetes = ({
  estate,
  clock,
  identities,
  calls,
  mayDo,
  groups,
}: LabKubernetesInput) => {
  return (request: RawRequest): Reply | null | undefined => {
    const [, name = '', path = ''] = PATH.exec(request.path) ?? [];
    if (name === '') return undefined;
    let caller: Caller | null = null;
    const cluster: KubernetesCluster = {
      objects: () =>
        estate.change?.(clock.now(), (world) => {
          const controller = world.controllers.get(name);
          return controller === undefined ? [] : simulatedObjects(controller.kubernetes(), clock.now());
        }) ?? [],
      // The VPC CNI brings its own kinds.
      installed: ['crd.k8s.amazonaws.com'],
      userOf: (token) => {
        caller = callerOf(token, identities, clock.now());
        return caller?.arn ?? null;
      },
      mayDo: (_user, right) => mayDo(right, name),
      groups,
    };
    const reply = answerKubernetes(cluster, { ...request, path });
    const { accountId, region } = (caller as Caller | null) ?? { accountId: '', region: '' };
    calls.push({
      service: 'kubernetes',
      action: `${request.method} ${path}`,
      accountId,
      region,
      at: clock.now(),
      status: reply?.answer.status ?? 0,
      errorCode: null,
      parameters: Object.fromEntries(request.query),
    });
    return reply;
  };
};
