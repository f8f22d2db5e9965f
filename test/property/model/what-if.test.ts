import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../../shared/model/cni/cni-settings.ts';
import { NO_CHANGES, type PlannedChanges, settingsAfter } from '../../../shared/model/plan/changes.ts';
import { settingsOf } from '../../../shared/model/plan/cluster-settings.ts';
import type { FleetNode } from '../../../shared/model/plan/fleet.ts';
import { NodeDemands } from '../../../shared/model/plan/node-demands.ts';
import { nodePlan } from '../../../shared/model/plan/node-plan.ts';
import { OrderRun, STRATEGIES } from '../../../shared/model/plan/order.ts';
import { Timeline } from '../../../shared/model/plan/timeline.ts';
import { generatedRuns, limitOf } from '../../fixtures/generated-runs.ts';
import { type FleetSubnet, LabFleet } from '../../fixtures/lab-fleet.ts';

/** How many histories are played: more in a nightly run. */
const RUNS = generatedRuns(1000);

const settings = fc.constantFrom<Partial<CniSettings>>(
  {},
  { warmIpTarget: 3, minimumIpTarget: 8 },
  { warmIpTarget: 2 },
  { prefixDelegation: true },
  { prefixDelegation: true, warmIpTarget: 5, minimumIpTarget: 20 },
  { customNetworking: true },
  { customNetworking: true, prefixDelegation: true },
);

const changes = fc.oneof(
  fc.record({ nodes: fc.integer({ min: 1, max: 8 }) }),
  fc.record({ pods: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ nodes: fc.integer({ min: -2, max: 4 }), pods: fc.integer({ min: 0, max: 30 }) }),
  fc.record({ settings: fc.record({ prefixDelegation: fc.boolean() }) }),
  fc.record({ type: fc.constantFrom('m5.xlarge', 't3.medium') }),
);

/** Pods come and go, and nodes start and end, in any order. */
const events = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ pods: fc.integer({ min: 0, max: 25 }), node: fc.nat(30) }) },
    { weight: 2, arbitrary: fc.record({ start: fc.nat(2) }) },
    { weight: 1, arbitrary: fc.record({ end: fc.nat(30) }) },
  ),
  { minLength: 4, maxLength: 30 },
);

const histories = fc.record({
  settings,
  events,
  changes,
  strangers: fc.integer({ min: 0, max: 60 }),
  length: fc.constantFrom(24, 25),
  strategy: fc.constantFrom(...STRATEGIES),
  seed: fc.nat(),
});

type History = typeof histories extends fc.Arbitrary<infer Value> ? Value : never;

const subnetsOf = ({ length, settings: { customNetworking } }: History): readonly FleetSubnet[] => [
  { subnetId: 'subnet-0a', cidr: `10.0.0.0/${length}`, zone: 'eu-west-1a' },
  { subnetId: 'subnet-0b', cidr: `10.0.1.0/${length}`, zone: 'eu-west-1b' },
  ...(customNetworking === true
    ? [
        { subnetId: 'subnet-1a', cidr: `10.0.2.0/${length}`, zone: 'eu-west-1a', podsOf: 'subnet-0a' },
        { subnetId: 'subnet-1b', cidr: `10.0.3.0/${length}`, zone: 'eu-west-1b', podsOf: 'subnet-0b' },
      ]
    : []),
];

const play = (history: History): LabFleet => {
  const fleet = new LabFleet(
    subnetsOf(history),
    { ...DEFAULT_CNI_SETTINGS, ...history.settings },
    history.seed,
  );
  for (const { subnetId } of subnetsOf(history)) fleet.addStrangers(subnetId, history.strangers);
  for (const event of history.events) {
    if ('start' in event) {
      const { subnetId } = fleet.nodeSubnets[event.start % 2] ?? { subnetId: '' };
      fleet.start('m5.large', subnetId);
    } else if ('end' in event) {
      const member = fleet.nodes[event.end % Math.max(1, fleet.nodes.length)];
      if (member !== undefined) fleet.end(member);
    } else {
      const member = fleet.nodes[event.node % Math.max(1, fleet.nodes.length)];
      if (member !== undefined) fleet.run(member, Math.min(event.pods, member.cni.maxPodAddresses));
    }
  }
  // The CNI asks again for what was refused, and gets it where others have ended.
  for (const { cni } of fleet.nodes) cni.settle();
  return fleet;
};

/** Does in the lab what the plan says; true where EC2 refuses nothing, or nothing but warm addresses of nodes that run. */
const carryOut = (
  fleet: LabFleet,
  plan: ReturnType<typeof nodePlan>,
  after: Partial<CniSettings>,
  { batch, drainFirst }: (typeof STRATEGIES)[number],
  mayLackWarm: boolean,
  /** The nodes that are added, where they start. */
  added: readonly FleetNode[],
): boolean => {
  const memberOf = ({ instanceId }: FleetNode) => {
    const member = fleet.nodes.find((each) => each.instanceId === instanceId);
    if (member === undefined) throw new Error('the plan names a node that there is not');
    return member;
  };
  const begin = (node: FleetNode): boolean => {
    const member = fleet.start(node.type, node.subnetId);
    return member !== null && fleet.run(member, node.pods);
  };
  for (const node of plan.removed) fleet.end(memberOf(node));
  let works = true;
  for (const node of plan.kept) {
    const member = memberOf(node);
    if (!plan.settles || node.pods <= member.cni.pods) continue;
    const isWarm = fleet.run(member, node.pods);
    works &&= isWarm || (mayLackWarm && member.cni.pods === node.pods);
  }
  fleet.settings = { ...fleet.settings, ...after, maxPods: after.prefixDelegation === true ? 110 : null };
  const turns = inTurn(plan.replaced);
  const size = Math.max(1, batch(turns.length));
  for (let first = 0; first < turns.length && works; first += size) {
    const pairs = turns.slice(first, first + size);
    const members = pairs.map(({ old }) => memberOf(old));
    if (drainFirst) for (const member of members) fleet.end(member);
    for (const { next } of pairs) works &&= begin(next);
    if (!drainFirst) for (const member of members) fleet.end(member);
  }
  for (const node of added) works &&= begin(node);
  return works;
};

const inTurn = (pairs: ReturnType<typeof nodePlan>['replaced']) => {
  const zones = [...Map.groupBy(pairs, ({ old }) => old.zone).values()];
  const longest = Math.max(0, ...zones.map(({ length }) => length));
  return Array.from({ length: longest }, (_, index) => zones.flatMap((zone) => zone[index] ?? [])).flat();
};

test(`in ${RUNS} random histories what a plan promises holds, and no bound is crossed`, limitOf(RUNS), () => {
  let promised = 0;
  let refused = 0;
  let cold = 0;
  let moved = 0;
  fc.assert(
    fc.property(histories, (history) => {
      const fleet = play(history);
      if (fleet.nodes.length === 0) return;
      const { estate, cluster } = fleet.scanned();
      const change: PlannedChanges = { ...NO_CHANGES, ...history.changes };
      const before = settingsOf(cluster);
      const after = settingsAfter(before, change);
      const demands = new NodeDemands(estate.input.limits, after);
      const plan = nodePlan(estate, cluster, {
        changes: change,
        settings: before,
        after,
        demandsAfter: demands,
        podSubnetOfZone: new Map(),
        discoveredOfZone: new Map(),
      });
      const played = (placement: 'worst' | 'best', added: readonly FleetNode[]) => {
        const timeline = new Timeline(placement, estate.input.subnets, estate.maps);
        const run = new OrderRun(timeline, demands, []);
        return { timeline, run, order: run.play({ ...plan, added }, history.strategy) };
      };
      const worst = played('worst', plan.added);
      const best = played('best', worst.run.added);
      if (worst.order.failure !== null) {
        refused += 1;
        return;
      }
      promised += 1;
      const { added, coldNodes } = worst.run;
      moved += added.filter(({ subnetId }, index) => subnetId !== plan.added[index]?.subnetId).length;
      if (coldNodes > 0) cold += 1;
      expect(carryOut(fleet, plan, after, history.strategy, coldNodes > 0, added)).toBe(true);
      for (const [subnetId, pool] of fleet.pools) {
        const least = worst.timeline.now(subnetId);
        const most = best.timeline.now(subnetId);
        expect(pool.freeAddresses, `addresses in ${subnetId}`).toBeGreaterThanOrEqual(least?.singles ?? 0);
        expect(pool.freePrefixes, `prefixes in ${subnetId}`).toBeGreaterThanOrEqual(least?.prefixes ?? 0);
        expect(pool.freePrefixes, `prefixes in ${subnetId}`).toBeLessThanOrEqual(most?.prefixes ?? 0);
      }
    }),
    { numRuns: RUNS },
  );
  // All answers are put to the test often enough.
  expect(promised).toBeGreaterThan(RUNS / 5);
  expect(refused).toBeGreaterThan(RUNS / 20);
  expect(cold).toBeGreaterThan(RUNS / 500);
  expect(moved).toBeGreaterThan(RUNS / 500);
});
