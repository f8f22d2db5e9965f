import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitsOf } from '../../../shared/model/cluster/instance-limits.ts';
import { holdingsOnTheWayUp } from '../../../shared/model/cni/node-holding.ts';
import { arbitraryFleet, buildFleet, TYPE } from '../../fixtures/generated/fleets.ts';
import { generatedRuns, limitOf } from '../../fixtures/generated-runs.ts';
import type { FleetGroup, LabFleet } from '../../fixtures/lab-fleet.ts';

/** How many estates are generated: more in a nightly run. */
const RUNS = generatedRuns(500);

/** Starts a node: whether it gets its whole pool, if need be from another subnet than the first that it asks. */
const starts = (fleet: LabFleet, subnetId: string, group: FleetGroup | null = null): boolean => {
  const before = fleet.nodes.length;
  const complete = fleet.start(group?.type ?? TYPE, subnetId, group) !== null;
  if (group?.windows != null) return complete;
  const limits = limitsOf(group?.type ?? TYPE);
  const [full] =
    limits === null ? [] : holdingsOnTheWayUp(limits, fleet.settingsOf(group?.type ?? TYPE), [0]);
  if (full === undefined) throw new Error('no holding');
  const started = fleet.nodes[before];
  if (started === undefined) return false;
  const { interfaces, poolSize } = started.cni;
  return interfaces.length >= full.interfaces && poolSize >= full.addresses + full.prefixes * 16;
};

/** In the zone with fewest nodes, and in the next one where EC2 refuses: as Auto Scaling does. */
class Spread {
  readonly #fleet: LabFleet;
  readonly #group: FleetGroup | null;
  readonly #open: Map<string, number>;

  constructor(fleet: LabFleet, group: FleetGroup | null) {
    this.#fleet = fleet;
    this.#group = group;
    this.#open = new Map(
      fleet.nodeSubnets.map(({ subnetId }) => [
        subnetId,
        fleet.nodes.filter((node) => node.subnetId === subnetId && node.group === group).length,
      ]),
    );
  }

  /** Whether one more node started. */
  start(): boolean {
    while (this.#open.size > 0) {
      const [[subnetId, nodes] = ['', 0]] = [...this.#open].sort(([, a], [, b]) => a - b);
      const before = this.#fleet.nodes.length;
      if (starts(this.#fleet, subnetId, this.#group)) {
        this.#open.set(subnetId, nodes + 1);
        return true;
      }
      const half = this.#fleet.nodes[before];
      if (half !== undefined) this.#fleet.end(half);
      this.#open.delete(subnetId);
    }
    return false;
  }
}

test(
  `in ${RUNS} generated estates so many nodes of each group start as a scan says, and the next one fails as it says`,
  limitOf(RUNS),
  () => {
    let exact = 0;
    let said = 0;
    fc.assert(
      fc.property(arbitraryFleet, (estate) => {
        const groups = estate.second === null ? [null] : [null, estate.second];
        for (const [subnetId, group] of estate.zones.flatMap((_, index) =>
          groups.map((each) => [`subnet-n${index}`, each] as const),
        )) {
          const fleet = buildFleet(estate);
          const { cluster } = fleet.scanned();
          const type = group?.type ?? TYPE;
          const more = cluster.capacity
            .find((capacity) => capacity.subnetId === subnetId)
            ?.moreNodes.find(({ instanceType }) => instanceType === type);
          if (more?.nodes == null) throw new Error(`nothing said of ${type} in ${subnetId}`);
          said += more.nodes;
          for (let node = 1; node <= more.nodes; node += 1) {
            const name = `${type} ${node} of ${more.nodes} in ${subnetId}`;
            expect(starts(fleet, subnetId, group), name).toBe(true);
          }
          if (estate.others === 'discovery' || more.nodesAtBest !== more.nodes) continue;
          exact += 1;
          expect(starts(fleet, subnetId, group), `one more than ${more.nodes} in ${subnetId}`).toBe(false);
          expect(fleet.lastRefused, `of one more than ${more.nodes} in ${subnetId}`).toContain(more.error);
        }
        const fleet = buildFleet(estate);
        const { committed } = fleet.scanned().cluster;
        const growing = groups.map((group, index) => {
          const fits = committed[index]?.fits ?? null;
          if (fits === null) throw new Error('nothing said of a group');
          return { spread: new Spread(fleet, group), left: Math.min(fits, 60), fits };
        });
        while (growing.some(({ left }) => left > 0)) {
          for (const each of growing.filter(({ left }) => left > 0)) {
            expect(each.spread.start(), `${each.left} before the last of ${each.fits}`).toBe(true);
            each.left -= 1;
          }
        }
      }),
      { numRuns: RUNS },
    );
    // Both halves are put to the test often enough.
    expect(exact).toBeGreaterThan(RUNS / 5);
    expect(said).toBeGreaterThan(RUNS);
  },
);
