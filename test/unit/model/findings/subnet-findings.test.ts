import { describe, expect, test } from 'vitest';
import type { AddressMap, SubnetAssessment } from '../../../../shared/model/assessment.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aNode, anEksCluster, byId } from '../../../fixtures/cluster-records.ts';
import { aCluster, aLeak, aVpcAssessment, findingsOf } from '../../../fixtures/findings-input.ts';

const noPrefix = { assigned: 3, free: 0, freeInReservation: 0, freeUnreserved: 0 };

describe('leaked interfaces', () => {
  const found = (leaks = [aLeak()], subnet = aSubnet(), instances = byId()) =>
    findingsOf('leaked-interfaces', { leakedInterfaces: leaks, subnets: [subnet], instances });

  test('are told per subnet, with what they waste and the commands that end it', () => {
    const [finding] = found([aLeak(), aLeak({ networkInterfaceId: 'eni-02', addresses: 6 })]);
    expect(finding).toMatchObject({
      id: 'leaked-interfaces/subnet/subnet-0a',
      severity: 'warning',
      title: '2 leaked interfaces in private-a (subnet-0a)',
      evidence: [
        { name: 'leakedInterfaces', value: 2 },
        { name: 'leakedAddresses', value: 16 },
        { name: 'available', value: 200 },
        { name: 'oldestSeenAt', value: '2026-01-01T00:00:00.000Z' },
      ],
    });
    expect(finding?.remedies[0]?.commands).toEqual([
      'aws ec2 delete-network-interface --network-interface-id eni-01 --region eu-west-1',
      'aws ec2 delete-network-interface --network-interface-id eni-02 --region eu-west-1',
    ]);
    expect(finding?.remedies[0]?.preconditions.map(({ holds }) => holds)).toEqual([true, true]);
  });

  test('are no finding while they may still be in flight', () => {
    expect(found([aLeak({ leaked: false })])).toEqual([]);
  });

  test('are information below 5 % of the subnet, and a warning from there', () => {
    expect(found([aLeak({ addresses: 12 })])[0]?.severity).toBe('info');
    expect(found([aLeak({ addresses: 13 })])[0]?.severity).toBe('warning');
  });

  test('are a warning when they hold more than the subnet has left', () => {
    expect(found([aLeak({ addresses: 3 })], aSubnet({ available: 3 }))[0]?.severity).toBe('info');
    expect(found([aLeak({ addresses: 3 })], aSubnet({ available: 2 }))[0]?.severity).toBe('warning');
  });

  test('are information in a subnet that could not be measured, or has no IPv4 addresses to lose', () => {
    const unmeasured = aSubnet({ usable: null, available: null, cidrBlock: null });
    const [finding] = found([aLeak({ addresses: 900 })], unmeasured);
    expect(finding).toMatchObject({ severity: 'info', subject: { cidrBlocks: [] } });
    expect(finding?.evidence).toContainEqual({ name: 'available', value: null, unit: 'addresses' });
  });

  test('tell since when the oldest is there', () => {
    const [finding] = found([
      aLeak({ firstSeenAt: '2026-01-03T00:00:00.000Z' }),
      aLeak({ firstSeenAt: '2026-01-02T00:00:00.000Z' }),
    ]);
    expect(finding?.evidence).toContainEqual({ name: 'oldestSeenAt', value: '2026-01-02T00:00:00.000Z' });
  });

  test('warn before deletion when several such instances run', () => {
    const leaks = [aLeak({ instanceId: 'i-01' }), aLeak({ instanceId: 'i-02' })];
    const [finding] = found(leaks, aSubnet(), byId(aNode('i-01'), aNode('i-02')));
    expect(finding?.remedies[0]?.preconditions[1]?.text).toBe(
      '2 instances that they were made for still run: i-01, i-02.',
    );
  });

  test('warn before deletion when the instance that they were made for still runs', () => {
    const [finding] = found([aLeak({ instanceId: 'i-01' })], aSubnet(), byId(aNode('i-01')));
    expect(finding?.remedies[0]?.preconditions[1]).toEqual({
      text: '1 instance that they were made for still runs: i-01.',
      holds: false,
    });
  });
});

describe('fragmentation', () => {
  const fragmented = (changes: Partial<SubnetAssessment> = {}) =>
    aSubnet({ usesPrefixes: true, fragmentationIndex: 1, prefixes: noPrefix, ...changes });
  const map: AddressMap = {
    subnetId: 'subnet-0a',
    cidrBlock: '10.0.0.0/24',
    states: 'a++++++++++++++a',
    reserved: '----------------',
    used: '0444411113333330',
    owner: '----------------',
    owners: [],
  };

  test('is told where prefixes are taken and none is free, with the range to reserve', () => {
    const [finding] = findingsOf('fragmentation', { subnets: [fragmented()], maps: [map] });
    expect(finding).toMatchObject({
      severity: 'warning',
      title: 'private-a (subnet-0a) is fragmented: 0 free prefixes',
    });
    expect(finding?.remedies[0]).toMatchObject({
      title: 'Reserve 10.0.0.64/26 for prefixes',
      commands: [
        'aws ec2 create-subnet-cidr-reservation --subnet-id subnet-0a --reservation-type prefix --cidr 10.0.0.64/26 --region eu-west-1',
      ],
    });
    expect(finding?.remedies[0]?.effect).toContain('It holds 4 blocks: 0 can be prefixes at once');
  });

  test('says what stands in the way of the rest of the range, be it a single address', () => {
    const nearlyFree = { ...map, states: 'a++++...+++++++a', used: '0444100044444440' };
    const [finding] = findingsOf('fragmentation', { subnets: [fragmented()], maps: [nearlyFree] });
    expect(finding?.remedies[0]?.effect).toBe(
      'It holds 4 blocks: 3 can be prefixes at once, the rest when 1 single address in it is given back. Nobody gets single addresses from it any more.',
    );
  });

  test('is no finding where nobody takes prefixes', () => {
    expect(
      findingsOf('fragmentation', { subnets: [fragmented({ usesPrefixes: false })], maps: [map] }),
    ).toEqual([]);
  });

  test('is told where a cluster in prefix mode could not even take its first', () => {
    const subnets = [fragmented({ usesPrefixes: false })];
    expect(findingsOf('fragmentation', { subnets, clusters: [aCluster({ mode: 'prefix' })] })).toHaveLength(
      1,
    );
    expect(findingsOf('fragmentation', { subnets, clusters: [aCluster({ mode: 'secondary' })] })).toEqual([]);
  });

  test('is no finding where only nodes are, whose pods take their prefixes elsewhere', () => {
    const subnets = [fragmented({ usesPrefixes: false })];
    const clusters = [aCluster({ mode: 'prefix', customNetworking: true })];
    expect(findingsOf('fragmentation', { subnets, clusters })).toEqual([]);
  });

  test('is no finding with an index of a half, or four free prefixes, or too few addresses for any', () => {
    const at = (changes: Partial<SubnetAssessment>) =>
      findingsOf('fragmentation', { subnets: [fragmented(changes)] });
    const free = (count: number) => ({ ...noPrefix, free: count, freeUnreserved: count });
    expect(at({ fragmentationIndex: 0.5 })).toEqual([]);
    expect(at({ fragmentationIndex: 0.51 })).toHaveLength(1);
    expect(at({ prefixes: free(4) })).toEqual([]);
    expect(at({ prefixes: free(3) })).toMatchObject([{ severity: 'info' }]);
    expect(at({ available: 15 })).toEqual([]);
    expect(at({ available: 16 })).toHaveLength(1);
  });

  test('is told without the count of blocks where that is not known', () => {
    const [finding] = findingsOf('fragmentation', { subnets: [fragmented({ blocks: null })] });
    expect(finding?.evidence).toContainEqual({ name: 'fragmentedBlocks', value: null, unit: 'blocks' });
  });

  test('is not claimed of a subnet that could not be measured', () => {
    expect(findingsOf('fragmentation', { subnets: [fragmented({ fragmentationIndex: null })] })).toEqual([]);
  });

  test('puts remedies that can not work last', () => {
    const full = { ...map, states: 'a##############a', used: '0gggggggggggggg0' };
    const [finding] = findingsOf('fragmentation', { subnets: [fragmented()], maps: [full] });
    expect(finding?.remedies.map(({ title }) => title)).toEqual([
      'Add the subnet 10.0.1.0/24 in eu-west-1a',
      'Reserve a range for prefixes',
    ]);
    expect(finding?.remedies[1]).toMatchObject({
      commands: [],
      preconditions: [{ holds: false }, { holds: true }],
    });
  });
});

describe("a load balancer's subnet", () => {
  const subnet = (changes: Partial<SubnetAssessment>) =>
    aSubnet({ owners: [{ kind: 'load-balancer', name: 'front', interfaces: 1, addresses: 1 }], ...changes });
  const found = (changes: Partial<SubnetAssessment>) =>
    findingsOf('load-balancer-subnet', { subnets: [subnet(changes)] });

  test('is told under eight free addresses, critical with none', () => {
    expect(found({ availableSingle: 8 })).toEqual([]);
    expect(found({ availableSingle: 7 })).toMatchObject([
      {
        severity: 'warning',
        title: 'private-a (subnet-0a) has 7 addresses left for its load balancers',
        evidence: [{ value: 7 }, { value: 8 }, { value: 1 }, { value: '10.0.0.0/24' }],
      },
    ]);
    expect(found({ availableSingle: 0 })).toMatchObject([{ severity: 'critical' }]);
  });

  test('is no finding without a load balancer, or unmeasured', () => {
    expect(found({ availableSingle: 7, owners: [] })).toEqual([]);
    expect(found({ availableSingle: 7, owners: null })).toEqual([]);
    expect(found({ availableSingle: null })).toEqual([]);
  });

  test('is told to be smaller than AWS recommends, from a /28 on', () => {
    expect(found({ availableSingle: 1, cidrBlock: '10.0.0.0/28' })[0]?.explanation).toContain(
      'The subnet is a /28',
    );
    expect(found({ availableSingle: 1, cidrBlock: '10.0.0.0/27' })[0]?.explanation).not.toContain(
      'The subnet is',
    );
    expect(found({ availableSingle: 1, cidrBlock: null })[0]?.explanation).not.toContain('The subnet is');
  });
});

describe('a subnet without a sibling', () => {
  const lone = aSubnet({ available: 100 });
  const found = (subnets: readonly SubnetAssessment[], nodeSubnetIds = ['subnet-0a'], more = {}) =>
    findingsOf('lone-subnet', { subnets, clusters: [aCluster({ nodeSubnetIds, ...more })] });

  test('is told when less than half of it is left, as a warning under a fifth', () => {
    expect(found([lone])).toMatchObject([
      {
        id: 'lone-subnet/subnet/subnet-0a',
        severity: 'info',
        title: 'private-a (subnet-0a) is the only subnet of shop in eu-west-1a',
      },
    ]);
    expect(found([aSubnet({ available: 126 })])).toEqual([]);
    expect(found([aSubnet({ available: 51 })])).toMatchObject([{ severity: 'info' }]);
    expect(found([aSubnet({ available: 50 })])).toMatchObject([{ severity: 'warning' }]);
  });

  test('is no finding when the cluster has a second one in the zone', () => {
    const sibling = aSubnet({ subnetId: 'subnet-0b' });
    expect(found([lone, sibling], ['subnet-0a', 'subnet-0b'])).toEqual([]);
  });

  test("stays one when the second is in another zone, or not the cluster's", () => {
    const far = aSubnet({ subnetId: 'subnet-0b', availabilityZone: 'eu-west-1b' });
    expect(found([lone, far], ['subnet-0a', 'subnet-0b'])).toHaveLength(1);
    const near = aSubnet({ subnetId: 'subnet-0b', name: 'spare' });
    expect(found([lone, near])[0]?.explanation).toContain(
      'The VPC has spare (subnet-0b) there with more room.',
    );
  });

  test('is not told to go where nobody knows what is left', () => {
    const unmeasured = aSubnet({ subnetId: 'subnet-0b', name: 'spare', available: null });
    expect(found([lone, unmeasured])[0]?.explanation).toContain(
      'The VPC has none with more room there, either.',
    );
  });

  test('is one finding for two clusters that share it', () => {
    const clusters = [aCluster(), aCluster({ clusterName: 'other' })];
    expect(findingsOf('lone-subnet', { subnets: [lone], clusters })).toMatchObject([
      { subject: { clusterName: null, clusterNames: ['shop', 'other'] } },
    ]);
  });

  test('is offered a range of the VPC, tagged for subnet discovery, if the CNI is new enough', () => {
    const offer = (version: string | null) =>
      findingsOf('lone-subnet', {
        subnets: [lone],
        clusters: [aCluster()],
        eksClusters: [anEksCluster({ vpcCni: version === null ? null : { version, configuration: null } })],
      })[0]?.remedies.find(({ title }) => title.startsWith('Add the subnet'));
    expect(offer('v1.18.0-eksbuild.1')).toEqual({
      title: 'Add the subnet 10.0.1.0/24 in eu-west-1a',
      effect: 'The CNI finds it by its tag and puts new interfaces there. Nodes need no change.',
      commands: [
        "aws ec2 create-subnet --vpc-id vpc-01 --cidr-block 10.0.1.0/24 --availability-zone eu-west-1a --tag-specifications 'ResourceType=subnet,Tags=[{Key=kubernetes.io/role/cni,Value=1}]' --region eu-west-1",
      ],
      preconditions: [
        { text: 'The VPC has 10.0.1.0/24 unused.', holds: true },
        { text: 'This account owns the VPC.', holds: true },
        { text: 'No cluster here uses custom networking, which ignores subnet discovery.', holds: true },
        { text: 'The CNI is version 1.18 or later.', holds: true },
        { text: 'The CNI may call ec2:DescribeSubnets.', holds: null },
        { text: "The VPC's main route table suits it: associate another one otherwise.", holds: null },
      ],
    });
    expect(offer('v1.17.9')?.preconditions[3]?.holds).toBe(false);
    expect(offer('v2.0.0')?.preconditions[3]?.holds).toBe(true);
    expect(offer(null)?.preconditions[3]?.holds).toBeNull();
  });

  test('is offered a smaller subnet where the VPC has no room for one as large, and none where it is full', () => {
    const offer = (cidrBlocks: readonly string[], taken: string) =>
      findingsOf('lone-subnet', {
        subnets: [lone, aSubnet({ subnetId: 'subnet-0b', availabilityZone: 'eu-west-1b', cidrBlock: taken })],
        clusters: [aCluster()],
        vpcs: [aVpcAssessment({ cidrBlocks })],
      })[0]?.remedies.map(({ title }) => title);
    expect(offer(['10.0.0.0/23'], '10.0.1.0/25')).toContain('Add the subnet 10.0.1.128/25 in eu-west-1a');
    expect(offer(['10.0.0.0/23'], '10.0.1.0/24')).toEqual([
      'Add 100.64.0.0/16 to the VPC',
      'Add a subnet in eu-west-1a',
    ]);
  });
});
