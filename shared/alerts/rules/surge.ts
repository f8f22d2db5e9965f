import type { Observation } from '../../model/alert/alert.ts';
import { nameAndId } from '../../model/base/text/names.ts';
import type { SubnetAssessment } from '../../model/result/assessment.ts';
import type { Remedy } from '../../model/result/finding.ts';
import type { Forecast } from '../../model/result/forecast.ts';
import { listHolders } from '../remedies.ts';
import { allWell, hasIpv4, notKnown, observed, type Rule, type RuleContext } from './rule.ts';
import { remediesForAddresses, remediesForPrefixes } from './supply-low.ts';

/**
 * A supply is eaten within hours. The levels are the model's (`surge()`), since they come from comparing several windows
 * with the same hours of earlier days; the rule only hands them on.
 */

/** The addresses of a subnet are being used up within hours. */
export const addressesSurge: Rule = (context) =>
  context.assessment.subnets
    .filter(hasIpv4)
    .map((subnet) =>
      observe(context, subnet, 'addresses-surge', 'addresses', subnet.forecast.addresses, () =>
        remediesForAddresses(subnet, context.assessment),
      ),
    );

/** The prefixes of a subnet that uses them are being used up within hours. */
export const prefixesSurge: Rule = (context) =>
  context.assessment.subnets
    .filter(hasIpv4)
    .map((subnet) =>
      subnet.usesPrefixes === false
        ? allWell('prefixes-surge', context.subjects.subnet(subnet))
        : observe(context, subnet, 'prefixes-surge', 'prefixes', subnet.forecast.prefixes, () =>
            remediesForPrefixes(subnet, context.assessment),
          ),
    );

const observe = (
  context: RuleContext,
  subnet: SubnetAssessment,
  rule: 'addresses-surge' | 'prefixes-surge',
  supply: 'addresses' | 'prefixes',
  forecast: Forecast | undefined,
  remedies: () => readonly Remedy[],
): Observation => {
  const subject = context.subjects.subnet(subnet);
  if (!context.settings(rule, subject).enabled) return allWell(rule, subject);
  const surge = forecast?.surge;
  if (surge == null) return notKnown(rule, subject);
  const left = supply === 'addresses' ? subnet.available : (subnet.prefixes?.free ?? null);
  const evidence = [
    { name: supply === 'addresses' ? 'available' : 'freePrefixes', value: left, unit: supply },
    { name: 'lossPerHour', value: rounded(surge.lossPerHour.fast), unit: supply },
    { name: 'lossPerHourLonger', value: rounded(surge.lossPerHour.slow), unit: supply },
    { name: 'ordinaryLossPerHour', value: surge.ordinaryLossPerHour, unit: supply },
  ];
  // In a surge the first thing is to see who does it: more space would be eaten, too.
  return observed(rule, subject, surge, evidence, () => ({
    title: `Subnet ${nameAndId(subject.name, subject.id)} is losing ${supply} unusually fast`,
    explanation: surge.reason,
    remedies: [listHolders(subnet), ...remedies().filter(({ title }) => title !== listHolders(subnet).title)],
    forecast,
    owners: subnet.owners,
  }));
};

const rounded = (value: number): number => Math.round(value * 10) / 10;
