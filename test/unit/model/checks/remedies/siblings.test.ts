import { describe, expect, test } from 'vitest';
import type { EksCluster } from '../../../../../shared/model/aws/inventory.ts';
import type { EstateInput } from '../../../../../shared/model/checks/estate.ts';
import {
  clustersUsing,
  isOpenToCni,
  nodeTake,
} from '../../../../../shared/model/checks/remedies/cluster-subnets.ts';
import { useSibling } from '../../../../../shared/model/checks/remedies/siblings.ts';
import type { SubnetAssessment } from '../../../../../shared/model/result/assessment.ts';
import type { ClusterAssessment } from '../../../../../shared/model/result/cluster.ts';
import { aSubnet } from '../../../../fixtures/assessments.ts';
import { aNodeGroup, anEksCluster } from '../../../../fixtures/cluster-records.ts';
import {
  aCluster,
  aDemand,
  aNodeAssessment,
  anEstate,
  aRouteTable,
} from '../../../../fixtures/findings-input.ts';

const full = aSubnet({ availableSingle: 1 });
const other = (changes: Partial<SubnetAssessment> = {}) =>
  aSubnet({ subnetId: 'subnet-0b', name: 'private-b', cidrBlock: '10.0.1.0/24', ...changes });
const groups = [aNodeGroup({ subnetIds: ['subnet-0a', 'subnet-0b'] })];
const eks = anEksCluster({ subnetIds: [], nodeGroups: groups });
const cluster = aCluster({ nodes: [aNodeAssessment()] });

const offer = (sibling: SubnetAssessment, changes: Partial<EstateInput> = {}, short = full) =>
  useSibling(
    anEstate({ subnets: [short, sibling], clusters: [cluster], eksClusters: [eks], ...changes }),
    short,
  );

describe('another subnet of the zone', () => {
  test('is opened to the CNI where nodes of the cluster may start in it', () => {
    const remedy = offer(other());
    expect(remedy).toMatchObject({
      title: 'Let pods of shop take addresses from private-b',
      gains: { addresses: 200, prefixes: 10 },
      commands: [
        'aws ec2 create-tags --resources subnet-0b --tags Key=kubernetes.io/role/cni,Value=1 --region eu-west-1',
      ],
    });
    expect(remedy?.preconditions.map(({ holds }) => holds)).toEqual([true, null, true, true, true, null]);
  });

  test.each<[string, Partial<SubnetAssessment>]>([
    [
      'belongs to a control plane',
      { owners: [{ kind: 'control-plane', name: 'x', interfaces: 1, addresses: 1 }] },
    ],
    [
      'belongs to a load balancer',
      { owners: [{ kind: 'load-balancer', name: 'x', interfaces: 1, addresses: 1 }] },
    ],
    ['belongs to a database', { owners: [{ kind: 'rds', name: null, interfaces: 1, addresses: 1 }] }],
    ['is for public load balancers', { tags: { 'kubernetes.io/role/elb': '1' } }],
    ['has owners that are not known', { owners: null }],
    [
      'belongs to a NAT gateway',
      { owners: [{ kind: 'nat-gateway', name: 'x', interfaces: 1, addresses: 1 }] },
    ],
    [
      'belongs to a transit gateway',
      { owners: [{ kind: 'transit-gateway', name: 'x', interfaces: 1, addresses: 1 }] },
    ],
    ['is in another zone', { availabilityZone: 'eu-west-1b' }],
    ['is in a Local Zone', { availabilityZone: 'eu-west-1-ber-1a' }],
    ['is on an Outpost', { outpostArn: 'arn:aws:outposts:eu-west-1:111111111111:outpost/op-0' }],
    ['is in another VPC', { vpcId: 'vpc-02' }],
    ['belongs to another account', { ownerId: '222222222222' }],
    ['has room for one node', { availableSingle: 19 }],
    ['could not be measured', { availableSingle: null }],
    ['may hold no node of the cluster', { subnetId: 'subnet-0c' }],
  ])('is not offered where it %s', (_, changes) => {
    expect(offer(other(changes))).toBeNull();
  });

  test('is not offered where neither zone is known: they may be far apart', () => {
    expect(offer(other({ availabilityZone: null }), {}, { ...full, availabilityZone: null })).toBeNull();
  });

  test('is not offered where the control plane of a cluster has it', () => {
    expect(offer(other(), { eksClusters: [{ ...eks, subnetIds: ['subnet-0b'] }] })).toBeNull();
  });

  test('is the one with most room', () => {
    const roomier = other({ subnetId: 'subnet-0c', name: 'private-c', availableSingle: 220 });
    const nodeGroups = [aNodeGroup({ subnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'] })];
    const eksClusters = [{ ...eks, nodeGroups }];
    expect(offer(other(), { subnets: [full, other(), roomier], eksClusters })?.title).toContain('private-c');
  });

  test('needs room for the prefixes of two nodes, of which single addresses may spoil some', () => {
    const usage = [{ subnetId: 'subnet-0a', interfaces: 1, addresses: 33, prefixes: 2 }];
    const clusters = [aCluster({ nodes: [aNodeAssessment({ usage, prefixes: 2, addresses: 33 })] })];
    const prefixes = (free: number) => ({ assigned: 0, free, freeInReservation: 0, freeUnreserved: free });
    expect(offer(other({ prefixes: prefixes(6) }), { clusters })).not.toBeNull();
    expect(offer(other({ prefixes: prefixes(5) }), { clusters })).toBeNull();
    expect(offer(other({ prefixes: null }), { clusters })).toBeNull();
    expect(offer(other({ prefixes: null }))?.gains).toEqual({ addresses: 200, prefixes: null });
  });

  test('is not offered where no node tells what it takes, and EKS Auto Mode selects its own', () => {
    expect(offer(other(), { clusters: [aCluster()] })).toBeNull();
    expect(offer(other(), { clusters: [{ ...cluster, autoMode: true }] })).toBeNull();
  });

  test('must route to the same places: where it does not, it is not offered', () => {
    const table = (subnetId: string, target: string) =>
      aRouteTable({ subnetIds: [subnetId], routes: [{ destination: '0.0.0.0/0', target, active: true }] });
    const routed = (target: string) =>
      offer(other(), { routeTables: [table('subnet-0a', 'nat-1'), table('subnet-0b', target)] });
    expect(routed('nat-2')?.preconditions[1]).toMatchObject({ holds: true });
    expect(routed('igw-1')).toBeNull();
    expect(offer(other(), { routeTables: [table('subnet-0a', 'nat-1')] })?.preconditions[1]).toMatchObject({
      holds: null,
    });
  });
});

describe('where subnet discovery cannot be used', () => {
  const open = { 'kubernetes.io/role/cni': '1' };

  test('Karpenter no longer selects the full subnet', () => {
    const tags = { 'karpenter.sh/discovery': 'shop' };
    const remedy = offer(other({ tags: { ...tags, ...open } }), {}, { ...full, tags });
    expect(remedy).toMatchObject({
      title: 'Start new nodes of shop in private-b only',
      commands: [
        'aws ec2 delete-tags --resources subnet-0a --tags Key=karpenter.sh/discovery --region eu-west-1',
      ],
    });
    expect(offer(other({ tags: open }), {}, { ...full, tags })).toBeNull();
    // A subnet that another account shares keeps the tags that its owner gave it.
    const shared = { ...full, tags, ownerId: '222222222222' };
    expect(offer(other({ tags: { ...tags, ...open } }), {}, shared)).toBeNull();
  });

  const own = (group: string) =>
    aDemand({ group, kind: 'auto-scaling-group', subnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0z'] });

  test('an Auto Scaling group starts its nodes in its other subnets', () => {
    const committed = [aDemand(), own('own')];
    const remedy = offer(other({ tags: open }), { clusters: [{ ...cluster, committed }] });
    expect(remedy).toMatchObject({
      title: 'Start no more nodes of own in private-a',
      effect: expect.stringMatching(/^In this zone the group then starts its nodes in private-b\./),
      commands: [
        'aws autoscaling update-auto-scaling-group --auto-scaling-group-name own --vpc-zone-identifier subnet-0b,subnet-0z --region eu-west-1',
      ],
    });
    // The managed node group goes on to start nodes there.
    expect(remedy?.afterwards).toBeUndefined();
  });

  test('but in none that gives nodes no public address where theirs does', () => {
    const clusters = [{ ...cluster, committed: [own('own')] }];
    const publicOne = { mapPublicIpOnLaunch: true, tags: open };
    expect(offer(other({ tags: open }), { clusters }, { ...full, ...publicOne })).toBeNull();
    expect(offer(other(publicOne), { clusters }, { ...full, ...publicOne })).not.toBeNull();
    expect(offer(other(publicOne), { clusters }, full)).not.toBeNull();
    // Interfaces for pods never have one.
    expect(offer(other(), {}, { ...full, mapPublicIpOnLaunch: true })?.commands[0]).toContain('role/cni');
  });

  test('so do all of them that have another one in the zone', () => {
    const remedy = offer(other({ tags: open }), {
      clusters: [{ ...cluster, committed: [own('one'), own('two')] }],
    });
    expect(remedy?.title).toBe('Start no more nodes of one, two in private-a');
    expect(remedy?.commands).toHaveLength(2);
  });

  test.each<[string, Partial<EksCluster>, Partial<ClusterAssessment>]>([
    [
      'is switched off',
      { vpcCni: { version: 'v1.20.4', configuration: '{"env":{"ENABLE_SUBNET_DISCOVERY":"false"}}' } },
      {},
    ],
    [
      'is switched off in the DaemonSet',
      { cniInCluster: { version: 'v1.20.4', env: { ENABLE_SUBNET_DISCOVERY: 'false' }, eniConfigs: null } },
      {},
    ],
    [
      'came after the version in the DaemonSet',
      { cniInCluster: { version: 'v1.17.1', env: {}, eniConfigs: null } },
      {},
    ],
    ['is not for Windows', {}, { nodes: [aNodeAssessment({ windows: true })] }],
  ])('no tag opens another subnet where it %s', (_, settings, changes) => {
    const clusters = [{ ...cluster, ...changes }];
    expect(offer(other(), { clusters, eksClusters: [{ ...eks, ...settings }] })).toBeNull();
    expect(offer(other(), { eksClusters: [eks] })?.commands[0]).toContain('kubernetes.io/role/cni');
  });

  describe('in a VPC with other clusters', () => {
    const version = (of: string) => ({ version: of, configuration: null });
    const pay = aCluster({ clusterName: 'pay', nodes: [] });
    const among = (
      clusters: readonly ClusterAssessment[],
      payVersion = 'v1.22.1-eksbuild.1',
      tags: SubnetAssessment['tags'] = {},
    ) =>
      offer(other({ tags }), {
        clusters: [cluster, ...clusters],
        eksClusters: [eks, anEksCluster({ name: 'pay', subnetIds: [], vpcCni: version(payVersion) })],
      });
    const OPEN = 'aws ec2 create-tags --resources subnet-0b --tags Key=kubernetes.io/role/cni,Value=1';
    const shop = 'Key=cni.networking.k8s.aws/cluster/shop,Value=shared';

    test('the tags name the cluster, because the role alone opens a subnet to all of them', () => {
      expect(among([pay])?.commands).toEqual([`${OPEN} ${shop} --region eu-west-1`]);
      const [, , , , , , last] = among([pay])?.preconditions ?? [];
      expect(last).toEqual({
        text: 'The tags keep pay out, from version 1.22.1 of the CNI on.',
        holds: true,
      });
      expect(among([pay], 'v1.22.0')?.preconditions.at(-1)).toMatchObject({ holds: null });
    });

    test('a cluster with nodes there is named as well, which keeps its pods on their own subnet', () => {
      const there = aCluster({
        clusterName: 'pay',
        nodes: [aNodeAssessment({ instanceId: 'i-pay', subnetId: 'subnet-0b' })],
      });
      const third = aCluster({ clusterName: 'third', nodes: [] });
      expect(among([there, third])?.commands).toEqual([
        `${OPEN} ${shop} Key=cni.networking.k8s.aws/cluster/pay,Value=shared --region eu-west-1`,
      ]);
    });

    test('tags that name another cluster already are no way in without this one', () => {
      expect(among([], undefined, { 'cni.networking.k8s.aws/cluster/pay': 'shared' })?.commands).toEqual([
        `${OPEN} ${shop} --region eu-west-1`,
      ]);
    });

    test.each<[string, Partial<ClusterAssessment>]>([
      ['in another VPC', { vpcId: 'vpc-02' }],
      ['in EKS Auto Mode', { autoMode: true }],
      ['with custom networking', { customNetworking: true }],
      ['of an overlay', { cni: 'overlay' }],
      ['of Cilium', { cni: 'cilium-eni' }],
    ])('one %s does not find the subnet anyway', (_, changes) => {
      expect(among([{ ...pay, ...changes }])?.commands).toEqual([`${OPEN} --region eu-west-1`]);
    });
  });

  test('Linux nodes beside Windows ones use it', () => {
    const nodes = [aNodeAssessment({ windows: true }), aNodeAssessment({ instanceId: 'i-02' })];
    expect(offer(other(), { clusters: [{ ...cluster, nodes }] })).not.toBeNull();
  });

  test('it is not known whether discovery is on where the settings are not', () => {
    const unknown = offer(other(), { eksClusters: [{ ...eks, vpcCni: null }] });
    expect(unknown?.preconditions.find(({ text }) => text.startsWith('The CNI is version'))).toEqual({
      text: 'The CNI is version 1.18 or later, and ENABLE_SUBNET_DISCOVERY is not false.',
      holds: null,
    });
  });

  test('pods under custom networking move to another pod subnet through the ENIConfig', () => {
    const usage = (subnetId: string) => [{ subnetId, interfaces: 1, addresses: 10, prefixes: 0 }];
    const nodes = [
      aNodeAssessment({ subnetId: 'subnet-0n', usage: usage('subnet-0a') }),
      aNodeAssessment({ subnetId: 'subnet-0n', usage: usage('subnet-0b') }),
    ];
    const clusters = [aCluster({ customNetworking: true, nodes })];
    const commands = [
      `kubectl patch eniconfig eu-west-1a --type merge --patch '{"spec":{"subnet":"'subnet-0b'"}}'`,
    ];
    expect(offer(other(), { clusters })).toMatchObject({
      title: 'Give pods of shop addresses from private-b',
      commands,
    });
    expect(offer(other({ subnetId: 'subnet-0n', availableSingle: 200 }), { clusters })).toBeNull();

    // The cluster's own ENIConfigs are known: the one that names the full subnet is changed, whatever its name.
    const env = { ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone' };
    const inCluster = (eniConfigs: Readonly<Record<string, string>>) =>
      offer(other(), {
        clusters,
        eksClusters: [{ ...eks, cniInCluster: { version: 'v1.20.4', env, eniConfigs } }],
      });
    const blue = inCluster({ blue: 'subnet-0a', green: 'subnet-0b' });
    expect(blue?.commands).toEqual([
      `kubectl patch eniconfig blue --type merge --patch '{"spec":{"subnet":"'subnet-0b'"}}'`,
    ]);
    expect(blue?.preconditions.at(-1)).toEqual({ text: 'The ENIConfig blue names subnet-0a.', holds: true });
    // Made by hand beside an add-on without a configuration: the add-on has none to change.
    expect(inCluster({ 'eu-west-1a': 'subnet-0a' })?.commands).toEqual(commands);
    expect(inCluster({})?.preconditions.at(-1)).toMatchObject({ holds: null });
  });
});

describe('a subnet is used by a cluster', () => {
  const using = (changes: Partial<ClusterAssessment>, subnet = aSubnet({ subnetId: 'subnet-0x' })) =>
    clustersUsing(anEstate({ clusters: [aCluster(changes)] }), subnet).length;

  test('whose nodes or pods have addresses there, or whose tags open it', () => {
    const usage = [{ subnetId: 'subnet-0x', interfaces: 1, addresses: 3, prefixes: 0 }];
    expect(using({})).toBe(0);
    expect(using({ nodeSubnetIds: ['subnet-0x'] })).toBe(1);
    expect(using({ nodes: [aNodeAssessment({ subnetId: 'subnet-0x' })] })).toBe(1);
    expect(using({ nodes: [aNodeAssessment({ usage })] })).toBe(1);
    expect(using({ committed: [aDemand({ subnetIds: ['subnet-0x'] })] })).toBe(1);
    const tagged = (tags: Record<string, string>) => aSubnet({ subnetId: 'subnet-0x', tags });
    expect(using({}, tagged({ 'karpenter.sh/discovery': 'shop' }))).toBe(1);
    expect(using({}, tagged({ 'kubernetes.io/role/cni': '1' }))).toBe(1);
    expect(using({ customNetworking: true }, tagged({ 'kubernetes.io/role/cni': '1' }))).toBe(0);
  });

  test.each([
    [{}, false],
    [{ 'kubernetes.io/role/cni': '0' }, false],
    [{ 'kubernetes.io/role/cni': '1', 'cni.networking.k8s.aws/cluster/shop': '' }, true],
    [{ 'kubernetes.io/role/cni': '1', 'cni.networking.k8s.aws/cluster/other': '' }, false],
  ])('and open to its CNI by these tags: %j', (tags, isOpen) => {
    expect(isOpenToCni(aCluster(), aSubnet({ tags }))).toBe(isOpen);
  });

  test('and a group that has no node yet tells what one takes', () => {
    const committed = [
      aDemand({ perNode: { addresses: 2, prefixes: 3 } }),
      aDemand({ perNode: null }),
      aDemand({ subnetIds: ['subnet-0z'], perNode: { addresses: 99, prefixes: 99 } }),
    ];
    expect(nodeTake(aCluster({ committed }), aSubnet())).toEqual({ singles: 2, prefixes: 3 });
    expect(nodeTake(aCluster({ committed: [aDemand({ perNode: null })] }), aSubnet())).toBeNull();
  });
});
