import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
import { settingsOf } from '../../../../shared/model/plan/cluster-settings.ts';
import { planDrain } from '../../../../shared/model/plan/drain.ts';
import { kubeletsAfter } from '../../../../shared/model/plan/kubelets.ts';
import { NodeDemands } from '../../../../shared/model/plan/node-demands.ts';
import { whatIf } from '../../../../shared/model/plan/what-if.ts';
import { windowsType } from '../../../../shared/model/plan/windows-type.ts';
import { shopFleet } from '../../../fixtures/plan-command.ts';

/** Six m5.large with as many addresses as ten pods need: 27 pods with an address of their own fit on one. */
const { cluster, estate } = shopFleet({ pods: 10 }).scanned();

/** The same where the kubelets admit so many pods, two on the host's network among them; `null`: not known. */
const admitting = (...maxPods: readonly (number | null)[]) => ({
  ...cluster,
  nodes: cluster.nodes.map((node, index) => {
    const own = maxPods[index % maxPods.length] ?? null;
    return own === null ? node : { ...node, maxPods: own };
  }),
});

const asked = (shop: typeof cluster, changes: Partial<PlannedChanges>) =>
  whatIf(estate, shop, { ...NO_CHANGES, ...changes });

describe('pods that kubelets admit', () => {
  test.each([
    [[null], { podsWithoutNode: 0, nodesForPods: 0 }],
    // Six nodes run 15 pods each.
    [[17], { podsWithoutNode: 70, nodesForPods: 5 }],
    [[12], { podsWithoutNode: 100, nodesForPods: 10 }],
    // New nodes are like the one of the type that admits most.
    [[12, 22], { podsWithoutNode: 70, nodesForPods: 4 }],
  ])('bound what runs on nodes that stay: %j', (maxPods, expected) => {
    const running = estate.nodesOf(admitting(...maxPods)).reduce((sum, { pods }) => sum + pods, 0);
    expect(asked(admitting(...maxPods), { pods: 160 - running })).toMatchObject(expected);
  });

  test('bound the pods that a node runs at the most, whatever it holds', () => {
    expect(estate.nodesOf(admitting(null))[0]?.pods).toBeGreaterThan(8);
    expect(estate.nodesOf(admitting(10))[0]?.pods).toBe(8);
    expect(estate.nodesOf(admitting(1))[0]?.pods).toBe(0);
  });

  test('leave less room for the pods of drained nodes', () => {
    const idle = shopFleet({ nodes: 12, pods: 1 }).scanned();
    const drain = (maxPods: number | null) => {
      const nodes = idle.cluster.nodes.map((node) => (maxPods === null ? node : { ...node, maxPods }));
      const question = { subnetIds: [], supply: 'addresses' as const, most: null, win: null };
      return planDrain(idle.estate, { ...idle.cluster, nodes }, question).plan.steps.length;
    };
    // Each node may run nine pods, 108 in all. With 14 each, eight nodes run them.
    expect([drain(16), drain(11)]).toEqual([4, 0]);
    expect(drain(20)).toBeGreaterThan(4);
  });

  test('are more than the recommended 110 where the kubelet says so, and never more than the interfaces hold', () => {
    const demands = (type: string, maxPods: number) =>
      new NodeDemands((each) => limitsOf(each), {
        ...settingsOf(cluster),
        kubelets: new Map([[type, maxPods]]),
      });
    expect(demands('m5.4xlarge', 234).podsAtMost('m5.4xlarge', true)).toBe(232);
    expect(demands('m5.4xlarge', 234).podsAtMost('m5.8xlarge', true)).toBe(232);
    expect(demands('m5.4xlarge', 60).podsAtMost('m5.4xlarge', true)).toBe(58);
    expect(demands('m5.large', 234).podsAtMost('m5.large', true)).toBe(27);
  });

  test('of nodes on Windows are no matter of those on Linux', () => {
    const [first, ...others] = admitting(12).nodes;
    if (first === undefined) throw new Error('no node');
    const mixed = { ...cluster, nodes: [{ ...first, windows: true as const, maxPods: 9 }, ...others] };
    expect(settingsOf(mixed).kubelets).toEqual(
      new Map([
        [windowsType('m5.large'), 9],
        ['m5.large', 12],
      ]),
    );
    expect(settingsOf(cluster)).not.toHaveProperty('kubelets');
  });
});

describe('after a change that replaces nodes', () => {
  const before = settingsOf(admitting(29));
  const limitsAfter = (maxPods: ReadonlyMap<string, number>, change: object) => {
    const settings = { ...before, kubelets: maxPods };
    return kubeletsAfter((type) => limitsOf(type), settings, { ...settings, ...change }).kubelets;
  };
  const PREFIXES = { prefixDelegation: true };

  test('a limit that followed from the old mode is computed again', () => {
    expect(limitsAfter(new Map([['m5.large', 29]]), PREFIXES)).toBeUndefined();
    // The raw 234, and the recommended 110.
    expect(limitsAfter(new Map([['m5.4xlarge', 234]]), PREFIXES)).toBeUndefined();
    expect(limitsAfter(new Map([['m5.4xlarge', 110]]), PREFIXES)).toBeUndefined();
    expect(asked(admitting(29), { settings: PREFIXES, pods: 400 }).podsWithoutNode).toBe(0);
  });

  test('a limit that was chosen stays', () => {
    const chosen = new Map([
      ['m5.large', 28],
      ['zz9.large', 29],
    ]);
    expect(limitsAfter(chosen, PREFIXES)).toEqual(chosen);
    const { podsWithoutNode } = asked(admitting(28), { settings: PREFIXES, pods: 400 });
    expect(podsWithoutNode).toBeGreaterThan(0);
  });

  test('all stay where nodes stay', () => {
    expect(limitsAfter(new Map([['m5.large', 29]]), { warmIpTarget: 2 })).toEqual(
      new Map([['m5.large', 29]]),
    );
  });

  test('limits of prefixes and of custom networking are known as such', () => {
    const back = (maxPods: number, old: object) => {
      const settings = { ...before, ...old, kubelets: new Map([['m5.large', maxPods]]) };
      const now = { ...settings, prefixDelegation: false, customNetworking: false };
      return kubeletsAfter((type) => limitsOf(type), settings, now).kubelets?.get('m5.large');
    };
    expect([back(110, PREFIXES), back(434, PREFIXES), back(29, PREFIXES)]).toEqual([
      undefined,
      undefined,
      29,
    ]);
    const custom = { customNetworking: true };
    expect([back(20, custom), back(29, custom)]).toEqual([undefined, 29]);
  });
});
