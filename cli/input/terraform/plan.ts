import { parseCidr } from '../../../shared/model/net/cidr.ts';
import type { FitDemand, FitQuestion, PlannedSubnet } from '../../../shared/model/plan/fit.ts';
import { type Change, changesIn } from './changes.ts';
import { textOf } from './json.ts';
import { nodeGroupDemands, scalingGroupDemands } from './nodes.ts';
import { type KnownEstate, PlanContext } from './plan-context.ts';
import { cache, cacheCluster, database, endpoint, fixedKind, lambda, service } from './services.ts';

/**
 * Reads `terraform show -json`: what the plan creates or enlarges, and the subnets that it makes.
 *
 * @throws UsageError when it is no plan
 */
export const readTerraformPlan = (path: string, estate: KnownEstate): FitQuestion => {
  const plan = new PlanContext(changesIn(path), estate);
  const newSubnets = plan.changes.flatMap((change) => newSubnetsOf(plan, change));
  const demands = plan.changes
    .filter(({ changes }) => changes)
    .flatMap((change) => demandsOf(plan, change))
    .filter(({ subnetIds }) => subnetIds.length > 0);
  return { demands, newSubnets, unknowns: plan.unknowns };
};

const newSubnetsOf = (plan: PlanContext, change: Change): readonly PlannedSubnet[] => {
  const { address, type, after, before, changes } = change;
  if (type !== 'aws_subnet' || !changes || textOf(before['id']) !== null) return [];
  const cidr = textOf(after['cidr_block']);
  const zone = textOf(after['availability_zone']);
  if (cidr === null || parseCidr(cidr) === null)
    return plan.unknown(change, 'its range is known only after apply.');
  if (zone === null) plan.unknown(change, 'its zone is known only after apply.');
  return [{ subnetId: address, cidr, zone: zone ?? 'unknown' }];
};

const demandsOf = (plan: PlanContext, change: Change): readonly FitDemand[] => {
  switch (change.type) {
    case 'aws_eks_node_group':
      return nodeGroupDemands(plan, change);
    case 'aws_autoscaling_group':
      return scalingGroupDemands(plan, change);
    case 'aws_vpc_endpoint':
      return endpoint(plan, change);
    case 'aws_db_instance':
      return database(plan, change, change.after['multi_az'] === true ? 2 : 1);
    case 'aws_rds_cluster_instance':
    case 'aws_docdb_cluster_instance':
    case 'aws_neptune_cluster_instance':
      return database(plan, change, 1);
    case 'aws_rds_cluster':
      // With a class of its own it is a cluster of three instances; else each instance is a resource.
      return textOf(change.after['db_cluster_instance_class']) === null ? [] : database(plan, change, 3);
    case 'aws_elasticache_replication_group':
      return cache(plan, change);
    case 'aws_elasticache_cluster':
      return cacheCluster(plan, change);
    case 'aws_lambda_function':
      return lambda(plan, change);
    case 'aws_ecs_service':
      return service(plan, change);
    case 'aws_eks_fargate_profile':
      return plan.unknown(
        change,
        'each pod that it runs takes an address, and their number is not in the plan.',
      );
    default:
      return fixedKind(plan, change);
  }
};
