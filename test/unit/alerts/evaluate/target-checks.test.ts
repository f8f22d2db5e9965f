import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../../shared/alerts/evaluate.ts';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import type { Observation } from '../../../../shared/model/alert/alert.ts';
import type { AlertPolicy, RuleName, RulePolicies } from '../../../../shared/model/alert/policy.ts';
import { estateOf } from '../../../../shared/model/checks/estate.ts';
import type { SubnetAssessment, TargetAssessment } from '../../../../shared/model/result/assessment.ts';
import type { Forecast, Surge } from '../../../../shared/model/result/forecast.ts';
import { anAssessment, aSubnet } from '../../../fixtures/assessments.ts';
import { partsOf } from '../../../fixtures/check-observations.ts';
import { aCluster, aLeak, aVpcAssessment, outcomesOf } from '../../../fixtures/findings-input.ts';

const withRule = <Rule extends RuleName>(rule: Rule, settings: Partial<RulePolicies[Rule]>): AlertPolicy => ({
  ...DEFAULT_POLICY,
  rules: { ...DEFAULT_POLICY.rules, [rule]: { ...DEFAULT_POLICY.rules[rule], ...settings } },
});

const says = (
  rule: RuleName,
  assessment: Partial<TargetAssessment>,
  policy: AlertPolicy = DEFAULT_POLICY,
): readonly Observation[] =>
  partsOf(anAssessment(assessment), policy).filter((observation) => observation.rule === rule);

describe('scan-failed', () => {
  const scan = (target: Partial<TargetAssessment['target']>, policy = DEFAULT_POLICY) =>
    says('scan-failed', { subnets: [], target: { ...anAssessment().target, ...target } }, policy)[0];
  const denied = (action: string) => ({
    code: 'access-denied',
    message: `arn:aws:sts::111111111111:assumed-role/HeadroomReader/headroom is not allowed to call ${action} in account 111111111111, eu-west-1`,
    action: `Allow ${action} in the policy of HeadroomReader.`,
  });

  test('a target that was read in full is well', () => {
    expect(scan({})).toMatchObject({
      key: 'scan-failed/target/111111111111/eu-west-1',
      raise: 'ok',
      hold: 'ok',
    });
  });

  test('a scan in part monitors what it read, and what lasts is not fixed by another scan', () => {
    const circle = {
      code: 'malformed-answer',
      message: 'ec2:DescribeInstances in account 111111111111, eu-west-1, repeated an earlier page token',
      action: 'Scan again. If it persists, check for a caching proxy between Headroom and AWS.',
    };
    const { finding } = scan({ status: 'partial', errors: [circle] }) ?? {};
    expect(finding?.explanation).toBe(
      `${circle.message}. Figures that depend on it are unknown until this is fixed.`,
    );
    expect(finding?.remedies.map(({ title, effect }) => `${title} ${effect}`)).toEqual([
      'Check for a caching proxy between Headroom and AWS. The next scan tries again.',
    ]);
    expect(scan({ status: 'failed', errors: [circle] })?.finding?.explanation).toContain(
      'Headroom cannot monitor this account in eu-west-1 until this is fixed.',
    );
  });

  test('says which permission of which role is missing where, and what to allow', () => {
    const observation = scan({
      status: 'failed',
      errors: [denied('ec2:DescribeSubnets'), denied('ec2:DescribeVpcs')],
    });
    expect(observation?.raise).toBe('warning');
    expect(observation?.finding?.title).toBe('Account 111111111111 in eu-west-1: cannot be scanned');
    expect(observation?.finding?.explanation).toContain(
      'HeadroomReader/headroom is not allowed to call ec2:DescribeSubnets in account',
    );
    expect(observation?.finding?.explanation).toContain('is not allowed to call ec2:DescribeVpcs');
    expect(observation?.finding?.remedies.map(({ title }) => title)).toEqual([
      'Allow ec2:DescribeSubnets in the policy of HeadroomReader.',
      'Allow ec2:DescribeVpcs in the policy of HeadroomReader.',
    ]);
    expect(observation?.finding?.remedies[0]).toEqual({
      title: 'Allow ec2:DescribeSubnets in the policy of HeadroomReader.',
      effect:
        'Fixes: arn:aws:sts::111111111111:assumed-role/HeadroomReader/headroom is not allowed to call ec2:DescribeSubnets in account 111111111111, eu-west-1.',
      commands: [],
      preconditions: [],
    });
    expect(observation?.evidence).toEqual([
      { name: 'status', value: 'failed' },
      { name: 'problems', value: 2, unit: 'problems' },
    ]);
  });

  test('the same refusal many times is one thing to fix', () => {
    const errors = Array.from({ length: 100 }, () => denied('ec2:GetSubnetCidrReservations'));
    expect(scan({ status: 'partial', errors })?.finding?.remedies).toHaveLength(1);
  });

  test('three are all reported', () => {
    const errors = ['a', 'b', 'c'].map((message) => ({ code: 'x', message, action: 'y' }));
    expect(scan({ status: 'failed', errors })?.finding?.explanation).toMatch(
      /^a\. b\. c\. Headroom cannot monitor/,
    );
  });

  test('many different ones are counted, not listed', () => {
    const errors = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
      code: 'throttled',
      message: `${name} was throttled.`,
      action: name,
    }));
    const { finding } = scan({ status: 'failed', errors }) ?? {};
    expect(finding?.explanation).toBe(
      'a was throttled. b was throttled. c was throttled. 2 more problems are not shown. Headroom cannot monitor this account in eu-west-1 until this is fixed.',
    );
    expect(finding?.remedies[0]?.commands).toEqual([]);
  });

  test('reservations that have their turn in the next scans are nothing to fix, also where that takes hours', () => {
    const waiting = {
      code: 'reservations-waiting',
      message: 'The reservations of 4400 subnets are not read yet',
      action: 'Nothing to do: the next scans read them.',
    };
    expect(scan({ status: 'partial', errors: [waiting] })).toMatchObject({ raise: 'ok', hold: 'ok' });
    const both = scan({ status: 'partial', errors: [waiting, denied('ec2:DescribeInstances')] });
    expect(both).toMatchObject({ raise: 'warning', causes: ['access-denied ec2:DescribeInstances'] });
    expect(both?.finding?.explanation).not.toContain('not read yet');
    expect(both?.finding?.remedies).toHaveLength(1);
  });

  test('a scan with gaps is at most a warning', () => {
    const critical = withRule('scan-failed', { severity: 'critical' });
    expect(scan({ status: 'partial' }, critical)?.raise).toBe('warning');
    expect(scan({ status: 'failed' }, critical)?.raise).toBe('critical');
    expect(scan({ status: 'partial' })?.finding?.title).toContain('only in part');
    expect(scan({ status: 'failed' })?.finding?.explanation).toContain('No reason was given.');
  });

  test('expired credentials have the command that shows whose they are', () => {
    const expired = {
      code: 'expired-credentials',
      message: 'The credentials have expired.',
      action: 'Sign in.',
    };
    expect(scan({ status: 'failed', errors: [expired] })?.finding?.remedies[0]?.commands).toEqual([
      'aws sts get-caller-identity',
    ]);
  });

  test('can be switched off', () => {
    expect(scan({ status: 'failed' }, withRule('scan-failed', { enabled: false }))?.raise).toBe('ok');
  });
});

const NOW = '2026-01-01T00:00:00.000Z';
const inHours = (hours: number): string => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();

const aForecast = (changes: Partial<Forecast>): Forecast => ({
  exhaustionAt: null,
  earliest: null,
  latest: null,
  probabilityWithin: { '24h': 0, '72h': 0, '7d': 0 },
  method: 'test',
  reason: 'The supply falls by 40 a day.',
  ...changes,
});

const ofSubnet = (rule: RuleName, subnet: Partial<SubnetAssessment>, policy = DEFAULT_POLICY) =>
  says(rule, { subnets: [aSubnet(subnet)], scannedAt: NOW }, policy)[0];

describe.each([
  ['addresses-exhaustion', 'addresses', {}],
  ['prefixes-exhaustion', 'prefixes', { usesPrefixes: true }],
] as const)('%s', (rule, supply, use) => {
  const expecting = (forecast: Partial<Forecast>, policy = DEFAULT_POLICY) =>
    ofSubnet(rule, { ...use, forecast: { [supply]: aForecast(forecast) } }, policy);
  const levels = (forecast: Partial<Forecast>) => {
    const observation = expecting(forecast);
    return [observation?.raise, observation?.hold];
  };

  test('raises when the supply is expected to run out within the lead time', () => {
    expect(levels({ exhaustionAt: inHours(24) })).toEqual(['critical', 'critical']);
    expect(levels({ exhaustionAt: inHours(31) })).toEqual(['warning', 'warning']);
    expect(levels({ exhaustionAt: inHours(216) })).toEqual(['warning', 'warning']);
    expect(levels({ exhaustionAt: inHours(-1) })).toEqual(['critical', 'critical']);
  });

  test('clears only when the expected time is a quarter further away', () => {
    expect(levels({ exhaustionAt: inHours(24.1) })).toEqual(['warning', 'critical']);
    expect(levels({ exhaustionAt: inHours(30) })).toEqual(['warning', 'critical']);
    expect(levels({ exhaustionAt: inHours(270) })).toEqual(['ok', 'warning']);
    expect(levels({ exhaustionAt: inHours(271) })).toEqual(['ok', 'ok']);
  });

  test('clears only when it has become unlikely, too', () => {
    const likely = (day: number, threeDays: number, week: number) =>
      levels({ probabilityWithin: { '24h': day, '72h': threeDays, '7d': week } });
    expect(likely(0, 0, 0.05)).toEqual(['ok', 'ok']);
    expect(likely(0, 0, 0.5)).toEqual(['ok', 'warning']);
    expect(likely(0.5, 0.5, 0.5)).toEqual(['ok', 'critical']);
  });

  test('goes by the stated probability of the longest horizon that the lead time covers', () => {
    const within = (warningWithin: number) =>
      expecting(
        { probabilityWithin: { '24h': 0.5, '72h': 0.5, '7d': 0.5 } },
        withRule(rule, { warningWithin, criticalWithin: null }),
      )?.hold;
    expect([12, 24, 71, 72, 167, 168, 400].map(within)).toEqual([
      'ok',
      ...Array.from({ length: 6 }, () => 'warning'),
    ]);
    const later = (warningWithin: number, probabilityWithin: Forecast['probabilityWithin']) =>
      expecting({ probabilityWithin }, withRule(rule, { warningWithin, criticalWithin: null }))?.hold;
    expect(later(71, { '24h': 0, '72h': 1, '7d': 1 })).toBe('ok');
    expect(later(167, { '24h': 0, '72h': 0, '7d': 1 })).toBe('ok');
    expect(later(72, { '24h': 0, '72h': 1, '7d': 1 })).toBe('warning');
  });

  test('holds by the expected time alone where no probability is known', () => {
    expect(levels({ exhaustionAt: inHours(220), probabilityWithin: null })).toEqual(['ok', 'warning']);
  });

  test('is well when nothing is expected, and unknown when nothing can be said', () => {
    expect(levels({})).toEqual(['ok', 'ok']);
    expect(levels({ probabilityWithin: null })).toEqual([null, null]);
    expect(ofSubnet(rule, use)?.raise).toBeNull();
  });

  test('hands on the outlook, its reason and the figures behind it', () => {
    const forecast = aForecast({ exhaustionAt: inHours(20.04), lossPerDay: 40.04 });
    const observation = ofSubnet(rule, { ...use, forecast: { [supply]: forecast } });
    expect(observation?.finding?.forecast).toBe(forecast);
    expect(observation?.finding?.title).toBe(`private-a: ${supply} run out by about 20:02 UTC`);
    expect(observation?.finding?.explanation).toMatch(
      /^\d+ of \d+ (addresses|prefixes) are available\. At zero, /,
    );
    expect(observation?.evidence).toEqual([
      supply === 'addresses'
        ? { name: 'available', value: 200, unit: 'addresses' }
        : { name: 'freePrefixes', value: 10, unit: 'prefixes' },
      { name: 'hoursToExhaustion', value: 20, unit: 'hours', estimate: true, detail: true },
      { name: 'lossPerDay', value: 40, unit: supply, estimate: true },
    ]);
    expect(observation?.finding?.owners).toHaveLength(1);
    expect(observation?.finding?.remedies.length).toBeGreaterThan(0);
  });

  test('is unknown where the supply is, whatever was expected', () => {
    const unknown = { ...use, available: null, awsAvailable: null, prefixes: null };
    const forecast = { [supply]: aForecast({ exhaustionAt: inHours(1) }) };
    expect(ofSubnet(rule, { ...unknown, forecast })?.raise).toBeNull();
  });

  test('is not said of an empty supply: that is exhausted', () => {
    const none = { assigned: 0, free: 0, freeInReservation: 0, freeUnreserved: 0 };
    const forecast = { [supply]: aForecast({ exhaustionAt: NOW }) };
    expect(ofSubnet(rule, { ...use, available: 0, prefixes: none, forecast })?.raise).toBeNull();
  });

  test('a level can be left out, and the whole rule', () => {
    const soon = { exhaustionAt: inHours(1) };
    expect(expecting(soon, withRule(rule, { criticalWithin: null }))?.raise).toBe('warning');
    expect(expecting(soon, withRule(rule, { warningWithin: null, criticalWithin: null }))?.raise).toBe('ok');
    expect(expecting(soon, withRule(rule, { enabled: false }))?.raise).toBe('ok');
  });
});

const aSurge = (changes: Partial<Surge>): Surge => ({
  raise: 'critical',
  hold: 'critical',
  lossPerHour: { fast: 61.26, slow: 40 },
  ordinaryLossPerHour: 5,
  exhaustionAt: inHours(3),
  reason: 'The reason of the model.',
  ...changes,
});

describe.each([
  ['addresses-surge', 'addresses', {}],
  ['prefixes-surge', 'prefixes', { usesPrefixes: true }],
] as const)('%s', (rule, supply, use) => {
  const surging = (surge: Surge | null, policy = DEFAULT_POLICY) =>
    ofSubnet(rule, { ...use, forecast: { [supply]: aForecast({ surge }) } }, policy);

  test('hands on the levels of the model, with its figures and its reason', () => {
    const observation = surging(aSurge({ raise: 'warning' }));
    expect([observation?.raise, observation?.hold]).toEqual(['warning', 'critical']);
    expect(observation?.finding?.explanation).toMatch(
      /^\d+ of \d+ (addresses|prefixes) are left\. Usually at most 5 an hour are used up at this time of day\.$/,
    );
    expect(observation?.finding?.title).toMatch(
      new RegExp(`^private-a: using up ${supply} fast: 61 an hour, empty in `),
    );
    expect(observation?.evidence).toEqual([
      supply === 'addresses'
        ? { name: 'available', value: 200, unit: 'addresses' }
        : { name: 'freePrefixes', value: 10, unit: 'prefixes' },
      { name: 'lossPerHour', value: 61, unit: supply, estimate: true },
      { name: 'lossPerHourLonger', value: 40, unit: supply, estimate: true, detail: true },
      { name: 'ordinaryLossPerHour', value: 5, unit: supply, detail: true },
    ]);
    expect(observation?.finding?.owners).toHaveLength(1);
    expect(observation?.finding?.severity).toBe('warning');
    expect(observation?.finding?.forecast?.surge?.raise).toBe('warning');
  });

  test('begins with who does it, since more space would be eaten, too', () => {
    const titles = surging(aSurge({}))?.finding?.remedies.map(({ title }) => title) ?? [];
    expect(titles[0]).toBe('List what holds the addresses');
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('is healthy without a surge, and unknown without a forecast', () => {
    expect(surging(aSurge({ raise: 'ok', hold: 'ok' }))).toMatchObject({ raise: 'ok', finding: null });
    expect(surging(null)?.raise).toBeNull();
    expect(ofSubnet(rule, use)?.raise).toBeNull();
  });

  test('is safe where the surge is over, whatever the forecast says', () => {
    const isSafe = (surge: Partial<Surge>) => {
      const forecast = { [supply]: aForecast({ surge: aSurge({ raise: 'ok', hold: 'ok', ...surge }) }) };
      return outcomesOf({ subnets: [aSubnet({ ...use, forecast })], scannedAt: NOW }, rule)[0]?.isSafe;
    };
    expect([isSafe({ isOver: true }), isSafe({ isOver: false })]).toEqual([true, false]);
  });

  test('can be switched off', () => {
    expect(surging(aSurge({}), withRule(rule, { enabled: false }))?.raise).toBe('ok');
  });
});

test.each(['prefixes-exhaustion', 'prefixes-surge'] as const)(
  '%s reports no problem of a subnet without prefixes in use',
  (rule) => {
    const forecast = { prefixes: aForecast({ exhaustionAt: inHours(1), surge: aSurge({}) }) };
    expect(ofSubnet(rule, { usesPrefixes: false, forecast })?.raise).toBe('ok');
  },
);

test.each([
  'addresses-low',
  'prefixes-low',
  'fragmented',
  'addresses-exhaustion',
  'prefixes-exhaustion',
  'addresses-surge',
  'prefixes-surge',
] as const)('%s says nothing of a subnet without IPv4', (rule) => {
  expect(says(rule, { subnets: [aSubnet({ cidrBlock: null, ipv6Native: true })] })).toEqual([]);
});

describe('findings', () => {
  /** A subnet of which a leak holds more than is left, which is a warning. */
  const leaking: Partial<TargetAssessment> = {
    subnets: [aSubnet({ available: 9, usable: 251, tags: { team: 'a', tier: 'x', other: '1' } })],
    leakedInterfaces: [aLeak()],
  };
  const leaks = (assessment: Partial<TargetAssessment>, policy: AlertPolicy = DEFAULT_POLICY) =>
    says('findings', assessment, policy).find(({ key }) => key.startsWith('findings/leaked-interfaces/'));

  test('each finding that is bad enough has an alert of its own, at its own severity', () => {
    const observation = leaks(leaking, withRule('findings', { minimumSeverity: 'warning' }));
    expect(observation).toMatchObject({
      key: 'findings/leaked-interfaces/subnet/subnet-0a',
      rule: 'findings',
      raise: 'warning',
      hold: 'warning',
      finding: { id: 'leaked-interfaces/subnet/subnet-0a', severity: 'warning' },
    });
  });

  test('milder ones stay in the report, unless the policy wants them', () => {
    const listed = (policy: AlertPolicy) =>
      evaluate(estateOf(anAssessment(leaking)), policy).findings.map(({ kind }) => kind);
    const off = withRule('findings', { minimumSeverity: 'warning', enabled: false });
    expect(leaks(leaking)?.raise).toBe('ok');
    expect(leaks(leaking, off)?.raise).toBe('ok');
    for (const policy of [DEFAULT_POLICY, off]) expect(listed(policy)).toContain('leaked-interfaces');
  });

  test('its subject says what selectors need to know: ranges, clusters, and the tags that some selector names', () => {
    const policy = {
      ...DEFAULT_POLICY,
      overrides: [{ match: { tags: { team: '*', tier: '*' } }, rules: {} }],
    };
    const clusters = ['a', 'b'].map((clusterName) => aCluster({ clusterName }));
    expect(leaks({ ...leaking, clusters }, policy)?.subject).toMatchObject({
      cidrBlocks: ['10.0.0.0/24'],
      tags: { team: 'a', tier: 'x' },
      clusterNames: ['a', 'b'],
    });
  });

  test('one about a cluster has the ranges of its subnets, and the tags that all of them share', () => {
    const subnets = [
      aSubnet({ tags: { team: 'a', tier: 'x' } }),
      aSubnet({ subnetId: 'subnet-0b', cidrBlock: '10.0.1.0/24', tags: { team: 'a', tier: 'y' } }),
    ];
    const clusters = [
      aCluster({ clusterName: 'prod', nodeSubnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'] }),
    ];
    const policy = {
      ...DEFAULT_POLICY,
      overrides: [{ match: { tags: { team: '*', tier: '*' } }, rules: {} }],
    };
    const [observation] = says('findings', { subnets, clusters }, policy).filter(
      ({ subject }) => subject.type === 'cluster',
    );
    expect(observation?.subject).toMatchObject({
      cidrBlocks: ['10.0.0.0/24', '10.0.1.0/24'],
      tags: { team: 'a' },
      clusterNames: ['prod'],
    });
  });

  test('one about a VPC belongs to the clusters in its subnets', () => {
    const [observation] = says('findings', {
      vpcs: [aVpcAssessment()],
      clusters: [aCluster({ clusterName: 'prod' })],
    }).filter(({ subject }) => subject.type === 'vpc');
    expect(observation?.subject.clusterNames).toEqual(['prod']);
  });
});
