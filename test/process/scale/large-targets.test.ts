import { expect, test } from 'vitest';
import { PROCESSOR_SECONDS_PER_SUBNET } from '../../../shared/metrics/monthly-cost.ts';
import { bundledScanTarget } from '../../fixtures/scale/bundled-scan-target.ts';
import { runScaled, type ScanMeasured } from '../../fixtures/scale/scaled-function.ts';

/** The bundle of scan-target as it is deployed, in a process of its own, on accounts of the sizes that are stated. */

/** docs/scale.md: of every scan of a process but its first, which reads the days of the history. */
const MOST_DYNAMO_REQUESTS = 40;

const bundle = bundledScanTarget('test-scale');

const requestsOf = ({ dynamo }: ScanMeasured): number =>
  Object.values(dynamo).reduce((sum, requests) => sum + requests, 0);

const SIZES = [
  {
    name: '100 subnets',
    memory: 256,
    at: [0, 5, 35],
    estate: { subnets: 100, nodesPerSubnet: 3, prefixLength: 24 },
  },
  // The second scan is the first one of an hour, which makes the most requests.
  {
    name: '5,000 subnets',
    memory: 256,
    at: [0, 35],
    estate: { subnets: 5_000, nodesPerSubnet: 3, prefixLength: 24 },
  },
  {
    name: '50,000 nodes in 1,000 subnets',
    memory: 256,
    at: [0, 5],
    estate: { subnets: 1_000, nodesPerSubnet: 50, prefixLength: 21 },
  },
];

test.each(SIZES)(
  '$name with 36 days of history: $memory MB and 40 requests to DynamoDB suffice in every later scan',
  async ({ memory, at, estate }) => {
    const scans = await runScaled({
      bundle: bundle(),
      estate,
      memory,
      daysOfHistory: 36,
      at,
      quotaShare: '100%',
    });
    expect(scans.map(({ refused, status, subnets }) => ({ refused, status, subnets }))).toEqual(
      scans.map(() => ({ refused: 0, status: 'ok', subnets: estate.subnets })),
    );
    expect(scans).toHaveLength(at.length);
    for (const scan of scans.slice(1)) {
      expect(scan.forecasts, 'the history was read').toBe(estate.subnets);
      expect(requestsOf(scan), JSON.stringify(scan.dynamo)).toBeLessThanOrEqual(MOST_DYNAMO_REQUESTS);
      expect(scan.peakMegabytes).toBeLessThan(memory);
    }
    // What the bill rests on, on a machine that may be a few times faster or slower, and is busy.
    if (estate.subnets >= 1_000 && estate.nodesPerSubnet === 3)
      for (const { cpuSeconds } of scans) {
        const said = PROCESSOR_SECONDS_PER_SUBNET * estate.subnets;
        expect(cpuSeconds, `${said} s are said`).toBeGreaterThan(said / 4);
        expect(cpuSeconds, `${said} s are said`).toBeLessThan(said * 4);
      }
  },
  900_000,
);

test('10,000 pods of a cluster are read beside the scan of its account in 256 MB, in both scans', async () => {
  const estate = { subnets: 100, nodesPerSubnet: 28, prefixLength: 22 };
  const scans = await runScaled({
    bundle: bundle(),
    estate,
    pods: 10_000,
    memory: 256,
    daysOfHistory: 36,
    at: [0, 5],
  });
  expect(scans.map(({ refused, status }) => ({ refused, status }))).toEqual([
    { refused: 0, status: 'ok' },
    { refused: 0, status: 'ok' },
  ]);
  expect(scans.at(-1)?.podAddresses, 'each pod was found on its interface').toBe(10_000);
  for (const { peakMegabytes } of scans) expect(peakMegabytes).toBeLessThan(256);
}, 300_000);
