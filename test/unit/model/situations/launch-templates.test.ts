import { describe, expect, test } from 'vitest';
import type { LaunchTemplate, TemplateInterface } from '../../../../shared/model/aws/inventory.ts';
import { cniSettings } from '../../../fixtures/cluster-records.ts';
import { Situation } from '../../../fixtures/situation.ts';

/**
 * A launch template gives each node more interfaces and addresses, before the first node of a group shows them.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/efa-start.html (EFA interfaces in a launch template)
 * https://github.com/aws/amazon-vpc-cni-k8s/issues/2904 (nodes with interfaces on several network cards)
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_LaunchTemplateInstanceNetworkInterfaceSpecification.html
 */

const part = (changes: Partial<TemplateInterface> = {}): TemplateInterface => ({
  deviceIndex: 1,
  networkCardIndex: 1,
  interfaceType: 'interface',
  subnetId: null,
  secondaries: 0,
  prefixes: 0,
  ...changes,
});

const PRIMARY = part({ deviceIndex: 0, networkCardIndex: 0 });

const template = (...interfaces: readonly TemplateInterface[]): LaunchTemplate => ({
  launchTemplateId: 'lt-01',
  version: '1',
  interfaces,
});

describe('pods that the user data of a launch template admits', () => {
  const PLAIN = template(PRIMARY);
  const admits = (maxPods: number): LaunchTemplate => ({ ...PLAIN, maxPods });

  test.each<[string, readonly LaunchTemplate[] | null, number]>([
    ['say when a new node is full', [admits(12)], 10],
    ['are those of the interfaces where the template says nothing', [PLAIN], 27],
    ['are not known where the template could not be read', [{ ...admits(12), version: '9' }], 27],
  ])('%s', (_, templates, pods) => {
    const situation = new Situation({ launchTemplates: templates });
    situation.subnet('nodes', '10.0.0.0/24');
    situation.cluster({ vpcCni: cniSettings({}) });
    situation.group({ subnetIds: ['nodes'], maxSize: 4, desiredSize: 1, autoScalingGroups: ['eks-g'] });
    situation.scalingGroup({
      name: 'eks-g',
      subnetIds: ['nodes'],
      launchTemplates: [{ launchTemplateId: 'lt-01', version: '1' }],
      tags: { 'eks:nodegroup-name': 'g' },
    });
    situation.node('nodes', { group: 'g', secondaries: 9 });
    const { cluster } = situation.assess();
    expect(cluster.committed).toMatchObject([{ whenFull: { podsPerNode: pods } }]);
    // Nine addresses are there already.
    expect(cluster.capacity[0]?.morePods).toBe(pods - 9);
    expect(cluster.nodes[0]?.maxPods).toBe(pods === 27 ? undefined : 12);
  });

  /** Two nodes of an Auto Scaling group of the cluster's own, launched from these templates. */
  const selfManaged = (...templates: readonly LaunchTemplate[]) => {
    const versions = templates.map((each, index) => ({ ...each, version: String(index) }));
    const situation = new Situation({ launchTemplates: versions });
    situation.subnet('nodes', '10.0.0.0/24');
    situation.cluster({ vpcCni: cniSettings({}) });
    const instanceIds = ['first', 'second'].map(() => situation.node('nodes', { secondaries: 9 }));
    situation.scalingGroup({
      name: 'own',
      subnetIds: ['nodes'],
      instanceIds: instanceIds.slice(0, 1),
      instanceTypes: ['m5.large'],
      maxSize: 3,
      launchTemplates: versions.map(({ launchTemplateId, version }) => ({ launchTemplateId, version })),
      tags: { 'kubernetes.io/cluster/shop': 'owned' },
    });
    return situation.assess().cluster.nodes.map(({ maxPods }) => maxPods);
  };

  test('are those of the group that a node is in', () => {
    expect(selfManaged(admits(20))).toEqual([20, undefined]);
  });

  test('are not known where templates of a group differ', () => {
    expect(selfManaged(admits(20), admits(21))).toEqual([undefined, undefined]);
    expect(selfManaged(admits(20), PLAIN)).toEqual([undefined, undefined]);
    expect(selfManaged(admits(20), admits(20))).toEqual([20, undefined]);
  });
});

/** A group without a node yet, in a subnet with so many addresses left. An m5.large takes ten of its own. */
const empty = (left: number, templates: readonly LaunchTemplate[] | null, version = '1') => {
  const situation = new Situation({ launchTemplates: templates });
  situation.subnet('nodes', '10.0.0.0/24');
  situation.subnet('storage', '10.0.1.0/24');
  situation.cluster({ vpcCni: cniSettings({}) });
  situation.group({
    subnetIds: ['nodes'],
    maxSize: 4,
    desiredSize: 0,
    instanceTypes: ['m5.large'],
    autoScalingGroups: ['eks-g'],
  });
  situation.scalingGroup({
    name: 'eks-g',
    subnetIds: ['nodes'],
    launchTemplates: [{ launchTemplateId: 'lt-01', version }],
    tags: { 'eks:nodegroup-name': 'g' },
  });
  situation.fill('nodes', left);
  return situation.assess().cluster;
};

describe('a node group without nodes', () => {
  test('takes what its launch template asks for besides the CNI', () => {
    const cluster = empty(40, [template(PRIMARY, part(), part({ networkCardIndex: 2 }))]);
    expect(cluster.committed).toMatchObject([
      { perNode: { addresses: 12, prefixes: 0 }, fits: 3, shortfall: 1 },
    ]);
    expect(cluster.capacity[0]?.moreNodes).toMatchObject([{ instanceType: 'm5.large', nodes: 3 }]);
  });

  test('takes ten for each node where the template says no more', () => {
    expect(empty(40, [template(PRIMARY)]).committed).toMatchObject([{ fits: 4 }]);
  });

  test.each([
    ['none could be read', null, '1'],
    ['it is gone', [], '1'],
    ['another version is used', [template(PRIMARY, part())], '2'],
  ])('takes an unknown number where %s, and the reason names the template', (_, templates, version) => {
    const { capacity, committed, unknowns } = empty(40, templates, version);
    expect(committed).toMatchObject([{ perNode: null, fits: null, shortfall: null, whenFull: null }]);
    expect(unknowns).toContainEqual({
      field: 'committed',
      reason: expect.stringContaining(`its launch template lt-01 (version ${version}) could not be read`),
    });
    expect(capacity[0]?.moreNodes).toMatchObject([{ instanceType: 'm5.large', nodes: null }]);
  });

  test('is known by its nodes where the template could not be read', () => {
    const situation = new Situation({ launchTemplates: null });
    situation.subnet('nodes', '10.0.0.0/24');
    situation.cluster({ vpcCni: cniSettings({}) });
    situation.group({ subnetIds: ['nodes'], maxSize: 4, desiredSize: 1, autoScalingGroups: ['eks-g'] });
    situation.scalingGroup({
      name: 'eks-g',
      subnetIds: ['nodes'],
      launchTemplates: [{ launchTemplateId: 'lt-01', version: '1' }],
      tags: { 'eks:nodegroup-name': 'g' },
    });
    const instanceId = situation.node('nodes', { group: 'g', secondaries: 9 });
    situation.attach(instanceId, 1, 'nodes', { networkCard: 1 });
    expect(situation.assess().cluster.committed).toMatchObject([{ perNode: { addresses: 11 }, fits: 3 }]);
  });

  test('takes nothing for interfaces that are EFA alone, and an address for EFA with IP', () => {
    const efa = (interfaceType: string) =>
      template(PRIMARY, part({ interfaceType }), part({ interfaceType, networkCardIndex: 2 }));
    expect(empty(40, [efa('efa-only')]).committed).toMatchObject([{ perNode: { addresses: 10 }, fits: 4 }]);
    expect(empty(40, [efa('efa')]).committed).toMatchObject([{ perNode: { addresses: 12 }, fits: 3 }]);
  });

  test('takes secondary addresses of the primary interface, and prefixes of another one', () => {
    expect(empty(40, [template({ ...PRIMARY, secondaries: 5 })]).committed).toMatchObject([
      { perNode: { addresses: 15 }, fits: 2 },
    ]);
    expect(empty(90, [template(PRIMARY, part({ prefixes: 1 }))]).committed).toMatchObject([
      { perNode: { addresses: 11, prefixes: 1 } },
    ]);
  });

  test('loses an interface to the template on the default network card: fewer are left for the CNI', () => {
    const ofPods = (networkCardIndex: number) =>
      empty(200, [template(PRIMARY, part({ networkCardIndex }))]).committed[0]?.whenFull?.podsPerNode;
    expect(ofPods(1)).toBe(27);
    expect(ofPods(0)).toBe(18);
  });

  test('takes in the subnet that the template names', () => {
    const cluster = empty(40, [template(PRIMARY, part({ subnetId: 'storage' }))]);
    expect(cluster.committed).toMatchObject([{ perNode: { addresses: 11 }, fits: 4 }]);
  });
});

test('what nodes show and what the template says is counted once', () => {
  const situation = new Situation({ launchTemplates: [template(PRIMARY, part())] });
  situation.subnet('nodes', '10.0.0.0/24');
  situation.cluster({ vpcCni: cniSettings({}) });
  situation.group({ subnetIds: ['nodes'], maxSize: 4, desiredSize: 1, autoScalingGroups: ['eks-g'] });
  const node = situation.node('nodes', { group: 'g', secondaries: 9 });
  situation.attach(node, 1, 'nodes', { networkCard: 1 });
  situation.scalingGroup({
    name: 'eks-g',
    subnetIds: ['nodes'],
    instanceIds: [node],
    launchTemplates: [{ launchTemplateId: 'lt-01', version: '1' }],
    tags: { 'eks:nodegroup-name': 'g' },
  });
  expect(situation.assess().cluster.committed).toMatchObject([{ perNode: { addresses: 11 } }]);
});

test('an Auto Scaling group of no cluster takes what its template asks for as well', () => {
  const situation = new Situation({
    launchTemplates: [template(PRIMARY, part(), part({ networkCardIndex: 2 }))],
  });
  situation.subnet('nodes', '10.0.0.0/24');
  situation.cluster({ vpcCni: cniSettings({}) });
  situation.node('nodes', { secondaries: 9 });
  situation.scalingGroup({
    name: 'render',
    subnetIds: ['nodes'],
    maxSize: 20,
    tags: {},
    launchTemplates: [{ launchTemplateId: 'lt-01', version: '1' }],
  });
  situation.fill('nodes', 30);
  expect(situation.assess().cluster.committed).toMatchObject([
    { group: 'render', perNode: { addresses: 3 }, fits: 10, shortfall: 10 },
  ]);
});
