import { describe, expect, test } from 'vitest';
import { groupFailures } from '../../../shared/model/aws/allocation-failure.ts';
import { NO_EVENTS, noteCallEvents, readCallEvents } from '../../../shared/pipeline/call-events.ts';
import { takeCallEvents } from '../../../shared/pipeline/take-call-events.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { CacheStore } from '../../../shared/state/state-store.ts';
import { CHANGING_CALLS, callEvent, REFUSED_CALLS } from '../../fixtures/events/call-events.ts';

const TARGET = { accountId: '111122223333', region: 'eu-west-1' };
const NOW = Date.parse('2026-11-27T12:00:00Z');
const HOUR = 3_600_000;
const SUBNET = 'subnet-0123456789abcdef0';

const refused = (minutesAgo: number, id?: string, account?: string): string =>
  JSON.stringify(
    callEvent({
      at: new Date(NOW - minutesAgo * 60_000).toISOString(),
      detail: REFUSED_CALLS['an interface of the CNI'] ?? {},
      ...(id === undefined ? {} : { id }),
      ...(account === undefined ? {} : { account }),
    }),
  );
const changed = (minutesAgo: number, what: string): string =>
  JSON.stringify(
    callEvent({ at: new Date(NOW - minutesAgo * 60_000).toISOString(), detail: CHANGING_CALLS[what] ?? {} }),
  );

const taken = async (bodies: readonly string[], cache: CacheStore = createMemoryStateStore().cache) => {
  await takeCallEvents(bodies, cache, NOW);
  return readCallEvents(cache, TARGET, NOW);
};

describe('events that were taken', () => {
  test('count refusals of one kind together, with the first and the last', async () => {
    const { refusals } = await taken([refused(50), refused(5), refused(20)]);
    expect(groupFailures(refusals)).toMatchObject([
      {
        service: 'ec2-calls',
        resource: 'payments-nodes',
        subnetId: SUBNET,
        count: 3,
        firstAt: '2026-11-27T11:10:00.000Z',
        lastAt: '2026-11-27T11:55:00.000Z',
      },
    ]);
  });

  test('count once when they are delivered twice, in one batch or in two', async () => {
    const { cache } = createMemoryStateStore();
    await taken([refused(5, 'same'), refused(5, 'same')], cache);
    const { refusals } = await taken([refused(5, 'same'), refused(4, 'other')], cache);
    expect(groupFailures(refusals)).toMatchObject([{ count: 2 }]);
  });

  test('belong to the account that EventBridge names', async () => {
    const { cache } = createMemoryStateStore();
    await taken([refused(5, 'a'), refused(5, 'b', '444455556666')], cache);
    expect((await readCallEvents(cache, TARGET, NOW)).refusals).toHaveLength(1);
    const other = { ...TARGET, accountId: '444455556666' };
    expect((await readCallEvents(cache, other, NOW)).refusals).toHaveLength(1);
  });

  test('are forgotten after six hours', async () => {
    const { cache } = createMemoryStateStore();
    await taken([refused(5), changed(5, 'a new reservation')], cache);
    expect((await readCallEvents(cache, TARGET, NOW + 5 * HOUR)).refusals).toHaveLength(1);
    expect(await readCallEvents(cache, TARGET, NOW + 7 * HOUR)).toEqual(NO_EVENTS);
  });

  test('name subnets, interfaces and reservations with the time of the last change', async () => {
    const events = await taken([
      changed(9, 'a new interface'),
      changed(3, 'a new interface'),
      changed(7, 'an interface that goes'),
      changed(8, 'a reservation that goes'),
    ]);
    expect(events.subnets).toEqual(new Map([[SUBNET, NOW - 3 * 60_000]]));
    expect(events.interfaces).toEqual(new Map([['eni-0a', NOW - 3 * 60_000]]));
    expect(events.reservations).toEqual(new Map([[SUBNET, NOW - 8 * 60_000]]));
  });

  test('are bounded, whatever arrives', async () => {
    const many = Array.from({ length: 3_000 }, (_, index) =>
      JSON.stringify(
        callEvent({
          detail: { requestParameters: { subnetId: `subnet-${index.toString(16).padStart(8, '0')}` } },
        }),
      ),
    );
    const { subnets } = await taken(many);
    expect(subnets.size).toBe(2_000);
  });

  test('are not lost when two functions store some at the same time', async () => {
    const { cache } = createMemoryStateStore();
    await Promise.all([taken([refused(5, 'a')], cache), taken([refused(5, 'b')], cache)]);
    expect(groupFailures((await readCallEvents(cache, TARGET, NOW)).refusals)).toMatchObject([{ count: 2 }]);
  });

  test('are delivered again where the store takes none', async () => {
    const { cache } = createMemoryStateStore();
    const contended: CacheStore = { ...cache, exchange: () => Promise.resolve('conflict') };
    await expect(noteCallEvents(contended, TARGET, [], NOW)).rejects.toMatchObject({
      code: 'call-events-contended',
    });
  });

  test('say how many messages were none', async () => {
    const { cache } = createMemoryStateStore();
    expect(await takeCallEvents(['{', refused(5)], cache, NOW)).toEqual({
      events: 1,
      refusals: 1,
      unreadable: 1,
      targets: [TARGET],
    });
  });
});
