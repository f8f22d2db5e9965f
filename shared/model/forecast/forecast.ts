import type { Forecast, ForecastBasis, SupplyHistory } from '../result/forecast.ts';
import { HORIZON_DAYS, type Outlook, outlookOf, PATHS } from './outlook.ts';
import { DAY } from './supply-history.ts';
import { surge } from './surge.ts';

/** The name under which the method is explained: docs/adr/0010-forecast-from-the-current-regime.md. */
export const FORECAST_METHOD = 'trend-paths';

/** The interval holds four futures of five. */
const EARLY = 0.1;
const LATE = 0.9;

/**
 * When a supply will run out, how sure that is, and why.
 *
 * The rhythm of the day and the week is taken out of the past; what is left is followed back for as long as one straight
 * line explains it (the regime). Two hundred futures continue that line, each with a slope from within its error, for as
 * long as such trends last, and each day with a low drawn from the days that were. Most of them run out: exhaustion is
 * expected, at their median. Only closed hours are read, so the answer holds for an hour; what runs out faster is
 * `surge`'s to tell, which reads every sample.
 *
 * Pure and deterministic. Late, repeated and missing points change what the hourly history says, never whether it can be read.
 *
 * @param capacity what the supply could ever be: the scale of what counts as noise
 * @param now epoch milliseconds
 * @param outlook of this hour and history, where it is known already: a replay asks every five minutes
 */
export const forecast = (
  history: SupplyHistory,
  capacity: number,
  now: number,
  outlook: Outlook = outlookOf(history, capacity, now),
): Forecast => {
  const rising = surge(history, capacity, now);
  const latest = history.recent.findLast(({ at }) => at <= now);
  const basis: ForecastBasis = {
    available: latest?.value ?? null,
    dailyLow: outlook.known ? outlook.lowWater : null,
    lossPerDay: outlook.known ? outlook.lossPerDay : null,
    trendDays: outlook.known ? outlook.regime.days : null,
  };
  if (latest !== undefined && latest.value <= 0) {
    const at = new Date(now).toISOString();
    return {
      exhaustionAt: at,
      earliest: at,
      latest: at,
      probabilityWithin: { '24h': 1, '72h': 1, '7d': 1 },
      method: FORECAST_METHOD,
      reason: 'Nothing is left now.',
      lossPerDay: outlook.known ? outlook.lossPerDay : null,
      surge: rising,
      basis,
    };
  }
  if (!outlook.known)
    return {
      exhaustionAt: null,
      earliest: null,
      latest: null,
      probabilityWithin: null,
      method: 'none',
      reason: outlook.reason,
      lossPerDay: null,
      surge: rising,
      basis,
    };
  const { exhaustedAfter, from } = outlook;
  const quantile = (share: number): string | null => {
    const days = exhaustedAfter[Math.ceil(share * PATHS) - 1];
    return days === undefined ? null : new Date(Math.max(now, from + days * DAY)).toISOString();
  };
  const within = (days: number): number => exhaustedAfter.filter((after) => after <= days).length / PATHS;
  const probabilityWithin = { '24h': within(1), '72h': within(3), '7d': within(7) };
  const exhaustionAt = quantile(0.5);
  return {
    exhaustionAt,
    earliest: quantile(EARLY),
    latest: quantile(LATE),
    probabilityWithin,
    method: FORECAST_METHOD,
    reason: reasonFor(outlook, exhaustionAt),
    lossPerDay: outlook.lossPerDay,
    surge: rising,
    basis,
  };
};

const rounded = (value: number): number =>
  Math.abs(value) < 10 ? Math.round(value * 10) / 10 : Math.round(value);

const reasonFor = (outlook: Extract<Outlook, { known: true }>, exhaustionAt: string | null): string => {
  const { regime, lossPerDay, lowWater, exhaustedAfter } = outlook;
  const left = `About ${rounded(lowWater)} ${rounded(lowWater) === 1 ? 'is' : 'are'} left at the daily low.`;
  const days = rounded(regime.days) === 1 ? 'day' : `${rounded(regime.days)} days`;
  const trend =
    rounded(lossPerDay) > 0
      ? `Usage has grown by about ${rounded(lossPerDay)} a day over the last ${days}.`
      : `Usage has not grown over the last ${days}.`;
  const unsettled = regime.settled
    ? ''
    : ' The level changed less than two days ago, so this may be a single jump or a steady climb.';
  const share = Math.round((100 * exhaustedAfter.length) / PATHS);
  const outcome =
    exhaustionAt === null
      ? `${share} % of the simulated continuations run out within ${HORIZON_DAYS} days.`
      : `Most simulated continuations run out by ${exhaustionAt.slice(0, 16)}Z.`;
  return `${left} ${trend}${unsettled} ${outcome}`;
};
