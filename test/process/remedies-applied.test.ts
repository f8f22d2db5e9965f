import { AutoScalingClient } from '@aws-sdk/client-auto-scaling';
import { EKSClient } from '@aws-sdk/client-eks';
import { afterEach, describe, expect, test } from 'vitest';
import { labAccount } from '../../lab/estate/estate.ts';
import { scenarioEstate } from '../../lab/estate/scenario.ts';
import { SimulatedCluster } from '../../lab/estate/simulated-cluster.ts';
import type { World } from '../../lab/estate/world.ts';
import { type Lab, startLab } from '../../lab/lab.ts';
import { createEksClusterSource } from '../../shared/clusters/eks-cluster-source.ts';
import { DEFAULT_POLICY } from '../../shared/config/default-policy.ts';
import { createEc2Inventory } from '../../shared/inventory/ec2-inventory.ts';
import { elementAt } from '../../shared/model/base/element-at.ts';
import type { SubnetAssessment, TargetAssessment } from '../../shared/model/result/assessment.ts';
import type { Finding, Gains, Remedy } from '../../shared/model/result/finding.ts';
import { applyPolicy } from '../../shared/pipeline/assess.ts';
import { NO_PAST, scanTarget } from '../../shared/pipeline/scan-target.ts';
import { streamingEc2Client } from '../fixtures/ec2-clients.ts';
import { labClient } from '../fixtures/lab-clients.ts';
import { runInShell } from '../fixtures/shell-commands.ts';

/**
 * Every kind of remedy that has commands, once: what is printed is pasted into a shell, the lab carries it out, and the
 * next scan must show what the remedy promised.
 */

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';
const target = { accountId: ACCOUNT, region: REGION };

let lab: Lab | null = null;
afterEach(async () => {
  await lab?.close();
  lab = null;
});

interface Setting {
  readonly world: World;
  readonly vpcId: string;
  /** A subnet of the VPC in zone a, unless set otherwise. */
  subnet(cidrBlock: string, name: string, changes?: Partial<Parameters<World['createSubnet']>[0]>): string;
  cluster(changes: Partial<ConstructorParameters<typeof SimulatedCluster>[1]>): SimulatedCluster;
}

type Build<Built> = (setting: Setting) => Built;

/** A lab with one VPC, 10.0.0.0/16 unless set otherwise, in which `build` makes the story. */
const labWith = async <Built>(build: Build<Built>, cidrBlock = '10.0.0.0/16') => {
  let built: { readonly story: Built; readonly world: World } | null = null;
  const estate = scenarioEstate({
    name: 'remedies',
    description: '',
    accounts: [labAccount(ACCOUNT, 'hub', [REGION])],
    scenarios: [
      (world) => {
        const { vpcId } = world.createVpc({ ownerId: ACCOUNT, region: REGION, cidrBlock, name: 'core' });
        const subnet: Setting['subnet'] = (range, name, changes = {}) =>
          world.createSubnet({ vpcId, cidrBlock: range, name, ...changes }).subnetId;
        const cluster: Setting['cluster'] = (changes) =>
          new SimulatedCluster(world, {
            name: 'shop',
            vpcId,
            ownerId: ACCOUNT,
            region: REGION,
            controlPlaneSubnetIds: [],
            nodeGroups: [],
            ...changes,
          });
        built = { story: build({ world, vpcId, subnet, cluster }), world };
        return () => undefined;
      },
    ],
  });
  lab = await startLab({ estate });
  if (built === null) throw new Error('The story was not told.');
  return built as { readonly story: Built; readonly world: World };
};

const running = (): Lab => {
  if (lab === null) throw new Error('There is no lab.');
  return lab;
};

const scan = async (): Promise<TargetAssessment> => {
  // What the test changed by itself shows from the next minute on.
  running().clock.advance(60_000);
  const settings = labClient(running(), ACCOUNT);
  const assessed = await scanTarget({
    target,
    scope: {},
    sources: {
      inventory: createEc2Inventory({ client: streamingEc2Client(running().url, settings), target }),
      clusters: createEksClusterSource({
        eks: new EKSClient(settings),
        autoScaling: new AutoScalingClient(settings),
        target,
      }),
    },
    past: NO_PAST,
    cache: null,
    now: running().clock.now(),
  });
  return applyPolicy(assessed, DEFAULT_POLICY).assessment;
};

const findingOf = ({ findings }: TargetAssessment, kind: string): Finding | undefined =>
  findings.find((finding) => finding.kind === kind || finding.also?.some((beneath) => beneath.kind === kind));

/** What the cluster can still take: the supply of every subnet that its nodes or pods use or may use. */
const supplyOf = ({ clusters, subnets }: TargetAssessment): Gains => {
  const ids = new Set(clusters.flatMap(({ nodeSubnetIds }) => nodeSubnetIds));
  const used = subnets.filter(({ subnetId }) => ids.has(subnetId));
  return {
    addresses: used.reduce((sum, { available }) => sum + (available ?? 0), 0),
    prefixes: used.reduce((sum, { prefixes }) => sum + (prefixes?.free ?? 0), 0),
  };
};

interface Applied {
  readonly before: TargetAssessment;
  readonly after: TargetAssessment;
  readonly finding: Finding;
  readonly remedy: Remedy;
}

/** Scans, applies the remedy of that title to the lab, and scans again. */
const apply = async (
  kind: string,
  title: RegExp,
  kubectl: Parameters<typeof runInShell>[1]['kubectl'] = () => {
    throw new Error('No command goes to a cluster here.');
  },
): Promise<Applied> => {
  const before = await scan();
  expect(before.target.errors).toEqual([]);
  const finding = findingOf(before, kind);
  const remedy = finding?.remedies.find((each) => title.test(each.title));
  if (finding === undefined || remedy === undefined) {
    const found = before.findings.map((each) => [each.kind, each.remedies.map((offer) => offer.title)]);
    throw new Error(`No remedy ${title} for ${kind}: ${JSON.stringify(found)}`);
  }
  expect(remedy.preconditions.filter(({ holds }) => holds === false)).toEqual([]);
  await runInShell(remedy.commands, { lab: running(), accountId: ACCOUNT, kubectl });
  return { before, after: await scan(), finding, remedy };
};

/** The supply grew by what was promised, at the least. */
const expectGains = ({ before, after, remedy }: Applied): void => {
  const [was, is] = [supplyOf(before), supplyOf(after)];
  expect(remedy.gains).toBeDefined();
  expect((is.addresses ?? 0) - (was.addresses ?? 0)).toBeGreaterThanOrEqual(remedy.gains?.addresses ?? 0);
  expect((is.prefixes ?? 0) - (was.prefixes ?? 0)).toBeGreaterThanOrEqual(remedy.gains?.prefixes ?? 0);
};

const subnetIn = ({ subnets }: TargetAssessment, id: string): SubnetAssessment | undefined =>
  subnets.find(({ subnetId }) => subnetId === id);

/** m5.large nodes: each takes ten addresses when it starts. */
const workers = (subnetId: string, changes: { minSize?: number; maxSize?: number } = {}) => ({
  name: 'workers',
  instanceType: 'm5.large',
  subnetIds: [subnetId] as [string],
  minSize: 2,
  maxSize: 2,
  ...changes,
});

const FOUR = { minSize: 4, maxSize: 4 };

/** One database in every block of a /24 that is still whole, so that no prefix is left. */
const scatter = (world: World, subnetId: string): void => {
  const pool = world.pool(subnetId);
  for (let tries = 0; tries < 200 && pool.freePrefixes > 0; tries += 1) {
    world.createInterface({
      subnetId,
      description: 'RDSNetworkInterface',
      requesterId: 'amazon-rds',
      attachment: {},
    });
  }
};

describe('more room', () => {
  test('deleting leaked interfaces gives back what they hold', async () => {
    await labWith(({ world, subnet, cluster }) => {
      const id = subnet('10.0.0.0/25', 'nodes-a');
      cluster({ nodeGroups: [workers(id)] });
      for (let count = 0; count < 3; count += 1) {
        world.createInterface({
          subnetId: id,
          description: 'aws-K8S-i-0gone',
          attachment: null,
          secondaryAddresses: 9,
          tags: {
            'node.k8s.amazonaws.com/instance_id': 'i-0gone',
            'node.k8s.amazonaws.com/createdAt': '2020-01-01T00:00:00Z',
            'cluster.k8s.amazonaws.com/name': 'shop',
          },
        });
      }
    });
    const applied = await apply('leaked-interfaces', /^Delete 3 leaked/);
    expectGains(applied);
    expect(applied.remedy.gains?.addresses).toBe(30);
    expect(findingOf(applied.after, 'leaked-interfaces')).toBeUndefined();
  });

  test('a new subnet in the VPC, tagged for the CNI and with the routes of the full one', async () => {
    const { story, world } = await labWith(({ world, vpcId, subnet, cluster }) => {
      const id = subnet('10.0.0.0/26', 'nodes-a');
      const routes = [{ destination: '0.0.0.0/0', target: 'nat-0a1b2c3d4e5f60718' }];
      world.createRouteTable({ vpcId, subnetIds: [id], routes });
      return cluster({ nodeGroups: [workers(id, FOUR)] });
    });
    const applied = await apply('lone-subnet', /^Add the subnet 10\.0\./);
    expectGains(applied);
    expect(findingOf(applied.after, 'lone-subnet')).toBeUndefined();
    const added = applied.after.subnets.find(({ name }) => name?.startsWith('nodes-a-'));
    expect([...world.routeTables.values()][0]?.subnetIds).toContain(added?.subnetId);
    // The CNI of the nodes that run takes addresses there.
    story.runPods(50);
    story.record();
    expect(subnetIn(await scan(), added?.subnetId ?? '')?.used).toBeGreaterThan(0);
  });

  test('a new block for a VPC that is full, with a subnet in it', async () => {
    await labWith(({ subnet, cluster }) => {
      const id = subnet('10.0.0.0/26', 'nodes-a');
      cluster({ nodeGroups: [workers(id, FOUR)] });
    }, '10.0.0.0/26');
    const applied = await apply('lone-subnet', /^Add 100\.64\.0\.0\/16 to the VPC, and the subnet/);
    expectGains(applied);
    expect(findingOf(applied.after, 'lone-subnet')).toBeUndefined();
  });

  test('a new subnet for pods through the ENIConfig of the zone', async () => {
    const { story } = await labWith(({ subnet, cluster }) => {
      const nodes = subnet('10.0.0.0/24', 'nodes-a');
      const pods = subnet('10.0.1.0/26', 'pods-a');
      return cluster({
        customNetworkingSubnetId: pods,
        nodeGroups: [workers(nodes, { minSize: 2, maxSize: 5 })],
      });
    });
    const patched: string[] = [];
    const applied = await apply('committed-demand', /^Add the subnet/, (words) => {
      expect(words.slice(0, 3)).toEqual(['patch', 'eniconfig', 'eu-west-1a']);
      patched.push(JSON.parse(words.at(-1) ?? '{}').spec.subnet);
    });
    const added = applied.after.subnets.find(({ name }) => name === 'pods-a-2');
    expect(patched).toEqual([added?.subnetId]);
    story.usePodSubnet(patched[0] ?? '');
    expect(story.scale('workers', 5)).toBe(true);
    story.record();
    const later = await scan();
    expect(subnetIn(later, patched[0] ?? '')?.used).toBeGreaterThan(0);
  });

  test('lower warm targets give back at least what they promise', async () => {
    const { story } = await labWith(({ subnet, cluster }) => {
      const id = subnet('10.0.0.0/25', 'nodes-a');
      const made = cluster({ nodeGroups: [workers(id, { minSize: 5, maxSize: 5 })] });
      made.runPods(10);
      made.record();
      return made;
    });
    const applied = await apply('warm-pool-waste', /^Keep fewer addresses warm/);
    expectGains(applied);
    expect(applied.remedy.gains?.addresses).toBeGreaterThan(0);
    expect(findingOf(applied.after, 'warm-pool-waste')).toBeUndefined();
    expect(story.pods).toBe(10);
  });

  test('a smaller group gives back what its nodes held', async () => {
    await labWith(({ subnet, cluster }) => {
      const id = subnet('10.0.0.0/26', 'nodes-a');
      cluster({ nodeGroups: [workers(id, FOUR)] });
    });
    const applied = await apply('lone-subnet', /^Scale workers down to 3 nodes/);
    expectGains(applied);
    expect(applied.remedy.gains?.addresses).toBeGreaterThan(0);
  });
});

describe('a migration has no command, and keeps its promise once it is done', () => {
  const NODES = 4;
  const story =
    (podNetwork?: 'ipv6' | 'overlay'): Build<SimulatedCluster> =>
    ({ subnet, cluster }) => {
      const id = subnet('10.0.0.0/26', 'nodes-a');
      return cluster({
        nodeGroups: [workers(id, FOUR)],
        ...(podNetwork === undefined ? {} : { podNetwork }),
      });
    };

  test.each([
    ['ipv6', /^Move shop to a new IPv6 cluster/],
    ['overlay', /^Run shop with an overlay network/],
  ] as const)('%s: a node then takes one address, and the finding is gone', async (podNetwork, title) => {
    await labWith(story());
    const { before, after, finding, remedy } = await apply('lone-subnet', title);
    expect(remedy).toMatchObject({ commands: [], gains: { addresses: 0, prefixes: 0 } });
    expect(remedy.effect).toContain('A node takes one');
    expect(remedy.effect).toContain('It is a migration, and no command does it.');
    // Nothing happened, and nothing was promised for now.
    expect(findingOf(after, 'lone-subnet')).toEqual(finding);
    await lab?.close();

    await labWith(story(podNetwork));
    const migrated = await scan();
    expect(migrated.clusters[0]?.nodes).toHaveLength(NODES);
    const { subnetId } = elementAt(migrated.subnets, 0);
    expect(before.subnets[0]?.used).toBe(NODES * 10);
    expect(subnetIn(migrated, subnetId)?.used).toBe(NODES);
    expect(findingOf(migrated, 'lone-subnet')).toBeUndefined();
  });
});

describe('a quota', () => {
  const extra = ['10.1.0.0/28', '10.1.1.0/28', '10.1.2.0/28', '10.1.3.0/28'];

  test('is raised first: EC2 refuses the block before it, and takes it after it', async () => {
    await labWith(({ world, vpcId, subnet, cluster }) => {
      for (const block of extra) {
        world.associateCidrBlock(vpcId, block);
        subnet(block, `other-${block}`, { zone: 'b' });
      }
      cluster({ nodeGroups: [workers(subnet('10.0.0.0/26', 'nodes-a'), FOUR)] });
    }, '10.0.0.0/26');
    const refused = apply('lone-subnet', /^Add 100\.65\.0\.0\/16 to the VPC, and the subnet/);
    await expect(refused).rejects.toThrow('CidrLimitExceeded');

    const { before, remedy } = await apply('lone-subnet', /^Request a higher quota of IPv4 CIDR blocks/);
    expect(remedy).toMatchObject({ effect: 'AWS grants up to 50.', gains: { addresses: 0 } });
    const titles = findingOf(before, 'lone-subnet')?.remedies.map((each) => each.title) ?? [];
    const rank = (start: string) => titles.findIndex((each) => each.startsWith(start));
    expect(rank('Request a higher quota')).toBeGreaterThanOrEqual(0);
    expect(rank('Request a higher quota')).toBeLessThan(rank('Add 100.65.0.0/16'));

    const applied = await apply('lone-subnet', /^Add 100\.65\.0\.0\/16 to the VPC, and the subnet/);
    expectGains(applied);
    expect(findingOf(applied.after, 'lone-subnet')).toBeUndefined();
  });
});

describe('a sibling subnet', () => {
  test('is opened to the CNI: pods of the full one find room there', async () => {
    const { story } = await labWith(({ subnet, cluster }) => {
      const full = subnet('10.0.0.0/26', 'nodes-a');
      const other = subnet('10.0.1.0/24', 'nodes-b');
      return cluster({
        nodeGroups: [
          workers(full, { minSize: 4, maxSize: 6 }),
          { ...workers(other, { minSize: 0 }), name: 'second' },
        ],
      });
    });
    expect(story.runPods(80)).toBeGreaterThan(0);
    story.runPods(0);
    story.record();
    const applied = await apply('committed-demand', /^Let pods of shop take addresses from nodes-b/);
    const morePods = ({ clusters }: TargetAssessment) => clusters[0]?.zones[0]?.morePods ?? 0;
    expect(morePods(applied.after)).toBeGreaterThan(morePods(applied.before));
    expect(story.runPods(80)).toBe(0);
  });

  test("is what Karpenter starts new nodes in, once the full one has lost Karpenter's tag", async () => {
    const tags = { 'karpenter.sh/discovery': 'shop' };
    const { story, world } = await labWith(({ subnet, cluster }) => {
      const full = subnet('10.0.0.0/25', 'nodes-a', { tags });
      const other = subnet('10.0.1.0/25', 'nodes-b', { tags: { ...tags, 'kubernetes.io/role/cni': '1' } });
      const pool = { ...workers(full, { maxSize: 9 }), nodePool: true };
      const made = cluster({
        nodeGroups: [pool, { ...workers(full, { minSize: 0, maxSize: 20 }), name: 'more' }],
      });
      return { made, full, other };
    });
    await apply('committed-demand', /^Start new nodes of shop in nodes-b only/);
    const startedIn = (subnetId: string) =>
      [...world.instances.values()].filter((instance) => instance.subnetId === subnetId).length;
    const before = startedIn(story.full);
    story.made.scale('workers', 4);
    expect(startedIn(story.full)).toBe(before);
  });

  test('is what an Auto Scaling group starts new nodes in, once it has left the full one', async () => {
    const { world } = await labWith(({ subnet, cluster }) => {
      const full = subnet('10.0.0.0/26', 'nodes-a');
      const other = subnet('10.0.1.0/24', 'nodes-b', { tags: { 'kubernetes.io/role/cni': '1' } });
      cluster({
        selfManaged: true,
        nodeGroups: [{ ...workers(full, { maxSize: 60 }), subnetIds: [full, other] as [string, string] }],
      });
    });
    const applied = await apply('committed-demand', /^Start no more nodes of .* in nodes-a$/);
    const [group] = world.autoScalingGroups.values();
    expect(group?.subnetIds).toEqual([subnetNamed(applied.after, 'nodes-b')]);
  });
});

const subnetNamed = ({ subnets }: TargetAssessment, name: string): string | undefined =>
  subnets.find((subnet) => subnet.name === name)?.subnetId;

describe('prefixes', () => {
  const inPrefixMode = { prefixDelegation: true, maxPods: 110 };

  test('an explicit reservation that is given to prefixes serves them at once', async () => {
    await labWith(({ world, subnet, cluster }) => {
      const id = subnet('10.0.0.0/24', 'nodes-a');
      world.reserve(id, '10.0.0.128/26', 'explicit');
      cluster({ settings: inPrefixMode, nodeGroups: [workers(id)] });
      scatter(world, id);
    });
    const applied = await apply('fragmentation', /^Give the explicit reservation 10\.0\.0\.128\/26/);
    expect(applied.remedy.gains?.prefixes).toBe(4);
    expectGains(applied);
    expect(findingOf(applied.after, 'fragmentation')).toBeUndefined();
  });

  test('a new subnet brings prefixes', async () => {
    await labWith(({ world, subnet, cluster }) => {
      const id = subnet('10.0.0.0/24', 'nodes-a');
      cluster({ settings: inPrefixMode, nodeGroups: [workers(id)] });
      scatter(world, id);
    });
    const applied = await apply('fragmentation', /^Add the subnet/);
    expect(applied.remedy.gains?.prefixes).toBe(14);
    expectGains(applied);
  });

  test('a reserved range keeps single addresses out, and promises no more', async () => {
    const { story, world } = await labWith(({ world, subnet, cluster }) => {
      const id = subnet('10.0.0.0/24', 'nodes-a');
      cluster({ settings: inPrefixMode, nodeGroups: [workers(id)] });
      scatter(world, id);
      return id;
    });
    const { after, remedy } = await apply('fragmentation', /^Reserve /);
    expect(remedy.gains).toEqual({ addresses: 0, prefixes: 0 });
    const reservation = subnetIn(after, story)?.reservations?.[0];
    expect(reservation?.type).toBe('prefix');
    for (let count = 0; count < 40; count += 1) {
      world.createInterface({
        subnetId: story,
        description: 'RDSNetworkInterface',
        requesterId: 'amazon-rds',
        attachment: {},
      });
    }
    const later = await scan();
    expect(subnetIn(later, story)?.reservations?.[0]?.available).toBe(reservation?.available);
  });
});

describe('a control plane', () => {
  const full = (world: World, subnetId: string): void => {
    const pool = world.pool(subnetId);
    while (pool.freeAddresses > 2) {
      world.createInterface({ subnetId, description: 'other', attachment: {} });
    }
  };

  test('gets subnets that have room', async () => {
    await labWith(({ world, subnet, cluster }) => {
      const own = ['a', 'b'].map((zone, index) => subnet(`10.0.9.${index * 16}/28`, `cp-${zone}`, { zone }));
      for (const [index, zone] of ['a', 'b'].entries())
        subnet(`10.0.${index}.0/24`, `spare-${zone}`, { zone });
      cluster({ controlPlaneSubnetIds: own });
      for (const id of own) full(world, id);
    });
    const { after } = await apply('upgrade-readiness', /^Give the control plane of shop other subnets/);
    expect(findingOf(after, 'upgrade-readiness')).toBeUndefined();
  });

  test('gets new subnets of its own', async () => {
    await labWith(({ world, subnet, cluster }) => {
      const own = ['a', 'b'].map((zone, index) => subnet(`10.0.9.${index * 16}/28`, `cp-${zone}`, { zone }));
      cluster({ controlPlaneSubnetIds: own });
      for (const id of own) full(world, id);
    });
    const { after, remedy } = await apply('upgrade-readiness', /^Give the control plane of shop new subnets/);
    expect(findingOf(after, 'upgrade-readiness')).toBeUndefined();
    expect(remedy.gains?.addresses).toBe(22);
  });
});

test('a maximum that is lowered to what fits is no shortfall any more', async () => {
  await labWith(({ subnet, cluster }) => {
    cluster({ nodeGroups: [workers(subnet('10.0.0.0/25', 'nodes-a'), { maxSize: 60 })] });
  });
  const { after, finding } = await apply('committed-demand', /^Lower the maximum of workers/);
  const shortfall = ({ evidence }: Finding) => evidence.find(({ name }) => name === 'shortfall')?.value;
  expect(shortfall(finding)).toBeGreaterThan(0);
  const later = findingOf(after, 'committed-demand');
  if (later === undefined) throw new Error('the nodes fit at the start, but not when full of pods');
  expect([later.severity, shortfall(later)]).toEqual(['info', 0]);
});

test('a command that AWS refuses ends the script, and says why', async () => {
  await labWith(({ subnet }) => subnet('10.0.0.0/25', 'nodes-a'));
  const commands = [
    'aws ec2 delete-network-interface --network-interface-id eni-0none --region eu-west-1',
    'exit 0',
  ];
  await expect(
    runInShell(commands, { lab: running(), accountId: ACCOUNT, kubectl: () => undefined }),
  ).rejects.toThrow("InvalidNetworkInterfaceID.NotFound: The networkInterface ID 'eni-0none' does not exist");
});
