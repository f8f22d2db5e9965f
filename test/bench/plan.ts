// What a plan costs: `node test/bench/plan.ts [NODES] [SUBNETS]`. CPU time, so that a busy machine tells the same.
import { NO_CHANGES, type PlannedChanges } from '../../shared/model/plan/changes.ts';
import { planDrain } from '../../shared/model/plan/drain.ts';
import { whatIf } from '../../shared/model/plan/what-if.ts';
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
    measured(name, () => whatIf(estate, cluster, { ...NO_CHANGES, ...change }));
  for (const most of [5, 50])
    measured(`drain of at most ${most} nodes`, () =>
      planDrain(estate, cluster, { subnetIds: [], supply: 'prefixes', most, win: null }),
    );
}
