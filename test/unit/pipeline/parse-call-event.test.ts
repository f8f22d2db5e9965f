import { describe, expect, test } from 'vitest';
import { parseCallEvent } from '../../../shared/pipeline/parse-call-event.ts';
import { CHANGING_CALLS, callEvent, OTHER_CALLS, REFUSED_CALLS } from '../../fixtures/events/call-events.ts';

const SUBNET = 'subnet-0123456789abcdef0';
const parsed = (detail: Readonly<Record<string, unknown>>) =>
  parseCallEvent(JSON.stringify(callEvent({ detail })));

describe('a refused call', () => {
  test.each([
    ['an interface of the CNI', 'InsufficientFreeAddressesInSubnet', SUBNET, 'payments-nodes'],
    ['a prefix', 'InsufficientCidrBlocks', null, 'payments-nodes'],
    ['a launch', 'InsufficientFreeAddressesInSubnet', SUBNET, 'payments-nodes'],
    ['an interface that is full', 'PrivateIpAddressLimitExceeded', null, 'payments-nodes'],
    ['a code that many faults have', 'InsufficientFreeAddressesInSubnet', null, 'payments-nodes'],
    ['a fleet that starts nothing', 'InsufficientFreeAddressesInSubnet', SUBNET, 'karpenter'],
  ])('names code, subnet and caller: %s', (what, code, subnetId, resource) => {
    const event = parsed(REFUSED_CALLS[what] ?? {});
    expect(event?.refusals).toMatchObject([
      { service: 'ec2-calls', code, subnetId, resource, at: '2026-11-27T12:00:00.000Z' },
    ]);
    expect(event?.target).toEqual({ accountId: '111122223333', region: 'eu-west-1' });
  });

  test('by a service that is asked itself belongs to that service', () => {
    const detail = {
      ...REFUSED_CALLS['a launch'],
      userIdentity: { type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' },
    };
    expect(parsed(detail)?.refusals).toMatchObject([
      { service: 'auto-scaling', resource: 'autoscaling.amazonaws.com' },
    ]);
  });

  test('lists every error of a fleet', () => {
    const error = (subnetId: string) => ({
      errorCode: 'InsufficientFreeAddressesInSubnet',
      launchTemplateAndOverrides: { overrides: { subnetId } },
    });
    const item = [error('subnet-0a'), error('subnet-0b'), { errorCode: 'InsufficientInstanceCapacity' }];
    const detail = {
      ...REFUSED_CALLS['a fleet that starts nothing'],
      responseElements: { CreateFleetResponse: { errorSet: { item } } },
    };
    expect(parsed(detail)?.refusals.map(({ subnetId }) => subnetId)).toEqual(['subnet-0a', 'subnet-0b']);
  });

  test('changes nothing', () => {
    expect(parsed(REFUSED_CALLS['an interface of the CNI'] ?? {})?.changed.subnetIds).toEqual([]);
  });
});

describe('a call that changes what holds addresses', () => {
  test.each([
    ['a new interface', { subnetIds: [SUBNET], interfaceIds: ['eni-0a'], reservedIn: [] }],
    ['an interface that goes', { subnetIds: [], interfaceIds: ['eni-0a'], reservedIn: [] }],
    ['a new reservation', { subnetIds: [SUBNET], interfaceIds: [], reservedIn: [SUBNET] }],
    ['a reservation that goes', { subnetIds: [SUBNET], interfaceIds: [], reservedIn: [SUBNET] }],
    ['a new endpoint', { subnetIds: [SUBNET], interfaceIds: ['eni-0a'], reservedIn: [] }],
  ])('names what to read: %s', (what, changed) => {
    expect(parsed(CHANGING_CALLS[what] ?? {})).toMatchObject({ refusals: [], changed });
  });
});

describe('other messages', () => {
  test.each(Object.entries(OTHER_CALLS))('are no refusal: %s', (_, detail) => {
    expect(parsed(detail)?.refusals).toEqual([]);
  });

  const event = callEvent();
  test.each([
    ['no JSON', '{'],
    ['a scan request', '{"schema":"headroom/scan-request@1"}'],
    ['an event of another source', JSON.stringify({ ...event, source: 'my.app' })],
    ['an account that is none', JSON.stringify({ ...event, account: '../..' })],
    ['a Region that is none', JSON.stringify({ ...event, region: 'eu-west-1/../x' })],
    ['a call without a name', JSON.stringify({ ...event, detail: { eventID: 'x' } })],
    ['a list', '[]'],
  ])('are dropped: %s', (_, body) => {
    expect(parseCallEvent(body)).toBeNull();
  });

  test('that nest without end are read to a bounded depth', () => {
    const nested = `${'{"a":'.repeat(2_000)}{"subnetId":"${SUBNET}"}${'}'.repeat(2_000)}`;
    const body = JSON.stringify(callEvent()).replace(
      '"responseElements":null',
      `"responseElements":${nested}`,
    );
    expect(parseCallEvent(body)?.changed.subnetIds).toEqual([SUBNET]);
  });
});
