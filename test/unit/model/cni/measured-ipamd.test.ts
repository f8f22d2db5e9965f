import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import {
  type HoldingRange,
  holdingOnTheWayDown,
  holdingsOnTheWayUp,
} from '../../../../shared/model/cni/node-holding.ts';

type Pair = readonly [number, number];
type Ranges = readonly [Pair, Pair, Pair];

/** See `test/fixtures/ipamd/README.md`. */
interface Scenario {
  readonly type: string;
  readonly mode: 'secondary' | 'prefix';
  readonly settings: Readonly<Record<string, string>>;
  readonly customNetworking: boolean;
  readonly podEni: boolean;
  readonly maxPods: number | null;
  readonly up: readonly (readonly [number, number, number, number, number, Ranges?])[];
  readonly down: readonly (readonly [number, number, ...Ranges])[];
}

const scenarios = readFileSync(new URL('../../../fixtures/ipamd/facts.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): Scenario => JSON.parse(line));

const settingsOf = ({ mode, settings, customNetworking, podEni, maxPods }: Scenario): CniSettings => {
  const target = (name: string): number | null =>
    settings[name] === undefined ? null : Number(settings[name]);
  return {
    prefixDelegation: mode === 'prefix',
    customNetworking,
    podEni,
    warmEniTarget: target('WARM_ENI_TARGET') ?? DEFAULT_CNI_SETTINGS.warmEniTarget,
    warmPrefixTarget: target('WARM_PREFIX_TARGET') ?? DEFAULT_CNI_SETTINGS.warmPrefixTarget,
    warmIpTarget: target('WARM_IP_TARGET'),
    minimumIpTarget: target('MINIMUM_IP_TARGET'),
    maxEni: target('MAX_ENI'),
    maxPods,
  };
};

const limitsNamed = (type: string) => {
  const limits = limitsOf(type);
  if (limits === null) throw new Error(`no such type: ${type}`);
  return limits;
};

const within = (outer: HoldingRange, [interfaces, addresses, prefixes]: Ranges): boolean =>
  [
    [outer.interfaces, interfaces],
    [outer.addresses, addresses],
    [outer.prefixes, prefixes],
  ].every(
    ([bounds, seen]) =>
      bounds !== undefined && seen !== undefined && bounds[0] <= seen[0] && seen[1] <= bounds[1],
  );

describe('the allocator against the real ipamd', () => {
  test('agrees with all 2,236 points on the way up', () => {
    let points = 0;
    for (const scenario of scenarios) {
      const pods = scenario.up.map(([count]) => count);
      const held = holdingsOnTheWayUp(limitsNamed(scenario.type), settingsOf(scenario), pods);
      points += held.length;
      expect
        .soft(
          held.map((each) => [each.pods, each.interfaces, each.addresses, each.prefixes, each.unused]),
          `${scenario.type} ${scenario.mode} ${JSON.stringify(scenario.settings)}`,
        )
        .toEqual(scenario.up.map(([...row]) => row.slice(0, 5)));
    }
    expect(points).toBe(2236);
  });

  test('covers the spread of every point where the CNI picks at random or never settles', () => {
    let points = 0;
    for (const scenario of scenarios) {
      for (const [pods, , , , , spread] of scenario.up) {
        if (spread === undefined) continue;
        points += 1;
        const [held] = holdingsOnTheWayUp(limitsNamed(scenario.type), settingsOf(scenario), [pods]);
        expect
          .soft(
            held !== undefined && within(held.range, spread),
            JSON.stringify({ ...scenario, up: [], down: [], pods }),
          )
          .toBe(true);
      }
    }
    expect(points).toBe(37);
  });

  test('covers all points on the way down', () => {
    let points = 0;
    for (const scenario of scenarios) {
      for (const [peakPods, pods, ...seen] of scenario.down) {
        points += 1;
        const range = holdingOnTheWayDown(limitsNamed(scenario.type), settingsOf(scenario), pods, peakPods);
        expect.soft(within(range, seen), JSON.stringify({ ...scenario, up: [], down: [], pods })).toBe(true);
      }
    }
    expect(points).toBe(2098);
  });
});
