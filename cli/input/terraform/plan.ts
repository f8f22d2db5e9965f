import { cniConfigurationOf } from '../../../shared/model/cluster/cni-configuration.ts';
import { limitsOf } from '../../../shared/model/cluster/instance-limits.ts';
import { parseCidr } from '../../../shared/model/net/cidr.ts';
import type { FitDemand, FitQuestion, PlannedSubnet } from '../../../shared/model/plan/fit.ts';
import type { NewNodeSettings } from '../../../shared/model/result/cluster.ts';
import { ADDRESS_KINDS, TAKE_NOTHING } from './address-kinds.ts';
import { type Change, changesIn, referredChanges } from './changes.ts';
import { blockOf, hasUnknown, type Json, listOf, numberOf, objectOf, textOf, textsOf } from './json.ts';
import { idsIn, type SubnetArgument, subnetsOf } from './subnets.ts';

/** What is known of a cluster that exists; of one that does not, the CNI's defaults. */
export interface KnownCluster {
  readonly settings: NewNodeSettings;
  /** Where pods take their addresses under custom networking, by zone. */
  readonly podSubnetOfZone: ReadonlyMap<string, readonly string[]>;
}

interface LeastAndMost {
  readonly least: number;
  readonly most: number;
}

/**
 * Reads `terraform show -json`: what the plan creates or enlarges, and the subnets that it makes.
 *
 * @param clusterNamed what is known of a cluster that exists, by its name
 * @throws UsageError when it is no plan
 */
export const readTerraformPlan = (
  path: string,
  clusterNamed: (clusterName: string | null) => KnownCluster,
): FitQuestion => new PlanReader(changesIn(path), clusterNamed).question();

/** Reads what each kind of resource takes. */
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
    const demands = this.#changes
      .filter(({ changes }) => changes)
      .flatMap((change) => this.#demandsOf(change))
      .filter(({ subnetIds }) => subnetIds.length > 0);
    return { demands, newSubnets, unknowns: [...new Set(this.#unknowns)] };
  }

  #newSubnets(): readonly PlannedSubnet[] {
    return this.#changes.flatMap((change): PlannedSubnet[] => {
      const { address, type, after, before, changes } = change;
      if (type !== 'aws_subnet' || !changes || textOf(before['id']) !== null) return [];
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
      case 'aws_vpc_endpoint':
        return this.#endpoint(change);
      case 'aws_db_instance':
        return this.#database(change, change.after['multi_az'] === true ? 2 : 1);
      case 'aws_rds_cluster_instance':
      case 'aws_docdb_cluster_instance':
      case 'aws_neptune_cluster_instance':
        return this.#database(change, 1);
      case 'aws_rds_cluster':
        // With a class of its own it is a cluster of three instances; else each instance is a resource.
        return textOf(change.after['db_cluster_instance_class']) === null ? [] : this.#database(change, 3);
      case 'aws_elasticache_replication_group':
        return this.#cache(change);
      case 'aws_lambda_function':
        return this.#lambda(change);
      case 'aws_ecs_service':
        return this.#service(change);
      case 'aws_eks_fargate_profile':
        return this.#unknown(
          change,
          'each pod that it runs takes an address, and their number is not in the plan.',
        );
      default:
        return this.#fixedKind(change);
    }
  }

  #unknown({ address }: Change, what: string): readonly [] {
    this.#unknowns.push(`${address}: ${what}`);
    return [];
  }

  #nodeGroup(change: Change): readonly FitDemand[] {
    const { after, before } = change;
    const sizes = blockOf(after['scaling_config']);
    const isNew = Object.keys(before).length === 0;
    const sizesBefore = isNew ? {} : blockOf(before['scaling_config']);
    const types = textsOf(after['instance_types']);
    const unknownSizes = blockOf(change.unknown['scaling_config']);
    if (unknownSizes['desired_size'] === true || unknownSizes['max_size'] === true)
      this.#unknown(change, 'its size is known only after apply. Its smallest size is counted.');
    const subnets = this.#subnets(change, [{ name: 'subnet_ids' }]);
    const wanted = { change, types: types.length > 0 ? types : this.#launchTypes(change), subnets };
    const clusterName = textOf(after['cluster_name']);
    return [
      ...this.#nodes({
        ...wanted,
        clusterName,
        count: grown(sizes, sizesBefore, ['desired_size', 'max_size', 'min_size']),
      }),
      ...this.#nodes({
        ...wanted,
        clusterName,
        address: `${change.address} (nodes that its update starts)`,
        count: isNew || !replacesItsNodes(change) ? NOTHING : surgeOf(after, subnets.length),
      }),
    ];
  }

  #scalingGroup(change: Change): readonly FitDemand[] {
    const { address, after, before } = change;
    const count = grown(after, before, ['desired_capacity', 'max_size', 'min_size']);
    const subnets = this.#subnets(change, [{ name: 'vpc_zone_identifier' }]);
    const cluster = clusterOfTags(after);
    if (cluster !== null)
      return this.#nodes({ change, types: this.#launchTypes(change), count, subnets, clusterName: cluster });
    if (hasUnknown(change.unknown['tag']))
      this.#unknown(
        change,
        'its tags are known only after apply. Its instances count with one address each.',
      );
    return count.most <= 0 && count.least <= 0
      ? []
      : [{ kind: 'addresses', address, addresses: count, subnetIds: subnets, place: 'spread' }];
  }

  #nodes({
    change,
    types,
    count,
    subnets,
    clusterName,
    address = change.address,
  }: {
    readonly change: Change;
    readonly types: readonly string[];
    readonly count: LeastAndMost;
    readonly subnets: readonly string[];
    readonly clusterName: string | null;
    readonly address?: string;
  }): readonly FitDemand[] {
    if (count.most <= 0 && count.least <= 0) return [];
    const [smallest] = types.toSorted((a, b) => slotsOf(a) - slotsOf(b));
    const largest = types.toSorted((a, b) => slotsOf(a) - slotsOf(b)).at(-1);
    if (smallest === undefined || largest === undefined)
      return this.#unknown(
        change,
        'its instance type is known only after apply, so its nodes are not counted.',
      );
    const { settings, podSubnetOfZone } = this.#cluster(clusterName);
    if (settings.customNetworking && podSubnetOfZone.size === 0)
      return this.#unknown(
        change,
        'the subnets of its pods are not in the plan, so its nodes are not counted.',
      );
    return [
      {
        kind: 'nodes',
        address,
        nodes: count,
        type: { least: smallest, most: largest },
        pods: null,
        subnetIds: subnets,
        podSubnetOfZone: settings.customNetworking ? podSubnetOfZone : new Map(),
        settings,
      },
    ];
  }

  /** The add-on of the plan wins over what runs. */
  #cluster(clusterName: string | null): KnownCluster {
    const running = this.#clusterNamed(clusterName);
    const addOn = this.#changes.find(
      ({ type, after }) =>
        type === 'aws_eks_addon' &&
        after['addon_name'] === 'vpc-cni' &&
        (clusterName === null ||
          textOf(after['cluster_name']) === null ||
          after['cluster_name'] === clusterName),
    );
    if (addOn === undefined) return running;
    if (hasUnknown(addOn.unknown['configuration_values'])) {
      this.#unknown(addOn, 'the settings of the CNI are known only after apply.');
      return running;
    }
    const configuration = cniConfigurationOf({
      version: textOf(addOn.after['addon_version']),
      configuration: textOf(addOn.after['configuration_values']),
    });
    if (!configuration.known) {
      this.#unknown(addOn, 'the settings of the CNI cannot be read.');
      return running;
    }
    const { warmEniTarget, warmPrefixTarget, warmIpTarget, minimumIpTarget, maxEni, eniConfigSubnets } =
      configuration;
    return {
      settings: {
        prefixDelegation: configuration.prefixDelegation ?? false,
        customNetworking: configuration.customNetworking ?? false,
        podEni: configuration.securityGroupsForPods ?? false,
        warmEniTarget,
        warmPrefixTarget,
        warmIpTarget,
        minimumIpTarget,
        maxEni,
      },
      podSubnetOfZone:
        configuration.eniConfigByZone && eniConfigSubnets.size > 0
          ? new Map([...eniConfigSubnets].map(([zone, subnetId]) => [zone, [subnetId]]))
          : running.podSubnetOfZone,
    };
  }

  /** The instance types of the launch template or configuration that it names; several where it may choose. */
  #launchTypes(change: Change): readonly string[] {
    const mixed = blockOf(blockOf(change.after['mixed_instances_policy'])['launch_template']);
    const overrides = listOf(mixed['override']).flatMap(
      (each) => textOf(objectOf(each)['instance_type']) ?? [],
    );
    if (overrides.length > 0) return overrides;
    const specification = blockOf(mixed['launch_template_specification']);
    const given = blockOf(change.after['launch_template']);
    const names = [
      given['name'],
      specification['launch_template_name'],
      change.after['launch_configuration'],
    ];
    const ids = [given['id'], specification['launch_template_id']];
    const templates = this.#changes.filter(({ type }) => LAUNCHES.includes(type));
    const template =
      ['launch_template', 'mixed_instances_policy', 'launch_configuration']
        .flatMap((argument) => referredChanges(this.#changes, change, argument, LAUNCHES))
        .at(0) ??
      templates.find(
        ({ after }) =>
          (textOf(after['name']) !== null && names.includes(after['name'])) ||
          (textOf(after['id']) !== null && ids.includes(after['id'])),
      ) ??
      this.#onlyOne(templates.filter(({ module }) => module !== '' && module === change.module));
    return textOf(template?.after['instance_type']) === null
      ? []
      : [String(template?.after['instance_type'])];
  }

  /** A dynamic block leaves no references: in a module with a single template, that is the one. */
  #onlyOne(templates: readonly Change[]): Change | undefined {
    return templates.length === 1 ? templates[0] : undefined;
  }

  #endpoint(change: Change): readonly FitDemand[] {
    const kind = change.after['vpc_endpoint_type'];
    // The provider makes a gateway endpoint where no type is given.
    if (kind === undefined || kind === null || kind === 'Gateway') return [];
    return this.#added(change, [{ name: 'subnet_ids' }], { least: 1, most: 1 }, 'each');
  }

  #database(change: Change, addresses: number): readonly FitDemand[] {
    return this.#inGroup(change, 'db_subnet_group_name', 'aws_db_subnet_group', addresses);
  }

  #cache(change: Change): readonly FitDemand[] {
    const { after } = change;
    const shards = numberOf(after['num_node_groups']) ?? 1;
    const nodes =
      numberOf(after['num_cache_clusters']) ??
      shards * (1 + (numberOf(after['replicas_per_node_group']) ?? 0));
    return this.#inGroup(change, 'subnet_group_name', 'aws_elasticache_subnet_group', nodes);
  }

  /** Resources that name a subnet group. */
  #inGroup(change: Change, argument: string, kind: string, addresses: number): readonly FitDemand[] {
    if (!isNewThing(change)) return [];
    const name = textOf(change.after[argument]);
    const group =
      referredChanges(this.#changes, change, argument, [kind, ...SUBNET_GROUPS]).at(0) ??
      this.#changes.find(
        ({ type, after }) => SUBNET_GROUPS.includes(type) && name !== null && after['name'] === name,
      );
    if (group === undefined)
      return this.#unknown(change, 'the subnets of its subnet group are not in the plan.');
    return this.#demand(change, this.#subnets(group, [{ name: 'subnet_ids' }]), addresses, 'spread');
  }

  #lambda(change: Change): readonly FitDemand[] {
    const subnets = [{ name: 'vpc_config', inner: 'subnet_ids' }];
    const demands = this.#added(change, subnets, { least: 0, most: 1 }, 'each');
    if (demands.length > 0)
      this.#unknown(
        change,
        'functions with the same subnets and security groups share interfaces, and Lambda adds some under load.',
      );
    return demands;
  }

  #service(change: Change): readonly FitDemand[] {
    const { address, after, before, unknown } = change;
    const argument = { name: 'network_configuration', inner: 'subnets' };
    if (listOf(after['network_configuration']).length === 0) return [];
    const subnetIds = this.#subnets(change, [argument]);
    if (hasUnknown(unknown['desired_count']))
      this.#unknown(change, 'its number of tasks is known only after apply. One is counted.');
    if (after['scheduling_strategy'] === 'DAEMON')
      return this.#unknown(
        change,
        'it runs a task on each container instance, and their number is not in the plan.',
      );
    const tasks = numberOf(after['desired_count']) ?? 1;
    const tasksBefore = numberOf(before['desired_count']) ?? 0;
    const percent = numberOf(after['deployment_maximum_percent']) ?? 200;
    const addresses = {
      least: Math.max(0, tasks - tasksBefore),
      // A deployment starts new tasks before it stops old ones.
      most: Math.max(0, Math.floor((tasks * percent) / 100) - tasksBefore),
    };
    return [{ kind: 'addresses', address, addresses, subnetIds, place: 'spread' }];
  }

  #fixedKind(change: Change): readonly FitDemand[] {
    const kind = ADDRESS_KINDS[change.type];
    if (kind !== undefined)
      return this.#added(change, kind.subnets, kind.addresses(change.after), kind.place);
    if (TAKE_NOTHING.has(change.type) || !isNewThing(change)) return [];
    return namesSubnets(change.after) || namesSubnets(change.unknown)
      ? this.#unknown(change, `it names subnets, and how many addresses ${change.type} takes is not known.`)
      : [];
  }

  /** What a new resource takes; of one that exists, what subnets that are new to it take. */
  #added(
    change: Change,
    argument: readonly SubnetArgument[],
    addresses: LeastAndMost,
    place: 'each' | 'spread',
  ): readonly FitDemand[] {
    if (!mayName(change, argument)) return [];
    const subnets = this.#subnets(change, argument);
    const before = new Set(argument.flatMap((each) => idsIn(change.before, each)));
    if (isNewThing(change)) return this.#demand(change, subnets, addresses, place);
    if (place === 'spread' || before.size === 0) return [];
    return this.#demand(
      change,
      subnets.filter((subnetId) => !before.has(subnetId)),
      addresses,
      place,
    );
  }

  #demand(
    { address }: Change,
    subnetIds: readonly string[],
    addresses: LeastAndMost | number,
    place: 'each' | 'spread',
  ): readonly FitDemand[] {
    const both = typeof addresses === 'number' ? { least: addresses, most: addresses } : addresses;
    return [{ kind: 'addresses', address, addresses: both, subnetIds, place }];
  }

  #subnets(change: Change, arguments_: readonly SubnetArgument[]): readonly string[] {
    const { subnetIds, unknown } = subnetsOf(this.#changes, change, arguments_);
    if (unknown)
      this.#unknown(
        change,
        subnetIds.length === 0
          ? 'its subnets are known only after apply.'
          : 'some of its subnets are known only after apply.',
      );
    return subnetIds;
  }
}

const NOTHING: LeastAndMost = { least: 0, most: 0 };

const LAUNCHES: readonly string[] = ['aws_launch_template', 'aws_launch_configuration'];
const SUBNET_GROUPS: readonly string[] = [
  'aws_db_subnet_group',
  'aws_docdb_subnet_group',
  'aws_neptune_subnet_group',
  'aws_elasticache_subnet_group',
];

/** Whether an argument anywhere in these values has the name of one for subnets, and a value or an unknown one. */
const namesSubnets = (values: unknown): boolean =>
  typeof values === 'object' &&
  values !== null &&
  Object.entries(values).some(([name, value]) =>
    /^([a-z_]+_)?subnet(_id|_ids|s)$/.test(name)
      ? (typeof value === 'string' && value !== '') || hasUnknown(value) || textsOf(value).length > 0
      : namesSubnets(value),
  );

const isNewThing = ({ before }: Change): boolean =>
  textOf(before['id']) === null && textOf(before['arn']) === null;

const mayName = ({ after, unknown }: Change, arguments_: readonly SubnetArgument[]): boolean =>
  arguments_.some(({ name }) => (after[name] ?? null) !== null || hasUnknown(unknown[name]));

/** Nodes more: at the least to the size that is desired, at the most to the largest size. A group that keeps its sizes takes none. */
const grown = (
  sizes: Json,
  before: Json,
  [desired, largest, smallest]: readonly [string, string, string],
): LeastAndMost => {
  const isSame = [desired, largest].every((name) => numberOf(sizes[name]) === numberOf(before[name]));
  if (isSame && Object.keys(before).length > 0) return NOTHING;
  const now = numberOf(before[desired]) ?? 0;
  const least = Math.max(0, (numberOf(sizes[desired]) ?? numberOf(sizes[smallest]) ?? 0) - now);
  return { least, most: Math.max(least, (numberOf(sizes[largest]) ?? 0) - now) };
};

/** An update of the version, the image or the template starts new nodes before it ends old ones. */
const replacesItsNodes = ({ after, before, unknown }: Change): boolean =>
  ['version', 'release_version'].some(
    (name) => after[name] !== before[name] && textOf(after[name]) !== null,
  ) ||
  blockOf(after['launch_template'])['version'] !== blockOf(before['launch_template'])['version'] ||
  blockOf(unknown['launch_template'])['version'] === true;

/** Source: EKS user guide, managed node update behavior: twice the zones, or maxUnavailable where that is more. */
const surgeOf = (after: Json, zones: number): LeastAndMost => {
  const nodes = Math.max(2 * zones, numberOf(blockOf(after['update_config'])['max_unavailable']) ?? 0);
  return { least: nodes, most: nodes };
};

const slotsOf = (type: string): number => {
  const limits = limitsOf(type);
  return limits === null ? 0 : limits.maxEnis * limits.ipv4PerEni;
};

const clusterOfTags = (after: Json): string | null => {
  for (const each of listOf(after['tag'])) {
    const tag = objectOf(each);
    const key = textOf(tag['key']) ?? '';
    if (key === 'eks:cluster-name') return textOf(tag['value']);
    if (key.startsWith('kubernetes.io/cluster/')) return key.slice('kubernetes.io/cluster/'.length);
  }
  return null;
};
