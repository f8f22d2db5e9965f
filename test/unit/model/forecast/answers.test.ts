import { expect, test } from 'vitest';
import { forecast } from '../../../../shared/model/forecast/forecast.ts';
import { outlookOf } from '../../../../shared/model/forecast/outlook.ts';
import { historyOf } from '../../../../shared/model/forecast/supply-history.ts';
import { surge } from '../../../../shared/model/forecast/surge.ts';
import { DAY, daily, HOUR, MINUTE, START, scatter, series } from '../../../fixtures/supply-series.ts';

/**
 * Pasts of every kind, and what was said of them when the method was measured (docs/adr/0010 and 0015). A change of any of these
 * answers is a change of the method: measure it again (`npm run bench:alerts`), then accept the new answers with
 * `npx vitest run --project unit test/unit/model/forecast/answers.test.ts -u`.
 */
const slow = (day: number): number => 40 * Math.sin(day / 2.7) + 25 * Math.cos(day / 1.3);
const working = (day: number, less: number): number => (day % 7 < 5 ? -less : 0);
const PASTS: Readonly<Record<string, (day: number) => number>> = {
  calm: (day) => 500 + daily(day, 200) + 8 * scatter(day),
  'close to the bottom': (day) => 160 + daily(day, 250) + 15 * scatter(day),
  growing: (day) => 900 - 24 * day + daily(day, 90) + 8 * scatter(day),
  'growing on working days': (day) =>
    900 - 26 * (Math.floor(day / 7) * 5 + Math.min(5, day % 7)) + daily(day, 90) + 8 * scatter(day),
  'growing and noisy': (day) => 800 - 20 * day + daily(day, 150) + 60 * scatter(day),
  'growing late': (day) => 600 - 75 * Math.max(0, day - 20.4) + daily(day, 120) + 10 * scatter(day),
  compounding: (day) => 950 - 40 * (Math.exp(day / 10) - 1) + daily(day, 60) + 6 * scatter(day),
  'in stairs': (day) => 850 - 55 * Math.floor(day / 2.1) + 12 * scatter(day) + daily(day, 40),
  'in two stairs': (day) => 850 - (day > 12 ? 250 : 0) - (day > 19 ? 250 : 0) + 12 * scatter(day),
  'after a jump': (day) => (day < 21.3 ? 700 : 260) + daily(day, 120) + 10 * scatter(day),
  'after an old jump': (day) => (day < 17.2 ? 700 : 260) + daily(day, 120) + 10 * scatter(day),
  wandering: (day) => 240 + 2.5 * slow(day) + daily(day, 60) + 10 * scatter(day),
  weekly: (day) => 500 + working(day, 260) + daily(day, 150) + 10 * scatter(day),
  recovering: (day) => 300 + 10 * Math.max(0, day - 10) + daily(day, 150) + 10 * scatter(day),
  'a few prefixes': (day) => 14 - 0.42 * day + 0.7 * scatter(day),
};

const rounded = (value: number): number => Number(value.toPrecision(6));

const answerTo = (available: (day: number) => number, days: number, every?: number): string => {
  const capacity = available(0) < 20 ? 14 : 1000;
  const now = START + days * DAY;
  const samples = series(days, available, every).filter(
    // Two holes: half a day, and now and then an hour.
    ({ at }) => Math.abs(at - START - 15 * DAY) > 6 * HOUR && Math.floor(at / HOUR) % 41 !== 7,
  );
  const history = historyOf(samples);
  const { exhaustionAt, earliest, latest, probabilityWithin, reason } = forecast(history, capacity, now);
  const outlook = outlookOf(history, capacity, now);
  const numbers = outlook.known
    ? [
        outlook.lossPerDay,
        outlook.lowWater,
        outlook.segment.lossPerDay,
        outlook.segment.error,
        outlook.segment.level,
        outlook.segment.days,
        outlook.segment.lossIfClimbing,
        outlook.segment.errorIfClimbing,
        outlook.exhaustedAfter.length,
        outlook.exhaustedAfter.reduce((sum, after) => sum + after, 0),
      ].map(rounded)
    : [];
  return [
    `day ${days}${every === undefined ? '' : ', hourly'}: ${exhaustionAt} from ${earliest} to ${latest}`,
    `  ${JSON.stringify(probabilityWithin)} ${JSON.stringify(numbers)}`,
    `  ${reason}`,
  ].join('\n');
};

test.each(Object.entries(PASTS))(
  'the answers to a past that is %s are those that were measured',
  async (name, available) => {
    const answers = [
      ...[2.2, 6.1, 13.4, 16.7, 21.9, 23.3, 26.6].map((days) => answerTo(available, days)),
      answerTo(available, 24, HOUR),
    ];
    await expect(`${answers.join('\n')}\n`).toMatchFileSnapshot(`./answers/${name.replaceAll(' ', '-')}.txt`);
  },
);

const EVENTS: Readonly<Record<string, (hours: number) => number>> = {
  'over in three hours': (hours) => (560 * hours) / 3,
  'slow at first': (hours) => 560 * (hours / 3) ** 1.6,
  'in bursts': (hours) => (560 * (hours + 0.25 * Math.sin(hours * 9))) / 3,
  'a jump and more': (hours) => Math.min(200, 4000 * hours) + 60 * hours,
  'up to a plateau': (hours) => Math.min(420, 230 * hours),
};

test.each(Object.entries(EVENTS))('and so are those to a surge that is %s', async (name, lost) => {
  const lines = [0.9, 5.3, 9.6, 17.45].flatMap((start) => [
    `day ${start}`,
    ...[60, 85, 95, 105, 120, 135, 150, 165, 185, 240].map((minutes) => {
      const now = START + start * DAY + minutes * MINUTE;
      const samples = series(start + 0.5, (day) => {
        const hours = (day - start) * 24;
        return 620 + daily(day, 180) + 7 * scatter(day) - (hours > 0 ? lost(hours) : 0);
      }).filter(({ at }) => at <= now);
      const outcome = surge(historyOf(samples), 1000, now);
      if (outcome === null) return `  ${minutes}: not known`;
      const { raise, hold, lossPerHour, ordinaryLossPerHour, exhaustionAt, reason } = outcome;
      const figures = [lossPerHour.fast, lossPerHour.slow, ordinaryLossPerHour ?? -1].map(rounded);
      return `  ${minutes}: ${raise} ${hold} ${JSON.stringify(figures)} ${exhaustionAt}\n    ${reason}`;
    }),
  ]);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(
    `./answers/surges/${name.replaceAll(' ', '-')}.txt`,
  );
});
