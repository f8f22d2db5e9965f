import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { InstanceLimits } from '../../../shared/model/aws/inventory.ts';
import { knownInstanceTypes, limitsOf } from '../../../shared/model/cluster/instance-limits.ts';
import type { CniSettings } from '../../../shared/model/cni/cni-settings.ts';
import { holdingOnTheWayDown, holdingsOnTheWayUp } from '../../../shared/model/cni/node-holding.ts';

const types = knownInstanceTypes().flatMap((type) => limitsOf(type) ?? []);
const target = (most: number) => fc.option(fc.nat(most), { nil: null });

const settings = fc.record({
  prefixDelegation: fc.boolean(),
  customNetworking: fc.boolean(),
  podEni: fc.boolean(),
  warmEniTarget: fc.integer({ min: 1, max: 4 }),
  warmPrefixTarget: fc.constant(1),
  warmIpTarget: target(40),
  minimumIpTarget: target(70),
  maxEni: target(16),
  maxPods: fc.constant(null),
});

/** What a node holds by arithmetic alone, without a pool that grows: interfaces for pods, units on them, pods that run. */
const byFormula = (limits: InstanceLimits, given: CniSettings, asked: number) => {
  const slots = limits.ipv4PerEni - 1;
  const unit = given.prefixDelegation && limits.prefixDelegation ? 16 : 1;
  const attached =
    given.maxEni === null || given.maxEni < 1 ? limits.maxEnis : Math.min(limits.maxEnis, given.maxEni);
  const reserved = (given.customNetworking ? 1 : 0) + (given.podEni ? 1 : 0);
  // The primary interface is there before any slot is counted.
  const usable = Math.max(given.customNetworking ? 0 : 1, attached - reserved);
  const warm = given.warmIpTarget ?? 0;
  const minimum = given.minimumIpTarget ?? 0;
  const wanted = (pods: number): number => {
    if (warm > 0 || minimum > 0) return Math.ceil(Math.max(pods + warm, minimum) / unit);
    return unit === 1 ? (Math.ceil(pods / slots) + given.warmEniTarget) * slots : Math.ceil(pods / unit) + 1;
  };
  const ceiling = warm === 0 && minimum > 0 ? wanted(0) * unit : Number.POSITIVE_INFINITY;
  const pods = Math.min(asked, usable * slots * unit, ceiling);
  const units = Math.min(wanted(pods), usable * slots);
  const forPods = Math.max(Math.ceil(units / slots), given.customNetworking ? 0 : 1);
  const others = given.customNetworking ? 1 : 0;
  const isReady = units > 0 || !given.customNetworking;
  const trunk = given.podEni && limits.trunk && isReady && forPods + others < attached ? 1 : 0;
  return {
    interfaces: forPods + others + trunk,
    addresses: unit === 1 ? units : 0,
    prefixes: unit === 1 ? 0 : units,
    unused: units * unit - pods,
    podsWithoutAddress: asked - pods,
  };
};

const questions = fc.record({
  limits: fc.constantFrom(...types),
  given: settings,
  pods: fc.integer({ min: 0, max: 800 }),
});

test('a pool that grows pod by pod ends where the arithmetic of its targets does, on every type', () => {
  fc.assert(
    fc.property(questions, ({ limits, given, pods }) => {
      expect(holdingsOnTheWayUp(limits, given, [pods])).toMatchObject([byFormula(limits, given, pods)]);
    }),
    { numRuns: 1000 },
  );
});

test('a node that ran more pods holds at least what it needs now, and at most what it held at its peak', () => {
  fc.assert(
    fc.property(questions, fc.nat(200), ({ limits, given, pods }, more) => {
      const [now, peak] = holdingsOnTheWayUp(limits, given, [pods, pods + more]);
      const down = holdingOnTheWayDown(limits, given, pods, pods + more);
      for (const part of ['interfaces', 'addresses', 'prefixes'] as const) {
        expect(down[part][0]).toBe(now?.range[part][0]);
        expect(down[part][1]).toBeLessThanOrEqual(peak?.range[part][1] ?? 0);
        expect(down[part][0]).toBeLessThanOrEqual(down[part][1]);
      }
    }),
    { numRuns: 500 },
  );
});
