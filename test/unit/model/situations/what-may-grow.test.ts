import { describe, expect, test } from 'vitest';
import type { SubnetGrowth } from '../../../../shared/model/result/subnet-growth.ts';
import { growthRows } from '../../../../shared/report/growth-text.ts';
import { cniSettings } from '../../../fixtures/cluster-records.ts';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * What groups may still take from a subnet stands with the subnet, in both bounds: nodes that have just started, and nodes full
 * of pods. Groups of no cluster take from subnets as well:
 * https://github.com/PrairieLearn/PrairieLearn/issues/3271
 */

const mayGrow = (situation: Situation, subnetId: string): SubnetGrowth | undefined =>
  situation.assess().subnetOf(subnetId).mayGrow;

const exactly = (addresses: number, prefixes = 0) => ({
  addresses: { least: addresses, most: addresses },
  prefixes: { least: prefixes, most: prefixes },
});

describe('what may grow in a subnet', () => {
  test('is every node up to the maximum, at its start and when it is full of pods', () => {
    const situation = new Situation();
    situation.subnet('nodes', '10.0.0.0/22');
    situation.cluster();
    situation.group({ subnetIds: ['nodes'], maxSize: 5, desiredSize: 1 });
    situation.node('nodes', { group: 'g', secondaries: 9 });
    // An m5.large starts with 10 addresses, and runs 27 pods of its own with 30. The node that runs has 10 of them.
    expect(mayGrow(situation, 'nodes')).toEqual({
      groups: [
        {
          clusterName: 'shop',
          group: 'g',
          kind: 'node-group',
          moreNodes: 4,
          atStart: exactly(40),
          whenFull: exactly(4 * 30 + 20),
        },
      ],
      atStart: exactly(40),
      whenFull: exactly(140),
    });
  });

  test('is at the least nothing where the nodes may start in another subnet as well', () => {
    const situation = new Situation();
    situation.subnet('a', '10.0.0.0/24');
    situation.subnet('b', '10.0.1.0/24', { zone: 'b' });
    situation.cluster();
    situation.group({ subnetIds: ['a', 'b'], maxSize: 6, desiredSize: 0 });
    for (const subnetId of ['a', 'b']) {
      expect(mayGrow(situation, subnetId)?.atStart?.addresses).toEqual({ least: 0, most: 60 });
    }
  });

  test('is in the subnet of the nodes and in that of the pods what each of them is asked for', () => {
    const situation = new Situation();
    situation.subnet('nodes', '10.0.0.0/24');
    situation.subnet('pods', '100.64.0.0/20');
    situation.cluster({
      vpcCni: {
        version: 'v1.20.1-eksbuild.1',
        configuration: JSON.stringify({
          env: {
            AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
            ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone',
            ENABLE_PREFIX_DELEGATION: 'true',
          },
          eniConfig: { create: true, region: 'eu-west-1', subnets: { 'eu-west-1a': { id: 'pods' } } },
        }),
      },
    });
    situation.group({ subnetIds: ['nodes'], maxSize: 3, desiredSize: 0 });
    expect(mayGrow(situation, 'nodes')?.atStart).toEqual(exactly(3));
    expect(mayGrow(situation, 'pods')?.atStart).toEqual(exactly(3, 3));
    expect(mayGrow(situation, 'pods')?.whenFull?.prefixes.most).toBeGreaterThan(3);
  });

  test('is what pods of nodes at their maximum may still take, and nothing where all are full', () => {
    const grown = (secondaries: number, others: number) => {
      const situation = new Situation();
      situation.subnet('nodes', '10.0.0.0/22');
      situation.cluster();
      situation.group({ subnetIds: ['nodes'], maxSize: 1, desiredSize: 1 });
      const node = situation.node('nodes', { group: 'g', secondaries });
      for (let device = 1; device <= others; device += 1) {
        situation.attach(node, device, 'nodes', { secondaries: 9 });
      }
      return mayGrow(situation, 'nodes');
    };
    expect(grown(9, 0)).toMatchObject({ atStart: exactly(0), whenFull: exactly(20) });
    expect(grown(9, 2)).toBeUndefined();
  });

  test('is unknown where it is not known what a node of one group takes', () => {
    const situation = new Situation();
    situation.subnet('nodes', '10.0.0.0/24');
    situation.cluster();
    situation.group({ name: 'known', subnetIds: ['nodes'], maxSize: 2, desiredSize: 0 });
    situation.group({
      name: 'odd',
      subnetIds: ['nodes'],
      maxSize: 2,
      desiredSize: 0,
      instanceTypes: ['z9.huge'],
    });
    const growth = mayGrow(situation, 'nodes');
    expect(growth).toMatchObject({ atStart: null, whenFull: null });
    expect(growthRows(growth as SubnetGrowth)).toEqual([
      { group: 'shop/known', moreNodes: 2, atStart: '20 addresses', whenFull: '60 addresses' },
      { group: 'shop/odd', moreNodes: 2, atStart: 'unknown', whenFull: 'unknown' },
      { group: 'all together', moreNodes: 4, atStart: 'unknown', whenFull: 'unknown' },
    ]);
  });
});

const TEMPLATE = { launchTemplateId: 'lt-01', version: '1' };

const templateInterface = (deviceIndex: number, more: object = {}) => ({
  deviceIndex,
  networkCardIndex: 0,
  interfaceType: 'interface',
  subnetId: null,
  secondaries: 0,
  prefixes: 0,
  ...more,
});

/** A fleet of no cluster in a VPC without clusters. */
const fleet = (
  parts: Parameters<Situation['scalingGroup']>[0] = {},
  interfaces: readonly ReturnType<typeof templateInterface>[] | null = [],
) => {
  const situation = new Situation(
    interfaces === null ? { launchTemplates: [] } : { launchTemplates: [{ ...TEMPLATE, interfaces }] },
  );
  situation.subnet('fleet', '10.0.0.0/24');
  situation.scalingGroup({
    name: 'workspaces',
    tags: {},
    subnetIds: ['fleet'],
    minSize: 2,
    maxSize: 300,
    instanceIds: [
      situation.fleetInstance('fleet', 'workspaces'),
      situation.fleetInstance('fleet', 'workspaces'),
    ],
    ...parts,
  });
  return situation;
};

describe('an Auto Scaling group of no cluster', () => {
  test('is seen in a VPC without clusters, and its maximum is checked against the subnet', () => {
    const { subnetOf, findings } = fleet().assess();
    expect(subnetOf('fleet').mayGrow).toMatchObject({
      groups: [{ clusterName: null, group: 'workspaces', moreNodes: 298 }],
      atStart: exactly(298),
      whenFull: exactly(298),
    });
    const finding = findings.find(({ kind }) => kind === 'committed-demand');
    expect(finding).toMatchObject({
      severity: 'warning',
      subject: { type: 'node-group', id: 'vpc-01/workspaces', clusterName: null, subnetIds: ['fleet'] },
      title: 'workspaces: can scale to 251 of its 300 instances, then no free address',
    });
    const lower = finding?.remedies.find(({ title }) => title.startsWith('Lower the maximum'));
    expect(lower?.commands).toEqual([
      'aws autoscaling update-auto-scaling-group --auto-scaling-group-name workspaces --max-size 251 --region eu-west-1',
    ]);
    expect(lower?.effect).not.toContain('Pods');
  });

  test('has as many instances as its weights allow, and no size that counts them', () => {
    const weights = { 'm5.large': 4, 'm5.2xlarge': 16 };
    const { findings, subnetOf } = fleet({ weights, instanceTypes: ['m5.2xlarge', 'm5.large'] }).assess();
    // Two instances of 4 units run: 292 units more are 73 instances of the smaller type.
    expect(subnetOf('fleet').mayGrow?.atStart).toEqual(exactly(73));
    expect(findings.filter(({ kind }) => kind === 'committed-demand')).toEqual([]);
    const many = fleet({ weights, maxSize: 1_200, instanceTypes: ['m5.large'] }).assess();
    const found = many.findings.find(({ kind }) => kind === 'committed-demand');
    expect(found?.title).toBe('workspaces: can scale to 251 of its 300 instances, then no free address');
    expect(found?.remedies.map(({ title }) => title)).not.toContainEqual(expect.stringMatching(/^Lower/));
  });

  test('is unknown where its sizes count processors or memory', () => {
    const { subnetOf } = fleet({ weights: null }).assess();
    expect(subnetOf('fleet').mayGrow?.groups).toMatchObject([{ atStart: null }]);
  });

  test('takes what its launch template gives each instance besides', () => {
    const { findings, subnetOf } = fleet({ maxSize: 102, launchTemplates: [TEMPLATE] }, [
      templateInterface(0, { secondaries: 1 }),
      templateInterface(1),
    ]).assess();
    expect(subnetOf('fleet').mayGrow?.atStart).toEqual(exactly(300));
    expect(findings.find(({ kind }) => kind === 'committed-demand')?.title).toBe(
      'workspaces: can scale to 85 of its 102 instances, then no free address',
    );
  });

  test('starts where its launch template says, if it names zones alone', () => {
    const primary = [templateInterface(0, { subnetId: 'fleet' })];
    const { subnetOf } = fleet({ subnetIds: [], launchTemplates: [TEMPLATE] }, primary).assess();
    expect(subnetOf('fleet').mayGrow?.atStart).toEqual(exactly(298));
  });

  test('that names zones alone, with a template that names no subnet, counts for no subnet', () => {
    const { findings, subnetOf } = fleet({ subnetIds: [], launchTemplates: [TEMPLATE] }, [
      templateInterface(0),
    ]).assess();
    expect(subnetOf('fleet').mayGrow?.groups ?? []).toEqual([]);
    expect(findings.filter(({ kind }) => kind === 'committed-demand')).toEqual([]);
  });

  test('whose launch template could not be read is unknown, and not one address an instance', () => {
    const { findings, subnetOf } = fleet({ launchTemplates: [TEMPLATE] }, null).assess();
    expect(subnetOf('fleet').mayGrow).toMatchObject({ atStart: null });
    expect(findings.filter(({ kind }) => kind === 'committed-demand')).toEqual([]);
  });

  test('shares the subnet with groups of a cluster, and both are counted', () => {
    const situation = fleet({ maxSize: 200 });
    situation.cluster({ vpcCni: cniSettings({}) });
    situation.group({ subnetIds: ['fleet'], maxSize: 10, desiredSize: 1 });
    situation.node('fleet', { group: 'g', secondaries: 9 });
    expect(mayGrow(situation, 'fleet')).toMatchObject({
      groups: [
        { clusterName: 'shop', group: 'g', moreNodes: 9 },
        { clusterName: null, group: 'workspaces', moreNodes: 198 },
      ],
      atStart: exactly(90 + 198),
    });
  });
});

test('a group at its maximum is not helped by fewer nodes today, since it may grow again', () => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/24');
  situation.cluster({ vpcCni: cniSettings({}) });
  situation.group({ subnetIds: ['nodes-a'], maxSize: 20, desiredSize: 5 });
  for (let node = 0; node < 5; node += 1) situation.node('nodes-a', { group: 'g', secondaries: 9 });
  situation.fill('nodes-a', 30);
  const demand = situation.assess().findings.find(({ kind }) => kind === 'committed-demand');
  const titles = demand?.remedies.map(({ title }) => title) ?? [];
  expect(titles).toContain('Lower the maximum of g to 8');
  expect(titles.filter((title) => title.startsWith('Scale'))).toEqual([]);
});

test('EKS Auto Mode takes prefixes beside node groups whose add-on says single addresses', () => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/24');
  situation.cluster({ autoMode: true, vpcCni: cniSettings({}) });
  situation.group({ subnetIds: ['nodes-a'], maxSize: 5, desiredSize: 1 });
  situation.node('nodes-a', { group: 'g', secondaries: 9 });
  situation.node('nodes-a', {
    type: 'c6i.large',
    prefixes: 1,
    tags: { 'eks:kubernetes-node-pool-name': 'general-purpose' },
  });
  const [{ moreNodes = [] } = {}] = situation.assess().cluster.capacity;
  expect(moreNodes).toMatchObject([
    // Its CNI falls back to single addresses: how many more start is not known.
    { instanceType: 'c6i.large', nodes: null },
    { instanceType: 'm5.large', nodes: 22 },
  ]);
});

test('a group that names no subnet is unknown, with the reason', () => {
  const situation = new Situation();
  situation.subnet('nodes-a', '10.0.0.0/24');
  situation.cluster({ vpcCni: cniSettings({}) });
  situation.group({ subnetIds: [], instanceTypes: ['m5.large'], maxSize: 5 });
  const { committed, unknowns } = situation.assess().cluster;
  expect(committed).toMatchObject([{ fits: null }]);
  expect(unknowns.map(({ reason }) => reason)).toEqual([
    'Where nodes of g start is not known: it names no subnet.',
  ]);
});

/** EC2 Auto Scaling API reference, `WeightedCapacity`: an instance of a type counts for so many units of the maximum. */
describe('an Auto Scaling group of a cluster whose types have weights', () => {
  const weighted = (weights: Readonly<Record<string, number>> | null, instanceTypes: readonly string[]) => {
    const situation = new Situation();
    situation.subnet('nodes', '10.0.0.0/24');
    situation.cluster();
    const first = situation.node('nodes', { type: 'm5.4xlarge', secondaries: 29 });
    situation.scalingGroup({
      subnetIds: ['nodes'],
      maxSize: 80,
      instanceIds: [first],
      instanceTypes,
      weights,
    });
    return situation.assess().cluster.committed[0];
  };

  test('grows by as many nodes as the type gives that takes most with its weight', () => {
    // 72 units are left: 72 m5.large of 10 addresses each, or 9 m5.4xlarge of 30.
    expect(weighted({ 'm5.large': 1, 'm5.4xlarge': 8 }, ['m5.4xlarge', 'm5.large'])).toMatchObject({
      instanceType: 'm5.large',
      currentNodes: 1,
      maximumNodes: 73,
      weighted: true,
    });
    expect(weighted({ 'm5.4xlarge': 8 }, ['m5.4xlarge'])).toMatchObject({
      instanceType: 'm5.4xlarge',
      maximumNodes: 10,
      fits: 7,
      shortfall: 2,
    });
    // A type without a weight counts for one unit: 79 are left.
    expect(weighted({ 'c5.large': 4 }, ['m5.4xlarge'])).toMatchObject({ maximumNodes: 80 });
  });

  test('is unknown where its sizes count processors or memory', () => {
    expect(weighted(null, ['m5.4xlarge'])).toMatchObject({ fits: null, shortfall: null, whenFull: null });
  });
});
