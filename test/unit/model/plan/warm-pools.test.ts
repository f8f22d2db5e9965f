import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
import { PlanEstate } from '../../../../shared/model/plan/plan-estate.ts';
import { whatIf } from '../../../../shared/model/plan/what-if.ts';
import { cniSettings } from '../../../fixtures/cluster-records.ts';
import { Situation } from '../../../fixtures/situation.ts';

/** Three m5.large with one full interface each, of which no pod needs an address, and so many addresses left in their subnet. */
const planned = (
  left: number,
  changes: Partial<PlannedChanges>,
  environment: Readonly<Record<string, string>> = {},
  secondaries = 9,
) => {
  const situation = new Situation();
  situation.subnet('nodes', '10.0.0.0/24');
  situation.cluster({ vpcCni: cniSettings(environment) });
  situation.group({ subnetIds: ['nodes'], maxSize: 9, desiredSize: 3 });
  for (let node = 0; node < 3; node += 1) situation.node('nodes', { group: 'g', secondaries });
  situation.fill('nodes', left);
  const { cluster, clusters, maps, subnets, vpcs } = situation.assess();
  const estate = new PlanEstate({
    subnets,
    vpcs,
    clusters,
    maps,
    limits: limitsOf,
    interfaces: null,
    vpcConnections: [],
    reservations: new Map(),
  });
  const { after, before, fits, notices, order } = whatIf(estate, cluster, { ...NO_CHANGES, ...changes });
  return {
    fits,
    notices,
    failure: order.failure?.error ?? null,
    more: before.subnets[0]?.morePods,
    free: after.subnets[0]?.freeAddresses?.[0],
  };
};

const cold = (nodes: string) => `${nodes} warm pool. The pods that are planned have their addresses.`;

describe('pods that need no more than what their nodes keep warm', () => {
  // Eight pods on each node have its nine addresses. Then the CNI asks for an interface more, of ten addresses.
  test('fit, although the warm pool finds no room', () => {
    expect(planned(30, { pods: 24 })).toMatchObject({ fits: true, notices: [], free: 0 });
    expect(planned(29, { pods: 24 })).toMatchObject({
      fits: true,
      notices: [cold('1 node finds no room for its')],
      free: 9,
    });
    // One node finds the last interface for its warm pool.
    expect(planned(10, { pods: 27 })).toMatchObject({
      fits: true,
      notices: [cold('2 nodes find no room for their')],
      free: 0,
    });
    // It is for a pod now.
    expect(planned(10, { pods: 28 })).toMatchObject({
      fits: true,
      notices: [cold('3 nodes find no room for their')],
      free: 0,
    });
    expect(planned(10, { pods: 29 })).toMatchObject({
      fits: false,
      failure: 'InsufficientFreeAddressesInSubnet',
    });
  });

  test('are the pods for which there is room', () => {
    // Without room for an interface nothing shows that a node has warm addresses: its pods may have them all.
    expect(planned(9, {}).more).toBe(0);
    expect(planned(10, {}).more).toBe(28);
    // The first node with ten pods has two interfaces, and gets a third, which a neighbour lacks.
    expect(planned(20, {}).more).toBe(28);
    expect(planned(30, {}).more).toBe(29);
  });

  test('with IP targets take what is left, one by one, before they do without', () => {
    const targets = { WARM_IP_TARGET: '2' };
    expect(planned(4, { pods: 3 }, targets, 2)).toMatchObject({ fits: true, notices: [], free: 1 });
    expect(planned(2, { pods: 3 }, targets, 2)).toMatchObject({
      fits: true,
      notices: [cold('1 node finds no room for its')],
      free: 0,
    });
    expect(planned(2, { pods: 9 }, targets, 2)).toMatchObject({ fits: false });
  });
});

// They have nine, and an interface that is new keeps one of its addresses.
test('a setting that asks for more warm addresses than there are fits, since no pod lacks one', () => {
  const asking = (warmIpTarget: number) => planned(10, { settings: { warmIpTarget } });
  expect(asking(11)).toMatchObject({ fits: true, free: 1 });
  expect(asking(11).notices.join()).not.toContain('room');
  expect(asking(12)).toMatchObject({ fits: true, free: 0 });
  expect(asking(12).notices).toContain(cold('1 node finds no room for its'));
  expect(asking(15)).toMatchObject({ fits: true, free: 0 });
  expect(asking(15).notices).toContain(cold('2 nodes find no room for their'));
});
