import { expect, test } from 'vitest';
import type { SimulationReport } from './simulation.ts';
import { simulateInThreads } from './threads.ts';

/** Ten seeds of a hundred thousand scans: 9.5 years of one target that is scanned every five minutes. */
const SEEDS = Array.from({ length: 10 }, (_, index) => index + 1);
const CYCLES = 100_000;

const sum = (
  reports: readonly SimulationReport[],
  of: 'cycles' | 'transitions' | 'messages' | 'kills' | 'wired' | 'bySdk',
): number => reports.reduce((total, report) => total + report[of], 0);

test('a million scans under every fault at once: nothing is lost, sent too often, or resolved without a measurement', async () => {
  const beganAt = performance.now();
  const reports = await simulateInThreads(SEEDS.map((seed) => ({ seed, cycles: CYCLES })));
  const seconds = Math.round((performance.now() - beganAt) / 1000);
  const broken = reports.flatMap(({ seed, violations }) =>
    violations.map(({ rule, what }) => `seed ${seed}: ${rule}: ${what}`),
  );
  expect(broken).toEqual([]);
  console.log(
    `${sum(reports, 'cycles')} scans, ${sum(reports, 'transitions')} steps of alerts, ${sum(reports, 'messages')} messages, ${sum(reports, 'kills')} kills, ${sum(reports, 'wired')} scans by XML, ${sum(reports, 'bySdk')} by the SDK in ${seconds} s`,
  );
  expect(sum(reports, 'cycles')).toBeGreaterThanOrEqual(1_000_000);
  // A simulation in which nothing happens proves nothing.
  expect(sum(reports, 'transitions')).toBeGreaterThan(50_000);
  expect(sum(reports, 'kills')).toBeGreaterThan(5_000);
  expect(sum(reports, 'wired')).toBeGreaterThan(20_000);
  expect(sum(reports, 'bySdk')).toBeGreaterThan(3_000);
});
