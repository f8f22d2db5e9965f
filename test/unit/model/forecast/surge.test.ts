import { describe, expect, test } from 'vitest';
import { historyOf } from '../../../../shared/model/forecast/supply-history.ts';
import { surge } from '../../../../shared/model/forecast/surge.ts';
import type { Sample, Surge } from '../../../../shared/model/result/forecast.ts';
import { DAY, daily, HOUR, MINUTE, START, scatter, series } from '../../../fixtures/supply-series.ts';

/** Two calm weeks with a rhythm, then whatever happens from `START + 14 days` on, up to `hours` later. */
const ordinary = (day: number): number => 600 + daily(day, 200) + 4 * scatter(day);
const EVENT = 14.2;
const during = (hours: number, change: (hoursIn: number) => number): readonly [Sample[], number] => {
  const now = START + EVENT * DAY + hours * HOUR;
  const samples = series(EVENT + 1, (day) =>
    day < EVENT ? ordinary(day) : ordinary(day) - change((day - EVENT) * 24),
  ).filter(({ at }) => at <= now);
  return [samples, now];
};
const seen = (hours: number, change: (hoursIn: number) => number, capacity = 1000): Surge | null => {
  const [samples, now] = during(hours, change);
  return surge(historyOf(samples), capacity, now);
};
/** A job that would eat everything within three hours. */
const runaway = (hoursIn: number): number => (650 * hoursIn) / 3;

describe('a surge that takes three hours', () => {
  test('is not called one in its first hour: much else begins like this', () => {
    expect(seen(1, runaway)?.raise).toBe('ok');
  });

  test.each([1.4, 1.7, 2.4])(
    'is critical %d hours after its start, so that it is announced once',
    (hours) => {
      expect(seen(hours, runaway)).toMatchObject({ raise: 'critical', hold: 'critical' });
    },
  );

  test('is shown by its newest half hour where it gets faster', () => {
    const faster = (hoursIn: number): number => 30 * hoursIn ** 2.5;
    const outcome = seen(2.5, faster);
    expect(outcome?.raise).toBe('critical');
    expect(outcome?.lossPerHour.fast).toBeGreaterThan(1.15 * (outcome?.lossPerHour.slow ?? 0));
    expect(seen(2.3, faster)?.raise).toBe('ok');
  });

  test('tells its pace, what is ordinary, and when it will be over', () => {
    const outcome = seen(2, runaway);
    expect(outcome?.lossPerHour.slow).toBeGreaterThan(180);
    expect(outcome?.lossPerHour.fast).toBeGreaterThan(180);
    expect(outcome?.ordinaryLossPerHour).toBeLessThan(40);
    const end = Date.parse(outcome?.exhaustionAt ?? '');
    expect(Math.abs(end - (START + EVENT * DAY + 3 * HOUR))).toBeLessThan(30 * MINUTE);
    expect(outcome?.reason).toMatch(
      /are left\. The loss was \d+ an hour over the last 90 minutes and \d+ an hour over the last 30/,
    );
    const { fast = 0, slow = 0 } = outcome?.lossPerHour ?? {};
    expect(outcome?.basis?.lossPerHour).toBe(Math.max(fast, slow));
    expect(outcome?.basis?.minutesToEmpty).toBeGreaterThan(30);
    expect(outcome?.basis?.minutesToEmpty).toBeLessThan(90);
  });

  test('holds while nothing is left, though nothing more can be lost', () => {
    const [samples, now] = during(4, (hoursIn) => runaway(hoursIn) * 2);
    expect(surge(historyOf(samples), 1000, now)).toMatchObject({ raise: 'ok', hold: 'critical' });
  });

  test('clears when it stops', () => {
    expect(seen(6, (hoursIn) => Math.min(350, runaway(hoursIn)))).toMatchObject({ raise: 'ok', hold: 'ok' });
  });
});

describe('what is nearly over', () => {
  /** Two weeks of `usual`, then `change` is taken from it from the event on. Capacity 1000, of which 600 are usually left. */
  const following = (
    minutes: number,
    change: (minute: number) => number,
    usual: (day: number) => number = (day) => 600 + 4 * scatter(day),
    isMeasured: (at: number) => boolean = () => true,
  ) => {
    const now = START + EVENT * DAY + minutes * MINUTE;
    const samples = series(EVENT + 1, (day) =>
      day < EVENT ? usual(day) : usual(day) - change((day - EVENT) * 24 * 60),
    ).filter(({ at }) => at <= now && isMeasured(at));
    return surge(historyOf(samples), 1000, now);
  };
  /** Takes five addresses a minute, beside a job that holds some until it ends after an hour. */
  const behindAJob = (minute: number): number => 5 * minute + (minute < 60 ? 100 : -50);

  test('is critical by its last half hour, though a job that ended within the last 90 minutes hides the rest', () => {
    const outcome = following(105, behindAJob);
    expect(outcome?.lossPerHour.slow).toBeLessThan(230);
    expect(outcome?.raise).toBe('critical');
    expect(outcome?.hold).toBe('critical');
  });

  test('is not shown by half an hour while more than a fifth of the capacity is left', () => {
    const behindALargeJob = (left: number) => (minute: number) => 6 * minute - (minute < 60 ? 0 : 30 + left);
    expect(following(105, behindALargeJob(190))?.raise).toBe('ok');
    expect(following(105, behindALargeJob(150))?.raise).toBe('critical');
  });

  test('is not shown by half an hour in which a piece of ten minutes lost nothing', () => {
    expect(following(105, (minute) => (minute < 95 ? 20 : behindAJob(minute)))?.raise).toBe('ok');
  });

  test('is not shown by half an hour that would last for another', () => {
    expect(following(105, (minute) => 430 + (minute < 60 ? 30 : 0) + 0.1 * minute)?.raise).toBe('ok');
  });

  /** Every day the same fast fall within three hours, from 900 down to 300. */
  const fastMornings = (day: number): number => {
    const hour = (day % 1) * 24;
    return hour < 3.8 ? 900 : hour < 6.8 ? 900 - 200 * (hour - 3.8) : 300;
  };

  test('is critical at the pace of every morning, when it is far lower than on any of them', () => {
    const lower = (day: number): number => fastMornings(day) - (day < 14 ? 0 : 300);
    expect(following(60, () => 0, fastMornings)?.raise).toBe('ok');
    expect(following(60, () => 0, lower)?.raise).toBe('critical');
  });

  test('is not shown by half an hour at the pace of every morning', () => {
    const lower = (day: number): number => fastMornings(day) - (day < 14 ? 0 : 300);
    expect(following(85, (minute) => (minute < 30 ? 100 : 0), lower)?.raise).toBe('ok');
  });

  test('counts what the coming hour usually takes', () => {
    /** A job starts at seven every day and takes 250 for an hour. */
    const jobAtSeven = (day: number): number => 600 - (Math.floor((day % 1) * 24) === 7 ? 250 : 0);
    const drains = (minute: number): number => 2.7 * minute;
    // Half an hour before it 330 are left and 160 an hour go: enough for two hours without the job, for half an hour with it.
    expect(following(100, drains)?.raise).toBe('ok');
    expect(following(100, drains, jobAtSeven)).toMatchObject({ raise: 'critical', hold: 'critical' });
    expect(following(85, drains, jobAtSeven)?.raise).toBe('ok');
  });

  test('an hour that was never measured counts for nothing', () => {
    const exceptAtSeven = (at: number): boolean => Math.floor((at % DAY) / HOUR) !== 7;
    const jobFromSeven = (day: number): number =>
      600 - ([7, 8].includes(Math.floor((day % 1) * 24)) ? 250 : 0);
    const drains = (minute: number): number => 2.7 * minute;
    expect(following(100, drains, jobFromSeven, exceptAtSeven)?.raise).toBe('ok');
    const lower = (day: number): number => fastMornings(day) - (day < 14 ? 0 : 300);
    expect(following(100, () => 0, lower, exceptAtSeven)?.raise).toBe('critical');
  });
});

test('measurements after now do not tell that room came back', () => {
  const now = START + 1.5 * DAY;
  const later = series(1.6, (day) => (day > 1.5 ? 900 : 400));
  const until = later.filter(({ at }) => at <= now);
  expect(surge(historyOf(later), 1000, now)?.isOver).toBe(surge(historyOf(until), 1000, now)?.isOver);
});

describe('at its limits', () => {
  /** Two weeks of `usual`, then `each` fewer every five minutes for 95 minutes, down to `left`: 12 are 140 an hour over 90 minutes. */
  const now = START + 14.25 * DAY;
  const downTo = (left: number, { capacity = 1000, from = START, each = 12, usual = 600 } = {}) => {
    const samples = series(14.3, (day) => {
      const steps = Math.round((14.25 - day) * 288);
      return steps > 19 ? usual : left + each * steps;
    }).filter(({ at }) => at <= now && at >= from);
    return surge(historyOf(samples), capacity, now);
  };
  // The value is the middle of the last two scans: six more than the last.
  test.each([
    ['1.43 hours are critical with a fifth left', 194, { raise: 'critical', hold: 'critical' }],
    [
      'with a little more it is none yet, since it has lost no more than that',
      195,
      { raise: 'ok', hold: 'critical' },
    ],
    ['three hours hold', 414, { raise: 'ok', hold: 'critical' }],
    ['a little more clears', 416, { raise: 'ok', hold: 'ok' }],
  ] as const)('%s', (_name, left, levels) => {
    expect(downTo(left)).toMatchObject({ ...levels, lossPerHour: { slow: 140 } });
  });

  // The value is half a step more than the last.
  test.each([
    ['with a fifth or less left 1.65 hours are critical', 10, 500, 187],
    ['28 times the square of the share that was lost: 1.93 hours after 0.2625', 15, 800, 330],
    ['2.4 hours at most', 18, 900, 495],
  ])('%s', (_name, each, usual, left) => {
    expect(downTo(left, { each, usual })?.raise).toBe('critical');
    expect(downTo(left + 1, { each, usual })?.raise).toBe('ok');
  });

  test('a tenth of the capacity is much, and less is not', () => {
    expect(downTo(190, { capacity: 2100 })).toMatchObject({ raise: 'critical', fall: null });
    // With so little left it is a sudden loss as well, which needs no pace.
    expect(downTo(190, { capacity: 2110 })).toMatchObject({ raise: 'warning', fall: { lost: 410 } });
  });

  test('it must still fall: a step that has just stopped lost less in its newest quarter of an hour', () => {
    /** As above, but the newest scans lost so much each. */
    const slowed = (each: number, measured: (age: number) => boolean = () => true) => {
      const samples = series(14.3, (day) => {
        const steps = Math.round((14.25 - day) * 288);
        const left = 190 + 12 * Math.max(0, steps - 3) + each * Math.min(3, steps);
        return steps > 19 ? 600 : left;
      }).filter(({ at }) => at <= now && measured(now - at));
      return surge(historyOf(samples), 1000, now)?.raise;
    };
    expect(slowed(9)).toBe('critical');
    expect(slowed(8)).toBe('ok');
    // Where nothing was measured a quarter of an hour ago, nothing says that it stopped.
    expect(slowed(9, (age) => age < 7 * MINUTE || age > 23 * MINUTE)).toBe('critical');
  });

  test('seven earlier days are enough to know what is ordinary, and six are not', () => {
    const since = (days: number): number => now - days * DAY - 3 * HOUR;
    expect(downTo(190, { from: since(7) })?.raise).toBe('critical');
    expect(downTo(190, { from: since(6) })?.raise).toBe('ok');
  });

  test('the pace must be one and a half times that of earlier days', () => {
    const onceItLost = (ordinary: number) => {
      const samples = series(14.3, (day) => {
        const steps = Math.round((14.25 - day) * 288);
        const hour = Math.floor((day % 1) * 24);
        return steps > 19 ? (hour < 6 ? 600 : 600 - ordinary) : 190 + 12 * steps;
      }).filter(({ at }) => at <= now);
      return surge(historyOf(samples), 1000, now)?.raise;
    };
    expect(onceItLost(92)).toBe('critical');
    expect(onceItLost(95)).toBe('ok');
  });
});

describe('what goes unevenly is believed', () => {
  const now = START + 14.25 * DAY;
  /** As above. In the oldest, the middle and the newest half hour each scan lost so many. */
  const lostEach = (
    left: number,
    [oldest, middle, newest]: readonly [number, number, number],
    { from = START, last = newest } = {},
  ) => {
    const samples = series(14.3, (day) => {
      const steps = Math.round((14.25 - day) * 288);
      const lost =
        last * Math.min(3, steps) +
        newest * Math.min(3, Math.max(0, steps - 3)) +
        middle * Math.min(6, Math.max(0, steps - 6)) +
        oldest * Math.max(0, steps - 12);
      return steps > 18 ? 600 : left + lost;
    }).filter(({ at }) => at <= now && at >= from);
    return surge(historyOf(samples), 1000, now)?.raise;
  };

  test.each([
    ['where the least of three pieces has three tenths of its part', 100, [4, 16, 16], [3, 16, 16]],
    ['where it took 0.15 of the capacity', 40, [3.75, 11.25, 11.25], [3.66, 11, 11]],
    ['where the newest half hour leaves an hour as well', 80, [22, 22, 9], [22, 22, 6]],
  ] as const)('%s', (_name, left, believed, less) => {
    expect(lostEach(left, believed)).toBe('critical');
    expect(lostEach(left, less)).not.toBe('critical');
  });

  test('where the whole leaves no more than an hour', () => {
    // 147 an hour, and half a step more than the last is left.
    expect(lostEach(138, [6, 16, 16])).toBe('critical');
    expect(lostEach(139, [6, 16, 16])).toBe('ok');
  });

  test('where earlier days are known, and the loss still goes on', () => {
    expect(lostEach(100, [6, 16, 16], { from: now - 6 * DAY - 3 * HOUR })).toBe('ok');
    expect(lostEach(110, [6, 16, 16], { last: 13 })).toBe('critical');
    expect(lostEach(110, [6, 16, 16], { last: 9 })).toBe('ok');
  });
});

describe('what is no surge', () => {
  test('a trickle from the little that a jump has left', () => {
    expect(seen(5, (hoursIn) => (hoursIn < 2 ? 0 : 520 + 18 * (hoursIn - 2)))?.raise).toBe('ok');
  });

  test('a fast fall to what is low on other days, too', () => {
    /** Every day another level, from 200 to 600; 600 on the day of the event. */
    const levels = (day: number): number => 200 + (400 * ((Math.floor(day) * 3 + 6) % 7)) / 6;
    const falling = (hours: number) => {
      const now = START + EVENT * DAY + hours * HOUR;
      const samples = series(EVENT + 1, (day) =>
        day < EVENT ? levels(day) : levels(day) - 300 * (day - EVENT) * 24,
      ).filter(({ at }) => at <= now);
      return surge(historyOf(samples), 1000, now)?.raise;
    };
    // Half of the lowest level is where it becomes unlike them.
    expect(falling(1.6)).toBe('ok');
    expect(falling(1.8)).toBe('critical');
  });

  test('a pace that is faster only in its newest half hour, when the whole would last for more than two hours', () => {
    const lately = (hoursIn: number): number => (hoursIn < 2 ? 40 * hoursIn : 80 + 160 * (hoursIn - 2));
    expect(seen(2.5, (hoursIn) => 197 + lately(hoursIn))?.raise).toBe('ok');
  });

  test('an ordinary morning', () => {
    for (let hours = 0; hours < 24; hours += 0.5) expect(seen(hours, () => 0)?.raise).toBe('ok');
  });

  test('a single jump, however large: nothing says that another follows', () => {
    for (const hours of [0.25, 0.5, 1, 1.5, 2]) expect(seen(hours, () => 400)?.raise).toBe('ok');
  });

  test('the pace of every morning, in a load whose mornings are fast', () => {
    const morning = (day: number): number => {
      const hour = (day % 1) * 24;
      return hour < 6 ? 900 : hour < 9 ? 900 - 270 * (hour - 6) : hour < 20 ? 90 : 900;
    };
    const samples = series(14.4, morning);
    for (let at = START + 14.25 * DAY; at < START + 14.4 * DAY; at += 15 * MINUTE) {
      const known = samples.filter((sample) => sample.at <= at);
      expect(surge(historyOf(known), 1000, at)?.raise).toBe('ok');
    }
  });

  test('the last few addresses of a small subnet going one by one', () => {
    expect(
      surge(historyOf(series(14, (day) => (day > 13.9 ? 5 - (day - 13.9) * 20 : 5))), 59, START + 14 * DAY)
        ?.raise,
    ).toBe('ok');
  });
});

describe('what cannot be known', () => {
  test('without the last 90 minutes nothing is known', () => {
    expect(surge({ hourly: [], recent: [] }, 1000, START)).toBeNull();
    const [samples, now] = during(2, runaway);
    const holed = samples.filter(({ at }) => at < now - 70 * MINUTE || at > now - 50 * MINUTE);
    expect(surge(historyOf(holed), 1000, now)).toBeNull();
  });

  test('on the first day only a loss that is large and nearly over is believed', () => {
    const first = (hours: number, perHour: number) => {
      const samples = series(0.5, (day) => 650 - Math.max(0, day * 24 - 4) * perHour).filter(
        ({ at }) => at <= START + (4 + hours) * HOUR,
      );
      return surge(historyOf(samples), 1000, START + (4 + hours) * HOUR);
    };
    expect(first(1.9, 650 / 3)).toMatchObject({ raise: 'ok', ordinaryLossPerHour: null });
    expect(first(2.5, 650 / 3)?.raise).toBe('critical');
    const little = series(0.5, (day) => 190 - Math.max(0, day * 24 - 4) * 90).filter(
      ({ at }) => at <= START + 5.6 * HOUR,
    );
    expect(surge(historyOf(little), 1000, START + 5.6 * HOUR)?.raise).toBe('ok');
  });
});

test('the supply need not fall: a pace upwards has no end', () => {
  expect(seen(2, (hoursIn) => -100 * hoursIn)).toMatchObject({ raise: 'ok', hold: 'ok', exhaustionAt: null });
});
