import { expect, test } from 'vitest';
import type { Alert } from '../../../shared/model/alert/alert.ts';
import { noteUndelivered, undeliveredIn } from '../../../shared/pipeline/undelivered.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { anObservation } from '../../fixtures/observations.ts';
import { alertAfter } from '../../fixtures/transitions.ts';

const HOUR = 3_600_000;
const target = (accountId: string) => ({ accountId, region: 'eu-west-1' });
const [ONE, OTHER] = [target('111111111111'), target('222222222222')];

const failed = (attempts: number, failing: readonly string[]): Alert => {
  const alert = alertAfter(anObservation('critical'));
  const outbox = alert.outbox.map((entry) => ({ ...entry, attempts, lastError: 'It is down.', failing }));
  return { ...alert, outbox };
};
const WAITING = failed(3, ['pager: down']);

test('what waits in a target is known to the plan until it is delivered, or no scan confirms it', async () => {
  const { cache } = createMemoryStateStore();
  await noteUndelivered(cache, ONE, { before: [WAITING], after: [WAITING] }, 0);
  await noteUndelivered(cache, OTHER, { before: [], after: [failed(1, ['chat: slow'])] }, HOUR);
  expect(await undeliveredIn(cache, [ONE], HOUR)).toMatchObject([
    { count: 1, mostAttempts: 3, errors: ['It is down.'], causes: ['pager: down'] },
  ]);
  expect(await undeliveredIn(cache, [ONE, OTHER], HOUR)).toHaveLength(2);
  expect(await undeliveredIn(cache, [ONE, OTHER], 6.5 * HOUR)).toHaveLength(1);
  await noteUndelivered(cache, OTHER, { before: [WAITING], after: [] }, 2 * HOUR);
  expect(await undeliveredIn(cache, [ONE, OTHER], 2 * HOUR)).toHaveLength(1);
});

test('a scan whose messages are all taken writes nothing', async () => {
  const { cache } = createMemoryStateStore();
  const untouched = {
    ...cache,
    exchange: () => Promise.reject(new Error('this is a write')),
  };
  await noteUndelivered(untouched, ONE, { before: [alertAfter(anObservation('warning'))], after: [] }, 0);
  expect(await undeliveredIn(cache, [ONE], 0)).toEqual([]);
});

test('two scans that note at the same time lose nothing', async () => {
  const { cache } = createMemoryStateStore();
  await Promise.all(
    [ONE, OTHER].map((each) => noteUndelivered(cache, each, { before: [], after: [WAITING] }, 0)),
  );
  expect(await undeliveredIn(cache, [ONE, OTHER], 0)).toHaveLength(2);
});
