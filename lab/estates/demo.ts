import { labAccount } from '../estate/estate.ts';
import { scenarioEstate } from '../estate/scenario.ts';
import { fragmentedSubnet } from './fragmented-subnet.ts';
import { growingPods } from './growing-pods.ts';
import { prefixNodes } from './prefix-nodes.ts';
import { runawayJob } from './runaway-job.ts';
import { secondaryCidrRescue } from './secondary-cidr-rescue.ts';
import { steadyGrowth } from './steady-growth.ts';

export const PLATFORM_ACCOUNT = '111122223333';
export const PAYMENTS_ACCOUNT = '444455556666';
export const DEMO_REGION = 'eu-west-1';

/** Six stories in two accounts: fast and steady growth, prefixes, fragmentation, a runaway job, and a rescue by a secondary CIDR. */
export const demo = scenarioEstate({
  name: 'demo',
  description:
    'growth to exhaustion, prefix nodes, a fragmented subnet, a runaway job and a rescue, in two accounts',
  accounts: [
    labAccount(PLATFORM_ACCOUNT, 'platform', [DEMO_REGION, 'us-east-1']),
    labAccount(PAYMENTS_ACCOUNT, 'payments', [DEMO_REGION]),
  ],
  scenarios: [
    growingPods(PLATFORM_ACCOUNT, DEMO_REGION),
    steadyGrowth(PLATFORM_ACCOUNT, DEMO_REGION),
    prefixNodes(PLATFORM_ACCOUNT, DEMO_REGION),
    fragmentedSubnet(PLATFORM_ACCOUNT, DEMO_REGION),
    runawayJob(PLATFORM_ACCOUNT, DEMO_REGION),
    secondaryCidrRescue(PAYMENTS_ACCOUNT, DEMO_REGION),
  ],
});
