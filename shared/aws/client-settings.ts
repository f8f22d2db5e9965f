import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import packageJson from '../../package.json' with { type: 'json' };
import { type AgentSettings, agentSettings } from './network.ts';
import { ownCredentials } from './own-credentials.ts';

/**
 * The SDK's default of three attempts lost 21 of 40 calls against a bucket of five requests a second; eight, with
 * adaptive retries, lost none and were refused less often than with plain ones.
 */
const MAX_ATTEMPTS = 8;

/** Time to a connection, in milliseconds. */
const CONNECTION_TIMEOUT = 5_000;

/** Time from a request to the head of its answer, and the longest silence within its body, in milliseconds. */
const ANSWER_TIMEOUT = 30_000;

/** What every client of ours is built with, whatever the service. */
export interface ClientSettings {
  readonly maxAttempts: number;
  readonly retryMode: 'adaptive';
  readonly customUserAgent: [string, string][];
  readonly requestHandler: {
    readonly connectionTimeout: number;
    readonly requestTimeout: number;
    readonly throwOnRequestTimeout: boolean;
    readonly socketTimeout: number;
    readonly httpAgent?: AgentSettings;
    readonly httpsAgent?: AgentSettings;
  };
  readonly region?: string;
  readonly credentials: AwsCredentialIdentity | AwsCredentialIdentityProvider;
}

interface ClientOrigin {
  /** Absent: the SDK's own chain decides (`AWS_REGION`, the profile). */
  readonly region?: string | undefined;
  /** Absent: the SDK's own chain decides (environment, profile, single sign-on, container, instance). */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider | undefined;
}

/**
 * The settings that make a client a good citizen; for clients of other services, too.
 *
 * @throws HeadroomError when the proxy or the CA bundle of the environment cannot be used
 */
export const clientSettings = ({ region, credentials }: ClientOrigin = {}): ClientSettings => {
  const agent = agentSettings();
  const requestHandler = {
    connectionTimeout: CONNECTION_TIMEOUT,
    requestTimeout: ANSWER_TIMEOUT,
    throwOnRequestTimeout: true,
    socketTimeout: ANSWER_TIMEOUT,
    httpAgent: agent,
    httpsAgent: agent,
  };
  return {
    maxAttempts: MAX_ATTEMPTS,
    retryMode: 'adaptive',
    customUserAgent: [['headroom', packageJson.version]],
    requestHandler,
    ...(region === undefined ? {} : { region }),
    credentials: credentials ?? ownCredentials({ requestHandler }),
  };
};
