import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DeliveryError } from '../../../shared/notify/delivery-error.ts';
import type { Notifier } from '../../../shared/notify/notifier.ts';
import type { PagerDutyEvent } from '../../../shared/notify/pagerduty.ts';
import { createPagerDutyNotifier } from '../../../shared/notify/pagerduty.ts';
import { createRoutedNotifier } from '../../../shared/notify/routed-notifier.ts';
import type { DeliveryReport } from '../../../shared/pipeline/deliver-outbox.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { type CannedAws, type CannedReply, startCannedAws } from '../../fixtures/canned-aws.ts';
import { type Levels, MINUTE, run, StandingClock, target } from './rehearsal.ts';

/** Two thousand alerts, each an incident of its own, and receivers that take one message a second of simulated time. */

const SECOND = 1_000;
const levelsOf = (count: number, level: 'critical' | 'ok'): Levels =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`subnet-${String(index).padStart(4, '0')}`, level]),
  );

/** PagerDuty's Events API as far as it is documented: incidents by dedup key, and one event a second. */
class SlowPagerDuty {
  readonly open = new Map<string, PagerDutyEvent>();
  taken = 0;
  refused = 0;
  isDown = false;
  /** Milliseconds from one event to the next. */
  every = SECOND;
  #freeAt = 0;
  readonly #clock: StandingClock;

  constructor(clock: StandingClock) {
    this.#clock = clock;
  }

  readonly reply = (body: string): CannedReply => {
    if (this.isDown) return { status: 503 };
    if (this.#clock.now < this.#freeAt) {
      this.refused += 1;
      return { status: 429, headers: { 'retry-after': '1' } };
    }
    this.#freeAt = this.#clock.now + this.every;
    this.taken += 1;
    const event = JSON.parse(body) as PagerDutyEvent;
    if (event.event_action === 'resolve') this.open.delete(event.dedup_key);
    else this.open.set(event.dedup_key, event);
    return {
      status: 202,
      body: JSON.stringify({ status: 'success', message: 'Event processed', dedup_key: event.dedup_key }),
    };
  };
}

describe('PagerDuty, which takes one event a second', () => {
  let server: CannedAws;
  let clock: StandingClock;
  let pagerDuty: SlowPagerDuty;
  let notifier: Notifier;
  let store: ReturnType<typeof createMemoryStateStore>['alerts'];
  let runs = 0;
  let underWay = 0;
  const sleeping: number[] = [];

  beforeEach(async () => {
    clock = new StandingClock();
    pagerDuty = new SlowPagerDuty(clock);
    server = await startCannedAws(({ body }) => pagerDuty.reply(body));
    store = createMemoryStateStore().alerts;
    const pager = createPagerDutyNotifier(
      { read: async () => 'key', forget: () => {} },
      {
        fetch: async (input, init) => {
          underWay += 1;
          return fetch(input, init).finally(() => {
            underWay -= 1;
          });
        },
        // Time passes when nothing else happens: who waits least goes on first.
        sleep: async (milliseconds) => {
          const until = clock.now + milliseconds;
          sleeping.push(until);
          while (underWay > 0 || Math.min(...sleeping) < until) await new Promise((r) => setTimeout(r, 1));
          sleeping.splice(sleeping.indexOf(until), 1);
          clock.now = Math.max(clock.now, until);
        },
      },
      `${server.url}/v2/enqueue`,
    );
    notifier = createRoutedNotifier(new Map([['pager', pager]]), 'pager');
  });
  afterEach(() => server.close());

  /** One scan, and how many seconds of simulated time its delivery took. */
  const scan = async (levels: Levels): Promise<{ report: DeliveryReport; seconds: number }> => {
    runs += 1;
    const beganAt = clock.now;
    const report = await run({
      levels,
      store,
      notifier,
      clock,
      runId: `run-${runs}`,
      destinations: ['pager'],
    });
    return { report, seconds: (clock.now - beganAt) / SECOND };
  };

  const waiting = async (): Promise<number> =>
    (await store.list(target)).reduce((sum, { alert }) => sum + alert.outbox.length, 0);

  test('two thousand alerts are one incident with a list, in a second; it closes when they all end', async () => {
    const begun = await scan(levelsOf(2_000, 'critical'));
    expect(begun.report).toMatchObject({ sent: 1, undelivered: [], problems: [], postponed: 0 });
    expect(begun.report.delivered).toHaveLength(2_000);
    expect(begun.seconds).toBeLessThanOrEqual(1);
    expect([...pagerDuty.open.values()].map(({ payload }) => payload?.custom_details['Alerts'])).toEqual([
      expect.arrayContaining([expect.stringContaining('subnet-0000'), expect.stringContaining('more')]),
    ]);
    clock.now += 5 * MINUTE;
    // Each may have an incident of its own from an earlier scan, so each is closed, as many in a run as there is time for.
    let left = 2_000;
    for (let scans = 0; scans < 4; scans += 1) {
      const { seconds } = await scan(levelsOf(2_000, 'ok'));
      expect(seconds).toBeLessThanOrEqual(20);
      expect(pagerDuty.open.size).toBe(0);
      const still = await waiting();
      expect(still).toBeLessThanOrEqual(left - 10);
      left = still;
      clock.now += 15 * MINUTE;
    }
    // What it has is not sent again: one event for each alert, and one in each run for the list.
    expect(pagerDuty.taken).toBeLessThanOrEqual(2_000 - left + 1 + 4);
    expect(pagerDuty.refused).toBeLessThan(pagerDuty.taken / 2);
    pagerDuty.every = 0;
    await scan(levelsOf(2_000, 'ok'));
    expect(await waiting()).toBe(0);
    expect(pagerDuty.taken).toBeLessThanOrEqual(2_000 + 1 + 5);
  });

  test('some alerts are an incident each: the pace of the receiver is kept, and few requests are refused', async () => {
    const scans = [];
    for (let tries = 0; tries < 3; tries += 1) {
      scans.push(await scan(levelsOf(20, 'critical')));
      clock.now += 5 * MINUTE;
    }
    expect(pagerDuty.open.size).toBe(20);
    expect(await waiting()).toBe(0);
    for (const { seconds } of scans) expect(seconds).toBeLessThanOrEqual(60);
    // The issue was five refused requests for each that was taken.
    expect(pagerDuty.refused).toBeLessThanOrEqual(pagerDuty.taken);
  });

  test('two thousand alerts while it is down wait, hold up no scan, and are all there once it works', async () => {
    pagerDuty.isDown = true;
    for (let minutes = 0; minutes < 60; minutes += 5) {
      const { report, seconds } = await scan(levelsOf(2_000, 'critical'));
      expect(report.sent).toBe(0);
      expect(seconds).toBeLessThanOrEqual(60);
      clock.now += 5 * MINUTE;
    }
    expect(await waiting()).toBe(2_000);
    pagerDuty.isDown = false;
    clock.now += 15 * MINUTE;
    const { report } = await scan({ ...levelsOf(2_000, 'critical'), 'subnet-0007': 'ok' });
    expect(report.undelivered).toEqual([]);
    expect(pagerDuty.open.size).toBe(1);
    expect(await waiting()).toBe(0);
  });
});

test('refused sends free their memory at once: nothing holds the signal of a send that ended', async () => {
  const signals: WeakRef<AbortSignal>[] = [];
  const clock = new StandingClock();
  const notifier: Notifier = {
    send: async (_, signal) => {
      signals.push(new WeakRef(signal));
      throw new DeliveryError('down', 'It is down', 'Wait.', { permanent: false });
    },
  };
  const { alerts: store } = createMemoryStateStore();
  for (let runs = 0; runs < 40; runs += 1) {
    await run({
      levels: levelsOf(15, runs % 2 === 0 ? 'critical' : 'ok'),
      store,
      notifier,
      clock,
      runId: `run-${runs}`,
      destinations: ['chat', 'pager'],
    });
    clock.now += 20 * MINUTE;
  }
  expect(signals.length).toBeGreaterThan(100);
  await collected();
  // Their deadlines of minutes are still far away.
  expect(signals.filter((each) => each.deref() !== undefined)).toEqual([]);
});

/** Everything that nothing refers to is gone. A reference that was just made is kept until the next turn. */
const collected = async (): Promise<void> => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise(setImmediate);
    collect();
  }
};
