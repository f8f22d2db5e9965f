import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_CNI_SETTINGS } from '../../../shared/model/cni/cni-settings.ts';
import { emptySubnet } from '../../../shared/model/plan/new-subnet.ts';
import { zoneRoom } from '../../../shared/model/plan/zone-room.ts';
import { aTarget } from '../../fixtures/inventory-records.ts';
import { LabFleet } from '../../fixtures/lab-fleet.ts';

const ZONE = 'eu-west-1a';
const OWN = { subnetId: 'subnet-0a', cidr: '10.0.0.0/25', zone: ZONE };
const NEW = { subnetId: 'subnet-1a', cidr: '10.0.1.0/26', zone: ZONE, nodes: false as const, open: true };
/** Pods with an address of their own on a full m5.large. */
const FULL = 27;

const estates = fc.record({
  nodes: fc.integer({ min: 1, max: 4 }),
  strangers: fc.integer({ min: 0, max: 90 }),
  settings: fc.constantFrom({}, { warmIpTarget: 2 }, { warmIpTarget: 1, minimumIpTarget: 9 }),
});

const fleetOf = (
  subnets: readonly (typeof OWN | typeof NEW)[],
  { nodes, settings, strangers }: { nodes: number; settings: object; strangers: number },
): LabFleet => {
  const fleet = new LabFleet(subnets, { ...DEFAULT_CNI_SETTINGS, ...settings }, 1);
  fleet.addStrangers(OWN.subnetId, strangers);
  for (let started = 0; started < nodes; started += 1) fleet.start('m5.large', OWN.subnetId);
  return fleet;
};

/** Starts nodes one by one and fills each with pods, until one of them does not get all. */
const fullNodesThatStart = (fleet: LabFleet): number => {
  for (let started = 0; ; started += 1) {
    const member = fleet.start('m5.large', OWN.subnetId);
    if (member === null || !fleet.run(member, FULL)) return started;
  }
};

test('so many full nodes as a remedy promises start in the lab once the subnet is open to the CNI', () => {
  let grew = 0;
  fc.assert(
    fc.property(estates, (estate) => {
      const before = fleetOf([OWN], estate);
      if (before.nodes.length === 0) return;
      const scanned = before.scanned();
      const added = emptySubnet(aTarget, 'vpc-0a', { cidr: NEW.cidr, zone: ZONE });
      const room = zoneRoom(scanned.estate, scanned.cluster, ZONE, { opens: { ...added, use: 'discovery' } });
      if (room === null) throw new Error('nothing is known of the zone');
      expect(fullNodesThatStart(before)).toBeGreaterThanOrEqual(room.before[0]);
      const after = fullNodesThatStart(fleetOf([OWN, NEW], estate));
      expect(after).toBeGreaterThanOrEqual(room.after[0]);
      if (room.after[0] > room.before[0]) grew += 1;
    }),
    { numRuns: 200 },
  );
  expect(grew).toBeGreaterThan(20);
});
