import { expect, test } from 'vitest';
import { PROCESSOR_SECONDS_PER_SUBNET } from '../../../shared/metrics/monthly-cost.ts';
import { bundledScanTarget } from '../../fixtures/scale/bundled-scan-target.ts';
import { runScaled } from '../../fixtures/scale/scaled-function.ts';

/** The largest target that is stated, in the memory that `memorySize` gives it. It takes minutes, so it has a file of its own. */

const bundle = bundledScanTarget('test-very-large');
const SUBNETS = 20_000;
/** docs/scale.md: of every scan of a process but its first, whatever the size. 26 and 38 were counted. */
const MOST_DYNAMO_REQUESTS = 40;

test('20,000 subnets with 36 days of history: 512 MB and 40 requests to DynamoDB suffice in every later scan', async () => {
  const scans = await runScaled({
    bundle: bundle(),
    estate: { subnets: SUBNETS, nodesPerSubnet: 3, prefixLength: 24 },
    memory: 512,
    daysOfHistory: 36,
    // The last one is the first one of an hour, which makes the most requests.
    at: [0, 5, 35],
    quotaShare: '100%',
  });
  expect(scans.map(({ refused, status, subnets }) => ({ refused, status, subnets }))).toEqual(
    Array.from({ length: 3 }, () => ({ refused: 0, status: 'ok', subnets: SUBNETS })),
  );
  for (const { peakMegabytes } of scans) expect(peakMegabytes).toBeLessThan(512);
  for (const { dynamo, forecasts } of scans.slice(1)) {
    expect(forecasts, 'the history was read').toBe(SUBNETS);
    const requests = Object.values(dynamo).reduce((sum, count) => sum + count, 0);
    expect(requests, JSON.stringify(dynamo)).toBeLessThanOrEqual(MOST_DYNAMO_REQUESTS);
  }
  // What the bill rests on, on a machine that may be a few times faster or slower, and is busy.
  for (const { cpuSeconds } of scans) {
    const said = PROCESSOR_SECONDS_PER_SUBNET * SUBNETS;
    expect(cpuSeconds, `${said} s are said`).toBeGreaterThan(said / 4);
    expect(cpuSeconds, `${said} s are said`).toBeLessThan(said * 4);
  }
}, 1_800_000);
