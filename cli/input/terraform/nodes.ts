import { largestOf, smallestOf } from '../../../shared/model/base/extremes.ts';
import { listOf as namesOf } from '../../../shared/model/base/text/names.ts';
import { startedFirst } from '../../../shared/model/cluster/cluster-groups.ts';
import type { FitDemand } from '../../../shared/model/plan/fit.ts';
import { windowsType } from '../../../shared/model/plan/windows-type.ts';
import { type Change, referredChanges } from './changes.ts';
import { blockOf, hasUnknown, type Json, listOf, numberOf, objectOf, textOf, textsOf } from './json.ts';
import { launchTypes } from './launch-types.ts';
import type { LeastAndMost, PlanContext } from './plan-context.ts';
import { clusterOf } from './planned-cluster.ts';

export const nodeGroupDemands = (plan: PlanContext, change: Change): readonly FitDemand[] => {
  const { after, before } = change;
  const sizes = blockOf(after['scaling_config']);
  const isNew = Object.keys(before).length === 0;
  const sizesBefore = isNew ? {} : blockOf(before['scaling_config']);
  const types = textsOf(after['instance_types']);
  const count = grown(sizes, sizesBefore, ['desired_size', 'max_size', 'min_size']);
  if (hasUnknown(change.unknown['scaling_config'])) sizeUnknown(plan, change, count);
  const subnets = plan.subnets(change, [{ name: 'subnet_ids' }]);
  const windows = textOf(after['ami_type'])?.startsWith('WINDOWS') === true;
  const wanted = { change, types: types.length > 0 ? types : launchTypes(plan, change), subnets, windows };
  const [made] = referredChanges(plan.changes, change, 'cluster_name', ['aws_eks_cluster']);
  const clusterName = textOf(after['cluster_name']) ?? textOf(made?.after['name']);
  return [
    ...nodeDemands(plan, {
      ...wanted,
      clusterName,
      count,
    }),
    ...nodeDemands(plan, {
      ...wanted,
      clusterName,
      address: `${change.address} (nodes that its update starts)`,
      count: isNew || !replacesItsNodes(change) ? NOTHING : surgeOf(after, plan.zonesOf(subnets)),
    }),
  ];
};

export const scalingGroupDemands = (plan: PlanContext, change: Change): readonly FitDemand[] => {
  const { address, after, before } = change;
  const units = grown(after, before, ['desired_capacity', 'max_size', 'min_size']);
  const count = instancesOf(after, units);
  if (count === null)
    return units.most <= 0
      ? []
      : plan.unknown(change, 'its sizes count processors or memory, so its instances are not counted.');
  // The provider sets the desired size itself where the plan does not.
  if (['max_size', 'min_size'].some((name) => hasUnknown(change.unknown[name])))
    sizeUnknown(plan, change, count);
  const subnets = plan.subnets(change, [{ name: 'vpc_zone_identifier' }]);
  const cluster = clusterOfTags(after);
  if (cluster !== null)
    return nodeDemands(plan, {
      change,
      types: launchTypes(plan, change),
      count,
      subnets,
      clusterName: cluster,
    });
  if (hasUnknown(change.unknown['tag']))
    plan.unknown(change, 'its tags are known only after apply. Its instances count with one address each.');
  return count.most <= 0 && count.least <= 0
    ? []
    : [{ kind: 'addresses', address, addresses: count, subnetIds: subnets, place: 'spread' }];
};

const nodeDemands = (
  plan: PlanContext,
  {
    change,
    types,
    count,
    subnets,
    clusterName,
    windows = false,
    address = change.address,
  }: {
    readonly change: Change;
    readonly types: readonly string[];
    readonly count: LeastAndMost;
    readonly subnets: readonly string[];
    readonly clusterName: string | null;
    readonly windows?: boolean;
    readonly address?: string;
  },
): readonly FitDemand[] => {
  if (count.most <= 0 && count.least <= 0) return [];
  const slotsOf = (type: string): number | null => {
    const limits = plan.estate.limits(type);
    return limits === null ? null : limits.maxEnis * limits.ipv4PerEni;
  };
  // One that is not known may take the least, or the most.
  const unknown = types.find((type) => slotsOf(type) === null);
  const bySlots = types.toSorted((a, b) => (slotsOf(a) ?? 0) - (slotsOf(b) ?? 0));
  const [smallest = null, largest = null] =
    unknown === undefined ? [bySlots[0], bySlots.at(-1)] : [unknown, unknown];
  if (smallest === null || largest === null)
    return plan.unknown(change, 'its instance type is known only after apply, so its nodes are not counted.');
  const { places, podSubnetOfZone, settings } = clusterOf(plan, clusterName);
  // Windows nodes know no custom networking.
  const hasPodSubnets = settings.customNetworking && !windows;
  const withPods = subnets.filter(
    (subnetId) => !hasPodSubnets || podSubnetOfZone.has(plan.zoneOf(subnetId) ?? ''),
  );
  if (hasPodSubnets && withPods.length === 0)
    return plan.unknown(change, 'the subnets of its pods are not in the plan, so its nodes are not counted.');
  if (withPods.length < subnets.length)
    plan.unknown(
      change,
      `where pods of nodes in ${namesOf(subnets.filter((id) => !withPods.includes(id)))} take addresses is not in the plan, so no nodes are counted there.`,
    );
  return [
    {
      kind: 'nodes',
      address,
      nodes: count,
      type: windows
        ? { least: windowsType(smallest), most: windowsType(largest) }
        : { least: smallest, most: largest },
      pods: null,
      subnetIds: withPods,
      podSubnetOfZone: hasPodSubnets ? podSubnetOfZone : new Map(),
      ...(!windows && { places }),
      settings,
    },
  ];
};

const sizeUnknown = (plan: PlanContext, change: Change, { most }: LeastAndMost): void => {
  plan.unknown(
    change,
    `its size is known only after apply${most > 0 ? '. The sizes that are known are counted.' : ', so its nodes are not counted.'}`,
  );
};

const NOTHING: LeastAndMost = { least: 0, most: 0 };

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

/** The settings of the update decide, as for a group that runs. */
const surgeOf = (after: Json, zones: number): LeastAndMost => {
  const update = blockOf(after['update_config']);
  const nodes = startedFirst(
    {
      desiredSize: numberOf(blockOf(after['scaling_config'])['desired_size']) ?? 0,
      update: {
        maxUnavailable: numberOf(update['max_unavailable']),
        maxUnavailablePercentage: numberOf(update['max_unavailable_percentage']),
        strategy: textOf(update['update_strategy']),
      },
    },
    zones,
  );
  return { least: nodes, most: nodes };
};

/**
 * Instances of a group whose sizes count units: fewest of the type with the largest weight, most of the one with the smallest. `null`:
 * the sizes count processors or memory. Source: EC2 Auto Scaling API reference, `WeightedCapacity`, `DesiredCapacityType`.
 */
const instancesOf = (after: Json, units: LeastAndMost): LeastAndMost | null => {
  if ((textOf(after['desired_capacity_type']) ?? 'units') !== 'units') return null;
  const mixed = blockOf(blockOf(after['mixed_instances_policy'])['launch_template']);
  const weights = listOf(mixed['override']).map(
    (override) => Number(textOf(objectOf(override)['weighted_capacity']) ?? '1') || 1,
  );
  return {
    least: Math.ceil(units.least / largestOf([1, ...weights])),
    most: weights.length === 0 ? units.most : Math.ceil(units.most / smallestOf(weights)),
  };
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
