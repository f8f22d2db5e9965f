import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AllocationFailure,
  groupFailures,
  refusalIn,
} from '../../../../shared/model/aws/allocation-failure.ts';

const SUBNET = 'subnet-0123456789abcdef0';

/** Texts as AWS wrote them in public reports. */
const TEXTS: readonly (readonly [string, string, string | null, string])[] = [
  [
    "There are not enough free addresses in subnet 'subnet-66d3dd2c' to satisfy the requested number of instances. Launching EC2 instance failed.",
    'InsufficientFreeAddressesInSubnet',
    'subnet-66d3dd2c',
    'addresses',
  ],
  [
    'Amazon AutoScaling was unable to launch instances because there are not enough free addresses in the subnet associated with your AutoScaling group(s).',
    'InsufficientFreeAddressesInSubnet',
    null,
    'addresses',
  ],
  [
    `Unexpected EC2 error while attempting to Create Network Interface in subnet '${SUBNET}': InsufficientFreeAddressesInSubnet`,
    'InsufficientFreeAddressesInSubnet',
    SUBNET,
    'addresses',
  ],
  [
    'InsufficientCidrBlocks: The specified subnet does not have enough free cidr blocks to satisfy the request.',
    'InsufficientCidrBlocks',
    null,
    'prefixes',
  ],
  [
    "InvalidParameterValue: There aren't sufficient free Ipv4 addresses or prefixes",
    'InsufficientFreeAddressesInSubnet',
    null,
    'addresses',
  ],
  [
    `(service web) was unable to place a task. Reason: The subnet does not have enough free addresses in it.`,
    'InsufficientFreeAddressesInSubnet',
    null,
    'addresses',
  ],
  [
    '(service web) was unable to place a task because no container instance met all of its requirements. The closest matching container-instance encountered error "RESOURCE:ENI".',
    'RESOURCE:ENI',
    null,
    'interface',
  ],
  [
    'PrivateIpAddressLimitExceeded: Number of private addresses will exceed limit.',
    'PrivateIpAddressLimitExceeded',
    null,
    'interface',
  ],
];

describe('what a text of AWS says about addresses', () => {
  test.each(TEXTS)('%s', (text, code, subnetId, supply) => {
    expect(refusalIn(text)).toEqual({ code, subnetId, supply });
  });

  test.each([
    ['InsufficientFreeAddressesInSubnet', 'addresses'],
    ['InsufficientFreeAddresses', 'addresses'],
    ['IpNotAvailable', 'addresses'],
    ['NoFreeAddressesInSubnet', 'addresses'],
    ['InsufficientCidrBlocks', 'prefixes'],
    ['PrivateIpAddressLimitExceeded', 'interface'],
    ['AttachmentLimitExceeded', 'interface'],
    ['RESOURCE:ENI', 'interface'],
  ])('the code %s alone is about %s', (code, supply) => {
    expect(refusalIn(`it failed: ${code}.`)).toEqual({ code, subnetId: null, supply });
  });

  test.each([
    'We currently do not have sufficient m5.large capacity in the Availability Zone you requested.',
    'Ec2SubnetInvalidConfiguration: One or more Amazon EC2 subnets do not automatically assign public IP addresses.',
    'Launching a new EC2 instance: i-0123',
    '',
  ])('is nothing in: %s', (text) => {
    expect(refusalIn(text)).toBeNull();
  });

  test('reads any text in time, and no more than the longest message of AWS', () => {
    fc.assert(fc.property(fc.string({ maxLength: 400 }), (text) => refusalIn(text) === null || true));
    expect(refusalIn(`${'x'.repeat(5_000)} InsufficientCidrBlocks`)).toBeNull();
  });
});

const failure = (changes: Partial<AllocationFailure>): AllocationFailure => ({
  at: '2026-01-01T10:00:00.000Z',
  service: 'auto-scaling',
  resource: 'web',
  code: 'InsufficientFreeAddressesInSubnet',
  subnetId: SUBNET,
  availabilityZone: 'eu-west-1a',
  text: 'no',
  ...changes,
});

describe('failures of one resource in one subnet', () => {
  test('are one record with their number, their first and their last time', () => {
    const first = failure({ at: '2026-01-01T08:00:00.000Z', text: 'first' });
    const last = failure({ at: '2026-01-01T10:30:00.000Z', text: 'last' });
    expect(groupFailures([failure({}), last, first])).toEqual([
      expect.objectContaining({
        count: 3,
        firstAt: '2026-01-01T08:00:00.000Z',
        lastAt: '2026-01-01T10:30:00.000Z',
        text: 'last',
        supply: 'addresses',
      }),
    ]);
  });

  test('stay apart from those of another group, subnet or code, the latest first', () => {
    const groups = groupFailures([
      failure({}),
      failure({ resource: 'jobs', at: '2026-01-01T11:00:00.000Z' }),
      failure({ subnetId: null }),
      failure({ code: 'InsufficientCidrBlocks' }),
    ]);
    expect(groups).toHaveLength(4);
    expect(groups[0]).toMatchObject({ resource: 'jobs' });
  });

  test('with a code that is about something else are left out', () => {
    expect(groupFailures([failure({ code: 'InsufficientInstanceCapacity' })])).toEqual([]);
  });

  test('without a time are counted, and have none', () => {
    expect(groupFailures([failure({ at: null })])).toMatchObject([{ count: 1, firstAt: null, lastAt: null }]);
  });

  test('are never lost or counted twice', () => {
    const any = fc.record({
      resource: fc.constantFrom('web', 'jobs'),
      subnetId: fc.constantFrom(SUBNET, 'subnet-66d3dd2c', null),
      at: fc.constantFrom('2026-01-01T08:00:00.000Z', '2026-01-01T09:00:00.000Z', null),
    });
    fc.assert(
      fc.property(fc.array(any), (all) => {
        const groups = groupFailures(all.map((each) => failure(each)));
        expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
      }),
    );
  });
});
