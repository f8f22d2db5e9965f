import { describe, expect, test } from 'vitest';
import { splitByNodes } from '../../../../shared/model/owners/owner-parts.ts';
import { aCluster, aNodeAssessment } from '../../../fixtures/findings-input.ts';

const usage = (subnetId: string, interfaces: number, addresses: number) => ({
  subnetId,
  interfaces,
  addresses,
  prefixes: 0,
});

const clusters = [
  aCluster({
    nodes: [
      aNodeAssessment({
        instanceId: 'i-01',
        nodeGroup: 'workers',
        usage: [usage('subnet-0a', 2, 20), usage('subnet-0p', 1, 10)],
      }),
      aNodeAssessment({ instanceId: 'i-02', nodeGroup: 'workers', usage: [usage('subnet-0a', 1, 12)] }),
      aNodeAssessment({
        instanceId: 'i-03',
        nodeGroup: null,
        nodePool: 'spot',
        usage: [usage('subnet-0a', 1, 7)],
      }),
    ],
  }),
];

const owners = [
  { kind: 'cluster-nodes', name: 'shop', interfaces: 3, addresses: 36 },
  { kind: 'load-balancer', name: 'front', interfaces: 2, addresses: 2 },
  { kind: 'pod-branch', name: 'shop', interfaces: 1, addresses: 3 },
];

describe("what a cluster's nodes hold in a subnet", () => {
  test('is split by node group and node pool, in this subnet alone', () => {
    expect(splitByNodes('subnet-0a', owners, clusters, 'group')).toEqual([
      {
        kind: 'cluster-nodes',
        name: 'shop',
        interfaces: 3,
        addresses: 32,
        nodeGroup: 'workers',
        nodePool: null,
        instanceId: null,
      },
      {
        kind: 'cluster-nodes',
        name: 'shop',
        interfaces: 1,
        addresses: 7,
        nodeGroup: null,
        nodePool: 'spot',
        instanceId: null,
      },
      {
        kind: 'load-balancer',
        name: 'front',
        interfaces: 2,
        addresses: 2,
        nodeGroup: null,
        nodePool: null,
        instanceId: null,
      },
    ]);
  });

  test('is split by node', () => {
    expect(
      splitByNodes('subnet-0a', owners, clusters, 'node').map(({ instanceId, addresses }) => [
        instanceId,
        addresses,
      ]),
    ).toEqual([
      ['i-01', 20],
      ['i-02', 12],
      ['i-03', 7],
      [null, 2],
    ]);
  });

  test('leaves what no node shows in a row of its own, so that the sum stays', () => {
    const more = [{ kind: 'cluster-nodes', name: 'shop', interfaces: 6, addresses: 50 }];
    const parts = splitByNodes('subnet-0a', more, clusters, 'group');
    expect(
      parts.map(({ nodeGroup, nodePool, interfaces, addresses }) => [
        nodeGroup,
        nodePool,
        interfaces,
        addresses,
      ]),
    ).toEqual([
      ['workers', null, 3, 32],
      [null, null, 2, 11],
      [null, 'spot', 1, 7],
    ]);
  });

  test('is split for each cluster by itself', () => {
    const two = [
      aCluster({ nodes: [aNodeAssessment({ usage: [usage('subnet-0a', 2, 20)] })] }),
      aCluster({ clusterName: 'other' }),
    ];
    const held = [
      { kind: 'cluster-nodes', name: 'shop', interfaces: 2, addresses: 20 },
      { kind: 'cluster-nodes', name: 'other', interfaces: 1, addresses: 5 },
    ];
    expect(
      splitByNodes('subnet-0a', held, two, 'group').map(({ name, nodeGroup, addresses }) => [
        name,
        nodeGroup,
        addresses,
      ]),
    ).toEqual([
      ['shop', 'workers', 20],
      ['other', null, 5],
    ]);
  });

  test('keeps an interface that holds no IPv4 address', () => {
    const held = [{ kind: 'cluster-nodes', name: 'shop', interfaces: 5, addresses: 39 }];
    expect(splitByNodes('subnet-0a', held, clusters, 'group').at(-1)).toMatchObject({
      interfaces: 1,
      addresses: 0,
    });
  });

  test('of a cluster that the scan knows nothing of stays whole', () => {
    const unknown = [
      { kind: 'cluster-nodes', name: null, interfaces: 1, addresses: 10 },
      { kind: 'unmanaged', name: 'gone', interfaces: 1, addresses: 1 },
    ];
    expect(
      splitByNodes('subnet-0a', unknown, clusters, 'group').map(({ kind, name, addresses }) => [
        kind,
        name,
        addresses,
      ]),
    ).toEqual([
      ['cluster-nodes', null, 10],
      ['cluster-nodes', 'gone', 1],
    ]);
  });
});
