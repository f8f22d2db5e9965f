import { EC2Client } from '@aws-sdk/client-ec2';
import { STSClient } from '@aws-sdk/client-sts';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { doesIdentityRequireRefresh, isIdentityExpired, memoizeIdentityProvider } from '@smithy/core';
import type { AwsCredentialIdentity, AwsCredentialIdentityProvider, Pluggable } from '@smithy/types';
import { StreamingEc2Protocol } from '../inventory/page-reader/streaming-protocol.ts';
import { type CallBudget, withinBudget } from './call-budget.ts';
import type { CallMeter } from './call-meter.ts';
import { type ClientSettings, clientSettings } from './client-settings.ts';
import { leavingRoom } from './cooldown.ts';
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

/** The IAM prefix of a service, by the name of its client. */
const SERVICE_PREFIXES: Readonly<Record<string, string>> = {
  EC2Client: 'ec2',
  ECSClient: 'ecs',
  EKSClient: 'eks',
  AutoScalingClient: 'autoscaling',
  STSClient: 'sts',
  OrganizationsClient: 'organizations',
  CloudWatchClient: 'cloudwatch',
  SNSClient: 'sns',
  SQSClient: 'sqs',
  DynamoDBClient: 'dynamodb',
  SecretsManagerClient: 'secretsmanager',
  SSMClient: 'ssm',
  ServiceQuotasClient: 'servicequotas',
};

/**
 * Counts every attempt of every call, and notes on an error which endpoint it came from: the SDK's own network errors
 * often do not say. It stands inside the retries and outside the deserializer, so it sees what each attempt came to.
 */
export const countingCalls = <Input extends object, Output extends object>(
  meter: CallMeter,
): Pluggable<Input, Output> => ({
  applyToStack: (stack) => {
    stack.add(
      (next, context) => async (args) => {
        const service = SERVICE_PREFIXES[context.clientName ?? ''] ?? context.clientName ?? 'unknown';
        const action = `${service}:${(context.commandName ?? 'unknown').replace(/Command$/, '')}`;
        try {
          const result = await next(args);
          meter.count(action);
          return result;
        } catch (error) {
          meter.count(action, error);
          noteEndpoint(error, args.request);
          throw error;
        }
      },
      { name: 'headroomCountingCalls', step: 'deserialize', priority: 'high', override: true },
    );
  },
});

const noteEndpoint = (error: unknown, request: unknown): void => {
  if (!(error instanceof Error) || typeof request !== 'object' || request === null) return;
  const protocol: unknown = Reflect.get(request, 'protocol');
  const hostname: unknown = Reflect.get(request, 'hostname');
  const port: unknown = Reflect.get(request, 'port');
  if (typeof protocol !== 'string' || typeof hostname !== 'string') return;
  const endpoint = `${protocol}//${hostname}${typeof port === 'number' ? `:${port}` : ''}`;
  Object.defineProperty(error, 'endpoint', { value: endpoint, configurable: true, enumerable: false });
};
