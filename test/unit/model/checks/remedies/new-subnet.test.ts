import { describe, expect, test } from 'vitest';
import type { EstateInput } from '../../../../../shared/model/checks/estate.ts';
import { addSubnet } from '../../../../../shared/model/checks/remedies/new-subnet.ts';
import { gainsOf } from '../../../../../shared/model/checks/remedies/new-subnet-size.ts';
import type { SubnetPurpose } from '../../../../../shared/model/checks/remedies/new-subnet-use.ts';
import type { SubnetAssessment } from '../../../../../shared/model/result/assessment.ts';
import { aSubnet } from '../../../../fixtures/assessments.ts';
import { aNode, anEksCluster, byId } from '../../../../fixtures/cluster-records.ts';
import {
  aCluster,
  aDemand,
  aNodeAssessment,
  anEstate,
  aRouteTable,
  aVpcAssessment,
} from '../../../../fixtures/findings-input.ts';

const offer = (
  subnet: SubnetAssessment,
  changes: Partial<EstateInput> = {},
  purpose: SubnetPurpose = 'nodes',
  shortfall?: Parameters<typeof addSubnet>[3],
) => addSubnet(anEstate({ subnets: [subnet], ...changes }), subnet, purpose, shortfall);

/** https://docs.aws.amazon.com/eks/latest/userguide/deploy-ipv6-cluster.html: its subnets assign IPv6 addresses by themselves. */
describe('beside a subnet with an IPv6 block', () => {
  const six = aSubnet({ ipv6CidrBlocks: ['2001:db8:0:0::/64'] });
  const added = (ipv6CidrBlocks?: readonly string[]) =>
    addSubnet(
      anEstate({
        vpcs: [aVpcAssessment(ipv6CidrBlocks === undefined ? {} : { ipv6CidrBlocks })],
        subnets: [six],
        clusters: [aCluster({ mode: 'ipv6' })],
      }),
      six,
      'nodes',
    );

  test('a new one gets the next block of the VPC, and assigns addresses of it', () => {
    const { commands = [], preconditions = [] } = added(['2001:db8::/56']) ?? {};
    expect(commands[0]).toContain('--ipv6-cidr-block 2001:db8:0:1::/64');
    expect(commands[1]).toContain(
      'modify-subnet-attribute --subnet-id "$SUBNET_ID" --assign-ipv6-address-on-creation',
    );
    expect(preconditions.filter(({ holds }) => holds === false)).toEqual([]);
  });

  test('it is said that one is needed where the VPC has none left, or none is known', () => {
    for (const blocks of [undefined, ['2001:db8::/64']]) {
      const { commands = [], preconditions = [] } = added(blocks) ?? {};
      expect(commands.join(' ')).not.toContain('ipv6');
      expect(preconditions.map(({ text }) => text)).toContain(
        'The VPC has an IPv6 block of /64 left. The new subnet needs one.',
      );
    }
  });
});

describe('a new subnet', () => {
  test('does the whole job: range, zone, name, tags, routes', () => {
    const subnet = aSubnet({
      tags: {
        Name: 'private-a',
        team: 'x',
        'karpenter.sh/discovery': 'shop',
        'kubernetes.io/role/cni': '0',
        'kubernetes.io/cluster/shop': 'shared',
      },
    });
    const remedy = offer(subnet, {
      clusters: [aCluster()],
      eksClusters: [anEksCluster({ vpcCni: { version: 'v1.18.0-eksbuild.1', configuration: null } })],
      routeTables: [aRouteTable({ subnetIds: ['subnet-0a'] })],
      subnets: [subnet, aSubnet({ subnetId: 'subnet-0b', name: 'private-a-2', cidrBlock: '10.0.1.0/24' })],
    });
    expect(remedy?.title).toBe('Add the subnet 10.0.2.0/24 in eu-west-1a');
    expect(remedy?.ranges).toEqual(['10.0.2.0/24']);
    expect(remedy?.gains).toEqual({ addresses: 251, prefixes: 14 });
    expect(remedy?.commands).toEqual([
      `SUBNET_ID=$(aws ec2 create-subnet --vpc-id vpc-01 --cidr-block 10.0.2.0/24 --availability-zone eu-west-1a --tag-specifications '[{"ResourceType":"subnet","Tags":[{"Key":"Name","Value":"private-a-3"},{"Key":"karpenter.sh/discovery","Value":"shop"},{"Key":"kubernetes.io/cluster/shop","Value":"shared"},{"Key":"kubernetes.io/role/cni","Value":"1"}]}]' --query Subnet.SubnetId --output text --region eu-west-1)`,
      'aws ec2 associate-route-table --route-table-id rtb-01 --subnet-id "$SUBNET_ID" --region eu-west-1',
    ]);
    expect(remedy?.preconditions.map(({ holds }) => holds)).toEqual([true, true, true, true, true, null]);
  });

  test('needs no route table of its own where the main one serves the subnet that is short', () => {
    const remedy = offer(aSubnet({ name: null }), { routeTables: [aRouteTable({ main: true })] });
    expect(remedy?.commands).toHaveLength(1);
    expect(remedy?.commands[0]).toContain('"Value":"subnet-0a-2"');
    expect(remedy?.preconditions[1]).toMatchObject({ holds: true });
  });

  // EKS user guide, managed node groups: a group starts none in a public subnet that does not give public addresses.
  test('gives nodes that start there a public address where the one that is short does', () => {
    const attributes = (purpose: SubnetPurpose, mapPublicIpOnLaunch: boolean) =>
      offer(aSubnet({ mapPublicIpOnLaunch }), {}, purpose)?.commands.filter((command) =>
        command.includes('modify-subnet-attribute'),
      );
    expect(attributes('nodes', true)).toEqual([
      'aws ec2 modify-subnet-attribute --subnet-id "$SUBNET_ID" --map-public-ip-on-launch --region eu-west-1',
    ]);
    expect(attributes('nodes', false)).toEqual([]);
    expect(attributes('control-plane', true)).toEqual([]);
  });

  test('is not offered where the VPC or the zone is unknown, or another account owns it, or there is no range', () => {
    expect(offer(aSubnet(), { vpcs: [] })).toBeNull();
    expect(offer(aSubnet({ availabilityZone: null }))).toBeNull();
    expect(offer(aSubnet({ ownerId: '222222222222' }))).toBeNull();
    expect(offer(aSubnet(), { vpcs: [aVpcAssessment({ cidrBlocks: ['10.0.0.0/24'] })] })).toBeNull();
  });

  test('is named by the id of the one that is short, where its name cannot be copied', () => {
    expect(offer(aSubnet({ name: 'a\u202Eb' }))?.commands[0]).toContain('"Value":"subnet-0a-2"');
  });

  test('stays on the Outpost of the one that is short', () => {
    expect(offer(aSubnet({ outpostArn: 'arn:aws:outposts:x' }))?.commands[0]).toContain(
      '--outpost-arn arn:aws:outposts:x',
    );
  });

  test('asks about the quota of subnets only where the VPC is at it', () => {
    const subnets = Array.from({ length: 200 }, (_, index) =>
      aSubnet({ subnetId: index === 0 ? 'subnet-0a' : `subnet-${index}`, cidrBlock: `10.0.${index}.0/24` }),
    );
    const texts = (count: number) =>
      offer(aSubnet(), { subnets: subnets.slice(0, count) })?.preconditions.map(({ text }) => text);
    expect(texts(199)?.some((text) => text.includes('quota'))).toBe(false);
    expect(texts(200)).toContain('The quota of 200 subnets was raised: the VPC has 200 subnets.');
  });
});

describe('its size', () => {
  const small = { vpcs: [aVpcAssessment({ cidrBlocks: ['10.0.0.0/24', '10.9.0.0/26'] })] };

  test('is that of the subnet, or smaller where the VPC has no more room', () => {
    expect(offer(aSubnet())?.ranges).toEqual(['10.0.1.0/24']);
    expect(offer(aSubnet(), small)?.ranges).toEqual(['10.9.0.0/26']);
    expect(
      offer(aSubnet({ cidrBlock: null }), { vpcs: [aVpcAssessment({ cidrBlocks: ['10.0.0.0/15'] })] })
        ?.ranges,
    ).toEqual(['10.0.0.0/16']);
  });

  test('covers the shortfall, and is not offered where it cannot', () => {
    const sized = (addresses: number, prefixes: number, changes = {}) =>
      offer(aSubnet(), changes, 'nodes', { addresses, prefixes })?.ranges;
    expect(sized(251, 0)).toEqual(['10.0.1.0/24']);
    expect(sized(252, 0)).toEqual(['10.0.2.0/23']);
    expect(sized(0, 15)).toEqual(['10.0.2.0/23']);
    expect(sized(59, 0, small)).toEqual(['10.9.0.0/26']);
    expect(sized(60, 0, small)).toBeUndefined();
    expect(sized(100_000, 0, { vpcs: [aVpcAssessment({ cidrBlocks: ['10.0.0.0/15'] })] })).toEqual([
      '10.1.0.0/16',
    ]);
  });

  test('holds a prefix where prefixes are taken: a /27 has none', () => {
    const tiny = { vpcs: [aVpcAssessment({ cidrBlocks: ['10.0.0.0/24', '10.9.0.0/27'] })] };
    expect(offer(aSubnet(), tiny)?.ranges).toEqual(['10.9.0.0/27']);
    expect(offer(aSubnet({ usesPrefixes: true }), tiny)).toBeNull();
    expect(offer(aSubnet(), { ...tiny, clusters: [aCluster({ mode: 'prefix' })] })).toBeNull();
    expect(offer(aSubnet(), { ...tiny, clusters: [aCluster({ mode: 'mixed' })] })).toBeNull();
    expect(offer(aSubnet(), small, 'nodes', { addresses: 0, prefixes: 2 })?.ranges).toEqual(['10.9.0.0/26']);
  });

  test('is a /28 for a control plane, and a /27 at least for load balancers', () => {
    expect(offer(aSubnet(), {}, 'control-plane')?.ranges).toEqual(['10.0.1.0/28']);
    expect(offer(aSubnet({ cidrBlock: '10.0.0.0/28' }), {}, 'load-balancer')?.ranges).toEqual([
      '10.0.0.32/27',
    ]);
    expect(offer(aSubnet(), {}, 'load-balancer')?.ranges).toEqual(['10.0.1.0/24']);
  });

  test('says what it gains: a range that cannot be read gains nothing', () => {
    expect(gainsOf('10.0.0.0/28')).toEqual({ addresses: 11, prefixes: 0 });
    expect(gainsOf('10.0.0.0/20')).toEqual({ addresses: 4091, prefixes: 254 });
    expect(gainsOf('nowhere').prefixes).toBe(0);
  });
});

describe('pods and nodes come to use it', () => {
  const podNode = aNodeAssessment({
    subnetId: 'subnet-0n',
    customNetworking: true,
    usage: [
      { subnetId: 'subnet-0n', interfaces: 1, addresses: 1, prefixes: 0 },
      { subnetId: 'subnet-0a', interfaces: 1, addresses: 9, prefixes: 0 },
    ],
  });

  test('through the ENIConfig of the zone where pods have a subnet of their own', () => {
    const remedy = offer(aSubnet(), { clusters: [aCluster({ customNetworking: true, nodes: [podNode] })] });
    expect(remedy?.commands.at(-1)).toBe(
      `kubectl patch eniconfig eu-west-1a --type merge --patch '{"spec":{"subnet":"'"$SUBNET_ID"'"}}'`,
    );
    expect(remedy?.preconditions.at(-1)?.text).toContain('ENIConfig');
  });

  describe('where the add-on makes the ENIConfigs', () => {
    const configuration = JSON.stringify({
      env: {
        AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
        ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone',
      },
      eniConfig: {
        create: true,
        region: 'eu-west-1',
        subnets: {
          'eu-west-1a': { id: 'subnet-0a', securityGroups: ['sg-1'] },
          'eu-west-1b': { id: 'subnet-0b' },
        },
      },
    });
    const through = (zone: string) =>
      offer(aSubnet({ availabilityZone: zone }), {
        clusters: [aCluster({ customNetworking: true, nodes: [podNode] })],
        eksClusters: [anEksCluster({ vpcCni: { version: 'v1.20.1', configuration } })],
      });

    test('through the add-on, which would undo any other change', () => {
      const remedy = through('eu-west-1a');
      const command = remedy?.commands.at(-1) ?? '';
      const [, values = ''] = /--configuration-values (.*) --resolve-conflicts PRESERVE/.exec(command) ?? [];
      expect(command).toMatch(/^aws eks update-addon --cluster-name shop --addon-name vpc-cni /);
      // As a shell reads it: quotes end and begin around the variable.
      expect(values.replaceAll("'", '').replace('""$SUBNET_ID""', '"$SUBNET_ID"')).toBe(
        configuration.replace('"id":"subnet-0a"', '"id":"$SUBNET_ID"'),
      );
      expect(remedy?.preconditions.at(-1)).toEqual({
        text: 'The add-on vpc-cni makes the ENIConfig of this zone.',
        holds: true,
      });
    });

    test('but by hand in a zone that it does not make', () => {
      const remedy = through('eu-west-1c');
      expect(remedy?.commands.at(-1)).toContain('kubectl patch eniconfig eu-west-1c');
      expect(remedy?.preconditions.at(-1)?.holds).toBeNull();
    });
  });

  describe('where nodes are started by a class', () => {
    const started = (tags: Record<string, string>, changes: Partial<EstateInput> = {}, own = {}) =>
      offer(aSubnet({ tags: own }), {
        clusters: [
          aCluster({
            nodes: [
              aNodeAssessment(),
              aNodeAssessment({ instanceId: 'i-02' }),
              aNodeAssessment({ instanceId: 'i-03', subnetId: 'subnet-0z' }),
            ],
          }),
        ],
        eksClusters: [anEksCluster({ vpcCni: { version: 'v1.17.9', configuration: null } })],
        instances: byId(
          aNode('i-01', { tags }),
          aNode('i-02', { tags }),
          aNode('i-03', { tags: { 'karpenter.k8s.aws/ec2nodeclass': 'elsewhere' } }),
        ),
        ...changes,
      });
    const karpenter = { 'karpenter.k8s.aws/ec2nodeclass': 'default' };
    const autoMode = (name: string) =>
      started(
        { 'eks:kubernetes-node-class-name': name },
        {
          clusters: [aCluster({ autoMode: true, nodes: [aNodeAssessment()] })],
        },
      );

    test('through the EC2NodeClass that started the nodes in the full subnet', () => {
      const remedy = started(karpenter);
      expect(remedy?.commands.slice(1)).toEqual([
        `kubectl patch ec2nodeclasses.karpenter.k8s.aws/default --type json --patch '[{"op":"add","path":"/spec/subnetSelectorTerms/-","value":{"id":"'"$SUBNET_ID"'"}}]'`,
      ]);
      expect(remedy?.preconditions.map(({ text }) => text).join()).not.toContain('nodeclass');
    });

    test("by Karpenter's tag where the full subnet has it: that is copied, and selected if the class asks for it", () => {
      const remedy = started(karpenter, {}, { 'karpenter.sh/discovery': 'shop' });
      expect(remedy?.commands).toHaveLength(1);
      expect(remedy?.preconditions.at(-1)).toEqual({
        text: 'ec2nodeclasses.karpenter.k8s.aws/default selects subnets by the tag karpenter.sh/discovery.',
        holds: null,
      });
      const without = started({}, {}, { 'karpenter.sh/discovery': 'shop' });
      expect(without?.preconditions.map(({ text }) => text).join()).not.toContain('selects subnets');
    });

    test('through a NodeClass of EKS Auto Mode', () => {
      expect(autoMode('private')?.commands.at(-1)).toMatch(
        /^kubectl patch nodeclasses\.eks\.amazonaws\.com\/private --type json /,
      );
      expect(
        autoMode('private')
          ?.preconditions.map(({ text }) => text)
          .join(),
      ).not.toContain('NodeClass');
    });

    test("but not through EKS's own NodeClass, which cannot be changed", () => {
      expect(autoMode('default')?.commands).toHaveLength(1);
      expect(autoMode('default')?.preconditions.at(-1)).toMatchObject({ holds: null });
      expect(autoMode('default')?.preconditions.at(-1)?.text).toContain('a NodeClass of their own');
    });

    test('without a class where instances could not be read, or have none', () => {
      expect(started({})?.commands).toHaveLength(1);
      expect(started(karpenter, { instances: null })?.commands).toHaveLength(1);
    });
  });

  test('by starting there, where only nodes of a cluster with custom networking are short', () => {
    const nodes = [{ ...podNode, subnetId: 'subnet-0a' }];
    const remedy = offer(aSubnet(), { clusters: [aCluster({ customNetworking: true, nodes })] });
    expect(remedy?.commands).toHaveLength(1);
    expect(remedy?.effect).toContain('New nodes can start there.');
  });

  test('by starting there, where the CNI is too old for subnet discovery: Auto Scaling groups take it in', () => {
    const committed = [
      aDemand({ group: 'own', kind: 'auto-scaling-group', subnetIds: ['subnet-0a', 'subnet-0b'] }),
      aDemand({ group: 'elsewhere', kind: 'auto-scaling-group', subnetIds: ['subnet-0b'] }),
      aDemand(),
    ];
    const remedy = offer(aSubnet(), {
      clusters: [aCluster({ committed })],
      eksClusters: [anEksCluster({ vpcCni: { version: 'v1.17.9', configuration: null } })],
    });
    expect(remedy?.commands.slice(1)).toEqual([
      'aws autoscaling update-auto-scaling-group --auto-scaling-group-name own --vpc-zone-identifier subnet-0a,subnet-0b,"$SUBNET_ID" --region eu-west-1',
    ]);
  });

  test("through the NodeClass's selector in EKS Auto Mode", () => {
    expect(offer(aSubnet(), { clusters: [aCluster({ autoMode: true })] })?.effect).toContain('NodeClass');
    const withGroup = [aCluster({ autoMode: true, committed: [aDemand()] })];
    expect(offer(aSubnet(), { clusters: withGroup })?.effect).toContain('add a second group');
  });

  test.each([
    ['v1.18.0', true],
    ['v2.0.0', true],
    ['v0.99.0', false],
    ['v1.17.9', false],
    ['latest', null],
  ])('by discovery only if the CNI is new enough: %s', (version, holds) => {
    const remedy = offer(aSubnet(), {
      clusters: [aCluster()],
      eksClusters: [anEksCluster({ vpcCni: { version, configuration: null } })],
    });
    const found = remedy?.preconditions.find(({ text }) => text.includes('1.18'));
    expect(found?.holds).toBe(holds === false ? undefined : holds);
  });

  test('as new nodes that start there, where nodes find no address at their start, or none runs yet', () => {
    const startsAtNone = aCluster({
      nodes: [],
      committed: [aDemand({ currentNodes: 0, subnetIds: ['subnet-0a'] })],
    });
    for (const [cluster, purpose] of [
      [aCluster(), 'node-starts'],
      [startsAtNone, 'nodes'],
    ] as const) {
      const remedy = offer(
        aSubnet(),
        {
          clusters: [cluster],
          eksClusters: [anEksCluster({ vpcCni: { version: 'v1.18.0', configuration: null } })],
        },
        purpose,
      );
      expect(remedy?.effect).toContain('New nodes can start there.');
      expect(remedy?.commands[0]).not.toContain('kubernetes.io/role/cni');
    }
  });

  test('as load balancers, where these hold most of it: none gets a smaller one than a /27', () => {
    const owners = [{ kind: 'load-balancer', name: 'edge', interfaces: 10, addresses: 10 }];
    const remedy = offer(aSubnet({ cidrBlock: '10.0.0.0/28', owners, unaccounted: 0 }));
    expect(remedy).toMatchObject({
      ranges: ['10.0.0.32/27'],
      effect: expect.stringContaining('Load balancers'),
    });
  });
});

describe('where subnet discovery gives pods addresses of another subnet already', () => {
  const short = aSubnet();
  const open = aSubnet({
    subnetId: 'subnet-0b',
    cidrBlock: '10.0.1.0/24',
    tags: { 'kubernetes.io/role/cni': '1' },
  });
  const added = (shortfall?: Parameters<typeof addSubnet>[3], other = open) =>
    offer(
      short,
      {
        subnets: [short, other],
        clusters: [aCluster({ nodes: [aNodeAssessment()] })],
        eksClusters: [anEksCluster()],
      },
      'nodes',
      shortfall,
    );

  test('only nodes are short of addresses: a new subnet is for them', () => {
    expect(added()?.effect).toMatch(/^New nodes can start there\./);
    expect(added()?.commands[0]).not.toContain('kubernetes.io/role/cni');
  });

  test('more prefixes, or addresses where that one is full, come from one more for pods', () => {
    expect(added({ addresses: 0, prefixes: 1 })?.effect).toMatch(/^The CNI finds it by its tag/);
    expect(added(undefined, { ...open, availableSingle: 0 })?.effect).toMatch(/^The CNI finds it by its tag/);
    expect(added(undefined, { ...open, availableSingle: null })?.effect).toMatch(
      /^The CNI finds it by its tag/,
    );
    expect(added(undefined, { ...open, tags: {} })?.effect).toMatch(/^The CNI finds it by its tag/);
  });
});

test('where all nodes run Windows, a new subnet is for nodes: these have one interface', () => {
  const subnet = aSubnet();
  const clusters = [aCluster({ nodes: [aNodeAssessment({ windows: true })] })];
  const remedy = offer(subnet, { clusters, eksClusters: [anEksCluster()] });
  expect(remedy?.effect).toMatch(/^New nodes can start there\./);
});
