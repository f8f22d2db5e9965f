import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { reduceAlert } from '../../../shared/alerts/lifecycle.ts';
import type { LifecycleSettings } from '../../../shared/alerts/reduction.ts';
import {
  type Alert,
  type AlertLevel,
  compareLevel,
  type Observation,
  type Transition,
} from '../../../shared/model/alert/alert.ts';
import { anObservation } from '../../fixtures/observations.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');

/** What the rule says at one scan: `hold` is never milder than `raise`. */
const observation: fc.Arbitrary<Observation> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(anObservation(null)) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom<AlertLevel>('ok', 'warning', 'critical'),
        fc.constantFrom<AlertLevel>('ok', 'warning', 'critical'),
      )
      .map(([a, b]) =>
        compareLevel(a, b) <= 0 ? anObservation(a, { hold: b }) : anObservation(b, { hold: a }),
      ),
  },
);

interface Scan {
  readonly minute: number;
  readonly observation: Observation;
}

/** Scans every few minutes, or with a gap. */
const scans: fc.Arbitrary<readonly Scan[]> = fc
  .array(fc.tuple(fc.constantFrom(1, 5, 5, 5, 60), observation), { minLength: 1, maxLength: 60 })
  .map((steps) => {
    let minute = 0;
    return steps.map(([gap, seen]) => {
      minute += gap;
      return { minute, observation: seen };
    });
  });

const settings = fc.record({
  pendingFor: fc.constantFrom(0, 300, 600),
  clearFor: fc.constantFrom(0, 600, 3600),
  repeatEvery: fc.constantFrom(0, 1800),
});

interface Step {
  readonly scan: Scan;
  readonly before: Alert | null;
  readonly after: Alert | null;
  readonly transitions: readonly Transition[];
}

const live = (all: readonly Scan[], given: LifecycleSettings): readonly Step[] => {
  let alert: Alert | null = null;
  return all.map((scan) => {
    const before = alert;
    const { alert: after, transitions } = reduceAlert(
      before,
      scan.observation,
      given,
      START + scan.minute * MINUTE,
    );
    alert = after === null || after === before ? after : { ...after, outbox: [] };
    return { scan, before, after: alert, transitions };
  });
};

const announced = (alert: Alert | null): AlertLevel => (alert?.status === 'firing' ? alert.severity : 'ok');
const iso = (minute: number): string => new Date(START + minute * MINUTE).toISOString();

describe('through any scans', () => {
  test('transitions follow one another: each begins at the level where the last one ended, numbered without a gap', () => {
    fc.assert(
      fc.property(scans, settings, (all, given) => {
        let level: AlertLevel = 'ok';
        let sequence = 0;
        for (const transition of live(all, given).flatMap(({ transitions }) => transitions)) {
          sequence += 1;
          expect(transition.previousSeverity).toBe(level);
          expect(transition.id).toBe(`${transition.key}#${sequence}`);
          level = transition.severity;
        }
      }),
    );
  });

  test('it never fires or gets worse without a raise to that level now, and never eases below what holds', () => {
    fc.assert(
      fc.property(scans, settings, (all, given) => {
        for (const { scan, before, after } of live(all, given)) {
          const [from, to] = [announced(before), announced(after)];
          const { raise, hold } = scan.observation;
          if (compareLevel(to, from) > 0) expect(compareLevel(raise ?? 'ok', to)).toBeGreaterThanOrEqual(0);
          if (compareLevel(to, from) < 0) expect(compareLevel(hold ?? 'critical', to)).toBeLessThanOrEqual(0);
          if (raise === null) expect(after).toBe(before);
        }
      }),
    );
  });

  test('whatever is announced as worse has held for the pending period: no scan in it saw the level cleared', () => {
    fc.assert(
      fc.property(scans, settings, (all, given) => {
        const steps = live(all, given);
        steps.forEach(({ scan, before, after }, index) => {
          const [from, to] = [announced(before), announced(after)];
          if (compareLevel(to, from) <= 0) return;
          const begin = scan.minute - given.pendingFor / 60;
          const known = steps.slice(0, index + 1).filter((step) => step.scan.observation.raise !== null);
          const within = known.filter((step) => step.scan.minute > begin);
          const earlier = known.filter((step) => step.scan.minute <= begin);
          expect(within.every((step) => compareLevel(step.scan.observation.hold ?? 'ok', to) >= 0)).toBe(
            true,
          );
          // It began to hold no later than the period ago.
          if (given.pendingFor > 0) expect(earlier.length).toBeGreaterThan(0);
        });
      }),
    );
  });

  test('whatever is raised throughout the pending period is announced by its end', () => {
    fc.assert(
      fc.property(scans, settings, (all, given) => {
        const steps = live(all, given);
        steps.forEach((step, index) => {
          const level = step.scan.observation.raise;
          if (level === null || level === 'ok') return;
          const period = steps
            .slice(0, index + 1)
            .filter(({ scan }) => scan.minute >= step.scan.minute - given.pendingFor / 60);
          const covers = (period[0]?.scan.minute ?? 0) <= step.scan.minute - given.pendingFor / 60;
          const throughout = period.every(
            ({ scan }) => compareLevel(scan.observation.raise ?? 'ok', level) >= 0,
          );
          if (covers && throughout)
            expect(compareLevel(announced(step.after), level)).toBeGreaterThanOrEqual(0);
        });
      }),
    );
  });

  test('whatever resolves or eases has been clear for as long as it must: no scan in that time saw the level reached', () => {
    fc.assert(
      fc.property(scans, settings, (all, given) => {
        const steps = live(all, given);
        steps.forEach(({ scan, before, after }, index) => {
          const [from, to] = [announced(before), announced(after)];
          if (compareLevel(to, from) >= 0) return;
          const within = steps
            .slice(0, index + 1)
            .filter((step) => step.scan.minute >= scan.minute - given.clearFor / 60);
          const left = to === 'ok' ? 'warning' : 'critical';
          for (const { scan: seen } of within)
            expect(compareLevel(seen.observation.hold ?? 'ok', left)).toBeLessThan(0);
        });
      }),
    );
  });

  test('whatever is gone is resolved at once, and what is clear for long enough by the end of it', () => {
    fc.assert(
      fc.property(scans, settings, (all, given) => {
        const [last] = live(all, given).slice(-1);
        const end = START + (all.at(-1)?.minute ?? 0) * MINUTE;
        const gone = reduceAlert(last?.after ?? null, { ...anObservation('ok'), gone: true }, given, end);
        expect(announced(gone.alert)).toBe('ok');
        const clear = anObservation('ok');
        const first = reduceAlert(last?.after ?? null, clear, given, end);
        const then = reduceAlert(first.alert, clear, given, end + given.clearFor * 1000);
        expect(announced(then.alert)).toBe('ok');
      }),
    );
  });

  test('it agrees with a naive reading of the whole past', () => {
    fc.assert(
      fc.property(scans, settings, (all, given) => {
        live(all, given).forEach((step, index) => {
          expect(announced(step.after)).toBe(naive(all.slice(0, index + 1), given));
        });
      }),
      { numRuns: 300 },
    );
  });

  test('doing everything twice changes nothing', () => {
    fc.assert(
      fc.property(scans, settings, (all, given) => {
        for (const { scan, after } of live(all, given)) {
          const again = reduceAlert(after, scan.observation, given, START + scan.minute * MINUTE);
          expect(again.alert).toBe(after);
          expect(again.transitions).toEqual([]);
        }
      }),
    );
  });

  test('the record always says since when, and a waiting one what it waits for', () => {
    fc.assert(
      fc.property(scans, settings, (all, given) => {
        for (const { scan, after } of live(all, given)) {
          if (after === null) continue;
          expect(after.since <= iso(scan.minute)).toBe(true);
          expect(after.lastObservedAt <= iso(scan.minute)).toBe(true);
          if (after.status === 'pending') expect(after.candidate).not.toBeNull();
          if (after.status !== 'firing') expect(after.severity).toBe('ok');
          if (after.status === 'firing' && after.candidate !== null) {
            expect(after.severity).toBe('warning');
            expect(after.candidate.severity).toBe('critical');
          }
        }
      }),
    );
  });

  test('repeats come no more often than asked for, and never when asked for none', () => {
    fc.assert(
      fc.property(scans, settings, (all, given) => {
        let last = Number.NEGATIVE_INFINITY;
        for (const { at, transition } of live(all, given).flatMap(({ transitions }) => transitions)) {
          if (transition === 'repeated') {
            expect(given.repeatEvery).toBeGreaterThan(0);
            expect(Date.parse(at) - last).toBeGreaterThanOrEqual(given.repeatEvery * 1000);
          }
          last = Date.parse(at);
        }
      }),
    );
  });
});

/** The announced level after these scans, worked out by looking at the whole past every time. */
const naive = (all: readonly Scan[], { pendingFor, clearFor }: LifecycleSettings): AlertLevel => {
  const known = all.filter((scan) => scan.observation.raise !== null);
  let level: AlertLevel = 'ok';
  let lifted = -1; // The scan at which the level last went down: what came before it counts no more for going up.
  known.forEach(({ minute, observation: { raise } }, index) => {
    const due = (['critical', 'warning'] as const).find((wanted) => {
      if (compareLevel(wanted, level) <= 0 || compareLevel(raise ?? 'ok', wanted) < 0) return false;
      let began = minute;
      for (let back = index; back > lifted; back -= 1) {
        const scan = known[back];
        if (scan === undefined || compareLevel(scan.observation.hold ?? 'ok', wanted) < 0) break;
        if (compareLevel(scan.observation.raise ?? 'ok', wanted) >= 0) began = scan.minute;
      }
      return minute - began >= pendingFor / 60;
    });
    // How long no scan has seen the level reached.
    const clearMinutes = (wanted: AlertLevel): number => {
      let began = Number.POSITIVE_INFINITY;
      for (let back = index; back >= 0; back -= 1) {
        const scan = known[back];
        if (scan === undefined || compareLevel(scan.observation.hold ?? 'ok', wanted) >= 0) break;
        began = scan.minute;
      }
      return minute - began;
    };
    const eased = (['ok', 'warning'] as const).find(
      (wanted) =>
        compareLevel(wanted, level) < 0 &&
        clearMinutes(wanted === 'ok' ? 'warning' : 'critical') >= clearFor / 60,
    );
    if (due !== undefined) {
      level = due;
    } else if (eased !== undefined) {
      level = eased;
      lifted = index;
    }
  });
  return level;
};
