import { describe, expect, test } from 'vitest';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
import { possibleMap } from '../../../../shared/model/plan/possible-map.ts';
import { planWhatIf } from '../../../../shared/model/plan/what-if.ts';
import type { AddressMap } from '../../../../shared/model/result/assessment.ts';
import { decodeAddressMap } from '../../../../shared/model/subnet/address-map.ts';
import { shopFleet } from '../../../fixtures/plan-command.ts';

const usedIn = (map: AddressMap): number => decodeAddressMap(map).reduce((sum, { used }) => sum + used, 0);

/** What the maps after a change show in use, and what its figures say, by subnet. */
const usedAfter = (nodes: number, changes: Partial<PlannedChanges>) => {
  const { cluster, estate } = shopFleet({ nodes, pods: 3 }).scanned();
  const { answer, mapsAfter } = planWhatIf(estate, cluster, { ...NO_CHANGES, ...changes });
  const shown = mapsAfter();
  return answer.after.subnets.map(({ subnetId, used }) => {
    const map = shown.get(subnetId);
    return { shown: map === undefined ? null : usedIn(map), figure: used?.[1] };
  });
};

describe('the maps after a change show as many addresses in use as its figures say', () => {
  test.each([
    ['running nodes give back what is over their new targets', 7, { settings: { warmIpTarget: 1 } }],
    ['a subnet loses its only node', 3, { nodes: -1 }],
    ['nodes start', 4, { nodes: 4 }],
    ['nodes start where none runs', 1, { nodes: 3 }],
    ['nodes of another type take the place of all', 6, { type: 'm5.xlarge' }],
  ])('where %s', (_, nodes, changes) => {
    const used = usedAfter(nodes, changes);
    expect(used.map(({ shown }) => shown)).toEqual(used.map(({ figure }) => figure));
  });
});

test('what is drawn in two goes has one owner, which the map names once', () => {
  const { estate } = shopFleet({ nodes: 1, pods: 3 }).scanned();
  const map = estate.maps.get('subnet-0a');
  if (map === undefined) throw new Error('no map');
  const once = possibleMap(map, { addresses: 2, prefixes: 1 });
  const twice = possibleMap(once, { addresses: 3, prefixes: 0 });
  expect(twice.owners).toEqual(once.owners);
  expect(usedIn(twice) - usedIn(map)).toBe(21);
});
