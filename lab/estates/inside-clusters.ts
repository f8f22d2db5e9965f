import { labAccount } from '../estate/estate.ts';
import { type Scenario, scenarioEstate } from '../estate/scenario.ts';
import type { World } from '../estate/world.ts';
import { CHECKED_ACCOUNT, CHECKED_REGION, clusterIn, groupOf, hold, vpcNamed } from './every-check.ts';
import { MINUTE } from './pace.ts';

/** When things begin to go wrong in the clusters that are well at first. */
const WRONG_FROM = 20 * MINUTE;
/** How often a group that is short of nodes tries again. */
const RETRY = 10 * MINUTE;

/** A VPC with one subnet for nodes, so that what is wrong with one cluster is no other one's. */
const place = (
  world: World,
  name: string,
  number: number,
  size = 22,
): {
  readonly vpcId: string;
  readonly nodes: string;
  subnet(cidr: string, role: string, zone: string): string;
} => {
  const vpcId = vpcNamed(world, name, `10.${number}.0.0/16`);
  const subnet = (cidr: string, role: string, zone: string): string =>
    world.createSubnet({ vpcId, cidrBlock: `10.${number}.${cidr}`, name: `${name}-${role}`, zone }).subnetId;
  return { vpcId, nodes: subnet(`0.0/${size}`, 'nodes-a', 'a'), subnet };
};

/** Twelve pods more than their subnet has addresses for. */
const podsWait: Scenario = (world) => {
  const { vpcId, nodes } = place(world, 'orders', 40, 25);
  const cluster = clusterIn(world, vpcId, { name: 'orders', nodeGroups: [groupOf(nodes, 3)] });
  hold(world, nodes, 60);
  return (elapsed) => {
    cluster.runPods(elapsed < WRONG_FROM ? 40 : 66);
    cluster.record();
  };
};

/** Custom networking with an ENIConfig for one of two zones. */
const zoneWithoutEniConfig: Scenario = (world) => {
  const { vpcId, nodes, subnet } = place(world, 'ledger', 41);
  const other = subnet('8.0/22', 'nodes-b', 'b');
  const cluster = clusterIn(world, vpcId, {
    name: 'ledger',
    eniConfigs: { [`${CHECKED_REGION}a`]: subnet('4.0/22', 'pods-a', 'a') },
    nodeGroups: [{ ...groupOf(nodes, 4), subnetIds: [nodes, other] }],
  });
  cluster.runPods(16);
  cluster.record();
  return () => undefined;
};

/** Autoscalers may ask for more pods than the subnet has addresses. */
const autoscaled: Scenario = (world) => {
  const { vpcId, nodes } = place(world, 'catalog', 42, 24);
  const cluster = clusterIn(world, vpcId, {
    name: 'catalog',
    maxReplicas: 120,
    nodeGroups: [groupOf(nodes, 4)],
  });
  cluster.runPods(40);
  cluster.record();
  return () => undefined;
};

/** max-pods for prefixes, on nodes that take single addresses. */
const tooManyPodsAdmitted: Scenario = (world) => {
  const { vpcId, nodes } = place(world, 'stream', 43);
  const cluster = clusterIn(world, vpcId, {
    name: 'stream',
    settings: { maxPods: 110 },
    nodeGroups: [groupOf(nodes, 3)],
  });
  cluster.runPods(30);
  cluster.record();
  return () => undefined;
};

/** The CNI does not start on one node of four. */
const cniNotReady: Scenario = (world) => {
  const { vpcId, nodes } = place(world, 'media', 44);
  clusterIn(world, vpcId, { name: 'media', cniNotReadyOn: 1, nodeGroups: [groupOf(nodes, 4)] }).record();
  return () => undefined;
};

/** The smallest range for Services that EKS takes, nearly used up. */
const manyServices: Scenario = (world) => {
  const { vpcId, nodes } = place(world, 'edge', 45);
  clusterIn(world, vpcId, {
    name: 'edge',
    serviceIpv4Cidr: '10.200.0.0/24',
    services: 226,
    nodeGroups: [groupOf(nodes, 3)],
  }).record();
  return () => undefined;
};

/** Two interfaces: one is the primary one, which custom networking leaves out, and the other one a trunk. */
const noInterfaceForPods: Scenario = (world) => {
  const { vpcId, nodes, subnet } = place(world, 'risk', 46);
  clusterIn(world, vpcId, {
    name: 'risk',
    customNetworkingSubnetId: subnet('4.0/22', 'pods-a', 'a'),
    settings: { podEni: true, maxEni: 2 },
    nodeGroups: [groupOf(nodes, 3)],
  }).record();
  return () => undefined;
};

/** Prefix delegation is switched on while nodes hold single addresses in every slot. */
const switchedToPrefixes: Scenario = (world) => {
  const { vpcId, nodes } = place(world, 'mailer', 47);
  const cluster = clusterIn(world, vpcId, { name: 'mailer', nodeGroups: [groupOf(nodes, 3)] });
  cluster.runPods(66);
  cluster.record();
  let isSwitched = false;
  return (elapsed) => {
    if (isSwitched || elapsed < WRONG_FROM) return;
    cluster.configure({ ENABLE_PREFIX_DELEGATION: 'true' });
    isSwitched = true;
  };
};

/** The subnet that was tagged to help a full one is in a zone without nodes. */
const taggedInTheWrongZone: Scenario = (world) => {
  const { vpcId, nodes, subnet } = place(world, 'billing', 48, 25);
  const cluster = clusterIn(world, vpcId, { name: 'billing', nodeGroups: [groupOf(nodes, 3)] });
  cluster.runPods(24);
  hold(world, nodes, 45);
  cluster.record();
  world.tagSubnet(subnet('4.0/24', 'pods-c', 'c'), { 'kubernetes.io/role/cni': '1' });
  return () => undefined;
};

/** Nodes are to be added, and the subnet has no address for them. */
const launchesFail: Scenario = (world) => {
  const { vpcId, nodes } = place(world, 'batch', 49, 26);
  const cluster = clusterIn(world, vpcId, {
    name: 'batch',
    nodeGroups: [groupOf(nodes, 2, { maxSize: 6 })],
  });
  hold(world, nodes, world.pool(nodes).availableIpAddressCount);
  return (elapsed) => {
    if (elapsed < WRONG_FROM || elapsed % RETRY !== 0) return;
    cluster.scale('workers', 4);
    cluster.record();
  };
};

/** As many Elastic IP addresses as AWS grants at first; two of them serve nothing. */
const elasticAddresses: Scenario = (world) => {
  const vpcId = vpcNamed(world, 'egress', '10.50.0.0/16');
  const { subnetId } = world.createSubnet({ vpcId, cidrBlock: '10.50.0.0/24', name: 'egress-a' });
  for (const name of ['nat-a', 'nat-b', 'nat-c', 'old-vpn', 'old-bastion']) {
    const { networkInterfaceId } = name.startsWith('old')
      ? { networkInterfaceId: null }
      : world.createInterface({
          subnetId,
          description: `Interface for NAT Gateway ${name}`,
          interfaceType: 'nat_gateway',
          requesterId: 'amazon-vpc',
        });
    world.allocateAddress({ ownerId: CHECKED_ACCOUNT, region: CHECKED_REGION, networkInterfaceId, name });
  }
  return () => undefined;
};

/** A quota of network interfaces that is nearly used up by what the estate holds. */
const interfacesNearQuota: Scenario = (world) => {
  const quota = {
    ownerId: CHECKED_ACCOUNT,
    region: CHECKED_REGION,
    service: 'vpc',
    code: 'L-DF5E4CA3',
    name: 'Network interfaces per Region',
    value: Math.ceil(world.interfaces.size / 0.95),
  } as const;
  world.quotas.set(quota.code, quota);
  return () => undefined;
};

/** One cluster for each thing that goes wrong inside a cluster, and in each a single thing. */
export const insideClusters = scenarioEstate({
  name: 'inside-clusters',
  description: 'one cluster for each thing that goes wrong inside a cluster',
  accounts: [labAccount(CHECKED_ACCOUNT, 'platform', [CHECKED_REGION])],
  scenarios: [
    podsWait,
    zoneWithoutEniConfig,
    autoscaled,
    tooManyPodsAdmitted,
    cniNotReady,
    manyServices,
    noInterfaceForPods,
    switchedToPrefixes,
    taggedInTheWrongZone,
    launchesFail,
    elasticAddresses,
    interfacesNearQuota,
  ],
});
