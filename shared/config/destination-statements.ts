import type { SecretLocation } from './environment.ts';
import type { Destination } from './schema/destinations.ts';

type Resource = string | { readonly 'Fn::Sub': string };

/** A statement of a policy, as CloudFormation takes it. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: string;
  readonly Resource: readonly Resource[];
  readonly Condition?: object;
}

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

/** What the functions that send alerts need for these destinations: exactly these topics, secrets and parameters. */
export const destinationStatements = (all: readonly Destination[]): readonly Statement[] => {
  const secrets = all.flatMap(secretsOf);
  const buses = all.flatMap((each) => (each.kind === 'event-bridge' ? [each.busArn] : []));
  const senders = all.flatMap((each) => (each.kind === 'email' ? [each.from] : []));
  const sesRegions = all.flatMap((each) => (each.kind === 'email' ? [each.region ?? OWN_REGION] : []));
  return [
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
};

/** What the function for clicks in Slack needs: it reads the secrets of Slack apps and sends nothing else. */
export const slackAppStatements = (all: readonly Destination[]): readonly Statement[] =>
  secretStatements(all.filter(({ kind }) => kind === 'slack-app').flatMap(secretsOf));
