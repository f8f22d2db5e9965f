import { describe, expect, test } from 'vitest';
import { evaluate } from '../../../shared/alerts/evaluate.ts';
import { reduceAlert } from '../../../shared/alerts/lifecycle.ts';
import { destinationsFor } from '../../../shared/alerts/routing.ts';
import { silenceOf } from '../../../shared/alerts/silence.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';
import type { Transition } from '../../../shared/model/alert/alert.ts';
import type { AlertPolicy } from '../../../shared/model/alert/policy.ts';
import type { EstateInput } from '../../../shared/model/checks/estate.ts';
import { aSubnet } from '../../fixtures/assessments.ts';
import { aCluster, aDemand, anInput, aVpcAssessment } from '../../fixtures/findings-input.ts';

/** Names that people wrote into headroom.yml before findings and alert rules became one list. */

const RULES = [
  'addresses-low',
  'prefixes-low',
  'vpc-addresses-low',
  'fragmented',
  'addresses-exhaustion',
  'prefixes-exhaustion',
  'addresses-surge',
  'prefixes-surge',
  'findings',
  'scan-failed',
  'coverage',
  'delivery-failing',
  'dead-letters',
] as const;

const KINDS = [
  'eks-health',
  'committed-demand',
  'upgrade-readiness',
  'fragmentation',
  'load-balancer-subnet',
  'leaked-interfaces',
  'warm-pool-waste',
  'unusable-prefixes',
  'zone-imbalance',
  'lone-subnet',
  'reserved-enis',
  'overlapping-ranges',
  'vpc-cidr-limit',
  'network-address-usage',
] as const;

const NOW = Date.parse('2026-01-01T00:00:00.000Z');
const inHours = (hours: number): string => new Date(NOW + hours * 3_600_000).toISOString();

const forecast = {
  exhaustionAt: inHours(20),
  earliest: inHours(10),
  latest: inHours(30),
  probabilityWithin: { '24h': 0.9, '72h': 1, '7d': 1 },
  method: 'example',
  reason: '',
};
const surge = {
  ...forecast,
  surge: {
    raise: 'critical' as const,
    hold: 'critical' as const,
    lossPerHour: { fast: 200, slow: 200 },
    ordinaryLossPerHour: 2,
    exhaustionAt: inHours(1),
    reason: '',
  },
};
const prefixes = (free: number) => ({
  usesPrefixes: true,
  prefixes: { assigned: 4, free, freeInReservation: 0, freeUnreserved: free },
});
const ofSubnet = (changes: Parameters<typeof aSubnet>[0]): Partial<EstateInput> => ({
  subnets: [aSubnet(changes)],
});

/** What each old name was written for, at the subject of one alert. */
const ESTATES: Readonly<Record<string, Partial<EstateInput>>> = {
  'addresses-low': ofSubnet({ available: 3 }),
  'addresses-low, of an empty subnet': ofSubnet({ available: 0 }),
  'prefixes-low': ofSubnet(prefixes(1)),
  'prefixes-low, of a subnet without a prefix': ofSubnet({ ...prefixes(0), available: 10 }),
  'vpc-addresses-low': {
    vpcs: [aVpcAssessment()],
    subnets: [aSubnet({ available: 3 }), aSubnet({ subnetId: 'subnet-0b', available: 3 })],
  },
  fragmented: ofSubnet({ ...prefixes(0), available: 97 }),
  fragmentation: ofSubnet({ ...prefixes(0), available: 97 }),
  'addresses-exhaustion': ofSubnet({ forecast: { addresses: forecast } }),
  'prefixes-exhaustion': ofSubnet({ ...prefixes(9), forecast: { prefixes: forecast } }),
  'addresses-surge': ofSubnet({ forecast: { addresses: surge } }),
  'prefixes-surge': ofSubnet({ ...prefixes(9), forecast: { prefixes: surge } }),
  findings: {
    clusters: [aCluster({ committed: [aDemand({ fits: 0, fitsAtBest: 0, shortfall: 8 })] })],
    ...ofSubnet({}),
  },
  'committed-demand': {
    clusters: [aCluster({ committed: [aDemand({ fits: 0, fitsAtBest: 0, shortfall: 8 })] })],
    ...ofSubnet({}),
  },
  'scan-failed': {
    target: { accountId: '111111111111', region: 'eu-west-1', status: 'failed', errors: [] },
  },
};
const nameOf = (example: string): string => example.split(',')[0] ?? example;

const policyOf = (text: string): AlertPolicy => parseConfiguration(text, 'headroom.yml').alerts;

/** What is sent at once about an estate, without any waiting. */
const sent = (changes: Partial<EstateInput>, policy: AlertPolicy = DEFAULT_POLICY): readonly Transition[] =>
  evaluate(anInput({ subnets: [], ...changes }), withoutWaiting(policy)).observations.flatMap(
    (observation) =>
      reduceAlert(null, observation, { pendingFor: 0, clearFor: 0, repeatEvery: 0 }, NOW).transitions,
  );

const withoutWaiting = (policy: AlertPolicy): AlertPolicy => ({
  ...policy,
  rules: Object.fromEntries(
    Object.entries(policy.rules).map(([name, rule]) => [name, { ...rule, pendingFor: 0 }]),
  ) as AlertPolicy['rules'],
});

describe.each(Object.entries(ESTATES))('the old name %s', (example, estate) => {
  const name = nameOf(example);

  test('routes alerts', () => {
    const { routes } = policyOf(`
destinations: { team: { sns: { topicArn: "arn:aws:sns:eu-west-1:111122223333:team" } } }
routes: [{ match: { rule: ${name} }, to: team }]`);
    expect(sent(estate).map((transition) => destinationsFor(transition, routes))).toContainEqual(['team']);
  });
});

describe.each(Object.entries(ESTATES).filter(([name]) => !name.startsWith('fragment')))(
  'the old name %s',
  (example, estate) => {
    test('mutes alerts', () => {
      const policy = policyOf(`
alerts:
  mutes: [{ match: { rule: ${nameOf(example)} }, until: "2027-01-01T00:00:00Z", reason: planned work }]`);
      const reasons = sent(estate).map((transition) => silenceOf(transition, policy, [], NOW));
      expect(reasons).toContain('muted: planned work');
    });
  },
);

test('a mute of fragmentation does not hide that no prefix is left', () => {
  const policy = policyOf(`
alerts:
  mutes: [{ match: { rule: fragmented }, until: "2027-01-01T00:00:00Z", reason: planned work }]`);
  const [transition] = sent(ofSubnet({ ...prefixes(0), available: 97 }));
  expect(transition?.finding.kind).toBe('prefixes-exhausted');
  expect(transition === undefined ? null : silenceOf(transition, policy, [], NOW)).toBeNull();
});

test.each(RULES)('the old rule %s still has settings', (name) => {
  const { rules } = policyOf(`alerts: { rules: { ${name}: { enabled: false, clearFor: 3h } } }`);
  expect(rules[name]).toMatchObject({ enabled: false, clearFor: 10_800 });
});

test.each([...RULES, ...KINDS])('the old name %s is accepted in routes, mutes and overrides', (name) => {
  const { routes, mutes, overrides } = policyOf(`
alerts:
  mutes: [{ match: { rule: ${name} }, until: "2027-01-01T00:00:00Z", reason: x }]
  overrides: [{ match: { vpc: vpc-01 }, rules: { fragmented: { enabled: false } } }]
destinations: { team: { sns: { topicArn: "arn:aws:sns:eu-west-1:111122223333:team" } } }
routes: [{ match: { rule: ${name} }, to: team }]`);
  expect([routes, mutes, overrides].map(({ length }) => length)).toEqual([1, 1, 1]);
});

test('findings in JSON keep their kinds, and alerts the names of their rules', () => {
  const { findings, observations } = evaluate(
    anInput(ofSubnet({ ...prefixes(0), available: 97 })),
    DEFAULT_POLICY,
  );
  const kinds = findings.flatMap(({ kind, also = [] }) => [kind, ...also.map((beneath) => beneath.kind)]);
  expect(kinds).toContain('fragmentation');
  expect(observations.flatMap(({ parts = [] }) => parts.map(({ rule }) => rule))).toContain('fragmented');
});
