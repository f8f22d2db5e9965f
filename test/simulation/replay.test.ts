import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type History, reduced, replayed } from './history.ts';
import { PLANTS } from './plants.ts';
import { simulate } from './simulation.ts';
import { simulateInThreads } from './threads.ts';
import { type TracedReport, tracedReport, traceOf } from './trace.ts';

const FOLDER = join(import.meta.dirname, 'histories');

test('the same seed is the same run, to the millisecond', async () => {
  const [first, second, other] = await Promise.all([
    traceOf({ seed: 7, cycles: 3_000 }),
    traceOf({ seed: 7, cycles: 3_000 }),
    traceOf({ seed: 8, cycles: 3_000 }),
  ]);
  expect(first.length).toBeGreaterThan(500);
  expect(second).toEqual(first);
  expect(other).not.toEqual(first);
});

test('a seed takes the same path here and in a thread, as its first run and as a later one', async () => {
  // Scans by the SDK are where Node's own time could come in.
  const inputs = [9, 7, 9].map((seed) => ({ seed, cycles: 2_000, sdkEvery: 16, isTraced: true }));
  const [first, other, again] = await simulateInThreads<TracedReport>(inputs, 1);
  const { path, cycles, bySdk } = await tracedReport({ seed: 9, cycles: 2_000, sdkEvery: 16 });
  expect(first).toMatchObject({ path, cycles, bySdk });
  expect(again?.path).toBe(path);
  expect(other?.path).not.toBe(path);
  expect(bySdk).toBeGreaterThan(100);
});

test('a run is the same when only the faults that happened in it may happen', async () => {
  const { faults } = await simulate({ seed: 7, cycles: 3_000, record: true });
  expect(await traceOf({ seed: 7, cycles: 3_000, only: faults })).toEqual(
    await traceOf({ seed: 7, cycles: 3_000 }),
  );
});

test('what a failing run does not need is taken out of it', async () => {
  const planted = PLANTS['a resolve on unknown'];
  if (planted === undefined) throw new Error('there is no such plant');
  const input = { seed: 1, cycles: 1_000, record: true, plants: planted.plants };
  const report = await simulate(input);
  const { faults, rule } = await reduced(input, report);
  expect(rule).toBe(planted.breaks);
  // A subnet fills up, and a scan does not see it.
  const kinds = faults.map(([kind]) => kind);
  expect(kinds).toContain('level');
  expect(kinds).toContain('blind');
  expect(faults.length).toBeLessThan(report.faults.length / 5);
});

test.each(readdirSync(FOLDER).filter((name) => name.endsWith('.json')))(
  'the recorded history %s breaks no rule any more',
  async (name) => {
    const history = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as History;
    const { violations, transitions } = await replayed(history);
    expect(violations, history.defect).toEqual([]);
    expect(transitions).toBeGreaterThan(0);
  },
);
