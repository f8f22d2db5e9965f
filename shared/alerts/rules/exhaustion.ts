import type { Observation } from '../../model/alert/alert.ts';
import { nameAndId } from '../../model/base/text/names.ts';
import { exhaustionLevels, hoursToExhaustion } from '../../model/forecast/exhaustion-levels.ts';
import type { SubnetAssessment } from '../../model/result/assessment.ts';
import type { Evidence, Remedy } from '../../model/result/finding.ts';
import type { Forecast } from '../../model/result/forecast.ts';
import { allWell, hasIpv4, notKnown, observed, type Rule, type RuleContext } from './rule.ts';
import { remediesForAddresses, remediesForPrefixes } from './supply-low.ts';

/** A supply is expected to run out within the lead time. The levels are the model's. */

/** The addresses of a subnet are expected to run out. */
export const addressesExhaustion: Rule = (context) =>
  context.assessment.subnets
    .filter(hasIpv4)
    .map((subnet) =>
      observe(context, subnet, 'addresses-exhaustion', 'addresses', subnet.forecast.addresses, () =>
        remediesForAddresses(subnet, context.assessment),
      ),
    );

/** The prefixes of a subnet that uses them are expected to run out. */
export const prefixesExhaustion: Rule = (context) =>
  context.assessment.subnets
    .filter(hasIpv4)
    .map((subnet) =>
      subnet.usesPrefixes === false
        ? allWell('prefixes-exhaustion', context.subjects.subnet(subnet))
        : observe(context, subnet, 'prefixes-exhaustion', 'prefixes', subnet.forecast.prefixes, () =>
            remediesForPrefixes(subnet, context.assessment),
          ),
    );

const observe = (
  context: RuleContext,
  subnet: SubnetAssessment,
  rule: 'addresses-exhaustion' | 'prefixes-exhaustion',
  supply: 'addresses' | 'prefixes',
  forecast: Forecast | undefined,
  remedies: () => readonly Remedy[],
): Observation => {
  const subject = context.subjects.subnet(subnet);
  const policy = context.settings(rule, subject);
  if (!policy.enabled) return allWell(rule, subject);
  if (forecast === undefined || (forecast.exhaustionAt === null && forecast.probabilityWithin === null)) {
    return notKnown(rule, subject);
  }
  const { scannedAt } = context.assessment;
  const hours = hoursToExhaustion(forecast, scannedAt);
  const levels = exhaustionLevels(forecast, scannedAt, policy);
  const left = supply === 'addresses' ? subnet.available : (subnet.prefixes?.free ?? null);
  const evidence: readonly Evidence[] = [
    { name: supply === 'addresses' ? 'available' : 'freePrefixes', value: left, unit: supply },
    { name: 'hoursToExhaustion', value: hours === null ? null : Math.round(hours * 10) / 10, unit: 'hours' },
    ...(forecast.lossPerDay == null
      ? []
      : [{ name: 'lossPerDay', value: Math.round(forecast.lossPerDay * 10) / 10, unit: supply }]),
  ];
  return observed(rule, subject, levels, evidence, () => ({
    title: `Subnet ${nameAndId(subject.name, subject.id)} is expected to run out of ${supply}`,
    explanation: `${left === null ? '' : `${left} are left. `}${forecast.reason}`,
    remedies: remedies(),
    forecast,
    owners: subnet.owners,
  }));
};
