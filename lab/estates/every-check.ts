import { labAccount } from '../estate/estate.ts';
import { type Scenario, scenarioEstate } from '../estate/scenario.ts';
import { SimulatedCluster } from '../estate/simulated-cluster.ts';
import type { World } from '../estate/world.ts';
import { DAY, HOUR, MINUTE } from './pace.ts';

export const CHECKED_ACCOUNT = '111122223333';
/** Its scan role may not describe interfaces. */
export const DENIED_ACCOUNT = '333344445555';
export const CHECKED_REGION = 'eu-west-1';

const HERE = { ownerId: CHECKED_ACCOUNT, region: CHECKED_REGION };

/** What a person with the right to tag a resource might write. */
export const HOSTILE_NAME =
  '<!channel> <script>alert(1)</script> & *bold* `code` _it_ ~gone~ <https://evil.example|click> https://evil.example/\u202Egnp.exe\u200B \u0007\r\nBcc: all@example.com \u{1F600}';

export const vpcNamed = (world: World, name: string, cidrBlock: string): string =>
  world.createVpc({ ...HERE, name, cidrBlock }).vpcId;

/** An interface that holds so many addresses. */
export const hold = (
  world: World,
  subnetId: string,
  addresses: number,
  description = 'RDSNetworkInterface',
) =>
  world.createInterface({
    subnetId,
    description,
    requesterId: 'amazon-rds',
    secondaryAddresses: addresses - 1,
  });

/** EKS takes this one, or 10.100.0.0/16, unless it is given another. Source: EKS API, KubernetesNetworkConfigRequest. */
const SERVICES = '172.20.0.0/16';

interface Side {
  readonly vpcId: string;
  readonly cidrBlock: string;
}

const peer = (world: World, one: Side, other: Side): void => {
  const side = ({ vpcId, cidrBlock }: Side) => ({ ...HERE, vpcId, cidrBlocks: [cidrBlock] });
  world.peerings.push({
    peeringId: world.newId('pcx'),
    status: 'active',
    requester: side(one),
    accepter: side(other),
  });
};

type NodeGroups = ConstructorParameters<typeof SimulatedCluster>[1]['nodeGroups'];

export const clusterIn = (
  world: World,
  vpcId: string,
  changes: Partial<ConstructorParameters<typeof SimulatedCluster>[1]> & {
    readonly name: string;
    readonly nodeGroups: NodeGroups;
  },
): SimulatedCluster => new SimulatedCluster(world, { ...HERE, vpcId, controlPlaneSubnetIds: [], ...changes });

export const groupOf = (subnetId: string, nodes: number, changes: Partial<NodeGroups[number]> = {}) => ({
  name: 'workers',
  instanceType: 'm5.large',
  subnetIds: [subnetId] as [string],
  minSize: nodes,
  maxSize: nodes,
  ...changes,
});

const APPS = 18;
/** Many subnets of one VPC have few addresses left. A subnet without a word from anybody beside them keeps the VPC itself well. */
const manyLow: Scenario = (world) => {
  const vpcId = vpcNamed(world, 'apps', '10.8.0.0/16');
  for (let index = 1; index <= APPS; index += 1) {
    const { subnetId } = world.createSubnet({ vpcId, cidrBlock: `10.8.${index}.0/24`, name: `app-${index}` });
    hold(world, subnetId, 251 - (index % 3 === 0 ? 2 : 4 + (index % 7)), 'AWS Lambda VPC ENI-app');
  }
  world.createSubnet({ vpcId, cidrBlock: '10.8.128.0/17', name: 'app-reserve' });
  return () => undefined;
};

const clusters: Scenario = (world) => {
  const vpcId = vpcNamed(world, 'core', '10.0.0.0/16');
  // A partner's VPC has the range that EKS gives the Services of a cluster.
  peer(
    world,
    { vpcId, cidrBlock: '10.0.0.0/16' },
    { vpcId: vpcNamed(world, 'vendor', SERVICES), cidrBlock: SERVICES },
  );
  const subnet = (cidrBlock: string, name: string, zone = 'a'): string =>
    world.createSubnet({ vpcId, cidrBlock, name, zone }).subnetId;

  // Few pods on many nodes, in a subnet that is the only one of its zone: its warm pools take the rest.
  const shop = clusterIn(world, vpcId, {
    name: 'shop',
    nodeGroups: [groupOf(subnet('10.0.0.0/25', 'shop-nodes-a'), 5)],
  });
  shop.runPods(10);
  shop.record();

  // One zone is nearly full, the other nearly empty.
  const nearlyFull = subnet('10.0.1.0/26', 'web-nodes-b', 'b');
  hold(world, nearlyFull, 6);
  const web = clusterIn(world, vpcId, {
    name: 'web',
    nodeGroups: [
      groupOf(nearlyFull, 5, { name: 'b' }),
      groupOf(subnet('10.0.2.0/24', 'web-nodes-c', 'c'), 1, { name: 'c' }),
    ],
  });
  web.record();

  // A cluster whose control plane has no room for an upgrade.
  const control = [
    subnet('10.0.3.0/28', 'legacy-control-a'),
    subnet('10.0.3.16/28', 'legacy-control-b', 'b'),
  ];
  for (const subnetId of control) hold(world, subnetId, 8);
  clusterIn(world, vpcId, {
    name: 'legacy',
    controlPlaneSubnetIds: control,
    nodeGroups: [groupOf(subnet('10.0.4.0/24', 'legacy-nodes-a'), 1)],
  }).record();

  // Karpenter counts the interface that custom networking takes from the pods.
  clusterIn(world, vpcId, {
    name: 'ml',
    customNetworkingSubnetId: subnet('10.0.5.0/24', 'ml-pods-a'),
    nodeGroups: [groupOf(subnet('10.0.6.0/24', 'ml-nodes-a'), 2, { name: 'spot', nodePool: true })],
  }).record();

  // Stopped nodes keep their prefixes.
  const night = subnet('10.0.7.0/25', 'night-nodes-a');
  const nightly = clusterIn(world, vpcId, {
    name: 'night',
    settings: { prefixDelegation: true, maxPods: 110 },
    nodeGroups: [groupOf(night, 5)],
  });
  nightly.record();
  for (const [instanceId, instance] of world.instances) {
    if (instance.subnetId === night) world.instances.set(instanceId, { ...instance, state: 'stopped' });
  }

  // Interfaces of a CNI whose node is gone.
  const leaky = subnet('10.0.8.0/25', 'old-nodes-a');
  for (let count = 0; count < 3; count += 1) {
    world.createInterface({
      subnetId: leaky,
      description: 'aws-K8S-i-0gone',
      attachment: null,
      secondaryAddresses: 9,
      tags: {
        'node.k8s.amazonaws.com/instance_id': 'i-0a1b2c3d4e5f60718',
        'node.k8s.amazonaws.com/createdAt': '2020-01-01T00:00:00Z',
        'cluster.k8s.amazonaws.com/name': 'old',
      },
    });
  }

  // A load balancer in a subnet of the smallest size.
  const balanced = subnet('10.0.9.0/28', 'public-a');
  world.createInterface({
    subnetId: balanced,
    description: 'ELB app/checkout-public/50dc6c495c0c9188',
    requesterId: 'amazon-elb',
  });
  hold(world, balanced, 10);

  // A name that tries to break what shows it.
  hold(world, world.createSubnet({ vpcId, cidrBlock: '10.0.10.0/24', name: HOSTILE_NAME }).subnetId, 249);
  return () => undefined;
};

const vpcs: Scenario = (world) => {
  // Two VPCs with the same range, peered.
  const [partner, copy] = ['partner', 'partner-copy'].map((name) => {
    const vpcId = vpcNamed(world, name, '10.2.0.0/16');
    world.createSubnet({ vpcId, cidrBlock: '10.2.0.0/24', name: `${name}-a` });
    return { vpcId, cidrBlock: '10.2.0.0/16' };
  });
  if (partner !== undefined && copy !== undefined) peer(world, partner, copy);

  // Five small ranges, each of them taken.
  const patched = vpcNamed(world, 'patched', '10.3.0.0/26');
  for (let range = 0; range < 5; range += 1) {
    if (range > 0) world.associateCidrBlock(patched, `10.3.${range}.0/26`);
    world.createSubnet({ vpcId: patched, cidrBlock: `10.3.${range}.0/26`, name: `patched-${range}` });
  }

  // More addresses in use than the quota of a VPC allows for long.
  const huge = vpcNamed(world, 'grid', '10.4.0.0/16');
  const { subnetId } = world.createSubnet({ vpcId: huge, cidrBlock: '10.4.0.0/16', name: 'grid-a' });
  for (let count = 0; count < 16; count += 1) hold(world, subnetId, 3_400, 'EMR job-flow j-2AXXXXXXGAPLF');
  return () => undefined;
};

/** One thing wrong for every check that the other estates do not show. */
export const everyCheck = scenarioEstate({
  name: 'every-check',
  description:
    'one thing wrong for every check that the other estates do not show, and an account that refuses',
  accounts: [
    labAccount(CHECKED_ACCOUNT, 'platform', [CHECKED_REGION]),
    labAccount(DENIED_ACCOUNT, 'denied', [CHECKED_REGION], {
      deniedActions: ['ec2:DescribeNetworkInterfaces'],
    }),
  ],
  scenarios: [manyLow, clusters, vpcs],
});

/** When the job of `prefixRun` begins. */
export const PREFIX_RUN_FROM = DAY;

/** A job in a cluster of prefix nodes takes a node every four minutes, after a quiet day. */
export const prefixRun =
  (ownerId: string, region: string): Scenario =>
  (world) => {
    const { vpcId } = world.createVpc({ ownerId, region, name: 'reports', cidrBlock: '10.1.0.0/16' });
    const { subnetId } = world.createSubnet({ vpcId, cidrBlock: '10.1.0.0/22', name: 'reports-nodes-a' });
    const cluster = clusterIn(world, vpcId, {
      name: 'reports',
      settings: { prefixDelegation: true, maxPods: 110 },
      nodeGroups: [groupOf(subnetId, 2, { maxSize: 60 })],
    });
    return (elapsed) => {
      const more = Math.max(0, Math.floor((elapsed - PREFIX_RUN_FROM) / (4 * MINUTE)));
      cluster.scale('workers', Math.min(60, 2 + more));
      cluster.record();
    };
  };

/** When the last addresses of `lastAddresses` are taken. */
export const LAST_TAKEN_AT = 3 * HOUR;

/** When `lastAddresses` has some again. */
export const SOME_GIVEN_BACK_AT = 4 * HOUR;

/** Two addresses have been left for long, two more functions take them, and later another one ends. */
export const lastAddresses =
  (ownerId: string, region: string): Scenario =>
  (world) => {
    const { vpcId } = world.createVpc({ ownerId, region, name: 'build', cidrBlock: '10.9.0.0/16' });
    const { subnetId } = world.createSubnet({ vpcId, cidrBlock: '10.9.0.0/24', name: 'build-a' });
    hold(world, subnetId, 241, 'AWS Lambda VPC ENI-build');
    const nightly = hold(world, subnetId, 8, 'AWS Lambda VPC ENI-nightly');
    let isTaken = false;
    return (elapsed) => {
      if (!isTaken && elapsed >= LAST_TAKEN_AT) hold(world, subnetId, 2, 'AWS Lambda VPC ENI-release');
      isTaken ||= elapsed >= LAST_TAKEN_AT;
      if (elapsed >= SOME_GIVEN_BACK_AT && world.interfaces.has(nightly.networkInterfaceId))
        world.deleteInterface(nightly.networkInterfaceId);
    };
  };
