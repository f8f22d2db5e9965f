import { forecast } from '../../../shared/model/forecast/forecast.ts';
import { hourlyGrid, median } from '../../../shared/model/forecast/hourly-grid.ts';
import { historyOf } from '../../../shared/model/forecast/supply-history.ts';
import type { SupplyHistory } from '../../../shared/model/result/forecast.ts';
import { tuningSeries } from './shapes/tuning.ts';

const ROUNDS = 15;
/** What one forecast may take where nothing else runs, and what it may leave behind, each for a subnet and a scan. */
const MOST_MILLISECONDS = 0.5;
const MOST_BYTES = 2048;
/** The same against the floor, which is as slow as the machine is at the time. About 4. */
const MOST_FLOORS = 10;

/** The least that a method must do which looks at five weeks by the hour: read them, and order each hour of the day. */
const floorOf = (history: SupplyHistory, now: number): number => {
  const low = hourlyGrid(history, now)?.low ?? [];
  let sum = 0;
  for (let hour = 0; hour < 24; hour++) sum += median(low.filter((_, index) => index % 24 === hour));
  return sum;
};

/** The fastest of several rounds over all subnets, in milliseconds a subnet. Other processes only make a round slower. */
const fastest = (rounds: number, subnets: number, run: () => void): number => {
  const times = Array.from({ length: rounds }, () => {
    const { user, system } = process.cpuUsage();
    run();
    const after = process.cpuUsage();
    return (after.user + after.system - user - system) / 1000 / subnets;
  });
  return Math.min(...times);
};

export interface ForecastCost {
  readonly text: string;
  readonly isWithinLimits: boolean;
}

/** What a forecast takes, beside a floor in the same run. */
export const forecastCost = (): ForecastCost => {
  const subnets = tuningSeries(2).map(({ samples, capacity }) => ({
    history: historyOf(samples),
    capacity,
    now: samples.reduce((last, { at }) => Math.max(last, at), 0),
  }));
  const bytes = subnets.map(
    ({ history, capacity, now }) => JSON.stringify(forecast(history, capacity, now)).length,
  );
  const each = (run: (subnet: (typeof subnets)[number]) => unknown) => (): void => {
    for (const subnet of subnets) run(subnet);
  };
  const floor = fastest(
    ROUNDS,
    subnets.length,
    each(({ history, now }) => floorOf(history, now)),
  );
  const ours = fastest(
    ROUNDS,
    subnets.length,
    each(({ history, capacity, now }) => forecast(history, capacity, now)),
  );
  const most = Math.max(...bytes);
  const isWithinLimits = ours / floor <= MOST_FLOORS && most <= MOST_BYTES;
  return {
    isWithinLimits,
    text: [
      `one forecast: ${ours.toFixed(2)} ms of CPU (aim: ${MOST_MILLISECONDS}), the floor ${floor.toFixed(3)} ms, ratio ${(ours / floor).toFixed(1)} (at most ${MOST_FLOORS})`,
      `what it leaves behind: ${most} bytes as JSON at most (limit: ${MOST_BYTES}); the history is kept anyway`,
    ].join('\n'),
  };
};
