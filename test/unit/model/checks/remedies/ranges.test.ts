import { expect, test } from 'vitest';
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
