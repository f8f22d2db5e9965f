import type { Scenario } from '../estate/scenario.ts';
import { SimulatedCluster } from '../estate/simulated-cluster.ts';
import { controlPlaneSubnetIds } from './control-plane.ts';
import { DAY, HOUR, progress, workingDay } from './pace.ts';

export interface RunawayTimes {
  /** When the job begins, after the start of the story. */
  readonly from: number;
  /** When an operator stops it. */
  readonly until: number;
}

export const RUNAWAY: RunawayTimes = { from: 3 * DAY + 11 * HOUR, until: 3 * DAY + 15 * HOUR };
/** From its normal load to nothing left. */
const DRAIN = 2.5 * HOUR;
const ORDINARY_PODS = 120;
const RUNAWAY_PODS = 900;
const JOB = { namespace: 'batch', name: 'month-end-invoices', team: 'data' } as const;

/**
 * A /22 (1,019 addresses) on an ordinary day's rhythm, until a batch job without a limit starts pods as fast as it can:
 * within two and a half hours nothing is left. It is stopped an hour and a half later, and the nodes go.
 */
export const runawayJob =
  (accountId: string, region: string, times: RunawayTimes = RUNAWAY): Scenario =>
  (world) => {
    const vpc = world.createVpc({ ownerId: accountId, region, cidrBlock: '10.40.0.0/16', name: 'batch' });
    const subnet = world.createSubnet({
      vpcId: vpc.vpcId,
      cidrBlock: '10.40.0.0/22',
      name: 'batch-nodes-a',
      tags: { team: 'batch' },
    });
    const controlPlane = controlPlaneSubnetIds(world, {
      vpcId: vpc.vpcId,
      cluster: 'batch',
      network: '10.40.4',
    });
    const cluster = new SimulatedCluster(world, {
      name: 'batch',
      vpcId: vpc.vpcId,
      ownerId: accountId,
      region,
      controlPlaneSubnetIds: controlPlane,
      nodeGroups: [
        {
          name: 'spot',
          instanceType: 'm5.xlarge',
          subnetIds: [subnet.subnetId],
          minSize: 3,
          maxSize: 40,
          nodePool: true,
        },
      ],
    });
    const follow = (elapsed: number): void => {
      const ordinary = ORDINARY_PODS + 30 * workingDay(world.now);
      const isRunning = elapsed >= times.from && elapsed < times.until;
      const job = isRunning ? RUNAWAY_PODS * progress(elapsed, times.from, times.from + DRAIN) : 0;
      cluster.setJob(isRunning ? { ...JOB, after: Math.round(ordinary) } : null);
      const pending = cluster.runPodsAutoscaled(Math.round(ordinary + job), 'spot');
      cluster.setHealthIssues(
        pending === 0
          ? []
          : [
              {
                code: 'InsufficientFreeAddresses',
                message: 'One or more of the subnets does not have enough available IP addresses.',
                resourceIds: [subnet.subnetId],
              },
            ],
      );
      cluster.record();
    };
    follow(0);
    return follow;
  };
