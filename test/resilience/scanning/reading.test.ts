import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SCAN_ROLE } from '../../../lab/estate/estate.ts';
import { everyOwner, OWNERS_ACCOUNT, OWNERS_REGION } from '../../../lab/estates/every-owner.ts';
import { HOUR, MINUTE } from '../../../lab/estates/pace.ts';
import {
  accessDenied,
  clockSkew,
  expiredToken,
  hanging,
  internalError,
  malformedBody,
  repeatedToken,
  resetMidBody,
  slowBody,
  throttled,
  truncatedBody,
  vanishedRole,
  vanishedSubnet,
} from '../../../lab/faults/catalogue.ts';
import type { Fault } from '../../../lab/faults/fault.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import type { SubnetAssessment } from '../../../shared/model/result/assessment.ts';
import { Deployment, environmentOf, type Scanned } from './deployment.ts';

/**
 * What can go wrong between Headroom and the APIs that it reads. In each test: no figure is wrong, unknown values are
 * marked, nothing is lost after the fault, and notifications are sent.
 */

const TARGET = { accountId: OWNERS_ACCOUNT, region: OWNERS_REGION };

let lab: Lab;
let headroom: Deployment;
let healthy: Scanned;

beforeEach(async () => {
  lab = await startLab({ estate: everyOwner });
  for (const [name, value] of Object.entries(environmentOf(lab, OWNERS_ACCOUNT))) vi.stubEnv(name, value);
  healthy = await new Deployment(lab, TARGET).scan(TARGET);
  headroom = new Deployment(lab, TARGET);
  lab.calls.length = 0;
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await lab.close();
});

const figuresOf = ({
  subnetId,
  total,
  used,
  available,
  availableSingle,
  prefixes,
  stranded,
  fragmentationIndex,
  largestFreeBlock,
}: SubnetAssessment) => ({
  subnetId,
  figures: {
    total,
    used,
    available,
    availableSingle,
    free: prefixes?.free ?? null,
    stranded,
    fragmentationIndex,
    largestFreeBlock,
  },
});

/** Every figure is what a healthy scan finds, or unknown. Returns how many are unknown. */
const expectNoWrongFigure = (scanned: Scanned): number => {
  const right = new Map(
    healthy.assessment.subnets.map(figuresOf).map(({ subnetId, figures }) => [subnetId, figures]),
  );
  let unknown = 0;
  for (const { subnetId, figures } of scanned.assessment.subnets.map(figuresOf)) {
    for (const [name, value] of Object.entries(figures)) {
      if (value === null) unknown += 1;
      else
        expect([subnetId, name, value]).toEqual([
          subnetId,
          name,
          right.get(subnetId)?.[name as keyof typeof figures],
        ]);
    }
  }
  return unknown;
};

/** The same fault at one scan after another, until the rule about failed scans has waited long enough to speak. */
const scanUntilTold = async (): Promise<readonly string[]> => {
  await headroom.scan(TARGET);
  lab.clock.advance(31 * MINUTE);
  await headroom.scan(TARGET);
  return headroom.messages;
};

test('without faults the scan is complete, and no failure is reported', async () => {
  const { assessment, problems } = await headroom.scan(TARGET);
  expect(assessment).toEqual(healthy.assessment);
  expect([assessment.target.status, problems]).toEqual(['ok', []]);
  expect(expectNoWrongFigure(healthy)).toBeGreaterThan(0);
});

describe('what passes by is not noticed', () => {
  const passing: [string, Fault][] = [
    ['an internal error', internalError()],
    ['a service that is unavailable', internalError(503)],
    ['a connection reset in the middle of the answer', resetMidBody(700)],
  ];
  test.each(passing)('%s of every first call', async (_, fault) => {
    for (const action of new Set(READ_ACTIONS)) lab.faults.inject({ action }, fault, { times: 1 });
    const { assessment } = await headroom.scan(TARGET);
    expect(assessment).toEqual(healthy.assessment);
  });

  test('throttling', async () => {
    lab.faults.inject({ action: 'DescribeNetworkInterfaces' }, throttled(), { times: 2 });
    const { assessment, meter } = await headroom.scan(TARGET);
    expect(assessment).toEqual(healthy.assessment);
    expect(meter.total().throttles).toBe(2);
  });

  test('answers that trickle in', async () => {
    lab.faults.inject({ action: 'DescribeNetworkInterfaces' }, slowBody(8000, 20));
    expect((await headroom.scan(TARGET)).assessment).toEqual(healthy.assessment);
  });

  test('a subnet that is deleted while it is being scanned: the others are whole', async () => {
    const [gone] = healthy.assessment.subnets;
    lab.faults.inject({}, vanishedSubnet(gone?.subnetId ?? ''));
    const { assessment } = await headroom.scan(TARGET);
    expect(assessment.target.status).toBe('ok');
    expect(assessment.subnets.map(figuresOf)).toEqual(healthy.assessment.subnets.slice(1).map(figuresOf));
  });
});

describe('an answer that cannot be trusted is no answer', () => {
  test.each([
    ['cut off', truncatedBody(3000)],
    ['damaged', malformedBody(3000)],
    ['whose pages lead in circles', repeatedToken()],
  ])('interfaces %s: nothing is said about free addresses, and nothing published', async (_, fault) => {
    lab.faults.inject({ action: 'DescribeNetworkInterfaces' }, fault);
    const published = lab.metrics.length;
    const scanned = await headroom.scan(TARGET);
    expect(scanned.assessment.target.status).toBe('partial');
    expectNoWrongFigure(scanned);
    expect(
      scanned.assessment.subnets
        .filter(({ cidrBlock }) => cidrBlock !== null)
        .map(({ available }) => available),
    ).toEqual(scanned.assessment.subnets.filter(({ cidrBlock }) => cidrBlock !== null).map(() => null));
    expect(lab.metrics.slice(published).filter(({ name }) => name === 'AvailableAddresses')).toEqual([]);
  });

  test('interfaces that never come: the deadline ends the scan, and says so', async () => {
    lab.faults.inject({ action: 'DescribeNetworkInterfaces' }, hanging());
    const scanned = await headroom.scan(TARGET, { deadline: 1500 });
    expect(scanned.assessment.target.errors.map(({ code }) => code)).toContain('deadline-exceeded');
    expectNoWrongFigure(scanned);
  });

  test('after it everything is there again', async () => {
    const fault = lab.faults.inject({ action: 'DescribeNetworkInterfaces' }, truncatedBody(3000));
    await headroom.scan(TARGET);
    fault.remove();
    const { assessment } = await headroom.scan(TARGET);
    expect(assessment.subnets.map(figuresOf)).toEqual(healthy.assessment.subnets.map(figuresOf));
  });
});

describe('credentials', () => {
  test.each([
    ['that have expired', expiredToken(), 'expired-credentials'],
    ['signed by a wrong clock', clockSkew(), 'clock-skew'],
  ])(
    '%s: the scan fails as a whole, with a code of its own, and a notification is sent',
    async (_, fault, code) => {
      // SNS is asked with the function's own credentials, which are not those that read the target.
      for (const service of ['ec2', 'eks', 'auto-scaling']) lab.faults.inject({ service }, fault);
      const { assessment } = await headroom.scan(TARGET, { deadline: 20_000 });
      expect(assessment.target.status).toBe('failed');
      expect(assessment.target.errors.map((error) => error.code)).toContain(code);
      expect(assessment.subnets).toEqual([]);
      lab.clock.advance(31 * MINUTE);
      await headroom.scan(TARGET, { deadline: 20_000 });
      expect(headroom.messages.filter((message) => message.includes('scan-failed'))).toHaveLength(1);
    },
  );

  test('of a role that is gone: the message names the role', async () => {
    lab.faults.inject({ action: 'AssumeRole' }, vanishedRole());
    const { assessment } = await headroom.scan(TARGET, { throughRole: true });
    expect(assessment.target.errors).toEqual([
      expect.objectContaining({ code: 'access-denied', message: expect.stringContaining('HeadroomScan') }),
    ]);
  });
});

/** What a scan asks for, in the words of the lab. */
const READ_ACTIONS = [
  'DescribeVpcs',
  'DescribeSubnets',
  'DescribeNetworkInterfaces',
  'GetSubnetCidrReservations',
  'DescribeInstances',
  'DescribeRouteTables',
  'DescribeVpcPeeringConnections',
  'DescribeTransitGatewayVpcAttachments',
  'ListClusters',
  'DescribeCluster',
  'ListNodegroups',
  'DescribeNodegroup',
  'ListFargateProfiles',
  'DescribeFargateProfile',
  'DescribeAddon',
  'DescribeAutoScalingGroups',
  'DescribeScalingActivities',
];

/** Asked for as well. Without an answer the scan is whole: accounts of before have not granted them. */
const EXTRA_ACTIONS = [
  'DescribeAddresses',
  'DescribeFleetHistory',
  'DescribeFleets',
  'DescribeLaunchTemplateVersions',
  'DescribeServices',
  'DescribeSpotFleetRequestHistory',
  'DescribeSpotFleetRequests',
  'DescribeSpotInstanceRequests',
  'DescribeTasks',
  'DescribeVpcEndpoints',
  'ListServices',
  'ListTasks',
];

/** The figures of a subnet that need the action; what is not listed here costs a subnet no figure at all. */
const LOST_WITH: Readonly<Record<string, readonly string[] | 'everything'>> = {
  DescribeSubnets: 'everything',
  DescribeNetworkInterfaces: [
    'used',
    'available',
    'availableSingle',
    'free',
    'stranded',
    'fragmentationIndex',
    'largestFreeBlock',
  ],
  // Which free addresses may be assigned is not known then; how many are in use is.
  GetSubnetCidrReservations: [
    'available',
    'availableSingle',
    'free',
    'stranded',
    'fragmentationIndex',
    'largestFreeBlock',
  ],
};

describe('a permission that is missing', () => {
  test('is drilled for every action that a scan calls', async () => {
    await headroom.scan(TARGET);
    const called = new Set(
      lab.calls
        .filter(({ service }) => ['ec2', 'ecs', 'eks', 'auto-scaling'].includes(service))
        .map(({ action }) => action),
    );
    expect([...called].toSorted()).toEqual([...READ_ACTIONS, ...EXTRA_ACTIONS].toSorted());
  });

  test.each(EXTRA_ACTIONS)('%s: the scan is whole without it', async (action) => {
    const whole = await headroom.scan(TARGET, { throughRole: true });
    lab.faults.inject({ action }, accessDenied());
    const { assessment } = await new Deployment(lab, TARGET).scan(TARGET, { throughRole: true });
    expect(assessment.target).toEqual({ ...TARGET, status: 'ok', errors: [] });
    expect(assessment.subnets.map(figuresOf)).toEqual(whole.assessment.subnets.map(figuresOf));
  });

  test.each(READ_ACTIONS)(
    '%s: the message names permission, role and account, and what does not depend on it is measured as ever',
    async (action) => {
      const whole = await headroom.scan(TARGET, { throughRole: true });
      lab.faults.inject({ action }, accessDenied());
      headroom = new Deployment(lab, TARGET);
      const scanned = await headroom.scan(TARGET, { throughRole: true });
      const { target, subnets } = scanned.assessment;
      expect(target.status).toBe(action === 'DescribeSubnets' ? 'failed' : 'partial');
      // One problem, however many calls it was refused in.
      expect(target.errors).toHaveLength(1);
      const [error] = target.errors;
      expect(error).toMatchObject({ code: 'access-denied', message: expect.stringContaining(`:${action}`) });
      for (const named of [OWNERS_ACCOUNT, SCAN_ROLE]) expect(error?.message).toContain(named);
      expect(error?.action).toContain(`:${action}`);
      expectNoWrongFigure(scanned);
      const lost = LOST_WITH[action] ?? [];
      const kept = (each: readonly SubnetAssessment[]) =>
        lost === 'everything'
          ? []
          : each.map(figuresOf).map(({ subnetId, figures }) => ({
              subnetId,
              figures: Object.entries(figures).filter(([name]) => !lost.includes(name)),
            }));
      expect(kept(subnets)).toEqual(kept(whole.assessment.subnets));
      if (lost.length === 0) {
        const usedBy = (each: readonly SubnetAssessment[]) =>
          each.map(({ used, confidence }) => [used, confidence]);
        expect(usedBy(subnets)).toEqual(usedBy(whole.assessment.subnets));
      }
    },
  );

  test('is reported once, until it is there again', async () => {
    const fault = lab.faults.inject({ action: 'DescribeNetworkInterfaces' }, accessDenied());
    const told = await scanUntilTold();
    expect(told.filter((message) => message.includes('scan-failed'))).toHaveLength(1);
    expect(told.join()).toContain('ec2:DescribeNetworkInterfaces');
    lab.clock.advance(HOUR);
    await headroom.scan(TARGET);
    expect(headroom.messages.filter((message) => message.includes('scan-failed'))).toHaveLength(1);
    fault.remove();
    lab.clock.advance(5 * MINUTE);
    await headroom.scan(TARGET);
    expect(
      headroom.messages.filter((message) => message.includes('scan-failed') && message.includes('resolved')),
    ).toHaveLength(1);
  });

  test('a second one makes the alert worse, once, and so does a role that is refused altogether', async () => {
    const failures = () => headroom.messages.filter((message) => message.includes('scan-failed'));
    lab.faults.inject({ action: 'DescribeNetworkInterfaces' }, accessDenied());
    await scanUntilTold();
    expect(failures()).toHaveLength(1);
    lab.faults.inject({ action: 'DescribeAutoScalingGroups' }, accessDenied());
    await scanUntilTold();
    expect(failures()).toHaveLength(2);
    expect(failures().at(-1)).toContain('autoscaling:DescribeAutoScalingGroups');
    expect(failures().at(-1)).toContain('escalated');
    await scanUntilTold();
    expect(failures()).toHaveLength(2);
    lab.faults.inject({ action: 'DescribeSubnets' }, accessDenied());
    await scanUntilTold();
    expect(failures()).toHaveLength(3);
    expect(failures().at(-1)).toContain('cannot be scanned');
  });
});
