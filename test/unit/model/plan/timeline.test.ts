import { describe, expect, test } from 'vitest';
import type { ReservationType } from '../../../../shared/model/aws/inventory.ts';
import { type Holding, type NodeStart, Timeline } from '../../../../shared/model/plan/timeline.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { Situation } from '../../../fixtures/situation.ts';

const ID = 'subnet-0a';

/** A /24 with single addresses at these offsets, as a scan finds it. */
const scanned = (
  offsets: readonly number[],
  reserved: Readonly<Record<string, ReservationType>> = {},
  placement: 'worst' | 'best' = 'worst',
): Timeline => {
  const situation = new Situation();
  situation.subnet(ID, '10.0.0.0/24', { reserved });
  situation.spoil(ID, ...offsets);
  const { maps, subnets } = situation.assess();
  return new Timeline(placement, subnets, new Map(maps.map((map) => [map.subnetId, map])));
};

const single = (block: number): Holding => ({
  subnetId: ID,
  addresses: 1,
  prefixes: 0,
  reservedPrefixes: 0,
  blocks: new Map([[block, 1]]),
});

/** Singles beside prefixes, and what an interface of the launch template takes. */
const NODE: NodeStart = {
  steps: [
    { subnet: 'node', singles: 1, prefixes: 0, addressError: 'InsufficientFreeAddressesInSubnet' },
    { subnet: 'pods', singles: 0, prefixes: 1, addressError: 'InsufficientFreeAddressesInSubnet' },
  ],
  subnetId: ID,
  podSubnetIds: [ID],
};

describe('a prefix reservation in a plan leaves what a scan of the same reservation finds', () => {
  test.each([
    ['a block', '10.0.0.64/28'],
    ['a block with an address in it', '10.0.0.32/28'],
    ['the first block, of which AWS keeps four addresses', '10.0.0.0/28'],
    ['the last block, of which AWS keeps one address', '10.0.0.240/28'],
    ['the first half', '10.0.0.0/25'],
    ['the whole subnet', '10.0.0.0/24'],
  ])('%s', (_, range) => {
    const offsets = [5, 33, 70, 200];
    const timeline = scanned(offsets);
    expect(timeline.reserve(ID, range)).toBe(true);
    expect(timeline.now(ID)).toEqual(scanned(offsets, { [range]: 'prefix' }).now(ID));
  });
});

describe('a reservation is refused', () => {
  const timeline = scanned([], { '10.0.0.64/28': 'explicit' });

  test.each([
    ['that is no range', ID, '10.0.0.1/28'],
    ['outside the subnet', ID, '10.0.1.0/28'],
    ['of less than a block', ID, '10.0.0.32/30'],
    ['over another one', ID, '10.0.0.64/27'],
    ['in a subnet that is not known', 'subnet-0b', '10.0.0.32/28'],
  ])('%s', (_, subnetId, range) => {
    const before = timeline.now(ID);
    expect(timeline.reserve(subnetId, range)).toBe(false);
    expect(timeline.now(ID)).toEqual(before);
  });

  test('in a subnet whose blocks are not known', () => {
    expect(new Timeline('worst', [aSubnet()], new Map()).reserve('subnet-0a', '10.0.0.32/28')).toBe(false);
  });
});

describe('an address that comes back leaves what a scan without it finds', () => {
  const reserved = { '10.0.0.32/28': 'prefix', '10.0.0.48/28': 'explicit' } as const;

  test.each([
    ['in an open block', 65],
    ['in an open block with another address', 81],
    ['in a prefix reservation', 33],
    ['in an explicit reservation', 49],
    ['in a block with addresses of AWS', 5],
  ])('%s', (_, offset) => {
    const others = [82, 200];
    const timeline = scanned([...others, offset], reserved);
    timeline.stop([single(Math.floor(offset / 16))]);
    expect(timeline.now(ID)).toEqual(scanned(others, reserved).now(ID));
  });
});

describe('a node takes', () => {
  test('singles of its own interfaces and of others, and prefixes, each counted as what it is', () => {
    const extras = [{ subnetId: ID, singles: 2, prefixes: 1 }];
    expect(scanned([], {}, 'best').start({ ...NODE, extras })).toEqual([
      { subnetId: ID, addresses: 3, prefixes: 2, reservedPrefixes: 0, blocks: null },
    ]);
  });
});

describe('a subnet whose use is not known', () => {
  const timeline = new Timeline(
    'worst',
    [aSubnet({ used: null }), aSubnet({ subnetId: 'subnet-0b', availableSingle: null })],
    new Map(),
  );

  test.each(['subnet-0a', 'subnet-0b', 'subnet-0c'])('has no figures: %s', (subnetId) => {
    expect([timeline.now(subnetId), timeline.lowest(subnetId)]).toEqual([null, null]);
    expect(timeline.start({ ...NODE, subnetId, podSubnetIds: [subnetId] })).toBeNull();
  });

  test('stays unknown when a node there ends', () => {
    timeline.stop([single(3)]);
    expect(timeline.now('subnet-0a')).toBeNull();
  });
});
