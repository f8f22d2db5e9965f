import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { everyOwner, OWNERS_ACCOUNT, OWNERS_REGION } from '../../../lab/estates/every-owner.ts';
import { MINUTE } from '../../../lab/estates/pace.ts';
import { expiredToken } from '../../../lab/faults/catalogue.ts';
import type { Fault } from '../../../lab/faults/fault.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import type { SubnetAssessment } from '../../../shared/model/result/assessment.ts';
import { Deployment, environmentOf, type Scanned } from './deployment.ts';

/**
 * Answers that are well formed, have the status 200, and are wrong: empty lists, lists that are in the answer twice, errors in
 * the place of a list. And credentials that end in the middle of a scan. Nothing may look like an all-clear.
 */

const TARGET = { accountId: OWNERS_ACCOUNT, region: OWNERS_REGION };

let lab: Lab;
let headroom: Deployment;
let before: Scanned;

beforeEach(async () => {
  lab = await startLab({ estate: everyOwner });
  for (const [name, value] of Object.entries(environmentOf(lab, OWNERS_ACCOUNT))) vi.stubEnv(name, value);
  headroom = new Deployment(lab, TARGET);
  before = await headroom.scan(TARGET);
  expect(before.assessment.target.status).toBe('ok');
  lab.clock.advance(5 * MINUTE);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await lab.close();
});

const isList = (value: unknown): value is Iterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.iterator in value;

/** Every list of the answer, changed; no further page follows. */
const withLists = (name: string, change: (items: readonly unknown[]) => readonly unknown[]): Fault => ({
  name,
  answer: (record) =>
    Object.fromEntries(
      Object.entries(record).flatMap(([field, value]) => {
        if (field.toLowerCase() === 'nexttoken') return [];
        return [[field, isList(value) ? (change([...value]) as never) : value]];
      }),
    ),
});

const emptyLists = (): Fault => withLists('empty-lists', () => []);
const doubledLists = (): Fault => withLists('doubled-lists', (items) => [...items, ...items]);

const answering = (text: string): Fault => ({
  name: 'another-body',
  *body() {
    yield text;
  },
});

const EC2_ERROR =
  '<?xml version="1.0" encoding="UTF-8"?><Response><Errors><Error><Code>InternalError</Code><Message>x</Message></Error></Errors><RequestID>1</RequestID></Response>';

/** Figures by subnet: each is as it was before, or unknown. */
const wrongFigures = ({ assessment }: Scanned): readonly unknown[] => {
  const figuresOf = ({ used, available, prefixes, stranded }: SubnetAssessment) => ({
    used,
    available,
    free: prefixes?.free ?? null,
    stranded,
  });
  const right = new Map(before.assessment.subnets.map((subnet) => [subnet.subnetId, figuresOf(subnet)]));
  return assessment.subnets.flatMap((subnet) =>
    Object.entries(figuresOf(subnet)).filter(
      ([name, value]) =>
        value !== null && value !== right.get(subnet.subnetId)?.[name as keyof ReturnType<typeof figuresOf>],
    ),
  );
};

const resolved = (): readonly string[] =>
  headroom.messages.filter((message) => message.includes('\\"transition\\":\\"resolved\\"'));

describe('an empty list, although there is something', () => {
  test.each([
    ['DescribeSubnets', 'failed'],
    ['DescribeVpcs', 'partial'],
    ['DescribeNetworkInterfaces', 'partial'],
  ])('%s: it is not believed, ends no alert, and is named', async (action, status) => {
    const firing = before.alerts.filter(({ status: each }) => each === 'firing').length;
    lab.faults.inject({ action }, emptyLists());
    const scanned = await headroom.scan(TARGET);
    expect(scanned.assessment.target.status).toBe(status);
    expect(scanned.assessment.target.errors.map(({ code }) => code)).toContain('listing-emptied');
    expect(wrongFigures(scanned)).toEqual([]);
    expect(resolved()).toEqual([]);
    expect(scanned.alerts.filter(({ status: each }) => each === 'firing').length).toBeGreaterThanOrEqual(
      firing,
    );
  });

  test('what was really deleted is gone with the second scan', async () => {
    lab.faults.inject({ action: 'DescribeSubnets' }, emptyLists());
    lab.faults.inject({ action: 'DescribeVpcs' }, emptyLists());
    await headroom.scan(TARGET);
    lab.clock.advance(5 * MINUTE);
    const { assessment } = await headroom.scan(TARGET);
    expect(assessment.target).toMatchObject({ status: 'ok', errors: [] });
    expect(assessment.subnets).toEqual([]);
  });
});

test.each(['DescribeSubnets', 'DescribeVpcs', 'DescribeNetworkInterfaces', 'DescribeInstances'])(
  '%s with everything in it twice changes no figure',
  async (action) => {
    lab.faults.inject({ action }, doubledLists());
    const scanned = await headroom.scan(TARGET);
    expect(scanned.assessment.target.status).toBe('ok');
    expect(scanned.assessment.subnets).toHaveLength(before.assessment.subnets.length);
    expect(wrongFigures(scanned)).toEqual([]);
  },
);

test.each([
  ['DescribeSubnets', EC2_ERROR],
  ['DescribeSubnets', '<html><body>Sign in</body></html>'],
  ['DescribeSubnets', ''],
  ['DescribeVpcs', EC2_ERROR],
  ['DescribeNetworkInterfaces', EC2_ERROR],
  ['DescribeNetworkInterfaces', ''],
  ['DescribeInstances', EC2_ERROR],
  ['ListClusters', '{"message":"Service unavailable"}'],
  ['ListClusters', '<html><body>Sign in</body></html>'],
  ['ListClusters', ''],
  ['DescribeCluster', '{"message":"Service unavailable"}'],
  ['ListNodegroups', '{"message":"Service unavailable"}'],
  ['ListFargateProfiles', '{}'],
])(
  '%s with status 200 and the body %j: no empty list, no wrong figure, and it is named',
  async (action, body) => {
    lab.faults.inject({ action }, answering(body));
    const scanned = await headroom.scan(TARGET, { deadline: 20_000 });
    expect(scanned.assessment.target.status).not.toBe('ok');
    expect(scanned.assessment.target.errors.map(({ code }) => code)).toContain('malformed-answer');
    expect(wrongFigures(scanned)).toEqual([]);
    expect(resolved()).toEqual([]);
  },
);

test.each([1, 2, 3, 4, 5, 6, 7])(
  'credentials that end after %i calls: what came later is unknown, and the message says why',
  async (after) => {
    lab.faults.inject({ service: 'ec2' }, expiredToken(), { after });
    const scanned = await headroom.scan(TARGET, { deadline: 20_000 });
    expect(scanned.assessment.target.status).not.toBe('ok');
    expect(scanned.assessment.target.errors.map(({ code }) => code)).toContain('expired-credentials');
    expect(wrongFigures(scanned)).toEqual([]);
    expect(resolved()).toEqual([]);
  },
);
