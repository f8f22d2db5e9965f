import { describe, expect, test } from 'vitest';
import type {
  NetworkInterface,
  Subnet,
  SubnetCidrReservation,
} from '../../../../shared/model/aws/inventory.ts';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import { SubnetAssessor, type SubnetOutcome } from '../../../../shared/model/subnet/subnet-assessor.ts';
import {
  addresses,
  anInterfaceRecord,
  aReservation,
  aSubnetRecord,
  aTarget,
} from '../../../fixtures/inventory-records.ts';

interface Situation {
  readonly subnet?: Partial<Subnet>;
  readonly interfaces?: readonly Partial<NetworkInterface>[];
  readonly reservations?: readonly SubnetCidrReservation[] | null;
  readonly interfacesVisible?: boolean;
}

const scan = ({
  subnet,
  interfaces = [],
  reservations = [],
  interfacesVisible = true,
}: Situation): SubnetOutcome => {
  const assessor = new SubnetAssessor({
    subnet: aSubnetRecord(subnet),
    target: aTarget,
    reservations,
    interfacesVisible,
  });
  for (const [index, changes] of interfaces.entries()) {
    assessor.add(anInterfaceRecord({ networkInterfaceId: `eni-${index}`, ...changes }), {
      kind: 'cluster-nodes',
      name: 'blue',
    });
  }
  return assessor.finish();
};

const assess = (situation: Situation): SubnetAssessment => scan(situation).assessment;

const reasonsFor = (assessment: SubnetAssessment, field: string): string[] =>
  assessment.unknowns.filter((unknown) => unknown.field === field).map(({ reason }) => reason);

/** What the contract promises: a figure is there, or it is said why it is not. */
const MEASURED = [
  'total',
  'usable',
  'used',
  'available',
  'availableSingle',
  'awsAvailable',
  'unaccounted',
  'prefixes',
  'blocks',
  'largestFreeBlock',
  'fragmentationIndex',
  'stranded',
  'reservations',
  'owners',
  'usesPrefixes',
] as const;

/** Those that take a sight of every interface, in the order in which they are named as unknown. */
const MODELLED = [
  'used',
  'unaccounted',
  'blocks',
  'owners',
  'usableSingle',
  'available',
  'availableSingle',
  'prefixes',
  'largestFreeBlock',
  'fragmentationIndex',
  'stranded',
  'reservations',
];

const withoutReason = (assessment: SubnetAssessment): string[] =>
  MEASURED.filter((field) => assessment[field] === null && reasonsFor(assessment, field).length === 0);

test('an empty subnet that AWS counts as we do is known exactly', () => {
  expect(assess({})).toEqual({
    subnetId: 'subnet-0a',
    name: 'private-a',
    accountId: '111111111111',
    region: 'eu-west-1',
    vpcId: 'vpc-01',
    ownerId: null,
    availabilityZone: 'eu-west-1a',
    availabilityZoneId: 'euw1-az1',
    outpostArn: null,
    cidrBlock: '10.0.0.0/24',
    ipv6CidrBlocks: [],
    ipv6Native: false,
    tags: {},
    total: 256,
    usable: 251,
    usableSingle: 251,
    used: 0,
    available: 251,
    availableSingle: 251,
    awsAvailable: 251,
    unaccounted: 0,
    awsCounts: null,
    prefixes: { assigned: 0, free: 14, freeInReservation: 0, freeUnreserved: 14 },
    blocks: { free: 14, prefix: 0, full: 0, fragmented: 0, awsReserved: 2 },
    largestFreeBlock: '10.0.0.64/26',
    fragmentationIndex: 27 / 251,
    stranded: 27,
    reservations: [],
    owners: [],
    leakedInterfaces: null,
    usesPrefixes: false,
    confidence: 'exact',
    unknowns: [],
    forecast: {},
  });
});

describe('what interfaces hold', () => {
  test('primary and secondary addresses and prefixes are in use, whatever the status of the interface', () => {
    const { assessment, networkAddressUnits } = scan({
      subnet: { awsAvailable: 231 },
      interfaces: [
        { privateAddresses: addresses('10.0.0.4', '10.0.0.5'), ipv4Prefixes: ['10.0.0.16/28'] },
        { privateAddresses: addresses('10.0.0.6', '10.0.0.7'), status: 'available' },
      ],
    });
    expect(assessment).toMatchObject({
      used: 20,
      available: 231,
      unaccounted: 0,
      prefixes: { assigned: 1, free: 13 },
      usesPrefixes: true,
      owners: [{ kind: 'cluster-nodes', name: 'blue', interfaces: 2, addresses: 20 }],
      confidence: 'exact',
    });
    expect(networkAddressUnits).toBe(5);
  });

  test("an address inside the interface's own prefix counts once", () => {
    const { used, owners } = assess({
      interfaces: [{ privateAddresses: addresses('10.0.0.4', '10.0.0.20'), ipv4Prefixes: ['10.0.0.16/28'] }],
    });
    expect(used).toBe(17);
    expect(owners?.[0]?.addresses).toBe(17);
  });

  test('one that two interfaces claim while it moves from one to the other counts once, for the first', () => {
    const assessor = new SubnetAssessor({
      subnet: aSubnetRecord(),
      target: aTarget,
      reservations: [],
      interfacesVisible: true,
    });
    const holder = anInterfaceRecord({ privateAddresses: addresses('10.0.0.4') });
    assessor.add(holder, { kind: 'lambda', name: null });
    assessor.add(holder, { kind: 'efs', name: null });
    expect(assessor.finish().assessment).toMatchObject({
      used: 1,
      owners: [
        { kind: 'lambda', name: null, interfaces: 1, addresses: 1 },
        { kind: 'efs', name: null, interfaces: 1, addresses: 0 },
      ],
    });
  });
});

describe('answers that cannot be so', () => {
  test('are left out, named, and cost the certainty, not the scan', () => {
    const assessment = assess({
      subnet: { awsAvailable: 250 },
      interfaces: [
        { privateAddresses: addresses('10.0.0.4', 'garbled') },
        { privateAddresses: addresses('10.0.9.9'), ipv4Prefixes: ['10.0.0.16/29'] },
      ],
    });
    expect(assessment).toMatchObject({ used: 1, available: 250, unaccounted: 0, confidence: 'partial' });
    expect(assessment.unknowns).toEqual([
      {
        field: 'used',
        reason:
          'EC2 answered garbled of eni-0, 10.0.0.16/29 of eni-1, 10.0.9.9 of eni-1, which cannot be in this subnet: the figures do not include it.',
      },
    ]);
  });

  test('three are named, the rest are counted', () => {
    const assessment = assess({
      interfaces: [
        { privateAddresses: addresses('a', 'b', 'c', 'd'), ipv4Prefixes: ['p'] },
        { privateAddresses: addresses('10.0.0.255') },
      ],
    });
    expect(reasonsFor(assessment, 'used')).toEqual([
      'EC2 answered p of eni-0, a of eni-0, b of eni-0, and 3 more, which cannot be in this subnet: the figures do not include it.',
    ]);
  });

  test('reservations that are none are left out too', () => {
    const assessment = assess({
      reservations: [
        aReservation('10.0.0.64/26', 'prefix'),
        aReservation('10.1.0.0/26', 'explicit', 'scr-02'),
        aReservation('garbled', 'explicit', 'scr-03'),
      ],
    });
    expect(assessment.reservations).toEqual([{ cidr: '10.0.0.64/26', type: 'prefix', available: 64 }]);
    expect(reasonsFor(assessment, 'reservations')).toEqual([
      'EC2 answered 10.1.0.0/26 of scr-02, garbled of scr-03, which cannot be in this subnet: the figures do not include it.',
    ]);
    expect(assessment.confidence).toBe('partial');
  });
});

describe('reservations', () => {
  test('each is reported with what is free in it', () => {
    const assessment = assess({
      subnet: { awsAvailable: 235 },
      interfaces: [{ ipv4Prefixes: ['10.0.0.64/28'] }],
      reservations: [aReservation('10.0.0.64/26', 'prefix'), aReservation('10.0.0.224/27', 'explicit')],
    });
    expect(assessment.reservations).toEqual([
      { cidr: '10.0.0.64/26', type: 'prefix', available: 48 },
      { cidr: '10.0.0.224/27', type: 'explicit', available: 31 },
    ]);
    expect(assessment).toMatchObject({
      available: 204,
      availableSingle: 156,
      unaccounted: 0,
      awsCounts: 'reserved-as-available',
      confidence: 'exact',
    });
  });

  test("it is reported if AWS's figure leaves reserved addresses out", () => {
    const reservations = [aReservation('10.0.0.64/26', 'prefix')];
    expect(assess({ subnet: { awsAvailable: 187 }, reservations })).toMatchObject({
      unaccounted: 0,
      awsCounts: 'reserved-as-unavailable',
      confidence: 'exact',
    });
  });

  test('a prefix reservation says that prefixes are used here, before the first one is', () => {
    expect(assess({ reservations: [aReservation('10.0.0.64/26', 'prefix')] }).usesPrefixes).toBe(true);
    expect(assess({ reservations: [aReservation('10.0.0.64/26', 'explicit')] }).usesPrefixes).toBe(false);
  });

  test('IPv6 reservations take nothing from the IPv4 supply', () => {
    const assessment = assess({ reservations: [aReservation('2600:1f18::/80', 'prefix')] });
    expect(assessment).toMatchObject({
      reservations: [],
      available: 251,
      usesPrefixes: false,
      confidence: 'exact',
    });
  });
});

describe('reservations that could not be read', () => {
  test('leave what is in use known, and what depends on them unknown', () => {
    const unread = assess({
      subnet: { awsAvailable: 250 },
      reservations: null,
      interfaces: [{ privateAddresses: addresses('10.0.0.20') }],
    });
    expect(unread).toMatchObject({
      total: 256,
      usable: 251,
      used: 1,
      unaccounted: 0,
      blocks: { free: 13, fragmented: 1 },
      owners: [{ addresses: 1 }],
      available: null,
      availableSingle: null,
      prefixes: null,
      largestFreeBlock: null,
      fragmentationIndex: null,
      stranded: null,
      reservations: null,
      usesPrefixes: null,
      confidence: 'partial',
    });
    expect(withoutReason(unread)).toEqual([]);
    expect(reasonsFor(unread, 'available')).toEqual([
      'They depend on reservations, and those could not be read.',
    ]);
    expect(reasonsFor(unread, 'usesPrefixes')).toEqual([
      'No node holds a prefix, and the reservations could not be read.',
    ]);
  });

  test('and are the one reason given, even where AWS counts something else', () => {
    const assessment = assess({ reservations: null, subnet: { awsAvailable: 240 } });
    expect(assessment.unaccounted).toBeNull();
    expect(reasonsFor(assessment, 'available')).toEqual([
      'They depend on reservations, and those could not be read.',
    ]);
    expect(reasonsFor(assessment, 'used')).toEqual([
      "Not confirmed: AWS's own count could not be reconciled with ours.",
    ]);
  });

  test.each([
    ['a service network endpoint', { interfaceType: 'vpc_endpoint', requesterManaged: true }],
    ['a service that manages an interface of its own', { requesterManaged: true, attachment: null }],
    ['a node of EKS Auto Mode, whose CNI can do without', { operatorPrincipal: 'eks.amazonaws.com' }],
  ])('the prefix of %s asks for no further one', (_, changes) => {
    const { usesPrefixes } = assess({ interfaces: [{ ipv4Prefixes: ['10.0.0.16/28'], ...changes }] });
    expect(usesPrefixes).toBe(false);
  });

  test('an interface that holds a prefix tells anyway that prefixes are used', () => {
    const assessment = assess({
      subnet: { awsAvailable: 235 },
      reservations: null,
      interfaces: [{ ipv4Prefixes: ['10.0.0.16/28'] }],
    });
    expect(assessment.usesPrefixes).toBe(true);
    expect(assessment.unknowns.map(({ field }) => field)).toEqual(MODELLED.slice(4));
  });

  test('a full subnet says nothing of free ranges that depend on them', () => {
    const assessment = assess({
      subnet: { cidrBlock: '10.0.0.0/28', awsAvailable: 0 },
      reservations: null,
      interfaces: [
        { privateAddresses: addresses(...Array.from({ length: 11 }, (_, index) => `10.0.0.${index + 4}`)) },
      ],
    });
    expect(reasonsFor(assessment, 'largestFreeBlock')).toEqual([
      'They depend on reservations, and those could not be read.',
    ]);
  });

  test('change nothing of what is not there: a full subnet has no address left and no prefix', () => {
    const assessment = assess({
      subnet: { cidrBlock: '10.0.0.0/28', awsAvailable: 0 },
      reservations: null,
      interfaces: [
        { privateAddresses: addresses(...Array.from({ length: 11 }, (_, index) => `10.0.0.${index + 4}`)) },
      ],
    });
    expect(assessment).toMatchObject({
      available: 0,
      availableSingle: 0,
      stranded: 0,
      prefixes: { free: 0, assigned: 0 },
      usableSingle: null,
      reservations: null,
    });
    expect(reasonsFor(assessment, 'available')).toEqual([]);
  });

  test('make no prefix where no whole block is free, and how many single addresses there are is unknown', () => {
    const assessment = assess({
      subnet: { cidrBlock: '10.0.0.0/27', awsAvailable: 25 },
      reservations: null,
      interfaces: [{ privateAddresses: addresses('10.0.0.4', '10.0.0.20') }],
    });
    expect(assessment).toMatchObject({
      available: null,
      availableSingle: null,
      stranded: null,
      prefixes: { free: 0, freeInReservation: 0, freeUnreserved: 0, assigned: 0 },
    });
    expect(reasonsFor(assessment, 'prefixes')).toEqual([]);
    expect(withoutReason(assessment)).toEqual([]);
  });

  test('leave the doubt that AWS counts more as free', () => {
    const assessment = assess({
      subnet: { cidrBlock: '10.0.0.0/27', awsAvailable: 30 },
      reservations: null,
      interfaces: [{ privateAddresses: addresses('10.0.0.4', '10.0.0.20') }],
    });
    expect(assessment.prefixes?.free).toBe(0);
    expect(reasonsFor(assessment, 'prefixes')).toEqual([
      "Not confirmed: AWS's own count could not be reconciled with ours.",
    ]);
  });
});

test('a full subnet is known exactly: what has no value says why', () => {
  const full = assess({
    subnet: { cidrBlock: '10.0.0.0/28', awsAvailable: 0 },
    interfaces: [
      { privateAddresses: addresses(...Array.from({ length: 11 }, (_, index) => `10.0.0.${index + 4}`)) },
    ],
  });
  expect(full).toMatchObject({ available: 0, stranded: 0, fragmentationIndex: null, largestFreeBlock: null });
  expect(full.confidence).toBe('exact');
  expect(full.unknowns).toEqual([
    { field: 'largestFreeBlock', reason: 'Nothing is available, so there is no free range.' },
    { field: 'fragmentationIndex', reason: 'Nothing is available, so there is no free range.' },
  ]);
});

describe('addresses that AWS counts and we do not see', () => {
  test('are in no figure of what is free: the lower count is the figure, and the confidence is lower', () => {
    const assessment = assess({ subnet: { awsAvailable: 240 } });
    expect(assessment).toMatchObject({
      used: 11,
      available: 240,
      availableSingle: 240,
      unaccounted: 11,
      confidence: 'partial',
      prefixes: { free: 14 },
    });
    expect(reasonsFor(assessment, 'available')).toHaveLength(1);
  });

  test('leave no more free prefixes than what AWS counts can make', () => {
    const assessment = assess({ subnet: { awsAvailable: 40 } });
    expect(assessment.prefixes).toEqual({ assigned: 0, free: 2, freeInReservation: 0, freeUnreserved: 2 });
    expect(assess({ subnet: { awsAvailable: 0 } })).toMatchObject({
      available: 0,
      prefixes: { free: 0 },
      largestFreeBlock: null,
    });
  });

  test('lower the single addresses beside reservations, whichever way AWS counts those', () => {
    const assessment = assess({
      subnet: { awsAvailable: 100 },
      reservations: [aReservation('10.0.0.128/26', 'prefix')],
    });
    expect(assessment).toMatchObject({
      usable: 251,
      usableSingle: 187,
      available: 164,
      availableSingle: 100,
      prefixes: { freeInReservation: 4, freeUnreserved: 6, free: 10 },
    });
  });

  test('change nothing where AWS counts more than we do', () => {
    expect(assess({ subnet: { awsAvailable: 255 } })).toMatchObject({ used: 0, available: 251 });
  });

  test('without the count of AWS nothing is confirmed', () => {
    const assessment = assess({ subnet: { awsAvailable: null } });
    expect(assessment).toMatchObject({
      available: 251,
      awsAvailable: null,
      unaccounted: null,
      confidence: 'partial',
    });
    expect(withoutReason(assessment)).toEqual([]);
  });
});

describe('a subnet that another account shares', () => {
  const shared = { ownerId: '999999999999', awsAvailable: 40 };

  test('is known by size and by the count of AWS alone: only its owner sees every interface', () => {
    const { assessment, map, networkAddressUnits } = scan({
      subnet: shared,
      interfaces: [{ privateAddresses: addresses('10.0.0.4') }],
    });
    expect(assessment).toMatchObject({
      ownerId: '999999999999',
      total: 256,
      usable: 251,
      awsAvailable: 40,
      used: null,
      available: null,
      availableSingle: null,
      unaccounted: null,
      awsCounts: null,
      prefixes: null,
      blocks: null,
      largestFreeBlock: null,
      fragmentationIndex: null,
      stranded: null,
      reservations: null,
      owners: null,
      usesPrefixes: null,
      confidence: 'unknown',
    });
    expect(map).toBeNull();
    expect(networkAddressUnits).toBeNull();
    expect(withoutReason(assessment)).toEqual([]);
    expect(reasonsFor(assessment, 'fragmentationIndex')).toEqual([
      'Account 999999999999 owns this subnet and shares it; only a scan of that account sees every interface in it.',
    ]);
  });

  test('uses prefixes where a reservation for them can be read', () => {
    const assessment = assess({ subnet: shared, reservations: [aReservation('10.0.0.64/26', 'prefix')] });
    expect(assessment.usesPrefixes).toBe(true);
    expect(assessment.unknowns.map(({ field }) => field)).toEqual(MODELLED);
    expect(assess({ subnet: shared, reservations: null }).usesPrefixes).toBeNull();
    expect(
      assess({ subnet: shared, reservations: [aReservation('10.0.0.64/26', 'explicit')] }).usesPrefixes,
    ).toBeNull();
  });

  test('is an ordinary one to the account that owns it, and where EC2 does not name the owner', () => {
    expect(assess({ subnet: { ownerId: aTarget.accountId } })).toMatchObject({
      ownerId: null,
      confidence: 'exact',
    });
    expect(assess({ subnet: { ownerId: null } })).toMatchObject({ ownerId: null, confidence: 'exact' });
  });
});

test('interfaces that could not be listed leave size and the count of AWS, and say so', () => {
  const { assessment, map, networkAddressUnits } = scan({ interfacesVisible: false });
  expect(assessment).toMatchObject({
    total: 256,
    awsAvailable: 251,
    used: null,
    owners: null,
    confidence: 'unknown',
  });
  expect(withoutReason(assessment)).toEqual([]);
  expect(reasonsFor(assessment, 'used')).toEqual([
    'The network interfaces could not be listed; the errors of the target give the reason.',
  ]);
  expect({ map, networkAddressUnits }).toEqual({ map: null, networkAddressUnits: null });
  const unsent = assess({ interfacesVisible: false, subnet: { awsAvailable: null } });
  expect(reasonsFor(unsent, 'awsAvailable')).toEqual(['EC2 sent no AvailableIpAddressCount.']);
});

describe('kinds of subnet', () => {
  test('a dual-stack subnet is one with IPv4: its IPv6 ranges take nothing from it', () => {
    const assessment = assess({
      subnet: { ipv6CidrBlocks: ['2600:1f18:0:1::/64'] },
      interfaces: [
        {
          privateAddresses: addresses('10.0.0.4'),
          ipv6AddressCount: 5,
          ipv6Prefixes: ['2600:1f18:0:1::/80'],
        },
      ],
    });
    expect(assessment).toMatchObject({ used: 1, available: 250, ipv6CidrBlocks: ['2600:1f18:0:1::/64'] });
  });

  const ipv6Only = {
    cidrBlock: null,
    ipv6Native: true,
    ipv6CidrBlocks: ['2600:1f18:0:2::/64'],
    awsAvailable: 0,
  };

  test('an IPv6-only subnet has no IPv4 supply, which is neither zero nor an error', () => {
    const { assessment, map, networkAddressUnits } = scan({
      subnet: ipv6Only,
      interfaces: [{ ipv6AddressCount: 2 }, { ipv6Prefixes: ['2600:1f18:0:2::/80'] }],
    });
    expect(assessment).toMatchObject({
      total: null,
      usable: null,
      used: null,
      available: null,
      availableSingle: null,
      awsAvailable: null,
      unaccounted: null,
      prefixes: null,
      blocks: null,
      reservations: null,
      owners: [{ kind: 'cluster-nodes', name: 'blue', interfaces: 2, addresses: 0 }],
      usesPrefixes: false,
      confidence: 'exact',
      unknowns: [],
    });
    expect(map).toBeNull();
    expect(networkAddressUnits).toBe(3);
  });

  test('who is in a shared IPv6-only subnet is unknown', () => {
    const assessment = assess({ subnet: { ...ipv6Only, ownerId: '999999999999' } });
    expect(assessment).toMatchObject({ owners: null, confidence: 'exact' });
    expect(assessment.unknowns.map(({ field }) => field)).toEqual(['owners']);
  });

  test('an IPv4 address in an IPv6-only subnet is an odd answer', () => {
    const assessment = assess({
      subnet: ipv6Only,
      interfaces: [{ privateAddresses: addresses('10.0.0.4'), ipv4Prefixes: ['10.0.0.16/28'] }],
      reservations: [aReservation('10.0.0.32/28', 'prefix'), aReservation('2600:1f18:0:2::/80', 'prefix')],
    });
    expect(assessment.confidence).toBe('partial');
    expect(assessment.unknowns.map(({ reason }) => reason)).toEqual([
      'EC2 answered 10.0.0.16/28 of eni-0, 10.0.0.4 of eni-0, which cannot be in this subnet: the figures do not include it.',
      'EC2 answered 10.0.0.32/28 of scr-01, which cannot be in this subnet: the figures do not include it.',
    ]);
  });

  test.each(['', '  ', '\n', '\u200B\u202E'])('a name in which nothing can be seen is none: %j', (name) => {
    expect(assess({ subnet: { name } }).name).toBeNull();
  });

  test.each([
    ['an Outpost', { outpostArn: 'arn:aws:outposts:eu-west-1:111111111111:outpost/op-0123456789abcdef0' }],
    ['a Local Zone', { availabilityZone: 'us-west-2-lax-1a', availabilityZoneId: 'usw2-lax1-az1' }],
    ['a public route', { mapPublicIpOnLaunch: true }],
  ])('a subnet on %s has the same five addresses kept and is assessed like any other', (_, place) => {
    expect(assess({ subnet: place })).toMatchObject({
      ...place,
      usable: 251,
      available: 251,
      confidence: 'exact',
    });
  });
});

describe('a range that EC2 did not send, or not so that it could be one', () => {
  test.each([
    [null, 'EC2 sent neither an IPv4 range for this subnet nor said that it is IPv6-only.'],
    ['10.0.0.0/29', 'EC2 sent 10.0.0.0/29 as its range, which is not an IPv4 range from /16 to /28.'],
    ['garbled', 'EC2 sent garbled as its range, which is not an IPv4 range from /16 to /28.'],
  ])('%s', (cidrBlock, reason) => {
    const { assessment, map } = scan({
      subnet: { cidrBlock },
      interfaces: [{ privateAddresses: addresses('10.0.0.4') }],
    });
    expect(assessment).toMatchObject({
      cidrBlock,
      total: null,
      awsAvailable: 251,
      owners: null,
      confidence: 'unknown',
    });
    expect(withoutReason(assessment)).toEqual([]);
    expect(new Set(assessment.unknowns.map((unknown) => unknown.reason))).toEqual(new Set([reason]));
    expect(map).toBeNull();
  });

  test('an IPv6-only subnet that also has a range that is none is not taken for one without IPv4', () => {
    expect(assess({ subnet: { cidrBlock: 'garbled', ipv6Native: true } }).confidence).toBe('unknown');
  });

  test('nor is the count of AWS, where it is not sent either, passed over in silence', () => {
    expect(withoutReason(assess({ subnet: { cidrBlock: null, awsAvailable: null } }))).toEqual([]);
  });
});
