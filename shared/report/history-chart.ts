import { largestOf } from '../model/base/extremes.ts';
import { number } from '../model/base/text/numbers.ts';
import type { HourlyPoint, SupplyHistory } from '../model/result/forecast.ts';
import { type Html, html } from './html.ts';

const DAY = 86_400_000;
const DAYS = 60;
const WIDTH = 560;
const HEIGHT = 120;
const LEFT = 44;
const BOTTOM = 18;

/** Below these shares of the capacity a subnet is low, and very low. */
export interface LowShares {
  readonly warning: number | null;
  readonly critical: number | null;
}

/** The lowest value of each day, by the days before now: what a forecast reads, and small however long the past is. */
const dailyLows = (hourly: readonly HourlyPoint[], now: number): ReadonlyMap<number, number> => {
  const lows = new Map<number, number>();
  for (const { hour, minimum } of hourly) {
    const day = Math.floor((now - hour) / DAY);
    if (day >= 0 && day < DAYS) lows.set(day, Math.min(minimum, lows.get(day) ?? minimum));
  }
  return lows;
};

/**
 * The lows of the last 60 days, with the thresholds, as an inline picture. A day without a value is a gap. `null`: there is no past.
 *
 * @param now epoch milliseconds
 */
export const historyChart = (
  history: SupplyHistory | undefined,
  capacity: number | null,
  shares: LowShares,
  now: number,
): Html | null => {
  const lows = dailyLows(history?.hourly ?? [], now);
  if (lows.size < 2 || capacity === null || capacity === 0) return null;
  const highest = largestOf([capacity, ...lows.values()]);
  const x = (day: number): number => Math.round(LEFT + ((DAYS - day - 1) / (DAYS - 1)) * (WIDTH - LEFT));
  const y = (value: number): number => Math.round((1 - value / highest) * (HEIGHT - BOTTOM - 8) + 8);
  const days = [...lows.keys()].toSorted((a, b) => b - a);
  const line = days
    .map((day, index) => `${days[index - 1] === day + 1 ? 'L' : 'M'}${x(day)} ${y(lows.get(day) ?? 0)}`)
    .join('');
  const thresholds = (['warning', 'critical'] as const).flatMap((level) => {
    const share = shares[level];
    return share === null
      ? []
      : [html`<path class="limit ${level}" d="M${LEFT} ${y(share * capacity)}H${WIDTH}"/>`];
  });
  const first = lows.get(days[0] ?? 0) ?? 0;
  const last = lows.get(days.at(-1) ?? 0) ?? 0;
  const words = `Lowest of each day: ${number(first)} of ${number(capacity)} ${days[0] ?? 0} days ago, ${number(last)} at last`;
  return html`<svg class="chart" role="img" aria-label="${words}" viewBox="0 0 ${WIDTH} ${HEIGHT}"><title>${words}</title><path class="chart-axis" d="M${LEFT} ${y(highest)}H${WIDTH}M${LEFT} ${y(0)}H${WIDTH}"/>${thresholds}<path class="chart-line" d="${line}"/><text x="${LEFT - 4}" y="${y(highest) + 4}" text-anchor="end">${number(highest)}</text><text x="${LEFT - 4}" y="${y(0) + 4}" text-anchor="end">0</text>${[56, 42, 28, 14, 0].map((day) => html`<text x="${day === 0 ? WIDTH : x(day)}" y="${HEIGHT - 2}" text-anchor="${day === 0 ? 'end' : 'middle'}">${new Date(now - day * DAY).toISOString().slice(5, 10)}</text>`)}</svg>`;
};

export const CHART_STYLE = [
  '.hr .chart{display:block;width:100%;max-width:560px;height:auto}.hr .chart text{font:11px ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;fill:var(--muted)}',
  '.hr .chart-axis{fill:none;stroke:var(--line)}.hr .chart-line{fill:none;stroke:var(--link);stroke-width:2}.hr .limit{fill:none;stroke-width:1;stroke-dasharray:4 3}.hr .limit.warning{stroke:var(--warning)}.hr .limit.critical{stroke:var(--critical)}',
].join('\n');
