import { describe, expect, test } from 'vitest';
import type { EstateInput } from '../../../../shared/model/checks/estate.ts';
import { clearText } from '../../../../shared/model/checks/run-checks.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { committedPods } from '../../../../shared/model/kubernetes/committed-pods.ts';
import { known, unread } from '../../../../shared/model/kubernetes/observed.ts';
import type { ClusterAssessment } from '../../../../shared/model/result/cluster.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { anEksCluster, byId, cniSettings } from '../../../fixtures/cluster-records.ts';
import {
  aCluster,
  aNodeAssessment,
  findingsOf,
  outcomesOf,
  statesOf,
} from '../../../fixtures/findings-input.ts';
import {
  aKubernetesNode,
  anAwsNode,
  aPodUse,
  aReading,
  aWorkload,
} from '../../../fixtures/kubernetes-reading.ts';

type Reading = Parameters<typeof aReading>[0];

const read = (
  reading: Reading,
  cluster: Partial<ClusterAssessment> = {},
  rest: Partial<EstateInput> = {},
): Partial<EstateInput> => ({
  clusters: [aCluster(cluster)],
  subnets: [aSubnet()],
  kubernetes: new Map([['shop', aReading(reading)]]),
  ...rest,
});

describe('a cluster whose Kubernetes API was not asked', () => {
  test.each([
    'pods-waiting',
    'nodes-overcommitted',
    'pods-committed',
    'service-range-full',
    'cni-daemonset',
    'eni-config-missing',
  ])('is nothing that %s speaks of', (kind) => {
    expect(statesOf(kind, { clusters: [aCluster()], subnets: [aSubnet()] })).toEqual([]);
  });
});

describe('pods that wait for an address', () => {
  const waiting = (name: string) => ({
    namespace: 'shop',
    name,
    workload: null,
    nodeName: 'node-1',
    instanceId: 'i-01',
    since: null,
    failures: 1,
    text: 'failed to assign an IP address to container',
  });

  test('are critical although EC2 says that the subnet has room', () => {
    const pods = aPodUse({ waiting: [waiting('a')] });
    expect(findingsOf('pods-waiting', read({}, { pods, nodes: [aNodeAssessment()] }))).toMatchObject([
      {
        severity: 'critical',
        title: 'shop: 1 pod waits for an address on 1 node in private-a',
        explanation: expect.stringContaining('shop/a (1 pod).'),
      },
    ]);
  });

  test('are none where every pod has its address', () => {
    expect(statesOf('pods-waiting', read({}, { pods: aPodUse() }))).toEqual(['healthy']);
  });

  test('are named without a subnet where their node is not known to EC2', () => {
    const pods = aPodUse({ waiting: [waiting('a'), waiting('b')] });
    const [finding] = findingsOf('pods-waiting', read({}, { pods }));
    expect(finding?.title).toBe('shop: 2 pods wait for an address on 1 node');
    expect(finding?.remedies).toEqual([]);
  });

  test('under custom networking wait for an address of the subnet of the pods', () => {
    const node = aNodeAssessment({
      customNetworking: true,
      usage: [
        { subnetId: 'subnet-0a', interfaces: 1, addresses: 1, prefixes: 0 },
        { subnetId: 'subnet-0b', interfaces: 1, addresses: 10, prefixes: 0 },
      ],
    });
    const estate = read(
      {},
      { pods: aPodUse({ waiting: [waiting('a')] }), nodes: [node] },
      { subnets: [aSubnet(), aSubnet({ subnetId: 'subnet-0b', name: 'pods-a' })] },
    );
    expect(findingsOf('pods-waiting', estate)[0]?.title).toContain(' in pods-a');
  });
});

describe('pods that wait in a cluster with two subnets', () => {
  const nodes = ['a', 'b'].map((zone, index) =>
    aNodeAssessment({
      instanceId: `i-0${index + 1}`,
      subnetId: `subnet-0${zone}`,
      usage: [{ subnetId: `subnet-0${zone}`, interfaces: 1, addresses: 10, prefixes: 0 }],
    }),
  );
  const pods = aPodUse({
    waiting: nodes.map(({ instanceId }, index) => ({
      namespace: 'shop',
      name: `web-${index}`,
      workload: 'shop/Deployment/web',
      nodeName: `node-${index}`,
      instanceId,
      since: `2026-01-01T0${2 - index}:00:00.000Z`,
      failures: 1,
      text: 'InsufficientCidrBlocks',
    })),
  });
  const free = (blocks: number) => ({
    assigned: 0,
    free: blocks,
    freeInReservation: 0,
    freeUnreserved: blocks,
  });
  // Most addresses, and no whole block.
  const fragmented = aSubnet({ subnetId: 'subnet-0a', name: 'nodes-a', available: 180, prefixes: free(0) });
  const whole = aSubnet({ subnetId: 'subnet-0b', name: 'nodes-b', available: 96, prefixes: free(6) });
  const found = (mode: 'prefix' | 'secondary', subnets = [whole, fragmented]) =>
    findingsOf('pods-waiting', read({}, { mode, nodes, pods }, { subnets }))[0];

  test('name the one with fewest prefixes in prefix mode, and its prefixes', () => {
    const finding = found('prefix');
    expect(finding?.title).toBe('shop: 2 pods wait for an address on 2 nodes in nodes-a and 1 other subnet');
    expect(finding?.explanation).toContain('Workloads: shop/Deployment/web (2 pods).');
    expect(finding?.explanation).toContain('The first failure was on Thu 1 Jan 2026 01:00 UTC');
    expect(finding?.evidence).toContainEqual(
      expect.objectContaining({ name: 'available in subnet-0a', value: 0, unit: 'prefixes' }),
    );
  });

  test('name the one with fewest addresses where nodes take single addresses', () => {
    expect(found('secondary')?.title).toContain('in nodes-b and 1 other subnet');
  });

  test('name a subnet that is not measured last, by its id where it has no name', () => {
    const blind = aSubnet({ subnetId: 'subnet-0a', name: null, available: null, prefixes: null });
    expect(found('prefix', [blind, whole])?.title).toContain('in nodes-b and 1 other subnet');
    expect(found('prefix', [blind])?.title).toMatch(/in subnet-0a$/);
  });
});

describe('nodes that admit too many pods', () => {
  const admits = (allocatablePods: number) =>
    read({ nodes: known([aKubernetesNode({ allocatablePods })]) }, { nodes: [aNodeAssessment()] });

  test.each([
    [29, 'healthy'],
    [30, 'found'],
  ])(
    'a node with 27 addresses that admits %i pods is %s: two are on the network of the host',
    (pods, state) => {
      expect(statesOf('nodes-overcommitted', admits(pods))).toEqual([state]);
    },
  );

  test('are unknown where no subnet is measured', () => {
    const node = aNodeAssessment();
    const blind = { ...node, gauges: { ...node.gauges, maxIPAddresses: null } };
    expect(statesOf('nodes-overcommitted', read({}, { nodes: [blind] }))).toEqual(['unknown']);
  });
});

describe('what workloads may grow to', () => {
  const scaler = (maxReplicas: number) => ({
    namespace: 'shop',
    name: 'web',
    target: { kind: 'Deployment', name: 'web' },
    minReplicas: 1,
    maxReplicas,
  });

  test.each([
    [
      'the maximum of its autoscaler, and the surge of that many',
      [aWorkload({ desired: 4, surge: 1 })],
      8,
      10,
    ],
    ['its replicas where the autoscaler allows fewer', [aWorkload({ desired: 10, surge: 2 })], 8, 12],
    ['nothing on the network of the host', [aWorkload({ hostNetwork: true })], 8, 0],
    ['the maximum of one that is scaled to zero', [aWorkload({ desired: 0, surge: 1 })], 8, 9],
  ])('counts %s', (_, workloads, maximum, pods) => {
    const reading = aReading({ workloads: known(workloads), autoscalers: known([scaler(maximum)]) });
    expect(committedPods(reading)?.pods).toBe(pods);
  });

  test('names namespaces with as many pods in the order of their names', () => {
    const workloads = ['b', 'a', 'c'].map((namespace) => aWorkload({ namespace, name: 'web', surge: 0 }));
    const reading = aReading({ workloads: known(workloads), autoscalers: known([]) });
    expect(committedPods(reading)?.namespaces.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  test('is unknown where autoscalers could not be read', () => {
    expect(committedPods(aReading({ autoscalers: unread('forbidden', 'no') }))).toBeNull();
  });

  test.each([
    [35, 'healthy'],
    [36, 'found'],
  ])('with %i pods is %s where 15 addresses are held and 20 are free', (desired, state) => {
    const estate = read(
      { workloads: known([aWorkload({ desired, surge: 0 })]) },
      { pods: aPodUse({ used: 12, warm: 3 }) },
      { subnets: [aSubnet({ available: 20 })] },
    );
    expect(statesOf('pods-committed', estate)).toEqual([state]);
  });

  test('says where no pod at all can get an address', () => {
    const estate = read(
      { workloads: known([aWorkload({ desired: 1, surge: 0 })]) },
      { pods: aPodUse({ used: 0, warm: 0 }) },
      { subnets: [aSubnet({ available: 0 })] },
    );
    expect(findingsOf('pods-committed', estate)[0]?.title).toContain(
      'workloads may grow to 1 pod, none can get an address',
    );
  });

  test('with prefixes counts whole blocks alone', () => {
    const estate = read(
      { workloads: known([aWorkload({ desired: 40, surge: 0 })]) },
      { mode: 'prefix', pods: aPodUse({ used: 12, warm: 4 }) },
      {
        subnets: [
          aSubnet({
            available: 100,
            prefixes: { assigned: 1, free: 1, freeInReservation: 0, freeUnreserved: 1 },
          }),
        ],
      },
    );
    expect(findingsOf('pods-committed', estate)[0]?.title).toContain('only 32 can get an address');
  });

  test('is of no concern where pods take no IPv4 addresses of the VPC', () => {
    const workloads = { workloads: known([aWorkload({ desired: 400 })]) };
    expect(statesOf('pods-committed', read(workloads, { mode: 'ipv6', pods: null }))).toEqual(['healthy']);
    expect(statesOf('pods-committed', read(workloads, { cni: 'overlay', pods: null }))).toEqual(['healthy']);
  });

  test('counts what pods may use: with custom networking nothing of the subnet of the nodes', () => {
    const place = {
      subnetId: 'subnet-0a',
      availabilityZone: 'eu-west-1a',
      podSubnetIds: ['subnet-0b'],
      primaryServesPods: false,
    };
    const newNodes = { settingsKnown: true, settings: DEFAULT_CNI_SETTINGS, places: [place] };
    const workloads = { workloads: known([aWorkload({ desired: 100, surge: 0 })]) };
    const estate = (changes: Partial<typeof place> | { podSubnetIds: null }, subnetIds: readonly string[]) =>
      read(
        workloads,
        {
          pods: aPodUse({ used: 12, warm: 4 }),
          nodeSubnetIds: subnetIds,
          newNodes: { ...newNodes, places: [{ ...place, ...changes }] },
        },
        { subnets: [aSubnet(), aSubnet({ subnetId: 'subnet-0b', available: 30 })] },
      );
    const both = ['subnet-0a', 'subnet-0b'];
    expect(findingsOf('pods-committed', estate({}, both))[0]?.title).toContain('only 46 can get an address');
    expect(statesOf('pods-committed', estate({ primaryServesPods: true }, both))).toEqual(['healthy']);
    expect(statesOf('pods-committed', estate({ podSubnetIds: null }, both))).toEqual(['unknown']);
  });

  test('asks first for what the subnet with least left needs', () => {
    const [finding] = findingsOf(
      'pods-committed',
      read(
        { workloads: known([aWorkload({ desired: 900, surge: 0 })]) },
        { pods: aPodUse({ used: 1, warm: 4 }), nodeSubnetIds: ['subnet-0a', 'subnet-0b'] },
        { subnets: [aSubnet(), aSubnet({ subnetId: 'subnet-0b', name: 'nodes-b', available: 30 })] },
      ),
    );
    expect(finding?.explanation).toMatch(/^1 pod has an address now\./);
    expect(finding?.remedies.length).toBeGreaterThan(0);
    expect(JSON.stringify(finding?.remedies)).toContain('nodes-b');
    expect(JSON.stringify(finding?.remedies)).not.toContain('private-a');
  });

  test('is unknown where a subnet is not measured, or the pods are not joined', () => {
    const workloads = { workloads: known([aWorkload()]) };
    expect(statesOf('pods-committed', read(workloads, { pods: null }))).toEqual(['unknown']);
    const blind = read(workloads, { pods: aPodUse() }, { subnets: [aSubnet({ available: null })] });
    expect(statesOf('pods-committed', blind)).toEqual(['unknown']);
    const elsewhere = read(workloads, { pods: aPodUse(), nodeSubnetIds: ['subnet-elsewhere'] });
    expect(statesOf('pods-committed', elsewhere)).toEqual(['unknown']);
  });
});

describe('the range of Services', () => {
  const using = (addressesUsed: number, cidrs: readonly string[] | null = null) =>
    read(
      {
        services: known({
          services: addressesUsed,
          addressesUsed,
          cidrs: cidrs === null ? null : [{ name: 'kubernetes', cidrs, ready: true }],
        }),
      },
      {},
      { eksClusters: [anEksCluster({ serviceIpv4Cidr: '172.20.0.0/24' })] },
    );

  test.each([
    [203, undefined],
    [204, 'warning'],
    [242, 'critical'],
  ])('with %i of 254 addresses in use is %s', (used, severity) => {
    expect(findingsOf('service-range-full', using(used))[0]?.severity).toBe(severity);
  });

  test('is said with what it has left once nothing is found', () => {
    expect(outcomesOf(using(203), 'service-range-full').map((each) => clearText([each]))).toEqual([
      '51 of 254 addresses for Services available',
    ]);
  });

  test('is the sum of all ServiceCIDRs where the server has them', () => {
    expect(
      statesOf('service-range-full', using(250, ['172.20.0.0/24', '172.21.0.0/24', 'fd00::/108'])),
    ).toEqual(['healthy']);
  });

  test('grows by a ServiceCIDR from Kubernetes 1.33 on, and whether this is one is said or left open', () => {
    const holds = (version: string | null) => {
      const input = using(250);
      const clusters = (input.clusters ?? []).map((cluster) => ({ ...cluster, version }));
      const [remedy] =
        findingsOf('service-range-full', { ...input, clusters })[0]?.remedies.filter(({ title }) =>
          title.startsWith('Add a range'),
        ) ?? [];
      return remedy?.preconditions[0]?.holds;
    };
    expect(holds('1.33')).toBe(true);
    expect(holds('2.0')).toBe(true);
    expect(holds(null)).toBeNull();
  });

  test('is unknown where no range is known, and of no concern in IPv6 clusters', () => {
    expect(statesOf('service-range-full', read({}))).toEqual(['unknown']);
    const six = read({}, {}, { eksClusters: [anEksCluster({ ipFamily: 'ipv6' })] });
    expect(statesOf('service-range-full', six)).toEqual([]);
  });
});

describe('the DaemonSet of the CNI', () => {
  const daemonSet = (changes: Parameters<typeof anAwsNode>[0], rest: Partial<EstateInput> = {}) =>
    read({ awsNode: known(anAwsNode(changes)) }, {}, rest);

  test('is well where it is ready and current', () => {
    expect(statesOf('cni-daemonset', daemonSet({}))).toEqual(['healthy']);
    expect(statesOf('cni-daemonset', read({}))).toEqual([]);
  });

  test.each([
    [{ ready: 1 }, 'warning', 'not ready on 1 of 2 nodes'],
    [{ updated: 0 }, 'warning', '2 of 2 nodes run the VPC CNI with earlier settings'],
    [{ imageVersion: 'v1.17.9' }, 'info', 'the VPC CNI is 1.17.9'],
  ])('with %j is a %s', (changes, severity, title) => {
    expect(findingsOf('cni-daemonset', daemonSet(changes))).toMatchObject([
      { severity, title: expect.stringContaining(title) },
    ]);
  });

  test('is looked at by its own name', () => {
    const [finding] = findingsOf(
      'cni-daemonset',
      daemonSet({ ready: 1, namespace: 'network', name: 'cni-aws-node' }),
    );
    expect(JSON.stringify(finding?.remedies)).toContain('daemonset cni-aws-node --namespace network');
  });

  test('says which settings the next update of the add-on would undo', () => {
    const eks = anEksCluster({
      vpcCni: cniSettings({ WARM_IP_TARGET: '5' }),
      cniInCluster: {
        version: null,
        env: { WARM_IP_TARGET: '2', WARM_PREFIX_TARGET: '1' },
        eniConfigs: null,
      },
    });
    expect(findingsOf('cni-daemonset', daemonSet({}, { eksClusters: [eks] }))[0]?.explanation).toContain(
      'warmIpTarget (2, add-on 5)',
    );
  });
});

describe('ENIConfigs', () => {
  const CUSTOM = { AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true' };
  const withSettings = (env: Readonly<Record<string, string>>, reading: Reading) =>
    read(reading, {}, { eksClusters: [anEksCluster({ vpcCni: cniSettings(env) })] });
  const config = (name: string) => known([{ name, subnetId: 'subnet-0b', securityGroupIds: [] }]);

  test.each([
    ['that it chooses', { eniConfig: 'mine' }, 'mine', 'healthy'],
    ['that another one chooses alone', { eniConfig: 'mine' }, 'yours', 'found'],
    ['with the default name', {}, 'default', 'healthy'],
    ['that none chooses', {}, 'eu-west-1a', 'found'],
    ['it does not need, on Fargate', { instanceId: null }, 'none', 'healthy'],
    ['it does not need, on Windows or Auto Mode', { runsVpcCni: false }, 'none', 'healthy'],
  ])('a node with the one %s: %#', (_, node, name, state) => {
    const reading = { nodes: known([aKubernetesNode(node)]), eniConfigs: config(name) };
    expect(statesOf('eni-config-missing', withSettings(CUSTOM, reading))).toEqual([state]);
  });

  test.each([
    ['the DaemonSet could not be read', unread('forbidden', 'the permission is missing')],
    ['it takes the label from elsewhere', known(anAwsNode({ envFromElsewhere: ['ENI_CONFIG_LABEL_DEF'] }))],
  ])('are unknown where %s', (_, awsNode) => {
    expect(statesOf('eni-config-missing', withSettings(CUSTOM, { awsNode }))).toEqual(['unknown']);
  });

  test('are known where only another setting comes from elsewhere', () => {
    const awsNode = known(anAwsNode({ envFromElsewhere: ['MAX_ENI'] }));
    expect(statesOf('eni-config-missing', withSettings(CUSTOM, { awsNode }))).toEqual(['found']);
  });

  test('are of no concern without custom networking, and unknown where that is unknown', () => {
    expect(statesOf('eni-config-missing', withSettings({}, {}))).toEqual([]);
    expect(statesOf('eni-config-missing', read({}))).toEqual(['unknown']);
    expect(statesOf('eni-config-missing', read({ nodes: unread('forbidden', 'no') }))).toEqual(['unknown']);
    const noList = read({ eniConfigs: unread('forbidden', 'no') });
    expect(statesOf('eni-config-missing', noList)).toEqual(['unknown']);
  });
});

describe('a subnet that is tagged for pods', () => {
  const tagged = { tags: { 'kubernetes.io/role/cni': '1' } };

  test('is used where a node of its VPC runs in its zone', () => {
    const estate = { subnets: [aSubnet(tagged)], instances: byId() };
    expect(statesOf('unused-cni-subnet', estate)).toEqual(['found']);
    const clusters = [aCluster({ nodes: [aNodeAssessment()] })];
    expect(statesOf('unused-cni-subnet', { ...estate, clusters })).toEqual(['healthy']);
  });

  test('is a warning while nodes in another zone are short of addresses', () => {
    const idle = aSubnet({ ...tagged, subnetId: 'subnet-0b', availabilityZone: 'eu-west-1b' });
    const severities = (available: number) =>
      findingsOf('unused-cni-subnet', {
        subnets: [aSubnet({ available }), idle],
        instances: byId(),
        clusters: [aCluster({ nodes: [aNodeAssessment()], nodeSubnetIds: ['subnet-0a'] })],
      }).map(({ severity }) => severity);
    expect(severities(3)).toEqual(['warning']);
    expect(severities(200)).toEqual(['info']);
  });

  test('names the subnets that it cannot help, the one with the fewest addresses first', () => {
    const idle = aSubnet({
      ...tagged,
      subnetId: 'subnet-0c',
      availabilityZone: 'eu-west-1c',
      available: null,
    });
    const [finding] = findingsOf('unused-cni-subnet', {
      subnets: [
        aSubnet({ available: 9 }),
        aSubnet({ subnetId: 'subnet-0b', name: null, available: 1 }),
        idle,
      ],
      instances: byId(),
      clusters: [aCluster({ nodes: [aNodeAssessment()], nodeSubnetIds: ['subnet-0a', 'subnet-0b'] })],
    });
    expect(finding?.explanation).toBe(
      'The CNI takes addresses only in the zone of a node. They cannot help subnet-0b (1 address left), private-a (9 addresses left).',
    );
  });

  test('without the tag is of no concern', () => {
    expect(statesOf('unused-cni-subnet', { subnets: [aSubnet()], instances: byId() })).toEqual([]);
  });
});
