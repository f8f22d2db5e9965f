import { describe, expect, test } from 'vitest';
import type {
  AllocationFailure,
  AllocationFailures,
} from '../../../../shared/model/aws/allocation-failure.ts';
import type { EstateInput } from '../../../../shared/model/checks/estate.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aNodeGroup, anEksCluster } from '../../../fixtures/cluster-records.ts';
import { findingsOf, outcomesOf, statesOf } from '../../../fixtures/findings-input.ts';

const KIND = 'allocations-failing';
const NOW = '2026-01-01T12:00:00.000Z';

const failure = (minutesAgo: number, changes: Partial<AllocationFailure> = {}): AllocationFailure => ({
  at: new Date(Date.parse(NOW) - minutesAgo * 60_000).toISOString(),
  service: 'auto-scaling',
  resource: 'web',
  code: 'InsufficientFreeAddressesInSubnet',
  subnetId: 'subnet-0a',
  availabilityZone: 'eu-west-1a',
  text: 'There are not enough free addresses in subnet',
  ...changes,
});

const estate = (
  failures: readonly AllocationFailure[],
  unread: AllocationFailures['unread'] = [],
): Partial<EstateInput> => ({
  scannedAt: NOW,
  subnets: [aSubnet()],
  allocationFailures: { failures, since: '2026-01-01T06:00:00.000Z', unread },
});

describe('launches that get no address', () => {
  test('are critical, with their subnet, group, number and first time', () => {
    const [finding] = findingsOf(KIND, estate([failure(5), failure(50)]));
    expect(finding).toMatchObject({
      id: 'allocations-failing/subnet/subnet-0a',
      severity: 'critical',
      title: expect.stringContaining('2 launches of Auto Scaling group web failed, no free address'),
      explanation: expect.stringContaining('The first one failed on Thu 1 Jan 2026 11:10 UTC.'),
    });
  });

  test.each([
    ['ecs', 'shop/web', ['aws ecs describe-services --cluster shop --services web --region eu-west-1']],
    [
      'eks',
      'shop/g',
      ['aws eks describe-nodegroup --cluster-name shop --nodegroup-name g --region eu-west-1'],
    ],
    ['spot', 'sir-01', []],
  ] as const)(
    'name the command that shows the attempts, if the service has one: %s',
    (service, resource, commands) => {
      const [finding] = findingsOf(KIND, estate([failure(5, { service, resource })]));
      const shown = finding?.remedies.filter(({ title }) => title === `See what ${resource} tried`);
      expect(shown?.flatMap((remedy) => remedy.commands)).toEqual(commands);
    },
  );

  test.each([
    ['auto-scaling', '1 launch of Auto Scaling group web failed'],
    ['ec2-calls', '1 call of EC2 caller web failed'],
    ['ec2-fleet', '1 launch of EC2 Fleet web failed'],
    ['ecs', '1 task of ECS service web failed'],
    ['eks', '1 request of EKS node group web failed'],
    ['spot', '1 launch of Spot request web failed'],
  ] as const)('of %s are called what the service calls them', (service, title) => {
    expect(findingsOf(KIND, estate([failure(5, { service })]))[0]?.title).toContain(title);
  });

  test('name every group where several fail', () => {
    const [finding] = findingsOf(KIND, estate([failure(5), failure(6, { resource: 'jobs' })]));
    expect(finding?.title).toContain('2 requests of 2 resources failed');
    expect(finding?.explanation).toContain(
      'Affected: Auto Scaling group web (1 launch), Auto Scaling group jobs (1 launch).',
    );
  });

  test('are about the account where the subnet is not named or not scanned', () => {
    const failures = [failure(5, { subnetId: null }), failure(5, { subnetId: 'subnet-elsewhere' })];
    expect(findingsOf(KIND, estate(failures))).toMatchObject([
      {
        subject: { type: 'target' },
        evidence: expect.arrayContaining([{ name: 'failedRequests', value: 2, unit: 'requests' }]),
      },
    ]);
  });

  test.each([
    [60, ['found', 'healthy']],
    [61, ['healthy', 'healthy']],
  ])('%i minutes ago leave the subnet and the account as %j', (minutes, states) => {
    expect(statesOf(KIND, estate([failure(minutes)]))).toEqual(states);
  });

  test('are listed for an hour, and hold their alert for three', () => {
    expect(findingsOf(KIND, estate([failure(60)]))).toHaveLength(1);
    expect(findingsOf(KIND, estate([failure(61)]))).toHaveLength(0);
  });

  test('say that the interface is full where the subnet has room', () => {
    const [finding] = findingsOf(KIND, estate([failure(5, { code: 'PrivateIpAddressLimitExceeded' })]));
    expect(finding?.title).toContain('its interface is full');
  });
});

describe('health issues of node groups', () => {
  const issue = (code: string, message: string) => [
    anEksCluster({
      nodeGroups: [aNodeGroup({ healthIssues: [{ code, message, resourceIds: ['subnet-0a'] }] })],
    }),
  ];
  const FULL = 'There are not enough free addresses in the subnet associated with your group.';

  test('count where their message is about addresses', () => {
    const eksClusters = issue('AsgInstanceLaunchFailures', FULL);
    expect(findingsOf(KIND, { ...estate([]), eksClusters })).toMatchObject([
      { subject: { id: 'subnet-0a' }, explanation: expect.stringContaining('AWS reports it now.') },
    ]);
  });

  test.each([
    ['InsufficientFreeAddresses', FULL],
    ['AsgInstanceLaunchFailures', 'Your quota of instances is used up.'],
  ])('do not count where they have a check of their own or another cause: %s', (code, message) => {
    expect(findingsOf(KIND, { ...estate([]), eksClusters: issue(code, message) })).toEqual([]);
  });
});

describe('services that could not be asked', () => {
  const unread = [{ service: 'auto-scaling' as const, reason: 'No answer.', isDenied: false }];

  test('hold nothing where the role may not ask them at all', () => {
    const denied = [{ service: 'ecs' as const, reason: 'Not allowed.', isDenied: true }];
    expect(statesOf(KIND, estate([], denied))).toEqual(['healthy', 'healthy']);
    expect(statesOf(KIND, estate([], [...denied, ...unread]))).toEqual(['unknown', 'unknown']);
  });

  test('are unknown, and never an all-clear', () => {
    expect(statesOf(KIND, estate([], unread))).toEqual(['unknown', 'unknown']);
  });

  test('do not hide what another service reports', () => {
    expect(statesOf(KIND, estate([failure(5)], unread))).toEqual(['found', 'unknown']);
  });

  test('say nothing where no service was to be asked', () => {
    expect(statesOf(KIND, { subnets: [aSubnet()] })).toEqual([]);
  });
});

test('a healthy subnet says how old the oldest answer is, where services were not asked in this scan', () => {
  const evidence = (readAt: AllocationFailures['readAt']) => {
    const known = estate([]);
    return outcomesOf(
      {
        ...known,
        allocationFailures: {
          failures: [],
          since: '2026-01-01T06:00:00.000Z',
          unread: [],
          ...(readAt === undefined ? {} : { readAt }),
        },
      },
      KIND,
    )[0]?.evidence;
  };
  expect(evidence({ ecs: '2026-01-01T11:45:00.000Z', spot: '2026-01-01T11:40:00.000Z' })).toContainEqual({
    name: 'oldestAnswerAt',
    value: '2026-01-01T11:40:00.000Z',
    detail: true,
  });
  expect(evidence(undefined)?.map(({ name }) => name)).not.toContain('oldestAnswerAt');
});
