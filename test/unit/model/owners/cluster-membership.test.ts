import { describe, expect, test } from 'vitest';
import {
  clusterNameOf,
  membershipOf,
  subnetIsTaggedFor,
} from '../../../../shared/model/owners/cluster-membership.ts';

describe('the cluster of a resource', () => {
  test.each([
    ['EKS', { 'eks:cluster-name': 'shop' }],
    ['EKS, as AWS puts it', { 'aws:eks:cluster-name': 'shop' }],
    ['Auto Mode and Karpenter', { 'eks:eks-cluster-name': 'shop' }],
    ['eksctl', { 'alpha.eksctl.io/cluster-name': 'shop' }],
    ['eksctl, since lately', { 'eksctl.cluster.k8s.io/v1alpha1/cluster-name': 'shop' }],
    ['the CNI', { 'cluster.k8s.amazonaws.com/name': 'shop' }],
    ['kOps', { KubernetesCluster: 'shop' }],
    ['an owning tag', { 'kubernetes.io/cluster/shop': 'owned', 'kubernetes.io/cluster/other': 'shared' }],
  ])('comes from the tags of %s', (_, tags) => {
    expect(clusterNameOf(tags)).toBe('shop');
  });

  test('comes from the most specific of several', () => {
    expect(clusterNameOf({ KubernetesCluster: 'old', 'eks:cluster-name': 'shop' })).toBe('shop');
  });

  test('is none without a tag', () => {
    expect(membershipOf({ Name: 'shop' })).toBeNull();
  });
});

test.each([
  ['a node group', { 'eks:nodegroup-name': 'a' }, { nodeGroup: 'a', nodePool: null }],
  ["eksctl's node group", { 'alpha.eksctl.io/nodegroup-name': 'a' }, { nodeGroup: 'a', nodePool: null }],
  ['an Auto Scaling group', { 'aws:autoscaling:groupName': 'a' }, { nodeGroup: 'a', nodePool: null }],
  ['a node pool', { 'karpenter.sh/nodepool': 'a' }, { nodeGroup: null, nodePool: 'a' }],
  ["Auto Mode's node pool", { 'eks:kubernetes-node-pool-name': 'a' }, { nodeGroup: null, nodePool: 'a' }],
  [
    "Karpenter's provisioner of old",
    { 'karpenter.sh/provisioner-name': 'a' },
    { nodeGroup: null, nodePool: 'a' },
  ],
])('a node of %s says so', (_, tags, membership) => {
  expect(membershipOf({ ...tags, 'eks:cluster-name': 'shop' })).toEqual({
    clusterName: 'shop',
    ...membership,
  });
});

test.each([
  [{ 'kubernetes.io/cluster/shop': 'shared' }, true],
  [{ 'karpenter.sh/discovery': 'shop' }, true],
  [{ 'cni.networking.k8s.aws/cluster/shop': '' }, true],
  [{ 'kubernetes.io/cluster/other': 'shared' }, false],
  [{ 'karpenter.sh/discovery': 'other' }, false],
  [{ 'cni.networking.k8s.aws/cluster/other': '' }, false],
  [{}, false],
])('a subnet with the tags %j is offered to the cluster: %s', (tags, offered) => {
  expect(subnetIsTaggedFor(tags, 'shop')).toBe(offered);
});
