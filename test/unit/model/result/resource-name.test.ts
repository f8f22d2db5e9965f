import { expect, test } from 'vitest';
import type { Subject } from '../../../../shared/model/result/finding.ts';
import { resourceName, subnetName } from '../../../../shared/model/result/resource-name.ts';

const subject = (changes: Partial<Subject>): Subject => ({
  type: 'subnet',
  id: 'subnet-0a',
  name: 'nodes-a',
  accountId: '111111111111',
  region: 'eu-west-1',
  vpcId: 'vpc-01',
  subnetIds: [],
  clusterName: null,
  ...changes,
});

test.each<[string, Partial<Subject>]>([
  ['nodes-a', {}],
  ['subnet-0a', { name: null }],
  ['nodes-a (shop, pay)', { clusterNames: ['shop', 'pay'] }],
  ['VPC main', { type: 'vpc', id: 'vpc-01', name: 'main' }],
  ['vpc-01', { type: 'vpc', id: 'vpc-01', name: null }],
  ['Account 111111111111 in eu-west-1', { type: 'target' }],
  ['shop/workers', { type: 'node-group', id: 'shop/workers', name: 'workers', clusterName: 'shop' }],
  ['workers', { type: 'node-group', id: 'workers', name: 'workers', clusterName: null }],
  ['shop', { type: 'cluster', id: 'shop', name: 'shop', clusterName: 'shop', clusterNames: ['shop'] }],
])('%s', (name, changes) => {
  expect(resourceName(subject(changes))).toBe(name);
});

test('a subnet in a list has a name of at most 64 characters, or its ID', () => {
  expect(subnetName({ name: 'nodes-a', subnetId: 'subnet-0a' })).toBe('nodes-a');
  expect(subnetName({ name: null, subnetId: 'subnet-0a' })).toBe('subnet-0a');
  expect(subnetName({ name: 'x'.repeat(255), subnetId: 'subnet-0a' })).toBe(`${'x'.repeat(63)}\u2026`);
});
