import { HeadroomError } from '../model/base/errors.ts';
import { didYouMean, quoted } from './nearest-word.ts';
import { LINK_TARGET } from './schema/link-target.ts';

/**
 * The environment of every function, in one place: `serverless.yml` is tested against these parsers, and a function
 * reads nothing else. All of Headroom's own variables begin with `HEADROOM_`, so that a misspelt one is noticed instead
 * of silently doing nothing. Secrets are never here, only the names under which they are kept.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

const LOG_LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Where headroom.yml comes from. `default`: nowhere; the defaults are a whole configuration. */
export type ConfigurationLocation =
  | { readonly kind: 'default' }
  | { readonly kind: 'inline'; readonly text: string }
  | { readonly kind: 'parameter'; readonly name: string };

/** Where the webhook's URL is kept. */
export type SecretLocation =
  | { readonly kind: 'secret'; readonly secretId: string }
  | { readonly kind: 'parameter'; readonly name: string };

export interface PlanScanEnvironment {
  readonly tableName: string;
  readonly queueUrl: string;
  /** The queue of the messages that failed repeatedly; `null`: it is not counted. */
  readonly deadLetterQueueUrl: string | null;
  /** Where the monitor's alerts about itself go. */
  readonly topicArn: string;
  readonly configuration: ConfigurationLocation;
  /** Links in messages lead to this CloudWatch dashboard; `null`: none is deployed. */
  readonly dashboardName: string | null;
  /** Where the runbooks are, unless headroom.yml says it; `null`: not known. */
  readonly runbooks: string | null;
  readonly logLevel: LogLevel;
}

export interface ScanTargetEnvironment {
  readonly tableName: string;
  readonly topicArn: string;
  readonly configuration: ConfigurationLocation;
  /** Links in messages lead to this CloudWatch dashboard; `null`: none is deployed. */
  readonly dashboardName: string | null;
  /** Where the runbooks are, unless headroom.yml says it; `null`: not known. */
  readonly runbooks: string | null;
  /** A scan ends itself after this many seconds, before Lambda would. */
  readonly deadlineSeconds: number;
  readonly logLevel: LogLevel;
}

export interface NotifySlackEnvironment {
  readonly webhook: SecretLocation;
  readonly logLevel: LogLevel;
}

export interface SlackInteractivityEnvironment {
  readonly tableName: string;
  readonly configuration: ConfigurationLocation;
  readonly logLevel: LogLevel;
}

export interface DashboardWidgetEnvironment {
  readonly tableName: string;
  readonly logLevel: LogLevel;
}

/** A Lambda function runs for at most 900 s (Lambda quotas); half a minute of it is kept for storing and sending. */
export const MAX_DEADLINE_SECONDS = 870;
export const MIN_DEADLINE_SECONDS = 10;
export const DEFAULT_DEADLINE_SECONDS = 240;

/** Some variables are missing, malformed or unknown; the message names every one of them. */
export class InvalidEnvironment extends HeadroomError {
  readonly problems: readonly string[];

  constructor(functionName: string, problems: readonly string[]) {
    super(
      'environment-invalid',
      `The environment of ${functionName} cannot be used: ${problems.join(' ')}`,
      'Correct these variables in serverless.yml, or on the function, and deploy again.',
    );
    this.name = 'InvalidEnvironment';
    this.problems = problems;
  }
}

/** @throws InvalidEnvironment with all that is wrong. */
export const parsePlanScanEnvironment = (environment: Environment): PlanScanEnvironment =>
  read('plan-scan', environment, (reader) => ({
    tableName: reader.required('HEADROOM_TABLE_NAME', TABLE_NAME),
    queueUrl: reader.required('HEADROOM_QUEUE_URL', QUEUE_URL),
    deadLetterQueueUrl: reader.optional('HEADROOM_DEAD_LETTER_QUEUE_URL', QUEUE_URL),
    topicArn: reader.required('HEADROOM_TOPIC_ARN', TOPIC_ARN),
    configuration: configurationLocation(reader),
    dashboardName: reader.optional('HEADROOM_DASHBOARD_NAME', DASHBOARD_NAME),
    runbooks: reader.optional('HEADROOM_RUNBOOKS', RUNBOOKS),
    logLevel: logLevel(reader),
  }));

/** @throws InvalidEnvironment with all that is wrong. */
export const parseScanTargetEnvironment = (environment: Environment): ScanTargetEnvironment =>
  read('scan-target', environment, (reader) => ({
    tableName: reader.required('HEADROOM_TABLE_NAME', TABLE_NAME),
    topicArn: reader.required('HEADROOM_TOPIC_ARN', TOPIC_ARN),
    configuration: configurationLocation(reader),
    dashboardName: reader.optional('HEADROOM_DASHBOARD_NAME', DASHBOARD_NAME),
    runbooks: reader.optional('HEADROOM_RUNBOOKS', RUNBOOKS),
    deadlineSeconds: reader.integer(
      'HEADROOM_SCAN_DEADLINE_SECONDS',
      MIN_DEADLINE_SECONDS,
      MAX_DEADLINE_SECONDS,
      DEFAULT_DEADLINE_SECONDS,
    ),
    logLevel: logLevel(reader),
  }));

/** @throws InvalidEnvironment with all that is wrong. */
export const parseNotifySlackEnvironment = (environment: Environment): NotifySlackEnvironment =>
  read('notify-slack', environment, (reader) => ({ webhook: webhook(reader), logLevel: logLevel(reader) }));

/** @throws InvalidEnvironment with all that is wrong. */
export const parseSlackInteractivityEnvironment = (environment: Environment): SlackInteractivityEnvironment =>
  read('slack-interactivity', environment, (reader) => ({
    tableName: reader.required('HEADROOM_TABLE_NAME', TABLE_NAME),
    configuration: configurationLocation(reader),
    logLevel: logLevel(reader),
  }));

/** @throws InvalidEnvironment with all that is wrong. */
export const parseDashboardWidgetEnvironment = (environment: Environment): DashboardWidgetEnvironment =>
  read('dashboard-widget', environment, (reader) => ({
    tableName: reader.required('HEADROOM_TABLE_NAME', TABLE_NAME),
    logLevel: logLevel(reader),
  }));

/** What a variable may hold: the pattern that decides, and the words that say so. */
interface Form {
  readonly pattern: RegExp;
  readonly allowed: string;
}

// DynamoDB, Naming rules: 3 to 255 of a-z, A-Z, 0-9, _, - and dot. An ARN names the same table.
const TABLE_NAME: Form = {
  pattern: /^(arn:[^\s]+:table\/)?[\w.-]{3,255}$/,
  allowed: 'a DynamoDB table name of 3 to 255 letters, digits, "_", "-" and ".", or its ARN',
};
const QUEUE_URL: Form = {
  pattern: /^https?:\/\/\S+\/[\w-]+(\.fifo)?$/,
  allowed: 'an SQS queue URL such as https://sqs.eu-west-1.amazonaws.com/111122223333/headroom-targets',
};
const TOPIC_ARN: Form = {
  pattern: /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}(\.fifo)?$/,
  allowed: 'an SNS topic ARN such as arn:aws:sns:eu-west-1:111122223333:headroom-alerts',
};
// CloudWatch PutDashboard: A-Z, a-z, 0-9, "-" and "_", at most 255.
const DASHBOARD_NAME: Form = {
  pattern: /^[\w-]{1,255}$/,
  allowed: 'a CloudWatch dashboard name of letters, digits, "-" and "_"',
};
const RUNBOOKS: Form = {
  pattern: LINK_TARGET,
  allowed: 'an address such as https://wiki.example.com/headroom or https://wiki.example.com/{check}.md',
};
// Systems Manager PutParameter: at most 1,011 characters for a name within a path, 2,048 with its ARN.
const PARAMETER_NAME: Form = {
  pattern: /^[\w.\-/:]{1,2048}$/,
  allowed: 'the name or ARN of a Systems Manager parameter, such as /headroom/slack-webhook',
};
/** A headroom.yml that is longer than a parameter is in several, which are read one after the other. */
const PARAMETER_NAMES: Form = {
  pattern: /^[\w.\-/:]{1,2048}(?:,[\w.\-/:]{1,2048})*$/,
  allowed:
    'the name or ARN of a Systems Manager parameter, such as /headroom/configuration, or several with commas between them',
};
// Secrets Manager CreateSecret: letters, digits and /_+=.@- , or the ARN.
const SECRET_ID: Form = {
  pattern: /^[\w/+=.@:-]{1,2048}$/,
  allowed: 'the name or ARN of a Secrets Manager secret, such as headroom/slack-webhook',
};
const CONFIGURATION_TEXT: Form = { pattern: /\S/, allowed: 'the text of a headroom.yml' };

const configurationLocation = (reader: EnvironmentReader): ConfigurationLocation => {
  const text = reader.optional('HEADROOM_CONFIG', CONFIGURATION_TEXT);
  const name = reader.optional('HEADROOM_CONFIG_PARAMETER', PARAMETER_NAMES);
  if (text !== null && name !== null) {
    reader.problem('HEADROOM_CONFIG and HEADROOM_CONFIG_PARAMETER are both set; set at most one of them.');
  }
  if (text !== null) return { kind: 'inline', text };
  return name === null ? { kind: 'default' } : { kind: 'parameter', name };
};

const webhook = (reader: EnvironmentReader): SecretLocation => {
  const secretId = reader.optional('HEADROOM_SLACK_WEBHOOK_SECRET_ID', SECRET_ID);
  const name = reader.optional('HEADROOM_SLACK_WEBHOOK_PARAMETER_NAME', PARAMETER_NAME);
  const given = [secretId, name].filter((value) => value !== null).length;
  if (given !== 1) {
    const state = given === 0 ? 'are both unset' : 'are both set';
    reader.problem(
      `HEADROOM_SLACK_WEBHOOK_SECRET_ID and HEADROOM_SLACK_WEBHOOK_PARAMETER_NAME ${state}; set exactly one of them.`,
    );
  }
  return secretId === null ? { kind: 'parameter', name: name ?? '' } : { kind: 'secret', secretId };
};

const logLevel = (reader: EnvironmentReader): LogLevel => {
  const level = reader.optional('LOG_LEVEL', {
    pattern: new RegExp(`^(${LOG_LEVELS.join('|')})$`),
    allowed: `one of ${LOG_LEVELS.join(', ')}`,
  });
  return LOG_LEVELS.find((known) => known === level) ?? 'INFO';
};

const OWN_PREFIX = 'HEADROOM_';

const read = <T>(
  functionName: string,
  environment: Environment,
  parse: (reader: EnvironmentReader) => T,
): T => {
  const reader = new EnvironmentReader(environment);
  const parsed = parse(reader);
  reader.refuseUnknown();
  if (reader.problems.length > 0) throw new InvalidEnvironment(functionName, reader.problems);
  return parsed;
};

/** Collects problems instead of throwing at the first, and remembers which variables there are. */
class EnvironmentReader {
  readonly problems: string[] = [];
  readonly #environment: Environment;
  readonly #known: string[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  problem(text: string): void {
    this.problems.push(text);
  }

  required(name: string, form: Form): string {
    const value = this.optional(name, form);
    if (value === null && this.#environment[name] === undefined) {
      this.problem(`${name} is not set; it must be ${form.allowed}.`);
    }
    return value ?? '';
  }

  /** `null` when it is absent, or wrong. Empty is wrong: it is what a reference to nothing leaves behind. */
  optional(name: string, form: Form): string | null {
    this.#known.push(name);
    const value = this.#environment[name];
    if (value === undefined) return null;
    if (form.pattern.test(value)) return value;
    const was = value.trim() === '' ? 'empty' : quoted(value);
    this.problem(`${name} is ${was}; it must be ${form.allowed}.`);
    return null;
  }

  integer(name: string, minimum: number, maximum: number, whenAbsent: number): number {
    const allowed = `a whole number from ${minimum} to ${maximum}`;
    const text = this.optional(name, { pattern: /^\d{1,9}$/, allowed });
    if (text === null) return whenAbsent;
    const value = Number(text);
    if (value < minimum || value > maximum) this.problem(`${name} is ${value}; it must be ${allowed}.`);
    return value;
  }

  refuseUnknown(): void {
    const own = Object.keys(this.#environment).filter((name) => name.startsWith(OWN_PREFIX));
    for (const name of own.filter((candidate) => !this.#known.includes(candidate)).sort()) {
      this.problem(`${name} is not a variable of this function.${didYouMean(name, this.#known)}`);
    }
  }
}
