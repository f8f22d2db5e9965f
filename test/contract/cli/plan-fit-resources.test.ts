import { describe, expect, test } from 'vitest';
import { planDocument, shopFile } from '../../fixtures/plan-command.ts';
import { type Resource, terraformPlan } from '../../fixtures/terraform-plan.ts';

/**
 * What single resources of a Terraform plan take, beside what others of their kind take.
 */

const SUBNETS = ['subnet-0a', 'subnet-0b', 'subnet-0c'];

/** Each subnet of the cluster has so many of its 251 addresses left. */
const planned = async (left: number, ...resources: readonly Resource[]) => {
  const file = shopFile({ nodes: 0, strangers: 251 - left });
  const { document } = await planDocument('fit', '--from', file, '--terraform', terraformPlan(...resources));
  const { demands, fits, unknowns } = document;
  return {
    fits,
    unknowns,
    errors: demands.map(({ error }: { error: string | null }) => error),
    wanted: demands.map(({ wanted }: { wanted: { least: number; most: number } }) => [
      wanted.least,
      wanted.most,
    ]),
  };
};

const group = (after: Record<string, unknown>, changes: Partial<Resource> = {}): Resource => ({
  address: 'aws_eks_node_group.more',
  after: {
    cluster_name: 'shop',
    instance_types: ['m5.large'],
    scaling_config: [{ min_size: 0, desired_size: 3, max_size: 3 }],
    subnet_ids: SUBNETS,
    ...after,
  },
  ...changes,
});

/** The same group with a newer version. */
const updated = (after: Record<string, unknown>): Resource => {
  const { after: now } = group(after);
  return group({ ...after, version: '1.35' }, { before: { ...now, id: 'shop:more', version: '1.34' } });
};

// Elastic Load Balancing user guides: eight free addresses in each subnet. Else CreateLoadBalancer answers InvalidSubnet.
describe('a load balancer', () => {
  test.each(['application', 'network', 'gateway'])(
    'of the type %s is refused below 8 free addresses',
    async (type) => {
      const balancer = { address: 'aws_lb.web', after: { load_balancer_type: type, subnets: SUBNETS } };
      expect(await planned(7, balancer)).toMatchObject({
        fits: { least: false, most: false },
        errors: ['InvalidSubnet'],
      });
      expect(await planned(8, balancer)).toMatchObject({ fits: { least: true, most: true }, errors: [null] });
    },
  );

  test('leaves the second one none, where an Application Load Balancer takes all that it may', async () => {
    const balancer = (name: string) => ({ address: `aws_lb.${name}`, after: { subnets: SUBNETS } });
    expect(await planned(15, balancer('one'), balancer('two'))).toMatchObject({
      fits: { least: true, most: false },
      errors: [null, 'InvalidSubnet'],
    });
    expect((await planned(8, balancer('one'), balancer('two'))).fits.least).toBe(false);
  });
});

describe('an update of a node group', () => {
  test('starts two nodes in each zone first, however many subnets a zone has', async () => {
    const made = (name: string) => ({
      address: `aws_subnet.${name}`,
      after: { cidr_block: `10.0.9${name}.0/24`, availability_zone: 'eu-west-1a' },
    });
    const subnets = ['subnet-0a', 'subnet-0b', 'aws_subnet.1', 'aws_subnet.2'];
    expect(await planned(200, made('1'), made('2'), updated({ subnet_ids: subnets }))).toMatchObject({
      wanted: [[4, 4]],
    });
  });

  test('starts none where the group has no node', async () => {
    const none = { scaling_config: [{ min_size: 0, desired_size: 0, max_size: 3 }] };
    expect(await planned(0, updated(none))).toMatchObject({ wanted: [], fits: { least: true, most: true } });
    expect((await planned(0, updated({}))).fits.least).toBe(false);
  });
});

describe('nodes', () => {
  test('of a type that is not known may take the least, or the most', async () => {
    const { fits, errors } = await planned(200, group({ instance_types: ['m5.large', 'm99.large'] }));
    expect(fits).toEqual({ least: null, most: null });
    expect(errors).toEqual(['what its nodes take is not known']);
  });

  // VPC resource controller: one interface, three addresses for pods at the start, and one for each pod.
  test('that run Windows take addresses for one interface, in their own subnet', async () => {
    const windows = group({ ami_type: 'WINDOWS_CORE_2022_x86_64' });
    expect((await planned(10, windows)).fits).toEqual({ least: true, most: true });
    expect((await planned(9, windows)).fits).toEqual({ least: true, most: false });
    expect((await planned(3, windows)).fits.least).toBe(false);
    expect((await planned(10, group({ ami_type: 'AL2023_x86_64_STANDARD' }))).fits.most).toBe(false);
  });

  const newCluster = (ip_family: string): Resource => ({
    address: 'aws_eks_cluster.new',
    after: { name: 'new', kubernetes_network_config: [{ ip_family }] },
  });

  test('of a new cluster in IPv6 mode take an address each', async () => {
    const nodes = group({ cluster_name: 'new' });
    expect((await planned(1, newCluster('ipv6'), nodes)).fits).toEqual({ least: true, most: true });
    expect((await planned(1, newCluster('ipv4'), nodes)).fits.least).toBe(false);
    const byReference = group(
      { cluster_name: null },
      { unknown: { cluster_name: true }, references: { cluster_name: ['aws_eks_cluster.new.name'] } },
    );
    expect((await planned(1, newCluster('ipv6'), byReference)).fits.least).toBe(true);
  });

  test('of such a cluster take it with the add-on of the plan as well', async () => {
    const addOn = {
      address: 'aws_eks_addon.cni',
      after: { addon_name: 'vpc-cni', cluster_name: 'new', configuration_values: '{"env":{}}' },
    };
    expect((await planned(1, newCluster('ipv6'), addOn, group({ cluster_name: 'new' }))).fits.least).toBe(
      true,
    );
  });
});

describe('instances of an Auto Scaling group with weights', () => {
  const weighted = (
    weights: readonly (string | null)[],
    changes: Record<string, unknown> = {},
  ): Resource => ({
    address: 'aws_autoscaling_group.batch',
    after: {
      min_size: 0,
      desired_capacity: 8,
      max_size: 21,
      vpc_zone_identifier: SUBNETS,
      mixed_instances_policy: [
        {
          launch_template: [
            {
              override: weights.map((weighted_capacity) => ({
                instance_type: 'm5.large',
                weighted_capacity,
              })),
            },
          ],
        },
      ],
      ...changes,
    },
  });

  test.each([
    [['4'], [2, 6]],
    [
      ['2', '8'],
      [1, 11],
    ],
    [[null], [8, 21]],
    [
      [null, '4'],
      [2, 21],
    ],
  ])('%j count for several units', async (weights, wanted) => {
    expect((await planned(200, weighted(weights))).wanted).toEqual([wanted]);
  });

  test('are not counted where its sizes are processors', async () => {
    const { fits, unknowns, wanted } = await planned(200, weighted(['1'], { desired_capacity_type: 'vcpu' }));
    expect([fits.most, wanted]).toEqual([null, []]);
    expect(unknowns).toEqual([
      'aws_autoscaling_group.batch: its sizes count processors or memory, so its instances are not counted.',
    ]);
    const none = { desired_capacity_type: 'vcpu', desired_capacity: 0, max_size: 0 };
    expect((await planned(200, weighted(['1'], none))).fits.most).toBe(true);
    expect((await planned(200, weighted(['1'], { desired_capacity_type: 'units' }))).wanted).toEqual([
      [8, 21],
    ]);
  });
});

describe('an ECS service', () => {
  const service = (after: Record<string, unknown>, before?: Record<string, unknown>): Resource => {
    const settings = { desired_count: 10, network_configuration: [{ subnets: ['subnet-0a'] }], ...after };
    return {
      address: 'aws_ecs_service.api',
      after: { task_definition: 'api:2', ...settings },
      ...(before !== undefined && { before: { ...settings, id: 'api', ...before } }),
    };
  };
  const beside = { deployment_configuration: [{ strategy: 'BLUE_GREEN' }] };

  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-blue-green.html
  test.each([
    ['a new one', service(beside), [10, 20]],
    ['a new task definition', service(beside, { task_definition: 'api:1' }), [10, 10]],
    ['new tags', service(beside, { task_definition: 'api:2' }), [0, 10]],
    ['a rolling update', service({}, { task_definition: 'api:1' }), [0, 10]],
    [
      'a percentage that blue/green does not know',
      service({ ...beside, deployment_maximum_percent: 100 }, { task_definition: 'api:1' }),
      [10, 10],
    ],
  ])('that runs new tasks beside the old ones takes addresses for both: %s', async (_, resource, wanted) => {
    expect((await planned(200, resource)).wanted).toEqual([wanted]);
  });
});

describe('what cannot be counted is named', () => {
  const unknownOf = async (address: string, after: Record<string, unknown>) => {
    const { fits, unknowns } = await planned(200, { address, after });
    return [fits.most, ...unknowns];
  };

  test.each([
    ['aws_memorydb_cluster.c', 'subnet_group_name'],
    ['aws_redshift_cluster.c', 'cluster_subnet_group_name'],
    ['aws_dms_replication_instance.c', 'replication_subnet_group_id'],
  ])('%s names a group of subnets', async (address, argument) => {
    expect(await unknownOf(address, { [argument]: 'main' })).toEqual([
      null,
      expect.stringContaining(`${address}: it names subnets`),
    ]);
  });

  test.each(['aws_docdb_cluster.c', 'aws_neptune_cluster.c'])(
    'but %s takes nothing itself',
    async (address) => {
      expect(await unknownOf(address, { db_subnet_group_name: 'main' })).toEqual([true]);
    },
  );

  test('an endpoint of a service network holds prefixes', async () => {
    const endpoint = { vpc_endpoint_type: 'ServiceNetwork', subnet_ids: SUBNETS };
    expect(await unknownOf('aws_vpc_endpoint.lattice', endpoint)).toEqual([
      null,
      'aws_vpc_endpoint.lattice: it holds prefixes of 16 addresses, and how many is not known.',
    ]);
  });
});

test('a cache cluster takes an address for each node', async () => {
  const subnetGroup = {
    address: 'aws_elasticache_subnet_group.c',
    after: { name: 'cache', subnet_ids: SUBNETS },
  };
  const cache = (after: Record<string, unknown>) => ({
    address: 'aws_elasticache_cluster.c',
    after: { subnet_group_name: 'cache', ...after },
  });
  expect((await planned(200, subnetGroup, cache({ num_cache_nodes: 5 }))).wanted).toEqual([[5, 5]]);
  expect((await planned(200, subnetGroup, cache({}))).wanted).toEqual([[1, 1]]);
});
