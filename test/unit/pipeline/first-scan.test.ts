import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { createEstateSources, type TargetEstate } from '../../../shared/inventory/estate.ts';
import type { NetworkInterface } from '../../../shared/model/aws/inventory.ts';
import { pastScan } from '../../../shared/model/result/past-scan.ts';
import { applyPolicy } from '../../../shared/pipeline/assess.ts';
import { FIRST_RESERVATION_TIME } from '../../../shared/pipeline/read-reservations.ts';
import { NO_PAST, scanTarget, type TargetPast } from '../../../shared/pipeline/scan-target.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import {
  addresses,
  anInterfaceRecord,
  aSubnetRecord,
  aTarget,
  aVpcRecord,
} from '../../fixtures/inventory-records.ts';

/** A target that was never scanned: EC2 answers the reservations of its subnets one by one, and the report is not to wait for all. */

const START = Date.parse('2026-11-28T10:00:00Z');

/** Of /27 subnets with 27 usable addresses, how many are left. */
const QUIET = { left: 20 };
const FULL = { left: 0 };
/** One address in each of its two blocks: no prefix can be had, whatever AWS counts. */
const BROKEN = { left: 24 };

const SUBNETS = [QUIET, { left: 19 }, FULL, { left: 18 }, BROKEN, { left: 21 }];
const idOf = (index: number): string => `subnet-${index}`;

const interfacesOf = (index: number): readonly NetworkInterface[] => {
  const at = (offset: number): string => `10.0.${index}.${offset}`;
  const subnet = { subnetId: idOf(index) };
  const { left } = SUBNETS[index] ?? QUIET;
  if (SUBNETS[index] !== BROKEN)
    return Array.from({ length: 27 - left }, (_, each) =>
      anInterfaceRecord({
        ...subnet,
        networkInterfaceId: `eni-${index}-${each}`,
        privateAddresses: addresses(at(each + 4)),
      }),
    );
  // The subnet is larger, so that a node has its prefix in a block of its own.
  return [
    anInterfaceRecord({
      ...subnet,
      networkInterfaceId: `eni-${index}`,
      privateAddresses: addresses(at(4), at(40), at(50)),
      ipv4Prefixes: [`10.0.${index}.16/28`],
    }),
  ];
};

const ESTATE: TargetEstate = {
  target: aTarget,
  vpcs: [aVpcRecord()],
  subnets: SUBNETS.map((subnet, index) =>
    aSubnetRecord({
      subnetId: idOf(index),
      cidrBlock: `10.0.${index}.0/${subnet === BROKEN ? 26 : 27}`,
      awsAvailable: subnet === BROKEN ? 40 : subnet.left,
    }),
  ),
  interfaces: SUBNETS.flatMap((_, index) => interfacesOf(index)),
  reservations: Object.fromEntries(SUBNETS.map((_, index) => [idOf(index), []])),
  instances: [],
  instanceTypes: [],
  vpcConnections: [],
  routeTables: [],
  eksClusters: [],
  autoScalingGroups: [],
};

const scans = () => {
  const { cache } = createMemoryStateStore();
  let past: TargetPast = NO_PAST;
  return async (minutes: number, calls: (milliseconds: number) => number, most: number | undefined) => {
    const sources = createEstateSources(ESTATE);
    const asked: string[] = [];
    const scanned = await scanTarget({
      target: aTarget,
      scope: {},
      sources: {
        ...sources,
        callsWithin: (_, milliseconds) => calls(milliseconds),
        inventory: {
          ...sources.inventory,
          reservations: (subnetId) => {
            asked.push(subnetId);
            return sources.inventory.reservations(subnetId);
          },
        },
      },
      past,
      cache,
      now: START + minutes * 60_000,
      mostReservations: most,
    });
    past = { ...NO_PAST, previous: pastScan(scanned.assessment) };
    const { findings } = applyPolicy(scanned, DEFAULT_POLICY).assessment;
    return { asked, assessment: scanned.assessment, findings: findings.map(({ id }) => id) };
  };
};

test('a first scan asks for what the budget answers in its time, those with the fewest addresses first, and says which wait', async () => {
  const scan = scans();
  const budget = (milliseconds: number): number => (milliseconds === FIRST_RESERVATION_TIME ? 2 : 100);
  const first = await scan(0, budget, 600);
  expect(first.asked).toEqual(['subnet-2', 'subnet-3']);
  const { errors, status } = first.assessment.target;
  expect([status, errors.map(({ code }) => code)]).toEqual(['partial', ['reservations-waiting']]);
  expect(first.assessment.subnets.map(({ reservations }) => reservations !== null)).toEqual([
    false,
    false,
    true,
    true,
    false,
    false,
  ]);
  // The next one has its two minutes, and begins where prefixes are taken: their count is known by nothing else.
  const next = await scan(5, budget, 3);
  expect(next.asked).toEqual(['subnet-4', 'subnet-1', 'subnet-0']);
  const last = await scan(10, budget, 3);
  expect([last.asked, last.assessment.target.status]).toEqual([['subnet-5'], 'ok']);
});

test('nothing that has run out waits for reservations: AWS counts addresses, and no block is free of which one could be a prefix', async () => {
  const waiting = await scans()(0, () => 0, 600);
  expect(waiting.asked).toEqual([]);
  const complete = await scans()(0, () => 100, 600);
  expect(complete.asked).toHaveLength(SUBNETS.length);
  const out = (findings: readonly string[]): readonly string[] =>
    findings.filter((id) => id.includes('exhausted')).toSorted();
  expect(out(waiting.findings)).toEqual([
    'addresses-exhausted/subnet/subnet-2',
    'prefixes-exhausted/subnet/subnet-4',
  ]);
  expect(out(complete.findings)).toEqual(out(waiting.findings));
});

test('a scan without a deadline asks for all', async () => {
  const { asked } = await scans()(0, () => 2, undefined);
  expect(asked).toHaveLength(SUBNETS.length);
});
