import { approximateTime } from '../model/base/text/approximate-times.ts';
import { probability } from '../model/base/text/numbers.ts';
import type { Forecast } from '../model/result/forecast.ts';
import { isGrowing } from '../model/result/growth.ts';

/**
 * When a supply runs out and how sure that is, as a sentence without its full stop. It leaves out what the title says
 * already. Empty where the finding is not about a supply with a forecast, and where nothing is expected.
 *
 * @param at ISO 8601: the time of the message
 * @param title what stands above it
 */
export const outlookOf = (forecast: Forecast | undefined, at: string, title = ''): readonly string[] => {
  if (forecast === undefined) return [];
  const { surge, exhaustionAt, probabilityWithin } = forecast;
  if (surge != null && surge.raise !== 'ok') {
    return surge.exhaustionAt === null
      ? []
      : [`At this pace empty at about ${approximateTime(surge.exhaustionAt, at)}`];
  }
  if (exhaustionAt !== null) return expectation(forecast, exhaustionAt, at, title);
  if (probabilityWithin === null) return [];
  const chance = chanceOf(forecast, ' that it runs out');
  return chance === null ? [] : [chance];
};

const expectation = (
  forecast: Forecast,
  exhaustionAt: string,
  at: string,
  title: string,
): readonly string[] => {
  const time = approximateTime(exhaustionAt, at);
  const chance = chanceOf(forecast);
  const parts = [
    title.includes(time) || title.includes(WITHIN_THE_HOUR)
      ? null
      : Date.parse(exhaustionAt) - Date.parse(at) < HOUR
        ? `At this rate empty ${WITHIN_THE_HOUR}`
        : `${isGrowing(forecast) ? 'At this rate empty by' : 'May be empty by'} ${time}`,
    forecast.earliest === null ? null : `possibly as early as ${approximateTime(forecast.earliest, at)}`,
    chance,
  ].filter((part) => part !== null);
  const sentence = parts.join('; ');
  return sentence === '' ? [] : [`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`];
};

const HOUR = 3_600_000;
const WITHIN_THE_HOUR = 'within the hour';

/** A chance that is smaller than this says nothing; the next horizon says more. */
const LEAST_CHANCE = 0.05;

/** The chance within the shortest horizon that has one worth naming: `55 % chance within 24 hours`. */
const chanceOf = ({ probabilityWithin }: Forecast, event = ''): string | null => {
  if (probabilityWithin === null) return null;
  const horizons = [
    ['24 hours', probabilityWithin['24h']],
    ['3 days', probabilityWithin['72h']],
    ['7 days', probabilityWithin['7d']],
  ] as const;
  const first = horizons.find(([, chance]) => chance >= LEAST_CHANCE);
  return first === undefined ? null : `${probability(first[1])} chance${event} within ${first[0]}`;
};

/** Why there is no forecast, as a sentence; empty where there is one, or where none was asked for. */
export const forecastGap = (forecast: Forecast | undefined): string => {
  if (forecast === undefined || forecast.exhaustionAt !== null || forecast.probabilityWithin !== null)
    return '';
  if (forecast.surge != null && forecast.surge.raise !== 'ok') return '';
  const reason = forecast.reason.replace(/\.$/, '');
  return reason === '' ? '' : ` No forecast: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}.`;
};
