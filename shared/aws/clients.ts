import { EC2Client } from '@aws-sdk/client-ec2';
import { STSClient } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from '@smithy/core';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@smithy/types';
import { StreamingEc2Protocol } from '../inventory/page-reader/streaming-protocol.ts';
import { type CallBudget, withinBudget } from './call-budget.ts';
import type { CallMeter } from './call-meter.ts';
import { type ClientSettings, clientSettings } from './client-settings.ts';
import { leavingRoom } from './cooldown.ts';
import { countingCalls } from './counting-calls.ts';
import type { ServiceClients } from './service-clients.ts';

export interface AssumedRole {
  readonly roleArn: string;
  readonly externalId?: string | null;
  /** Appears in CloudTrail of the scanned account; 2 to 64 of `\w+=,.@-`. */
  readonly sessionName?: string | null;
  /** Appears in CloudTrail, too, and a user of the session cannot change it. */
  readonly sourceIdentity?: string | null;
}

export interface AwsClientsInput {
  /** Absent: the SDK's own chain decides (`AWS_REGION`, the profile). */
  readonly region?: string | undefined;
  /** Absent: the SDK's own chain decides (environment, profile, single sign-on, container, instance). */
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider | undefined;
  /** Read the target through this role, assumed with those credentials. */
  readonly role?: AssumedRole | undefined;
  readonly meter: CallMeter;
  /** What the calls to EC2 may take of the account's buckets; absent: as much as there is. */
  readonly budget?: CallBudget | undefined;
}

/** The clients that read one account and Region. One of each: the adaptive retries learn the rate that the quota allows. */
export interface TargetClients {
  readonly ec2: EC2Client;
  /** Tells which account the credentials belong to, and signs tokens for EKS. */
  readonly sts: STSClient;
  /** Those of the other services, the same ones every time. */
  services(): Promise<ServiceClients>;
  /** What the calls to EC2 may take; `null`: as much as there is. */
  readonly budget: CallBudget | null;
  /** Ends idle connections. */
  destroy(): void;
}

/** Endpoints (`AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_EC2`, ...), profiles and Regions are left to the SDK's chain. */
export const createTargetClients = (input: AwsClientsInput): TargetClients => {
  const settings = targetSettings(input);
  const sts = new STSClient(settings);
  sts.middlewareStack.use(countingCalls(input.meter));
  const ec2 = ec2Client(settings, input);
  const budget = input.budget ?? null;
  let services: ServiceClients | null = null;
  return {
    ec2,
    sts,
    services: async () => {
      const { createServiceClients } = await import('./service-clients.ts');
      services ??= createServiceClients(settings, input.meter, budget);
      return services;
    },
    budget,
    destroy: () => {
      for (const client of [ec2, sts]) client.destroy();
      services?.destroy();
    },
  };
};

/** For who asks EC2 alone. */
export const createEc2Client = (input: AwsClientsInput): EC2Client => ec2Client(targetSettings(input), input);

const ec2Client = (
  settings: ClientSettings,
  { budget, meter }: Pick<AwsClientsInput, 'budget' | 'meter'>,
): EC2Client => {
  const client = new EC2Client({ ...settings, protocol: StreamingEc2Protocol });
  client.middlewareStack.use(countingCalls(meter));
  client.middlewareStack.use(leavingRoom());
  if (budget !== undefined) client.middlewareStack.use(withinBudget(budget));
  return client;
};

const targetSettings = ({ region, credentials, role, meter }: AwsClientsInput): ClientSettings => {
  const source = clientSettings({ region, credentials });
  return role === undefined
    ? source
    : clientSettings({ region, credentials: assumedRoleCredentials(role, source, meter) });
};

const assumedRoleCredentials = (
  { roleArn, externalId, sessionName, sourceIdentity }: AssumedRole,
  { credentials, ...clientConfig }: ClientSettings,
  meter: CallMeter,
): AwsCredentialIdentityProvider => {
  const assume = fromTemporaryCredentials({
    params: {
      RoleArn: roleArn,
      RoleSessionName: sessionName ?? 'headroom',
      ...(externalId == null ? {} : { ExternalId: externalId }),
      ...(sourceIdentity == null ? {} : { SourceIdentity: sourceIdentity }),
    },
    ...(credentials === undefined ? {} : { masterCredentials: credentials }),
    clientConfig,
    clientPlugins: [countingCalls(meter)],
  });
  // Each client remembers credentials for itself alone: five of them would assume the role four times.
  return memoizeIdentityProvider(assume, isIdentityExpired, doesIdentityRequireRefresh) ?? assume;
};
