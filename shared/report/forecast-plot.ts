import type { AlertSeverity } from '../model/alert/alert.ts';
import { largestOf } from '../model/base/extremes.ts';
import { utcMinute } from '../model/base/text/times.ts';
import { expectationText } from '../model/result/expectation.ts';
import type { Forecast, Sample } from '../model/result/forecast.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A time during which a rule fired, for the bands above the series. `to`: `null` while it still does. */
export interface PlottedAlert {
  readonly rule: string;
  readonly severity: AlertSeverity;
  readonly from: number;
  readonly to: number | null;
}

export interface ForecastPlot {
  readonly title: string;
  /** In order of time; at least one. */
  readonly samples: readonly Sample[];
  readonly capacity: number;
  /** What is counted: `addresses` or `prefixes`. */
  readonly unit: string;
  /** As seen at the last sample. */
  readonly forecast: Forecast;
  readonly alerts: readonly PlottedAlert[];
  /** Whether the words stand beside the picture: it does not repeat them. */
  readonly isBesideWords?: boolean;
}

const WIDTH = 1080;
const HEIGHT = 420;
const LEFT = 64;
const RIGHT = 20;
const TOP = 64;
const BOTTOM = 36;
/** The height of the two lines of words; a picture without them is lower by it. */
const NOTES = 24;
const BAND = 14;
/** So many characters of the sentence fit across the picture; what is cut is in the description. */
const LONGEST_NOTE = 170;
/** How far ahead is drawn at most: a fan that fills the picture hides the past. */
const FARTHEST = 14 * DAY;

interface Scales {
  readonly x: (at: number) => number;
  readonly y: (value: number) => number;
  readonly from: number;
  readonly to: number;
  readonly top: number;
  readonly bottom: number;
}

/**
 * Draws a supply's past, the forecast's fan and the alerts as SVG: the series as the band between the lowest and the
 * highest value of each column of pixels, the low of each day, which the forecast reads, and the fan from the last value to
 * nothing left between the early and the late end of the interval. The sentence says why. Colours follow the page's theme by CSS; shapes and words carry the meaning as well.
 */
export const forecastPlot = (plot: ForecastPlot): string => {
  const { samples, forecast, alerts } = plot;
  const above = plot.isBesideWords === true ? NOTES : 0;
  const first = samples[0]?.at ?? 0;
  const last = samples.at(-1)?.at ?? first;
  const ends = [forecast.earliest, forecast.exhaustionAt, forecast.latest].flatMap((at) =>
    at === null ? [] : [Date.parse(at)],
  );
  const to = Math.max(last + HOUR, Math.min(last + FARTHEST, largestOf([last, ...ends])));
  const rules = [...new Set(alerts.map(({ rule }) => rule))];
  const top = TOP + rules.length * BAND;
  const bottom = HEIGHT - BOTTOM;
  const highest = largestOf([plot.capacity, ...columns(samples, first, last).map(({ high }) => high)]);
  const scales: Scales = {
    x: (at) => LEFT + ((at - first) / (to - first)) * (WIDTH - LEFT - RIGHT),
    y: (value) => bottom - (value / highest) * (bottom - top),
    from: first,
    to,
    top,
    bottom,
  };
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 ${above} ${WIDTH} ${HEIGHT - above}" role="img" aria-label="${escaped(plot.title)}">`,
    STYLE,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="title" x="${LEFT}" y="${above + 20}">${escaped(plot.title)}</text>`,
    ...(plot.isBesideWords === true
      ? []
      : [
          `<desc>${escaped(forecast.reason)}</desc>`,
          `<text class="note" x="${LEFT}" y="36">${escaped(expectationText(forecast, last))}</text>`,
          `<text class="note" x="${LEFT}" y="52">${escaped(sentencesWithin(forecast.reason, LONGEST_NOTE))}</text>`,
        ]),
    ...valueAxis(highest, plot.unit, scales),
    ...timeAxis(scales),
    ...alertBands(alerts, rules, last, scales),
    series(samples, last, scales),
    ...dailyLows(samples, last, scales),
    ...fan(samples.at(-1), forecast, scales),
    ...moments(last, forecast, scales),
    '</svg>',
    '',
  ].join('\n');
};

/** The same as a page of its own. */
export const forecastPlotPage = (plot: ForecastPlot): string =>
  [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escaped(plot.title)}</title>`,
    '<style>:root{color-scheme:light dark}body{margin:1rem;font:14px system-ui,sans-serif}svg{width:100%;height:auto}</style>',
    '</head><body>',
    forecastPlot({ ...plot, isBesideWords: true }),
    `<p>${escaped(expectationText(plot.forecast, plot.samples.at(-1)?.at ?? 0))}. ${escaped(plot.forecast.reason)}</p>`,
    '</body></html>',
    '',
  ].join('\n');

const STYLE = `<style>
text{font:12px system-ui,sans-serif;fill:#333}.title{font-size:15px;font-weight:600}.note,.tick,.unit{fill:#666}.unit{font-size:10px}
.paper{fill:#fff}.grid{stroke:#ddd}.series{fill:#2563eb;stroke:#2563eb;stroke-width:1}.fan{fill:#b45309;fill-opacity:.18}
.expected{stroke:#b45309;stroke-width:2;stroke-dasharray:6 4}.low{fill:none;stroke:#111;stroke-width:1.5}
.moment{stroke:#666;stroke-dasharray:2 3}.end{stroke:#b91c1c;stroke-width:1.5}.warning{fill:#d97706}.critical{fill:#b91c1c}
@media (prefers-color-scheme:dark){text{fill:#eee}.note,.tick,.unit{fill:#aaa}.paper{fill:#16181d}.grid{stroke:#333}
.series{fill:#7aa2f7;stroke:#7aa2f7}.fan{fill:#fbbf24}.expected{stroke:#fbbf24}.low{stroke:#fff}.moment{stroke:#aaa}.end{stroke:#f87171}.warning{fill:#fbbf24}.critical{fill:#f87171}}
</style>`;

interface Column {
  readonly at: number;
  low: number;
  high: number;
}

/** The lowest and highest value of each column of pixels: 17,000 points draw as a thousand without losing a spike. */
const columns = (samples: readonly Sample[], from: number, to: number): Column[] => {
  const width = Math.max(1, (to - from) / (WIDTH - LEFT - RIGHT));
  const result: Column[] = [];
  for (const { at, value } of samples) {
    const column = from + Math.floor((at - from) / width) * width;
    const known = result.at(-1);
    if (known?.at === column) {
      known.low = Math.min(known.low, value);
      known.high = Math.max(known.high, value);
    } else result.push({ at: column, low: value, high: value });
  }
  return result;
};

const series = (samples: readonly Sample[], last: number, { x, y, from }: Scales): string => {
  const drawn = columns(samples, from, last);
  const upper = drawn.map(({ at, high }) => `${fixed(x(at))},${fixed(y(high))}`);
  const lower = drawn.map(({ at, low }) => `${fixed(x(at))},${fixed(y(low))}`).reverse();
  return `<polygon class="series" points="${[...upper, ...lower].join(' ')}"/>`;
};

/** The whole sentences that fit. */
const sentencesWithin = (text: string, length: number): string => {
  let result = '';
  for (const sentence of text.split(/(?<=\.) /)) {
    const longer = result === '' ? sentence : `${result} ${sentence}`;
    if (longer.length > length) break;
    result = longer;
  }
  return result;
};

/** The lowest value of each 24 hours that end with the series: where these go is what the forecast continues. */
const dailyLows = (samples: readonly Sample[], last: number, { x, y, from }: Scales): string[] => {
  const lows = new Map<number, number>();
  for (const { at, value } of samples) {
    const day = Math.floor((last - at) / DAY);
    lows.set(day, Math.min(value, lows.get(day) ?? value));
  }
  if (lows.size < FEWEST_LOWS) return [];
  const points = [...lows]
    .toSorted(([one], [other]) => other - one)
    .flatMap(([day, low]) => [
      `${fixed(x(Math.max(from, last - (day + 1) * DAY)))},${fixed(y(low))}`,
      `${fixed(x(last - day * DAY))},${fixed(y(low))}`,
    ]);
  return [`<polyline class="low" points="${points.join(' ')}"><title>lowest of each day</title></polyline>`];
};
const FEWEST_LOWS = 2;

/** Where the past ends, and when nothing is expected to be left. */
const moments = (last: number, { exhaustionAt }: Forecast, { x, to, top, bottom }: Scales): string[] => {
  const line = (at: number, kind: string, label: string): string[] => {
    const left = x(at) > WIDTH / 2;
    return [
      `<line class="${kind}" x1="${fixed(x(at))}" x2="${fixed(x(at))}" y1="${top}" y2="${bottom}"/>`,
      `<text class="tick" x="${fixed(x(at) + (left ? -4 : 4))}" y="${top + (kind === 'end' ? 24 : 10)}" text-anchor="${left ? 'end' : 'start'}">${escaped(label)}</text>`,
    ];
  };
  const now = line(last, 'moment', 'now');
  if (exhaustionAt === null || Date.parse(exhaustionAt) > to) return now;
  return [...now, ...line(Date.parse(exhaustionAt), 'end', 'expected to be empty')];
};

const fan = (
  latest: Sample | undefined,
  { earliest, exhaustionAt, latest: late }: Forecast,
  scales: Scales,
): string[] => {
  if (latest === undefined || earliest === null) return [];
  const { x, y, to } = scales;
  /** Where the line from the last value to nothing at `at` leaves the picture. */
  const end = (at: number | null): string => {
    if (at === null) return `${fixed(x(to))},${fixed(y(latest.value))}`;
    const share = at <= to ? 1 : (to - latest.at) / (at - latest.at);
    return `${fixed(x(Math.min(at, to)))},${fixed(y(latest.value * (1 - share)))}`;
  };
  const start = `${fixed(x(latest.at))},${fixed(y(latest.value))}`;
  const early = end(Date.parse(earliest));
  const corner = `${fixed(x(to))},${fixed(y(0))}`;
  const lateEnd = end(late === null ? null : Date.parse(late));
  const lines = [
    `<polygon class="fan" points="${start} ${early} ${late !== null && Date.parse(late) <= to ? '' : corner} ${lateEnd}"/>`,
  ];
  if (exhaustionAt !== null) {
    const [x2 = '', y2 = ''] = end(Date.parse(exhaustionAt)).split(',');
    lines.push(
      `<line class="expected" x1="${fixed(x(latest.at))}" y1="${fixed(y(latest.value))}" x2="${x2}" y2="${y2}"/>`,
    );
  }
  return lines;
};

const alertBands = (
  alerts: readonly PlottedAlert[],
  rules: readonly string[],
  last: number,
  { x }: Scales,
): string[] => [
  ...alerts.map(({ rule, severity, from, to: until }) => {
    const top = TOP + rules.indexOf(rule) * BAND;
    const width = Math.max(2, x(until ?? last) - x(from));
    return `<rect class="${severity}" x="${fixed(x(from))}" y="${top}" width="${fixed(width)}" height="${BAND - 4}"><title>${escaped(`${rule} ${severity} from ${utcMinute(new Date(from).toISOString())}${until === null ? '' : ` to ${utcMinute(new Date(until).toISOString())}`}`)}</title></rect>`;
  }),
  ...rules.map(
    (rule, index) =>
      `<text class="tick" x="${LEFT + 4}" y="${TOP + index * BAND + 9}" font-size="10">${escaped(rule)}</text>`,
  ),
];

/** Steps of 1, 2 or 5 times a power of ten, at most six of them. */
const stepFor = (range: number): number => {
  const power = 10 ** Math.floor(Math.log10(range / 6));
  return ([1, 2, 5, 10].find((factor) => range / (factor * power) <= 6) ?? 10) * power;
};

const valueAxis = (highest: number, unit: string, { y, top }: Scales): string[] => {
  const step = stepFor(highest);
  const lines = [`<text class="unit" x="4" y="${top - 8}">${escaped(unit)}</text>`];
  for (let value = 0; value <= highest; value += step) {
    lines.push(
      `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fixed(y(value))}" y2="${fixed(y(value))}"/>`,
      `<text class="tick" x="${LEFT - 6}" y="${fixed(y(value) + 4)}" text-anchor="end">${Math.round(value * 10) / 10}</text>`,
    );
  }
  return lines;
};

const timeAxis = ({ x, from, to, top, bottom }: Scales): string[] => {
  const days = (to - from) / DAY;
  const step = [0.25, 1, 2, 7, 14].find((candidate) => days / candidate <= 12) ?? 28;
  const lines: string[] = [];
  for (let at = Math.ceil(from / (step * DAY)) * step * DAY; at <= to; at += step * DAY) {
    const label = new Date(at).toISOString();
    lines.push(
      `<line class="grid" x1="${fixed(x(at))}" x2="${fixed(x(at))}" y1="${top}" y2="${bottom}"/>`,
      `<text class="tick" x="${fixed(x(at))}" y="${bottom + 18}" text-anchor="middle">${step < 1 ? label.slice(5, 16) : label.slice(5, 10)}</text>`,
    );
  }
  return lines;
};

const fixed = (value: number): string => value.toFixed(1);

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
