import type { Pluggable } from '@smithy/types';
import type { CallMeter } from './call-meter.ts';

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
