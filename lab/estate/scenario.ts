import {
  type Estate,
  type EstateBlueprint,
  type LabAccount,
  type LabOrganizationalUnit,
  ROOT_ID,
} from './estate.ts';
import type { EstateView } from './estate-view.ts';
import { World } from './world.ts';

/** How often a simulated estate is brought up to date, in simulated milliseconds. */
const STEP = 60_000;

/**
 * One story: sets its part of the world up, and returns what makes it go on. `elapsed` is the simulated time since the
 * story began, in milliseconds, always a whole number of minutes; it is called once for every minute, in order.
 */
export type Scenario = (world: World) => (elapsed: number) => void;

interface ScenarioEstate {
  readonly name: string;
  readonly description: string;
  readonly accounts: readonly [LabAccount, ...LabAccount[]];
  readonly units?: readonly LabOrganizationalUnit[];
  readonly scenarios: readonly Scenario[];
  readonly seed?: number;
}

/** An estate made of scenarios in one world. Asked about the past it starts its story again: the same seed, the same story. */
export const scenarioEstate = ({
  name,
  description,
  accounts,
  units = [],
  scenarios,
  seed = 1,
}: ScenarioEstate): EstateBlueprint => ({
  name,
  description,
  build: (startsAt: number): Estate => {
    let world: World;
    let steps: readonly ((elapsed: number) => void)[];
    let elapsed: number;
    let views: Map<string, EstateView>;
    const begin = (): void => {
      world = new World(seed, startsAt);
      steps = scenarios.map((scenario) => scenario(world));
      elapsed = 0;
      views = new Map();
    };
    begin();
    const advance = (now: number): void => {
      const wanted = now - startsAt;
      if (wanted < elapsed) begin();
      while (elapsed + STEP <= wanted) {
        elapsed += STEP;
        world.now = startsAt + elapsed;
        for (const step of steps) step(elapsed);
        views = new Map();
      }
    };
    return {
      name,
      accounts,
      organization: { rootId: ROOT_ID, managementAccountId: accounts[0].accountId, units },
      homeAccountId: accounts[0].accountId,
      change: (now, alter) => {
        advance(now);
        views = new Map();
        return alter(world);
      },
      view: (accountId, region, now) => {
        advance(now);
        const key = `${accountId}/${region}`;
        const known = views.get(key);
        if (known !== undefined) return known;
        const view = world.view(accountId, region);
        views.set(key, view);
        return view;
      },
    };
  },
});
