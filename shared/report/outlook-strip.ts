import { shortDuration } from '../model/base/text/durations.ts';
import { utcMinute } from '../model/base/text/times.ts';
import type { SubnetAssessment } from '../model/result/assessment.ts';
import type { Forecast } from '../model/result/forecast.ts';
import { subnetRunway } from './figures.ts';
import { type Html, html } from './html.ts';

const DAY = 86_400_000;
const WIDTH = 120;

/** Where days lie: today takes as much room as the days of next week, since near days matter most. */
const x = (milliseconds: number): number =>
  Math.round((WIDTH * Math.log2(1 + Math.max(0, milliseconds) / DAY)) / Math.log2(1 + 30));

const TICKS = [1, 3, 7, 14].map((days) => x(days * DAY));

/** A forecast in a few words, and as a picture in the space of a word. */
export const outlookStrip = (
  subnet: Pick<SubnetAssessment, 'cidrBlock'>,
  forecast: Forecast | undefined,
  now: number,
): Html =>
  html`<span class="runway">${subnetRunway(subnet, forecast, now)}</span>${forecastStrip(forecast, now)}`;

/**
 * Thirty days from left to right, a band from the early to the late end of the interval, a mark where exhaustion is expected.
 * `null`: it is not expected, or unknown.
 */
export const forecastStrip = (forecast: Forecast | undefined, now: number): Html | null => {
  if (forecast?.earliest == null) return null;
  const { earliest, latest, exhaustionAt } = forecast;
  const from = Math.min(WIDTH - 2, x(Date.parse(earliest) - now));
  const to = Math.min(WIDTH, latest === null ? WIDTH : x(Date.parse(latest) - now));
  const until = latest === null ? 'possibly much later' : shortDuration(Date.parse(latest) - now);
  const text = `Between ${shortDuration(Date.parse(earliest) - now)} and ${until} from the scan${exhaustionAt === null ? '' : `; expected ${utcMinute(exhaustionAt)}`}`;
  const mark =
    exhaustionAt === null
      ? null
      : html`<path class="strip-mark" d="M${Math.min(WIDTH - 1, x(Date.parse(exhaustionAt) - now))} 0v12"/>`;
  return html`<svg class="strip" viewBox="0 0 ${WIDTH} 12" role="img" aria-label="${text}"><title>${text}</title><path class="strip-axis" d="M0 6h${WIDTH}${TICKS.map((tick) => `M${tick} 3v6`).join('')}"/><path class="strip-band" d="M${from} 3h${Math.max(2, to - from)}v6h-${Math.max(2, to - from)}z"/>${mark}</svg>`;
};

export const STRIP_STYLE = [
  '.strip{display:block;width:120px;height:12px;margin-top:2px}.strip-axis{fill:none;stroke:var(--line);stroke-width:1}',
  '.strip-band{fill:var(--warning);fill-opacity:.55}.strip-mark{stroke:var(--ink);stroke-width:2}.runway{white-space:nowrap}',
].join('\n');
