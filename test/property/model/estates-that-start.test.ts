import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitsOf } from '../../../shared/model/cluster/instance-limits.ts';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../../shared/model/cni/cni-settings.ts';
import { holdingsOnTheWayUp } from '../../../shared/model/cni/node-holding.ts';
import { type FleetSubnet, LabFleet } from '../../fixtures/lab-fleet.ts';

/** How many estates are generated: more in a nightly run. */
const RUNS = Number(process.env['HEADROOM_GENERATED_CLUSTERS'] ?? 500);

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

const estates = fc.record({
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
  const fleet = new LabFleet(subnetsOf(estate), cni, estate.seed);
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
  return fleet;
};

/** Starts a node: whether it gets its whole pool, if need be from another subnet than the first that it asks. */
const starts = (fleet: LabFleet, subnetId: string): boolean => {
  const limits = limitsOf(TYPE);
  const [full] = limits === null ? [] : holdingsOnTheWayUp(limits, fleet.settings, [0]);
  if (full === undefined) throw new Error('no holding');
  const before = fleet.nodes.length;
  fleet.start(TYPE, subnetId);
  const started = fleet.nodes[before];
  if (started === undefined) return false;
  const { interfaces, poolSize } = started.cni;
  return interfaces.length >= full.interfaces && poolSize >= full.addresses + full.prefixes * 16;
};

/** In the zone with fewest nodes, and in the next one where EC2 refuses: as Auto Scaling does. */
const startSpread = (fleet: LabFleet, wanted: number): number => {
  const open = new Map(
    fleet.nodeSubnets.map(({ subnetId }) => [
      subnetId,
      fleet.nodes.filter((node) => node.subnetId === subnetId).length,
    ]),
  );
  let started = 0;
  while (started < wanted && open.size > 0) {
    const [[subnetId, nodes] = ['', 0]] = [...open].sort(([, a], [, b]) => a - b);
    const before = fleet.nodes.length;
    if (!starts(fleet, subnetId)) {
      const half = fleet.nodes[before];
      if (half !== undefined) fleet.end(half);
      open.delete(subnetId);
    } else {
      started += 1;
      open.set(subnetId, nodes + 1);
    }
  }
  return started;
};

test(`in ${RUNS} generated estates so many nodes start as a scan says, in each subnet and spread over zones`, () => {
  let exact = 0;
  let said = 0;
  fc.assert(
    fc.property(estates, (estate) => {
      for (const subnetId of estate.zones.map((_, index) => `subnet-n${index}`)) {
        const fleet = build(estate);
        const { cluster } = fleet.scanned();
        const more = cluster.capacity
          .find((capacity) => capacity.subnetId === subnetId)
          ?.moreNodes.find(({ instanceType }) => instanceType === TYPE);
        if (more?.nodes == null) throw new Error(`nothing said of ${subnetId}`);
        said += more.nodes;
        for (let node = 1; node <= more.nodes; node += 1) {
          expect(starts(fleet, subnetId), `node ${node} of ${more.nodes} in ${subnetId}`).toBe(true);
        }
        if (estate.others === 'discovery' || more.nodesAtBest !== more.nodes) continue;
        exact += 1;
        expect(starts(fleet, subnetId), `one more than ${more.nodes} in ${subnetId}`).toBe(false);
      }
      const fleet = build(estate);
      const [group] = fleet.scanned().cluster.committed;
      if (group?.fits == null) throw new Error('nothing said of the group');
      const wanted = Math.min(group.fits, 60);
      expect(startSpread(fleet, wanted), `of ${group.fits} nodes of the group`).toBe(wanted);
    }),
    { numRuns: RUNS },
  );
  // Both halves are put to the test often enough.
  expect(exact).toBeGreaterThan(RUNS / 5);
  expect(said).toBeGreaterThan(RUNS);
});
