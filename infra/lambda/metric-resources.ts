import { type Statement, secretStatements } from '../../shared/config/destination-statements.ts';
import type { HeadroomConfiguration } from '../../shared/config/headroom-yml.ts';
import { RUN_METRICS, SUBNET_METRICS } from '../../shared/metrics/catalogue.ts';
import { otlpMetric } from '../../shared/metrics/otlp-names.ts';
import { SENDERS } from './destinations-policy.ts';

type Metrics = Pick<HeadroomConfiguration['metrics'], 'sink' | 'otlp'>;

const SECONDS_PER_DAY = 86_400;
const HALF_AN_HOUR = 1_800;

/** PromQL takes names with dots in quotes, within braces. */
const named = (family: typeof RUN_METRICS | typeof SUBNET_METRICS, name: string): string => {
  const definition = family.metrics.find((metric) => metric.name === name);
  if (definition === undefined) throw new Error(`No metric is called ${name}.`);
  return `{"${otlpMetric({ name, unit: definition.unit, subject: family.subject }).name}"}`;
};

/** The queries of the alarms. Each entry of an answer is one thing that is wrong: an account and Region, or a subnet. */
export const PROMQL_ALARMS = {
  NothingScannedPromqlAlarm: {
    name: 'nothing-scanned-promql',
    description:
      'Headroom has not scanned any target in full for half an hour, so the subnets are not watched. Look at the logs of plan-scan and scan-target.',
    query: `sum(max_over_time(${named(RUN_METRICS, 'TargetsSucceeded')}[30m])) < 1 or absent_over_time(${named(RUN_METRICS, 'TargetsSucceeded')}[30m])`,
    pendingSeconds: 0,
  },
  AnySubnetPromqlAlarm: {
    name: 'any-subnet-promql',
    description:
      'A subnet is expected to be empty within a day, or is empty. Each subnet is a contributor of this alarm.',
    query: `${named(SUBNET_METRICS, 'HoursToExhaustion')} < ${SECONDS_PER_DAY} or ${named(SUBNET_METRICS, 'AvailableAddresses')} < 1`,
    pendingSeconds: 0,
  },
  AlertsUndeliveredPromqlAlarm: {
    name: 'alerts-undelivered-promql',
    description:
      'Headroom has alerts that no destination has taken for half an hour. Nothing is lost: each is tried again.',
    query: `${named(RUN_METRICS, 'AlertsUndelivered')} > 0`,
    pendingSeconds: HALF_AN_HOUR,
  },
} as const;

/** Seconds between two evaluations; scans come every five minutes. */
const EVALUATION_SECONDS = 300;
/** A value that is missing in one scan is no recovery. */
const RECOVERY_SECONDS = 900;

/**
 * CloudFormation resources of a deployment that publishes by OTLP: the permission, which names no namespace since OTLP has
 * none, the secrets of its headers, and alarms in PromQL where CloudWatch is the receiver. Nothing for the other sinks.
 */
export const metricResourcesOf = ({ sink, otlp }: Metrics): Readonly<Record<string, object>> => {
  if (sink !== 'otlp') return {};
  const isCloudWatch = otlp.endpoint === null;
  const permission: Statement[] = isCloudWatch
    ? [{ Sid: 'PublishByOtlp', Effect: 'Allow', Action: 'cloudwatch:PutMetricData', Resource: ['*'] }]
    : [];
  const statements = [...permission, ...secretStatements([...otlp.headers.values()])];
  return {
    ...(statements.length === 0 ? {} : { OtlpPolicy: policyOf(statements) }),
    ...(isCloudWatch
      ? Object.fromEntries(Object.entries(PROMQL_ALARMS).map(([id, alarm]) => [id, alarmOf(alarm)]))
      : {}),
  };
};

const policyOf = (Statement: readonly Statement[]): object => ({
  Type: 'AWS::IAM::Policy',
  Properties: {
    PolicyName: 'otlp-metrics',
    Roles: SENDERS.map((Ref) => ({ Ref })),
    PolicyDocument: { Version: '2012-10-17', Statement },
  },
});

const alarmOf = ({
  name,
  description,
  query,
  pendingSeconds,
}: (typeof PROMQL_ALARMS)[keyof typeof PROMQL_ALARMS]): object => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    AlarmName: { 'Fn::Sub': `\${AWS::StackName}-${name}` },
    AlarmDescription: description,
    EvaluationCriteria: {
      PromQLCriteria: { Query: query, PendingPeriod: pendingSeconds, RecoveryPeriod: RECOVERY_SECONDS },
    },
    EvaluationInterval: EVALUATION_SECONDS,
    AlarmActions: [{ Ref: 'AlertTopic' }],
    OKActions: [{ Ref: 'AlertTopic' }],
  },
});
