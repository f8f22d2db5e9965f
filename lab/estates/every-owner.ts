import { labAccount } from '../estate/estate.ts';
import { createFleet, createService, createSpotRequest, noteInFleet, stopTask } from '../estate/launches.ts';
import type { LabEksCluster, LabVpc } from '../estate/records.ts';
import { scenarioEstate } from '../estate/scenario.ts';
import { SimulatedCluster } from '../estate/simulated-cluster.ts';
import type { World } from '../estate/world.ts';
import { addServiceInterfaces } from './service-interfaces.ts';

export const OWNERS_ACCOUNT = '111122223333';
export const PARTICIPANT_ACCOUNT = '444455556666';
export const OWNERS_REGION = 'eu-west-1';
const IN_OWNERS_ACCOUNT = { ownerId: OWNERS_ACCOUNT, region: OWNERS_REGION };

/** Interfaces around a node that the CNI does not hold for pods in the ordinary way. */
const addNodeExtras = (world: World, subnetId: string, instanceId: string, clusterName: string): void => {
  const onNode = { instanceId, instanceOwnerId: OWNERS_ACCOUNT, deleteOnTermination: true };
  const controllerTags = {
    'eks:eni:owner': 'eks-vpc-resource-controller',
    [`kubernetes.io/cluster/${clusterName}`]: 'owned',
  };
  const trunk = world.createInterface({
    subnetId,
    description: 'aws-k8s-trunk-eni',
    interfaceType: 'trunk',
    attachment: { ...onNode, deviceIndex: 4 },
    tags: { ...controllerTags, 'node.k8s.amazonaws.com/instance_id': instanceId },
  });
  for (const vlan of ['1', '2']) {
    world.createInterface({
      subnetId,
      description: 'aws-k8s-branch-eni',
      interfaceType: 'branch',
      attachment: { instanceOwnerId: OWNERS_ACCOUNT },
      tags: {
        ...controllerTags,
        'vpcresources.k8s.aws/vlan-id': vlan,
        'vpcresources.k8s.aws/trunk-eni-id': trunk.networkInterfaceId,
      },
    });
  }
  world.createInterface({
    subnetId,
    description: 'multus',
    secondaryAddresses: 3,
    attachment: { ...onNode, deviceIndex: 5 },
    tags: { 'node.k8s.amazonaws.com/no_manage': 'true' },
  });
};

/** Leftovers that no controller cleans up: the node is gone, the interface and its addresses are still there. */
const addLeaks = (world: World, subnetId: string, clusterName: string): void => {
  world.createInterface({
    subnetId,
    description: 'aws-K8S-i-0deadbeefdeadbeef',
    attachment: null,
    secondaryAddresses: 9,
    tags: {
      'node.k8s.amazonaws.com/instance_id': 'i-0deadbeefdeadbeef',
      'node.k8s.amazonaws.com/createdAt': new Date(world.now - 3 * 3_600_000).toISOString(),
      'cluster.k8s.amazonaws.com/name': clusterName,
      'eks:eni:owner': 'amazon-vpc-cni',
    },
  });
  world.createInterface({ subnetId, description: 'left over from a migration', attachment: null });
};

/** An instance that belongs to no cluster, stopped: it keeps its addresses. */
const addPlainInstance = (world: World, vpc: LabVpc, subnetId: string): void => {
  const instanceId = world.newId('i');
  const primary = world.createInterface({
    subnetId,
    description: '',
    attachment: { instanceId, instanceOwnerId: OWNERS_ACCOUNT, deviceIndex: 0, deleteOnTermination: true },
  });
  world.instances.set(instanceId, {
    instanceId,
    instanceType: 't3.large',
    state: 'stopped',
    subnetId,
    vpcId: vpc.vpcId,
    availabilityZone: primary.availabilityZone,
    ownerId: OWNERS_ACCOUNT,
    privateAddress: primary.addresses[0] ?? null,
    launchTime: new Date(world.now),
    operator: null,
    tags: { Name: 'bastion' },
  });
};

/**
 * EKS Auto Mode: AWS runs the node and its CNI, with prefixes, and hides both from callers that do not ask for them.
 */
const addAutoModeCluster = (world: World, vpc: LabVpc, subnetId: string): void => {
  const operator = { principal: 'eks.amazonaws.com', hiddenByDefault: true };
  const instanceId = world.newId('i');
  const primary = world.createInterface({
    subnetId,
    description: '',
    operator,
    prefixes: 2,
    attachment: { instanceId, instanceOwnerId: OWNERS_ACCOUNT, deviceIndex: 0, deleteOnTermination: true },
  });
  const tags = {
    'eks:eks-cluster-name': 'auto',
    'karpenter.sh/nodepool': 'general-purpose',
    'kubernetes.io/cluster/auto': 'owned',
  };
  world.instances.set(instanceId, {
    instanceId,
    instanceType: 'm6i.large',
    state: 'running',
    subnetId,
    vpcId: vpc.vpcId,
    availabilityZone: primary.availabilityZone,
    ownerId: OWNERS_ACCOUNT,
    privateAddress: primary.addresses[0] ?? null,
    launchTime: new Date(world.now),
    operator,
    tags,
  });
  const cluster: LabEksCluster = {
    ...IN_OWNERS_ACCOUNT,
    name: 'auto',
    version: '1.34',
    status: 'ACTIVE',
    vpcId: vpc.vpcId,
    subnetIds: [subnetId],
    ipFamily: 'ipv4',
    autoMode: true,
    healthIssues: [],
    nodeGroups: [],
    fargateProfiles: [],
    vpcCni: null,
  };
  world.clusters.set(`${OWNERS_ACCOUNT}/${OWNERS_REGION}/auto`, cluster);
};

const GENERAL_TEMPLATE = 'lt-0general';

/** Two VPCs whose ranges overlap, connected both by a peering and by a transit gateway. */
const addConnections = (world: World, vpc: LabVpc, subnetId: string): void => {
  const twin = world.createVpc({ ...IN_OWNERS_ACCOUNT, cidrBlock: '10.60.0.0/17', name: 'twin' });
  const twinSubnet = world.createSubnet({ vpcId: twin.vpcId, cidrBlock: '10.60.64.0/24', name: 'twin-a' });
  const side = ({ vpcId, cidrBlocks }: LabVpc) => ({
    ...IN_OWNERS_ACCOUNT,
    vpcId,
    cidrBlocks: cidrBlocks.map(({ cidrBlock }) => cidrBlock),
  });
  world.peerings.push({
    peeringId: world.newId('pcx'),
    status: 'active',
    requester: side(vpc),
    accepter: side(twin),
  });
  const transitGatewayId = world.newId('tgw');
  for (const [vpcId, attached] of [
    [vpc.vpcId, subnetId],
    [twin.vpcId, twinSubnet.subnetId],
  ] as const) {
    world.transitGatewayAttachments.push({
      attachmentId: world.newId('tgw-attach'),
      transitGatewayId,
      vpcId,
      vpcOwnerId: OWNERS_ACCOUNT,
      region: OWNERS_REGION,
      subnetIds: [attached],
      state: 'available',
    });
  }
};

const buildOwners = (world: World): (() => void) => {
  const vpc = world.createVpc({
    ...IN_OWNERS_ACCOUNT,
    cidrBlock: '10.60.0.0/16',
    name: 'core',
    ipv6CidrBlocks: ['2001:db8:60::/56'],
  });
  const subnet = (name: string, cidrBlock: string, zone: string, more: object = {}) =>
    world.createSubnet({ vpcId: vpc.vpcId, name, cidrBlock, zone, ...more });
  const nodes = subnet('core-nodes-a', '10.60.0.0/24', 'a');
  const pods = subnet('core-pods-a', '10.60.8.0/23', 'a');
  const services = subnet('core-services-b', '10.60.1.0/25', 'b');
  const dual = subnet('core-dual-b', '10.60.2.0/26', 'b', { ipv6CidrBlocks: ['2001:db8:60:2::/64'] });
  const shared = subnet('core-shared-a', '10.60.3.0/25', 'a', { sharedWith: [PARTICIPANT_ACCOUNT] });
  const auto = subnet('core-auto-a', '10.60.4.0/24', 'a');
  world.createSubnet({
    vpcId: vpc.vpcId,
    cidrBlock: null,
    name: 'core-six-a',
    ipv6CidrBlocks: ['2001:db8:60:6::/64'],
  });
  subnet('core-outpost-a', '10.60.5.0/28', 'a', {
    outpostArn: `arn:aws:outposts:${OWNERS_REGION}:${OWNERS_ACCOUNT}:outpost/op-0a1b2c3d4e5f60718`,
  });
  subnet('core-local', '10.60.6.0/27', 'a', { availabilityZone: `${OWNERS_REGION}-lon-1a` });
  world.reserve(pods.subnetId, '10.60.9.0/25', 'prefix');
  world.reserve(services.subnetId, '10.60.1.96/27', 'explicit');

  world.launchTemplates.set(GENERAL_TEMPLATE, {
    launchTemplateId: GENERAL_TEMPLATE,
    ...IN_OWNERS_ACCOUNT,
    interfaces: [{ deviceIndex: 0 }],
  });
  const cluster = new SimulatedCluster(world, {
    ...IN_OWNERS_ACCOUNT,
    name: 'core',
    vpcId: vpc.vpcId,
    controlPlaneSubnetIds: [nodes.subnetId, services.subnetId],
    fargateProfiles: [{ name: 'batch', subnetIds: [services.subnetId] }],
    nodeGroups: [
      {
        name: 'general',
        instanceType: 'm5.large',
        launchTemplateId: GENERAL_TEMPLATE,
        subnetIds: [nodes.subnetId],
        minSize: 2,
        maxSize: 10,
      },
      {
        name: 'karpenter',
        instanceType: 'c5.xlarge',
        subnetIds: [nodes.subnetId],
        minSize: 1,
        maxSize: 3,
        nodePool: true,
      },
    ],
  });
  cluster.runPods(20);
  cluster.record();
  const customNetworking = new SimulatedCluster(world, {
    ...IN_OWNERS_ACCOUNT,
    name: 'custom',
    vpcId: vpc.vpcId,
    controlPlaneSubnetIds: [nodes.subnetId],
    customNetworkingSubnetId: pods.subnetId,
    settings: { prefixDelegation: true, maxPods: 110 },
    nodeGroups: [
      { name: 'all', instanceType: 'm5.large', subnetIds: [nodes.subnetId], minSize: 2, maxSize: 4 },
    ],
  });
  customNetworking.runPods(30);
  customNetworking.record();
  const selfManaged = new SimulatedCluster(world, {
    ...IN_OWNERS_ACCOUNT,
    name: 'self-made',
    vpcId: vpc.vpcId,
    controlPlaneSubnetIds: [],
    selfManaged: true,
    nodeGroups: [
      { name: 'kops', instanceType: 't2.large', subnetIds: [dual.subnetId], minSize: 1, maxSize: 1 },
    ],
  });
  selfManaged.runPods(5);
  selfManaged.record();

  const [firstNode = ''] = world.instances.keys();
  addNodeExtras(world, nodes.subnetId, firstNode, 'core');
  addLeaks(world, nodes.subnetId, 'core');
  addServiceInterfaces(world, services.subnetId);
  addPlainInstance(world, vpc, dual.subnetId);
  addAutoModeCluster(world, vpc, auto.subnetId);
  addConnections(world, vpc, services.subnetId);
  world.createInterface({
    subnetId: dual.subnetId,
    description: 'both families',
    ipv6Addresses: ['2001:db8:60:2::a'],
    ipv6Prefixes: ['2001:db8:60:2:1::/80'],
  });
  world.createInterface({ subnetId: shared.subnetId, description: 'of the owner' });
  for (const name of ['one', 'two', 'three']) {
    world.createInterface({
      subnetId: shared.subnetId,
      description: `participant ${name}`,
      ownerId: PARTICIPANT_ACCOUNT,
    });
  }
  addLaunches(world, services.subnetId);
  return () => undefined;
};

/** A service of ECS whose task ended, fleets, and a Spot request that waits: none of them for want of an address. */
const addLaunches = (world: World, subnetId: string): void => {
  const here = { ownerId: OWNERS_ACCOUNT, region: OWNERS_REGION };
  createService(world, { ...here, clusterName: 'shop', name: 'web', subnetIds: [subnetId] });
  stopTask(world, 'shop/web', subnetId, 'Essential container in task exited');
  for (const kind of ['ec2', 'spot'] as const) {
    const { fleetId } = createFleet(world, { ...here, kind });
    const event = { type: 'fleetRequestChange', subType: 'active', description: 'The request is active.' };
    noteInFleet(world, fleetId, event);
  }
  createSpotRequest(world, {
    ...here,
    subnetId,
    state: 'open',
    code: 'capacity-not-available',
    message: 'There is no Spot capacity available that matches your request.',
  });
};

/** One of everything that can hold an address, in every kind of subnet. It does not change with time. */
export const everyOwner = scenarioEstate({
  name: 'every-owner',
  description:
    'one of everything that can hold an address, in every kind of subnet, shared and dual-stack ones too',
  accounts: [
    labAccount(OWNERS_ACCOUNT, 'network', [OWNERS_REGION]),
    labAccount(PARTICIPANT_ACCOUNT, 'participant', [OWNERS_REGION]),
  ],
  scenarios: [buildOwners],
});
