import { describe, expect, test } from 'vitest';
import { RangePlan } from '../../../../../shared/model/checks/remedies/range-plan.ts';
import { ranked } from '../../../../../shared/model/checks/remedies/ranked.ts';
import type { Remedy } from '../../../../../shared/model/result/finding.ts';

const request = {
  vpcId: 'vpc-01',
  purpose: 'a',
  blocks: ['10.0.0.0/24'],
  taken: ['10.0.0.0/26'],
  lengths: [26],
};

test('ranges of one VPC never overlap, and the same remedy gets the same range again', () => {
  const plan = new RangePlan();
  expect(plan.subnetRange(request)).toBe('10.0.0.64/26');
  expect(plan.subnetRange({ ...request, purpose: 'b', lengths: [25, 26] })).toBe('10.0.0.128/25');
  expect(plan.subnetRange(request)).toBe('10.0.0.64/26');
  expect(plan.subnetRange({ ...request, purpose: 'c' })).toBeNull();
  expect(plan.subnetRange({ ...request, purpose: 'c' })).toBeNull();
  expect(plan.subnetRange({ ...request, purpose: 'd' })).toBeNull();
  // Lengths of another order, or put together otherwise, are another request.
  expect(plan.subnetRange({ ...request, purpose: 'e', lengths: [1, 11] })).toBeNull();
  expect(plan.subnetRange({ ...request, purpose: 'e', lengths: [11, 1] })).toBeNull();
});

test('a subnet and a block of the same purpose are two things', () => {
  const plan = new RangePlan();
  expect(plan.subnetRange(request)).toBe('10.0.0.64/26');
  expect(plan.newBlock({ ...request, blocks: ['100.64.0.0/10'] })).toBe('100.64.0.0/26');
  expect(plan.subnetRange({ ...request, vpcId: 'vpc-02' })).toBe('10.0.0.64/26');
});

test('no two new subnets of a VPC have one name, and the same one keeps its name', () => {
  const plan = new RangePlan();
  const nameOf = (range: string, vpcId = 'vpc-01') =>
    plan.subnetName({ vpcId, range }, 'nodes', new Set(['nodes', 'nodes-3', null]));
  expect(nameOf('10.0.0.0/24')).toBe('nodes-2');
  expect(nameOf('10.0.1.0/24')).toBe('nodes-4');
  expect(nameOf('10.0.0.0/24')).toBe('nodes-2');
  expect(nameOf('10.0.0.0/24', 'vpc-02')).toBe('nodes-2');
});

test('the name of a new subnet is no longer than a tag may be', () => {
  const plan = new RangePlan();
  const nameOf = (base: string) => plan.subnetName({ vpcId: 'vpc-01', range: base }, base, new Set());
  for (const length of [249, 250, 251, 256]) {
    const name = nameOf('x'.repeat(length));
    expect([name.length, name.endsWith('-2')]).toEqual([Math.min(length, 250) + 2, length < 251]);
  }
});

test('the first block with room gives, whatever its largest free range is', () => {
  const blocks = ['10.0.0.0/26', '10.0.1.0/24'];
  const wanted = { ...request, blocks, taken: ['10.0.0.0/27'], lengths: [25, 27] };
  expect(new RangePlan().newBlock(wanted)).toBe('10.0.0.32/27');
  expect(new RangePlan().subnetRange(wanted)).toBe('10.0.1.0/25');
});

describe('blocks that were offered before', () => {
  const block = { ...request, blocks: ['100.64.0.0/10'], taken: [], lengths: [16] };
  const offered = (vpcId: string, purpose: string, range: string) => ({ vpcId, purpose, range });

  test('are taken where they were for another VPC', () => {
    const plan = new RangePlan([
      offered('vpc-02', 'a', '100.64.0.0/16'),
      offered('vpc-03', 'b', '100.65.128.0/20'),
    ]);
    expect(plan.newBlock(block)).toBe('100.66.0.0/16');
    expect(plan.newBlock({ ...block, purpose: 'b' })).toBe('100.67.0.0/16');
    expect(plan.offers).toEqual([
      offered('vpc-01', 'a', '100.66.0.0/16'),
      offered('vpc-01', 'b', '100.67.0.0/16'),
    ]);
  });

  test('are kept by the remedy that had them, and only by that one', () => {
    const earlier = [
      offered('vpc-02', 'b', '100.72.0.0/16'),
      offered('vpc-01', 'a', '100.70.0.0/16'),
      offered('vpc-01', 'b', '100.71.0.0/16'),
    ];
    const plan = new RangePlan(earlier);
    expect(plan.newBlock({ ...block, purpose: 'b' })).toBe('100.71.0.0/16');
    expect(plan.newBlock({ ...block, purpose: 'c' })).toBe('100.64.0.0/16');
    expect(plan.newBlock({ ...block, vpcId: 'vpc-03', purpose: 'a' })).toBe('100.65.0.0/16');
    expect(plan.newBlock(block)).toBe('100.70.0.0/16');
  });

  test('are given up once something else has a part of them', () => {
    const plan = new RangePlan([offered('vpc-01', 'a', '100.70.0.0/16')]);
    expect(plan.newBlock({ ...block, taken: ['100.64.0.0/16', '100.70.255.0/24'] })).toBe('100.65.0.0/16');
  });

  test('are no offer where no block is free', () => {
    const plan = new RangePlan();
    expect(plan.newBlock({ ...block, taken: ['100.64.0.0/10'] })).toBeNull();
    expect(plan.offers).toEqual([]);
  });
});

test('two VPCs may have the same subnets, but never the same new block', () => {
  const plan = new RangePlan();
  const other = { ...request, vpcId: 'vpc-02' };
  expect(plan.subnetRange(request)).toBe(plan.subnetRange(other));
  expect(plan.newBlock(request)).toBe('10.0.0.64/26');
  expect(plan.newBlock(other)).toBe('10.0.0.128/26');
});

const remedy = (title: string, changes: Partial<Remedy> = {}): Remedy => ({
  title,
  effect: '',
  commands: [],
  preconditions: [],
  ...changes,
});

test('what cannot work is not offered, and what helps at once comes first', () => {
  const nothing = { addresses: 0, prefixes: 0 };
  const list = ranked(
    remedy('fails', { preconditions: [{ text: '', holds: false }] }),
    remedy('later', { gains: nothing }),
    null,
    remedy('unknown', { preconditions: [{ text: '', holds: null }] }),
    remedy('addresses', { gains: { addresses: 1, prefixes: 0 } }),
    remedy('prefixes', { gains: { addresses: 0, prefixes: null } }),
    remedy('much later', { gains: nothing }),
  );
  expect(list.map(({ title }) => title)).toEqual(['unknown', 'addresses', 'prefixes', 'later', 'much later']);
});
