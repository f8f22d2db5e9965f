import type { AlertLevel } from '../../shared/model/alert/alert.ts';
import type { Notifier } from '../../shared/notify/notifier.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';
import type { AlertStore } from '../../shared/state/state-store.ts';
import { type Levels, MINUTE, run, StandingClock, target } from '../resilience/alerting/rehearsal.ts';
import { settled } from './time.ts';

/**
 * Every way in which two runs of one scan can meet: each call of the store and of the receiver may happen in any order,
 * either run may crash after any of its calls, and time may pass the end of all claims once. The real code makes the
 * calls. A way that leads to a state that was seen before is not followed again.
 */

export interface SearchInput {
  readonly alerts: number;
  readonly store?: (alerts: AlertStore) => AlertStore;
}

export interface SearchReport {
  readonly states: number;
  readonly ends: number;
  /** The first that was found, with the way to it. */
  readonly violation: string | null;
}

/** `0:3` is the fourth call of the first run; `crash` and `later` are what else may happen. */
type Step = string;

/** The message is sent once, and once more at most for a crash and for time that passed. */
const repeatsAllowed = (way: readonly Step[]): number =>
  way.filter((step) => step.startsWith('crash') || step === 'later').length;

const RUNS = 2;

interface Call {
  readonly name: string;
  readonly happen: () => Promise<void>;
}

/** One run, whose calls happen only when the search lets them. */
class Gated {
  readonly calls = new Map<number, Call>();
  /** What it was answered, in order: two runs that were answered the same are in the same state. */
  readonly answers: string[] = [];
  isDead = false;
  isDone = false;
  #made = 0;

  gate<Answer>(name: string, work: () => Promise<Answer>): Promise<Answer> {
    if (this.isDead) return new Promise(() => {});
    const number = this.#made;
    this.#made += 1;
    return new Promise((resolve, reject) => {
      this.calls.set(number, {
        name,
        happen: async () => {
          this.calls.delete(number);
          try {
            const answer = await work();
            this.answers.push(`${number} ${JSON.stringify(answer) ?? ''}`);
            if (!this.isDead) resolve(answer);
          } catch (error) {
            this.answers.push(`${number} failed`);
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        },
      });
    });
  }
}

/** Goes one way from the beginning, and says what may happen next. */
const go = async (
  { alerts: count, store: planted = (alerts) => alerts }: SearchInput,
  way: readonly Step[],
) => {
  const clock = new StandingClock();
  const scannedAt = clock.now;
  const alerts = planted(createMemoryStateStore().alerts);
  const received: string[] = [];
  const levels: Levels = Object.fromEntries(
    Array.from({ length: count }, (_, index): [string, AlertLevel] => [`subnet-${index}`, 'critical']),
  );
  const inbox: Notifier = {
    send: async ({ transitions }) => void received.push(...transitions.map(({ id }) => id)),
  };
  const runs = Array.from({ length: RUNS }, () => new Gated());
  runs.forEach((gated, index) => {
    const store: AlertStore = {
      list: (of) => gated.gate('list', () => alerts.list(of)),
      read: (of, key) => gated.gate(`read ${key}`, () => alerts.read(of, key)),
      commit: (of, alert, version) =>
        gated.gate(`commit ${alert.key}`, () => alerts.commit(of, alert, version)),
      remove: (of, key, version) => gated.gate(`remove ${key}`, () => alerts.remove(of, key, version)),
    };
    const notifier: Notifier = {
      send: (message, signal) => gated.gate('send', () => inbox.send(message, signal)),
    };
    void run({ levels, store, notifier, clock, runId: `run-${index}`, scannedAt }).then(() => {
      gated.isDone = true;
    });
  });
  await settled();
  for (const step of way) {
    const [kind, which] = step.split(':');
    if (kind === 'later') clock.now += 5 * MINUTE;
    else if (kind === 'crash') {
      const gated = runs[Number(which)] as Gated;
      gated.isDead = true;
      gated.calls.clear();
    } else await runs[Number(kind)]?.calls.get(Number(which))?.happen();
    await settled();
  }
  return { alerts, received, runs, clock, levels, inbox, scannedAt };
};

type Place = Awaited<ReturnType<typeof go>>;

const nextSteps = ({ runs }: Place, way: readonly Step[]): readonly Step[] => {
  const living = runs.flatMap(({ isDead, isDone }, index) => (isDead || isDone ? [] : [index]));
  return [
    ...runs.flatMap(({ calls }, index) => [...calls.keys()].map((number) => `${index}:${number}`)),
    ...living.map((index) => `crash:${index}`),
    ...(living.length > 0 && !way.includes('later') ? ['later'] : []),
  ];
};

const stateOf = async ({ alerts, received, runs, clock, scannedAt }: Place): Promise<string> =>
  JSON.stringify([
    (await alerts.list(target))
      .map(({ alert, version }) => [
        alert.key,
        version,
        alert.outbox.map((entry) => [
          entry.transition.id,
          entry.claimedBy,
          entry.claimedUntil,
          entry.attempts,
        ]),
      ])
      .sort(),
    received.toSorted(),
    runs.map(({ answers, isDead, isDone }) => [isDead || isDone ? '' : answers.toSorted(), isDead, isDone]),
    clock.now - scannedAt,
  ]);

/** The end of a way: another run finds what the two left, once their claims have ended. */
const violationAt = async (place: Place, way: readonly Step[]): Promise<string | null> => {
  const { alerts, received, clock, levels, inbox } = place;
  clock.now += 10 * MINUTE;
  await run({ levels, store: alerts, notifier: inbox, clock, runId: 'after' });
  const allowed = 1 + repeatsAllowed(way);
  for (const subnetId of Object.keys(levels)) {
    const id = `addresses-low/subnet/${subnetId}#1`;
    const count = received.filter((each) => each === id).length;
    if (count === 0) return `${id} was never received: ${way.join(', ')}`;
    if (count > allowed) return `${id} was received ${count} times: ${way.join(', ')}`;
  }
  const left = (await alerts.list(target)).filter(({ alert }) => alert.outbox.length > 0);
  return left.length === 0 ? null : `${left.length} outboxes are not empty: ${way.join(', ')}`;
};

export const searchOutbox = async (input: SearchInput): Promise<SearchReport> => {
  const seen = new Set<string>();
  const waiting: Step[][] = [[]];
  let ends = 0;
  for (let way = waiting.pop(); way !== undefined; way = waiting.pop()) {
    const place = await go(input, way);
    const state = await stateOf(place);
    if (seen.has(state)) continue;
    seen.add(state);
    const steps = nextSteps(place, way);
    for (const step of steps) waiting.push([...way, step]);
    if (steps.length > 0) continue;
    ends += 1;
    const violation = await violationAt(place, way);
    if (violation !== null) return { states: seen.size, ends, violation };
  }
  return { states: seen.size, ends, violation: null };
};
