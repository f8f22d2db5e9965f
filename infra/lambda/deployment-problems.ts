import { paceProblems, timeInWords } from '../../shared/model/alert/pace.ts';
import type { AlertPolicy } from '../../shared/model/alert/policy.ts';
import { configurationParts, MAX_PARTS } from './configuration-parts.ts';
import { scheduleSeconds } from './schedule.ts';

/** What a deployment is made from, as far as its parts must fit together. */
export interface Deployment {
  /** The parameters of serverless.yml. */
  readonly schedule: string;
  readonly slackParameter: string;
  /** headroom.yml as it is deployed, and the policy in it. */
  readonly configuration: string;
  readonly policy: Pick<AlertPolicy, 'rules'>;
  /** The resources of the template. */
  readonly resources: Readonly<Record<string, TemplateResource>>;
}

interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}

/** The longest names that AWS takes: Lambda CreateFunction, IAM CreateRole, Scheduler CreateSchedule, SQS CreateQueue, SNS CreateTopic, DynamoDB CreateTable. */
const LONGEST_NAMES: Readonly<Record<string, readonly [property: string, longest: number]>> = {
  'AWS::Lambda::Function': ['FunctionName', 64],
  'AWS::IAM::Role': ['RoleName', 64],
  'AWS::Scheduler::Schedule': ['Name', 64],
  'AWS::SQS::Queue': ['QueueName', 80],
  'AWS::SNS::Topic': ['TopicName', 256],
  'AWS::DynamoDB::Table': ['TableName', 255],
};

/** CloudWatch, PutMetricAlarm: periods and evaluation periods together cover at most a day. */
const DAY = 86_400;

/** Everything that would contradict itself once it is deployed, each in a sentence that says what to do; empty: nothing. */
export const deploymentProblems = (deployment: Deployment): readonly string[] => [
  ...scheduleProblems(deployment),
  ...queueProblems(deployment.resources),
  ...nameProblems(deployment.resources),
  ...configurationProblems(deployment.configuration),
  ...slackProblems(deployment.slackParameter),
];

const scheduleProblems = ({ schedule, policy, resources }: Deployment): readonly string[] => {
  const seconds = scheduleSeconds(schedule);
  if (seconds === null)
    return [
      `The schedule "${schedule}" has no pace that Headroom knows. Use rate(5 minutes), cron(0/5 * * * ? *) or another rate.`,
    ];
  const problems = [...paceProblems(seconds, policy)];
  const alarm = resources['NothingScannedAlarm']?.Properties ?? {};
  const watched = Number(alarm['Period']) * Number(alarm['EvaluationPeriods']);
  if (watched < 3 * seconds || watched > DAY)
    problems.push(
      `The alarm nothing-scanned looks at ${timeInWords(watched)}, and scans are ${timeInWords(seconds)} apart: it must see three of them, within a day. Scan more often.`,
    );
  return problems;
};

const queueProblems = (resources: Deployment['resources']): readonly string[] =>
  Object.entries(resources).flatMap(([id, { Type, Properties = {} }]) => {
    if (Type !== 'AWS::SQS::Queue') return [];
    const policy = Properties['RedrivePolicy'] as { readonly maxReceiveCount: number } | undefined;
    if (policy === undefined) return [];
    const kept = Number(Properties['MessageRetentionPeriod']);
    const needed = Number(Properties['VisibilityTimeout']) * policy.maxReceiveCount;
    return kept > needed
      ? []
      : [
          `The queue ${id} drops a message after ${timeInWords(kept)}, before it is received ${policy.maxReceiveCount} times (${timeInWords(needed)}): it would never be a dead letter. Set MessageRetentionPeriod above ${needed}.`,
        ];
  });

const nameProblems = (resources: Deployment['resources']): readonly string[] =>
  Object.values(resources).flatMap(({ Type, Properties = {} }) => {
    const [property, longest] = LONGEST_NAMES[Type] ?? ['', 0];
    const name = Properties[property];
    return typeof name === 'string' && name.length > longest
      ? [
          `The name ${name} has ${name.length} characters, and AWS takes ${longest}: choose a shorter stage or name prefix.`,
        ]
      : [];
  });

const configurationProblems = (text: string): readonly string[] => {
  const parts = configurationParts(text);
  if (parts === null)
    return [
      'headroom.yml has a line of more than 8192 bytes, which no parameter of Systems Manager holds: divide it.',
    ];
  return parts.length <= MAX_PARTS
    ? []
    : [
        `headroom.yml has ${new TextEncoder().encode(text).length} bytes and takes ${parts.length} parameters of Systems Manager, and Headroom reads ${MAX_PARTS}: shorten it, for example by its comments.`,
      ];
};

const slackProblems = (name: string): readonly string[] =>
  name === '' || /^\/[\w.\-/]+$/.test(name)
    ? []
    : [
        `slackParameter is "${name}": give the full name of the parameter, with a slash in front, such as /headroom/slack-webhook.`,
      ];

/**
 * The lines of a headroom.yml that serverless.yml would take for variables of its own: they would be replaced, or stop
 * the deployment without a word about headroom.yml.
 */
export const variableLines = (text: string): readonly string[] =>
  text
    .split('\n')
    .flatMap((line, index) =>
      line.includes('${')
        ? [
            `headroom.yml, line ${index + 1}: "\${" would be replaced while the deployment is packaged. Write the value itself; secrets stay in Secrets Manager or Systems Manager.`,
          ]
        : [],
    );
