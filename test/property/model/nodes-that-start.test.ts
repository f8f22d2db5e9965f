import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AllocationError } from '../../../lab/cni/allocation-error.ts';
import { CniNode } from '../../../lab/cni/cni-node.ts';
import { seededRandom } from '../../../lab/cni/seeded-random.ts';
import { SubnetPool } from '../../../lab/cni/subnet-pool.ts';
import { takeAllThatFit, takeNodes } from '../../../shared/model/cluster/capacity.ts';
import { UNKNOWN_CNI_CONFIGURATION } from '../../../shared/model/cluster/cni-configuration.ts';
import { limitsOf } from '../../../shared/model/cluster/instance-limits.ts';
import { nodeDemand } from '../../../shared/model/cluster/node-demand.ts';
import { type Placement, SupplyLedger } from '../../../shared/model/cluster/supply-ledger.ts';
import type { CniSettings } from '../../../shared/model/cni/cni-settings.ts';
import { holdingsOnTheWayUp } from '../../../shared/model/cni/node-holding.ts';
import { generatedRuns, limitOf } from '../../fixtures/generated-runs.ts';

/** How many clusters are generated: more in a nightly run. */
const RUNS = generatedRuns(500);

const target = fc.option(fc.integer({ min: 0, max: 30 }), { nil: null });

const settings: fc.Arbitrary<CniSettings> = fc.record({
  prefixDelegation: fc.boolean(),
  customNetworking: fc.boolean(),
  podEni: fc.boolean(),
  warmEniTarget: fc.integer({ min: 0, max: 2 }),
  warmPrefixTarget: fc.integer({ min: 0, max: 3 }),
  warmIpTarget: target,
  minimumIpTarget: target,
  maxEni: fc.option(fc.integer({ min: 3, max: 4 }), { nil: null }),
  maxPods: fc.constant(null),
});

/** A subnet in which some addresses are taken, with or without a reservation for prefixes. */
const subnet = fc.record({
  length: fc.integer({ min: 24, max: 26 }),
  used: fc.double({ min: 0, max: 1, noNaN: true }),
  reserved: fc.boolean(),
});

const clusters = fc.record({
  type: fc.constantFrom('t3.small', 't2.large', 'm5.large', 'm5.xlarge'),
  settings,
  nodes: subnet,
  pods: subnet,
  /** The second subnet is open to subnet discovery. */
  discovery: fc.boolean(),
  seed: fc.nat(),
});

type Cluster = typeof clusters extends fc.Arbitrary<infer Value> ? Value : never;

const RESERVED_BLOCKS = 1;

const poolOf = ({ length, reserved, used }: Cluster['nodes'], net: string, seed: number) => {
  const pool = new SubnetPool(`${net}.0/${length}`, seededRandom(seed));
  if (reserved) pool.reserve(`${net}.32/28`, 'prefix');
  pool.takeAddresses(Math.floor(pool.freeAddresses * used));
  const reservedBlocks = reserved ? RESERVED_BLOCKS : 0;
  const supply = {
    singles: pool.freeAddresses,
    reservedBlocks,
    unreservedBlocks: pool.freePrefixes - reservedBlocks,
  };
  return { pool, ledger: (placement: Placement) => new SupplyLedger(supply, placement) };
};

const limitsNamed = (type: string) => {
  const limits = limitsOf(type);
  if (limits === null) throw new Error(`no such type: ${type}`);
  return limits;
};

/** Starts a node in the lab: whether its pool is as large as it should be, and what EC2 refused on the way. */
const start = (
  cluster: Cluster,
  wanted: { readonly interfaces: number; readonly poolSize: number },
  pools: { readonly nodes: SubnetPool; readonly pods: readonly SubnetPool[] },
) => {
  try {
    const node = new CniNode(limitsNamed(cluster.type), cluster.settings, pools.nodes, {
      podSubnets: () => pools.pods,
    });
    const refused = node.settle().map(({ code }): string => code);
    const started = node.poolSize >= wanted.poolSize && node.interfaces.length >= wanted.interfaces;
    return { started, refused };
  } catch (error) {
    if (!(error instanceof AllocationError)) throw error;
    return { started: false, refused: [error.code as string] };
  }
};

test(
  `in ${RUNS} generated clusters so many nodes start as are said, and where that is exact, the next one fails as predicted`,
  limitOf(RUNS),
  () => {
    let exact = 0;
    fc.assert(
      fc.property(clusters, (cluster) => {
        const limits = limitsNamed(cluster.type);
        const [empty] = holdingsOnTheWayUp(limits, cluster.settings, [0]);
        if (empty === undefined) throw new Error('no holding');
        const mode = cluster.settings.prefixDelegation ? 'prefix' : 'secondary';
        const steps = nodeDemand({
          limits,
          mode,
          customNetworking: cluster.settings.customNetworking,
          securityGroupsForPods: cluster.settings.podEni,
          configuration: { ...UNKNOWN_CNI_CONFIGURATION, ...cluster.settings },
        });
        const own = poolOf(cluster.nodes, '10.0.0', cluster.seed);
        const other = poolOf(cluster.pods, '10.0.1', cluster.seed + 1);
        const podPools = cluster.settings.customNetworking
          ? [other]
          : cluster.discovery
            ? [own, other]
            : [own];
        const answer = (placement: Placement) => {
          const ledgers = new Map([own, other].map((each) => [each, each.ledger(placement)]));
          const node = ledgers.get(own) ?? own.ledger(placement);
          const places = { node, pods: podPools.flatMap((each) => ledgers.get(each) ?? []) };
          return { nodes: takeAllThatFit(steps, places), shortage: takeNodes(steps, places) };
        };
        const worst = answer('worst');
        const pools = { nodes: own.pool, pods: podPools.map(({ pool }) => pool) };
        // With WARM_ENI_TARGET=0 one free address is enough: a primary interface that is full in part stays so.
        const { warmEniTarget, warmIpTarget, minimumIpTarget } = cluster.settings;
        const hasWarmTarget = warmEniTarget > 0 || (warmIpTarget ?? 0) + (minimumIpTarget ?? 0) > 0;
        const full = empty.addresses + empty.prefixes * 16;
        const wanted = { interfaces: empty.interfaces, poolSize: hasWarmTarget ? full : Math.min(1, full) };
        for (let count = 0; count < worst.nodes; count += 1) {
          expect(start(cluster, wanted, pools), `node ${count + 1} of ${worst.nodes}`).toMatchObject({
            started: true,
          });
        }
        if (podPools.length > 1 || !hasWarmTarget || answer('best').nodes > worst.nodes) return;
        exact += 1;
        const next = start(cluster, wanted, pools);
        expect(next.started).toBe(false);
        expect(next.refused).toContain(worst.shortage?.error);
      }),
      { numRuns: RUNS },
    );
    // Enough answers are exact for the second half to be put to the test.
    expect(exact).toBeGreaterThan(RUNS / 10);
  },
);
