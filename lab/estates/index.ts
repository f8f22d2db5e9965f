import type { EstateBlueprint } from '../estate/estate.ts';
import { labAccount } from '../estate/estate.ts';
import { type Scenario, scenarioEstate } from '../estate/scenario.ts';
import { DEMO_REGION, demo, PLATFORM_ACCOUNT } from './demo.ts';
import { everyOwner } from './every-owner.ts';
import { fragmentedSubnet } from './fragmented-subnet.ts';
import { generatedEstate } from './generated.ts';
import { growingPods } from './growing-pods.ts';
import { hostileNames } from './hostile-names.ts';
import { organization } from './organization.ts';
import { prefixNodes } from './prefix-nodes.ts';
import { runawayJob } from './runaway-job.ts';
import { secondaryCidrRescue } from './secondary-cidr-rescue.ts';
import { steadyGrowth } from './steady-growth.ts';

/** One scenario in an account of its own. */
const alone = (
  name: string,
  description: string,
  scenario: (accountId: string, region: string) => Scenario,
): EstateBlueprint =>
  scenarioEstate({
    name,
    description,
    accounts: [labAccount(PLATFORM_ACCOUNT, 'platform', [DEMO_REGION])],
    scenarios: [scenario(PLATFORM_ACCOUNT, DEMO_REGION)],
  });

const generated = (interfaces: number): EstateBlueprint =>
  generatedEstate({ interfaces, holds: { addresses: 15 } });

/** Every estate that can be asked for by name. */
export const ESTATES: readonly EstateBlueprint[] = [
  demo,
  alone('growing-pods', 'two c5.xlarge nodes growing to 100 pods in eight days', growingPods),
  alone('steady-growth', 'a service that grows by two nodes a day until a /22 is used up', steadyGrowth),
  alone('prefix-nodes', 'five m5.large nodes that take a /28 each, and more of them', prefixNodes),
  alone('fragmented-subnet', 'plenty of free addresses and no free prefix', fragmentedSubnet),
  alone('runaway-job', 'a /22 drained within two and a half hours on the fourth day', (...at) =>
    runawayJob(...at),
  ),
  alone(
    'secondary-cidr-rescue',
    'a full VPC that gets a secondary CIDR block on the fifth day',
    secondaryCidrRescue,
  ),
  everyOwner,
  hostileNames,
  organization,
  generated(1000),
  generated(10_000),
  generated(100_000),
];

export const estateNamed = (name: string): EstateBlueprint | undefined =>
  ESTATES.find((estate) => estate.name === name);
