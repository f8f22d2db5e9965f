import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_CNI_SETTINGS } from '../../../shared/model/cni/cni-settings.ts';
import { mapsAfter, NO_MAP_CHANGE, possibleMap } from '../../../shared/model/plan/possible-map.ts';
import type { AddressMap } from '../../../shared/model/result/assessment.ts';
import { decodeAddressMap } from '../../../shared/model/subnet/address-map.ts';
import { LabFleet } from '../../fixtures/lab-fleet.ts';

const SUBNET = 'subnet-0a';

const scannedMap = (pods: readonly number[], prefixDelegation: boolean, strangers: number, seed: number) => {
  const fleet = new LabFleet(
    [{ subnetId: SUBNET, cidr: '10.0.0.0/24', zone: 'eu-west-1a' }],
    { ...DEFAULT_CNI_SETTINGS, prefixDelegation },
    seed,
  );
  fleet.addStrangers(SUBNET, strangers);
  for (const each of pods) {
    const member = fleet.start('m5.large', SUBNET);
    if (member !== null) fleet.run(member, each);
  }
  const { estate } = fleet.scanned();
  const map = estate.maps.get(SUBNET);
  if (map === undefined) throw new Error('no map');
  return { map, subnet: estate.subnets.get(SUBNET) };
};

const usedIn = (map: AddressMap): number => decodeAddressMap(map).reduce((sum, { used }) => sum + used, 0);
const prefixesIn = (map: AddressMap): number =>
  decodeAddressMap(map).filter(({ state }) => state === 'prefix').length;

test('a map after a change holds what was there and what was taken, as far as there is room', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 5 }),
      fc.boolean(),
      fc.nat(30),
      fc.record({ addresses: fc.nat(120), prefixes: fc.nat(6) }),
      fc.nat(),
      (pods, prefixDelegation, strangers, taken, seed) => {
        const { map, subnet } = scannedMap(pods, prefixDelegation, strangers, seed);
        const after = possibleMap(map, taken);
        const prefixes = Math.min(
          taken.prefixes,
          decodeAddressMap(map).filter(({ state }) => state === 'free').length,
        );
        expect(prefixesIn(after) - prefixesIn(map)).toBe(prefixes);
        const singles = Math.min(taken.addresses, (subnet?.availableSingle ?? 0) - prefixes * 16);
        expect(usedIn(after) - usedIn(map)).toBe(prefixes * 16 + singles);
        for (const { state, used } of decodeAddressMap(after)) {
          if (state === 'free') expect(used).toBe(0);
          if (state === 'full' || state === 'prefix') expect(used).toBe(16);
          if (state === 'fragmented') expect(used % 16).not.toBe(0);
        }
        expect(possibleMap(map, taken)).toEqual(after);
      },
    ),
    { numRuns: 200 },
  );
});

test('new single addresses stay out of a range that is reserved for prefixes', () => {
  const { map } = scannedMap([], false, 0, 1);
  const change = {
    ...NO_MAP_CHANGE,
    reservations: ['10.0.0.128/25'],
    taken: { addresses: 300, prefixes: 3 },
  };
  const after = mapsAfter(new Map([[SUBNET, map]]), new Map([[SUBNET, change]])).get(SUBNET);
  if (after === undefined) throw new Error('no map');
  const inside = decodeAddressMap(after).filter(({ reservation }) => reservation === 'prefix');
  expect(inside).toHaveLength(8);
  expect(inside.filter(({ state }) => state === 'prefix')).toHaveLength(3);
  // The last block holds AWS's own address.
  expect(inside.filter(({ state }) => state === 'free')).toHaveLength(4);
});
