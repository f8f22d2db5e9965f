import { expect, test } from 'vitest';
import type { Target } from '../../../shared/model/aws/inventory.ts';
import type { Problem } from '../../../shared/model/base/errors.ts';
import { storedAlertNumbers } from '../../../shared/pipeline/alert-numbers.ts';
import { readCallEvents } from '../../../shared/pipeline/call-events.ts';
import { forgivingCache } from '../../../shared/pipeline/forgiving-cache.ts';
import { readRefusals } from '../../../shared/pipeline/kept-refusals.ts';
import { readAllocationFailures } from '../../../shared/pipeline/read-allocation-failures.ts';
import { readQuotas } from '../../../shared/pipeline/read-quotas.ts';
import { storedMutes } from '../../../shared/pipeline/stored-mutes.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { CacheStore } from '../../../shared/state/state-store.ts';

/** What a process reads back may be damaged, or be of another version. It is never taken for what it is not. */

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const TARGET: Target = { accountId: '111122223333', region: 'eu-west-1' };
const PLACE = '111122223333/eu-west-1';

const quiet = (cache: CacheStore) =>
  readAllocationFailures(
    { target: TARGET, source: { services: ['ecs'], failuresOf: async () => [] }, cache, now: NOW },
    [],
    [],
  );

const RECORDS: readonly (readonly [key: string, wrong: unknown, read: (cache: CacheStore) => unknown])[] = [
  [
    `refusals-1/${PLACE}`,
    [['subnet-01', 'addresses', '2026-11-20']],
    (cache) => readRefusals(cache, TARGET, 'subnet-01', NOW),
  ],
  [`refusals-1/${PLACE}`, {}, (cache) => readRefusals(cache, TARGET, 'subnet-01', NOW)],
  [`quiet-services-1/${PLACE}`, { ecs: true }, quiet],
  [`quiet-services-1/${PLACE}`, [], quiet],
  [`call-events-1/${PLACE}`, { refusals: [] }, (cache) => readCallEvents(cache, TARGET, NOW)],
  [
    `service-quotas/${PLACE}`,
    [{ code: 'L-1' }],
    (cache) =>
      readQuotas({
        target: TARGET,
        source: { quotas: async () => [] },
        cache,
        now: NOW,
        learnRates: undefined,
      }),
  ],
  ['mutes', [{ number: 1, until: '2026-12-01T00:00:00.000Z' }], (cache) => storedMutes(cache, NOW)],
  ['alert-numbers', [{ number: '1' }], (cache) => storedAlertNumbers(cache, NOW)],
];

test.each(RECORDS)(
  '%s that holds %j is not read, and the problem names the record',
  async (key, wrong, read) => {
    const { cache } = createMemoryStateStore();
    await cache.put(key, wrong, NOW + 1);
    await expect(read(cache)).rejects.toMatchObject({
      code: 'state-unreadable',
      message: expect.stringContaining(`The stored cache entry ${key} cannot be read: it`),
    });
  },
);

test('a scan asks again for what it cannot read, and says which record it was', async () => {
  const { cache } = createMemoryStateStore();
  await cache.put(`quiet-services-1/${PLACE}`, { ecs: 'now' }, NOW + 1);
  const told: Problem[] = [];
  const answer = await quiet(forgivingCache(cache, (problem) => told.push(problem)));
  expect(answer).toMatchObject({ failures: [], unread: [], readAt: { ecs: new Date(NOW).toISOString() } });
  expect(told).toMatchObject([
    { code: 'state-unreadable', message: expect.stringContaining('its ecs has another form') },
  ]);
  // It is written again, so that the next scan reads it.
  expect(await quiet(cache)).toMatchObject({ failures: [] });
});
