import { number } from '../../shared/model/base/text/numbers.ts';
import { forecast } from '../../shared/model/forecast/forecast.ts';
import { historyOf } from '../../shared/model/forecast/supply-history.ts';
import type { Sample } from '../../shared/model/result/forecast.ts';
import type { ReplayTransition } from '../../shared/pipeline/replay.ts';
import {
  type ForecastPlot,
  forecastPlot,
  forecastPlotPage,
  type PlottedAlert,
} from '../../shared/report/forecast-plot.ts';
import { UsageError } from '../base/command-line.ts';

interface PlotInput {
  readonly samples: readonly Sample[];
  readonly capacity: number;
  readonly supply: 'addresses' | 'prefixes';
  readonly transitions: readonly ReplayTransition[];
}

/** Each stretch of one severity of one rule. */
const alertsOf = (transitions: readonly ReplayTransition[]): PlottedAlert[] => {
  const open = new Map<string, PlottedAlert>();
  const done: PlottedAlert[] = [];
  for (const { at, rule, severity } of transitions) {
    const from = Date.parse(at);
    const before = open.get(rule);
    if (before !== undefined) done.push({ ...before, to: from });
    if (severity === 'ok') open.delete(rule);
    else open.set(rule, { rule, severity, from, to: null });
  }
  return [...done, ...open.values()];
};

const drawerOf = (path: string): typeof forecastPlot => {
  if (path.endsWith('.svg')) return forecastPlot;
  if (path.endsWith('.html')) return forecastPlotPage;
  throw new UsageError(
    `--plot ${path} ends neither in .svg nor in .html.`,
    'Name the file after its format.',
  );
};

/** @throws UsageError for a name that ends neither in .svg nor in .html */
export const checkPlotFile = (path: string | undefined): void => {
  if (path !== undefined) drawerOf(path);
};

/**
 * The picture that `--plot` writes, by the file's name.
 *
 * @throws UsageError as `checkPlotFile`, and where there is nothing to draw
 */
export const plotHistory = (path: string, { samples, capacity, supply, transitions }: PlotInput): string => {
  const draw = drawerOf(path);
  const ordered = samples.toSorted((a, b) => a.at - b.at);
  const last = ordered.at(-1);
  if (last === undefined)
    throw new UsageError(
      'No measurement is that old, so there is nothing to draw.',
      'Give a later time with --at.',
    );
  const plot: ForecastPlot = {
    title: `Available ${supply} of ${number(capacity)}, ${ordered[0] === undefined ? '' : new Date(ordered[0].at).toISOString().slice(0, 10)} to ${new Date(last.at).toISOString().slice(0, 10)}`,
    samples: ordered,
    capacity,
    unit: supply,
    forecast: forecast(historyOf(ordered), capacity, last.at),
    alerts: alertsOf(transitions),
  };
  return draw(plot);
};
