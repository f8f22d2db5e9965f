import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drainsOf } from '../../../../shared/model/forecast/drain.ts';
import { forecast } from '../../../../shared/model/forecast/forecast.ts';
import { fallsOf, pooled } from '../../../../shared/model/forecast/jumps.ts';
import { type Outlook, outlookOf } from '../../../../shared/model/forecast/outlook.ts';
import {
  arbitrarySupply,
  buildSupply,
  endOf,
  type GeneratedSupply,
  MOMENTS,
} from '../../../fixtures/generated/supplies.ts';
import { linesOf } from './answers.ts';

/**
 * Every figure of the forecasts of generated supplies, before, during and after something happens to them. A change of any of them is a
 * change of the method: measure it (`npm run bench:alerts`), then read the difference:
 * `npx vitest run --project unit test/unit/model/recorded -u`.
 */
const SUPPLIES = fc.sample(arbitrarySupply, { seed: 20_261_128, numRuns: 60 });

/** Numbers to six digits: the last ones of a sum differ between processors. */
const rounded = (value: unknown): unknown => {
  if (typeof value === 'number') return Number.isNaN(value) ? 'unknown' : Number(value.toPrecision(6));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, rounded(each)]));
  return value;
};

const WEEK_HOURS = Array.from({ length: 168 }, (_, hour) => hour);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Of long lists the length and the sum. */
const figuresOf = (outlook: Extract<Outlook, { known: true }>) => {
  const { exhaustedAfter, falls, grid, steady, ...rest } = outlook;
  return {
    ...rest,
    exhaustedAfter: [exhaustedAfter.length, sum(exhaustedAfter)],
    grid: [grid.mean.length, grid.mean.filter(Number.isNaN).length],
    fallsFromDay: falls.fromDay.map((each) => [each.length, sum(each)]),
    fallsFromWeek: falls.fromWeek.map((each) => [each.length, sum(each)]),
    fallsAtThisWeekday: falls.atThisWeekday?.fromDay.map((each) => [each.length, sum(each)]) ?? null,
    ordinaryLosses: steady.ordinary,
    rhythm: sum(WEEK_HOURS.map((hour) => steady.rhythm.at(hour) * Math.sin(hour + 1))),
    amplitude: steady.rhythm.amplitude,
  };
};

const outlooks = SUPPLIES.map((supply) =>
  outlookOf(buildSupply(supply, 0), supply.capacity, endOf(supply, 0)),
);
const POOL = pooled(
  outlooks.flatMap((outlook, index) =>
    outlook.known
      ? [{ falls: fallsOf(outlook.grid), capacity: SUPPLIES[index]?.capacity ?? Number.NaN }]
      : [],
  ),
);

const answersFor = (supply: GeneratedSupply, moment: number): readonly string[] => {
  const { capacity } = supply;
  const now = endOf(supply, moment);
  const history = buildSupply(supply, moment);
  const outlook = outlookOf(history, capacity, now);
  const past = outlook.known && {
    ...outlook.steady,
    from: outlook.recovery.from,
    stillDays: outlook.stillDays,
  };
  return [
    '',
    `After ${moment} of it`,
    ...linesOf(rounded(outlook.known ? figuresOf(outlook) : outlook) as object),
    ...(past ? linesOf(rounded(drainsOf(history, past, capacity, now)) as object) : []),
    ...linesOf(rounded(forecast(history, capacity, now, { outlook })) as object),
    `with others: ${JSON.stringify(forecast(history, capacity, now, { outlook, pool: POOL }).jumpsWithin)}`,
  ];
};

test.each(SUPPLIES.map((supply, index) => [index + 1, supply] as const))(
  'what is said of generated supply %i',
  async (number, supply) => {
    const text = [
      JSON.stringify(supply),
      ...MOMENTS.flatMap((moment) => answersFor(supply, moment)),
      '',
    ].join('\n');
    await expect(text).toMatchFileSnapshot(`forecast-of-supply-${number}.txt`);
  },
);
