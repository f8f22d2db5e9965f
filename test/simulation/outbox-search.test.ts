import { expect, test } from 'vitest';
import { searchOutbox } from './outbox-search.ts';

test('in every state that two runs, three alerts, crashes and late claims can reach, each message arrives', async () => {
  const { states, ends, violation } = await searchOutbox({ alerts: 3 });
  console.log(`${states} states, ${ends} of them ends`);
  expect(violation).toBeNull();
  expect(states).toBeGreaterThan(10_000);
});

test('planted: a store that does not compare before it writes is found, with the way to it', async () => {
  const { violation } = await searchOutbox({
    alerts: 1,
    store: (alerts) => ({
      ...alerts,
      commit: async (target, alert, expected) =>
        alerts.commit(target, alert, (await alerts.read(target, alert.key))?.version ?? expected),
    }),
  });
  expect(violation).toMatch(/was received [234] times/);
});

test('planted: an outbox that is not kept is found, with the way to it', async () => {
  const { violation } = await searchOutbox({
    alerts: 1,
    store: (alerts) => ({
      ...alerts,
      commit: (target, alert, version) => alerts.commit(target, { ...alert, outbox: [] }, version),
    }),
  });
  expect(violation).toContain('never received');
});
