import type { Forecast } from '../result/forecast.ts';

type Level = 'ok' | 'warning' | 'critical';

/** Hours; `null`: that level is never reached. */
export interface LeadTimes {
  readonly warningWithin: number | null;
  readonly criticalWithin: number | null;
}

export interface ExhaustionLevels {
  /** By the limits that raise, and by the easier ones that clear. */
  readonly raise: Level;
  readonly hold: Level;
  /** Room came back and the next days are safe: there is nothing to wait for before the all-clear. */
  readonly safe: boolean;
}

/** What was raised clears only when the expected time is a quarter further away than the lead time, and a trend that takes everything has become unlikely. */
export const CLEAR_BEYOND = 1.25;
const CLEAR_BELOW_PROBABILITY = 0.15;
/**
 * A fall like those before that takes what is left is worth a warning long before it is likelier than not: by recorded pod
 * counts, at seven in twenty a warning in nine subnet-months is false (docs/adr/0034).
 */
export const JUMP_CHANCE = 0.35;
const JUMP_CLEAR_CHANCE = 0.2;
/** What has not changed for this long is not running out, whatever it did before. */
const STILL_DAYS = 1;
const SAFE_PROBABILITY = 0.05;

const MILLISECONDS_PER_HOUR = 3_600_000;

/** Hours until the expected exhaustion, at the least 0; `null` where none is expected. */
export const hoursToExhaustion = ({ exhaustionAt }: Forecast, now: string): number | null =>
  exhaustionAt === null
    ? null
    : Math.max(0, (Date.parse(exhaustionAt) - Date.parse(now)) / MILLISECONDS_PER_HOUR);

/**
 * How serious a forecast is. It is the expected time that raises: the early end of the interval would raise too often
 * where the interval is wide. A trend must be firm to be a warning (`isFirm`), and not to be critical: that is the last day. A jump may take what is left without any trend: that is a warning, never critical.
 *
 * @param now ISO 8601: the time of the scan
 */
export const exhaustionLevels = (forecast: Forecast, now: string, leads: LeadTimes): ExhaustionLevels => {
  const hours = hoursToExhaustion(forecast, now);
  const expectedWithin = (lead: number | null): boolean => lead !== null && hours !== null && hours <= lead;
  const jumps = chanceWithin(forecast.jumpsWithin, leads.warningWithin);
  const chance = (lead: number | null): number => chanceWithin(forecast.probabilityWithin, lead);
  /** Without what jumps add: those are a warning of their own. */
  const trendChance = (lead: number | null): number => {
    const jump = chanceWithin(forecast.jumpsWithin, lead);
    return jump >= 1 ? 0 : 1 - (1 - chance(lead)) / (1 - jump);
  };
  const stillLikely = (lead: number | null): boolean =>
    expectedWithin(lead === null ? null : lead * CLEAR_BEYOND) ||
    trendChance(lead) >= CLEAR_BELOW_PROBABILITY;
  const moves = (forecast.stillDays ?? 0) < STILL_DAYS;
  const level = (isCritical: boolean, isWarning: boolean): Level =>
    isCritical ? 'critical' : isWarning ? 'warning' : 'ok';
  const isFirm = forecast.isTrendFirm !== false;
  return {
    raise: level(
      expectedWithin(leads.criticalWithin),
      (isFirm && expectedWithin(leads.warningWithin)) ||
        (moves && jumps >= JUMP_CHANCE && forecast.cameBackBefore !== true),
    ),
    hold: level(
      stillLikely(leads.criticalWithin),
      stillLikely(leads.warningWithin) || jumps >= JUMP_CLEAR_CHANCE,
    ),
    safe: isSafe(forecast, Date.parse(now)),
  };
};

/**
 * Whether there is nothing to wait for before the all-clear: room came back, and running out within 72 hours is unlikely. The
 * room was still there an hour later: a load that swings gives it back and takes it again.
 *
 * @param now epoch milliseconds
 */
export const isSafe = ({ roomCameBackAt, probabilityWithin }: Forecast, now: number): boolean =>
  roomCameBackAt != null &&
  Date.parse(roomCameBackAt) < now &&
  (probabilityWithin?.['72h'] ?? 1) < SAFE_PROBABILITY;

/** The chance within the longest stated horizon that the lead time covers; 0 where it covers none. */
const chanceWithin = (stated: Forecast['probabilityWithin'] | undefined, lead: number | null): number => {
  if (stated == null || lead === null || lead < 24) return 0;
  if (lead < 72) return stated['24h'];
  return lead < 168 ? stated['72h'] : stated['7d'];
};
