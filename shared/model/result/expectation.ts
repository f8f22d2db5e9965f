import { shortDuration } from '../base/text/durations.ts';
import { probability } from '../base/text/numbers.ts';
import { utcMinute } from '../base/text/times.ts';
import type { Forecast } from './forecast.ts';

type Expectation = Pick<Forecast, 'basis' | 'exhaustionAt' | 'earliest' | 'latest' | 'probabilityWithin'>;

/**
 * When a supply runs out, in one sentence without its full stop, for reports and commands. They may be read much later, so
 * that it has dates; a message says `16:40 UTC tomorrow`. A date
 * that has passed since the scan stays one: nothing was measured since. The reason is `forecast.reason`.
 *
 * @param now epoch milliseconds
 */
export const expectationText = (
  { basis, exhaustionAt, earliest, latest, probabilityWithin }: Expectation,
  now: number,
): string => {
  if (basis?.available != null && basis.available <= 0) return 'Nothing is left';
  if (probabilityWithin === null) return 'No forecast';
  if (exhaustionAt !== null)
    return `Expected to run out ${
      Date.parse(exhaustionAt) > now ? `in ${shortDuration(Date.parse(exhaustionAt) - now)}, ` : ''
    }${utcMinute(exhaustionAt)}${
      earliest === null
        ? ''
        : `, between ${utcMinute(earliest)} and ${latest === null ? 'much later' : utcMinute(latest)}`
    }`;
  return earliest === null
    ? 'Not expected to run out within 30 days'
    : `May run out, ${utcMinute(earliest)} at the earliest`;
};

/** How sure that is: `12 % within 24 hours, 30 % within 3 days, 71 % within 7 days`. */
export const chancesText = (within: NonNullable<Forecast['probabilityWithin']>): string =>
  [
    `${probability(within['24h'])} within 24 hours`,
    `${probability(within['72h'])} within 3 days`,
    `${probability(within['7d'])} within 7 days`,
  ].join(', ');
