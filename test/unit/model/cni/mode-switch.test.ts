import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { holdingAfterSwitch, holdingWheneverAfterSwitch } from '../../../../shared/model/cni/mode-switch.ts';
import {
  holdingOnTheWayDown,
  holdingsOnTheWayUp,
  type Range,
} from '../../../../shared/model/cni/node-holding.ts';

/** See `test/fixtures/ipamd/README.md`. */
interface Scenario {
  readonly type: string;
  readonly from: 'secondary' | 'prefix';
  readonly settings: Readonly<Record<string, string>>;
  readonly settingsBefore?: Readonly<Record<string, string>>;
  readonly before?: readonly (readonly [
    pods: number,
    interfaces: number,
    addresses: number,
    prefixes: number,
  ])[];
  readonly after?: readonly (readonly [
    podsBefore: number,
    onOldAddresses: number,
    pods: number,
    interfaces: Range,
    addresses: Range,
    prefixes: Range,
  ])[];
}

const scenarios = readFileSync(new URL('../../../fixtures/ipamd/switches.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line): Scenario => JSON.parse(line));

const settingsOf = (mode: 'secondary' | 'prefix', given: Readonly<Record<string, string>>): CniSettings => {
  const target = (name: string): number | null => (given[name] === undefined ? null : Number(given[name]));
  return {
    ...DEFAULT_CNI_SETTINGS,
    prefixDelegation: mode === 'prefix',
    warmPrefixTarget: target('WARM_PREFIX_TARGET') ?? DEFAULT_CNI_SETTINGS.warmPrefixTarget,
    warmIpTarget: target('WARM_IP_TARGET'),
    minimumIpTarget: target('MINIMUM_IP_TARGET'),
  };
};

const limitsNamed = (type: string) => {
  const limits = limitsOf(type);
  if (limits === null) throw new Error(`no such type: ${type}`);
  return limits;
};

const other = (mode: 'secondary' | 'prefix') => (mode === 'prefix' ? 'secondary' : 'prefix');

const covers = ([least, most]: Range, [low, high]: Range): boolean => least <= low && high <= most;

describe('a node whose mode is switched, against the real ipamd', () => {
  test('holds before the switch what the allocator says, at all 23 points', () => {
    let points = 0;
    for (const { before = [], from, settings, type } of scenarios) {
      const held = holdingsOnTheWayUp(
        limitsNamed(type),
        settingsOf(from, settings),
        before.map(([pods]) => pods),
      );
      points += before.length;
      expect(held.map((each) => [each.pods, each.interfaces, each.addresses, each.prefixes])).toEqual(before);
    }
    expect(points).toBe(23);
  });

  test('holds afterwards within the bounds, at all 120 points of both directions, and at 108 the bounds are the measured ones', () => {
    let points = 0;
    let tight = 0;
    for (const { after = [], from, settings, settingsBefore = {}, type } of scenarios) {
      for (const [podsBefore, onOldAddresses, pods, ...seen] of after) {
        points += 1;
        const change = {
          before: settingsOf(from, settingsBefore),
          after: settingsOf(other(from), settings),
          podsBefore,
        };
        const range = holdingAfterSwitch(limitsNamed(type), change, { pods, onOldAddresses });
        const said: readonly Range[] = [range.interfaces, range.addresses, range.prefixes];
        if (said.every(([least, most], index) => least === seen[index]?.[0] && most === seen[index]?.[1])) {
          tight += 1;
        }
        expect
          .soft(
            said.map((bounds, index) => [bounds, seen[index], covers(bounds, seen[index] ?? [0, 0])]),
            `${type} from ${from}, ${podsBefore} pods, then ${pods} with ${onOldAddresses} on old addresses`,
          )
          .toEqual(said.map((bounds, index) => [bounds, seen[index], true]));
      }
    }
    expect(points).toBe(120);
    expect(tight).toBe(108);
  });
});

describe('bounds after a switch of mode', () => {
  const m5 = limitsNamed('m5.large');
  const secondary = settingsOf('secondary', {});
  const prefix = settingsOf('prefix', {});

  test('are exact where pods fill all slots: no prefix can be had, before and after they are gone', () => {
    const t3 = limitsNamed('t3.small');
    const change = { before: secondary, after: prefix, podsBefore: 9 };
    for (const pods of [9, 0]) {
      expect(holdingAfterSwitch(t3, change, { pods, onOldAddresses: pods })).toEqual({
        interfaces: [3, 3],
        addresses: [9, 9],
        prefixes: [0, 0],
      });
    }
  });

  test('are those of a node that was not switched where the mode stays, whatever else is set', () => {
    const after = settingsOf('secondary', { WARM_IP_TARGET: '2' });
    const range = holdingAfterSwitch(
      m5,
      { before: secondary, after, podsBefore: 12 },
      { pods: 5, onOldAddresses: 5 },
    );
    expect(range).toEqual(holdingOnTheWayDown(m5, after, 5, 12));
  });

  test('are those of a new node where no pod ran', () => {
    const none = { pods: 0, onOldAddresses: 0 };
    expect(holdingAfterSwitch(m5, { before: prefix, after: secondary, podsBefore: 0 }, none)).toEqual({
      interfaces: [1, 1],
      addresses: [9, 9],
      prefixes: [0, 0],
    });
  });

  test('hold under custom networking and beside a trunk, where fewer interfaces serve pods', () => {
    const more = { customNetworking: true, podEni: true };
    const change = { before: { ...secondary, ...more }, after: { ...prefix, ...more }, podsBefore: 9 };
    // Of three interfaces one is the node's own and one the trunk: nine old addresses fill the third one.
    expect(holdingAfterSwitch(m5, change, { pods: 9, onOldAddresses: 9 })).toMatchObject({
      interfaces: [3, 3],
      addresses: [9, 9],
      prefixes: [0, 0],
    });
  });

  test('where it is not known how many pods are old cover every number of them, under any settings', () => {
    const optional = (most: number) => fc.option(fc.integer({ min: 0, max: most }), { nil: null });
    fc.assert(
      fc.property(
        fc.record({
          type: fc.constantFrom('t3.small', 'm5.large', 'm5.xlarge'),
          toPrefixes: fc.boolean(),
          warmIpTarget: optional(10),
          minimumIpTarget: optional(20),
          customNetworking: fc.boolean(),
          podEni: fc.boolean(),
          podsBefore: fc.integer({ min: 0, max: 25 }),
          pods: fc.integer({ min: 0, max: 30 }),
        }),
        ({ pods, podsBefore, toPrefixes, type, ...targets }) => {
          const mode = (prefixDelegation: boolean) => ({ ...secondary, ...targets, prefixDelegation });
          const change = { before: mode(!toPrefixes), after: mode(toPrefixes), podsBefore };
          const limits = limitsNamed(type);
          const bounds = holdingWheneverAfterSwitch(limits, change, pods);
          for (let onOldAddresses = 0; onOldAddresses <= Math.min(pods, podsBefore); onOldAddresses += 1) {
            const each = holdingAfterSwitch(limits, change, { pods, onOldAddresses });
            for (const part of ['interfaces', 'addresses', 'prefixes'] as const) {
              expect([part, bounds[part], each[part], covers(bounds[part], each[part])]).toEqual([
                part,
                bounds[part],
                each[part],
                true,
              ]);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
