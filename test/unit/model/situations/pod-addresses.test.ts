import { describe, expect, test } from 'vitest';
import { Situation } from '../../../fixtures/situation.ts';

/** Where pods get their addresses, and how a node's pool grows when little is left. */

const addOn = (env: Readonly<Record<string, string>>, more: object = {}) => ({
  version: 'v1.20.4-eksbuild.1',
  configuration: JSON.stringify({ env, ...more }),
});

/**
 * The add-on makes ENIConfigs, and nodes choose one by some label.
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/2279 (names that are not those of zones),
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/1207 (two in one zone),
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/884 (a zone without one).
 */
describe("the add-on's ENIConfigs", () => {
  const CUSTOM = { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' };
  const BY_ZONE = { ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone' };

  /** One group in two zones, with 20 addresses for pods in the first. An m5.large takes ten of them. */
  const fits = (env: Readonly<Record<string, string>>, configs: Readonly<Record<string, string>>) => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/24');
    situation.subnet('pods-a', '100.64.0.0/27');
    situation.subnet('more-a', '100.64.1.0/27');
    situation.subnet('pods-b', '100.64.2.0/24', { zone: 'b' });
    const subnets = Object.fromEntries(Object.entries(configs).map(([name, id]) => [name, { id }]));
    situation.cluster({ vpcCni: addOn({ ...CUSTOM, ...env }, { eniConfig: { create: true, subnets } }) });
    situation.group({ subnetIds: ['nodes-a'], maxSize: 9, desiredSize: 0 });
    return situation.assess().cluster.committed[0]?.fits;
  };

  test('lead to the subnet of the zone that they name', () => {
    expect(fits(BY_ZONE, { 'eu-west-1a': 'pods-a', 'eu-west-1b': 'pods-b' })).toBe(2);
  });

  test('lead to the only subnet of the zone, by whatever label nodes choose', () => {
    expect(fits({ ENI_CONFIG_LABEL_DEF: 'pool' }, { blue: 'pods-a', green: 'pods-b' })).toBe(2);
    expect(fits({}, { default: 'pods-a' })).toBe(2);
    expect(fits(BY_ZONE, { a: 'pods-a', b: 'pods-b' })).toBe(2);
  });

  test('say nothing where a zone has two of them, or none', () => {
    expect(fits({ ENI_CONFIG_LABEL_DEF: 'pool' }, { blue: 'pods-a', green: 'more-a' })).toBeNull();
    expect(fits({ ENI_CONFIG_LABEL_DEF: 'pool' }, { green: 'pods-b' })).toBeNull();
    expect(fits({ ENI_CONFIG_LABEL_DEF: 'pool' }, { blue: 'subnet-of-another-account' })).toBeNull();
  });

  test('with two in a zone, the one with its name counts where nodes choose by the zone', () => {
    expect(fits(BY_ZONE, { 'eu-west-1a': 'pods-a', spare: 'more-a' })).toBe(2);
  });
});

/**
 * https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/eni-and-ip-target.md
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/2056 (a pool that grows address by address)
 */
describe('nine free addresses, and nodes whose interfaces are full', () => {
  const morePods = (env: Readonly<Record<string, string>>) => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/25');
    situation.cluster({ vpcCni: addOn(env) });
    for (let node = 0; node < 2; node += 1) {
      situation.attach(situation.node('nodes-a', { secondaries: 9 }), 1, 'nodes-a', { secondaries: 9 });
    }
    situation.fill('nodes-a', 9);
    return situation.assess().cluster.capacity[0]?.morePods;
  };

  test('let eight pods run with an IP target: a new interface takes one address, and then one for each pod', () => {
    expect(morePods({ WARM_IP_TARGET: '1' })).toBe(8);
    expect(morePods({ WARM_IP_TARGET: '1', MINIMUM_IP_TARGET: '4' })).toBe(8);
  });

  test('let none run without one: a new interface takes ten addresses at once, or is refused', () => {
    expect(morePods({})).toBe(0);
    expect(morePods({ WARM_IP_TARGET: '0' })).toBe(0);
  });
});

/**
 * Each pod on Fargate has an interface of its own. https://docs.aws.amazon.com/eks/latest/userguide/fargate.html
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/1391 (Fargate and node groups in one cluster)
 */
describe('a cluster with Fargate profiles', () => {
  const profiles = (subnetId: string) => ({ fargateProfiles: [{ name: 'all', subnetIds: [subnetId] }] });

  test('and nothing else runs as many pods more as addresses are free', () => {
    const situation = new Situation();
    situation.subnet('pods-a', '10.0.0.0/26');
    situation.cluster({ vpcCni: null, ...profiles('pods-a') });
    for (let pod = 0; pod < 40; pod += 1) situation.holder('pods-a', { description: 'fargate-pod' });
    const { cluster } = situation.assess();
    expect(cluster.capacity).toMatchObject([{ subnetId: 'pods-a', morePods: 19, moreNodes: [] }]);
    expect(cluster.zones).toMatchObject([{ availabilityZone: 'eu-west-1a', morePods: 19, moreNodes: [] }]);
    expect(cluster.unknowns).toEqual([]);
  });

  test('has the growth of its nodes in a subnet that both use', () => {
    const situation = new Situation();
    situation.subnet('nodes-a', '10.0.0.0/24');
    situation.subnet('pods-a', '10.0.1.0/26');
    situation.cluster({ vpcCni: addOn({}), ...profiles('nodes-a') });
    situation.node('nodes-a', { secondaries: 9 });
    expect(situation.assess().cluster.capacity).toMatchObject([{ subnetId: 'nodes-a', morePods: 18 }]);
  });

  test('is unknown where one of their subnets belongs to another account', () => {
    const situation = new Situation();
    situation.subnet('pods-a', '10.0.0.0/26', { ownerId: '999999999999', awsAvailable: 50 });
    situation.cluster({ vpcCni: null, ...profiles('pods-a') });
    const { cluster } = situation.assess();
    expect(cluster.capacity).toMatchObject([{ morePods: null }]);
    expect(cluster.unknowns.map(({ field }) => field)).toEqual(['capacity']);
  });
});

/** https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html: a Windows node has its primary interface alone. */
test('a type that only a group of Windows nodes launches takes what Windows nodes take, before one runs', () => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/26');
  situation.cluster({ vpcCni: addOn({}, { enableWindowsIpam: 'true' }) });
  const windows = { amiType: 'WINDOWS_CORE_2022_x86_64', instanceTypes: ['m5.large'] };
  situation.group({ name: 'batch', subnetIds: ['nodes-a'], maxSize: 30, desiredSize: 0, ...windows });
  // A node takes its own address and three warm ones: 58 addresses are 14 nodes.
  const { capacity, committed } = situation.assess().cluster;
  expect(capacity).toMatchObject([{ moreNodes: [{ instanceType: 'm5.large', nodes: 14 }] }]);
  expect(committed).toMatchObject([{ fits: 14, perNode: { addresses: 4, prefixes: 0 } }]);
});

/**
 * A cluster of EKS Auto Mode may have node groups. https://docs.aws.amazon.com/eks/latest/userguide/auto-enable-existing.html
 */
describe('a subnet without a free block, in a cluster of EKS Auto Mode', () => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/24');
  situation.cluster({ autoMode: true, vpcCni: addOn({ ENABLE_PREFIX_DELEGATION: 'true' }) });
  situation.group({ subnetIds: ['nodes-a'], maxSize: 5, desiredSize: 0, instanceTypes: ['m5.xlarge'] });
  const autoTags = { 'eks:kubernetes-node-pool-name': 'general-purpose' };
  situation.node('nodes-a', { type: 'c6a.large', tags: autoTags, prefixes: 1 });
  situation.node('nodes-a', { type: 'm5.large', group: 'old', prefixes: 1 });
  situation.spoil('nodes-a', ...Array.from({ length: 12 }, (_, block) => (block + 3) * 16 + 15));
  const { moreNodes = [] } = situation.assess().cluster.capacity[0] ?? {};
  const nodesOf = (type: string) => moreNodes.find(({ instanceType }) => instanceType === type)?.nodes;

  test('starts an unknown number of nodes of Auto Mode: their CNI takes single addresses then', () => {
    expect(nodesOf('c6a.large')).toBeNull();
  });

  test('starts no node of a group, whose CNI takes prefixes alone', () => {
    expect(nodesOf('m5.large')).toBe(0);
    expect(nodesOf('m5.xlarge')).toBe(0);
  });
});
