import { duration, elapsed } from '../model/base/text/durations.ts';
import { number, probability } from '../model/base/text/numbers.ts';
import { utcTime } from '../model/base/text/times.ts';
import type { Forecast, Surge } from '../model/result/forecast.ts';

/**
 * When a supply runs out, and how sure that is, as sentences without their full stops. The first one says when; the
 * others say how sure. Empty where the finding is not about a supply that a forecast was made for.
 */
export const outlookOf = (forecast: Forecast | undefined, at: string): readonly string[] => {
  if (forecast === undefined) return [];
  const surge = forecast.surge;
  const runaway =
    surge !== undefined && surge !== null && surge.raise !== 'ok' ? surgeSentence(surge, at) : null;
  if (runaway === null) return [whenSentence(forecast, at), ...certaintySentences(forecast)];
  // The forecast by the day is slower than a surge; it is worth saying only where it, too, sees an end.
  return forecast.exhaustionAt === null
    ? [runaway]
    : [runaway, `Without the surge: ${lowerFirst(whenSentence(forecast, at))}`];
};

const surgeSentence = (surge: Surge, at: string): string => {
  const pace = `Falling by ${number(Math.max(surge.lossPerHour.fast, surge.lossPerHour.slow))} an hour`;
  return surge.exhaustionAt === null
    ? pace
    : `${pace}; at this pace it runs out ${moment(surge.exhaustionAt, at)}`;
};

const whenSentence = (forecast: Forecast, at: string): string => {
  if (forecast.exhaustionAt !== null) return `Expected to run out ${moment(forecast.exhaustionAt, at)}`;
  if (forecast.probabilityWithin === null) return `The forecast is unknown: ${lowerFirst(forecast.reason)}`;
  if (forecast.earliest !== null)
    return `Not expected to run out, but it could ${moment(forecast.earliest, at)}`;
  return 'Not expected to run out within 30 days';
};

const certaintySentences = (forecast: Forecast): readonly string[] => {
  const sentences: string[] = [];
  if (forecast.exhaustionAt !== null && forecast.earliest !== null) {
    sentences.push(
      forecast.latest === null
        ? `Not before ${utcTime(forecast.earliest)}, possibly much later`
        : `Between ${utcTime(forecast.earliest)} and ${utcTime(forecast.latest)}`,
    );
  }
  if (forecast.probabilityWithin !== null) {
    const { '24h': day, '72h': threeDays, '7d': week } = forecast.probabilityWithin;
    sentences.push(
      `Probability: ${probability(day)} within 24 hours, ${probability(threeDays)} within 3 days, ${probability(week)} within 7 days`,
    );
  }
  return sentences;
};

/** `in 2 days 4 hours (Sun 22 Nov 2026 22:00 UTC)`, `now`. */
const moment = (iso: string, at: string): string => {
  const span = elapsed(at, iso);
  if (span === null) return `at ${iso}`;
  return span <= 0 ? 'now' : `in ${duration(span)} (${utcTime(iso)})`;
};

/** As the rest of a sentence: an acronym at its beginning stays as it is. */
const lowerFirst = (text: string): string =>
  (/^[A-Z](?![A-Z])/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text).replace(/\.$/, '');
