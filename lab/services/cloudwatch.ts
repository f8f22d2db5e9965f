import { LabError } from '../http/lab-error.ts';
import { pageOf } from '../http/pages.ts';
import {
  isRecord,
  optionalText,
  type Parameter,
  type Parameters,
  recordList,
  requiredText,
} from '../http/parameters.ts';
import { awsJson, awsQuery } from '../http/protocol.ts';
import type { Action, ActionContext, LabService } from '../service.ts';

/** CloudWatch API reference, PutMetricData. */
const MAXIMUM_DATA = 1000;
const MAXIMUM_DIMENSIONS = 30;
const MAXIMUM_VALUES = 150;
const MAXIMUM_REQUEST_BYTES = 1024 * 1024;
const OLDEST_TIMESTAMP = 14 * 24 * 3_600_000;
const NEWEST_TIMESTAMP = 2 * 3_600_000;
/** API reference, GetMetricData. */
const MAXIMUM_QUERIES = 500;
const STATISTICS = ['Average', 'Sum', 'Minimum', 'Maximum', 'SampleCount'] as const;

/** One datum as CloudWatch keeps it. */
export interface StoredDatum {
  readonly accountId: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly unit: string;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly values: readonly number[];
}

const invalid = (message: string): LabError => new LabError('InvalidParameterValue', message);

const dimensionsOf = (parameters: Parameters): Record<string, string> =>
  Object.fromEntries(
    recordList(parameters, 'Dimensions').map((each) => [
      requiredText(each, 'Name'),
      requiredText(each, 'Value'),
    ]),
  );

/** JSON sends seconds since the epoch, the query protocol ISO 8601. */
const moment = (value: Parameter | undefined): number | null => {
  if (value === undefined || value === null) return null;
  return typeof value === 'number' ? Math.round(value * 1000) : Date.parse(String(value));
};

const finite = (value: Parameter | undefined, path: string): number => {
  const number = Number(value);
  if (!Number.isFinite(number)) throw invalid(`The value ${String(value)} for parameter ${path} is invalid.`);
  return number;
};

const valuesOf = (datum: Parameters, path: string): number[] => {
  const { Value: value, Values: values, StatisticValues: statistics, Counts: counts } = datum;
  if ([value, values, statistics].filter((each) => each !== undefined && each !== null).length !== 1) {
    throw new LabError(
      'InvalidParameterCombination',
      `At least one of the parameters must be specified, and only one: ${path}.Value, ${path}.Values, ${path}.StatisticValues.`,
    );
  }
  if (Array.isArray(values)) {
    if (values.length > MAXIMUM_VALUES)
      throw invalid(`The collection ${path}.Values must not have a size greater than ${MAXIMUM_VALUES}.`);
    return values.flatMap((each, index) => {
      const times = Array.isArray(counts) ? finite(counts[index], `${path}.Counts`) : 1;
      return Array.from({ length: times }, () => finite(each, `${path}.Values.member.${index + 1}`));
    });
  }
  if (isRecord(statistics)) {
    const average =
      finite(statistics['Sum'], `${path}.Sum`) / finite(statistics['SampleCount'], `${path}.SampleCount`);
    return [finite(average, path)];
  }
  return [finite(value, `${path}.Value`)];
};

const datumOf = (
  given: Parameters,
  index: number,
  { accountId, region, clock, parameters }: ActionContext,
): StoredDatum => {
  const path = `MetricData.member.${index + 1}`;
  const dimensions = dimensionsOf(given);
  if (Object.keys(dimensions).length > MAXIMUM_DIMENSIONS) {
    throw invalid(
      `The collection ${path}.Dimensions must not have a size greater than ${MAXIMUM_DIMENSIONS}.`,
    );
  }
  const timestamp = moment(given['Timestamp']) ?? clock.now();
  if (timestamp < clock.now() - OLDEST_TIMESTAMP || timestamp > clock.now() + NEWEST_TIMESTAMP) {
    throw invalid(
      `The parameter ${path}.Timestamp must specify a time no more than two weeks in the past and two hours in the future.`,
    );
  }
  return {
    accountId,
    region,
    namespace: requiredText(parameters, 'Namespace'),
    name: requiredText(given, 'MetricName'),
    dimensions,
    unit: optionalText(given, 'Unit') ?? 'None',
    timestamp,
    values: valuesOf(given, path),
  };
};

const seriesKey = ({
  namespace,
  name,
  dimensions,
}: Pick<StoredDatum, 'namespace' | 'name' | 'dimensions'>): string =>
  JSON.stringify([namespace, name, Object.entries(dimensions).toSorted()]);

const statisticOf = (statistic: string, values: readonly number[]): number => {
  const sum = values.reduce((total, value) => total + value, 0);
  switch (statistic) {
    case 'Sum':
      return sum;
    case 'SampleCount':
      return values.length;
    case 'Minimum':
      return values.reduce((least, value) => Math.min(least, value));
    case 'Maximum':
      return values.reduce((most, value) => Math.max(most, value));
    default:
      return sum / values.length;
  }
};

/** The CloudWatch of one lab: takes data, and gives them back by period. */
/** An alarm mute rule that is active, with the alarms that it names. */
export interface LabMuteRule {
  readonly name: string;
  readonly alarms: readonly {
    readonly name: string;
    readonly namespace: string;
    readonly metric: string;
    readonly dimensions: Readonly<Record<string, string>>;
  }[];
}

export const createCloudWatch = (): {
  service: LabService;
  data: StoredDatum[];
  muteRules: LabMuteRule[];
} => {
  const data: StoredDatum[] = [];
  const muteRules: LabMuteRule[] = [];
  const here =
    ({ accountId, region }: ActionContext) =>
    (datum: StoredDatum) =>
      datum.accountId === accountId && datum.region === region;

  const putMetricData: Action = (context) => {
    const namespace = requiredText(context.parameters, 'Namespace');
    if (namespace.startsWith('AWS/')) throw invalid('The value AWS/ for parameter Namespace is invalid.');
    const given = recordList(context.parameters, 'MetricData');
    if (given.length === 0) throw new LabError('MissingParameter', 'The parameter MetricData is required.');
    if (given.length > MAXIMUM_DATA)
      throw invalid(`The collection MetricData must not have a size greater than ${MAXIMUM_DATA}.`);
    data.push(...given.map((datum, index) => datumOf(datum, index, context)));
    return {};
  };

  const listMetrics: Action = (context) => {
    const { parameters } = context;
    const namespace = optionalText(parameters, 'Namespace');
    const name = optionalText(parameters, 'MetricName');
    const dimensions = recordList(parameters, 'Dimensions');
    const series = new Map(
      data
        .filter(here(context))
        .filter((datum) => namespace === null || datum.namespace === namespace)
        .filter((datum) => name === null || datum.name === name)
        .filter((datum) =>
          dimensions.every((each) => {
            const value = datum.dimensions[requiredText(each, 'Name')];
            return value !== undefined && [null, value].includes(optionalText(each, 'Value'));
          }),
        )
        .map((datum) => [seriesKey(datum), datum]),
    );
    const limits = { parameter: 'MaxRecords', token: 'NextToken', minimum: 1, maximum: 500, otherwise: 500 };
    const page = pageOf([...series.values()], 'ListMetrics', parameters, limits);
    return {
      Metrics: page.map((datum) => ({
        Namespace: datum.namespace,
        MetricName: datum.name,
        Dimensions: Object.entries(datum.dimensions).map(([Name, Value]) => ({ Name, Value })),
      })),
      NextToken: page.nextToken,
    };
  };

  const answerQuery = (query: Parameters, start: number, end: number, context: ActionContext) => {
    const stat = query['MetricStat'];
    const metric = isRecord(stat) ? stat['Metric'] : undefined;
    if (!isRecord(stat) || !isRecord(metric))
      throw new LabError('ValidationError', 'The lab answers MetricStat queries only.');
    const key = seriesKey({
      namespace: requiredText(metric, 'Namespace'),
      name: requiredText(metric, 'MetricName'),
      dimensions: dimensionsOf(metric),
    });
    const statistic = requiredText(stat, 'Stat');
    if (!STATISTICS.some((known) => known === statistic))
      throw new LabError('ValidationError', `The lab does not know the statistic ${statistic}.`);
    const period = Number(requiredText(stat, 'Period')) * 1000;
    const buckets = Map.groupBy(
      data
        .filter(here(context))
        .filter((datum) => seriesKey(datum) === key && datum.timestamp >= start && datum.timestamp < end),
      ({ timestamp }) => Math.floor(timestamp / period) * period,
    );
    const ascending = optionalText(context.parameters, 'ScanBy') === 'TimestampAscending';
    const order = [...buckets.keys()].toSorted((a, b) => (ascending ? a - b : b - a));
    return {
      Id: requiredText(query, 'Id'),
      Label: optionalText(query, 'Label') ?? requiredText(metric, 'MetricName'),
      StatusCode: 'Complete',
      timestamps: order,
      values: order.map((bucket) =>
        statisticOf(
          statistic,
          (buckets.get(bucket) ?? []).flatMap(({ values }) => values),
        ),
      ),
    };
  };

  const getMetricData: Action = (context) => {
    const { parameters } = context;
    const queries = recordList(parameters, 'MetricDataQueries');
    if (queries.length > MAXIMUM_QUERIES)
      throw new LabError(
        'ValidationError',
        `The collection MetricDataQueries must not have a size greater than ${MAXIMUM_QUERIES}.`,
      );
    const start = moment(parameters['StartTime']) ?? 0;
    const end = moment(parameters['EndTime']) ?? 0;
    if (!(end > start))
      throw new LabError(
        'ValidationError',
        'The parameter StartTime must be less than the parameter EndTime.',
      );
    return {
      MetricDataResults: queries.map((query) => {
        const { timestamps, values, ...result } = answerQuery(query, start, end, context);
        return {
          ...result,
          Timestamps: timestamps.map((each) => new Date(each)),
          Values: values,
        };
      }),
      Messages: [],
    };
  };

  const arnOf = ({ accountId, region }: ActionContext, name: string): string =>
    `arn:aws:cloudwatch:${region}:${accountId}:alarm-mute-rule:${name}`;

  const listAlarmMuteRules: Action = (context) => ({
    AlarmMuteRuleSummaries: muteRules.map(({ name }) => ({
      AlarmMuteRuleArn: arnOf(context, name),
      Status: 'ACTIVE',
      MuteType: 'ONE_TIME',
    })),
  });

  const getAlarmMuteRule: Action = (context) => {
    const wanted = requiredText(context.parameters, 'AlarmMuteRuleName');
    const rule = muteRules.find(({ name }) => name === wanted);
    if (rule === undefined)
      throw new LabError('ResourceNotFoundException', `The mute rule ${wanted} does not exist.`);
    return {
      Name: rule.name,
      AlarmMuteRuleArn: arnOf(context, rule.name),
      Status: 'ACTIVE',
      MuteTargets: { AlarmNames: rule.alarms.map(({ name }) => name) },
    };
  };

  const describeAlarms: Action = ({ parameters }) => {
    const wanted = parameters['AlarmNames'];
    const alarms = muteRules.flatMap((rule) => rule.alarms);
    return {
      MetricAlarms: alarms
        .filter(({ name }) => Array.isArray(wanted) && wanted.includes(name))
        .map(({ name, namespace, metric, dimensions }) => ({
          AlarmName: name,
          Namespace: namespace,
          MetricName: metric,
          Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
        })),
      CompositeAlarms: [],
    };
  };

  return {
    data,
    muteRules,
    service: {
      name: 'cloudwatch',
      signingName: 'monitoring',
      iamPrefix: 'cloudwatch',
      maximumRequestBytes: MAXIMUM_REQUEST_BYTES,
      protocols: [
        awsJson('1.0', { queryCompatible: true }),
        awsQuery('http://monitoring.amazonaws.com/doc/2010-08-01/'),
      ],
      actions: {
        DescribeAlarms: describeAlarms,
        GetAlarmMuteRule: getAlarmMuteRule,
        GetMetricData: getMetricData,
        ListAlarmMuteRules: listAlarmMuteRules,
        ListMetrics: listMetrics,
        PutMetricData: putMetricData,
      },
    },
  };
};
