import { expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { EstateInput } from '../../../shared/model/checks/estate.ts';
import { cidrContains, parseCidr } from '../../../shared/model/net/cidr.ts';
import type { AssessedTarget } from '../../../shared/model/target/target-assessor.ts';
import { checkTarget } from '../../../shared/pipeline/check-target.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { RecordForm } from '../../../shared/state/record-form.ts';
import type { CacheStore } from '../../../shared/state/state-store.ts';
import { aSubnet } from '../../fixtures/assessments.ts';
import { aCluster, anInput, aVpcAssessment } from '../../fixtures/findings-input.ts';

const HOUR = 3_600_000;

/** A target with one VPC that is full: the way out is a new block. */
const aFullTarget = (vpcId: string, changes: Partial<EstateInput> = {}): AssessedTarget => {
  const subnet = aSubnet({ subnetId: `subnet-${vpcId}`, vpcId, available: 3 });
  const input = anInput({
    vpcs: [aVpcAssessment({ vpcId, cidrBlocks: ['10.0.0.0/24'] })],
    subnets: [subnet],
    clusters: [aCluster({ vpcId, nodeSubnetIds: [subnet.subnetId] })],
    ...changes,
  });
  return { assessment: { ...input, findings: [] }, estate: input };
};

const blocks = async (target: AssessedTarget, cache: CacheStore | null, now = 0) => {
  const { assessment, blockOffers } = await checkTarget(target, DEFAULT_POLICY, cache, now);
  const ranges = assessment.findings.flatMap(({ remedies }) => remedies.flatMap((each) => each.ranges ?? []));
  const offered = [...new Set(blockOffers.map(({ range }) => range))];
  // What is said to be offered is what the remedies say: each subnet is in such a block, and each block has one.
  const blockOf = (range: string) => offered.find((block) => contains(block, range));
  expect([...new Set(ranges.map(blockOf))]).toEqual(offered);
  return offered;
};

const contains = (outer: string, inner: string): boolean => {
  const [block, part] = [parseCidr(outer), parseCidr(inner)];
  return block !== null && part !== null && cidrContains(block, part);
};

/** A cache that counts, and between a reading and the exchange after it lets others in, as often as is set. */
const sharedCache = () => {
  const { cache } = createMemoryStateStore();
  const counts = { reads: 0, exchanges: 0, interruptions: 0 };
  let serial = 0;
  return {
    counts,
    cache: {
      ...cache,
      get: async <Value>(key: string, now: number, form: RecordForm<Value>) => {
        counts.reads += 1;
        const value = await cache.get(key, now, form);
        const others: readonly unknown[] = Array.isArray(value) ? value : [];
        if (counts.interruptions > 0) {
          counts.interruptions -= 1;
          serial += 1;
          const other = {
            vpcId: `vpc-x${serial}`,
            purpose: 'p',
            range: `100.${63 + serial}.0.0/16`,
            at: now,
          };
          await cache.put(key, [...others, other], now + HOUR);
        }
        return value;
      },
      exchange: (...given: Parameters<CacheStore['exchange']>) => {
        counts.exchanges += 1;
        return cache.exchange(...given);
      },
    },
  };
};

test('without a cache a target knows of no other', async () => {
  expect(await blocks(aFullTarget('vpc-01'), null)).toEqual(['100.64.0.0/16']);
});

test('targets that are checked one after the other offer different blocks, and keep them', async () => {
  const { cache } = createMemoryStateStore();
  expect(await blocks(aFullTarget('vpc-01'), cache)).toEqual(['100.64.0.0/16']);
  expect(await blocks(aFullTarget('vpc-02'), cache)).toEqual(['100.65.0.0/16']);
  expect(await blocks(aFullTarget('vpc-01'), cache, HOUR)).toEqual(['100.64.0.0/16']);
  expect(await blocks(aFullTarget('vpc-02'), cache, HOUR)).toEqual(['100.65.0.0/16']);
});

test('a block that was taken meanwhile is offered no longer', async () => {
  const { cache } = createMemoryStateStore();
  await blocks(aFullTarget('vpc-01'), cache);
  const vpcConnections = [
    {
      kind: 'peering' as const,
      id: 'pcx-01',
      vpcs: [
        { vpcId: 'vpc-01', accountId: null, cidrBlocks: ['10.0.0.0/24'] },
        { vpcId: 'vpc-09', accountId: null, cidrBlocks: ['100.64.128.0/20'] },
      ],
    },
  ];
  expect(await blocks(aFullTarget('vpc-01', { vpcConnections }), cache)).toEqual(['100.65.0.0/16']);
  // What it no longer offers is free for others.
  expect(await blocks(aFullTarget('vpc-02'), cache)).toEqual(['100.64.0.0/16']);
});

test('an offer that no scan repeats for a day is free again', async () => {
  const { cache } = createMemoryStateStore();
  await blocks(aFullTarget('vpc-01'), cache);
  await blocks(aFullTarget('vpc-02'), cache, HOUR);
  expect(await blocks(aFullTarget('vpc-03'), cache, 23 * HOUR)).toEqual(['100.66.0.0/16']);
  expect(await blocks(aFullTarget('vpc-04'), cache, 24 * HOUR)).toEqual(['100.64.0.0/16']);
});

test('a target that offers none does not touch the record, and a repeated offer is written once an hour', async () => {
  const { cache, counts } = sharedCache();
  const roomy = aFullTarget('vpc-01', { vpcs: [aVpcAssessment()] });
  expect((await checkTarget(roomy, DEFAULT_POLICY, cache, 0)).blockOffers).toEqual([]);
  expect(counts).toEqual({ reads: 0, exchanges: 0, interruptions: 0 });
  for (const minute of [0, 5, 55, 61]) await blocks(aFullTarget('vpc-01'), cache, minute * 60_000);
  expect(counts).toEqual({ reads: 4, exchanges: 2, interruptions: 0 });
});

test('a target that loses a race takes the next block', async () => {
  const { cache, counts } = sharedCache();
  counts.interruptions = 3;
  expect(await blocks(aFullTarget('vpc-01'), cache)).toEqual(['100.67.0.0/16']);
  expect(counts.exchanges).toBe(4);
});

test('a target that always loses offers no block until the next scan', async () => {
  const { cache, counts } = sharedCache();
  counts.interruptions = 20;
  expect(await blocks(aFullTarget('vpc-01'), cache)).toEqual([]);
  expect(counts.exchanges).toBe(20);
  expect(await blocks(aFullTarget('vpc-01'), cache)).toEqual(['100.84.0.0/16']);
});
