import type { STSClient } from '@aws-sdk/client-sts';
import { HttpRequest } from '@smithy/core/protocols';
import type { RequestPresigner } from '@smithy/types';

/** The API server takes a token for 15 minutes from its date, whatever `X-Amz-Expires` says (aws-iam-authenticator). */
export const TOKEN_MILLISECONDS = 14 * 60_000;

/** What `aws eks get-token` asks for. */
const EXPIRES_SECONDS = 60;

/** What the client's configuration has and its public types leave out. A test of the token fails if it goes. */
interface SigningConfiguration {
  readonly signer: (scheme: undefined) => Promise<RequestPresigner>;
}

/**
 * A bearer token of EKS: a presigned GetCallerIdentity, which the API server sends to STS to learn who signed it. The
 * STS client signs it itself, so no further library is needed. The endpoint is the regional one of the client's partition.
 */
export const eksToken = async (sts: STSClient, clusterName: string): Promise<string> => {
  const { url } = sts.config.endpointProvider({
    Region: await sts.config.region(),
    UseGlobalEndpoint: false,
  });
  const request = new HttpRequest({
    method: 'GET',
    protocol: 'https:',
    hostname: url.hostname,
    path: '/',
    // The verifier refuses every parameter that it does not know.
    query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    headers: { host: url.hostname, 'x-k8s-aws-id': clusterName },
  });
  const signer = await (sts.config as unknown as SigningConfiguration).signer(undefined);
  const signed = await signer.presign(request, {
    expiresIn: EXPIRES_SECONDS,
    unhoistableHeaders: new Set(['x-k8s-aws-id']),
  });
  const query = Object.entries(signed.query ?? {})
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`)
    .join('&');
  return `k8s-aws-v1.${Buffer.from(`https://${url.hostname}/?${query}`).toString('base64url')}`;
};
