import { number } from '../model/base/text/numbers.ts';
import type { Forecast, Sample, SupplyHistory } from '../model/result/forecast.ts';
import { forecastPlot } from './forecast-plot.ts';
import { type Html, html } from './html.ts';

const DAYS_SHOWN = 14;
const DAY = 86_400_000;

/** The last fortnight by the hour, the last hours as measured. */
const samplesOf = ({ hourly, recent }: SupplyHistory, now: number): readonly Sample[] => {
  const since = recent[0]?.at ?? Number.POSITIVE_INFINITY;
  return [
    ...hourly.filter(({ hour }) => hour < since).map(({ hour, last }) => ({ at: hour, value: last })),
    ...recent,
  ].filter(({ at }) => at >= now - DAYS_SHOWN * DAY);
};

/**
 * A supply's past and outlook as an image of its own: the plot brings its style along, which must not reach the page.
 * `null` where there is no past to draw.
 */
export const historyPicture = (
  history: SupplyHistory | undefined,
  capacity: number | null,
  unit: 'addresses' | 'prefixes',
  forecast: Forecast | undefined,
  now: number,
): Html | null => {
  if (history === undefined || capacity === null || forecast === undefined) return null;
  const samples = samplesOf(history, now);
  if (samples.length < 2) return null;
  const title = `Available ${unit} of ${number(capacity)}`;
  const svg = forecastPlot({ title, samples, capacity, unit, forecast, alerts: [], isBesideWords: true });
  return html`<img class="outlook-plot" width="1080" height="396" alt="${title}: the last fortnight and the forecast with its interval" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`;
};
