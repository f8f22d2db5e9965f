import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_CNI_SETTINGS } from '../../../shared/model/cni/cni-settings.ts';
import { NO_CHANGES } from '../../../shared/model/plan/changes.ts';
import { planFailover } from '../../../shared/model/plan/failover.ts';
import { planUpgrade } from '../../../shared/model/plan/upgrade.ts';
import { whatIf } from '../../../shared/model/plan/what-if.ts';
import { aNodeGroup, anEksCluster } from '../../fixtures/cluster-records.ts';
import { generatedRuns, limitOf } from '../../fixtures/generated-runs.ts';
import { LabFleet } from '../../fixtures/lab-fleet.ts';

/**
 * Against the plainest sum there is: an m5.large without pods takes ten addresses, so a subnet holds a tenth of what it has left,
 * and nodes start wherever there is room.
 */
const RUNS = generatedRuns(150);
const NODE = 10;
const ZONES = ['a', 'b', 'c'];

const estates = fc.integer({ min: 2, max: 3 }).chain((zones) =>
  fc.array(fc.record({ nodes: fc.integer({ min: 0, max: 3 }), left: fc.integer({ min: 0, max: 45 }) }), {
    minLength: zones,
    maxLength: zones,
  }),
);

const subnetOf = (zone: string): string => `subnet-0${zone}`;
const nameOf = (zone: string): string => `eu-west-1${zone}`;

/** The cluster with so many nodes in each zone, and so many addresses left there. */
const scanned = (parts: readonly { readonly nodes: number; readonly left: number }[]) => {
  const zones = parts.map((part, index) => ({ ...part, zone: ZONES[index] ?? '' }));
  const fleet = new LabFleet(
    zones.map(({ zone }, index) => ({
      subnetId: subnetOf(zone),
      cidr: `10.0.${index}.0/25`,
      zone: nameOf(zone),
    })),
    DEFAULT_CNI_SETTINGS,
    1,
  );
  for (const { left, nodes, zone } of zones) {
    for (let node = 0; node < nodes; node += 1) fleet.start('m5.large', subnetOf(zone));
    fleet.addStrangers(subnetOf(zone), 123 - nodes * NODE - left);
  }
  return { zones, ...fleet.scanned() };
};

const roomIn = (zones: readonly { readonly left: number }[]): number =>
  zones.reduce((sum, { left }) => sum + Math.floor(left / NODE), 0);

test('a lost zone, an update and more nodes fit as the plainest sum says', limitOf(RUNS), () => {
  const seen = { fits: 0, short: 0 };
  const count = (fits: boolean | null) => {
    seen[fits === true ? 'fits' : 'short'] += 1;
    return fits;
  };
  fc.assert(
    fc.property(estates, fc.integer({ min: 1, max: 9 }), (parts, more) => {
      const { cluster, estate, zones } = scanned(parts);
      for (const { lostNodes, lostZones, fits } of planFailover(estate, cluster, []).answer.losses) {
        const lost = zones.filter(({ zone }) => lostZones.includes(nameOf(zone)));
        const nodes = lost.reduce((sum, each) => sum + each.nodes, 0);
        const room = roomIn(zones.filter((each) => !lost.includes(each)));
        expect([lostNodes, fits]).toEqual([nodes, Math.min(nodes, room)]);
      }
      const running = zones.filter(({ nodes }) => nodes > 0);
      if (running.length === 0) return;
      expect(count(whatIf(estate, cluster, { ...NO_CHANGES, nodes: more }).fits)).toBe(roomIn(zones) >= more);
      const subnetIds = zones.map(({ zone }) => subnetOf(zone));
      const nodeGroups = [aNodeGroup({ name: 'g', subnetIds, instanceTypes: ['m5.large'] })];
      const ofGroup = { ...cluster, nodes: cluster.nodes.map((node) => ({ ...node, nodeGroup: 'g' })) };
      const surge = 2 * zones.length;
      const { fits } = planUpgrade(
        estate,
        ofGroup,
        anEksCluster({ subnetIds: [], nodeGroups }),
        surge,
      ).answer;
      expect(count(fits)).toBe(roomIn(zones) >= surge && running.every((zone) => roomIn([zone]) > 0));
    }),
    { numRuns: RUNS },
  );
  expect(Math.min(seen.fits, seen.short)).toBeGreaterThan(RUNS / 10);
});
