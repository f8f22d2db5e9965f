import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import type { Observation } from '../../../../shared/model/alert/alert.ts';
import type { AlertPolicy, RuleName, RulePolicies } from '../../../../shared/model/alert/policy.ts';
import type {
  SubnetAssessment,
  TargetAssessment,
  VpcAssessment,
} from '../../../../shared/model/result/assessment.ts';
import type { Forecast } from '../../../../shared/model/result/forecast.ts';
import { anAssessment, aSubnet } from '../../../fixtures/assessments.ts';
import { observationsOf, partsOf } from '../../../fixtures/check-observations.ts';
import { aCluster } from '../../../fixtures/findings-input.ts';

const withRule = <Rule extends RuleName>(rule: Rule, settings: Partial<RulePolicies[Rule]>): AlertPolicy => ({
  ...DEFAULT_POLICY,
  rules: { ...DEFAULT_POLICY.rules, [rule]: { ...DEFAULT_POLICY.rules[rule], ...settings } },
});

/** What one rule says of an assessment. */
const says = (
  rule: RuleName,
  assessment: Partial<TargetAssessment>,
  policy: AlertPolicy = DEFAULT_POLICY,
): readonly Observation[] =>
  partsOf(anAssessment(assessment), policy).filter((observation) => observation.rule === rule);

const ofSubnet = (
  rule: RuleName,
  subnet: Partial<SubnetAssessment>,
  policy: AlertPolicy = DEFAULT_POLICY,
): Observation => {
  const [observation] = says(rule, { subnets: [aSubnet(subnet)] }, policy);
  if (observation === undefined) throw new Error(`${rule} says nothing`);
  return observation;
};

const value = (observation: Observation, name: string) =>
  observation.evidence?.find((entry) => entry.name === name)?.value;

const aVpc = (changes: Partial<VpcAssessment> = {}): VpcAssessment => ({
  vpcId: 'vpc-01',
  name: 'main',
  accountId: '111111111111',
  region: 'eu-west-1',
  cidrBlocks: ['10.0.0.0/16'],
  subnets: 1,
  usable: 251,
  available: 200,
  networkAddressUsage: 51,
  ...changes,
});

const NOT_EXPECTED: Forecast = {
  exhaustionAt: null,
  earliest: null,
  latest: null,
  probabilityWithin: { '24h': 0, '72h': 0, '7d': 0 },
  method: 'trend-paths',
  reason: '',
};

describe('addresses-low', () => {
  test('a subnet with room is well, and its figures are there for a resolve to compare', () => {
    expect(ofSubnet('addresses-low', {})).toMatchObject({
      key: 'addresses/subnet/subnet-0a',
      raise: 'ok',
      hold: 'ok',
      finding: null,
    });
    expect(value(ofSubnet('addresses-low', {}), 'available')).toBe(200);
  });

  test('a subnet below its thresholds is named with what is left of what', () => {
    const { finding, ...observation } = ofSubnet('addresses-low', { available: 12 });
    expect(observation).toMatchObject({ raise: 'warning', hold: 'warning' });
    expect(finding).toMatchObject({
      id: 'addresses-low/subnet/subnet-0a',
      kind: 'addresses-low',
      severity: 'warning',
      title: 'private-a: 12 of 251 addresses left',
      evidence: [
        { name: 'available', value: 12, unit: 'addresses' },
        { name: 'usable', value: 251, unit: 'addresses' },
        { name: 'availablePercent', value: 4.8, unit: 'percent' },
        { name: 'warningBelow', value: 12.6, unit: 'addresses' },
        { name: 'criticalBelow', value: 5, unit: 'addresses' },
      ],
    });
    expect(finding?.explanation).toContain('InsufficientFreeAddressesInSubnet');
  });

  test('at zero it is critical', () => {
    expect(ofSubnet('addresses-low', { available: 0 })).toMatchObject({
      raise: 'critical',
      hold: 'critical',
    });
  });

  test('just above a threshold it is well, but holds, and says at which level', () => {
    const near = ofSubnet('addresses-low', { available: 13 });
    expect(near).toMatchObject({ raise: 'ok', hold: 'warning' });
    expect(near.finding?.severity).toBe('warning');
  });

  test('it clears when the low of an ordinary day is above the threshold, and at once where room came back', () => {
    const night = (dailyLow: number, changes: Partial<Forecast> = {}) => {
      const basis = { available: 60, dailyLow, lossPerDay: 1, trendDays: 5 };
      return ofSubnet('addresses-low', {
        available: 60,
        forecast: { addresses: { ...NOT_EXPECTED, basis, ...changes } },
      });
    };
    expect(night(4)).toMatchObject({ raise: 'ok', hold: 'critical' });
    expect(night(12)).toMatchObject({ raise: 'ok', hold: 'warning' });
    expect(night(20)).toMatchObject({ raise: 'ok', hold: 'ok' });
    const cameBack = {
      roomCameBackAt: '2025-12-31T22:00:00.000Z',
      probabilityWithin: { '24h': 0, '72h': 0.01, '7d': 0.02 },
    };
    expect(night(12, cameBack)).toMatchObject({ raise: 'ok', hold: 'ok' });
  });

  test('where AWS counts fewer than the interfaces explain, AWS is believed', () => {
    const hidden = ofSubnet('addresses-low', { available: 40, awsAvailable: 4, unaccounted: 36 });
    expect(hidden.raise).toBe('critical');
    expect(value(hidden, 'available')).toBe(4);
    expect(hidden.finding?.explanation).toContain(
      'At zero, new pods, nodes and load balancers fail with InsufficientFreeAddressesInSubnet. AWS counts fewer than the visible interfaces explain, and the lower count is used.',
    );
    expect(
      value(ofSubnet('addresses-low', { available: 10, awsAvailable: 0, unaccounted: 30 }), 'available'),
    ).toBe(0);
  });

  test('where AWS counts more, our own count stands', () => {
    expect(value(ofSubnet('addresses-low', { available: 40, unaccounted: -3 }), 'available')).toBe(40);
    expect(value(ofSubnet('addresses-low', { available: 40, unaccounted: null }), 'available')).toBe(40);
  });

  test("a participant of a shared subnet goes by AWS's own count", () => {
    const shared = ofSubnet('addresses-low', { available: null, awsAvailable: 4, ownerId: '999999999999' });
    expect(shared.raise).toBe('critical');
    expect(shared.finding?.explanation).toContain(
      "At zero, new pods, nodes and load balancers fail with InsufficientFreeAddressesInSubnet. The count is AWS's own, because this account cannot see every interface in the subnet.",
    );
  });

  test('an unknown count is unknown, not low', () => {
    expect(ofSubnet('addresses-low', { available: null, awsAvailable: null })).toMatchObject({
      raise: null,
      hold: null,
      finding: null,
    });
    expect(ofSubnet('addresses-low', { usable: null })).toMatchObject({ raise: null });
  });

  test('an IPv6-only subnet has no IPv4 addresses to run out of, and nothing is said of it', () => {
    expect(says('addresses-low', { subnets: [aSubnet({ cidrBlock: null, ipv6Native: true })] })).toEqual([]);
  });

  test('when it is switched off, what it had raised clears', () => {
    expect(
      ofSubnet('addresses-low', { available: 0 }, withRule('addresses-low', { enabled: false })),
    ).toMatchObject({
      raise: 'ok',
      hold: 'ok',
      finding: null,
    });
  });

  test('what is free is said while another check of the supply is switched off, and that it is off where all are', () => {
    const clearWith = (...off: readonly RuleName[]) =>
      observationsOf(anAssessment({ subnets: [aSubnet({ forecast: {} })] }), {
        ...DEFAULT_POLICY,
        rules: {
          ...DEFAULT_POLICY.rules,
          ...Object.fromEntries(off.map((rule) => [rule, { ...DEFAULT_POLICY.rules[rule], enabled: false }])),
        },
      }).find(({ key }) => key === 'addresses/subnet/subnet-0a')?.clear;
    const whole = clearWith();
    expect(whole).toMatch(/addresses available$/);
    expect(clearWith('addresses-surge')).toBe(whole);
    expect(clearWith('addresses-surge', 'addresses-exhausted', 'addresses-low', 'addresses-exhaustion')).toBe(
      'no longer checked, because the rule is switched off',
    );
  });

  test('an override by tag, cluster or range has its own thresholds', () => {
    const rules = { 'addresses-low': { warning: { percent: 90 }, critical: { percent: 85 } } };
    const raised = (match: AlertPolicy['overrides'][number]['match']) =>
      partsOf(
        anAssessment({
          subnets: [aSubnet({ tags: { team: 'payments', secret: 'x' } })],
          clusters: [aClusterIn('subnet-0a')],
        }),
        { ...DEFAULT_POLICY, overrides: [{ match, rules }] },
      ).find(({ rule }) => rule === 'addresses-low');
    expect(raised({ tags: { team: 'payments' } })?.raise).toBe('critical');
    expect(raised({ tags: { team: 'other' } })?.raise).toBe('ok');
    expect(raised({ cluster: ['prod-*'] })?.raise).toBe('critical');
    expect(raised({ cidr: ['10.0.0.0/16'] })?.raise).toBe('critical');
    expect(raised({ tags: { team: 'payments' } })?.subject.tags).toEqual({ team: 'payments' });
    expect(raised({ cidr: ['10.0.0.0/16'] })?.subject).toMatchObject({
      tags: {},
      cidrBlocks: ['10.0.0.0/24'],
      clusterName: 'prod-a',
      clusterNames: ['prod-a'],
    });
  });

  test('a finding carries the largest holders, the largest first, and the outlook', () => {
    const owner = (kind: string, addresses: number) => ({ kind, name: null, interfaces: 1, addresses });
    const forecast = {
      exhaustionAt: null,
      earliest: null,
      latest: null,
      probabilityWithin: null,
      method: 'none',
      reason: 'Too short.',
    };
    const { finding } = ofSubnet('addresses-low', {
      available: 1,
      owners: [
        owner('rds', 1),
        owner('lambda', 90),
        owner('a', 2),
        owner('b', 3),
        owner('c', 4),
        owner('d', 5),
      ],
      forecast: { addresses: forecast },
    });
    expect(finding?.owners?.map(({ kind }) => kind)).toEqual(['lambda', 'd', 'c', 'b', 'a']);
    expect(finding?.forecast).toBe(forecast);
    const bare = ofSubnet('addresses-low', { available: 1, owners: null }).finding;
    expect(bare).not.toHaveProperty('owners');
    expect(bare).not.toHaveProperty('forecast');
  });
});

const aClusterIn = (subnetId: string) =>
  aCluster({ clusterName: 'prod-a', subnetIds: [subnetId, subnetId], nodeSubnetIds: [] });

const free = (count: number): SubnetAssessment['prefixes'] => ({
  assigned: 0,
  free: count,
  freeInReservation: 0,
  freeUnreserved: count,
});

describe('prefixes-low', () => {
  test('is about the blocks that could ever be prefixes: 14 in a /24', () => {
    const observation = ofSubnet('prefixes-low', { usesPrefixes: true, prefixes: free(3) });
    expect(observation.raise).toBe('warning');
    expect(observation.finding?.title).toBe('private-a: 3 of 14 prefixes left');
    expect(observation.finding?.explanation).toContain(
      '200 addresses are available, but a prefix needs a whole free block of 16.',
    );
    expect(observation.evidence).toEqual([
      { name: 'freePrefixes', value: 3, unit: 'prefixes' },
      { name: 'possiblePrefixes', value: 14, unit: 'prefixes' },
      { name: 'available', value: 200, unit: 'addresses' },
      { name: 'fragmentationIndex', value: 0.2, detail: true },
      { name: 'warningBelow', value: 4, unit: 'prefixes', detail: true },
      { name: 'criticalBelow', value: 2, unit: 'prefixes', detail: true },
    ]);
    expect(observation.finding?.owners).toHaveLength(1);
    const blocks = { free: 3, prefix: 5, full: 2, fragmented: 4, awsReserved: 2 };
    expect(value(ofSubnet('prefixes-low', { usesPrefixes: true, blocks }), 'possiblePrefixes')).toBe(14);
    const one = withRule('prefixes-low', { warning: null });
    expect(
      ofSubnet('prefixes-low', { usesPrefixes: true, prefixes: free(1) }, one).evidence?.map(
        ({ name }) => name,
      ),
    ).not.toContain('warningBelow');
    expect(ofSubnet('prefixes-low', { usesPrefixes: true, prefixes: free(1) }).raise).toBe('critical');
    expect(ofSubnet('prefixes-low', { usesPrefixes: true, prefixes: free(10) })).toMatchObject({
      raise: 'ok',
      hold: 'ok',
    });
  });

  test('reports no problem of a subnet without prefixes in use', () => {
    expect(ofSubnet('prefixes-low', { usesPrefixes: false, prefixes: free(0) })).toMatchObject({
      raise: 'ok',
    });
  });

  test('is unknown where use, supply or blocks are', () => {
    expect(ofSubnet('prefixes-low', { usesPrefixes: null }).raise).toBeNull();
    expect(ofSubnet('prefixes-low', { usesPrefixes: true, prefixes: null }).raise).toBeNull();
    expect(ofSubnet('prefixes-low', { usesPrefixes: true, blocks: null }).raise).toBeNull();
  });

  test('can be switched off', () => {
    const off = withRule('prefixes-low', { enabled: false });
    expect(ofSubnet('prefixes-low', { usesPrefixes: true, prefixes: free(0) }, off).raise).toBe('ok');
  });

  test('does not state what it does not know', () => {
    const { finding } = ofSubnet('prefixes-low', {
      usesPrefixes: true,
      prefixes: free(0),
      available: null,
      awsAvailable: null,
    });
    expect(finding?.explanation).not.toContain('available in all');
  });
});

describe('the subject of a rule about a subnet', () => {
  test('belongs to its cluster where there is one, and to none where there are several', () => {
    const subjectWith = (names: readonly string[]) =>
      says('addresses-low', {
        clusters: names.map((clusterName) => ({
          ...aClusterIn('subnet-0a'),
          clusterName,
        })),
      })[0]?.subject;
    expect(subjectWith([])).toMatchObject({ clusterName: null, clusterNames: [] });
    expect(subjectWith(['prod-a'])).toMatchObject({ clusterName: 'prod-a', clusterNames: ['prod-a'] });
    expect(subjectWith(['prod-a', 'prod-b'])).toMatchObject({
      clusterName: null,
      clusterNames: ['prod-a', 'prod-b'],
    });
  });

  test('is called by its id where it has no name', () => {
    expect(ofSubnet('addresses-low', { name: null, available: 1 }).finding?.title).toBe(
      'subnet-0a: 1 of 251 addresses left',
    );
  });
});

describe('vpc-addresses-low', () => {
  const three = (available: readonly (number | null)[]) =>
    available.map((count, index) =>
      aSubnet({
        subnetId: `subnet-${index}`,
        name: null,
        available: count,
        awsAvailable: count,
        cidrBlock: `10.0.${index}.0/24`,
      }),
    );
  const ofVpc = (available: readonly (number | null)[], policy = DEFAULT_POLICY): Observation | undefined =>
    says('vpc-addresses-low', { subnets: three(available), vpcs: [aVpc()] }, policy)[0];

  test('sums the subnets of a VPC, and names the lowest', () => {
    const observation = ofVpc([3, 30, 0]);
    expect(observation).toMatchObject({
      key: 'vpc-addresses-low/vpc/vpc-01',
      raise: 'warning',
      subject: { type: 'vpc', subnetIds: [], vpcId: 'vpc-01', cidrBlocks: ['10.0.0.0/16'] },
    });
    expect(observation?.finding?.title).toBe('VPC main: 33 of 753 addresses left in all 3 subnets');
    expect(observation?.finding?.explanation).toContain('subnet-2 with 0 of 251, subnet-0 with 3 of 251');
    expect(observation?.finding?.remedies[0]?.title).toContain('10.0.3.0/24');
    expect(ofVpc([1, 2, 3])?.raise).toBe('critical');
    expect(ofVpc([0, 0, 200])?.raise).toBe('ok');
  });

  test('belongs to an owner when all of its subnets do', () => {
    const policy = { ...DEFAULT_POLICY, overrides: [{ match: { tags: { team: '*' } }, rules: {} }] };
    const tagsOf = (teams: readonly string[]) =>
      says(
        'vpc-addresses-low',
        {
          subnets: teams.map((team, index) =>
            aSubnet({ subnetId: `subnet-${index}`, tags: { team, other: 'x' } }),
          ),
          vpcs: [aVpc()],
        },
        policy,
      )[0]?.subject.tags;
    expect(tagsOf(['payments', 'payments'])).toEqual({ team: 'payments' });
    expect(tagsOf(['payments', 'search'])).toEqual({});
    expect(tagsOf([])).toEqual({});
  });

  test('has nothing to add where there is one subnet, and none to subtract', () => {
    expect(ofVpc([0])?.raise).toBe('ok');
    expect(ofVpc([])?.raise).toBe('ok');
  });

  test('is unknown when one of its subnets is', () => {
    expect(ofVpc([0, null, 0])?.raise).toBeNull();
  });

  test('does not count subnets without IPv4, or of other VPCs', () => {
    const subnets = [
      ...three([1, 1]),
      aSubnet({
        subnetId: 'subnet-v6',
        cidrBlock: null,
        ipv6Native: true,
        usable: null,
        available: null,
        awsAvailable: null,
      }),
      aSubnet({ subnetId: 'subnet-far', vpcId: 'vpc-02' }),
    ];
    expect(says('vpc-addresses-low', { subnets, vpcs: [aVpc()] })[0]?.raise).toBe('critical');
  });

  test('can be switched off', () => {
    expect(ofVpc([0, 0], withRule('vpc-addresses-low', { enabled: false }))?.raise).toBe('ok');
  });
});

describe('fragmented', () => {
  const worn = { usesPrefixes: true, prefixes: free(0), available: 32 };

  test('many free addresses and no free prefix, where prefixes are taken', () => {
    const observation = ofSubnet('fragmented', { ...worn, awsAvailable: 32 });
    expect(observation).toMatchObject({ raise: 'critical', hold: 'critical' });
    expect(observation.finding?.title).toBe('private-a: 32 addresses free, but no whole block for a prefix');
    expect(observation.finding?.explanation).toContain(
      'Every free address lies in a block of 16 in which something else has an address. Now nodes that take prefixes fail with InsufficientCidrBlocks, and their new pods get no addresses, although AWS reports 32 addresses as available.',
    );
    expect(observation.evidence).toEqual([
      { name: 'available', value: 32, unit: 'addresses' },
      { name: 'freePrefixes', value: 0, unit: 'prefixes' },
      { name: 'stranded', value: 40, unit: 'addresses' },
      { name: 'fragmentationIndex', value: 0.2, detail: true },
      { name: 'fragmentedBlocks', value: 2, unit: 'blocks' },
    ]);
    expect(observation.finding?.owners).toHaveLength(1);
    expect(ofSubnet('fragmented', { ...worn, awsAvailable: null }).finding?.explanation).toContain(
      'AWS reports 32',
    );
  });

  test.each([
    ['one address too few for it to be the fragmentation that hurts', { available: 31 }],
    ['one free prefix', { prefixes: free(1) }],
    ['nobody takes prefixes', { usesPrefixes: false }],
  ])('is well with %s', (_why, changes) => {
    expect(ofSubnet('fragmented', { ...worn, ...changes })).toMatchObject({ raise: 'ok', hold: 'ok' });
  });

  test('is unknown where use, addresses or prefixes are', () => {
    for (const changes of [{ usesPrefixes: null }, { available: null }, { prefixes: null }]) {
      expect(ofSubnet('fragmented', { ...worn, ...changes }).raise).toBeNull();
    }
  });

  test('has the severity and the floor of its policy, and can be switched off', () => {
    expect(ofSubnet('fragmented', worn, withRule('fragmented', { severity: 'warning' })).raise).toBe(
      'warning',
    );
    expect(ofSubnet('fragmented', worn, withRule('fragmented', { minimumAvailable: 33 })).raise).toBe('ok');
    expect(ofSubnet('fragmented', worn, withRule('fragmented', { enabled: false })).raise).toBe('ok');
  });
});

test.each([
  [50, true],
  [51, false],
])('what is only expected is pressing with a fifth left, as with %i of 251: %s', (available, isPressing) => {
  const addresses = { ...NOT_EXPECTED, exhaustionAt: '2026-01-02T00:00:00.000Z' };
  const subnet = aSubnet({ available, forecast: { addresses } });
  const parts = observationsOf(anAssessment({ subnets: [subnet] }), DEFAULT_POLICY).flatMap(
    (observation) => observation.parts ?? [],
  );
  const part = parts.find(({ rule }) => rule === 'addresses-exhaustion');
  expect(part).toMatchObject({ raise: 'critical', isPressing });
  expect(parts.find(({ rule }) => rule === 'addresses-exhausted')?.isPressing).toBe(false);
});
