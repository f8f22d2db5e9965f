import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import {
  addressesTaken,
  holdingOnTheWayDown,
  holdingsOnTheWayUp,
} from '../../../../shared/model/cni/node-holding.ts';

const limitsNamed = (type: string) => {
  const limits = limitsOf(type);
  if (limits === null) throw new Error(`no such type: ${type}`);
  return limits;
};
const held = (settings: Partial<CniSettings>, pods: readonly number[], type = 'm5.large') =>
  holdingsOnTheWayUp(limitsNamed(type), { ...DEFAULT_CNI_SETTINGS, ...settings }, pods);

describe('what a node holds on the way up', () => {
  test('is answered in the order of the question, the same number twice if it is asked twice', () => {
    expect(held({}, [20, 0, 20]).map(({ pods, addresses }) => [pods, addresses])).toEqual([
      [20, 27],
      [0, 9],
      [20, 27],
    ]);
  });

  test('ends where the type is full; pods beyond that get no address', () => {
    expect(held({}, [30])).toMatchObject([
      { interfaces: 3, addresses: 27, unused: 0, podsWithoutAddress: 3 },
    ]);
  });

  test('ends at ten addresses with MINIMUM_IP_TARGET=10 alone', () => {
    expect(held({ minimumIpTarget: 10 }, [12])).toMatchObject([{ addresses: 10, podsWithoutAddress: 2 }]);
  });

  test('ends with the primary interface and the trunk at MAX_ENI=2 with pod ENI', () => {
    expect(held({ maxEni: 2, podEni: true }, [9])).toMatchObject([
      { interfaces: 2, addresses: 9, unused: 0 },
    ]);
  });

  test('keeps a slot for a trunk on a type that can have none', () => {
    expect(held({ podEni: true }, [35], 't3.large')).toMatchObject([
      { interfaces: 2, addresses: 22, podsWithoutAddress: 13 },
    ]);
  });

  test('is the primary interface alone where custom networking leaves no interface for pods', () => {
    expect(held({ maxEni: 2, podEni: true, customNetworking: true }, [1])).toMatchObject([
      { interfaces: 1, addresses: 0, podsWithoutAddress: 1 },
    ]);
  });

  test('gets no more pods than the kubelet admits', () => {
    expect(held({ maxPods: 5 }, [7])).toMatchObject([{ unused: 4, podsWithoutAddress: 2 }]);
  });

  test('takes primary addresses, secondary addresses and sixteen for each prefix from the subnets', () => {
    expect(held({}, [5]).map(addressesTaken)).toEqual([20]);
    expect(held({ prefixDelegation: true }, [5]).map(addressesTaken)).toEqual([33]);
  });

  test('has bounds that end where every slot but the kept one is full', () => {
    const settings = { prefixDelegation: true, warmPrefixTarget: 3, podEni: true };
    expect(held(settings, [300, 17], 't3.large')).toMatchObject([
      { prefixes: 22, range: { prefixes: [22, 22], interfaces: [2, 2] } },
      { prefixes: 7, range: { prefixes: [5, 7] } },
    ]);
  });

  test('reads a WARM_IP_TARGET of 0 as not set', () => {
    expect(held({ warmIpTarget: 0 }, [5])).toEqual(held({}, [5]));
  });
});

describe('what a node holds on the way down', () => {
  const down = (settings: Partial<CniSettings>, pods: number, peak: number) =>
    holdingOnTheWayDown(limitsNamed('m5.xlarge'), { ...DEFAULT_CNI_SETTINGS, ...settings }, pods, peak);

  test('is between what the pods need and what the peak needed', () => {
    expect(down({}, 0, 30)).toEqual({ interfaces: [1, 4], addresses: [14, 56], prefixes: [0, 0] });
  });

  test('is exact in addresses, not in interfaces, with IP targets', () => {
    expect(down({ warmIpTarget: 2, minimumIpTarget: 12 }, 0, 50)).toEqual({
      interfaces: [1, 4],
      addresses: [12, 12],
      prefixes: [0, 0],
    });
  });

  test('is that of the present where the peak was lower', () => {
    expect(down({}, 30, 5)).toEqual({ interfaces: [4, 4], addresses: [56, 56], prefixes: [0, 0] });
  });
});

test('under any settings more pods never hold less, and what is held lies in its range', () => {
  const target = fc.option(fc.integer({ min: 0, max: 40 }), { nil: null });
  const anySettings: fc.Arbitrary<CniSettings> = fc.record({
    prefixDelegation: fc.boolean(),
    customNetworking: fc.boolean(),
    podEni: fc.boolean(),
    warmEniTarget: fc.integer({ min: 0, max: 3 }),
    warmPrefixTarget: fc.integer({ min: 0, max: 4 }),
    warmIpTarget: target,
    minimumIpTarget: target,
    maxEni: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
    maxPods: fc.option(fc.integer({ min: 4, max: 250 }), { nil: null }),
  });
  const types = fc.constantFrom('t3.small', 't2.large', 'm5.large', 'm5.xlarge');
  fc.assert(
    fc.property(
      types,
      anySettings,
      fc.array(fc.nat({ max: 300 }), { minLength: 2, maxLength: 6 }),
      (type, settings, pods) => {
        const limits = limitsNamed(type);
        const rows = holdingsOnTheWayUp(
          limits,
          settings,
          pods.toSorted((a, b) => a - b),
        );
        let before = 0;
        for (const row of rows) {
          const taken = addressesTaken(row);
          expect(taken).toBeGreaterThanOrEqual(before);
          before = taken;
          expect(row.interfaces).toBeLessThanOrEqual(limits.maxEnis);
          for (const key of ['interfaces', 'addresses', 'prefixes'] as const) {
            expect(row.range[key][0]).toBeLessThanOrEqual(row[key]);
            expect(row.range[key][1]).toBeGreaterThanOrEqual(row[key]);
          }
        }
      },
    ),
    { numRuns: 300 },
  );
});
