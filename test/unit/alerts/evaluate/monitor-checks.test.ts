import { describe, expect, test } from 'vitest';
import { evaluateMonitor } from '../../../../shared/alerts/evaluate.ts';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import type { Alert } from '../../../../shared/model/alert/alert.ts';
import type { AlertPolicy, RuleName } from '../../../../shared/model/alert/policy.ts';
import { howWatched } from '../../../../shared/model/checks/monitor/how-watched.ts';
import type { MonitorStatus } from '../../../../shared/model/checks/monitor/monitor-context.ts';
import {
  type CoverageState,
  coverageOf,
  type TargetCoverage,
} from '../../../../shared/model/target/coverage.ts';
import { anObservation } from '../../../fixtures/observations.ts';
import { alertAfter } from '../../../fixtures/transitions.ts';

const WELL: MonitorStatus = {
  home: { accountId: '111111111111', region: 'eu-west-1' },
  coverage: [
    {
      accountId: '111111111111',
      region: 'eu-west-1',
      state: 'fresh',
      scannedAt: '2026-01-01T00:00:00.000Z',
      problems: [],
    },
  ],
  unknownVpcs: [],
  left: [],
  undelivered: [],
  deadLetters: { queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111111111111/dead', messages: 0 },
};

const says = (rule: RuleName, status: Partial<MonitorStatus>, policy: AlertPolicy = DEFAULT_POLICY) =>
  evaluateMonitor({ ...WELL, ...status }, policy).find((observation) => observation.rule === rule);

const disabled = (rule: RuleName): AlertPolicy => ({
  ...DEFAULT_POLICY,
  overrides: [{ match: {}, rules: { [rule]: { enabled: false } } }],
});

const covered = (state: CoverageState, changes: Partial<TargetCoverage> = {}): TargetCoverage => ({
  accountId: '222222222222',
  region: 'us-east-1',
  state,
  scannedAt: '2026-01-01T00:00:00.000Z',
  problems: [],
  ...changes,
});

test('its subject is Headroom, where it runs', () => {
  expect(says('coverage', {})?.subject).toEqual({
    type: 'monitor',
    id: 'headroom',
    name: 'Headroom',
    accountId: '111111111111',
    region: 'eu-west-1',
    vpcId: null,
    clusterName: null,
    subnetIds: [],
  });
});

test('a monitor that sees and says everything is well, on every count, and is one cause', () => {
  const observations = evaluateMonitor(WELL, DEFAULT_POLICY);
  expect(observations.map(({ key, raise }) => [key, raise])).toEqual([
    ['coverage/monitor/headroom', 'ok'],
    ['delivery-failing/monitor/headroom', 'ok'],
    ['dead-letters/monitor/headroom', 'ok'],
  ]);
  expect(new Set(observations.map(({ cause }) => cause))).toEqual(new Set(['monitor/headroom']));
});

test.each([
  ['coverage', 'coverage'],
  ['delivery-failing', 'undelivered'],
  ['dead-letters', 'deadLetters'],
] as const)('%s is unknown without a measurement, and healthy when it is switched off', (rule, field) => {
  expect(says(rule, { [field]: null })?.raise).toBeNull();
  expect(says(rule, { [field]: null }, disabled(rule))?.raise).toBe('ok');
});

describe('coverage', () => {
  const denied = {
    code: 'access-denied',
    message: 'X is not allowed to call ec2:DescribeVpcs',
    action: 'Allow ec2:DescribeVpcs to X.',
  };

  test('unmonitored targets are counted and named, with what fixes most of them first', () => {
    const observation = says('coverage', {
      coverage: [
        covered('fresh'),
        covered('failed', {
          accountId: '3',
          problems: [{ code: 'x', message: 'Other', action: 'Fix other.' }],
        }),
        covered('failed', { accountId: '4', problems: [denied] }),
        covered('failed', { accountId: '5', problems: [denied] }),
        covered('stale', { accountId: '6', scannedAt: null }),
        covered('gone', { accountId: '7' }),
      ],
    });
    expect(observation?.raise).toBe('warning');
    expect(observation?.finding?.title).toBe('Headroom: 4 of 5 accounts in us-east-1 are not watched');
    expect(observation?.finding?.explanation).toBe(
      'Account 3 in us-east-1: the last scan failed (Thu 1 Jan 2026 00:00 UTC). Account 4 in us-east-1: the last scan failed (Thu 1 Jan 2026 00:00 UTC). Account 5 in us-east-1: the last scan failed (Thu 1 Jan 2026 00:00 UTC). Account 6 in us-east-1 has never been scanned.',
    );
    expect(observation?.finding?.remedies.map(({ title }) => title)).toEqual([
      'Allow ec2:DescribeVpcs to X.',
      'Fix other.',
      'See whether the scans still run',
    ]);
    expect(observation?.finding?.remedies[0]?.effect).toBe(
      'Fixes: X is not allowed to call ec2:DescribeVpcs. It fixes 1 other problem too.',
    );
    const [, , look] = observation?.finding?.remedies ?? [];
    expect(look?.effect).toMatch(
      /^An account without a problem and without a scan was never reached\. Look for /,
    );
    expect(look?.commands).toHaveLength(2);
    expect(observation?.evidence).toEqual([
      { name: 'targetsPlanned', value: 5, unit: 'targets' },
      { name: 'targetsFresh', value: 1, unit: 'targets' },
      { name: 'targetsPartial', value: 0, unit: 'targets' },
      { name: 'targetsStale', value: 1, unit: 'targets' },
      { name: 'targetsFailed', value: 3, unit: 'targets' },
      { name: 'targetsNew', value: 0, unit: 'targets' },
      { name: 'targetsGone', value: 1, unit: 'targets' },
    ]);
  });

  test('the title says where nothing is watched, by the accounts and the Regions', () => {
    const titleOf = (
      ...unseen: readonly (readonly [account: string, region: string])[]
    ): string | undefined =>
      says('coverage', {
        coverage: [
          covered('fresh', { accountId: '9', region: 'eu-west-1' }),
          ...unseen.map(([accountId, region]) => covered('stale', { accountId, region })),
        ],
      })?.finding?.title;
    expect(titleOf(['1', 'eu-west-1'])).toBe('Headroom: account 1 in eu-west-1 is not watched');
    expect(titleOf(['1', 'eu-west-1'], ['1', 'us-east-1'])).toBe(
      'Headroom: account 1 is not watched in 2 Regions',
    );
    expect(titleOf(['1', 'eu-west-1'], ['2', 'eu-west-1'])).toBe(
      'Headroom: 2 of 3 accounts in eu-west-1 are not watched',
    );
    expect(titleOf(['1', 'eu-west-1'], ['2', 'us-east-1'])).toBe(
      'Headroom: 2 accounts are not watched in some or all of their Regions',
    );
  });

  test.each([[[]], [[covered('gone')]]])('a selection that matches nothing is no all-clear', (targets) => {
    const observation = says('coverage', { coverage: targets });
    expect(observation?.raise).toBe('warning');
    expect(observation?.finding?.title).toBe('Headroom: no account is selected, so nothing is watched');
    expect(observation?.finding?.remedies.map(({ title }) => title)).toEqual([
      'Correct targets in headroom.yml',
    ]);
  });

  test('a target that left the selection while alerts fire there is no all-clear', () => {
    const left = [{ accountId: '222222222222', region: 'us-east-1', firing: 2 }];
    const observation = says('coverage', { left });
    expect(observation?.raise).toBe('warning');
    expect(observation?.finding?.title).toBe(
      'Headroom: account 222222222222 in us-east-1 is no longer selected, and its alerts still fire',
    );
    expect(observation?.finding?.explanation).toContain('222222222222 in us-east-1 (2 alerts)');
    expect(observation?.causes).toEqual(['left 222222222222/us-east-1']);
    expect(says('coverage', { left: null })?.raise).toBe('ok');
    const both = [...left, { accountId: '333333333333', region: 'us-east-1', firing: 1 }];
    expect(says('coverage', { left: both })?.finding?.title).toBe(
      'Headroom: 2 accounts or Regions are no longer selected, and their alerts still fire',
    );
  });

  test.each([
    ['fresh', 'is scanned in full'],
    ['partial', ': the last scan was not complete (Thu 1 Jan 2026 00:00 UTC)'],
    ['failed', ': the last scan failed (Thu 1 Jan 2026 00:00 UTC)'],
    ['stale', 'has not been scanned since Thu 1 Jan 2026 00:00 UTC'],
    ['new', 'is new and has not been scanned yet'],
    ['gone', 'is no longer selected'],
  ] as const)('the state %s reads as a sentence', (state, sentence) => {
    expect(howWatched(covered(state))).toContain(sentence);
  });

  test('each target and VPC that is not watched is a cause of its own', () => {
    const observation = says('coverage', { unknownVpcs: ['vpc-1'], coverage: [covered('stale')] });
    expect(observation?.causes).toEqual(['222222222222/us-east-1', 'vpc-1']);
    expect(says('coverage', {})).not.toHaveProperty('causes');
  });

  test('a VPC that headroom.yml names and no target has is no all-clear', () => {
    const observation = says('coverage', { unknownVpcs: ['vpc-1'] });
    expect(observation?.raise).toBe('warning');
    expect(observation?.finding?.title).toBe('Headroom: 1 VPC of headroom.yml is not monitored');
    expect(observation?.finding?.explanation).toBe(
      'headroom.yml names vpc-1 under scan.vpcs, and no scanned account has it.',
    );
    expect(observation?.finding?.remedies).toMatchObject([
      { title: 'Correct scan.vpcs in headroom.yml', commands: [] },
    ]);
    const both = says('coverage', { unknownVpcs: ['vpc-1', 'vpc-2'], coverage: [covered('stale')] })?.finding;
    expect(both?.title).toBe('Headroom: account 222222222222 in us-east-1 is not watched');
    expect(both?.explanation).toMatch(
      / headroom\.yml names vpc-1, vpc-2 under scan\.vpcs, and no scanned account has them\.$/,
    );
    expect(both?.remedies.map(({ title }) => title)).toEqual([
      'See whether the scans still run',
      'Correct scan.vpcs in headroom.yml',
    ]);
  });

  test('a long list says how many more there are', () => {
    const many = Array.from({ length: 8 }, () => covered('stale', { problems: [denied] }));
    const { finding } = says('coverage', { coverage: many }) ?? {};
    expect(finding?.explanation).toMatch(/ 3 more are not shown\.$/);
    expect(finding?.explanation.match(/222222222222/g)).toHaveLength(5);
    const five = Array.from({ length: 5 }, () => covered('stale'));
    expect(says('coverage', { coverage: five })?.finding?.explanation).not.toContain(' more');
    expect(finding?.remedies).toHaveLength(1);
  });

  test.each(['fresh', 'partial', 'new', 'gone'] as const)(
    'a target that is %s is no reason to worry',
    (state) => {
      expect(says('coverage', { coverage: [covered('fresh'), covered(state)] })?.raise).toBe('ok');
    },
  );
});

describe('delivery-failing', () => {
  const waiting = (lastError: string | null, attempts = 3): Alert => {
    const alert = alertAfter(anObservation('warning'));
    return { ...alert, outbox: alert.outbox.map((entry) => ({ ...entry, lastError, attempts })) };
  };

  test('what waits for its first attempt is not failing', () => {
    expect(says('delivery-failing', { undelivered: [waiting(null, 0)] })?.raise).toBe('ok');
  });

  test('each destination and kind of failure is a cause, and entries of an earlier version have none', () => {
    const because = (failing: readonly string[]): Alert => {
      const alert = waiting('It fails.');
      return { ...alert, outbox: alert.outbox.map((entry) => ({ ...entry, failing })) };
    };
    const undelivered = [because(['pager: down']), because(['chat: revoked', 'pager: down'])];
    expect(says('delivery-failing', { undelivered })?.causes).toEqual(['chat: revoked', 'pager: down']);
    expect(says('delivery-failing', { undelivered: [waiting('It fails.')] })).not.toHaveProperty('causes');
  });

  test('what other targets could not deliver counts as well, with its oldest time, attempts and causes', () => {
    const there = {
      count: 3,
      oldest: '2025-12-31T00:00:00.000Z',
      mostAttempts: 9,
      errors: ['The pager is down.'],
      causes: ['pager: down'],
    };
    const observation = says('delivery-failing', {
      undelivered: [waiting('No such topic.')],
      undeliveredElsewhere: [there],
    });
    expect(observation?.causes).toEqual(['pager: down']);
    expect(observation?.evidence).toEqual([
      { name: 'undelivered', value: 4, unit: 'transitions' },
      { name: 'mostAttempts', value: 9, unit: 'attempts' },
      { name: 'oldest', value: '2025-12-31T00:00:00.000Z' },
    ]);
    expect(observation?.finding?.explanation).toContain('The pager is down.');
  });

  test('what waits is named with where it is from and where it should go, and the command tries those places', () => {
    const there = {
      count: 1,
      oldest: '2026-01-01T00:00:00.000Z',
      mostAttempts: 1,
      errors: ['The pager is down.'],
      causes: ['pager: down', 'The default destination: refused'],
      target: { accountId: '222222222222', region: 'eu-west-2' },
      titles: ['nodes-b: no prefix left'],
    };
    const finding = says('delivery-failing', { undelivered: [], undeliveredElsewhere: [there] })?.finding;
    expect(finding?.explanation).toMatch(
      /^Not delivered to pager, the default destination: nodes-b: no prefix left \(222222222222 eu-west-2\)\. The oldest/,
    );
    expect(finding?.remedies[0]?.commands).toEqual(['headroom test-message pager']);
    const { target: _place, ...nowhere } = there;
    const unplaced = says('delivery-failing', { undelivered: [], undeliveredElsewhere: [nowhere] })?.finding;
    expect(unplaced?.explanation).toContain('the default destination: nodes-b: no prefix left. The oldest');
    const { target: _target, titles: _titles, ...before } = { ...there, causes: [] };
    const noted = says('delivery-failing', { undelivered: [], undeliveredElsewhere: [before] })?.finding;
    expect(noted?.explanation).toMatch(/^The oldest/);
    expect(noted?.remedies[0]?.commands).toEqual(['headroom doctor']);
  });

  test('what was refused is: since when, how often, and why', () => {
    const observation = says('delivery-failing', {
      undelivered: [waiting('No such topic.'), waiting('No such topic.', 7)],
    });
    expect(observation?.raise).toBe('critical');
    expect(observation?.finding?.title).toBe('Headroom: 2 alert updates could not be delivered');
    expect(observation?.finding?.explanation).toBe(
      'Not delivered: private-a: 12 of 251 addresses left (111111111111 eu-west-1). The oldest has waited since Thu 1 Jan 2026 00:00 UTC. Each is tried again until it is accepted. No such topic.',
    );
    expect(observation?.evidence).toEqual([
      { name: 'undelivered', value: 2, unit: 'transitions' },
      { name: 'mostAttempts', value: 7, unit: 'attempts' },
      { name: 'oldest', value: '2026-01-01T00:00:00.000Z' },
    ]);
    expect(says('delivery-failing', { undelivered: [waiting('x')] })?.finding?.title).toBe(
      'Headroom: 1 alert update could not be delivered',
    );
  });
});

describe('dead-letters', () => {
  const { queueUrl } = WELL.deadLetters ?? { queueUrl: '' };

  test('work that failed repeatedly is counted, with the commands that read and return it', () => {
    const observation = says('dead-letters', { deadLetters: { queueUrl, messages: 2 } });
    expect(observation?.raise).toBe('warning');
    expect(observation?.finding?.title).toBe(
      'Headroom: 2 scans failed repeatedly and moved to the dead-letter queue',
    );
    expect(observation?.evidence).toEqual([{ name: 'deadLetters', value: 2, unit: 'messages' }]);
    expect(observation?.finding?.remedies[0]?.commands[0]).toContain(
      `aws sqs receive-message --queue-url ${queueUrl} `,
    );
    expect(says('dead-letters', { deadLetters: { queueUrl, messages: 1 } })?.finding?.title).toBe(
      'Headroom: 1 scan failed repeatedly and moved to the dead-letter queue',
    );
  });
});

describe('how well each target is watched', () => {
  const NOW = Date.parse('2026-01-01T02:00:00.000Z');
  const target = (accountId: string) => ({ accountId, region: 'eu-west-1' });
  const scan = (accountId: string, minutesAgo: number, status: 'ok' | 'partial' | 'failed' = 'ok') => ({
    target: target(accountId),
    scannedAt: new Date(NOW - minutesAgo * 60_000).toISOString(),
    status,
  });
  const states = (
    planned: readonly string[],
    scans: readonly ReturnType<typeof scan>[],
    plannedBefore: Readonly<Record<string, string>> = {},
  ) =>
    coverageOf(planned.map(target), scans, new Map(Object.entries(plannedBefore)), 3600, NOW).map(
      ({ accountId, state }) => `${accountId} ${state}`,
    );

  test('is fresh, partial or failed by its last scan', () => {
    expect(states(['1', '2', '3'], [scan('3', 5, 'failed'), scan('1', 5), scan('2', 5, 'partial')])).toEqual([
      '1 fresh',
      '2 partial',
      '3 failed',
    ]);
  });

  test('is stale when that is too long ago, whatever it said', () => {
    expect(states(['1', '2', '3'], [scan('1', 60), scan('2', 60.1), scan('3', 61, 'failed')])).toEqual([
      '1 fresh',
      '2 stale',
      '3 stale',
    ]);
  });

  test('is new when it has never been scanned, and stale once it has been planned for too long without', () => {
    expect(
      states(['1', '2', '3'], [], {
        '1/eu-west-1': '2026-01-01T01:59:00.000Z',
        '2/eu-west-1': '2026-01-01T00:30:00.000Z',
      }),
    ).toEqual(['1 new', '2 stale', '3 new']);
  });

  test('is gone when it is no longer planned', () => {
    expect(states(['1'], [scan('9', 500), scan('1', 1)])).toEqual(['1 fresh', '9 gone']);
  });

  test('carries the problems of the last scan', () => {
    const problems = [{ code: 'x', message: 'y', action: 'z' }];
    const found = coverageOf(
      [target('1'), target('2')],
      [{ ...scan('1', 1, 'failed'), problems }],
      new Map(),
      3600,
      NOW,
    );
    expect(found.map((each) => each.problems)).toEqual([problems, []]);
    expect(found.map(({ scannedAt }) => scannedAt)).toEqual(['2026-01-01T01:59:00.000Z', null]);
  });
});
