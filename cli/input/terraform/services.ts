import type { FitDemand } from '../../../shared/model/plan/fit.ts';
import { ADDRESS_KINDS, TAKE_NOTHING } from './address-kinds.ts';
import { type Change, referredChanges } from './changes.ts';
import { blockOf, hasUnknown, listOf, numberOf, textOf, textsOf } from './json.ts';
import { isNewThing, type LeastAndMost, type PlanContext } from './plan-context.ts';
import { idsIn, type SubnetArgument } from './subnets.ts';

export const endpoint = (plan: PlanContext, change: Change): readonly FitDemand[] => {
  const kind = change.after['vpc_endpoint_type'];
  // The provider makes a gateway endpoint where no type is given.
  if (kind === undefined || kind === null || kind === 'Gateway') return [];
  // One of a service network of VPC Lattice holds prefixes.
  if (kind === 'ServiceNetwork')
    return isNewThing(change)
      ? plan.unknown(change, 'it holds prefixes of 16 addresses, and how many is not known.')
      : [];
  return added(plan, change, [{ name: 'subnet_ids' }], { least: 1, most: 1 }, 'each');
};

export const database = (plan: PlanContext, change: Change, addresses: number): readonly FitDemand[] => {
  return inGroup(plan, change, 'db_subnet_group_name', 'aws_db_subnet_group', addresses);
};

export const cache = (plan: PlanContext, change: Change): readonly FitDemand[] => {
  const { after } = change;
  const shards = numberOf(after['num_node_groups']) ?? 1;
  const nodes =
    numberOf(after['num_cache_clusters']) ?? shards * (1 + (numberOf(after['replicas_per_node_group']) ?? 0));
  return inGroup(plan, change, 'subnet_group_name', 'aws_elasticache_subnet_group', nodes);
};

/** Memcached, or a single node of Redis. */
export const cacheCluster = (plan: PlanContext, change: Change): readonly FitDemand[] =>
  inGroup(
    plan,
    change,
    'subnet_group_name',
    'aws_elasticache_subnet_group',
    numberOf(change.after['num_cache_nodes']) ?? 1,
  );

/** Resources that name a subnet group. */
const inGroup = (
  plan: PlanContext,
  change: Change,
  argument: string,
  kind: string,
  addresses: number,
): readonly FitDemand[] => {
  if (!isNewThing(change)) return [];
  const name = textOf(change.after[argument]);
  const group =
    referredChanges(plan.changes, change, argument, [kind, ...SUBNET_GROUPS]).at(0) ??
    plan.changes.find(
      ({ type, after }) => SUBNET_GROUPS.includes(type) && name !== null && after['name'] === name,
    );
  if (group === undefined)
    return plan.unknown(change, 'the subnets of its subnet group are not in the plan.');
  return demand(change, plan.subnets(group, [{ name: 'subnet_ids' }]), addresses, 'spread');
};

export const lambda = (plan: PlanContext, change: Change): readonly FitDemand[] => {
  const subnets = [{ name: 'vpc_config', inner: 'subnet_ids' }];
  const demands = added(plan, change, subnets, { least: 0, most: 1 }, 'each');
  if (demands.length > 0)
    plan.unknown(
      change,
      'functions with the same subnets and security groups share interfaces, and Lambda adds some under load.',
    );
  return demands;
};

export const service = (plan: PlanContext, change: Change): readonly FitDemand[] => {
  const { address, after, before, unknown } = change;
  const argument = { name: 'network_configuration', inner: 'subnets' };
  if (listOf(after['network_configuration']).length === 0) return [];
  const subnetIds = plan.subnets(change, [argument]);
  if (hasUnknown(unknown['desired_count']))
    plan.unknown(change, 'its number of tasks is known only after apply. One is counted.');
  if (after['scheduling_strategy'] === 'DAEMON')
    return plan.unknown(
      change,
      'it runs a task on each container instance, and their number is not in the plan.',
    );
  const tasks = numberOf(after['desired_count']) ?? 1;
  const tasksBefore = numberOf(before['desired_count']) ?? 0;
  const starts = isDeployedBeside(change);
  const percent = starts === null ? (numberOf(after['deployment_maximum_percent']) ?? 200) : 200;
  const addresses = {
    least: starts === true ? tasks : Math.max(0, tasks - tasksBefore),
    // A deployment starts new tasks before it stops old ones.
    most: Math.max(0, Math.floor((tasks * percent) / 100) - tasksBefore),
  };
  return [{ kind: 'addresses', address, addresses, subnetIds, place: 'spread' }];
};

/** Strategies that start all new tasks beside the old ones. Source: Amazon ECS API reference, `DeploymentConfiguration`. */
const BESIDE: readonly unknown[] = ['BLUE_GREEN', 'LINEAR', 'CANARY'];

/** Whether this change starts so many tasks beside those that run; `null`: its strategy is a rolling one. */
const isDeployedBeside = (change: Change): boolean | null => {
  const { after, before, unknown } = change;
  if (!BESIDE.includes(blockOf(after['deployment_configuration'])['strategy'])) return null;
  return (
    !isNewThing(change) &&
    (hasUnknown(unknown['task_definition']) || after['task_definition'] !== before['task_definition'])
  );
};

export const fixedKind = (plan: PlanContext, change: Change): readonly FitDemand[] => {
  const kind = ADDRESS_KINDS[change.type];
  if (kind !== undefined)
    return added(plan, change, kind.subnets, kind.addresses(change.after), kind.place).map((demand) =>
      demand.kind === 'addresses' && kind.refusedBelow !== undefined
        ? { ...demand, refusedBelow: kind.refusedBelow }
        : demand,
    );
  if (TAKE_NOTHING.has(change.type) || !isNewThing(change)) return [];
  return namesSubnets(change.after) || namesSubnets(change.unknown)
    ? plan.unknown(change, `it names subnets, and how many addresses ${change.type} takes is not known.`)
    : [];
};

/** What a new resource takes; of one that exists, what subnets that are new to it take. */
const added = (
  plan: PlanContext,
  change: Change,
  argument: readonly SubnetArgument[],
  addresses: LeastAndMost,
  place: 'each' | 'spread',
): readonly FitDemand[] => {
  if (!mayName(change, argument)) return [];
  const subnets = plan.subnets(change, argument);
  const before = new Set(argument.flatMap((each) => idsIn(change.before, each)));
  if (isNewThing(change)) return demand(change, subnets, addresses, place);
  if (place === 'spread' || before.size === 0) return [];
  return demand(
    change,
    subnets.filter((subnetId) => !before.has(subnetId)),
    addresses,
    place,
  );
};

const demand = (
  { address }: Change,
  subnetIds: readonly string[],
  addresses: LeastAndMost | number,
  place: 'each' | 'spread',
): readonly FitDemand[] => {
  const both = typeof addresses === 'number' ? { least: addresses, most: addresses } : addresses;
  return [{ kind: 'addresses', address, addresses: both, subnetIds, place }];
};

const SUBNET_GROUPS: readonly string[] = [
  'aws_db_subnet_group',
  'aws_docdb_subnet_group',
  'aws_neptune_subnet_group',
  'aws_elasticache_subnet_group',
];

/** Whether an argument anywhere in these values has the name of one for subnets or a group of them, and a value or an unknown one. */
const namesSubnets = (values: unknown): boolean =>
  typeof values === 'object' &&
  values !== null &&
  Object.entries(values).some(([name, value]) =>
    /^([a-z_]+_)?subnet(_id|_ids|s|_group|_group_id|_group_name)$/.test(name)
      ? (typeof value === 'string' && value !== '') || hasUnknown(value) || textsOf(value).length > 0
      : namesSubnets(value),
  );

const mayName = ({ after, unknown }: Change, arguments_: readonly SubnetArgument[]): boolean =>
  arguments_.some(({ name }) => (after[name] ?? null) !== null || hasUnknown(unknown[name]));
