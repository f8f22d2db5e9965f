import { describe, expect, test } from 'vitest';
import type { NodePoolLimits } from '../../../../shared/model/aws/inventory.ts';
import { nodePoolsInCluster } from '../../../../shared/model/kubernetes/node-pools.ts';
import { known, type NodePool, unread } from '../../../../shared/model/kubernetes/observed.ts';
import { clusterOf, fullNode } from '../../../fixtures/assessed-clusters.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aNode, anEksCluster, nodeInterface } from '../../../fixtures/cluster-records.ts';
import { aReading } from '../../../fixtures/kubernetes-reading.ts';

const pool = (changes: Partial<NodePoolLimits> = {}): NodePoolLimits => ({
  name: 'spot',
  autoMode: false,
  maximumNodes: null,
  maximumVcpus: 20,
  maximumMemory: null,
  uncountedLimits: [],
  maxPods: null,
  podsPerCore: null,
  instanceTypes: ['m5.large', 'm5.4xlarge'],
  subnetIds: ['subnet-0a'],
  ...changes,
});

/** A cluster with one node of the pool, in a subnet with room for three more. */
const committed = (nodePools: readonly NodePoolLimits[], available = 33) => {
  const tags = { 'kubernetes.io/cluster/shop': 'owned', 'karpenter.sh/nodepool': 'spot' };
  return clusterOf({
    eks: [anEksCluster({ nodePools })],
    instances: [aNode('i-01', { tags })],
    interfaces: fullNode('i-01'),
    subnets: [aSubnet({ available })],
  });
};

describe('a node pool whose limits the cluster shows', () => {
  test('may grow until the type that then takes most in all has used up the processors, in the subnets of its node class', () => {
    const { committed: demand } = committed([pool()]);
    expect(demand).toMatchObject([
      {
        group: 'spot',
        kind: 'node-pool',
        currentNodes: 1,
        maximumNodes: 10,
        instanceType: 'm5.large',
        subnetIds: ['subnet-0a'],
      },
    ]);
    expect(demand[0]?.shortfall).toBeGreaterThan(0);
  });

  test('fits where the subnet has room', () => {
    expect(committed([pool()], 900).committed).toMatchObject([{ fits: 9, shortfall: 0 }]);
  });

  test('takes the tighter of its limits, and is never smaller than it is', () => {
    expect(committed([pool({ maximumNodes: 4 })]).committed).toMatchObject([{ maximumNodes: 4 }]);
    expect(committed([pool({ maximumVcpus: 1 })]).committed).toMatchObject([
      { currentNodes: 1, maximumNodes: 1, fits: 0, shortfall: 0 },
    ]);
  });

  // Karpenter, NodePool limits: what runs counts, and no node comes that would exceed them.
  test('has used up the processors of what runs', () => {
    const tags = { 'kubernetes.io/cluster/shop': 'owned', 'karpenter.sh/nodepool': 'spot' };
    const sizeOf = (maximumVcpus: number) =>
      clusterOf({
        eks: [anEksCluster({ nodePools: [pool({ maximumVcpus })] })],
        instances: [aNode('i-01', { tags, instanceType: 'm5.4xlarge' })],
        interfaces: fullNode('i-01'),
        subnets: [aSubnet({ available: 900 })],
      }).committed.map(({ currentNodes, instanceType, maximumNodes }) => [
        currentNodes,
        maximumNodes,
        instanceType,
      ]);
    expect(sizeOf(20)).toEqual([[1, 3, 'm5.large']]);
    expect(sizeOf(17)).toEqual([[1, 1, 'm5.4xlarge']]);
    expect(sizeOf(18)).toEqual([[1, 2, 'm5.large']]);
  });

  test('with a limit of nodes alone may have as many of the type that takes most', () => {
    const limits = pool({ maximumVcpus: null, maximumNodes: 4 });
    expect(committed([limits], 900).committed).toMatchObject([
      { instanceType: 'm5.4xlarge', maximumNodes: 4, fits: 3, perNode: { addresses: 30 } },
    ]);
  });

  test("counts memory, of which Karpenter takes a part to be the host's: 8 GiB are 7.4", () => {
    const sizeOf = (maximumMemory: number, instanceTypes = ['m5.large']) =>
      committed([pool({ maximumVcpus: 1000, maximumMemory, instanceTypes })], 900).committed.map(
        ({ maximumNodes }) => maximumNodes,
      );
    expect(sizeOf(37)).toEqual([5]);
    expect(sizeOf(36.9)).toEqual([4]);
    expect(sizeOf(37, ['t3.large'])).toEqual([]);
  });

  // Karpenter, EC2NodeClass, spec.kubelet.maxPods: it counts the pods on the host's network as well.
  test('is full with as many pods as its node class lets the kubelet run', () => {
    const full = (maxPods: number | null) =>
      committed([pool({ maxPods, instanceTypes: ['m5.large'] })], 900).committed.map(({ whenFull }) => [
        whenFull?.podsPerNode,
        whenFull?.perNode.addresses,
      ]);
    expect(full(null)).toEqual([[27, 30]]);
    // The CNI asks for another interface until it holds as many addresses as the kubelet runs pods.
    expect(full(20)).toEqual([[18, 30]]);
    expect(full(18)).toEqual([[16, 20]]);
    expect(full(11)).toEqual([[9, 20]]);
    expect(full(9)).toEqual([[7, 10]]);
    expect(full(110)).toEqual([[27, 30]]);
  });

  // Karpenter, EC2NodeClass, spec.kubelet.podsPerCore: the lower of the two counts. 0 is no limit.
  test.each([
    [null, 5, 'm5.large', 8],
    [null, 0, 'm5.large', 27],
    [9, 5, 'm5.large', 7],
    [11, 5, 'm5.large', 8],
    [null, 20, 'm5.large', 27],
    // Its processors are not known.
    [null, 5, 't3.medium', 15],
  ])(
    'with maxPods %j and podsPerCore %j a node of %s of them runs %i pods with an address',
    (maxPods, podsPerCore, type, pods) => {
      const limits = { maximumVcpus: null, maximumNodes: 4, maxPods, podsPerCore, instanceTypes: [type] };
      expect(committed([pool(limits)], 900).committed.map(({ whenFull }) => whenFull?.podsPerNode)).toEqual([
        pods,
      ]);
    },
  );

  test('goes by the types of its nodes where its requirements list none', () => {
    expect(committed([pool({ instanceTypes: [] })]).committed).toMatchObject([
      { instanceType: 'm5.large', maximumNodes: 10 },
    ]);
  });

  test.each([
    ['it has no limit', pool({ maximumVcpus: null })],
    ['its node class has no subnets yet', pool({ subnetIds: null })],
    ['it has a limit of another resource', pool({ uncountedLimits: ['nvidia.com/gpu'] })],
    ['a type is not known', pool({ instanceTypes: ['m5.large', 'z99.large'] })],
  ])('commits to nothing, and is unknown, where %s', (_, each) => {
    const cluster = committed([each]);
    expect(cluster.committed).toEqual([]);
    expect(cluster.unknowns.map(({ reason }) => reason).join()).toContain(
      'How far the node pool spot may grow is unknown',
    );
  });

  test('commits to nothing where neither its requirements nor a node of it tell a type', () => {
    const { committed: demand } = committed([
      pool({ name: 'fresh', instanceTypes: [], subnetIds: ['subnet-0a'] }),
    ]);
    expect(demand).toEqual([]);
  });

  test('grows by the type that is first by name, of several with as few processors', () => {
    for (const instanceTypes of [
      ['m5.large', 'c5.large', 'r5.large'],
      ['r5.large', 'c5.large', 'm5.large'],
    ])
      expect(committed([pool({ instanceTypes })]).committed).toMatchObject([{ instanceType: 'c5.large' }]);
  });

  // EKS user guide, Auto Mode networking: a /28 prefix, and single addresses where the subnet has none.
  test('is unknown for EKS Auto Mode where prefixes end, and known where they do not', () => {
    const tags = { 'eks:eks-cluster-name': 'shop', 'eks:kubernetes-node-pool-name': 'spot' };
    const fits = (free: number) =>
      clusterOf({
        eks: [anEksCluster({ autoMode: true, nodePools: [pool({ autoMode: true })] })],
        instances: [aNode('i-01', { tags })],
        interfaces: [nodeInterface('i-01', { prefixes: 1 })],
        subnets: [
          aSubnet({
            available: 900,
            availableSingle: 900,
            prefixes: { assigned: 1, free, freeInReservation: free, freeUnreserved: 0 },
          }),
        ],
      }).committed.map((demand) => [demand.fits, demand.fitsAtBest, demand.shortfall, demand.error]);
    expect(fits(9)).toEqual([[9, 9, 0, null]]);
    expect(fits(8)).toEqual([[null, null, null, null]]);
    expect(fits(0)).toEqual([[null, null, null, null]]);
  });

  test('is no longer unknown', () => {
    const reasons = committed([pool()]).unknowns.map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason.includes('node pool'))).toEqual([]);
  });
});

describe('the limits of node pools as the Kubernetes API lists them', () => {
  const nodePool = (changes: Partial<NodePool> = {}): NodePool => ({
    name: 'spot',
    limits: { cpu: '1000', memory: '1000Gi' },
    nodeClass: { kind: 'EC2NodeClass', name: 'default', group: 'karpenter.k8s.aws' },
    requirements: [{ key: 'node.kubernetes.io/instance-type', operator: 'In', values: ['m5.large'] }],
    ...changes,
  });
  const classes = (subnetId: string) =>
    known([
      { name: 'default', subnets: [{ subnetId, zone: null }], maxPods: 58, podsPerCore: 8, ready: true },
    ]);
  const limits = (pools: readonly NodePool[]) =>
    nodePoolsInCluster(
      aReading({
        nodePools: known(pools),
        ec2NodeClasses: classes('subnet-of-karpenter'),
        autoModeNodeClasses: classes('subnet-of-auto'),
      }),
    ).nodePools;

  test('are those of the node class by kind and name', () => {
    expect(limits([nodePool()])).toEqual([
      {
        name: 'spot',
        autoMode: false,
        maximumNodes: null,
        maximumVcpus: 1000,
        maximumMemory: 1000,
        uncountedLimits: [],
        instanceTypes: ['m5.large'],
        maxPods: 58,
        podsPerCore: 8,
        subnetIds: ['subnet-of-karpenter'],
      },
    ]);
    const ofAuto = { kind: 'NodeClass', name: 'default', group: 'eks.amazonaws.com' };
    expect(limits([nodePool({ nodeClass: ofAuto })])).toMatchObject([
      { autoMode: true, subnetIds: ['subnet-of-auto'] },
    ]);
    expect(limits([nodePool({ nodeClass: { ...ofAuto, name: 'other' } })])).toMatchObject([
      { maxPods: null, subnetIds: null },
    ]);
    expect(limits([nodePool({ nodeClass: { ...ofAuto, kind: 'GCENodeClass' } })])).toMatchObject([
      { subnetIds: null },
    ]);
  });

  test('name no type where the requirements of a pool leave it open', () => {
    expect(limits([nodePool({ requirements: [] })])).toMatchObject([{ instanceTypes: [] }]);
  });

  test.each([
    ['16', 16],
    ['1500m', 1.5],
    ['2k', 2_000],
    ['0', 0],
  ])('are quantities of Kubernetes: %s', (cpu, maximumVcpus) => {
    expect(limits([nodePool({ limits: { cpu } })])).toMatchObject([{ maximumVcpus, uncountedLimits: [] }]);
  });

  test.each([
    ['64Gi', 64],
    ['512Mi', 0.5],
    ['1Ti', 1_024],
    ['1048576Ki', 1],
    ['1073741824', 1],
    ['64G', 59.6],
    ['1T', 931.3],
    ['100M', 0.1],
  ])('are counted in GiB of memory: %s', (memory, gib) => {
    const [pool] = limits([nodePool({ limits: { memory } })]) ?? [];
    expect(pool?.maximumMemory).toBeCloseTo(gib, 1);
  });

  test.each([
    ['of another resource', { cpu: '16', 'nvidia.com/gpu': '8' }, 'nvidia.com/gpu'],
    ['that is no quantity', { cpu: 'many' }, 'cpu'],
    ['that is negative', { cpu: '-1' }, 'cpu'],
    ['with an unknown suffix', { memory: '1Xi' }, 'memory'],
  ])('name a limit %s, which may be the tighter one', (_, written, name) => {
    expect(limits([nodePool({ limits: written })])).toMatchObject([{ uncountedLimits: [name] }]);
  });

  test('are not known where pools or node classes could not be read', () => {
    const missing = unread('forbidden', 'not allowed', null);
    expect(nodePoolsInCluster(aReading({ nodePools: missing }))).toEqual({});
    expect(nodePoolsInCluster(aReading({ ec2NodeClasses: missing }))).toEqual({});
    expect(nodePoolsInCluster(undefined)).toEqual({});
  });
});
