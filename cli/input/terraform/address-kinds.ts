import type { AddressesDemand } from '../../../shared/model/plan/fit.ts';
import { blockOf, type Json, listOf, numberOf } from './json.ts';
import type { SubnetArgument } from './subnets.ts';

/** How many addresses a kind of resource takes, and where. */
export interface AddressKind {
  readonly subnets: readonly SubnetArgument[];
  readonly place: AddressesDemand['place'];
  readonly addresses: (after: Json) => { readonly least: number; readonly most: number };
  readonly refusedBelow?: AddressesDemand['refusedBelow'];
}

const exactly = (count: number) => ({ least: count, most: count });
const each = (name: string, count = 1): AddressKind => ({
  subnets: [{ name }],
  place: 'each',
  addresses: () => exactly(count),
});

/**
 * An Application Load Balancer may take up to 8 addresses in each subnet, and none is made in one with fewer free.
 * Source: Elastic Load Balancing user guides; API reference, errors of CreateLoadBalancer.
 */
const loadBalancer: AddressKind = {
  subnets: [{ name: 'subnets' }, { name: 'subnet_mapping' }],
  place: 'each',
  refusedBelow: { free: 8, error: 'InvalidSubnet' },
  addresses: (after) =>
    // Network and Gateway Load Balancers have one interface in each subnet.
    after['load_balancer_type'] === 'network' || after['load_balancer_type'] === 'gateway'
      ? exactly(1)
      : { least: 1, most: 8 },
};

/** Kinds with a fixed rule, by the type of the resource in the AWS provider. */
export const ADDRESS_KINDS: Readonly<Record<string, AddressKind>> = {
  aws_lb: loadBalancer,
  aws_alb: loadBalancer,
  aws_elb: { ...loadBalancer, subnets: [{ name: 'subnets' }] },
  aws_nat_gateway: {
    ...each('subnet_id'),
    addresses: (after) => exactly(1 + (numberOf(after['secondary_private_ip_address_count']) ?? 0)),
  },
  aws_instance: {
    ...each('subnet_id'),
    addresses: (after) => exactly(1 + listOf(after['secondary_private_ips']).length),
  },
  aws_network_interface: {
    ...each('subnet_id'),
    addresses: (after) =>
      exactly(
        Math.max(1, listOf(after['private_ips']).length, (numberOf(after['private_ips_count']) ?? 0) + 1),
      ),
  },
  aws_efs_mount_target: each('subnet_id'),
  aws_fsx_lustre_file_system: each('subnet_ids'),
  aws_ec2_transit_gateway_vpc_attachment: each('subnet_ids'),
  aws_vpc_endpoint_subnet_association: each('subnet_id'),
  aws_route53_resolver_endpoint: {
    subnets: [{ name: 'ip_address' }],
    place: 'spread',
    addresses: (after) => exactly(listOf(after['ip_address']).length),
  },
  /** An EKS control plane has 2 to 4 interfaces, and an update takes up to 5 addresses more (EKS user guide). */
  aws_eks_cluster: {
    subnets: [{ name: 'vpc_config', inner: 'subnet_ids' }],
    place: 'spread',
    addresses: () => ({ least: 2, most: 4 + 5 }),
  },
  aws_msk_cluster: {
    subnets: [{ name: 'broker_node_group_info', inner: 'client_subnets' }],
    place: 'spread',
    addresses: (after) => exactly(numberOf(after['number_of_broker_nodes']) ?? 1),
  },
  aws_opensearch_domain: {
    subnets: [{ name: 'vpc_options', inner: 'subnet_ids' }],
    place: 'spread',
    // A blue/green deployment runs the old and the new nodes side by side (OpenSearch Service, VPC support).
    addresses: (after) => {
      const nodes = numberOf(blockOf(after['cluster_config'])['instance_count']) ?? 1;
      return { least: nodes, most: 3 * nodes };
    },
  },
};

/** Kinds that name subnets and take no address of them. */
export const TAKE_NOTHING: ReadonlySet<string> = new Set([
  'aws_subnet',
  'aws_db_subnet_group',
  // Their instances take addresses.
  'aws_docdb_cluster',
  'aws_neptune_cluster',
  'aws_docdb_subnet_group',
  'aws_elasticache_subnet_group',
  'aws_memorydb_subnet_group',
  'aws_neptune_subnet_group',
  'aws_redshift_subnet_group',
  'aws_dms_replication_subnet_group',
  'aws_route_table_association',
  'aws_network_acl',
  'aws_network_acl_association',
  'aws_flow_log',
  'aws_ec2_subnet_cidr_reservation',
  'aws_ec2_tag',
  'aws_launch_template',
]);
