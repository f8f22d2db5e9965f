import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitsOf } from '../../../shared/model/cluster/instance-limits.ts';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../../shared/model/cni/cni-settings.ts';
import { holdingsOnTheWayUp } from '../../../shared/model/cni/node-holding.ts';
import { generatedRuns, limitOf } from '../../fixtures/generated-runs.ts';
import { type FleetGroup, type FleetSubnet, LabFleet } from '../../fixtures/lab-fleet.ts';

/** How many estates are generated: more in a nightly run. */
const RUNS = generatedRuns(500);

const TYPE = 'm5.large';

const settings = fc.record({
  prefixDelegation: fc.boolean(),
  podEni: fc.boolean(),
  warmEniTarget: fc.integer({ min: 1, max: 2 }),
  warmPrefixTarget: fc.integer({ min: 1, max: 2 }),
  warmIpTarget: fc.option(fc.integer({ min: 1, max: 12 }), { nil: null }),
  minimumIpTarget: fc.option(fc.integer({ min: 1, max: 20 }), { nil: null }),
});

/** One zone: a subnet for nodes, and another one that serves pods by an ENIConfig, by a tag, or not at all. */
const zone = fc.record({
  length: fc.integer({ min: 24, max: 26 }),
  strangers: fc.integer({ min: 0, max: 200 }),
  otherStrangers: fc.integer({ min: 0, max: 200 }),
  reserved: fc.boolean(),
  nodes: fc.integer({ min: 0, max: 3 }),
  pods: fc.integer({ min: 0, max: 25 }),
});

/** A second group: other Linux nodes, or Windows nodes with single addresses or prefixes. */
const secondGroup: fc.Arbitrary<FleetGroup> = fc.record({
  name: fc.constant('second'),
  type: fc.constantFrom('m5.xlarge', 't3.medium'),
  windows: fc.constantFrom(null, 'secondary', 'prefix'),
});

const estates = fc.record({
  second: fc.option(secondGroup, { nil: null }),
  secondNodes: fc.integer({ min: 0, max: 2 }),
  settings,
  zones: fc.array(zone, { minLength: 1, maxLength: 3 }),
  others: fc.constantFrom('custom-networking', 'discovery', 'closed', 'other-cluster'),
  seed: fc.nat(),
});

type GeneratedEstate = typeof estates extends fc.Arbitrary<infer Value> ? Value : never;

const OTHER_TAGS: Readonly<Record<GeneratedEstate['others'], Readonly<Record<string, string>>>> = {
  'custom-networking': {},
  discovery: { 'kubernetes.io/role/cni': '1' },
  closed: { 'kubernetes.io/role/cni': '' },
  'other-cluster': { 'kubernetes.io/role/cni': '1', 'cni.networking.k8s.aws/cluster/else': '1' },
};

const subnetsOf = ({ others, zones }: GeneratedEstate): readonly FleetSubnet[] =>
  zones.flatMap(({ length }, index): readonly FleetSubnet[] => {
    const name = `eu-west-1${'abc'.charAt(index)}`;
    const nodes = `subnet-n${index}`;
    return [
      { subnetId: nodes, cidr: `10.0.${2 * index}.0/${length}`, zone: name },
      {
        subnetId: `subnet-p${index}`,
        cidr: `10.0.${2 * index + 1}.0/${length}`,
        zone: name,
        tags: OTHER_TAGS[others],
        nodes: false,
        ...(others === 'custom-networking' ? { podsOf: nodes } : {}),
        ...(others === 'discovery' ? { open: true } : {}),
      },
    ];
  });

const build = (estate: GeneratedEstate): LabFleet => {
  const cni: CniSettings = {
    ...DEFAULT_CNI_SETTINGS,
    ...estate.settings,
    customNetworking: estate.others === 'custom-networking',
  };
  const { second, secondNodes } = estate;
  const fleet = new LabFleet(subnetsOf(estate), cni, estate.seed, second === null ? [] : [second]);
  for (const [index, { nodes, otherStrangers, pods, reserved, strangers }] of estate.zones.entries()) {
    const ids = [`subnet-n${index}`, `subnet-p${index}`] as const;
    if (reserved)
      for (const id of ids) fleet.pool(id).reserve(`10.0.${2 * index + ids.indexOf(id)}.32/28`, 'prefix');
    fleet.addStrangers(ids[0], strangers);
    fleet.addStrangers(ids[1], otherStrangers);
    for (let node = 0; node < nodes; node += 1) {
      const member = fleet.start(TYPE, ids[0]);
      if (member !== null) fleet.run(member, Math.min(pods, member.cni.maxPodAddresses));
    }
  }
  for (let node = 0; second !== null && node < secondNodes; node += 1) {
    fleet.start(second.type, 'subnet-n0', second);
  }
  return fleet;
};

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
      fc.property(estates, (estate) => {
        const groups = estate.second === null ? [null] : [null, estate.second];
        for (const [subnetId, group] of estate.zones.flatMap((_, index) =>
          groups.map((each) => [`subnet-n${index}`, each] as const),
        )) {
          const fleet = build(estate);
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
        const fleet = build(estate);
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
