import { describe, expect, test } from 'vitest';
import type { AddressMap, SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { byId } from '../../../fixtures/cluster-records.ts';
import { aCluster, aLeak, aNodeAssessment, findingsOf } from '../../../fixtures/findings-input.ts';

const noPrefix = { assigned: 3, free: 0, freeInReservation: 0, freeUnreserved: 0 };

describe('leaked interfaces', () => {
  const found = (leaks = [aLeak()], subnet = aSubnet(), instances = byId()) =>
    findingsOf('leaked-interfaces', { leakedInterfaces: leaks, subnets: [subnet], instances });

  test('are reported per subnet, with the wasted addresses and the commands', () => {
    const [finding] = found([aLeak(), aLeak({ networkInterfaceId: 'eni-02', addresses: 6 })]);
    expect(finding).toMatchObject({
      id: 'leaked-interfaces/subnet/subnet-0a',
      severity: 'warning',
      title: 'private-a: 2 leaked interfaces hold 16 addresses',
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

  test('are counted for each subnet by itself', () => {
    const leakedInterfaces = [
      aLeak({ subnetId: 'subnet-0b', networkInterfaceId: 'eni-02' }),
      aLeak(),
      aLeak({ networkInterfaceId: 'eni-03', addresses: 1 }),
    ];
    const subnets = [aSubnet(), aSubnet({ subnetId: 'subnet-0b', name: null })];
    expect(
      findingsOf('leaked-interfaces', { leakedInterfaces, subnets }).map(({ title, evidence }) => [
        title,
        evidence[1]?.value,
      ]),
    ).toEqual([
      ['private-a: 2 leaked interfaces hold 11 addresses', 11],
      ['subnet-0b: 1 leaked interface holds 10 addresses', 10],
    ]);
  });

  test.each([
    [
      [aLeak({ addresses: 1 })],
      'It was created by the VPC CNI, and is attached to nothing. It stays until you delete it.',
      'The subnet gets 1 address back at once.',
    ],
    [
      [aLeak(), aLeak({ addresses: 6 })],
      'They were created by the VPC CNI, and are attached to nothing. They stay until you delete them.',
      'The subnet gets 16 addresses back at once.',
    ],
  ])('are explained, with what their deletion gives back', (leaks, explanation, effect) => {
    expect(found(leaks)).toMatchObject([{ explanation, remedies: [{ effect }] }]);
  });

  test('name each of their makers, and the setting by which launch templates leave more', () => {
    const leaks = [aLeak(), aLeak({ origin: 'cilium' }), aLeak({ origin: 'launch-template' })];
    const [finding] = found(leaks);
    expect(finding?.explanation).toBe(
      'They were created by the VPC CNI (1), Cilium (1), launch templates (1), and are attached to nothing. They stay until you delete them. Set `DeleteOnTermination` to true in the launch template, or every node that ends leaves one more.',
    );
    expect(finding?.evidence.slice(4)).toEqual([
      { name: 'leaked-vpc-cni', value: 1, unit: 'interfaces' },
      { name: 'leaked-cilium', value: 1, unit: 'interfaces' },
      { name: 'leaked-launch-template', value: 1, unit: 'interfaces' },
    ]);
  });

  test('are no finding while they may still be in flight', () => {
    expect(found([aLeak({ leaked: false })])).toEqual([]);
  });

  test('are information below 5 % of the subnet, and a warning from there', () => {
    expect(found([aLeak({ addresses: 12 })])[0]?.severity).toBe('info');
    expect(found([aLeak({ addresses: 13 })])[0]?.severity).toBe('warning');
    expect(found([aLeak({ addresses: 12 })], aSubnet({ usable: 240 }))[0]?.severity).toBe('warning');
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
});

describe('a subnet without an address left', () => {
  const explained = (changes: Partial<SubnetAssessment>) =>
    findingsOf('addresses-exhausted', {
      subnets: [aSubnet({ available: 0, availableSingle: 0, usable: 251, usableSingle: 251, ...changes })],
    })[0]?.explanation.split('. ')[0];

  test('has all of them in use, but those of its reservations need not be', () => {
    expect(explained({})).toBe('All 251 addresses of the subnet are in use');
    expect(explained({ usableSingle: 187 })).toBe(
      'All 187 addresses of the subnet outside its reservations are in use',
    );
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

  test('is reported when prefixes are in use and none is free', () => {
    const [finding] = findingsOf('fragmentation', { subnets: [fragmented()], maps: [map] });
    expect(finding).toMatchObject({
      severity: 'critical',
      title: 'private-a: 200 addresses free, but no whole block for a prefix',
    });
  });

  test.each([
    [
      0,
      'Every free address lies in a block of 16 in which something else has an address. Now nodes that take prefixes fail with InsufficientCidrBlocks, and their new pods get no addresses, although AWS reports 200 addresses as available.',
    ],
    [
      1,
      'Single addresses are spread over most blocks of 16, so that few of these blocks are whole. At zero, nodes that take prefixes fail with InsufficientCidrBlocks, and their new pods get no addresses.',
    ],
    [
      3,
      'Single addresses are spread over most blocks of 16, so that few of these blocks are whole. At zero, nodes that take prefixes fail with InsufficientCidrBlocks, and their new pods get no addresses.',
    ],
  ])('with %i free prefixes says how many addresses are of no use to a prefix', (free, explanation) => {
    const prefixes = { ...noPrefix, free, freeUnreserved: free };
    expect(findingsOf('fragmentation', { subnets: [fragmented({ prefixes })] })).toMatchObject([
      { explanation },
    ]);
  });

  test('is reported without owners when they are unknown', () => {
    const [finding] = findingsOf('fragmentation', { subnets: [fragmented({ owners: null })] });
    expect(finding).not.toHaveProperty('owners');
  });

  test('is no finding without prefixes in use', () => {
    expect(
      findingsOf('fragmentation', { subnets: [fragmented({ usesPrefixes: false })], maps: [map] }),
    ).toEqual([]);
  });

  test('is no finding with an index of a half, or four free prefixes, or too few addresses for any', () => {
    const at = (changes: Partial<SubnetAssessment>) =>
      findingsOf('fragmentation', { subnets: [fragmented(changes)] });
    const free = (count: number) => ({ ...noPrefix, free: count, freeUnreserved: count });
    expect(at({ available: 31, fragmentationIndex: 0.5 })).toEqual([]);
    expect(at({ available: 31, fragmentationIndex: 0.51 })).toMatchObject([{ severity: 'warning' }]);
    expect(at({ available: 32, fragmentationIndex: 0.5 })).toMatchObject([{ severity: 'critical' }]);
    expect(at({ prefixes: free(4) })).toEqual([]);
    expect(at({ prefixes: free(3) })).toMatchObject([{ severity: 'info' }]);
    expect(at({ available: 15 })).toEqual([]);
    expect(at({ available: 16 })).toHaveLength(1);
  });

  test('is reported without the count of blocks when that is unknown', () => {
    const [finding] = findingsOf('fragmentation', { subnets: [fragmented({ blocks: null })] });
    expect(finding?.evidence).toContainEqual({ name: 'fragmentedBlocks', value: null, unit: 'blocks' });
  });

  test('is not claimed of a subnet that could not be measured', () => {
    expect(findingsOf('fragmentation', { subnets: [fragmented({ fragmentationIndex: null })] })).toEqual([]);
    expect(findingsOf('fragmentation', { subnets: [fragmented({ prefixes: null })] })).toEqual([]);
    expect(findingsOf('fragmentation', { subnets: [fragmented({ available: null })] })).toEqual([]);
  });
});

describe("a load balancer's subnet", () => {
  const subnet = (changes: Partial<SubnetAssessment>) =>
    aSubnet({ owners: [{ kind: 'load-balancer', name: 'front', interfaces: 1, addresses: 1 }], ...changes });
  const found = (changes: Partial<SubnetAssessment>) =>
    findingsOf('load-balancer-subnet', { subnets: [subnet(changes)] });

  test('is reported under eight free addresses, critical with none', () => {
    expect(found({ availableSingle: 8 })).toEqual([]);
    expect(found({ availableSingle: 7 })).toMatchObject([
      {
        severity: 'warning',
        title: 'private-a: 7 addresses left, its load balancers cannot grow',
        evidence: [{ value: 7 }, { value: 8 }, { value: 1 }, { value: '10.0.0.0/24' }],
      },
    ]);
    expect(found({ availableSingle: 0 })).toMatchObject([{ severity: 'critical' }]);
  });

  test.each([
    [1, 'Elastic Load Balancing needs 8 free addresses in each of its subnets. Affected: front, unnamed.'],
    [7, 'Elastic Load Balancing needs 8 free addresses in each of its subnets. Affected: front, unnamed.'],
  ])('with %i left names the load balancers, and no other owners', (left, explanation) => {
    const owners = [
      { kind: 'instance', name: 'bastion', interfaces: 1, addresses: 1 },
      { kind: 'load-balancer', name: 'front', interfaces: 1, addresses: 1 },
      { kind: 'load-balancer', name: null, interfaces: 1, addresses: 1 },
    ];
    expect(found({ availableSingle: left, owners })).toMatchObject([
      {
        explanation,
        evidence: [{ value: left }, { value: 8 }, { name: 'loadBalancers', value: 2 }, {}],
      },
    ]);
  });

  test('shows the five owners that hold most', () => {
    const owners = Array.from({ length: 6 }, (_, index) => ({
      kind: 'load-balancer',
      name: `front-${index}`,
      interfaces: 1,
      addresses: 1,
    }));
    expect(found({ availableSingle: 7, owners })[0]?.owners).toEqual(owners.slice(0, 5));
  });

  test('is no finding without a load balancer, or unmeasured', () => {
    expect(found({ availableSingle: 7, owners: [] })).toEqual([]);
    const owners = [{ kind: 'instance', name: null, interfaces: 1, addresses: 1 }];
    expect(found({ availableSingle: 7, owners })).toEqual([]);
    expect(found({ availableSingle: 7, owners: null })).toEqual([]);
    expect(found({ availableSingle: null })).toEqual([]);
  });

  test('is reported as smaller than AWS recommends, from a /28 on', () => {
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

  test('is reported when less than half of it is left, as a warning under a fifth', () => {
    expect(found([lone])).toMatchObject([
      {
        id: 'lone-subnet/subnet/subnet-0a',
        severity: 'info',
        title: 'private-a (shop): the only subnet of shop in eu-west-1a, 100 addresses left',
      },
    ]);
    expect(found([aSubnet({ available: 126 })])).toEqual([]);
    expect(found([aSubnet({ available: 51 })])).toMatchObject([{ severity: 'info' }]);
    expect(found([aSubnet({ available: 50 })])).toMatchObject([{ severity: 'warning' }]);
  });

  test.each([
    [125, []],
    [124, ['info']],
    [50, ['info']],
    [49, ['warning']],
  ])('of 250 addresses with %i left is %j', (available, severities) => {
    expect(found([aSubnet({ usable: 250, available })]).map(({ severity }) => severity)).toEqual(severities);
  });

  test.each([
    [
      0,
      'The subnet is full: nodes of shop cannot start in eu-west-1a. The VPC has no subnet with more room there.',
    ],
    [
      1,
      'Less than 1 % of the subnet is left. When it is full, nodes of shop cannot start in eu-west-1a. The VPC has no subnet with more room there.',
    ],
    [
      100,
      '40 % of the subnet is left. When it is full, nodes of shop cannot start in eu-west-1a. The VPC has no subnet with more room there.',
    ],
  ])('is explained with the %i that are left', (available, explanation) => {
    expect(found([aSubnet({ available })])).toMatchObject([
      { explanation, evidence: [{ value: available }, { value: 251 }, { value: 0 }] },
    ]);
  });

  test('is no finding where no node takes addresses', () => {
    expect(found([lone], [])).toEqual([]);
  });

  test('names each subnet of the zone that has more room, and none that has as much or is in another VPC', () => {
    const near = (name: string, changes: Partial<SubnetAssessment>) =>
      aSubnet({ subnetId: `subnet-0${name}`, name: null, ...changes });
    const [finding] = found([
      lone,
      near('b', { available: 101 }),
      near('c', { available: 100 }),
      near('d', { available: 150 }),
      near('e', { available: 200, vpcId: 'vpc-02' }),
      // A database's subnet is none for nodes.
      near('f', { available: 200, owners: [{ kind: 'rds', name: null, interfaces: 1, addresses: 1 }] }),
    ]);
    expect(finding?.explanation).toContain(
      '40 % of the subnet is left. When it is full, nodes of shop cannot start in eu-west-1a. The VPC has subnets with more room there: subnet-0b, subnet-0d.',
    );
    expect(finding?.evidence).toContainEqual({ name: 'otherSubnetsInZone', value: 2, unit: 'subnets' });
  });

  test('is healthy where it has no single address to give: all of it is reserved for prefixes', () => {
    const reserved = aSubnet({ available: 0, availableSingle: 0, usableSingle: 0, awsAvailable: 0 });
    expect(found([reserved])).toEqual([]);
  });

  describe('under custom networking', () => {
    const usage = (subnetId: string) => ({ subnetId, interfaces: 1, addresses: 10, prefixes: 0 });
    const nodes = aSubnet({ subnetId: 'subnet-0n', name: 'nodes-a', available: 100 });
    const pods = (id: string, changes: Partial<SubnetAssessment> = {}) =>
      aSubnet({ subnetId: id, name: `pods-${id}`, available: 100, ...changes });
    const custom = (subnets: readonly SubnetAssessment[], ...places: readonly [string, string][]) =>
      found(subnets, ['subnet-0n', 'subnet-0p', 'subnet-0q'], {
        customNetworking: true,
        nodes: places.map(([home, podSubnet]) =>
          aNodeAssessment({ subnetId: home, usage: [usage(home), usage(podSubnet)] }),
        ),
      }).map(({ subject, title }) => `${subject.id} ${title}`);

    test('nodes and pods are two things: each has only one subnet', () => {
      expect(custom([nodes, pods('subnet-0p')], ['subnet-0n', 'subnet-0p'])).toEqual([
        'subnet-0n nodes-a: the only subnet of shop in eu-west-1a, 100 addresses left',
        'subnet-0p pods-subnet-0p: the only subnet for pods of shop in eu-west-1a, 100 addresses left',
      ]);
    });

    test('a second subnet of pods is a choice for pods', () => {
      const both = [nodes, pods('subnet-0p'), pods('subnet-0q')];
      expect(custom(both, ['subnet-0n', 'subnet-0p'], ['subnet-0n', 'subnet-0q'])).toEqual([
        expect.stringContaining('subnet-0n '),
      ]);
      const elsewhere = [nodes, pods('subnet-0p'), pods('subnet-0q', { availabilityZone: 'eu-west-1b' })];
      expect(custom(elsewhere, ['subnet-0n', 'subnet-0p'], ['subnet-0n', 'subnet-0q'])).toHaveLength(3);
    });

    test('a subnet in which nodes start as well is the only one for both', () => {
      expect(
        custom([nodes, pods('subnet-0p')], ['subnet-0n', 'subnet-0p'], ['subnet-0p', 'subnet-0p']),
      ).toEqual([expect.stringContaining('the only subnet for pods of shop')]);
      expect(custom([pods('subnet-0p')], ['subnet-0n', 'subnet-0p'], ['subnet-0p', 'subnet-0p'])).toEqual([
        expect.stringContaining('the only subnet of shop'),
      ]);
    });

    test('what pods lose is said, and a way out is offered', () => {
      const [, finding] = found([nodes, pods('subnet-0p')], ['subnet-0n', 'subnet-0p'], {
        customNetworking: true,
        nodes: [aNodeAssessment({ subnetId: 'subnet-0n', usage: [usage('subnet-0n'), usage('subnet-0p')] })],
      });
      expect(finding?.explanation).toContain('When it is full, new pods of shop cannot start in eu-west-1a.');
      expect(finding?.remedies[0]?.commands.join(' ')).toContain('kubectl patch eniconfig eu-west-1a');
    });
  });

  test('stays one when the second has IPv6 alone: pods find no IPv4 address there', () => {
    const ipv6Only = aSubnet({ subnetId: 'subnet-0b', cidrBlock: null, ipv6Native: true, available: null });
    expect(found([lone, ipv6Only], ['subnet-0a', 'subnet-0b'])).toHaveLength(1);
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
      '40 % of the subnet is left. When it is full, nodes of shop cannot start in eu-west-1a. The VPC has a subnet with more room there: spare.',
    );
  });

  test('is not sent to a subnet with an unknown number of free addresses', () => {
    const unmeasured = aSubnet({ subnetId: 'subnet-0b', name: 'spare', available: null });
    expect(found([lone, unmeasured])[0]?.explanation).toContain(
      '40 % of the subnet is left. When it is full, nodes of shop cannot start in eu-west-1a. The VPC has no subnet with more room there.',
    );
  });

  test('is not sent to the subnet of pods under custom networking', () => {
    const pods = aSubnet({ subnetId: 'subnet-0b', name: 'pods' });
    const usage = [
      { subnetId: 'subnet-0a', interfaces: 1, addresses: 1, prefixes: 0 },
      { subnetId: 'subnet-0b', interfaces: 1, addresses: 10, prefixes: 0 },
    ];
    const nodes = [aNodeAssessment({ subnetId: 'subnet-0a', usage })];
    const [finding] = found([lone, pods], ['subnet-0a', 'subnet-0b'], { customNetworking: true, nodes });
    expect(finding?.explanation).toContain('The VPC has no subnet with more room there.');
  });

  test('of an Outpost is alone there, and one of an unknown zone is not judged', () => {
    const outpostArn = 'arn:aws:outposts:eu-west-1:111111111111:outpost/op-0';
    const inRegion = aSubnet({ subnetId: 'subnet-0b', name: 'spare' });
    expect(found([aSubnet({ available: 100, outpostArn }), inRegion])).toMatchObject([
      {
        title: 'private-a (shop): the only subnet of shop in eu-west-1a on its Outpost, 100 addresses left',
      },
    ]);
    expect(found([aSubnet({ available: 100, availabilityZone: null })])).toEqual([]);
  });

  test('that is full gets one that nodes start in, and one with some left another one for pods', () => {
    const effectOf = (available: number) =>
      found([aSubnet({ available })])[0]?.remedies.find(({ title }) => title.startsWith('Add the subnet'))
        ?.effect;
    expect(effectOf(0)).toContain('New nodes can start there.');
    expect(effectOf(20)).toContain('The CNI finds it by its tag');
  });

  test('is one finding for two clusters that share it', () => {
    const clusters = [aCluster(), aCluster({ clusterName: 'other' })];
    expect(findingsOf('lone-subnet', { subnets: [lone], clusters })).toMatchObject([
      {
        title: 'private-a (shop, other): the only subnet of shop, other in eu-west-1a, 100 addresses left',
        subject: { clusterName: null, clusterNames: ['shop', 'other'], cidrBlocks: ['10.0.0.0/24'] },
      },
    ]);
    expect(found([lone])).toMatchObject([{ subject: { clusterName: 'shop', clusterNames: ['shop'] } }]);
  });

  test('is offered the range that subnets of other VPCs have, too: ranges are taken in one VPC alone', () => {
    const elsewhere = aSubnet({ subnetId: 'subnet-0b', vpcId: 'vpc-02', cidrBlock: '10.0.1.0/24' });
    expect(found([lone, elsewhere])[0]?.remedies.map(({ title }) => title)).toContain(
      'Add the subnet 10.0.1.0/24 in eu-west-1a',
    );
  });
});
