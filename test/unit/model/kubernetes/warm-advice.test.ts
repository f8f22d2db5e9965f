import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { holdingsOnTheWayUp } from '../../../../shared/model/cni/node-holding.ts';
import { type NodeStep, wholeRhythm, withScan } from '../../../../shared/model/kubernetes/pod-rhythm.ts';
import { warmAdvice } from '../../../../shared/model/kubernetes/warm-advice.ts';
import type { PodRhythm } from '../../../../shared/model/result/pod-rhythm.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-01-01T00:00:00.000Z');

const step = (before: number | null, now: number, instanceType = 'm5.large'): NodeStep => ({
  instanceType,
  before,
  now,
});

/** One node whose pods follow these counts, a scan an hour. */
const rhythmOf = (pods: readonly number[], type = 'm5.large'): PodRhythm =>
  pods.reduce<PodRhythm | null>(
    (past, now, index) => withScan(past, [step(pods[index - 1] ?? null, now, type)], START + index * HOUR),
    null,
  ) ?? withScan(null, [], START);

const adviceFor = (rhythm: PodRhythm, settings: Partial<CniSettings> = {}, nodes = 10) =>
  warmAdvice({
    rhythm,
    settings: { ...DEFAULT_CNI_SETTINGS, ...settings },
    limits: (type) => limitsOf(type),
    nodes,
  });

describe('what is remembered of the pods on nodes', () => {
  test('is how often each number was seen, and the largest rise to each number', () => {
    const { types } = rhythmOf([5, 8, 6, 8, 8]);
    expect(types['m5.large']).toEqual({
      seen: [
        [5, 1],
        [6, 1],
        [8, 3],
      ],
      rises: [[8, 5]],
      changes: 3,
    });
  });

  test('goes on in a new window after a week, with the old one beside it', () => {
    const hours = 7 * 24 + 2;
    const rhythm = rhythmOf(Array.from({ length: hours }, (_, index) => (index % 2 === 0 ? 4 : 6)));
    expect(rhythm.before?.since).toBe(new Date(START).toISOString());
    const seen = wholeRhythm(rhythm).get('m5.large')?.seen ?? [];
    expect(seen.reduce((sum, [, times]) => sum + times, 0)).toBe(hours);
  });
});

describe('the advice', () => {
  const day = (...pods: readonly number[]): readonly number[] =>
    Array.from({ length: 30 }, (_, index) => pods[index % pods.length] ?? 0);

  test('is the smallest pair of targets for pods that come one by one', () => {
    expect(adviceFor(rhythmOf(day(5, 6, 7, 6)))).toMatchObject({ warmIpTarget: 1 });
  });

  test('keeps a burst within the minimum rather than warm on every node', () => {
    const quiet = Array.from({ length: 60 }, (_, index) => (index === 30 ? 8 : 3));
    const advice = adviceFor(rhythmOf(quiet));
    expect(advice).not.toBeNull();
    expect(advice?.addressesWonBack).toBeGreaterThan(0);
  });

  test.each([
    ['less than a day was seen', rhythmOf([5, 6, 7]), {}],
    ['the settings are that small already', rhythmOf(day(5, 5)), { warmIpTarget: 1 }],
    ['a type is unknown', rhythmOf(day(5, 6), 'x9.mystery'), {}],
    ['no node was seen', withScan(withScan(null, [], START), [], START + 48 * HOUR), {}],
  ])('is none where %s', (_, rhythm, settings) => {
    expect(adviceFor(rhythm, settings)).toBeNull();
  });

  /** The oracle walks the history of each node, scan by scan, on the CNI's own allocation. */
  test('never makes a pod wait on the history that it was made from, and never holds more than before', () => {
    const TYPES = ['t3.small', 'm5.large', 'c5.4xlarge', 'i3.large'];
    const node = fc.record({
      type: fc.constantFrom(...TYPES),
      pods: fc.array(fc.integer({ min: 0, max: 27 }), { minLength: 26, maxLength: 40 }),
    });
    const modes = fc.record({ prefixDelegation: fc.boolean(), customNetworking: fc.boolean() });
    let advised = 0;
    fc.assert(
      fc.property(fc.array(node, { minLength: 1, maxLength: 3 }), modes, (nodes, mode) => {
        const scans = Math.min(...nodes.map(({ pods }) => pods.length));
        let rhythm: PodRhythm | null = null;
        for (let scan = 0; scan < scans; scan += 1) {
          const steps = nodes.map(({ type, pods }) => step(pods[scan - 1] ?? null, pods[scan] ?? 0, type));
          rhythm = withScan(rhythm, steps, START + scan * HOUR);
        }
        const advice = rhythm === null ? null : adviceFor(rhythm, mode, nodes.length);
        if (advice === null) return;
        advised += 1;
        const { minimumIpTarget, warmIpTarget, perNode } = advice;
        const settings = { ...DEFAULT_CNI_SETTINGS, ...mode, minimumIpTarget, warmIpTarget };
        for (const { type, pods } of nodes) {
          const limits = limitsOf(type);
          if (limits === null) throw new Error(`no limits of ${type}`);
          const held = holdingsOnTheWayUp(limits, settings, pods);
          for (let index = 1; index < scans; index += 1) {
            const before = held[index - 1];
            const wanted = (pods[index] ?? 0) - (held[index]?.podsWithoutAddress ?? 0);
            if (wanted <= (pods[index - 1] ?? 0)) continue;
            expect((before?.addresses ?? 0) + (before?.prefixes ?? 0) * 16).toBeGreaterThanOrEqual(wanted);
          }
        }
        expect(perNode.advised).toBeLessThan(perNode.current);
      }),
      { numRuns: 150 },
    );
    expect(advised).toBeGreaterThan(20);
  });
});
