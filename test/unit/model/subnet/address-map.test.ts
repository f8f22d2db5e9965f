import { describe, expect, test } from 'vitest';
import type { NetworkInterface, SubnetCidrReservation } from '../../../../shared/model/aws/inventory.ts';
import type { AddressMap } from '../../../../shared/model/result/assessment.ts';
import { decodeAddressMap, MAP_OWNERS } from '../../../../shared/model/subnet/address-map.ts';
import { SubnetAssessor } from '../../../../shared/model/subnet/subnet-assessor.ts';
import {
  addresses,
  anInterfaceRecord,
  aReservation,
  aSubnetRecord,
  aTarget,
} from '../../../fixtures/inventory-records.ts';

type Holding = readonly [name: string, holds: Partial<NetworkInterface>];

const mapOf = (
  cidrBlock: string,
  holdings: readonly Holding[],
  reservations: readonly SubnetCidrReservation[] | null = [],
): AddressMap => {
  const assessor = new SubnetAssessor({
    subnet: aSubnetRecord({ cidrBlock }),
    target: aTarget,
    reservations,
    interfacesVisible: true,
  });
  for (const [name, holds] of holdings)
    assessor.add(anInterfaceRecord(holds), { kind: 'cluster-nodes', name });
  return assessor.finish().map ?? expect.fail('there should be a map');
};

const hosts = (from: number, count: number) =>
  addresses(...Array.from({ length: count }, (_, index) => `10.0.0.${from + index}`));

describe('the map of a subnet', () => {
  const mapOfFour = (): AddressMap =>
    mapOf(
      '10.0.0.0/24',
      [
        ['green', { ipv4Prefixes: ['10.0.0.16/28'] }],
        ['blue', { privateAddresses: hosts(32, 16) }],
        ['blue', { privateAddresses: hosts(48, 3) }],
        ['red', { privateAddresses: hosts(4, 1) }],
      ],
      [aReservation('10.0.0.128/27', 'prefix'), aReservation('10.0.0.160/27', 'explicit')],
    );

  test('has a character for each block and layer, and its owners by what they hold', () => {
    expect(mapOfFour()).toEqual({
      subnetId: 'subnet-0a',
      cidrBlock: '10.0.0.0/24',
      states: 'ap#+...........a',
      reserved: '--------PPEE----',
      used: '1gg3000000000000',
      owner: '2100------------',
      owners: [
        { kind: 'cluster-nodes', name: 'blue' },
        { kind: 'cluster-nodes', name: 'green' },
        { kind: 'cluster-nodes', name: 'red' },
      ],
    });
  });

  test('is decoded block by block', () => {
    const blocks = decodeAddressMap(mapOfFour());
    expect(blocks).toHaveLength(16);
    expect(blocks[0]).toEqual({
      cidr: '10.0.0.0/28',
      state: 'awsReserved',
      reservation: 'none',
      used: 1,
      owner: { kind: 'cluster-nodes', name: 'red' },
    });
    expect(blocks[1]).toMatchObject({ cidr: '10.0.0.16/28', state: 'prefix', used: 16 });
    expect(blocks[2]).toMatchObject({ state: 'full', used: 16, owner: { name: 'blue' } });
    expect(blocks[3]).toMatchObject({ state: 'fragmented', used: 3 });
    expect(blocks[8]).toEqual({
      cidr: '10.0.0.128/28',
      state: 'free',
      reservation: 'prefix',
      used: 0,
      owner: null,
    });
    expect(blocks[10]).toMatchObject({ reservation: 'explicit' });
    expect(blocks[15]?.cidr).toBe('10.0.0.240/28');
  });
});

test('a block belongs to the owner of most of it', () => {
  const map = mapOf('10.0.0.0/24', [
    ['big', { privateAddresses: hosts(64, 60) }],
    ['big', { privateAddresses: hosts(16, 2) }],
    ['small', { privateAddresses: hosts(18, 3) }],
    ['big', { privateAddresses: hosts(21, 1) }],
    ['big', { privateAddresses: hosts(32, 2) }],
    ['small', { privateAddresses: hosts(34, 3) }],
    ['small', { privateAddresses: hosts(48, 3) }],
    ['big', { privateAddresses: hosts(51, 2) }],
  ]);
  const blocks = decodeAddressMap(map);
  expect(blocks[1]?.owner?.name).toBe('big');
  expect(blocks[2]?.owner?.name).toBe('small');
  expect(blocks[3]?.owner?.name).toBe('small');
});

test('where two hold the same, it belongs to the one that holds more of the subnet, in whatever order they lie', () => {
  const map = mapOf('10.0.0.0/24', [
    ['small', { privateAddresses: hosts(16, 2) }],
    ['big', { privateAddresses: hosts(18, 2) }],
    ['big', { privateAddresses: hosts(32, 2) }],
    ['small', { privateAddresses: hosts(34, 2) }],
    ['big', { privateAddresses: hosts(64, 60) }],
  ]);
  expect(
    decodeAddressMap(map)
      .slice(1, 3)
      .map(({ owner }) => owner?.name),
  ).toEqual(['big', 'big']);
});

test('what is counted of one block does not carry over to the next', () => {
  const map = mapOf('10.0.0.0/24', [
    ['big', { privateAddresses: hosts(16, 9) }],
    ['big', { privateAddresses: hosts(32, 1) }],
    ['small', { privateAddresses: hosts(33, 2) }],
  ]);
  expect(decodeAddressMap(map)[2]?.owner?.name).toBe('small');
});

test('a block cut by both types of reservation shows the explicit one', () => {
  const map = mapOf(
    '10.0.0.0/24',
    [],
    [aReservation('10.0.0.16/29', 'prefix'), aReservation('10.0.0.24/29', 'explicit')],
  );
  expect(map.reserved.slice(0, 3)).toBe('-E-');
});

test('reservations that could not be read are drawn as unknown', () => {
  const map = mapOf('10.0.0.0/24', [], null);
  expect(map.reserved).toBe('?'.repeat(16));
  expect(decodeAddressMap(map)[3]?.reservation).toBe('unknown');
});

describe('owners beyond what a digit can name', () => {
  const holders = (count: number): Holding[] =>
    Array.from({ length: count }, (_, index) => [
      `n${String(index).padStart(2, '0')}`,
      { privateAddresses: addresses(`10.0.${index + 1}.0`) },
    ]);

  test('thirty-six are all named', () => {
    const map = mapOf('10.0.0.0/16', holders(MAP_OWNERS));
    expect(map.owners).toHaveLength(36);
    expect(map.owners[35]).toEqual({ kind: 'cluster-nodes', name: 'n35' });
    expect(decodeAddressMap(map)[36 * 16]?.owner?.name).toBe('n35');
  });

  test('of thirty-seven, the two that hold least share the last place', () => {
    const map = mapOf('10.0.0.0/16', holders(MAP_OWNERS + 1));
    expect(map.owners).toHaveLength(36);
    expect(map.owners[34]).toEqual({ kind: 'cluster-nodes', name: 'n34' });
    expect(map.owners[35]).toEqual({ kind: 'others', name: null });
    const blocks = decodeAddressMap(map);
    expect(blocks[35 * 16]?.owner?.name).toBe('n34');
    expect(blocks[36 * 16]?.owner?.kind).toBe('others');
    expect(blocks[37 * 16]?.owner?.kind).toBe('others');
  });
});

describe('a damaged map is refused', () => {
  const good = (): AddressMap => mapOf('10.0.0.0/27', [['blue', { privateAddresses: hosts(8, 1) }]]);

  test.each<[string, Partial<AddressMap>]>([
    ['a range that is none', { cidrBlock: 'nowhere' }],
    [
      'a range that is none, and no blocks',
      { cidrBlock: 'nowhere', states: '', reserved: '', used: '', owner: '' },
    ],
    ['a range of another size', { cidrBlock: '10.0.0.0/26' }],
    ['a range smaller than a block', { cidrBlock: '10.0.0.0/29' }],
    ['too few states', { states: 'a' }],
    ['too many reservations', { reserved: '---' }],
    ['too few counts', { used: '' }],
    ['too many owners', { owner: '0--' }],
    ['a state that is none', { states: 'ax' }],
    ['a reservation that is none', { reserved: '-x' }],
    ['a count that is none', { used: '1z' }],
    ['an owner that is not listed', { owner: '1-' }],
    ['an owner that is no digit', { owner: '*-' }],
  ])('%s', (_, damage) => {
    expect(() => decodeAddressMap({ ...good(), ...damage })).toThrow(
      expect.objectContaining({
        code: 'invalid-address-map',
        message: `The address map of subnet-0a (${damage.cidrBlock ?? '10.0.0.0/27'}) is damaged.`,
        action: 'Scan the target again: each scan writes a new map.',
      }),
    );
  });

  test('and a good one is not', () => {
    expect(decodeAddressMap(good())).toHaveLength(2);
  });
});
