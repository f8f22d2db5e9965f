import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  type Environment,
  InvalidEnvironment,
  parseDashboardWidgetEnvironment,
  parseNotifySlackEnvironment,
  parsePlanScanEnvironment,
  parseScanTargetEnvironment,
  parseSlackInteractivityEnvironment,
} from '../../shared/config/environment.ts';

/** The parsers of the functions' environments, by the name of the function. */
export const ENVIRONMENT_PARSERS: Readonly<Record<string, (environment: Environment) => unknown>> = {
  'plan-scan': parsePlanScanEnvironment,
  'scan-target': parseScanTargetEnvironment,
  'notify-slack': parseNotifySlackEnvironment,
  'slack-interactivity': parseSlackInteractivityEnvironment,
  'dashboard-widget': parseDashboardWidgetEnvironment,
};

const problemsWith = (
  parser: (environment: Environment) => unknown,
  environment: Environment,
): readonly string[] => {
  try {
    parser(environment);
    return [];
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.problems;
    throw error;
  }
};

/** The variables that a parser reads. An empty environment is refused after all of them were read. */
export const variablesOf = (parser: (environment: Environment) => unknown): readonly string[] => {
  const read = new Set<string>();
  const get = (_: unknown, name: string | symbol): undefined => {
    read.add(String(name));
  };
  problemsWith(parser, new Proxy<Environment>({}, { get }));
  return [...read];
};

const MEANINGS: Readonly<Record<string, string>> = {
  HEADROOM_TABLE_NAME: 'The DynamoDB table with the state.',
  HEADROOM_QUEUE_URL: 'The queue of the targets to scan.',
  HEADROOM_DEAD_LETTER_QUEUE_URL: 'The dead-letter queue. Without it, the rule `dead-letters` is unknown.',
  HEADROOM_TOPIC_ARN: 'The default destination of alerts.',
  HEADROOM_CONFIG: 'The text of headroom.yml. Set this variable or the next one, or neither.',
  HEADROOM_CONFIG_PARAMETER: 'The Systems Manager parameter with headroom.yml.',
  HEADROOM_DASHBOARD_NAME: 'The CloudWatch dashboard that messages link to.',
  HEADROOM_RUNBOOKS: 'Where the runbooks can be read, unless `links` of headroom.yml says it.',
  HEADROOM_SCAN_DEADLINE_SECONDS:
    'A scan stops after this time. It must be shorter than the timeout of the function.',
  HEADROOM_SLACK_WEBHOOK_SECRET_ID:
    'The secret with the URL of the Slack webhook. Set this variable or the next one.',
  HEADROOM_SLACK_WEBHOOK_PARAMETER_NAME: 'The Systems Manager parameter with the URL of the Slack webhook.',
  LOG_LEVEL: 'The lowest level of log records. Default: INFO.',
};

/** The form of a variable: the parser's words about an empty value. */
const formOf = (parser: (environment: Environment) => unknown, name: string): string => {
  const problem = problemsWith(parser, { [name]: ' ' }).find((text) => text.startsWith(`${name} is empty`));
  return /; it must be (.*)\.$/.exec(problem ?? '')?.[1] ?? '-';
};

const functionTable = (): string => {
  const rows = new Map<string, { functions: string[]; required: boolean; form: string }>();
  for (const [name, parser] of Object.entries(ENVIRONMENT_PARSERS)) {
    const missing = problemsWith(parser, {});
    for (const variable of variablesOf(parser)) {
      const row = rows.get(variable) ?? { functions: [], required: false, form: formOf(parser, variable) };
      row.functions.push(name);
      row.required ||= missing.some((text) => text.startsWith(`${variable} is not set`));
      rows.set(variable, row);
    }
  }
  return [...rows]
    .map(([variable, { functions, required, form }]) => {
      const meaning = MEANINGS[variable];
      if (meaning === undefined) throw new Error(`scripts/docs/environment.ts does not describe ${variable}`);
      return `| \`${variable}\` | ${functions.map((name) => `\`${name}\``).join(', ')} | ${required ? 'yes' : 'no'} | ${form} | ${meaning} |`;
    })
    .join('\n');
};

const PARAMETERS: Readonly<Record<string, string>> = {
  email: 'An address that receives every alert, after it is confirmed. Empty: none.',
  slackParameter: 'The name of the Systems Manager parameter with the URL of a Slack webhook. Empty: none.',
  events:
    '[Events of CloudTrail](events.md) about EC2: `off`, `refusals` for calls that got no address, or `all` for changes as well.',
  eventOrganizationId: 'The organization whose accounts may send events. Empty: this account alone.',
  runbooks:
    'Where `docs/runbooks` can be read: messages link to the page of their check. `links` of headroom.yml come first. Default: `HEADROOM_REPOSITORY`, or the remote `origin` of this checkout on GitHub, GitLab or Bitbucket. Otherwise messages link to the dashboard, which has the runbooks.',
  schedule: 'How often to scan: `rate(...)`, `cron(0/5 * * * ? *)` or a minute of every hour.',
  memorySize:
    'Memory of `scan-target` in MB: 256, 512 or 1024. [Large accounts](deploy.md#large-accounts) says what it is enough for.',
  namePrefix: 'The first part of every name.',
  tags: 'Tags for all resources, such as `team=network,cost-center=42`.',
  permissionsBoundary: 'The ARN of the policy that bounds every role.',
  rolePath: 'The path of every role, such as `/monitoring/`. Empty: `/`.',
  logRetentionInDays: 'How many days logs are kept.',
  keyArn: 'A KMS key of your own for the table, the queues, the topic and the logs.',
  subnetIds: 'The subnets of the functions, separated by commas. Empty: no VPC.',
  securityGroupIds: 'The security groups of the functions, separated by commas.',
  alarmTopicArn: "A topic for the alarms. Empty: the deployment's own.",
  tableOnRemoval: '`keep`: the table stays when the stack is removed. `delete`: it goes with it.',
  tableDeletionProtection: '`true`: the table cannot be deleted.',
  pointInTimeRecovery: '`true`: the table can be restored to any second of the last 35 days.',
  overwriteConfiguration: '`true`: a deployment may replace a headroom.yml that was edited in its parameter.',
};

/** A default that the deployment computes. Its meaning says how. */
const COMPUTED = '${file(';

const parameterTable = (): string => {
  const file = readFileSync(join(import.meta.dirname, '../../serverless.yml'), 'utf8');
  const { params } = parse(file, { logLevel: 'silent' }) as {
    readonly params: { readonly default: Readonly<Record<string, string>> };
  };
  return Object.entries(params.default)
    .map(([name, value]) => {
      const meaning = PARAMETERS[name];
      if (meaning === undefined) throw new Error(`scripts/docs/environment.ts does not describe ${name}`);
      return `| \`${name}\` | ${value === '' || value.startsWith(COMPUTED) ? '-' : `\`${value}\``} | ${meaning} |`;
    })
    .join('\n');
};

export const environmentTables = (): string => `## Parameters of the deployment

Give a parameter with \`npx osls deploy --param="name=value"\`.

| parameter | default | meaning |
| --- | --- | --- |
${parameterTable()}

## Environment of the functions

The deployment sets these variables (\`infra/lambda/environment.yml\`). A function refuses to start with a missing, invalid or
unknown \`HEADROOM_\` variable, and its error names all of them.

| variable | functions | required | form | meaning |
| --- | --- | --- | --- | --- |
${functionTable()}

## Environment of the command

| variable | meaning |
| --- | --- |
| \`AWS_PROFILE\`, \`AWS_REGION\`, \`AWS_ENDPOINT_URL\`, ... | The default chain of the AWS SDK: credentials, Region, endpoints. |
| \`HTTPS_PROXY\`, \`HTTP_PROXY\`, \`NO_PROXY\` | The proxy for AWS, Slack and PagerDuty, and the hosts that are reached without it. Node 22.21, 24.5 or later. |
| \`AWS_CA_BUNDLE\` | A PEM file with more certificates to trust for AWS, for example of a proxy that inspects TLS. |
| \`NODE_EXTRA_CA_CERTS\` | The same for every connection: AWS, Slack and PagerDuty. |
| \`NO_COLOR\` | Set and not empty: no colours. |
| \`FORCE_COLOR\` | Set and not \`0\`: colours without a terminal, too. |
| \`HEADROOM_DEBUG\` | \`1\`: prints the stack of an unexpected error. |
| \`USER\` | The default of \`headroom acknowledge --by\`. |
`;
