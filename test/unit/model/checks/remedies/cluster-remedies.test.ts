import { describe, expect, test } from 'vitest';
import type { EstateInput } from '../../../../../shared/model/checks/estate.ts';
import { moveToIpv6, useOverlay } from '../../../../../shared/model/checks/remedies/architecture.ts';
import {
  deleteLeaked,
  lowerMaximum,
  scaleDown,
} from '../../../../../shared/model/checks/remedies/cluster-remedies.ts';
import {
  addControlPlaneSubnets,
  changeClusterSubnets,
} from '../../../../../shared/model/checks/remedies/control-plane.ts';
import {
  remediesForAddresses,
  remediesForDemand,
  remediesForPrefixes,
} from '../../../../../shared/model/checks/remedies/subnet-remedies.ts';
import { keepFewerWarm } from '../../../../../shared/model/checks/remedies/warm-targets.ts';
import type { SubnetAssessment } from '../../../../../shared/model/result/assessment.ts';
import type { ClusterAssessment, SubnetUsage } from '../../../../../shared/model/result/cluster.ts';
import { aSubnet } from '../../../../fixtures/assessments.ts';
import { aNode, aNodeGroup, anEksCluster, byId } from '../../../../fixtures/cluster-records.ts';
import {
  aCluster,
  aDemand,
  aLeak,
  aNodeAssessment,
  anEstate,
  aRouteTable,
  aVpcAssessment,
} from '../../../../fixtures/findings-input.ts';

describe('leaked interfaces', () => {
  const found = (
    leaks: readonly ReturnType<typeof aLeak>[],
    instances: EstateInput['instances'] = new Map(),
  ) => deleteLeaked(anEstate({ instances }), leaks, 'eu-west-1');

  test('are deleted, 20 at a time, and the promise is for these', () => {
    const leaks = Array.from({ length: 21 }, (_, index) =>
      aLeak({ networkInterfaceId: `eni-${index}`, addresses: 2 }),
    );
    expect(found(leaks)).toMatchObject({
      title: 'Delete 20 leaked interfaces',
      gains: { addresses: 40, prefixes: null },
      preconditions: [{ holds: true }, { holds: true }],
    });
    expect(found(leaks)?.commands).toHaveLength(20);
  });

  test('whose instance still runs are left alone, and nothing is promised where instances are unknown', () => {
    const running = byId(aNode('i-01'));
    expect(found([aLeak({ instanceId: 'i-01' })], running)).toBeNull();
    expect(
      found([aLeak({ instanceId: 'i-01' }), aLeak({ instanceId: null })], running)?.commands,
    ).toHaveLength(1);
    expect(found([aLeak()], null)?.preconditions[1]).toMatchObject({ holds: null });
  });
});

describe('fewer warm addresses', () => {
  const node = (changes: Parameters<typeof aNodeAssessment>[0]) =>
    aNodeAssessment({ warmAtLeast: 6, ...changes });
  const tune = (
    nodes: ClusterAssessment['nodes'],
    changes: Partial<EstateInput> = {},
    subnet: SubnetAssessment | null = null,
  ) => keepFewerWarm(anEstate(changes), aCluster({ nodes }), subnet);

  test('keep what a usual node uses, two more, and promise the rest at the least', () => {
    const remedy = tune([node({}), node({ instanceId: 'i-02', warmAtLeast: 9 })]);
    expect(remedy?.commands).toEqual([
      'kubectl set env daemonset/aws-node --namespace kube-system WARM_IP_TARGET=2 MINIMUM_IP_TARGET=2',
    ]);
    expect(remedy?.gains).toEqual({ addresses: 4 + 7, prefixes: 0 });
    expect(remedy?.effect).toBe("Nodes then hold 2 spare addresses instead of a whole interface's.");
  });

  test('in prefix mode keep one prefix and five addresses', () => {
    const gauges = { ...node({}).gauges, totalIPAddresses: 48 };
    const remedy = tune([node({ mode: 'prefix', prefixes: 3, warmAtLeast: 40, gauges })]);
    expect(remedy?.commands[0]).toContain('WARM_IP_TARGET=5 MINIMUM_IP_TARGET=16');
    expect(remedy?.gains).toEqual({ addresses: 32, prefixes: 2 });
    expect(remedy?.effect).toContain('only when fewer than 5 addresses are free');
  });

  test('are not offered where no node has any to give back, here or at all', () => {
    const gauges = { ...node({}).gauges, totalIPAddresses: null };
    expect(tune([node({ warmAtLeast: null })])).toBeNull();
    expect(tune([node({ warmAtLeast: 0 })])).toBeNull();
    expect(tune([node({ gauges })])).toBeNull();
    expect(tune([node({ mode: 'prefix', prefixes: 1 })])).toBeNull();
    expect(tune([node({ warmAtLeast: 1 })])).toBeNull();
    expect(tune([node({})], {}, aSubnet({ subnetId: 'subnet-0z' }))).toBeNull();
    expect(tune([node({})], {}, aSubnet())).not.toBeNull();
  });

  const through = (configuration: string | null) =>
    tune([node({})], { eksClusters: [anEksCluster({ vpcCni: { version: 'v1.20.0', configuration } })] })
      ?.commands[0];

  test('go through the add-on with all its other settings, where EKS manages the CNI', () => {
    expect(through('{"env":{"X":"1"},"a":2}')).toBe(
      `aws eks update-addon --cluster-name shop --addon-name vpc-cni --configuration-values '{"env":{"X":"1","WARM_IP_TARGET":"2","MINIMUM_IP_TARGET":"3"},"a":2}' --resolve-conflicts PRESERVE --region eu-west-1`,
    );
    for (const nothing of [null, ' ', '{"env":null}', '{"env":1}'])
      expect(through(nothing)).toContain(`'{"env":{"WARM_IP_TARGET":"2","MINIMUM_IP_TARGET":"3"}}'`);
  });

  test.each(['env: {}', 'null', '3'])(
    'go to the DaemonSet where the configuration is no JSON object: %s',
    (text) => {
      expect(through(text)).toContain('kubectl set env');
    },
  );
});

describe('a group is scaled down', () => {
  const nodes = ['i-01', 'i-02', 'i-03'].map((instanceId) => aNodeAssessment({ instanceId }));
  const down = (
    changes: Partial<Parameters<typeof aDemand>[0]> = {},
    missing?: Parameters<typeof scaleDown>[2],
    minSize = 3,
    list = nodes,
  ) =>
    scaleDown(
      anEstate({
        clusters: [
          aCluster({
            nodes: list,
            committed: [aDemand({ currentNodes: 3, ...changes }), aDemand({ group: 'empty' })],
          }),
        ],
        eksClusters: [anEksCluster({ nodeGroups: [aNodeGroup({ minSize, desiredSize: 3 })] })],
      }),
      aSubnet(),
      missing,
    );

  test('by one node, or by as many as are missing, and one stays', () => {
    expect(down()).toMatchObject({
      title: 'Scale workers down to 2 nodes',
      gains: { addresses: 10, prefixes: 0 },
      commands: [
        'aws eks update-nodegroup-config --cluster-name shop --nodegroup-name workers --scaling-config minSize=2,desiredSize=2 --region eu-west-1',
      ],
    });
    expect(down({}, { addresses: 11, prefixes: 0 }, 1)?.commands[0]).toContain(
      '--scaling-config desiredSize=1 ',
    );
    expect(down({}, { addresses: 500, prefixes: 0 })?.title).toContain('to 1 node');
  });

  const holding = (usage: Partial<SubnetUsage>, changes: Parameters<typeof aNodeAssessment>[0] = {}) =>
    ['i-01', 'i-02', 'i-03'].map((instanceId) =>
      aNodeAssessment({
        instanceId,
        usage: [{ subnetId: 'subnet-0a', interfaces: 1, addresses: 10, prefixes: 0, ...usage }],
        ...changes,
      }),
    );

  test('and gives back what a node holds in this subnet, not what a new one takes everywhere', () => {
    // Custom networking: the ten others are in the pods' subnet.
    expect(
      down({ perNode: { addresses: 11, prefixes: 0 } }, undefined, 3, holding({ addresses: 1 }))?.gains,
    ).toEqual({ addresses: 1, prefixes: 0 });
    const prefixes = holding({ addresses: 33, prefixes: 2 });
    expect(down({}, { addresses: 0, prefixes: 4 }, 3, prefixes)?.gains).toEqual({
      addresses: 2,
      prefixes: 4,
    });
  });

  test('but not for prefixes where its nodes hold none', () => {
    expect(down({ perNode: { addresses: 1, prefixes: 1 } }, { addresses: 0, prefixes: 1 })).toBeNull();
  });

  test('below the size that it has, whatever its warm pool holds', () => {
    const stopped = holding({}, { state: 'stopped' }).map((node, index) => ({
      ...node,
      instanceId: `i-1${index}`,
    }));
    const warm = { minSize: 3, maxGroupPreparedCapacity: null };
    const group = (changes: Parameters<typeof aNodeGroup>[0]) =>
      scaleDown(
        anEstate({
          clusters: [aCluster({ nodes: [...nodes, ...stopped], committed: [aDemand({ currentNodes: 6 })] })],
          eksClusters: [
            anEksCluster({ nodeGroups: [aNodeGroup({ minSize: 1, desiredSize: 3, ...changes })] }),
          ],
        }),
        aSubnet(),
      );
    const remedy = group({ warmPool: warm });
    expect(remedy?.commands[0]).toContain('--scaling-config desiredSize=2 ');
    expect(remedy?.preconditions.map(({ text }) => text)).toContain(
      'The warm pool does not take the nodes back: there they keep their addresses.',
    );
    // Nodes that are ending already, or have not come yet, are none to give back.
    expect(group({ desiredSize: 2 })?.commands[0]).toContain('desiredSize=1 ');
    expect(group({ desiredSize: 6 })?.commands[0]).toContain('desiredSize=2 ');
    expect(group({ desiredSize: 1 })).toBeNull();
  });

  test('never a node pool, which has no size, nor a group whose sizes count units', () => {
    expect(down({ kind: 'node-pool' })).toBeNull();
    expect(down({ kind: 'auto-scaling-group', weighted: true })).toBeNull();
    const weighted = aDemand({ kind: 'auto-scaling-group', weighted: true });
    expect(lowerMaximum(anEstate({}), aCluster(), weighted, 4)).toBeNull();
  });

  test('through Auto Scaling where EKS does not manage it', () => {
    expect(down({ kind: 'auto-scaling-group' })?.commands).toEqual([
      'aws autoscaling update-auto-scaling-group --auto-scaling-group-name workers --desired-capacity 2 --region eu-west-1',
    ]);
  });

  test('without a promise where the node that goes may be elsewhere', () => {
    expect(down({ currentNodes: 4 })?.gains).toEqual({ addresses: null, prefixes: null });
  });

  test('never to none, and not where nothing is known of its nodes', () => {
    expect(down({}, undefined, 1, nodes.slice(0, 1))).toBeNull();
    expect(down({ perNode: null })).toBeNull();
  });

  test('or its maximum is lowered, in EKS or in Auto Scaling', () => {
    const remedy = lowerMaximum(
      anEstate({}),
      aCluster(),
      aDemand({ group: 'own', kind: 'auto-scaling-group' }),
      4,
    );
    expect(remedy?.commands).toEqual([
      'aws autoscaling update-auto-scaling-group --auto-scaling-group-name own --max-size 4 --region eu-west-1',
    ]);
    expect(remedy?.preconditions[1]).toEqual({ text: 'The minimum of own is 4 or less.', holds: null });
    expect(down({ kind: 'auto-scaling-group' })?.preconditions[2]).toEqual({
      text: 'The minimum of workers is 2 or less.',
      holds: null,
    });
  });

  test.each([
    [1, 4, 'maxSize=4'],
    [1, 5, 'maxSize=4,desiredSize=4'],
    [4, 6, 'maxSize=4,desiredSize=4'],
    [5, 6, 'minSize=4,maxSize=4,desiredSize=4'],
  ])(
    'with the minimum %i and the size %i below it, where EKS would refuse',
    (minSize, desiredSize, sizes) => {
      const estate = anEstate({
        eksClusters: [anEksCluster({ nodeGroups: [aNodeGroup({ minSize, desiredSize })] })],
      });
      const remedy = lowerMaximum(estate, aCluster(), aDemand(), 4);
      expect(remedy?.commands).toEqual([
        `aws eks update-nodegroup-config --cluster-name shop --nodegroup-name workers --scaling-config ${sizes} --region eu-west-1`,
      ]);
      expect(remedy?.preconditions).toHaveLength(1);
    },
  );

  test('never to a maximum of none, which EKS does not take', () => {
    const at = (kind: 'node-group' | 'auto-scaling-group' | 'node-pool', maximum: number) =>
      lowerMaximum(anEstate({}), aCluster(), aDemand({ kind, currentNodes: 0 }), maximum);
    expect(at('node-group', 0)).toBeNull();
    expect(at('node-group', 1)?.commands[0]).toContain('maxSize=1');
    expect(at('auto-scaling-group', 0)?.commands[0]).toContain('--max-size 0');
    // The limits of a node pool are processors.
    expect(at('node-pool', 3)).toBeNull();
  });

  test('and the maximum of an Auto Scaling group with a warm pool is not lowered: it may prepare more', () => {
    const group = aDemand({ kind: 'auto-scaling-group', currentNodes: 2 });
    expect(lowerMaximum(anEstate({}), aCluster(), { ...group, warmNodes: 3 }, 8)).toBeNull();
    expect(lowerMaximum(anEstate({}), aCluster(), group, 8)).not.toBeNull();
  });

  test('and a maximum is never lowered below the nodes that run', () => {
    expect(lowerMaximum(anEstate({}), aCluster(), aDemand({ currentNodes: 5 }), 4)).toBeNull();
    expect(lowerMaximum(anEstate({}), aCluster(), aDemand({ currentNodes: 4 }), 4)).not.toBeNull();
  });

  test.each([
    ['leaves room for its warm pool', { minSize: 3, maxGroupPreparedCapacity: null }, 'maxSize=5'],
    [
      'leaves room for its warm pool, prepared or not',
      { minSize: 3, maxGroupPreparedCapacity: 8 },
      'maxSize=5',
    ],
    ['does not help where a warm pool may prepare more', { minSize: 3, maxGroupPreparedCapacity: 9 }, null],
    ['does not help where a warm pool takes all', { minSize: 8, maxGroupPreparedCapacity: null }, null],
  ])('a maximum that is lowered %s', (_, warmPool, sizes) => {
    const estate = anEstate({
      eksClusters: [anEksCluster({ nodeGroups: [aNodeGroup({ minSize: 1, desiredSize: 1, warmPool })] })],
    });
    const remedy = lowerMaximum(estate, aCluster(), aDemand({ currentNodes: 4, maximumNodes: 13 }), 8);
    if (sizes === null) expect(remedy).toBeNull();
    else expect(remedy?.commands[0]).toContain(`--scaling-config ${sizes} `);
  });

  test('the one with most nodes here first', () => {
    const both = [aNodeAssessment({ nodeGroup: 'few' }), aNodeAssessment({ nodeGroup: 'few' }), ...nodes];
    const committed = [aDemand({ group: 'few', currentNodes: 2 }), aDemand({ currentNodes: 3 })];
    expect(
      scaleDown(anEstate({ clusters: [aCluster({ nodes: both, committed })] }), aSubnet())?.title,
    ).toContain('workers');
  });
});

describe('a control plane', () => {
  const zone = (letter: string, awsAvailable: number | null, changes: Partial<SubnetAssessment> = {}) =>
    aSubnet({
      subnetId: `subnet-0${letter}`,
      name: null,
      availabilityZone: `eu-west-1${letter}`,
      available: awsAvailable,
      cidrBlock: `10.0.${letter.charCodeAt(0) - 97}.0/28`,
      ...changes,
    });
  const eks = anEksCluster({ subnetIds: ['subnet-0a', 'subnet-0b'] });
  const spare = (letter: string, awsAvailable: number, changes: Partial<SubnetAssessment> = {}) =>
    zone(letter, awsAvailable, { subnetId: `subnet-0spare-${letter}`, cidrBlock: '10.0.9.0/28', ...changes });
  const change = (...subnets: readonly SubnetAssessment[]) =>
    changeClusterSubnets(anEstate({ subnets }), eks, 'eu-west-1');

  test('gets other subnets of the same zones, where each has one with 16 free addresses', () => {
    const remedy = change(zone('a', 4), zone('b', 40), spare('a', 16));
    expect(remedy).toMatchObject({
      effect:
        "Moves the control plane's interfaces to subnet-0spare-a, subnet-0b. The cluster stays up; nodes are not touched.",
      commands: [
        'aws eks update-cluster-config --name shop --resources-vpc-config subnetIds=subnet-0spare-a,subnet-0b --region eu-west-1',
      ],
    });
    expect(change(zone('a', 4), zone('b', 40), spare('a', 15))).toBeNull();
    expect(change(zone('a', 40))).toBeNull();
    expect(change(zone('a', null, { available: null }), zone('b', 40))).toBeNull();
    // Where AWS did not count, Headroom did.
    expect(change(zone('a', null, { available: 16 }), zone('b', 40))).not.toBeNull();
  });

  test('never on an Outpost, of another account, or with other routes', () => {
    const spared = (changes: Partial<SubnetAssessment>, routeTables: EstateInput['routeTables'] = null) =>
      changeClusterSubnets(
        anEstate({ subnets: [zone('a', 4), zone('b', 40), spare('a', 20, changes)], routeTables }),
        eks,
        'eu-west-1',
      );
    expect(spared({})?.preconditions[2]).toEqual({
      text: 'They route to the same places as the present ones.',
      holds: null,
    });
    expect(spared({ outpostArn: 'arn:aws:outposts:eu-west-1:111111111111:outpost/op-0' })).toBeNull();
    expect(spared({ ownerId: '222222222222' })).toBeNull();
    // Pods have such a range; clients outside the VPC find no way to it.
    expect(spared({ cidrBlock: '100.64.0.0/18' })).toBeNull();
    const main = aRouteTable({ main: true });
    const toInternet = aRouteTable({
      routeTableId: 'rtb-02',
      subnetIds: ['subnet-0spare-a'],
      routes: [{ destination: '0.0.0.0/0', target: 'igw-1', active: true }],
    });
    expect(spared({}, [main])?.preconditions[2]).toMatchObject({ holds: true });
    expect(spared({}, [main, toInternet])).toBeNull();
  });

  test('never one of a database, a gateway, a load balancer or an unknown owner', () => {
    const owned = (owners: SubnetAssessment['owners']) =>
      change(zone('a', 4), zone('b', 40), spare('a', 20, { owners }));
    for (const kind of [
      'rds',
      'elasticache',
      'aws-service',
      'load-balancer',
      'nat-gateway',
      'transit-gateway',
    ])
      expect(owned([{ kind, name: null, interfaces: 1, addresses: 1 }])).toBeNull();
    expect(owned(null)).toBeNull();
    expect(owned([{ kind: 'instance', name: null, interfaces: 1, addresses: 1 }])).not.toBeNull();
  });

  const add = (subnets: readonly SubnetAssessment[], changes: Partial<EstateInput> = {}) =>
    addControlPlaneSubnets(anEstate({ subnets, ...changes }), eks, 'eu-west-1')?.remedy ?? null;

  test('gets a new /28 in each zone that is short, and keeps the others', () => {
    const remedy = add([zone('a', 4), zone('b', 40)]);
    expect(remedy).toMatchObject({ ranges: ['10.0.0.16/28'], gains: { addresses: 11 } });
    expect(remedy?.commands.at(-1)).toBe(
      'aws eks update-cluster-config --name shop --resources-vpc-config subnetIds=subnet-0b,"$SUBNET_ID_1" --region eu-west-1',
    );
    expect(add([zone('a', 4), zone('b', null, { available: null })])?.commands.at(-1)).toContain(
      'subnetIds="$SUBNET_ID_1","$SUBNET_ID_2"',
    );
  });

  test('gets none where no subnet is short, or one of them has no room beside it', () => {
    expect(add([zone('a', 5), zone('b', 40)])).toBeNull();
    expect(add([zone('a', 4, { ownerId: '222222222222' })])).toBeNull();
  });

  const cramped = (changes: Partial<EstateInput> = {}) =>
    add([zone('a', 4), zone('b', 4)], {
      vpcs: [aVpcAssessment({ cidrBlocks: ['10.0.0.0/27', '10.0.1.0/28'] })],
      ...changes,
    });

  test('gets them from a new block where the VPC is full', () => {
    const remedy = cramped();
    expect(remedy).toMatchObject({
      title: 'Give the control plane of shop new subnets: 100.64.0.0/28, 100.64.0.16/28',
      price: 'Free. The update takes some minutes, and EKS may take up to five hours to notice a new block.',
      ranges: ['100.64.0.0/28', '100.64.0.16/28'],
      gains: { addresses: 22, prefixes: 0 },
    });
    expect(remedy?.commands[0]).toContain(
      'associate-vpc-cidr-block --vpc-id vpc-01 --cidr-block 100.64.0.0/16',
    );
    expect(remedy?.commands[1]).toMatch(/^until /);
    expect(remedy?.preconditions.map(({ text }) => text)).toContainEqual(
      'Nothing outside the VPC needs to reach 100.64.0.16/28, which is not routed there.',
    );
    // What holds for both subnets is said once.
    const texts = remedy?.preconditions.map(({ text }) => text) ?? [];
    expect(new Set(texts).size).toBe(texts.length);
  });

  test('gets none where no block is free either', () => {
    const everywhere = aRouteTable({
      routes: [
        { destination: '100.64.0.0/10', target: 'tgw-1', active: true },
        { destination: '10.0.0.0/8', target: 'tgw-1', active: true },
      ],
    });
    expect(cramped({ routeTables: [everywhere] })).toBeNull();
  });

  test('gets none from shared space that the VPC has, to which other networks have no route', () => {
    const vpcs = [aVpcAssessment({ cidrBlocks: ['10.0.0.0/28', '100.64.0.0/24', '10.0.5.0/28'] })];
    expect(add([zone('a', 4)], { vpcs })?.ranges).toEqual(['10.0.5.0/28']);
  });
});

describe('another architecture', () => {
  const with_ = (changes: Partial<ClusterAssessment> | null) =>
    anEstate({ clusters: changes === null ? [] : [aCluster(changes)] });

  test('is named last, for clusters that use the subnet and do not have it yet', () => {
    expect(moveToIpv6(with_({}), aSubnet())?.title).toBe('Move shop to a new IPv6 cluster');
    expect(moveToIpv6(with_(null), aSubnet())).toBeNull();
    expect(moveToIpv6(with_({ mode: 'ipv6' }), aSubnet())).toBeNull();
    // A node takes its IPv4 address either way, and pods of an overlay take none.
    expect(moveToIpv6(with_({ cni: 'overlay' }), aSubnet())).toBeNull();
    expect(moveToIpv6(with_({ nodes: [aNodeAssessment()] }), aSubnet())?.preconditions[0]?.holds).toBeNull();
    expect(
      moveToIpv6(with_({ nodes: [aNodeAssessment({ windows: true })] }), aSubnet())?.preconditions[0]?.holds,
    ).toBe(false);
    expect(useOverlay(with_({}), aSubnet())?.preconditions[1]).toMatchObject({ holds: true });
    expect(useOverlay(with_({ securityGroupsForPods: true }), aSubnet())?.preconditions[1]).toMatchObject({
      holds: false,
    });
    expect(useOverlay(with_(null), aSubnet())).toBeNull();
    expect(useOverlay(with_({ mode: 'ipv6' }), aSubnet())).toBeNull();
    expect(useOverlay(with_({ autoMode: true }), aSubnet())).toBeNull();
  });
});

describe('the whole set', () => {
  const titles = (list: readonly { readonly title: string }[]) =>
    list.map(({ title }) => title.replace(/ .*/, ''));
  const subnet = aSubnet();
  const input: Partial<EstateInput> = {
    subnets: [subnet],
    clusters: [
      aCluster({
        nodes: [aNodeAssessment({ warmAtLeast: 8 }), aNodeAssessment({ instanceId: 'i-02' })],
        committed: [aDemand()],
      }),
    ],
    leakedInterfaces: [aLeak(), aLeak({ leaked: false }), aLeak({ subnetId: 'subnet-0z' })],
    maps: [
      {
        subnetId: 'subnet-0a',
        cidrBlock: '10.0.0.0/24',
        states: 'a++++...+++++++a',
        reserved: '----------------',
        used: '0444100044444440',
        owner: '----------------',
        owners: [],
      },
    ],
  };

  test('for single addresses begins with what helps at once', () => {
    expect(titles(remediesForAddresses(anEstate(input), subnet))).toEqual([
      'Delete',
      'Add',
      'Keep',
      'Scale',
      'List',
      'Move',
      'Run',
    ]);
  });

  test('for prefixes also reserves a range and renews nodes, which hold none', () => {
    expect(titles(remediesForPrefixes(anEstate(input), subnet))).toEqual([
      'Delete',
      'Add',
      'Keep',
      'Reserve',
      'Replace',
      'List',
      'Move',
      'Run',
    ]);
    expect(titles(remediesForPrefixes(anEstate({}), subnet))).toEqual(['Add', 'List']);
    expect(titles(remediesForPrefixes(anEstate({}), subnet, { addresses: 0, prefixes: 3 }))).toEqual([
      'Add',
      'List',
    ]);
  });

  test('turns to a new block where the VPC is full', () => {
    const [first] = remediesForAddresses(
      anEstate({ subnets: [subnet], vpcs: [aVpcAssessment({ cidrBlocks: ['10.0.0.0/24'] })] }),
      subnet,
    );
    expect(first?.title).toContain('100.64.0.0/16');
  });

  test('for a group is sized by what is missing, in the subnet that is fullest', () => {
    const subnets = [
      aSubnet({ availableSingle: null }),
      aSubnet({ subnetId: 'subnet-0b', cidrBlock: '10.0.1.0/25', availableSingle: 40 }),
    ];
    const demand = aDemand({ shortfall: 30, fits: 5, subnetIds: ['subnet-0a', 'subnet-0b'] });
    const cluster = aCluster({ committed: [demand] });
    const list = remediesForDemand(anEstate({ subnets, clusters: [cluster] }), cluster, demand);
    expect(list[0]).toMatchObject({ title: 'Add the subnet 10.0.2.0/23 in eu-west-1a' });
    expect(list.map(({ title }) => title)).toContain('Lower the maximum of workers to 7');
  });

  test("for a group under custom networking is for the pods' subnet, unless nodes find no address of their own", () => {
    const usage = [{ subnetId: 'subnet-0p', interfaces: 1, addresses: 10, prefixes: 0 }];
    const demand = aDemand({ shortfall: 3 });
    const cluster = aCluster({
      customNetworking: true,
      nodes: [aNodeAssessment({ usage })],
      nodeSubnetIds: ['subnet-0a', 'subnet-0p', 'subnet-0q'],
      committed: [demand],
    });
    const offered = (availableSingle: number, zone = 'eu-west-1a') => {
      const subnets = [
        aSubnet({ availableSingle }),
        aSubnet({
          subnetId: 'subnet-0p',
          name: 'pods-a',
          cidrBlock: '10.0.1.0/25',
          availableSingle: 9,
          availabilityZone: zone,
        }),
      ];
      return remediesForDemand(anEstate({ subnets, clusters: [cluster] }), cluster, demand)[0]?.commands[0];
    };
    expect(offered(5)).toContain('pods-a-2');
    expect(offered(0)).toContain('private-a-2');
    expect(offered(5, 'eu-west-1b')).toContain('private-a-2');
  });

  test('for a group in prefix mode looks for prefixes', () => {
    const prefixes = (free: number) => ({ assigned: 0, free, freeInReservation: 0, freeUnreserved: free });
    const subnets = [
      aSubnet({ prefixes: null }),
      aSubnet({ subnetId: 'subnet-0b', cidrBlock: '10.0.1.0/25', prefixes: prefixes(2) }),
      aSubnet({ subnetId: 'subnet-0c', cidrBlock: '10.0.2.0/24', prefixes: prefixes(3) }),
    ];
    const demand = aDemand({
      shortfall: 3,
      perNode: { addresses: 1, prefixes: 2 },
      subnetIds: ['subnet-0a', 'subnet-0b', 'subnet-0c'],
    });
    const cluster = aCluster({ committed: [demand] });
    expect(remediesForDemand(anEstate({ subnets, clusters: [cluster] }), cluster, demand)[0]?.title).toBe(
      'Add the subnet 10.0.1.128/25 in eu-west-1a',
    );
  });

  test('for a group of which nothing is known is a lower maximum', () => {
    const demand = aDemand({ shortfall: null, fits: null, perNode: null });
    const cluster = aCluster({ committed: [demand] });
    expect(
      remediesForDemand(anEstate({ clusters: [cluster] }), cluster, demand).map(({ title }) => title),
    ).toEqual(['Lower the maximum of workers to 2']);
    expect(
      remediesForDemand(anEstate({ subnets: [subnet], clusters: [cluster] }), cluster, demand),
    ).not.toHaveLength(1);
  });

  test('never renews nodes for prefixes in a subnet that is too small for any', () => {
    const blocks = { free: 0, prefix: 0, full: 0, fragmented: 0, awsReserved: 2 };
    const small = aSubnet({ cidrBlock: '10.0.0.0/27', blocks });
    const offered = remediesForPrefixes(anEstate({ ...input, subnets: [small] }), small);
    expect(titles(offered)).not.toContain('Replace');
  });

  test('begins with a new block where less than two nodes fit into what the VPC has left', () => {
    const ranges = (left: string) => ({ vpcs: [aVpcAssessment({ cidrBlocks: ['10.0.0.0/24', left] })] });
    const [offered] = remediesForAddresses(
      anEstate({ ...input, ...ranges('10.9.0.0/28'), leakedInterfaces: [] }),
      subnet,
    );
    expect(offered?.title).toBe('Add 100.64.0.0/16 to the VPC, and the subnet 100.64.0.0/20 in eu-west-1a');
    const [own] = remediesForAddresses(
      anEstate({ ...input, ...ranges('10.9.0.0/27'), leakedInterfaces: [] }),
      subnet,
    );
    expect(own?.title).toBe('Add the subnet 10.9.0.0/27 in eu-west-1a');
    // Where the VPC takes no more blocks, little is better than nothing.
    const five = ['10.0.0.0/24', '10.9.0.0/28', '10.1.0.0/28', '10.2.0.0/28', '10.3.0.0/28'];
    const taken = five
      .slice(2)
      .map((cidrBlock, index) => aSubnet({ subnetId: `subnet-1${index}`, cidrBlock }));
    const [little] = remediesForAddresses(
      anEstate({
        ...input,
        subnets: [subnet, ...taken],
        vpcs: [aVpcAssessment({ cidrBlocks: five })],
        leakedInterfaces: [],
      }),
      subnet,
    );
    expect(little?.title).toBe('Add the subnet 10.9.0.0/28 in eu-west-1a');
  });
});
