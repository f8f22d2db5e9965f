// What a plan costs: `node test/bench/plan.ts [NODES] [SUBNETS]`. CPU time, so that a busy machine tells the same.
import { limitsOf } from '../../shared/model/cluster/instance-limits.ts';
import { DEFAULT_CNI_SETTINGS } from '../../shared/model/cni/cni-settings.ts';
import { holdingsOnTheWayUp } from '../../shared/model/cni/node-holding.ts';
import { NO_CHANGES, type PlannedChanges } from '../../shared/model/plan/changes.ts';
import { settingsOf } from '../../shared/model/plan/cluster-settings.ts';
import { planDrain } from '../../shared/model/plan/drain.ts';
import { planFailover } from '../../shared/model/plan/failover.ts';
import { type FitDemand, planFit } from '../../shared/model/plan/fit.ts';
import { planReservations } from '../../shared/model/plan/reserve.ts';
import { planSize } from '../../shared/model/plan/size.ts';
import { SIZE_MODES } from '../../shared/model/plan/size-plan.ts';
import { planUpgrade } from '../../shared/model/plan/upgrade.ts';
import { planWhatIf } from '../../shared/model/plan/what-if.ts';
import { aNodeGroup, anEksCluster } from '../fixtures/cluster-records.ts';
import { largeFleet } from '../fixtures/large-fleet.ts';

const [nodes = 1000, subnets = 200] = process.argv.slice(2).map(Number);

const measured = (name: string, work: () => unknown): void => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  console.log(`${name.padEnd(40)} ${((user + system) / 1e6).toFixed(2)} s CPU`);
};

for (const prefixDelegation of [false, true]) {
  const { estate, cluster } = largeFleet(nodes, subnets, { prefixDelegation }).scanned();
  console.log(`${nodes} nodes, ${subnets} subnets, ${prefixDelegation ? 'prefix' : 'secondary'} mode`);
  const questions: Readonly<Record<string, Partial<PlannedChanges>>> = {
    'what-if 100 more nodes': { nodes: 100 },
    'what-if 2,000 more pods': { pods: 2000 },
    'what-if another mode': { settings: { prefixDelegation: !prefixDelegation } },
    'what-if another type': { type: 'm5.xlarge' },
  };
  for (const [name, change] of Object.entries(questions))
    measured(name, () => planWhatIf(estate, cluster, { ...NO_CHANGES, ...change }).mapsAfter());
  for (const supply of ['prefixes', 'addresses'] as const)
    for (const most of [5, 50])
      measured(`drain of at most ${most} nodes for ${supply}`, () =>
        planDrain(estate, cluster, { subnetIds: [], supply, most, win: null }),
      );
  measured('reserve', () => [...estate.maps.values()].map((map) => planReservations(estate, map)));
  measured('failover of each zone and each two', () => planFailover(estate, cluster, []).mapsAfter());
  const subnetIds = estate.input.subnets.map(({ subnetId }) => subnetId);
  const eks = anEksCluster({
    name: cluster.clusterName,
    subnetIds: subnetIds.slice(0, 4),
    nodeGroups: [aNodeGroup({ subnetIds })],
  });
  measured('upgrade', () => planUpgrade(estate, cluster, eks, null).mapsDuring());
  const demand: FitDemand = {
    kind: 'nodes',
    address: '200 nodes',
    nodes: { least: 200, most: 200 },
    type: { least: 'm5.large', most: 'm5.large' },
    pods: 20,
    subnetIds,
    podSubnetOfZone: new Map(),
    settings: settingsOf(cluster),
  };
  measured('fit of 200 nodes', () =>
    planFit(estate, { demands: [demand], newSubnets: [], unknowns: [] }).mapsAfter('most'),
  );
}

const limits = limitsOf('m5.24xlarge');
if (limits !== null)
  measured('node with 737 pods', () => holdingsOnTheWayUp(limits, DEFAULT_CNI_SETTINGS, [737]));
measured('size for 1,000 nodes', () =>
  planSize(
    {
      nodes,
      type: 'm5.large',
      podsPerNode: 20,
      zones: 3,
      zonesThatHoldAll: 2,
      growthPercent: 30,
      surgePerZone: 2,
      services: 1000,
      loadBalancers: 2,
      settings: { ...DEFAULT_CNI_SETTINGS },
      modes: SIZE_MODES,
      within: ['10.0.0.0/8'],
      taken: [],
    },
    (type) => limitsOf(type),
  ),
);
