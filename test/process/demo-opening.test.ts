import { expect, test } from 'vitest';
import { openingLines } from '../../lab/demo/opening.ts';
import { runStory } from '../../lab/demo/story.ts';
import { openStoryLab } from '../../lab/demo/story-lab.ts';
import { labAccount } from '../../lab/estate/estate.ts';
import { type Scenario, scenarioEstate } from '../../lab/estate/scenario.ts';
import { DEMO_REGION, PAYMENTS_ACCOUNT, PLATFORM_ACCOUNT } from '../../lab/estates/demo.ts';
import { fragmentedSubnet } from '../../lab/estates/fragmented-subnet.ts';
import { steadyGrowth } from '../../lab/estates/steady-growth.ts';

/** The opening of the demo as it would be with another estate. */
const openingOf = async (scenario: Scenario, days: number): Promise<readonly string[]> => {
  const estate = scenarioEstate({
    name: 'another',
    description: 'one story of the demo',
    accounts: [
      labAccount(PLATFORM_ACCOUNT, 'platform', [DEMO_REGION]),
      labAccount(PAYMENTS_ACCOUNT, 'payments', [DEMO_REGION]),
    ],
    scenarios: [scenario],
  });
  return openingLines(
    await runStory(
      { onTime: () => {}, onTransitions: () => {} },
      { openLab: () => openStoryLab(estate), days },
    ),
  );
};

test('with one fragmented subnet, the opening of the demo is about that one', async () => {
  expect(await openingOf(fragmentedSubnet(PLATFORM_ACCOUNT, DEMO_REGION), 0.25)).toEqual([
    'data-a has 205 free addresses, and still no new node can start there: no whole block of 16 is left. AWS shows only the 205.',
    'Nothing ran out. No warning was wrong.',
    'Each alert says who holds the addresses (Cluster nodes (data): 34 addresses on 2 interfaces), and what to do, with the commands: Add the subnet 10.30.3.0/24 in eu-west-1a.',
  ]);
});

test('where nothing runs out and nothing is announced, the opening of the demo says so', async () => {
  expect(await openingOf(steadyGrowth(PLATFORM_ACCOUNT, DEMO_REGION), 0)).toEqual([
    '3 subnets of 2 accounts had 739 free addresses on day 1.',
    'Nothing ran out. No warning was wrong.',
    'No alert was sent.',
  ]);
});
