import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import type { SimulationReport } from './simulation.ts';

/** Ten seeds of a hundred thousand scans: 9.5 years of one target that is scanned every five minutes. */
const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);
const CYCLES = 100_000;

const inThread = (seed: number): Promise<SimulationReport> =>
  new Promise((resolve, reject) => {
    const workerData = { seed, cycles: CYCLES };
    const thread = new Worker(new URL('./thread.ts', import.meta.url), { workerData, execArgv: [] });
    thread.once('message', resolve);
    thread.once('error', reject);
  });

const sum = (
  reports: readonly SimulationReport[],
  of: 'cycles' | 'transitions' | 'messages' | 'kills' | 'wired',
): number => reports.reduce((total, report) => total + report[of], 0);

test('a million scans under every fault at once: nothing is lost, sent too often, or resolved without a measurement', async () => {
  const limit = pLimit(availableParallelism());
  const beganAt = performance.now();
  const reports = await Promise.all(SEEDS.map((seed) => limit(() => inThread(seed))));
  const seconds = Math.round((performance.now() - beganAt) / 1000);
  const broken = reports.flatMap(({ violations }, index) =>
    violations.map(({ rule, what }) => `seed ${SEEDS[index]}: ${rule}: ${what}`),
  );
  expect(broken).toEqual([]);
  console.log(
    `${sum(reports, 'cycles')} scans, ${sum(reports, 'transitions')} steps of alerts, ${sum(reports, 'messages')} messages, ${sum(reports, 'kills')} kills, ${sum(reports, 'wired')} scans by XML in ${seconds} s`,
  );
  expect(sum(reports, 'cycles')).toBeGreaterThanOrEqual(1_000_000);
  // A simulation in which nothing happens proves nothing.
  expect(sum(reports, 'transitions')).toBeGreaterThan(50_000);
  expect(sum(reports, 'kills')).toBeGreaterThan(5_000);
  expect(sum(reports, 'wired')).toBeGreaterThan(20_000);
});
