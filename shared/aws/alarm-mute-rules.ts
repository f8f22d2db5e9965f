import {
  type CloudWatchClient,
  DescribeAlarmsCommand,
  GetAlarmMuteRuleCommand,
  type MetricAlarm,
  paginateListAlarmMuteRules,
} from '@aws-sdk/client-cloudwatch';
import type { Selector } from '../model/alert/policy.ts';
import { describeAwsFailure } from '../model/aws/aws-failure.ts';
import { answeredList } from '../model/aws/aws-pages.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';
import type { ActiveMuteRule } from '../pipeline/stored-mutes.ts';

/** Rules beyond this many are not read: each costs a request in every run. */
export const MAX_MUTE_RULES = 50;

/** Alarms in one DescribeAlarms, and in one mute rule (API reference, DescribeAlarms and PutAlarmMuteRule). */
const MAX_ALARMS = 100;

/**
 * Reads which alerts the active mute rules of this account and Region are about. A rule names alarms. An alarm on a metric of
 * Headroom stands for the alerts about the subnet, VPC or cluster of its dimensions. An alarm of the deployment stands for the
 * alert about the same thing. Composite alarms stand for nothing.
 *
 * @param namespace of Headroom's metrics
 * @throws HeadroomError `mute-rules-not-read` where CloudWatch refuses or cannot answer
 */
export const readAlarmMuteRules = async (
  client: CloudWatchClient,
  namespace: string,
  home: Target,
): Promise<readonly ActiveMuteRule[]> => {
  try {
    const rules = [];
    for (const name of await activeRules(client)) {
      const { MuteTargets } = await client.send(new GetAlarmMuteRuleCommand({ AlarmMuteRuleName: name }));
      rules.push({ name, alarms: MuteTargets?.AlarmNames ?? [] });
    }
    const alarms = await alarmsOf(client, [...new Set(rules.flatMap((rule) => rule.alarms))]);
    return rules.map((rule) => ({
      name: rule.name,
      matches: rule.alarms.flatMap((alarm) => selectorsOf(alarms.get(alarm), namespace)),
    }));
  } catch (error) {
    if (error instanceof HeadroomError) throw error;
    const { message, action } = describeAwsFailure(error, {
      action: 'cloudwatch:ListAlarmMuteRules',
      target: home,
    });
    throw new HeadroomError(
      'mute-rules-not-read',
      `CloudWatch alarm mute rules mute no alert of Headroom now. ${message}`,
      `${action} The function needs cloudwatch:ListAlarmMuteRules, cloudwatch:GetAlarmMuteRule and cloudwatch:DescribeAlarms.`,
      { cause: error },
    );
  }
};

const activeRules = async (client: CloudWatchClient): Promise<readonly string[]> => {
  const names: string[] = [];
  for await (const { AlarmMuteRuleSummaries, NextToken } of paginateListAlarmMuteRules(
    { client },
    { Statuses: ['ACTIVE'] },
  )) {
    for (const { AlarmMuteRuleArn = '' } of answeredList(AlarmMuteRuleSummaries, 'mute rules', NextToken)) {
      const [, name = ''] = AlarmMuteRuleArn.split(':alarm-mute-rule:');
      if (name !== '') names.push(name);
    }
    if (names.length >= MAX_MUTE_RULES) break;
  }
  return names.slice(0, MAX_MUTE_RULES);
};

const alarmsOf = async (
  client: CloudWatchClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, MetricAlarm>> => {
  const alarms = new Map<string, MetricAlarm>();
  for (let start = 0; start < names.length; start += MAX_ALARMS) {
    const { MetricAlarms } = await client.send(
      new DescribeAlarmsCommand({
        AlarmNames: names.slice(start, start + MAX_ALARMS),
        AlarmTypes: ['MetricAlarm'],
        MaxRecords: MAX_ALARMS,
      }),
    );
    for (const alarm of answeredList(MetricAlarms, 'alarms'))
      if (alarm.AlarmName !== undefined) alarms.set(alarm.AlarmName, alarm);
  }
  return alarms;
};

/** The rules that say the same as the deployment's own alarms on metrics without dimensions (infra/lambda/alarms.yml). */
const RULE_OF_METRIC: Readonly<Record<string, string>> = {
  TargetsSucceeded: 'coverage',
  AlertsUndelivered: 'delivery-failing',
};

const selectorsOf = (alarm: MetricAlarm | undefined, namespace: string): readonly Selector[] => {
  if (alarm === undefined) return [];
  // An alarm on an expression has its metrics in a list.
  const metrics = [alarm, ...(alarm.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat?.Metric ?? [])];
  return metrics
    .filter(({ Namespace }) => Namespace === namespace)
    .flatMap(({ MetricName = '', Dimensions = [] }): readonly Selector[] => {
      const values = new Map(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value]));
      const of = (field: string, dimension: string) => {
        const value = values.get(dimension);
        return value === undefined ? {} : { [field]: [literal(value)] };
      };
      const about = { ...of('subnet', 'SubnetId'), ...of('vpc', 'VpcId'), ...of('cluster', 'ClusterName') };
      const rule = RULE_OF_METRIC[MetricName];
      if (Object.keys(about).length > 0)
        return [{ ...of('account', 'AccountId'), ...of('region', 'Region'), ...about }];
      return values.size === 0 && rule !== undefined ? [{ rule: [rule] }] : [];
    });
};

/** In a selector `*` and `?` are wildcards. A name with `*` matches one character more than it should. */
const literal = (value: string): string => value.replaceAll('*', '?');
