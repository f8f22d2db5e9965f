import type { AlertLevel, Observation } from '../../model/alert/alert.ts';
import type { ForecastRulePolicy } from '../../model/alert/policy.ts';
import { nameAndId } from '../../model/base/text/names.ts';
import type { SubnetAssessment } from '../../model/result/assessment.ts';
import type { Evidence, Remedy } from '../../model/result/finding.ts';
import type { Forecast } from '../../model/result/forecast.ts';
import { allWell, hasIpv4, notKnown, observed, type Rule, type RuleContext } from './rule.ts';
import { remediesForAddresses, remediesForPrefixes } from './supply-low.ts';

/**
 * A supply is expected to run out within the lead time. It is the expected time that raises: the early end of the interval
 * would cry wolf at every wide one. What was raised clears only when the expected time is a quarter further away than
 * the lead time, and exhaustion within it has become unlikely, too.
 */
export const CLEAR_BEYOND = 1.25;
const CLEAR_BELOW_PROBABILITY = 0.15;

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
  const hours = hoursUntil(forecast.exhaustionAt, context.assessment.scannedAt);
  const levels = exhaustionLevels(hours, forecast, policy);
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

const MILLISECONDS_PER_HOUR = 3_600_000;

const hoursUntil = (at: string | null, scannedAt: string): number | null =>
  at === null ? null : Math.max(0, (Date.parse(at) - Date.parse(scannedAt)) / MILLISECONDS_PER_HOUR);

const exhaustionLevels = (
  hours: number | null,
  forecast: Forecast,
  policy: ForecastRulePolicy,
): { readonly raise: AlertLevel; readonly hold: AlertLevel } => {
  const expectedWithin = (lead: number | null): boolean => lead !== null && hours !== null && hours <= lead;
  const stillLikely = (lead: number | null): boolean =>
    lead !== null &&
    (expectedWithin(lead * CLEAR_BEYOND) || probabilityWithin(forecast, lead) >= CLEAR_BELOW_PROBABILITY);
  const level = (holds: (lead: number | null) => boolean): AlertLevel => {
    if (holds(policy.criticalWithin)) return 'critical';
    return holds(policy.warningWithin) ? 'warning' : 'ok';
  };
  return { raise: level(expectedWithin), hold: level(stillLikely) };
};

/** The probability of the longest stated horizon that the lead time covers; 0 where it covers none. */
const probabilityWithin = ({ probabilityWithin: stated }: Forecast, lead: number): number => {
  if (stated === null || lead < 24) return 0;
  if (lead < 72) return stated['24h'];
  return lead < 168 ? stated['72h'] : stated['7d'];
};
