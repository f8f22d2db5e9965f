import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plan, planDocument, shopFile } from '../../fixtures/plan-command.ts';
import { terraformFolder as folder, type Resource, terraformPlan } from '../../fixtures/terraform-plan.ts';

const SUBNETS = ['subnet-0a', 'subnet-0b', 'subnet-0c'];

const nodeGroup = (
  sizes: { desired_size: number; max_size: number },
  changes: Partial<Resource> = {},
): Resource => ({
  address: 'aws_eks_node_group.more',
  after: {
    cluster_name: 'shop',
    instance_types: ['m5.large'],
    scaling_config: [{ min_size: 0, ...sizes }],
    subnet_ids: SUBNETS,
  },
  ...changes,
});

const gate = (file: string, ...args: readonly string[]) =>
  planDocument('fit', '--from', shopFile(), '--terraform', file, ...args);

describe('headroom plan fit --terraform', () => {
  test('adds up node groups at the least and at the most: new nodes, and full nodes at the maximum', async () => {
    const { code, document } = await gate(terraformPlan(nodeGroup({ desired_size: 6, max_size: 30 })));
    expect(code).toBe(0);
    expect(document.fits).toEqual({ least: true, most: false });
    expect(document.demands).toEqual([
      {
        address: 'aws_eks_node_group.more',
        kind: 'nodes',
        wanted: { least: 6, most: 30 },
        // Each subnet has 211 addresses left; a full m5.large holds 3 interfaces of 10.
        fits: { least: 6, most: 21 },
        error: 'InsufficientFreeAddressesInSubnet',
        subnetIds: SUBNETS,
      },
    ]);
  });

  test('exits 1 where the bound that is required does not fit', async () => {
    const file = terraformPlan(nodeGroup({ desired_size: 6, max_size: 30 }));
    expect((await gate(file, '--require', 'most')).code).toBe(1);
    expect((await gate(terraformPlan(nodeGroup({ desired_size: 90, max_size: 90 })))).code).toBe(1);
  });

  test('counts only what is new of a group that is enlarged', async () => {
    const { document } = await gate(
      terraformPlan(
        nodeGroup(
          { desired_size: 6, max_size: 8 },
          { before: { id: 'shop:more', scaling_config: [{ desired_size: 5, max_size: 8 }] } },
        ),
      ),
    );
    expect(document.demands[0].wanted).toEqual({ least: 1, most: 3 });
  });

  test('counts no nodes in zones of which the plan names no subnet for pods', async () => {
    const addOn = (...zones: readonly string[]): Resource => ({
      address: 'aws_eks_addon.cni',
      after: {
        addon_name: 'vpc-cni',
        addon_version: 'v1.20.1-eksbuild.1',
        cluster_name: 'shop',
        configuration_values: JSON.stringify({
          env: {
            AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
            ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone',
          },
          eniConfig: {
            create: true,
            region: 'eu-west-1',
            subnets: Object.fromEntries(zones.map((zone) => [`eu-west-1${zone}`, { id: `subnet-0${zone}` }])),
          },
        }),
      },
    });
    const asked = async (...zones: readonly string[]) => {
      const group = nodeGroup({ desired_size: 3, max_size: 3 });
      const { document } = await gate(terraformPlan(group, addOn(...zones)));
      const { demands, fits, unknowns } = document;
      return { subnetIds: demands[0]?.subnetIds, most: fits.most, unknowns };
    };
    expect(await asked('a', 'b', 'c')).toEqual({ subnetIds: SUBNETS, most: true, unknowns: [] });
    expect(await asked('a', 'c')).toEqual({
      subnetIds: ['subnet-0a', 'subnet-0c'],
      most: null,
      unknowns: [
        'aws_eks_node_group.more: where pods of nodes in subnet-0b take addresses is not in the plan, so no nodes are counted there.',
      ],
    });
    expect(await asked('d')).toMatchObject({
      unknowns: [
        'aws_eks_node_group.more: the subnets of its pods are not in the plan, so its nodes are not counted.',
      ],
    });
  });

  test('lists sizes that are known only after apply, of node groups and of Auto Scaling groups', async () => {
    const group = nodeGroup({ desired_size: 6, max_size: 8 });
    const unsized = { ...group, after: { ...group.after, scaling_config: null } };
    const { document } = await gate(
      terraformPlan(
        { ...unsized, unknown: { scaling_config: true } },
        {
          address: 'aws_autoscaling_group.some',
          after: { min_size: 2, vpc_zone_identifier: SUBNETS },
          unknown: { max_size: true, desired_capacity: true },
        },
      ),
    );
    expect(document.unknowns).toEqual([
      'aws_eks_node_group.more: its size is known only after apply, so its nodes are not counted.',
      'aws_autoscaling_group.some: its size is known only after apply. The sizes that are known are counted.',
    ]);
  });

  test('starts as many nodes first as the update settings of a group say', async () => {
    const updated = async (update: Record<string, unknown>) => {
      const sizes = { desired_size: 30, max_size: 30 };
      const { after } = nodeGroup(sizes);
      const before = { ...after, version: '1.33' };
      const changed = { ...after, version: '1.34', update_config: [update] };
      const { document } = await gate(terraformPlan(nodeGroup(sizes, { before, after: changed })));
      return document.demands.map(({ wanted }: { wanted: object }) => wanted);
    };
    expect(await updated({ max_unavailable: 1 })).toEqual([{ least: 6, most: 6 }]);
    expect(await updated({ max_unavailable_percentage: 50 })).toEqual([{ least: 15, most: 15 }]);
    expect(await updated({ max_unavailable: 1, update_strategy: 'MINIMAL' })).toEqual([]);
  });

  test('says of one node that it is one', async () => {
    const group = nodeGroup({ desired_size: 63, max_size: 63 });
    const last = nodeGroup({ desired_size: 1, max_size: 1 }, { address: 'aws_eks_node_group.last' });
    const { out } = await plan('fit', '--from', shopFile(), '--terraform', terraformPlan(group, last));
    expect(out).toContain('aws_eks_node_group.last gets 0 of 1 node, then');
  });

  test('refuses a format of a later major version', async () => {
    const path = join(folder, 'later.json');
    writeFileSync(path, JSON.stringify({ format_version: '2.0', resource_changes: [] }));
    const { code, err } = await plan('fit', '--from', shopFile(), '--terraform', path);
    expect([code, err]).toEqual([2, expect.stringContaining('has the format version 2.0')]);
  });

  test('takes subnets that the same plan makes, by their references, also inside a module', async () => {
    const { code, document } = await gate(
      terraformPlan(
        ...['a', 'b'].map((zone, index) => ({
          address: `module.net.aws_subnet.private["${zone}"]`,
          after: { cidr_block: `10.1.${index}.0/24`, availability_zone: `eu-west-1${zone}` },
          unknown: { id: true },
        })),
        {
          address: 'module.net.aws_autoscaling_group.nodes',
          after: { desired_capacity: 4, max_size: 4, tag: [{ key: 'eks:cluster-name', value: 'shop' }] },
          unknown: { vpc_zone_identifier: true },
          references: {
            vpc_zone_identifier: ['aws_subnet.private'],
            launch_template: ['aws_launch_template.nodes.id', 'aws_launch_template.nodes'],
          },
        },
        { address: 'module.net.aws_launch_template.nodes', after: { instance_type: 'm5.xlarge' } },
      ),
    );
    expect(code).toBe(0);
    expect(document.unknowns).toEqual([]);
    expect(document.demands[0]).toMatchObject({
      wanted: { least: 4, most: 4 },
      subnetIds: ['module.net.aws_subnet.private["a"]', 'module.net.aws_subnet.private["b"]'],
    });
    // Two new m5.xlarge in each new subnet: 15 addresses each.
    expect(document.subnets[0]).toMatchObject({ freeAddresses: 251, freeAddressesAfter: { least: 221 } });
  });

  test('takes the settings of the add-on in the plan', async () => {
    const { document } = await gate(
      terraformPlan(nodeGroup({ desired_size: 3, max_size: 3 }), {
        address: 'aws_eks_addon.cni',
        after: {
          addon_name: 'vpc-cni',
          cluster_name: 'shop',
          configuration_values: JSON.stringify({ env: { WARM_IP_TARGET: '1', MINIMUM_IP_TARGET: '2' } }),
        },
      }),
    );
    // One address for the interface, two for pods.
    expect(document.subnets[0].freeAddressesAfter.least).toBe(document.subnets[0].freeAddresses - 3);
  });

  test('counts load balancers, endpoints, databases, functions and services, each at least and at most', async () => {
    const inVpc = { subnet_ids: ['subnet-0a'], security_group_ids: [] };
    const { document } = await gate(
      terraformPlan(
        { address: 'aws_lb.web', after: { subnets: SUBNETS } },
        { address: 'aws_vpc_endpoint.s3', after: { vpc_endpoint_type: 'Gateway' } },
        { address: 'aws_vpc_endpoint.ecr', after: { vpc_endpoint_type: 'Interface', subnet_ids: SUBNETS } },
        { address: 'aws_db_subnet_group.db', after: { name: 'db', subnet_ids: SUBNETS } },
        { address: 'aws_db_instance.db', after: { db_subnet_group_name: 'db', multi_az: true } },
        { address: 'aws_lambda_function.job', after: { vpc_config: [inVpc] } },
        {
          address: 'aws_ecs_service.api',
          after: { desired_count: 10, network_configuration: [{ subnets: SUBNETS }] },
        },
      ),
    );
    const wanted = document.demands.map(({ address, wanted: each }: { address: string; wanted: object }) => [
      address,
      each,
    ]);
    expect(Object.fromEntries(wanted)).toEqual({
      'aws_lb.web': { least: 3, most: 24 },
      'aws_vpc_endpoint.ecr': { least: 3, most: 3 },
      'aws_db_instance.db': { least: 2, most: 2 },
      'aws_lambda_function.job': { least: 0, most: 1 },
      'aws_ecs_service.api': { least: 10, most: 20 },
    });
  });

  test('lists what is known only after apply, and subnets that no scan has seen', async () => {
    const { document } = await gate(
      terraformPlan(
        nodeGroup(
          { desired_size: 1, max_size: 1 },
          {
            after: {
              cluster_name: 'shop',
              scaling_config: [{ desired_size: 1, max_size: 1 }],
              subnet_ids: SUBNETS,
            },
          },
        ),
        { address: 'aws_lb.other', after: { subnets: ['subnet-0ff'] } },
        {
          address: 'aws_subnet.dynamic',
          after: { availability_zone: 'eu-west-1a' },
          unknown: { cidr_block: true },
        },
      ),
    );
    expect(document.unknowns).toEqual([
      'aws_subnet.dynamic: its range is known only after apply.',
      'aws_eks_node_group.more: its instance type is known only after apply, so its nodes are not counted.',
      'The subnet subnet-0ff is in no scan: what it holds is not known.',
    ]);
  });

  test('does not pass where nothing is known of the subnets: unknown is no yes', async () => {
    const { code, document } = await gate(
      terraformPlan({ address: 'aws_lb.other', after: { subnets: ['subnet-0ff'] } }),
    );
    expect([code, document.fits]).toEqual([1, { least: null, most: null }]);
  });

  test('passes at the least, and not at the most, where a resource is known only after apply', async () => {
    const dynamic = {
      address: 'aws_subnet.dynamic',
      after: { availability_zone: 'eu-west-1a' },
      unknown: { cidr_block: true },
    };
    const least = await gate(terraformPlan(dynamic));
    expect([least.code, least.document.fits]).toEqual([0, { least: true, most: null }]);
    const most = await gate(terraformPlan(dynamic), '--require', 'most');
    expect(most.code).toBe(1);
  });

  test('refuses a file that is no plan', async () => {
    const path = join(folder, 'state.json');
    writeFileSync(path, '{"format_version":"1.0"}');
    const { code, err } = await plan('fit', '--from', shopFile(), '--terraform', path);
    expect([code, err]).toEqual([2, expect.stringContaining('it is not the output of terraform show -json')]);
    const missing = await plan('fit', '--from', shopFile(), '--terraform', join(folder, 'none.json'));
    expect(missing.err).toContain('cannot be read as a Terraform plan');
  });
});

describe('headroom plan fit with plain numbers', () => {
  const ask = (...args: readonly string[]) =>
    planDocument('fit', '--from', shopFile(), '--cluster', 'shop', ...args);

  test('starts so many nodes of a type with so many pods', async () => {
    const { code, document } = await ask('--nodes', '6', '--type', 'm5.large', '--pods', '60');
    expect(code).toBe(0);
    // 10 pods on each: two interfaces and a warm one, 30 addresses.
    expect(document.subnets[0].freeAddressesAfter).toEqual({ least: 191, most: 151 });
  });

  test('starts as few nodes as run the pods where no number of nodes is given', async () => {
    // A m5.large runs 27 pods with an address of their own.
    const { document } = await ask('--pods', '55', '--type', 'm5.large');
    expect(document.demands[0].wanted).toEqual({ least: 3, most: 3 });
  });

  test('takes the type in use where none is given', async () => {
    const { document } = await ask('--nodes', '1');
    expect(document.demands[0].address).toBe('shop: 1 node of m5.large');
  });

  test.each([
    [['--nodes', '0'], '--nodes 0 is not a whole number'],
    [['--nodes', '1', '--type', 'm9.huge'], 'No instance type is called m9.huge.'],
    [['--nodes', '1', '--require', 'all'], '--require all is neither least nor most.'],
    [[], 'Nothing is asked.'],
    [['--terraform', 'x', '--nodes', '1'], '--terraform is given together with'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await plan('fit', '--from', shopFile(), '--cluster', 'shop', ...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
