import { ClusterIssueCode, NodegroupIssueCode } from '@aws-sdk/client-eks';
import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import { eksHealth } from '../../../../shared/model/checks/eks-health.ts';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import type { SubnetAssessment } from '../../../../shared/model/result/assessment.ts';
import type { NodeAssessment } from '../../../../shared/model/result/cluster.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aNodeGroup, anEksCluster, cniSettings } from '../../../fixtures/cluster-records.ts';
import {
  aCluster,
  aDemand,
  aNodeAssessment,
  anEstate,
  findingsOf,
} from '../../../fixtures/findings-input.ts';

describe('warm-pool waste', () => {
  const warm = (warmAtLeast: number | null) => aNodeAssessment({ warmAtLeast });
  const found = (nodes: readonly NodeAssessment[], available: number | null, eks = [anEksCluster()]) =>
    findingsOf('warm-pool-waste', {
      clusters: [aCluster({ nodes })],
      subnets: [aSubnet({ available })],
      eksClusters: eks,
    });

  test('is reported when 16 addresses serve no pod, and are a quarter of what is left', () => {
    expect(found([warm(9), warm(7)], 64)).toMatchObject([
      {
        severity: 'info',
        title: 'shop: 16 addresses kept warm that no pod uses',
        evidence: [{ value: 16 }, { value: 18 }, { value: 2 }, { value: 64 }],
      },
    ]);
    expect(found([warm(9), warm(6)], 60)).toEqual([]);
    expect(found([warm(9), warm(7)], 65)).toEqual([]);
  });

  test('is a warning when as many are warm as are left', () => {
    expect(found([warm(9), warm(9)], 18)[0]?.severity).toBe('warning');
    expect(found([warm(9), warm(9)], 19)[0]?.severity).toBe('info');
    expect(found([warm(9), warm(9)], 0)[0]?.explanation).toContain('have none left');
  });

  test('is not claimed of nodes or subnets with unknown figures', () => {
    expect(found([warm(null), warm(null)], 10)).toEqual([]);
    expect(found([warm(9), warm(9)], null)).toEqual([]);
  });

  test('leaves out a node with unknown addresses', () => {
    const unknown = aNodeAssessment({
      warmAtLeast: 9,
      gauges: { ...aNodeAssessment().gauges, totalIPAddresses: null },
    });
    expect(found([warm(9), unknown], 10)).toEqual([]);
    expect(found([warm(9), warm(9), unknown], 10)).toMatchObject([
      { evidence: [{ value: 18 }, { value: 18 }, { value: 2 }, { value: 10 }] },
    ]);
  });

  test('leaves out nodes that keep nothing warm, or an unknown number', () => {
    expect(found([warm(9), warm(9), warm(0), warm(null)], 10)).toMatchObject([
      { evidence: [{ value: 18 }, { value: 18 }, { name: 'nodes', value: 2 }, { value: 10 }] },
    ]);
  });

  test('is not claimed while one of the subnets of its nodes is not measured', () => {
    const available = (...counts: readonly (number | null)[]) =>
      findingsOf('warm-pool-waste', {
        clusters: [aCluster({ nodes: [warm(9), warm(9)], nodeSubnetIds: ['subnet-0a', 'subnet-0b'] })],
        subnets: counts.map((each, index) =>
          aSubnet({ subnetId: `subnet-0${'ab'[index]}`, available: each }),
        ),
      });
    expect(available(4, 6)).toMatchObject([{ evidence: [{}, {}, {}, { name: 'available', value: 10 }] }]);
    expect(available(null, 6)).toEqual([]);
    expect(available(4, null)).toEqual([]);
  });

  test('asks for targets that suit prefixes as soon as one of the nodes holds any', () => {
    const [finding] = found([aNodeAssessment({ mode: 'prefix', prefixes: 2, warmAtLeast: 16 }), warm(9)], 10);
    expect(finding?.remedies[0]?.commands).toEqual([
      expect.stringContaining('"WARM_IP_TARGET":"5","MINIMUM_IP_TARGET":"16"'),
    ]);
  });

  test('is not claimed of the one prefix that a node in prefix mode must hold, but of a second one', () => {
    const holding = (prefixes: number) => aNodeAssessment({ mode: 'prefix', prefixes, warmAtLeast: 16 });
    expect(found([holding(1), holding(1)], 10)).toEqual([]);
    const [finding] = found([holding(2), holding(1)], 10);
    expect(finding?.title).toBe('shop: 16 addresses kept warm that no pod uses');
    expect(finding?.remedies[0]).toMatchObject({
      effect: expect.stringContaining('another prefix only when fewer than 5 addresses are free'),
      commands: [expect.stringContaining('"WARM_IP_TARGET":"5","MINIMUM_IP_TARGET":"16"')],
    });
  });

  test('comes with a command for the managed add-on that keeps its other settings', () => {
    const eks = [anEksCluster({ vpcCni: cniSettings({ ENABLE_POD_ENI: 'true' }) })];
    expect(found([warm(9), warm(9)], 10, eks)[0]?.remedies[0]?.commands).toEqual([
      `aws eks update-addon --cluster-name shop --addon-name vpc-cni --configuration-values '{"env":{"ENABLE_POD_ENI":"true","WARM_IP_TARGET":"2","MINIMUM_IP_TARGET":"2"}}' --resolve-conflicts PRESERVE --region eu-west-1`,
    ]);
  });

  test('comes with a command for a managed add-on that has no settings yet', () => {
    const update = `aws eks update-addon --cluster-name shop --addon-name vpc-cni --configuration-values '{"env":{"WARM_IP_TARGET":"2","MINIMUM_IP_TARGET":"2"}}' --resolve-conflicts PRESERVE --region eu-west-1`;
    const commands = (configuration: string | null) =>
      found([warm(9), warm(9)], 10, [anEksCluster({ vpcCni: { version: 'v1.20.1', configuration } })])[0]
        ?.remedies[0]?.commands;
    expect(commands(null)).toEqual([update]);
    expect(commands('')).toEqual([update]);
    expect(commands(' \n')).toEqual([update]);
    expect(commands('{}')).toEqual([update]);
    expect(commands('{"env":"none"}')).toEqual([update]);
  });

  test('comes with a kubectl command for a cluster that the EKS API does not know', () => {
    expect(found([warm(9), warm(9)], 10, [])[0]?.remedies[0]?.commands).toEqual([
      'kubectl set env daemonset/aws-node --namespace kube-system WARM_IP_TARGET=2 MINIMUM_IP_TARGET=2',
    ]);
  });

  test('comes with a kubectl command where the CNI is self-managed, or its settings cannot be read', () => {
    const command =
      'kubectl set env daemonset/aws-node --namespace kube-system WARM_IP_TARGET=2 MINIMUM_IP_TARGET=2';
    const commands = (vpcCni: ReturnType<typeof cniSettings>) =>
      found([warm(9), warm(9)], 10, [anEksCluster({ vpcCni })])[0]?.remedies[0]?.commands;
    expect(commands(null)).toEqual([command]);
    expect(commands({ version: 'v1.20.1', configuration: 'env: {}' })).toEqual([command]);
    expect(commands({ version: 'v1.20.1', configuration: 'null' })).toEqual([command]);
    expect(commands({ version: 'v1.20.1', configuration: '"env"' })).toEqual([command]);
  });
});

describe('prefixes that cannot be used', () => {
  const found = (nodes: readonly NodeAssessment[], free = 10) =>
    findingsOf('unusable-prefixes', {
      clusters: [aCluster({ nodes })],
      subnets: [aSubnet({ prefixes: { assigned: 8, free, freeInReservation: 0, freeUnreserved: free } })],
    });
  const holding = (prefixes: number, changes: Partial<NodeAssessment> = {}) =>
    aNodeAssessment({ mode: 'prefix', prefixes, ...changes });

  test('are those beyond the pods that a node may run: 7 prefixes do for 110', () => {
    expect(found([holding(7)])).toEqual([]);
    expect(found([holding(8)])).toMatchObject([
      {
        severity: 'info',
        title: 'shop: 1 prefix held that no pod can use',
        evidence: [{ value: 1 }, { value: 16 }, { value: 'i-01' }, { value: 0 }, { value: 10 }],
      },
    ]);
  });

  test('are 16 for a large node, which may run 250', () => {
    expect(found([holding(16, { instanceType: 'm5.8xlarge' })])).toEqual([]);
    expect(found([holding(17, { instanceType: 'm5.8xlarge' })])).toHaveLength(1);
  });

  test.each([
    [
      'one node that runs',
      [holding(8)],
      1,
      '1 node holds them, which is 16 addresses. None of these nodes is stopped. Their subnets have 1 free prefix.',
      0,
      ['Let the CNI hold fewer prefixes'],
    ],
    [
      'one that has not started',
      [holding(9, { state: 'pending' })],
      10,
      '1 node holds them, which is 32 addresses. None of these nodes is stopped. Their subnets have 10 free prefixes.',
      0,
      ['Let the CNI hold fewer prefixes'],
    ],
    [
      'one that stops',
      [holding(3, { state: 'stopping' })],
      10,
      '1 node holds them, which is 48 addresses. 1 of these nodes is stopped. Their subnets have 10 free prefixes.',
      1,
      ['Terminate 1 stopped node'],
    ],
    [
      'two that are stopped, and one that holds no more than it can use',
      [holding(2, { state: 'stopped' }), holding(7), holding(1, { state: 'stopped' })],
      10,
      '2 nodes hold them, which is 48 addresses. 2 of these nodes are stopped. Their subnets have 10 free prefixes.',
      2,
      ['Terminate 2 stopped nodes'],
    ],
  ])('of %s are explained', (_, nodes, free, explanation, stopped, remedies) => {
    const [finding] = found(nodes, free);
    expect(finding?.explanation).toBe(explanation);
    expect(finding?.evidence).toContainEqual({ name: 'stoppedNodes', value: stopped, unit: 'nodes' });
    expect(finding?.remedies.map(({ title }) => title)).toEqual(remedies);
  });

  test('are all that a stopped node holds', () => {
    const [finding] = found([holding(2, { state: 'stopped' })]);
    expect(finding?.remedies).toMatchObject([
      { commands: ['aws ec2 terminate-instances --instance-ids i-01 --region eu-west-1'] },
    ]);
  });

  test('are listed with the worst node first, and stopped ones apart from those that run', () => {
    const [finding] = found([
      holding(8, { instanceId: 'i-few' }),
      holding(3, { instanceId: 'i-stopped', state: 'stopped' }),
    ]);
    expect(finding?.evidence).toContainEqual({ name: 'nodes', value: 'i-stopped, i-few' });
    expect(finding?.remedies.map(({ title }) => title)).toEqual([
      'Terminate 1 stopped node',
      'Let the CNI hold fewer prefixes',
    ]);
  });

  test('are no warning when the free number is unknown', () => {
    const [finding] = findingsOf('unusable-prefixes', {
      clusters: [aCluster({ nodes: [holding(9)] })],
      subnets: [aSubnet({ prefixes: null })],
    });
    expect(finding).toMatchObject({
      severity: 'info',
      explanation:
        '1 node holds them, which is 32 addresses. None of these nodes is stopped. How many prefixes are free in their subnets is not known.',
    });
    expect(finding?.evidence).toContainEqual({ name: 'freePrefixes', value: null, unit: 'prefixes' });
  });

  test('are compared with all subnets that the nodes take addresses from, and with none if one is not measured', () => {
    const usage = ['subnet-0a', 'subnet-0b'].map((subnetId) => ({
      subnetId,
      interfaces: 1,
      addresses: 10,
      prefixes: 5,
    }));
    const free = (...counts: readonly (number | null)[]) =>
      findingsOf('unusable-prefixes', {
        clusters: [aCluster({ nodes: [holding(9, { usage })] })],
        subnets: counts.map((each, index) =>
          aSubnet({
            subnetId: `subnet-0${'ab'[index]}`,
            prefixes:
              each === null ? null : { assigned: 5, free: each, freeInReservation: 0, freeUnreserved: each },
          }),
        ),
      })[0]?.evidence.find(({ name }) => name === 'freePrefixes')?.value;
    expect(free(1, 2)).toBe(3);
    expect(free(null, 2)).toBeNull();
    expect(free(1, null)).toBeNull();
  });

  test('are a warning when they are more than the free ones', () => {
    expect(found([holding(2, { state: 'stopped' })], 2)[0]?.severity).toBe('info');
    expect(found([holding(2, { state: 'stopped' })], 1)[0]?.severity).toBe('warning');
  });

  test('are not claimed of a node of an unknown type', () => {
    expect(found([holding(99, { instanceType: 'm99.large' })])).toEqual([]);
    expect(found([holding(99, { instanceType: null })])).toEqual([]);
  });
});

describe('upgrade readiness', () => {
  const zone = (letter: string, awsAvailable: number | null, changes: Partial<SubnetAssessment> = {}) =>
    aSubnet({
      subnetId: `subnet-0${letter}`,
      availabilityZone: `eu-west-1${letter}`,
      awsAvailable,
      name: null,
      ...changes,
    });
  const found = (...subnets: readonly SubnetAssessment[]) =>
    findingsOf('upgrade-readiness', {
      subnets,
      eksClusters: [anEksCluster({ subnetIds: ['subnet-0a', 'subnet-0b'] })],
    });

  test('is fine with five addresses in two zones', () => {
    expect(found(zone('a', 5), zone('b', 5))).toEqual([]);
  });

  test('is a warning with four in one of two zones, and critical with four in both', () => {
    expect(found(zone('a', 5), zone('b', 4))).toMatchObject([
      {
        severity: 'warning',
        title: 'shop: cannot be upgraded, its subnets have no room for the control plane',
        explanation:
          "EKS needs 5 free addresses in the cluster's own subnets in 2 zones. Only 1 zone of 2 has them. subnet-0b has 4.",
      },
    ]);
    expect(found(zone('a', 4), zone('b', 0))).toMatchObject([{ severity: 'critical' }]);
  });

  test('is worth a word when two zones are ready and a third is not', () => {
    const eksClusters = [anEksCluster({ subnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'] })];
    const subnets = [zone('a', 9), zone('b', 9), zone('c', 1)];
    expect(findingsOf('upgrade-readiness', { subnets, eksClusters })).toMatchObject([
      { severity: 'info', title: 'shop: 1 control-plane subnet without room' },
    ]);
  });

  test('does not count a subnet with IPv6 alone as one without room: the control plane takes IPv4 addresses', () => {
    const ipv6Only = zone('c', 0, { ipv6Native: true, cidrBlock: null, available: null });
    const eksClusters = [anEksCluster({ subnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'] })];
    const subnets = [zone('a', 9), zone('b', 9), ipv6Only];
    expect(findingsOf('upgrade-readiness', { subnets, eksClusters })).toEqual([]);
  });

  test('counts no zone for a subnet whose zone is not known', () => {
    const eksClusters = [anEksCluster({ subnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'] })];
    const subnets = [zone('a', 9), zone('b', 9, { availabilityZone: null }), zone('c', 1)];
    const [finding] = findingsOf('upgrade-readiness', { subnets, eksClusters });
    expect(finding?.severity).toBe('warning');
    expect(finding?.explanation).toBe(
      "EKS needs 5 free addresses in the cluster's own subnets in 2 zones. Only 1 zone of 2 has them. subnet-0c has 1.",
    );
  });

  test('names the subnets that are short with the fullest first', () => {
    const [finding] = found(
      zone('a', 4, { cidrBlock: '10.0.0.0/24' }),
      zone('b', 2, { cidrBlock: '10.0.1.0/24' }),
    );
    expect(finding?.explanation).toContain('subnet-0b has 2, subnet-0a has 4.');
    expect(finding?.evidence.slice(2)).toEqual([
      { name: 'available in subnet-0b', value: 2, unit: 'addresses' },
      { name: 'available in subnet-0a', value: 4, unit: 'addresses' },
    ]);
  });

  test('is not claimed while a subnet is unknown: it may be the one with room', () => {
    expect(found(zone('a', 4))).toEqual([]);
    expect(found(zone('a', 4), zone('b', null, { available: null }))).toEqual([]);
  });

  test('goes by the model where AWS gave no count', () => {
    expect(found(zone('a', null, { available: 4 }), zone('b', 9))).toHaveLength(1);
  });

  test("comes with the roomiest other subnet of a zone, and never with another VPC's", () => {
    const spare = (name: string, awsAvailable: number, changes: Partial<SubnetAssessment> = {}) =>
      zone('a', awsAvailable, { subnetId: `subnet-0${name}`, ...changes });
    const [finding] = found(
      zone('a', 4),
      zone('b', 40),
      spare('some', 20),
      spare('most', 60),
      spare('more', 30),
      spare('far', 90, { vpcId: 'vpc-02' }),
    );
    expect(finding?.remedies[0]?.commands).toEqual([
      'aws eks update-cluster-config --name shop --resources-vpc-config subnetIds=subnet-0most,subnet-0b --region eu-west-1',
    ]);
  });
});

describe('zone imbalance', () => {
  const found = (a: Partial<SubnetAssessment>, b: Partial<SubnetAssessment>) =>
    findingsOf('zone-imbalance', {
      clusters: [aCluster({ nodeSubnetIds: ['subnet-0a', 'subnet-0b'] })],
      subnets: [
        aSubnet({ usable: 100, ...a }),
        aSubnet({ subnetId: 'subnet-0b', availabilityZone: 'eu-west-1b', usable: 1000, ...b }),
      ],
    });

  test('is reported when one zone has under a quarter of another, and under a fifth of its own', () => {
    expect(found({ available: 19 }, { available: 77 })).toMatchObject([
      {
        severity: 'info',
        title: 'shop: eu-west-1a runs out first, 19 addresses left',
        subject: { subnetIds: ['subnet-0a'] },
      },
    ]);
    expect(found({ available: 19 }, { available: 76 })).toEqual([]);
    expect(found({ available: 20 }, { available: 900 })).toEqual([]);
  });

  test('is the difference between the fullest of all zones and the roomiest of them', () => {
    const zone = (letter: string, available: number, changes: Partial<SubnetAssessment> = {}) =>
      aSubnet({
        subnetId: `subnet-0${letter}`,
        availabilityZone: `eu-west-1${letter}`,
        usable: 1000,
        available,
        ...changes,
      });
    const among = (...subnets: readonly SubnetAssessment[]) =>
      findingsOf('zone-imbalance', {
        clusters: [aCluster({ nodeSubnetIds: subnets.map(({ subnetId }) => subnetId) })],
        subnets,
      });
    const [finding] = among(zone('a', 900), zone('b', 1), zone('c', 3));
    expect(finding).toMatchObject({
      title: 'shop: eu-west-1b runs out first, 1 address left',
      explanation:
        'Its subnets in eu-west-1b have 1 of 1,000 addresses left. There are 3 addresses in eu-west-1c, 900 addresses in eu-west-1a. When eu-west-1b is full, pods that must run there wait, although other zones have room.',
      evidence: [
        { name: 'available in eu-west-1b', value: 1, unit: 'addresses' },
        { name: 'available in eu-west-1c', value: 3, unit: 'addresses' },
        { name: 'available in eu-west-1a', value: 900, unit: 'addresses' },
      ],
    });
    const unmeasured = zone('d', 0, { available: null });
    expect(among(zone('a', 900), zone('b', 1), unmeasured)).toEqual([]);
    const ipv6Only = { ...unmeasured, ipv6Native: true, cidrBlock: null, usable: null };
    expect(among(zone('a', 900), zone('b', 1), ipv6Only)).toHaveLength(1);
  });

  test('is a warning under a tenth', () => {
    expect(found({ available: 10 }, { available: 900 })[0]?.severity).toBe('info');
    expect(found({ available: 9 }, { available: 900 })[0]?.severity).toBe('warning');
  });

  test('is no finding in one zone alone, or where a zone is not known', () => {
    expect(found({ available: 1 }, { available: 900, availabilityZone: 'eu-west-1a' })).toEqual([]);
    expect(found({ available: 1 }, { available: 900, availabilityZone: null })).toEqual([]);
  });

  test('is not claimed while one of its subnets is not measured', () => {
    expect(found({ available: 1 }, { available: null })).toEqual([]);
    expect(found({ available: 1 }, { available: 900, usable: null })).toEqual([]);
  });
});

describe('RESERVED_ENIS', () => {
  const found = (changes: Partial<NodeAssessment>, cluster = {}) =>
    findingsOf('reserved-enis', {
      clusters: [
        aCluster({
          nodes: [aNodeAssessment({ customNetworking: true, nodePool: 'spot', nodeGroup: null, ...changes })],
          ...cluster,
        }),
      ],
      subnets: [aSubnet()],
    });

  test('is asked after when Karpenter starts nodes under custom networking: it counts 29 pods, the node serves 20', () => {
    expect(found({})).toMatchObject([
      {
        severity: 'warning',
        evidence: [
          { name: 'nodes', value: 1 },
          { name: 'maxPods of m5.large by Karpenter', value: 29 },
          { name: 'maxPods of m5.large in truth', value: 20 },
        ],
        remedies: [
          { commands: ['kubectl set env deployment/karpenter --namespace kube-system RESERVED_ENIS=1'] },
        ],
      },
    ]);
  });

  test('names the type that is furthest off, and lists all of them', () => {
    const started = (nodePool: string, instanceType: string) =>
      aNodeAssessment({ customNetworking: true, nodeGroup: null, nodePool, instanceType });
    const nodes = [
      started('spot', 'c5.large'),
      started('batch', 'm5.4xlarge'),
      started('spot', 'm5.large'),
      started('spot', 'm5.large'),
    ];
    const reversed = findingsOf('reserved-enis', {
      clusters: [aCluster({ nodes: nodes.toReversed() })],
      subnets: [aSubnet()],
    });
    const [finding] = findingsOf('reserved-enis', { clusters: [aCluster({ nodes })], subnets: [aSubnet()] });
    expect(finding?.explanation).toBe(
      '4 nodes of the node pools batch, spot use custom networking. Unless Karpenter reserves an interface, it counts 234 pods for an m5.4xlarge, which can serve 205.',
    );
    expect(finding?.evidence).toEqual([
      { name: 'nodes', value: 4, unit: 'nodes' },
      { name: 'maxPods of c5.large by Karpenter', value: 29, unit: 'pods' },
      { name: 'maxPods of c5.large in truth', value: 20, unit: 'pods' },
      { name: 'maxPods of m5.4xlarge by Karpenter', value: 234, unit: 'pods' },
      { name: 'maxPods of m5.4xlarge in truth', value: 205, unit: 'pods' },
      { name: 'maxPods of m5.large by Karpenter', value: 29, unit: 'pods' },
      { name: 'maxPods of m5.large in truth', value: 20, unit: 'pods' },
    ]);
    expect(reversed).toEqual([finding]);
  });

  test.each([
    ['a trunk alone', false, 'm5.xlarge', 44, 1, 'security groups for pods'],
    [
      'custom networking and a trunk',
      true,
      'm5.xlarge',
      30,
      2,
      'custom networking and security groups for pods',
    ],
    ['custom networking of a type without trunks', true, 't3.medium', 12, 1, 'custom networking'],
  ])('counts what %s takes from the pods', (_, customNetworking, instanceType, real, reserved, why) => {
    const [finding] = found({ customNetworking, instanceType }, { securityGroupsForPods: true });
    expect(finding?.explanation).toContain(`uses ${why}. Unless Karpenter reserves`);
    expect(finding?.evidence).toContainEqual({
      name: `maxPods of ${instanceType} in truth`,
      value: real,
      unit: 'pods',
    });
    expect(finding?.remedies[0]?.commands).toEqual([
      `kubectl set env deployment/karpenter --namespace kube-system RESERVED_ENIS=${reserved}`,
    ]);
  });

  test.each([
    ["nodes are not Karpenter's", { nodePool: null }, {}],
    ['custom networking is off', { customNetworking: false }, {}],
    ['nodes take prefixes, which Karpenter does not count', { mode: 'prefix' as const }, {}],
    ['the type is not known', { instanceType: 'm99.large' }, {}],
    ['the type is not even told', { instanceType: null }, {}],
    ['AWS runs Karpenter itself, in Auto Mode', {}, { autoMode: true }],
  ])('is no matter when %s', (_, node, cluster) => {
    expect(found(node, cluster)).toEqual([]);
  });
});

test('RESERVED_ENIS is no matter for a type whose interfaces have no slot for pods: losing one takes nothing', () => {
  const nodes = [aNodeAssessment({ customNetworking: true, nodePool: 'spot', nodeGroup: null })];
  const limits = (slots: number) => (type: string) => {
    const known = limitsOf(type);
    return known === null ? null : { ...known, ipv4PerEni: 1 + slots };
  };
  const found = (slots: number) =>
    findingsOf('reserved-enis', { clusters: [aCluster({ nodes })], limits: limits(slots) });
  expect(found(1)).toHaveLength(1);
  expect(found(0)).toEqual([]);
});

describe('EKS health', () => {
  const issue = {
    code: 'InsufficientFreeAddresses',
    message: 'One or more subnets are full.',
    resourceIds: ['subnet-0a'],
  };

  test('is passed on for a cluster, as critical', () => {
    const eksClusters = [anEksCluster({ healthIssues: [issue] })];
    expect(findingsOf('eks-health', { eksClusters, subnets: [aSubnet({ available: 0 })] })).toMatchObject([
      {
        id: 'eks-health/cluster/shop',
        severity: 'critical',
        evidence: [
          { name: 'InsufficientFreeAddresses', value: 'One or more subnets are full.' },
          { name: 'available in subnet-0a', value: 0 },
        ],
      },
    ]);
  });

  test('is passed on with the codes of the other issues that EKS reports', () => {
    const other = { code: 'AccessDenied', message: 'A role is missing.', resourceIds: [] };
    const eksClusters = [anEksCluster({ healthIssues: [other, issue] })];
    expect(findingsOf('eks-health', { eksClusters, subnets: [aSubnet({ available: 0 })] })).toMatchObject([
      {
        evidence: [
          { name: 'InsufficientFreeAddresses', value: 'One or more subnets are full.' },
          { name: 'available in subnet-0a', value: 0 },
          { name: 'otherIssues', value: 'AccessDenied', detail: true },
        ],
      },
    ]);
  });

  test('is passed on by its code where EKS gives no message', () => {
    const eksClusters = [
      anEksCluster({ healthIssues: [{ ...issue, code: 'Ec2SubnetNotFound', message: null }] }),
    ];
    expect(findingsOf('eks-health', { eksClusters, subnets: [aSubnet()] })[0]?.explanation).toContain(
      'EKS reports Ec2SubnetNotFound.',
    );
  });

  test('is passed on for a node group, with the scaling activities to look at', () => {
    const nodeGroups = [aNodeGroup({ healthIssues: [issue] })];
    const [finding] = findingsOf('eks-health', {
      eksClusters: [anEksCluster({ nodeGroups })],
      subnets: [aSubnet()],
    });
    expect(finding).toMatchObject({ id: 'eks-health/node-group/shop/workers', severity: 'critical' });
    expect(finding?.remedies.flatMap(({ commands }) => commands)).toContain(
      'aws autoscaling describe-scaling-activities --auto-scaling-group-name eks-workers-0123 --max-items 5 --region eu-west-1',
    );
  });

  test('offers a subnet beside the fullest that was measured', () => {
    const subnetIds = ['subnet-0a', 'subnet-0b', 'subnet-0c'];
    const subnets = [
      aSubnet({ available: null, cidrBlock: '10.0.0.0/24' }),
      aSubnet({ subnetId: 'subnet-0b', available: 3, cidrBlock: '10.0.1.0/25' }),
      aSubnet({ subnetId: 'subnet-0c', available: 9, cidrBlock: '10.0.2.0/24' }),
    ];
    const offeredAmong = (ids: readonly string[]) =>
      findingsOf('eks-health', {
        eksClusters: [anEksCluster({ nodeGroups: [aNodeGroup({ healthIssues: [issue], subnetIds: ids })] })],
        subnets,
      })[0]?.remedies[0]?.title;
    expect(offeredAmong(subnetIds)).toBe('Add the subnet 10.0.1.128/25 in eu-west-1a');
    expect(offeredAmong(subnetIds.toReversed())).toBe('Add the subnet 10.0.1.128/25 in eu-west-1a');
  });

  test('is passed on though the scan saw none of the subnets: then nothing can be offered beside them', () => {
    const nodeGroups = [aNodeGroup({ healthIssues: [issue] })];
    const findings = findingsOf('eks-health', {
      eksClusters: [anEksCluster({ healthIssues: [issue], nodeGroups })],
      subnets: [],
    });
    expect(findings.map(({ remedies }) => remedies.map(({ title }) => title))).toEqual([
      [],
      ['See what the group tried'],
    ]);
  });

  test('beside a subnet that has IPv6 alone offers the largest range that the VPC has left', () => {
    const nodeGroups = [aNodeGroup({ healthIssues: [issue] })];
    const [finding] = findingsOf('eks-health', {
      eksClusters: [anEksCluster({ nodeGroups })],
      subnets: [aSubnet({ cidrBlock: null, ipv6Native: true })],
    });
    expect(finding?.remedies[0]?.title).toBe('Add the subnet 10.0.0.0/16 in eu-west-1a');
  });

  test.each([
    ['Ec2SubnetNotFound', 'shop: a subnet is gone'],
    ['VpcNotFound', 'shop: the VPC is gone'],
    ['EniLimitReached', 'shop: EKS reports EniLimitReached'],
    ['SubnetOutOfSomethingNew', 'shop: EKS reports SubnetOutOfSomethingNew'],
  ])('is no shortage where the code is %s: a warning says what EKS reports', (code, title) => {
    const other = { code, message: 'One subnet cannot be used', resourceIds: ['subnet-0a'] };
    const eksClusters = [anEksCluster({ healthIssues: [other] })];
    const [finding, ...others] = findingsOf('eks-health', { eksClusters, subnets: [aSubnet()] });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      severity: 'warning',
      title,
      explanation: `EKS reports ${code}: One subnet cannot be used. EKS names subnet-0a.`,
    });
    expect(finding?.remedies.flatMap(({ commands }) => commands)).toEqual([
      'aws eks describe-cluster --name shop --query cluster.health --region eu-west-1',
    ]);
  });

  test('of a node group is a warning where a code that may mean anything names a subnet', () => {
    const issueOf = (message: string) => ({ code: 'NodeCreationFailure', message, resourceIds: [] });
    const titles = (message: string) =>
      findingsOf('eks-health', {
        eksClusters: [anEksCluster({ nodeGroups: [aNodeGroup({ healthIssues: [issueOf(message)] })] })],
        subnets: [aSubnet()],
      }).map(({ title }) => title);
    expect(titles('The subnets have no route to the API server.')).toEqual([
      'shop/workers: EKS reports NodeCreationFailure',
    ]);
    expect(titles('Unhealthy nodes. To address this, look at the vpc-cni add-on.')).toEqual([]);
  });

  test('names the issues that are about something else, and they are no finding', () => {
    const others = ['KmsKeyDisabled', 'SomethingNewAboutKeys'].map((code) => ({
      ...issue,
      code,
      message: null,
    }));
    const estate = anEstate({
      eksClusters: [anEksCluster({ healthIssues: others })],
      subnets: [aSubnet()],
    });
    const results = eksHealth.find({
      estate,
      settings: (rule) => DEFAULT_POLICY.rules[rule],
      isUnread: estate.isUnread,
    });
    expect(results).toMatchObject([
      {
        state: 'healthy',
        evidence: [{ name: 'otherIssues', value: 'KmsKeyDisabled, SomethingNewAboutKeys', detail: true }],
      },
    ]);
  });

  test('has a place for each code that EKS publishes', () => {
    const message = 'The subnet has no addresses left.';
    const findings = new Map(
      [...Object.values(ClusterIssueCode), ...Object.values(NodegroupIssueCode)].map((code) => [
        code,
        findingsOf('eks-health', {
          eksClusters: [anEksCluster({ healthIssues: [{ code, message, resourceIds: [] }] })],
          subnets: [aSubnet()],
        })[0]?.severity,
      ]),
    );
    expect([...findings].filter(([, severity]) => severity === 'critical').map(([code]) => code)).toEqual([
      'InsufficientFreeAddresses',
    ]);
    // About the network by name, or about whatever their message names.
    expect(
      [...findings]
        .filter(([, severity]) => severity === 'warning')
        .map(([code]) => code)
        .toSorted(),
    ).toEqual([
      'ConfigurationConflict',
      'Ec2SubnetInvalidConfiguration',
      'Ec2SubnetListTooLong',
      'Ec2SubnetMissingIpv6Assignment',
      'Ec2SubnetNotFound',
      'InternalFailure',
      'LimitExceeded',
      'NodeCreationFailure',
      'Other',
      'ResourceLimitExceeded',
      'ResourceNotFound',
      'Unknown',
      'VpcNotFound',
    ]);
  });

  test('is no finding for any other issue', () => {
    const other = { ...issue, code: 'AccessDenied' };
    const nodeGroups = [aNodeGroup({ healthIssues: [other] })];
    const eksClusters = [anEksCluster({ healthIssues: [other], nodeGroups })];
    expect(findingsOf('eks-health', { eksClusters, subnets: [aSubnet()] })).toEqual([]);
  });
});

describe('committed demand', () => {
  const short = aDemand({ fits: 5, fitsAtBest: 5, shortfall: 3, error: 'InsufficientFreeAddressesInSubnet' });
  const whenFull = {
    podsPerNode: 27,
    perNode: { addresses: 30, prefixes: 0 },
    addresses: 300,
    fits: 6,
    fitsAtBest: 6,
    shortfall: 4,
    error: 'InvalidParameterValue',
  };
  const found = (demand = short) =>
    findingsOf('committed-demand', { clusters: [aCluster({ committed: [demand] })], subnets: [aSubnet()] });

  test('is reported with the exact number of nodes that fit', () => {
    const [finding] = found();
    expect(finding).toMatchObject({
      id: 'committed-demand/node-group/shop/workers',
      severity: 'warning',
      title: 'shop/workers: can scale to 7 of its 10 nodes, then no free address',
      explanation:
        'workers has 2 nodes. If all groups grow to their maximum, only 5 of 8 more nodes fit. A new m5.large takes 10 addresses, with its warm pool. The next node would fail with InsufficientFreeAddressesInSubnet.',
    });
    expect(finding?.remedies.map(({ commands }) => commands)).toContainEqual([
      'aws eks update-nodegroup-config --cluster-name shop --nodegroup-name workers --scaling-config maxSize=7 --region eu-west-1',
    ]);
  });

  test('of a group with a warm pool says that its maximum is without it', () => {
    const warmPool = { minSize: 3, maxGroupPreparedCapacity: null };
    const eksClusters = [anEksCluster({ nodeGroups: [aNodeGroup({ maxSize: 7, warmPool })] })];
    const warm = (demand: Parameters<typeof found>[0]) =>
      findingsOf('committed-demand', {
        clusters: [aCluster({ committed: [demand ?? short] })],
        eksClusters,
        subnets: [aSubnet()],
      })[0]?.explanation;
    expect(warm(short)).toMatch(
      /^workers has 2 nodes\. If all groups .* Its maximum of 10 is with the warm pool of 3\./,
    );
    expect(warm(aDemand({ whenFull }))).toMatch(
      /^workers has 2 nodes and may grow to 10, with its warm pool of 3\. /,
    );
    const scaling = { ...short, kind: 'auto-scaling-group' as const, warmNodes: 4 };
    expect(warm(scaling)).toContain('Its maximum of 10 is with the warm pool of 4.');
  });

  test.each([
    [12, 10, 'workers has 12 nodes, more than its maximum of 10. Full of pods'],
    [10, 10, 'workers has 10 nodes, which is its maximum. Full of pods'],
    [9, 10, 'workers has 9 nodes and may grow to 10. All of them start. Full of pods'],
  ])(
    'of a group of %i nodes and a maximum of %i that cannot be full',
    (currentNodes, maximumNodes, beginning) => {
      const full = aDemand({ currentNodes, maximumNodes, fits: 1, fitsAtBest: 1, whenFull });
      expect(found(full)[0]?.explanation.startsWith(beginning)).toBe(true);
    },
  );

  test('a node that takes one address keeps none warm', () => {
    const explained = (perNode: (typeof short)['perNode']) => found({ ...short, perNode })[0]?.explanation;
    expect(explained({ addresses: 1, prefixes: 0 })).toContain('A new m5.large takes 1 address. ');
    expect(explained({ addresses: 1, prefixes: 1 })).toContain(
      '1 address and 1 prefix, with its warm pool. ',
    );
  });

  test('names no error, not even an unknown one, where every node starts and only its pods do not', () => {
    const [finding] = found(aDemand({ whenFull }));
    expect(finding?.evidence.map(({ name }) => name)).not.toContain('error');
  });

  test('is no finding when all fit, or when that is unknown', () => {
    expect(found(aDemand())).toEqual([]);
    expect(found(aDemand({ fits: null, fitsAtBest: null, shortfall: null }))).toEqual([]);
    expect(found(aDemand({ whenFull: { ...whenFull, fits: 10, shortfall: 0 } }))).toEqual([]);
  });

  test('names the supply that ends it, and a group of no cluster by its own name', () => {
    const [prefixes] = found({ ...short, error: 'InvalidParameterValue', limitedBy: 'prefixes' });
    expect(prefixes?.title).toBe('shop/workers: can scale to 7 of its 10 nodes, then no free prefix');
    const [fleet] = found({ ...short, group: 'fleet', outsideCluster: true });
    expect(fleet?.title).toBe('fleet: can scale to 7 of its 10 instances, then no free address');
    expect(fleet?.explanation).not.toContain('warm pool');
  });

  test('names a group of no cluster by its VPC, and by itself where no subnet of it was scanned', () => {
    const outsideDemand = [aDemand({ ...short, group: 'fleet', outsideCluster: true })];
    const idIn = (subnets: readonly SubnetAssessment[]) =>
      findingsOf('committed-demand', { outsideDemand, subnets })[0]?.subject.id;
    expect(idIn([aSubnet()])).toBe('vpc-01/fleet');
    expect(idIn([])).toBe('fleet');
  });

  test('is information where all nodes start, but cannot all be full of pods', () => {
    const [only] = found(aDemand({ whenFull: { ...whenFull, fitsAtBest: 8 } }));
    expect(only).toMatchObject({
      severity: 'info',
      title: 'shop/workers: only 6 of 10 nodes can be full of pods',
      explanation: expect.stringContaining(
        'Full of pods, with 27 on each node, the group needs 300 addresses. Only 6 to 8 of 10 nodes get them all',
      ),
    });
    expect(only?.evidence).toContainEqual({
      name: 'addressesWhenFull',
      value: 300,
      unit: 'addresses',
      detail: true,
    });
    const titleWhenFull = (fits: number, fitsAtBest: number, shortfall: number) =>
      found(aDemand({ whenFull: { ...whenFull, fits, fitsAtBest, shortfall } }))[0]?.title;
    expect(titleWhenFull(0, 0, 10)).toBe('shop/workers: none of 10 nodes can be full of pods');
    expect(titleWhenFull(0, 3, 10)).toBe('shop/workers: at most 3 of 10 nodes can be full of pods');
    expect(titleWhenFull(0, 0, 1)).toBe('shop/workers: its node cannot be full of pods');
    const [without] = found(aDemand({ whenFull: { ...whenFull, error: null }, subnetIds: [] }));
    expect(without?.explanation).toContain('Only 6 of 10 nodes get them all.');
  });

  test('says both bounds where not even the start fits', () => {
    const [only] = found({ ...short, whenFull });
    expect(only?.severity).toBe('warning');
    expect(only?.explanation).toContain('Full of pods, with 27 on each node, the group needs 300 addresses.');
  });

  test('is critical when not one more fits', () => {
    expect(found({ ...short, fits: 0, fitsAtBest: 0, shortfall: 8 })[0]?.severity).toBe('critical');
  });

  test('gives both bounds where they differ, and prefixes where there are any', () => {
    const [finding] = found({ ...short, fitsAtBest: 7, perNode: { addresses: 1, prefixes: 1 } });
    expect(finding?.explanation).toContain('5 to 7 of 8 more nodes fit');
    expect(finding?.explanation).toContain('A new m5.large takes 1 address and 1 prefix, with its warm pool');
    const [two] = found({ ...short, perNode: { addresses: 2, prefixes: 2 } });
    expect(two?.explanation).toContain(
      'workers has 2 nodes. If all groups grow to their maximum, only 5 of 8 more nodes fit. A new m5.large takes 2 addresses and 2 prefixes, with its warm pool. The next node would fail with InsufficientFreeAddressesInSubnet.',
    );
  });

  test('says that none fits only where that is sure', () => {
    const none = { ...short, fits: 0, shortfall: 8 };
    expect(found({ ...none, fitsAtBest: 0 })[0]?.explanation).toContain(
      'workers has 2 nodes. If all groups grow to their maximum, not one more node fits. A new m5.large takes 10 addresses, with its warm pool. The next node would fail with InsufficientFreeAddressesInSubnet.',
    );
    const [maybe] = found({ ...none, fitsAtBest: 3 });
    expect(maybe?.explanation).toContain(
      'workers has 2 nodes. If all groups grow to their maximum, 0 to 3 of 8 more nodes fit. A new m5.large takes 10 addresses, with its warm pool. The next node would fail with InsufficientFreeAddressesInSubnet.',
    );
    expect(maybe?.severity).toBe('critical');
  });

  test('does not guess the error that people would see', () => {
    const [finding] = found({ ...short, error: null });
    expect(finding?.explanation).toContain(
      'workers has 2 nodes. If all groups grow to their maximum, only 5 of 8 more nodes fit. A new m5.large takes 10 addresses, with its warm pool. The next node would not start.',
    );
    expect(finding?.evidence).toContainEqual({ name: 'error', value: null, detail: true });
  });

  test.each([{ perNode: null }, { instanceType: null }])(
    'says what one node takes only where its type and its take are known, not with %o',
    (unknown) => {
      const [finding] = found({ ...short, ...unknown });
      expect(finding?.explanation).toContain(
        'workers has 2 nodes. If all groups grow to their maximum, only 5 of 8 more nodes fit. The next node would fail with InsufficientFreeAddressesInSubnet.',
      );
    },
  );

  test('offers a subnet beside the fullest of the group', () => {
    const [finding] = findingsOf('committed-demand', {
      clusters: [aCluster({ committed: [{ ...short, subnetIds: ['subnet-0a', 'subnet-0b'] }] })],
      subnets: [
        aSubnet({ availableSingle: 90 }),
        aSubnet({
          subnetId: 'subnet-0b',
          availabilityZone: 'eu-west-1b',
          cidrBlock: '10.0.1.0/25',
          availableSingle: 4,
        }),
      ],
    });
    expect(finding?.remedies[0]?.title).toBe('Add the subnet 10.0.1.128/25 in eu-west-1b');
  });

  test('says nothing of what one node takes where that is not known', () => {
    const [finding] = found({ ...short, perNode: null, instanceType: null });
    expect(finding?.explanation).toBe(
      'workers has 2 nodes. If all groups grow to their maximum, only 5 of 8 more nodes fit. The next node would fail with InsufficientFreeAddressesInSubnet.',
    );
    expect(finding?.evidence).toContainEqual({
      name: 'addressesPerNode',
      value: null,
      unit: 'addresses',
      detail: true,
    });
    expect(finding?.evidence).toContainEqual({
      name: 'prefixesPerNode',
      value: null,
      unit: 'prefixes',
      detail: true,
    });
  });

  test('of an Auto Scaling group is lowered there', () => {
    const [finding] = found({ ...short, kind: 'auto-scaling-group', group: "o'clock" });
    expect(finding?.remedies.map(({ commands }) => commands)).toContainEqual([
      `aws autoscaling update-auto-scaling-group --auto-scaling-group-name 'o'\\''clock' --max-size 7 --region eu-west-1`,
    ]);
  });
});
