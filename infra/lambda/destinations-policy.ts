import type { Destination } from '../../shared/config/destinations-schema.ts';
import type { SecretLocation } from '../../shared/config/environment.ts';

type Resource = string | { readonly 'Fn::Sub': string };

export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: string;
  readonly Resource: readonly Resource[];
  readonly Condition?: object;
}

/** The roles that send alerts. */
export const SENDERS = ['PlanScanRole', 'ScanTargetRole'];

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
    case 'teams':
      return [destination.webhook];
    case 'webhook':
      return [destination.signingSecret, ...(typeof destination.url === 'string' ? [] : [destination.url])];
    case 'alertmanager':
      return destination.token === null ? [] : [destination.token];
    case 'sns':
    case 'amazon-q':
    case 'event-bridge':
    case 'email':
      return [];
  }
};

// biome-ignore lint/suspicious/noTemplateCurlyInString: text of Fn::Sub
const OWN_REGION = '${AWS::Region}';

/** The function for clicks in Slack reads the secrets of Slack apps and sends nothing else. */
const slackAppPolicy = (all: readonly Destination[]): Readonly<Record<string, object>> => {
  const Statement = secretStatements(all.filter(({ kind }) => kind === 'slack-app').flatMap(secretsOf));
  return Statement.length === 0
    ? {}
    : {
        SlackAppPolicy: {
          Type: 'AWS::IAM::Policy',
          Properties: {
            PolicyName: 'slack-app',
            Roles: [{ Ref: 'SlackInteractivityRole' }],
            PolicyDocument: { Version: '2012-10-17', Statement },
          },
        },
      };
};

const statement = (Sid: string, Action: string, resources: readonly Resource[]): readonly Statement[] =>
  resources.length === 0 ? [] : [{ Sid, Effect: 'Allow', Action, Resource: resources }];

/** What reads these secrets and parameters, and no others. */
export const secretStatements = (secrets: readonly SecretLocation[]): readonly Statement[] => [
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

/**
 * The CloudFormation resource that lets the functions use the destinations of headroom.yml: exactly these topics, secrets
 * and parameters. Nothing where there are none.
 */
export const destinationsPolicy = (
  destinations: ReadonlyMap<string, Destination>,
): Readonly<Record<string, object>> => {
  const all = [...destinations.values()];
  const secrets = all.flatMap(secretsOf);
  const buses = all.flatMap((each) => (each.kind === 'event-bridge' ? [each.busArn] : []));
  const senders = all.flatMap((each) => (each.kind === 'email' ? [each.from] : []));
  const sesRegions = all.flatMap((each) => (each.kind === 'email' ? [each.region ?? OWN_REGION] : []));
  const Statement = [
    ...statement(
      'PublishToDestinations',
      'sns:Publish',
      all.flatMap((each) => (each.kind === 'sns' || each.kind === 'amazon-q' ? [each.topicArn] : [])),
    ),
    ...secretStatements(secrets),
    ...statement('PutEventsToDestinations', 'events:PutEvents', buses),
    ...statement(
      'SendEmail',
      'ses:SendEmail',
      [...new Set(sesRegions)].map((region) => ({
        'Fn::Sub': `arn:\${AWS::Partition}:ses:${region}:\${AWS::AccountId}:*`,
      })),
    ).map((each) => ({
      ...each,
      Condition: { StringEquals: { 'ses:FromAddress': [...new Set(senders)] } },
    })),
  ];
  if (Statement.length === 0) return {};
  return {
    ...slackAppPolicy(all),
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
