import { readFileSync } from 'node:fs';
import { cniConfigurationOf } from '../../shared/model/cluster/cni-configuration.ts';
import { parseCidr } from '../../shared/model/net/cidr.ts';
import type { FitDemand, FitQuestion, PlannedSubnet } from '../../shared/model/plan/fit.ts';
import type { NewNodeSettings } from '../../shared/model/result/cluster.ts';
import { UsageError } from '../base/command-line.ts';

/** What is known of a cluster that exists; of one that does not, the CNI's defaults. */
export interface KnownCluster {
  readonly settings: NewNodeSettings;
  /** Where pods take their addresses under custom networking, by zone. */
  readonly podSubnetOfZone: ReadonlyMap<string, readonly string[]>;
}

type Json = Readonly<Record<string, unknown>>;

const objectOf = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.floor(value) : null;
const textsOf = (value: unknown): readonly string[] => listOf(value).flatMap((each) => textOf(each) ?? []);

/** A resource that a plan creates or changes. */
interface Change {
  readonly address: string;
  readonly type: string;
  readonly before: Json;
  readonly after: Json;
  readonly unknown: Json;
  /** The addresses that each of its arguments refers to, in the configuration. */
  readonly references: (argument: string) => readonly string[];
}

/** So many resources of one plan are read; more is no plan that anybody reviews. */
const MOST_RESOURCES = 20_000;
/** No plan is larger; beyond it nothing is read. */
const MOST_BYTES = 200_000_000;

const PREFIX_OF_INDEX = /\[[^\]]{0,512}\]$/;

/**
 * Reads `terraform show -json`: what the plan creates or enlarges, and the subnets that it makes.
 *
 * @param clusterNamed what is known of a cluster that exists, by its name
 * @throws UsageError when it is no plan
 */
export const readTerraformPlan = (
  path: string,
  clusterNamed: (clusterName: string | null) => KnownCluster,
): FitQuestion => {
  const plan = parsePlan(path);
  const changes = changesIn(plan);
  const reader = new PlanReader(changes, clusterNamed);
  return reader.question();
};

const parsePlan = (path: string): Json => {
  let plan: Json;
  try {
    const text = readFileSync(path, 'utf8');
    if (text.length > MOST_BYTES) throw new RangeError('it is too large');
    plan = objectOf(JSON.parse(text));
  } catch (error) {
    throw new UsageError(
      `${path} cannot be read as a Terraform plan: ${error instanceof Error ? error.message : String(error)}.`,
      'Make it with terraform plan -out=plan, then terraform show -json plan > plan.json.',
      { cause: error },
    );
  }
  if (!Array.isArray(plan['resource_changes']))
    throw new UsageError(
      `${path} has no resource_changes: it is not the output of terraform show -json of a plan.`,
      'Make it with terraform plan -out=plan, then terraform show -json plan > plan.json.',
    );
  return plan;
};

const changesIn = (plan: Json): readonly Change[] => {
  const expressions = new Map<string, Json>();
  collectExpressions(objectOf(objectOf(plan['configuration'])['root_module']), '', expressions);
  return listOf(plan['resource_changes'])
    .slice(0, MOST_RESOURCES)
    .flatMap((each): Change[] => {
      const resource = objectOf(each);
      const change = objectOf(resource['change']);
      const actions = textsOf(change['actions']);
      const address = textOf(resource['address']);
      const type = textOf(resource['type']);
      const counts = actions.includes('create') || actions.includes('update') || actions.includes('no-op');
      if (address === null || type === null || !counts || resource['mode'] === 'data') return [];
      const module = address.slice(0, address.lastIndexOf(`${type}.`));
      return [
        {
          address,
          type,
          before: actions.includes('create') ? {} : objectOf(change['before']),
          after: objectOf(change['after']),
          unknown: objectOf(change['after_unknown']),
          references: (argument) =>
            referencesIn(expressions.get(withoutIndices(address)), argument).map(
              (reference) => module + reference,
            ),
        },
      ];
    });
};

const withoutIndices = (address: string): string => address.replaceAll(/\[[^\]]{0,512}\]/g, '');

const collectExpressions = (module: Json, prefix: string, into: Map<string, Json>): void => {
  for (const each of listOf(module['resources'])) {
    const resource = objectOf(each);
    into.set(`${prefix}${String(resource['address'])}`, objectOf(resource['expressions']));
  }
  for (const [name, call] of Object.entries(objectOf(module['module_calls'])))
    collectExpressions(objectOf(objectOf(call)['module']), `${prefix}module.${name}.`, into);
};

/** Names in an argument's expression, in blocks within it as well. */
const referencesIn = (expressions: Json | undefined, argument: string): readonly string[] => {
  const value = expressions?.[argument];
  const found = (part: unknown): readonly string[] =>
    Array.isArray(part)
      ? part.flatMap(found)
      : [
          ...textsOf(objectOf(part)['references']),
          ...Object.entries(objectOf(part)).flatMap(([key, inner]) =>
            key === 'references' ? [] : found(inner),
          ),
        ];
  return found(value).filter((reference) => /^aws_[a-z_]+\.[\w-]+/.test(reference));
};

/** Reads what each kind of resource takes. Kinds that take no address of a subnet are passed over. */
class PlanReader {
  readonly #changes: readonly Change[];
  readonly #clusterNamed: (clusterName: string | null) => KnownCluster;
  readonly #unknowns: string[] = [];

  constructor(changes: readonly Change[], clusterNamed: (clusterName: string | null) => KnownCluster) {
    this.#changes = changes;
    this.#clusterNamed = clusterNamed;
  }

  question(): FitQuestion {
    const newSubnets = this.#newSubnets();
    const demands = this.#changes.flatMap((change) => this.#demandsOf(change)).filter(isDemand);
    return { demands, newSubnets, unknowns: [...new Set(this.#unknowns)] };
  }

  #newSubnets(): readonly PlannedSubnet[] {
    return this.#changes.flatMap((change): PlannedSubnet[] => {
      const { address, type, after, before } = change;
      if (type !== 'aws_subnet' || textOf(before['id']) !== null) return [];
      const cidr = textOf(after['cidr_block']);
      const zone = textOf(after['availability_zone']);
      if (cidr === null || parseCidr(cidr) === null) {
        this.#unknowns.push(`${address}: its range is known only after apply.`);
        return [];
      }
      if (zone === null) this.#unknowns.push(`${address}: its zone is known only after apply.`);
      return [{ subnetId: address, cidr, zone: zone ?? 'unknown' }];
    });
  }

  #demandsOf(change: Change): readonly FitDemand[] {
    switch (change.type) {
      case 'aws_eks_node_group':
        return this.#nodeGroup(change);
      case 'aws_autoscaling_group':
        return this.#scalingGroup(change);
      case 'aws_lb':
        return this.#each(change, this.#subnets(change, ['subnets', 'subnet_mapping']), {
          least: 1,
          most: 8,
        });
      case 'aws_vpc_endpoint':
        return change.after['vpc_endpoint_type'] === 'Interface'
          ? this.#each(change, this.#subnets(change, ['subnet_ids']), { least: 1, most: 1 })
          : [];
      case 'aws_nat_gateway':
        return this.#each(change, this.#subnets(change, ['subnet_id']), { least: 1, most: 1 });
      case 'aws_eks_cluster':
        return this.#spread(change, this.#subnets(change, ['vpc_config'], 'subnet_ids'), {
          least: 2,
          most: 4 + 5,
        });
      case 'aws_instance':
        return this.#spread(change, this.#subnets(change, ['subnet_id']), { least: 1, most: 1 });
      case 'aws_db_instance':
        return this.#database(change, change.after['multi_az'] === true ? 2 : 1);
      case 'aws_rds_cluster_instance':
        return this.#database(change, 1);
      case 'aws_lambda_function':
        return this.#lambda(change);
      case 'aws_ecs_service':
        return this.#service(change);
      default:
        return [];
    }
  }

  #nodeGroup(change: Change): readonly FitDemand[] {
    const { address, after, before } = change;
    const sizes = objectOf(listOf(after['scaling_config'])[0]);
    const sizesBefore = objectOf(listOf(before['scaling_config'])[0]);
    const [type] = textsOf(after['instance_types']);
    return this.#nodes(change, {
      type: type ?? this.#launchType(change),
      least: (numberOf(sizes['desired_size']) ?? 0) - (numberOf(sizesBefore['desired_size']) ?? 0),
      most: (numberOf(sizes['max_size']) ?? 0) - (numberOf(sizesBefore['desired_size']) ?? 0),
      subnets: this.#subnets(change, ['subnet_ids']),
      clusterName: textOf(after['cluster_name']),
      address,
    });
  }

  #scalingGroup(change: Change): readonly FitDemand[] {
    const { address, after, before } = change;
    return this.#nodes(change, {
      type: this.#launchType(change),
      least:
        (numberOf(after['desired_capacity']) ?? numberOf(after['min_size']) ?? 0) -
        (numberOf(before['desired_capacity']) ?? 0),
      most: (numberOf(after['max_size']) ?? 0) - (numberOf(before['desired_capacity']) ?? 0),
      subnets: this.#subnets(change, ['vpc_zone_identifier']),
      clusterName: clusterOfTags(after),
      address,
    });
  }

  #nodes(
    { address }: Change,
    demand: {
      readonly address: string;
      readonly type: string | null;
      readonly least: number;
      readonly most: number;
      readonly subnets: readonly string[];
      readonly clusterName: string | null;
    },
  ): readonly FitDemand[] {
    if (demand.most <= 0 && demand.least <= 0) return [];
    if (demand.type === null) {
      this.#unknowns.push(
        `${address}: its instance type is known only after apply, so its nodes are not counted.`,
      );
      return [];
    }
    const settings = this.#cniSettings(demand.clusterName);
    const { podSubnetOfZone } = this.#clusterNamed(demand.clusterName);
    if (settings.customNetworking && podSubnetOfZone.size === 0) {
      this.#unknowns.push(
        `${address}: the subnets of its pods are not in the plan, so its nodes are not counted.`,
      );
      return [];
    }
    return [
      {
        kind: 'nodes',
        address,
        nodes: { least: Math.max(0, demand.least), most: Math.max(0, demand.most) },
        type: demand.type,
        pods: null,
        subnetIds: demand.subnets,
        podSubnetOfZone: settings.customNetworking ? podSubnetOfZone : new Map(),
        settings,
      },
    ];
  }

  /** The add-on of the plan wins over what runs. */
  #cniSettings(clusterName: string | null): NewNodeSettings {
    const before = this.#clusterNamed(clusterName).settings;
    const addOn = this.#changes.find(
      ({ type, after }) =>
        type === 'aws_eks_addon' &&
        after['addon_name'] === 'vpc-cni' &&
        (clusterName === null ||
          textOf(after['cluster_name']) === null ||
          after['cluster_name'] === clusterName),
    );
    if (addOn === undefined) return before;
    if (addOn.unknown['configuration_values'] === true) {
      this.#unknowns.push(`${addOn.address}: the settings of the CNI are known only after apply.`);
      return before;
    }
    const configuration = cniConfigurationOf({
      version: textOf(addOn.after['addon_version']),
      configuration: textOf(addOn.after['configuration_values']),
    });
    if (!configuration.known) {
      this.#unknowns.push(`${addOn.address}: the settings of the CNI cannot be read.`);
      return before;
    }
    const { warmEniTarget, warmPrefixTarget, warmIpTarget, minimumIpTarget, maxEni } = configuration;
    return {
      prefixDelegation: configuration.prefixDelegation ?? false,
      customNetworking: configuration.customNetworking ?? false,
      podEni: configuration.securityGroupsForPods ?? false,
      warmEniTarget,
      warmPrefixTarget,
      warmIpTarget,
      minimumIpTarget,
      maxEni,
    };
  }

  /** The instance type of the launch template that it refers to, by name or by reference. */
  #launchType(change: Change): string | null {
    const given = objectOf(listOf(change.after['launch_template'])[0]);
    const referred = change.references('launch_template').map(resourceOf);
    const template = this.#changes.find(
      ({ type, address, after }) =>
        type === 'aws_launch_template' &&
        (referred.includes(withoutIndex(address)) ||
          (textOf(given['name']) !== null && after['name'] === given['name']) ||
          (textOf(given['id']) !== null && after['id'] === given['id'])),
    );
    return textOf(template?.after['instance_type']);
  }

  #database(change: Change, addresses: number): readonly FitDemand[] {
    const name = textOf(change.after['db_subnet_group_name']);
    const referred = change.references('db_subnet_group_name').map(resourceOf);
    const group = this.#changes.find(
      ({ type, address, after }) =>
        type === 'aws_db_subnet_group' &&
        (referred.includes(withoutIndex(address)) || (name !== null && after['name'] === name)),
    );
    if (group === undefined) {
      this.#unknowns.push(`${change.address}: the subnets of its subnet group are not in the plan.`);
      return [];
    }
    return this.#spread(change, this.#subnets(group, ['subnet_ids']), { least: addresses, most: addresses });
  }

  #lambda(change: Change): readonly FitDemand[] {
    const subnets = this.#subnets(change, ['vpc_config'], 'subnet_ids');
    if (subnets.length === 0) return [];
    this.#unknowns.push(
      `${change.address}: functions with the same subnets and security groups share interfaces, and Lambda adds some under load.`,
    );
    return this.#each(change, subnets, { least: 0, most: 1 });
  }

  #service(change: Change): readonly FitDemand[] {
    const subnets = this.#subnets(change, ['network_configuration'], 'subnets');
    if (subnets.length === 0) return [];
    const tasks = numberOf(change.after['desired_count']) ?? 1;
    const before = numberOf(change.before['desired_count']) ?? 0;
    const percent = numberOf(change.after['deployment_maximum_percent']) ?? 200;
    return this.#spread(change, subnets, {
      least: Math.max(0, tasks - before),
      most: Math.max(0, Math.floor((tasks * percent) / 100) - before),
    });
  }

  #each(change: Change, subnetIds: readonly string[], addresses: { least: number; most: number }) {
    return this.#added(change, subnetIds, addresses, 'each');
  }

  #spread(change: Change, subnetIds: readonly string[], addresses: { least: number; most: number }) {
    return this.#added(change, subnetIds, addresses, 'spread');
  }

  #added(
    { address, type, before }: Change,
    subnetIds: readonly string[],
    addresses: { least: number; most: number },
    place: 'each' | 'spread',
  ): readonly FitDemand[] {
    const exists = textOf(before['id']) !== null || textOf(before['arn']) !== null;
    if ((exists && type !== 'aws_ecs_service') || subnetIds.length === 0) return [];
    return [{ kind: 'addresses', address, addresses, subnetIds, place }];
  }

  /** Subnets by id, or by the address of the resource where the id is known only after apply. */
  #subnets(change: Change, arguments_: readonly string[], inner?: string): readonly string[] {
    const given = arguments_.flatMap((argument) => {
      const value = change.after[argument];
      const block = objectOf(listOf(value)[0]);
      return [
        ...(inner === undefined ? textsOf(value) : textsOf(block[inner])),
        ...(inner === undefined && textOf(value) !== null ? [String(value)] : []),
        ...listOf(value).flatMap((each) => textOf(objectOf(each)['subnet_id']) ?? []),
      ];
    });
    if (given.length > 0) return [...new Set(given)];
    const referred = new Set(arguments_.flatMap((argument) => change.references(argument)).map(resourceOf));
    const made = this.#changes
      .filter(({ type, address }) => type === 'aws_subnet' && referred.has(withoutIndex(address)))
      .map(({ address, before }) => textOf(before['id']) ?? address);
    if (made.length === 0 && (inner === undefined || change.after[arguments_[0] ?? ''] != null))
      this.#unknowns.push(`${change.address}: its subnets are known only after apply.`);
    return made;
  }
}

/** `module.a.aws_subnet.private[0]` without its own index. */
const withoutIndex = (address: string): string => address.replace(PREFIX_OF_INDEX, '');

/** `aws_subnet.private[0].id` names the resource `aws_subnet.private`. */
const resourceOf = (reference: string): string =>
  withoutIndex(
    /^((?:module\.[\w-]+(?:\[[^\]]{0,512}\])?\.)*aws_[a-z_]+\.[\w-]+)/.exec(reference)?.[1] ?? reference,
  );

const clusterOfTags = (after: Json): string | null => {
  for (const each of listOf(after['tag'])) {
    const tag = objectOf(each);
    const key = textOf(tag['key']) ?? '';
    if (key === 'eks:cluster-name') return textOf(tag['value']);
    if (key.startsWith('kubernetes.io/cluster/')) return key.slice('kubernetes.io/cluster/'.length);
  }
  return null;
};

/** A demand that names no subnet says nothing. */
const isDemand = (demand: FitDemand): boolean => demand.subnetIds.length > 0;
