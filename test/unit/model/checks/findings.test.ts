import { expect, test } from 'vitest';
import { quoted } from '../../../../shared/model/base/shell-words.ts';
import { CHECKS } from '../../../../shared/model/checks/checks.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aCluster, aDemand, aLeak, allFindingsOf, findingsOf } from '../../../fixtures/findings-input.ts';

test('every kind has a name of its own', () => {
  const kinds = CHECKS.map(({ kind }) => kind);
  expect(new Set(kinds).size).toBe(kinds.length);
  expect(kinds.filter((kind) => !/^[a-z-]+$/.test(kind))).toEqual([]);
});

test('an estate without anything in it has no findings', () => {
  expect(CHECKS.flatMap(({ kind }) => findingsOf(kind, { vpcs: [] }))).toEqual([]);
});

test('what could not be read is no finding', () => {
  const nothing = { eksClusters: null, instances: null, vpcConnections: null };
  expect(CHECKS.flatMap(({ kind }) => findingsOf(kind, nothing))).toEqual([]);
});

test('leaks whose instances could not be listed leave it open whether these still run', () => {
  const [finding] = findingsOf('leaked-interfaces', {
    leakedInterfaces: [aLeak()],
    subnets: [aSubnet()],
    instances: null,
  });
  expect(finding?.remedies[0]?.preconditions[1]?.holds).toBeNull();
});

test('the worst come first', () => {
  const findings = allFindingsOf({
    vpcs: [],
    maps: [],
    subnets: [aSubnet({ available: 20 })],
    clusters: [aCluster({ committed: [aDemand({ fits: 0, fitsAtBest: 0, shortfall: 8 })] })],
    leakedInterfaces: [aLeak({ addresses: 1 })],
    eksClusters: [],
    instances: null,
    vpcConnections: null,
    limits: () => null,
  });
  expect(findings.map(({ kind, severity }) => [kind, severity])).toEqual([
    ['committed-demand', 'critical'],
    ['lone-subnet', 'warning'],
    ['leaked-interfaces', 'info'],
  ]);
});

test('of equally bad ones those come first whose identity does, whatever was looked at first', () => {
  const leak = (subnetId: string) => aLeak({ subnetId, addresses: 1 });
  const findings = allFindingsOf({
    vpcs: [],
    maps: [],
    subnets: [
      aSubnet({ subnetId: 'subnet-0c', available: 100 }),
      aSubnet({ subnetId: 'subnet-0a' }),
      aSubnet({ subnetId: 'subnet-0b' }),
    ],
    clusters: [aCluster({ nodeSubnetIds: ['subnet-0c'] })],
    leakedInterfaces: [leak('subnet-0b'), leak('subnet-0c'), leak('subnet-0a')],
    eksClusters: [],
    instances: null,
    vpcConnections: null,
    limits: () => null,
  });
  expect(findings.map(({ id }) => id)).toEqual([
    'leaked-interfaces/subnet/subnet-0a',
    'leaked-interfaces/subnet/subnet-0b',
    'leaked-interfaces/subnet/subnet-0c',
    'lone-subnet/subnet/subnet-0c',
  ]);
});

test.each([
  ['eni-0123', 'eni-0123'],
  ['subnetIds=subnet-0a,subnet-0b', 'subnetIds=subnet-0a,subnet-0b'],
  ['two words', "'two words'"],
  ["it's", "'it'\\''s'"],
  ['$(reboot)', "'$(reboot)'"],
  ['', "''"],
])('the word %j is %s in a shell', (word, shell) => {
  expect(quoted(word)).toBe(shell);
});
