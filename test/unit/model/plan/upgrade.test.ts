import { describe, expect, test } from 'vitest';
import type { NodeGroup } from '../../../../shared/model/aws/inventory.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { PlanEstate } from '../../../../shared/model/plan/plan-estate.ts';
import { planUpgrade } from '../../../../shared/model/plan/upgrade.ts';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import type { ClusterAssessment } from '../../../../shared/model/result/cluster.ts';
import { decodeAddressMap } from '../../../../shared/model/subnet/address-map.ts';
import { aNodeGroup, anEksCluster } from '../../../fixtures/cluster-records.ts';
import { LabFleet } from '../../../fixtures/lab-fleet.ts';

const { estate, cluster } = (() => {
  const fleet = new LabFleet(
    ['a', 'b', 'c'].map((zone, index) => ({
      subnetId: `subnet-0${zone}`,
      cidr: `10.0.${index}.0/25`,
      zone: `eu-west-1${zone}`,
    })),
    DEFAULT_CNI_SETTINGS,
    1,
  );
  fleet.start('m5.large', 'subnet-0a');
  return fleet.scanned();
})();

const eks = anEksCluster({ subnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'], nodeGroups: [] });

const answerWith = (changes: Readonly<Record<string, Partial<SubnetAssessment>>>, cluster_ = eks) =>
  planUpgrade(
    new PlanEstate({
      ...estate.input,
      subnets: estate.input.subnets.map((subnet) => ({ ...subnet, ...changes[subnet.subnetId] })),
    }),
    cluster,
    cluster_,
    null,
  ).answer;

const unknown = { available: null, availableSingle: null, awsAvailable: null };
const full = { available: 4, availableSingle: 4, awsAvailable: 4 };

test('an update fits where two zones have 5 addresses, and does not where only one can', () => {
  expect(answerWith({})).toMatchObject({ fits: true, unknowns: [] });
  expect(answerWith({ 'subnet-0a': full })).toMatchObject({ fits: true });
  expect(answerWith({ 'subnet-0a': full, 'subnet-0b': full })).toMatchObject({ fits: false });
});

test.each([
  [4, false],
  [5, true],
])('a control plane subnet with %i addresses left', (left, fits) => {
  const with_ = { available: left, availableSingle: left, awsAvailable: left };
  expect(answerWith({ 'subnet-0a': with_ }).controlPlane[0]).toMatchObject({
    freeAddresses: left,
    needed: 5,
    fits,
  });
});

test('the lower of the two counts is the figure', () => {
  const counted = { availableSingle: 4, awsAvailable: 60 };
  const { controlPlane } = answerWith({ 'subnet-0a': counted });
  expect(controlPlane[0]).toMatchObject({ freeAddresses: 4, fits: false });
});

test('what is not known is no all-clear, and what surely does not fit is said although more is not known', () => {
  expect(answerWith({ 'subnet-0a': unknown })).toMatchObject({ fits: null });
  expect(answerWith({ 'subnet-0a': full, 'subnet-0b': unknown })).toMatchObject({ fits: null });
  expect(answerWith({ 'subnet-0a': full, 'subnet-0b': full, 'subnet-0c': unknown })).toMatchObject({
    fits: false,
    unknowns: ['The free addresses of subnet-0c are not known.'],
  });
});

test('without the EKS API nothing is known', () => {
  const { answer } = planUpgrade(estate, cluster, null, null);
  expect(answer).toMatchObject({ fits: null, controlPlane: [], groups: [] });
  expect(answer.unknowns[0]).toContain('The EKS API could not be read');
});

describe('the new nodes of a group', () => {
  const subnetIds = ['subnet-0a', 'subnet-0b', 'subnet-0c'];
  const group = aNodeGroup({ name: 'g', subnetIds });
  const withGroups = (
    nodeGroups: readonly NodeGroup[],
    changes: Parameters<typeof answerWith>[0] = {},
    of: Partial<ClusterAssessment> = {},
  ) => {
    const subnets = estate.input.subnets.map((subnet) => ({ ...subnet, ...changes[subnet.subnetId] }));
    const changed = new PlanEstate({ ...estate.input, subnets });
    return planUpgrade(changed, { ...cluster, ...of }, { ...eks, nodeGroups }, 3);
  };

  const left = (addresses: number) => ({
    ...full,
    available: addresses,
    availableSingle: addresses,
    awsAvailable: addresses,
  });
  const ofGroup = { nodes: cluster.nodes.map((node) => ({ ...node, nodeGroup: 'g' })) };

  test('fit where zones have room, and do not where one with nodes of the group is full', () => {
    // Its node runs in a. The control plane takes 5 of what is left.
    expect(withGroups([group], {}, ofGroup).answer).toMatchObject({ fits: true, unknowns: [] });
    expect(withGroups([group], { 'subnet-0a': left(15) }, ofGroup).answer.fits).toBe(true);
    const { fits, groups, unknowns } = withGroups([group], { 'subnet-0a': left(14) }, ofGroup).answer;
    expect([fits, unknowns]).toEqual([false, []]);
    expect(groups.find(({ availabilityZone }) => availabilityZone === 'eu-west-1a')).toEqual({
      group: 'g',
      availabilityZone: 'eu-west-1a',
      nodes: 1,
      fits: 0,
      error: 'InsufficientFreeAddressesInSubnet',
    });
  });

  test('start elsewhere where a zone without nodes of the group is full', () => {
    const { fits, groups } = withGroups([group], { 'subnet-0b': left(9) }, ofGroup).answer;
    expect(fits).toBe(true);
    expect(groups.reduce((sum, each) => sum + (each.fits ?? 0), 0)).toBe(3);
    expect(groups.map(({ availabilityZone }) => availabilityZone)).not.toContain('eu-west-1b');
    // With 3 nodes at once, 1 is sure in a; b and c have room for none.
    const none = { 'subnet-0a': left(24), 'subnet-0b': left(9), 'subnet-0c': left(9) };
    expect(withGroups([group], none, ofGroup).answer.fits).toBe(false);
  });

  test('are of the type of its running nodes where the group names none', () => {
    const unnamed = { ...group, instanceTypes: [] };
    const nodes = cluster.nodes.map((node) => ({ ...node, nodeGroup: 'g' }));
    expect(withGroups([unnamed], {}, { nodes }).answer).toMatchObject({ fits: true, unknowns: [] });
  });

  test.each([
    ['of no known type', { instanceTypes: [] }],
    ['of a type without known limits', { instanceTypes: ['zz9.large'] }],
  ])('are no all-clear and no failure: %s', (_, changes) => {
    const { fits, groups, unknowns } = withGroups([{ ...group, ...changes }]).answer;
    expect(fits).toBeNull();
    expect(unknowns).toEqual([
      'It is not known whether 3 new nodes of g find room: their type, or a subnet, is not known.',
    ]);
    expect(groups[0]).toMatchObject({ fits: null, error: 'not known: what it takes, or a subnet' });
  });

  test('are not known in a subnet that could not be measured', () => {
    const { fits, unknowns } = withGroups([group], { 'subnet-0c': unknown }).answer;
    expect(fits).toBeNull();
    expect(unknowns.join(' ')).toContain('It is not known whether 1 new node of g finds room');
  });

  test('are not known where the group names subnets in which no node starts', () => {
    const { fits, unknowns } = withGroups([{ ...group, subnetIds: ['subnet-elsewhere'] }]).answer;
    expect([fits, unknowns]).toEqual([null, ['It is not known where new nodes of g start.']]);
  });

  test('are counted by the type that takes most, and by what runs on Windows', () => {
    const short = Object.fromEntries(subnetIds.map((id) => [id, left(20)]));
    const fitsWith = (changes: Partial<NodeGroup>) =>
      withGroups([{ ...group, ...changes }], short).answer.fits;
    expect(fitsWith({ instanceTypes: ['m5.large'] })).toBe(true);
    expect(fitsWith({ instanceTypes: ['m5.large', 'c5.4xlarge'] })).toBe(false);
    // One interface, and 3 addresses beside its own one.
    expect(fitsWith({ instanceTypes: ['c5.4xlarge'], amiType: 'WINDOWS_CORE_2022_x86_64' })).toBe(true);
  });

  test('are as many as the update settings of the group say', () => {
    const started = (update: NonNullable<NodeGroup['update']>) =>
      planUpgrade(
        estate,
        cluster,
        { ...eks, nodeGroups: [{ ...group, desiredSize: 30, update }] },
        null,
      ).answer.groups.reduce((sum, { nodes }) => sum + nodes, 0);
    const none = { maxUnavailable: null, maxUnavailablePercentage: null, strategy: 'DEFAULT' };
    expect(started(none)).toBe(6);
    expect(started({ ...none, maxUnavailablePercentage: 33 })).toBe(10);
    expect(started({ ...none, strategy: 'MINIMAL' })).toBe(0);
  });

  test('are none where the group ends old nodes first', () => {
    const update = { maxUnavailable: 1, maxUnavailablePercentage: null, strategy: 'MINIMAL' };
    const nodeGroups = [{ ...group, desiredSize: 1, update }];
    const { answer } = planUpgrade(estate, { ...cluster, ...ofGroup }, { ...eks, nodeGroups }, null);
    expect([answer.fits, answer.groups]).toEqual([true, []]);
  });

  test('of node pools are not counted, and the answer says so', () => {
    const nodes = cluster.nodes.map((node) => ({ ...node, nodePool: 'default' }));
    const { fits, notices } = withGroups([], {}, { nodes }).answer;
    expect([fits, notices]).toEqual([true, [expect.stringContaining('1 node of node pools is not counted')]]);
    // One that starts is replaced as well, one that has stopped is gone.
    const noticesFor = (state: 'pending' | 'stopped') =>
      withGroups([], {}, { nodes: nodes.map((node) => ({ ...node, state })) }).answer.notices;
    expect(noticesFor('pending')).toEqual(notices);
    expect(noticesFor('stopped')).toEqual([]);
  });

  test('are drawn for the group that takes most, in whatever order the groups come', () => {
    const small = { ...group, name: 's', instanceTypes: ['t3.nano'] };
    const drawn = (groups: readonly NodeGroup[]) => [...withGroups(groups).mapsDuring()];
    expect(drawn([group, small])).toEqual(drawn([group]));
    expect(drawn([small, group])).toEqual(drawn([group]));
  });
});

test('the map of an update without groups shows what the control plane takes', () => {
  const map = planUpgrade(estate, cluster, eks, null).mapsDuring().get('subnet-0b');
  expect(map === undefined ? null : decodeAddressMap(map).reduce((sum, { used }) => sum + used, 0)).toBe(5);
});

test('a subnet of the control plane that is in no scan is not known', () => {
  const { controlPlane, fits } = answerWith({}, { ...eks, subnetIds: ['subnet-0a', 'subnet-elsewhere'] });
  expect(fits).toBeNull();
  expect(controlPlane[1]).toMatchObject({ availabilityZone: null, freeAddresses: null, fits: null });
});

describe('nodes whose pods have other addresses than those of the VPC CNI', () => {
  const tight = { available: 6, availableSingle: 6, awsAvailable: 6 };
  const withGroup = anEksCluster({
    subnetIds: ['subnet-0b', 'subnet-0c'],
    nodeGroups: [aNodeGroup({ subnetIds: ['subnet-0a'] })],
  });
  const upgrade = (changes: Partial<ClusterAssessment>) =>
    planUpgrade(
      new PlanEstate({
        ...estate.input,
        subnets: estate.input.subnets.map((subnet) =>
          subnet.subnetId === 'subnet-0a' ? { ...subnet, ...tight } : subnet,
        ),
      }),
      { ...cluster, ...changes },
      withGroup,
      null,
    ).answer;

  test('take one address in an overlay and in IPv6 mode', () => {
    expect(upgrade({})).toMatchObject({ fits: false });
    expect(upgrade({ cni: 'overlay' })).toMatchObject({ fits: true, groups: [{ nodes: 2, fits: 2 }] });
    expect(upgrade({ mode: 'ipv6' })).toMatchObject({ fits: true, groups: [{ nodes: 2, fits: 2 }] });
  });

  test('are not known to fit where Cilium takes them', () => {
    expect(upgrade({ cni: 'cilium-eni' })).toMatchObject({
      fits: null,
      unknowns: [expect.stringContaining('what new nodes take is not known')],
    });
  });
});
