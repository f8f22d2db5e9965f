import { describe, expect, test } from 'vitest';
import { policyFor } from '../../../shared/alerts/policy-lookup.ts';
import { matches, selectorTagKeys } from '../../../shared/alerts/selectors.ts';
import { matchesWildcard } from '../../../shared/alerts/wildcard.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { AlertPolicy, Selector } from '../../../shared/model/alert/policy.ts';
import type { Subject } from '../../../shared/model/result/finding.ts';
import { aSubnetSubject } from '../../fixtures/observations.ts';

const subnet = aSubnetSubject({
  cidrBlocks: ['10.0.1.0/24'],
  tags: { team: 'payments', tier: '' },
  clusterNames: ['prod-a', 'stage'],
});
const target: Subject = {
  type: 'target',
  id: '111111111111/eu-west-1',
  name: null,
  accountId: '111111111111',
  region: 'eu-west-1',
  vpcId: null,
  clusterName: null,
  subnetIds: [],
};

const selects = (match: Selector, subject: Subject = subnet): boolean =>
  matches(match, { subject, rules: ['addresses-low'], severity: 'warning' });

describe('wildcards', () => {
  test.each([
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['prod-*', 'prod-', true],
    ['prod-*', 'prod-a', true],
    ['prod-*', 'preprod-a', false],
    ['*-a', 'prod-a', true],
    ['*-a', 'prod-a-b', false],
    ['a*b*c', 'a--b--b--c', true],
    ['a*b*c', 'a--c--b', false],
    ['subnet-?', 'subnet-1', true],
    ['subnet-?', 'subnet-', false],
    ['subnet-?', 'subnet-12', false],
    ['**', '', true],
    ['a.c', 'abc', false],
    ['PROD', 'prod', false],
    ['a?', 'a*', true],
    ['abc', 'ab', false],
  ])('"%s" against "%s" is %s', (pattern, text, expected) => {
    expect(matchesWildcard(pattern, text)).toBe(expected);
  });

  test('a pattern of many stars on a long text ends', () => {
    expect(matchesWildcard(`${'a*'.repeat(60)}b`, 'a'.repeat(5000))).toBe(false);
  });
});

describe('a selector', () => {
  test('that is empty matches everything', () => {
    expect(selects({})).toBe(true);
    expect(selects({}, target)).toBe(true);
  });

  test('matches by account, Region, VPC, cluster and rule, with wildcards', () => {
    expect(selects({ account: ['1111*'] })).toBe(true);
    expect(selects({ account: ['2*', '3*'] })).toBe(false);
    expect(selects({ region: ['eu-*'] })).toBe(true);
    expect(selects({ region: ['us-*'] })).toBe(false);
    expect(selects({ vpc: ['vpc-01'] })).toBe(true);
    expect(selects({ vpc: ['vpc-02'] })).toBe(false);
    expect(selects({ rule: ['*-low'] })).toBe(true);
    expect(selects({ rule: ['*-surge'] })).toBe(false);
  });

  test('takes any value of a field, and needs every field', () => {
    expect(selects({ account: ['9', '111111111111'], region: ['eu-west-1'] })).toBe(true);
    expect(selects({ account: ['111111111111'], region: ['us-east-1'] })).toBe(false);
    expect(selects({ account: [] })).toBe(false);
  });

  test('knows a subnet by its id and by its name', () => {
    expect(selects({ subnet: ['subnet-0a'] })).toBe(true);
    expect(selects({ subnet: ['private-*'] })).toBe(true);
    expect(selects({ subnet: ['public-*'] })).toBe(false);
    expect(selects({ subnet: ['*'] }, aSubnetSubject({ name: null }))).toBe(true);
  });

  test('knows what is about several subnets by their ids, and not by its own name', () => {
    const cluster = aSubnetSubject({
      type: 'cluster',
      id: 'prod',
      name: 'prod',
      subnetIds: ['subnet-1', 'subnet-2'],
    });
    expect(selects({ subnet: ['subnet-2'] }, cluster)).toBe(true);
    expect(selects({ subnet: ['prod'] }, cluster)).toBe(false);
  });

  test('matches a range that lies inside one of its own', () => {
    expect(selects({ cidr: ['10.0.0.0/16'] })).toBe(true);
    expect(selects({ cidr: ['10.0.1.0/24'] })).toBe(true);
    expect(selects({ cidr: ['10.0.1.0/25'] })).toBe(false);
    expect(selects({ cidr: ['192.168.0.0/16', '10.0.0.0/8'] })).toBe(true);
    expect(selects({ cidr: ['0.0.0.0/0'] }, target)).toBe(false);
  });

  test('takes a range that cannot be read for none', () => {
    expect(selects({ cidr: ['10.0.0.0', '10.0.0.0/16'] })).toBe(true);
    expect(selects({ cidr: ['10.0.0.0'] })).toBe(false);
    expect(selects({ cidr: ['10.0.0.0/16'] }, aSubnetSubject({ cidrBlocks: ['not a range'] }))).toBe(false);
    expect(selects({ cidr: ['0.0.0.0/0'] }, aSubnetSubject())).toBe(false);
  });

  test('matches any cluster that uses the subnet', () => {
    expect(selects({ cluster: ['prod-*'] })).toBe(true);
    expect(selects({ cluster: ['stage'] })).toBe(true);
    expect(selects({ cluster: ['test'] })).toBe(false);
    expect(selects({ cluster: ['solo'] }, aSubnetSubject({ clusterName: 'solo' }))).toBe(true);
    expect(selects({ cluster: ['*'] }, aSubnetSubject())).toBe(false);
  });

  test('needs all its tags; an empty value is a value', () => {
    expect(selects({ tags: { team: 'pay*' } })).toBe(true);
    expect(selects({ tags: { team: 'payments', tier: '' } })).toBe(true);
    expect(selects({ tags: { team: 'payments', owner: '*' } })).toBe(false);
    expect(selects({ tags: { tier: 'x' } })).toBe(false);
    expect(selects({ tags: { team: '*' } }, target)).toBe(false);
  });

  test('that asks for a level does not match while there is none', () => {
    expect(matches({ severity: ['warning'] }, { subject: subnet, rules: [], severity: 'warning' })).toBe(
      true,
    );
    expect(matches({ severity: ['critical'] }, { subject: subnet, rules: [], severity: 'warning' })).toBe(
      false,
    );
    expect(matches({ severity: ['critical'] }, { subject: subnet, rules: [] })).toBe(false);
  });

  test('of a VPC does not match what has none', () => {
    expect(selects({ vpc: ['*'] }, target)).toBe(false);
  });
});

const policy = (changes: Partial<AlertPolicy>): AlertPolicy => ({ ...DEFAULT_POLICY, ...changes });

describe('the settings of a rule for a subject', () => {
  test('are those of the policy where no override matches', () => {
    const other = { match: { vpc: ['vpc-99'] }, rules: { 'addresses-low': { enabled: false } } };
    const rule = { match: {}, rules: { 'prefixes-low': { enabled: false } } };
    expect(policyFor('addresses-low', subnet, policy({ overrides: [other, rule] }))).toBe(
      DEFAULT_POLICY.rules['addresses-low'],
    );
  });

  test('take what an override gives, whole, and leave the rest', () => {
    const override = {
      match: { tags: { team: 'payments' } },
      rules: { 'addresses-low': { warning: { count: 50 } } },
    };
    expect(policyFor('addresses-low', subnet, policy({ overrides: [override] }))).toEqual({
      ...DEFAULT_POLICY.rules['addresses-low'],
      warning: { count: 50 },
    });
  });

  test('may be overridden for some rules alone', () => {
    const override = {
      match: { rule: ['addresses-*'] },
      rules: { 'addresses-low': { pendingFor: 1 }, 'prefixes-low': { pendingFor: 1 } },
    };
    const pendingFor = (rule: 'addresses-low' | 'prefixes-low') =>
      policyFor(rule, subnet, policy({ overrides: [override] })).pendingFor;
    expect(pendingFor('addresses-low')).toBe(1);
    expect(pendingFor('prefixes-low')).toBe(DEFAULT_POLICY.rules['prefixes-low'].pendingFor);
  });

  test('are laid over one another, the later override winning', () => {
    const settings = policyFor(
      'addresses-low',
      subnet,
      policy({
        overrides: [
          { match: {}, rules: { 'addresses-low': { pendingFor: 1, repeatEvery: 1 } } },
          { match: { cidr: ['10.0.0.0/8'] }, rules: { 'addresses-low': { pendingFor: 2 } } },
        ],
      }),
    );
    expect(settings).toMatchObject({ pendingFor: 2, repeatEvery: 1 });
  });
});

test('the tags that subjects carry are those that some selector names', () => {
  const keys = selectorTagKeys(
    policy({
      overrides: [{ match: { tags: { team: '*' } }, rules: {} }],
      mutes: [{ match: { tags: { tier: 'x' } }, reason: 'r', from: null, until: null, weekly: null }],
      routes: [
        { match: { tags: { owner: 'y', team: 'z' } }, to: ['a'], continue: false },
        { match: {}, to: [], continue: false },
      ],
    }),
  );
  expect([...keys].sort()).toEqual(['owner', 'team', 'tier']);
});
