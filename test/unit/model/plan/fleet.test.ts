import { describe, expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { extrasAt, type FleetNode, growthOf, spreadPods } from '../../../../shared/model/plan/fleet.ts';
import { NodeDemands } from '../../../../shared/model/plan/node-demands.ts';
import { windowsType } from '../../../../shared/model/plan/windows-type.ts';
import type { NodePlace } from '../../../../shared/model/result/cluster.ts';

const PLACE: NodePlace = {
  subnetId: 'subnet-a',
  availabilityZone: 'eu-west-1a',
  podSubnetIds: ['subnet-a'],
  primaryServesPods: true,
};

describe('what a node takes besides, in its place', () => {
  const takes = [{ subnetId: 'subnet-efa', singles: 2, prefixes: 0 }];

  test('is that of its type, and nothing for another type or an unknown place', () => {
    const place = { ...PLACE, extras: [{ instanceType: 'p5.48xlarge', unknown: false, takes }] };
    expect(extrasAt(place, 'p5.48xlarge')).toEqual({ extras: takes });
    expect(extrasAt(place, 'm5.large')).toEqual({});
    expect(extrasAt(PLACE, 'm5.large')).toEqual({});
    expect(extrasAt(undefined, 'm5.large')).toEqual({});
  });
});

describe('what a node that runs still takes', () => {
  const demands = new NodeDemands((type) => limitsOf(type), DEFAULT_CNI_SETTINGS);
  const node: FleetNode = {
    instanceId: 'i-1',
    type: 'm5.large',
    zone: 'eu-west-1a',
    subnetId: 'subnet-a',
    podSubnetIds: ['subnet-b'],
    primaryServesPods: true,
    pods: 0,
    interfaces: 2,
    holdings: [{ subnetId: 'subnet-a', addresses: 20, prefixes: 0, reservedPrefixes: 0, blocks: null }],
  };

  test('is what it does not hold yet, from the subnets of its pods', () => {
    // An m5.large with 3 interfaces of 10 addresses is full with 29 pods.
    expect(growthOf(demands, node, 29)).toMatchObject({
      steps: [{ subnet: 'pods', singles: 10, prefixes: 0 }],
      podSubnetIds: ['subnet-b'],
    });
    expect(growthOf(demands, node, 5).steps).toEqual([]);
  });
});

test('a type without known limits has none on Windows, either', () => {
  const demands = new NodeDemands((type) => limitsOf(type), DEFAULT_CNI_SETTINGS);
  const known = (type: string) => [demands.knows(type), demands.knows(windowsType(type))];
  expect([known('m5.large'), known('zz9.large')]).toEqual([
    [true, true],
    [false, false],
  ]);
});

test('pods are spread evenly, as far as the limits of the nodes go', () => {
  expect(spreadPods([10, 10, 10], 7)).toEqual({ each: [3, 2, 2], left: 0 });
  expect(spreadPods([1, 10, 0], 20)).toEqual({ each: [1, 10, 0], left: 9 });
  expect(spreadPods([], 3)).toEqual({ each: [], left: 3 });
});
