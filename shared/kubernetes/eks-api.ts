import { DescribeClusterCommand, type EKSClient } from '@aws-sdk/client-eks';
import type { STSClient } from '@aws-sdk/client-sts';
import { describeAwsFailure } from '../model/aws/aws-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import { eksToken, TOKEN_MILLISECONDS } from './eks-token.ts';
import { createHttpsApi, type HttpsApiOptions } from './https-api.ts';
import type { KubernetesApi } from './kubernetes-api.ts';
import { KubernetesFailure } from './kubernetes-failure.ts';

export interface EksApiInput {
  readonly eks: EKSClient;
  /** Its credentials are who the cluster sees. */
  readonly sts: STSClient;
  readonly target: Target;
  readonly options: HttpsApiOptions;
}

/**
 * Opens the API of an EKS cluster: its endpoint and authority are those that DescribeCluster gives, and no other authority
 * is trusted.
 *
 * @throws KubernetesFailure when EKS does not describe the cluster
 */
export const openEksApi = async (clusterName: string, input: EksApiInput): Promise<KubernetesApi> => {
  const { sts, options } = input;
  const { endpoint, certificateAuthority } = await described(clusterName, input);
  const authority = certificateAuthority?.data;
  if (endpoint === undefined)
    throw new KubernetesFailure('unreachable', `the cluster ${clusterName} has no endpoint yet`);
  if (endpoint.startsWith('https:') && authority === undefined)
    throw new KubernetesFailure('malformed', `EKS names no certificate authority of ${clusterName}`);

  let token: { readonly text: string; readonly until: number } | null = null;
  return createHttpsApi(
    {
      server: endpoint,
      certificateAuthority:
        authority === undefined ? null : Buffer.from(authority, 'base64').toString('utf8'),
      token: async ({ renew }) => {
        if (token === null || renew || performance.now() >= token.until)
          token = { text: await eksToken(sts, clusterName), until: performance.now() + TOKEN_MILLISECONDS };
        return token.text;
      },
    },
    options,
  );
};

const described = async (name: string, { eks, target, options }: EksApiInput) => {
  try {
    const { cluster } = await eks.send(
      new DescribeClusterCommand({ name }),
      options.signal === undefined ? {} : { abortSignal: options.signal },
    );
    return cluster ?? {};
  } catch (error) {
    const { action, code, message } = describeAwsFailure(error, { action: 'eks:DescribeCluster', target });
    throw new KubernetesFailure(code === 'access-denied' ? 'forbidden' : 'unreachable', message, {
      cause: error,
      action,
    });
  }
};
