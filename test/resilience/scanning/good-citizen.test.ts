import { EC2Client, GetSubnetCidrReservationsCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  HOSTILE_ACCOUNT,
  HOSTILE_NAMES,
  HOSTILE_REGION,
  hostileNames,
} from '../../../lab/estates/hostile-names.ts';
import { tokenBucket } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { labClient } from '../../fixtures/lab-clients.ts';
import { Deployment, environmentOf } from './deployment.ts';

/** EC2's request quota is shared with the nodes' own CNI: a scan that uses it up keeps pods from starting. */

const TARGET = { accountId: HOSTILE_ACCOUNT, region: HOSTILE_REGION };
let lab: Lab;

beforeEach(async () => {
  lab = await startLab({ estate: hostileNames });
  for (const [name, value] of Object.entries(environmentOf(lab, HOSTILE_ACCOUNT))) vi.stubEnv(name, value);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await lab.close();
});

test('a scan of many subnets under a bucket of five requests a second is whole, and counts what was refused', async () => {
  const free = await new Deployment(lab, TARGET).scan(TARGET);
  lab.calls.length = 0;
  lab.faults.inject({ service: 'ec2' }, tokenBucket(10, 5));
  const { assessment, meter } = await new Deployment(lab, TARGET).scan(TARGET);
  expect(assessment).toEqual(free.assessment);
  const refused = lab.calls.filter(({ errorCode }) => errorCode === 'RequestLimitExceeded').length;
  const reservations = lab.calls.filter(
    ({ action, status }) => action === 'GetSubnetCidrReservations' && status === 200,
  );
  expect(reservations).toHaveLength(HOSTILE_NAMES.length);
  expect(meter.total().throttles).toBe(refused);
  // Seen: 4 of 41 requests. Without adaptive retries every other one is refused.
  expect(refused).toBeLessThan(reservations.length / 2);
});

test('a second user who makes one call a second finds the bucket filled again and again while the scan goes on', async () => {
  const free = await new Deployment(lab, TARGET).scan(TARGET);
  const SubnetId = free.assessment.subnets[0]?.subnetId;
  lab.faults.inject({ service: 'ec2' }, tokenBucket(6, 3));
  // It does not even try again: whatever is refused is lost to it.
  const neighbour = new EC2Client({ ...labClient(lab, HOSTILE_ACCOUNT, HOSTILE_REGION), maxAttempts: 1 });
  const answers: Promise<'served' | 'refused'>[] = [];
  const everySecond = setInterval(() => {
    const answer = neighbour.send(new GetSubnetCidrReservationsCommand({ SubnetId })).then(
      () => 'served' as const,
      () => 'refused' as const,
    );
    answers.push(answer);
  }, 1000);
  const { assessment } = await new Deployment(lab, TARGET).scan(TARGET);
  clearInterval(everySecond);
  expect(assessment).toEqual(free.assessment);
  const answered = await Promise.all(answers);
  // Seen: 20 of 20 served. With the SDK's adaptive retries alone, on a busy machine, 5 of 9.
  expect(answered.length).toBeGreaterThan(4);
  expect(answered.filter((answer) => answer === 'refused').length).toBeLessThan(answered.length / 3);
  expect(answered.join()).not.toContain('refused,refused,refused');
});

test("the next scan within the hour asks for no reservation at all: the bucket is the nodes' own again", async () => {
  const headroom = new Deployment(lab, TARGET);
  await headroom.scan(TARGET);
  lab.calls.length = 0;
  lab.faults.inject({ service: 'ec2' }, tokenBucket(1, 0));
  const { assessment } = await headroom.scan(TARGET);
  expect(assessment.target.status).toBe('ok');
  expect(lab.calls.filter(({ action }) => action === 'GetSubnetCidrReservations')).toEqual([]);
  const neighbour = new EC2Client(labClient(lab, HOSTILE_ACCOUNT, HOSTILE_REGION));
  await neighbour.send(new GetSubnetCidrReservationsCommand({ SubnetId: assessment.subnets[0]?.subnetId }));
});
