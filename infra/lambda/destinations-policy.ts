import type { Destination } from '../../shared/config/destinations-schema.ts';
import type { SecretLocation } from '../../shared/config/environment.ts';

type Resource = string | { readonly 'Fn::Sub': string };

interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: string;
  readonly Resource: readonly Resource[];
}

/** The roles that send alerts. */
const SENDERS = ['PlanScanRole', 'ScanTargetRole'];

const own = (service: string, rest: string): Resource => ({
  'Fn::Sub': `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`,
});

/** Secrets Manager appends a hyphen and six characters to a secret's name in its ARN. */
const secretArn = (secretId: string): Resource =>
  secretId.startsWith('arn:') ? secretId : own('secretsmanager', `secret:${secretId}-??????`);

const parameterArn = (name: string): Resource =>
  name.startsWith('arn:') ? name : own('ssm', `parameter${name.startsWith('/') ? '' : '/'}${name}`);

const secretsOf = (destination: Destination): readonly SecretLocation[] => {
  switch (destination.kind) {
    case 'slack':
      return [destination.webhook];
    case 'slack-app':
      return [destination.token, destination.signingSecret];
    case 'pagerduty':
      return [destination.routingKey];
    case 'sns':
    case 'amazon-q':
      return [];
  }
};

const statement = (Sid: string, Action: string, resources: readonly Resource[]): readonly Statement[] =>
  resources.length === 0 ? [] : [{ Sid, Effect: 'Allow', Action, Resource: resources }];

/**
 * The CloudFormation resource that lets the functions use the destinations of headroom.yml: exactly these topics, secrets
 * and parameters. Nothing where there are none.
 */
export const destinationsPolicy = (
  destinations: ReadonlyMap<string, Destination>,
): Readonly<Record<string, object>> => {
  const all = [...destinations.values()];
  const secrets = all.flatMap(secretsOf);
  const Statement = [
    ...statement(
      'PublishToDestinations',
      'sns:Publish',
      all.flatMap((each) => (each.kind === 'sns' || each.kind === 'amazon-q' ? [each.topicArn] : [])),
    ),
    ...statement(
      'ReadSecretsOfDestinations',
      'secretsmanager:GetSecretValue',
      secrets.flatMap((each) => (each.kind === 'secret' ? [secretArn(each.secretId)] : [])),
    ),
    ...statement(
      'ReadParametersOfDestinations',
      'ssm:GetParameter',
      secrets.flatMap((each) => (each.kind === 'parameter' ? [parameterArn(each.name)] : [])),
    ),
  ];
  if (Statement.length === 0) return {};
  return {
    DestinationsPolicy: {
      Type: 'AWS::IAM::Policy',
      Properties: {
        PolicyName: 'destinations',
        Roles: SENDERS.map((Ref) => ({ Ref })),
        PolicyDocument: { Version: '2012-10-17', Statement },
      },
    },
  };
};
