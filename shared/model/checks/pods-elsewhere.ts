import { listOf } from '../base/text/names.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { Evidence } from '../result/finding.ts';
import type { Forecast } from '../result/forecast.ts';
import { subnetName } from '../result/resource-name.ts';
import type { Estate } from './estate.ts';
import { leftIn } from './least-left.ts';
import type { SupplyName } from './subnet-supply.ts';

/** Other subnets that the CNI takes for the interfaces of pods where this one has too little. */
export interface PodsElsewhere {
  readonly subnets: readonly SubnetAssessment[];
  /** What they have left together. */
  readonly left: number;
}

/** Whatever else is in a subnet takes addresses there alone. */
const NODE_KINDS: ReadonlySet<string> = new Set(['cluster-nodes', 'cni-detached']);

/**
 * Where pods get their addresses if this subnet has none, for all of the clusters that use it. `null`: for some node there is no
 * other subnet, or that is not known. With subnet discovery the CNI makes the next interface in another subnet of the zone. A node's
 * own address comes from the subnet in which it starts, so single addresses of a subnet with nodes have no other place.
 * Source: amazon-vpc-cni-k8s, pull request 2954: with discovery on, a node whose interface is not full makes a new one elsewhere.
 */
export const podsElsewhere = (
  estate: Estate,
  { owners, subnetId }: SubnetAssessment,
  supply: SupplyName,
): PodsElsewhere | null => {
  if (supply === 'addresses' && owners?.every(({ kind }) => NODE_KINDS.has(kind)) !== true) return null;
  const found = new Map<string, { readonly subnet: SubnetAssessment; readonly left: number }>();
  for (const cluster of estate.clustersNaming(subnetId)) {
    if (supply === 'prefixes' && !cluster.takesPrefixesFrom.includes(subnetId)) continue;
    if (supply === 'addresses' && !cluster.subnetIds.includes(subnetId)) continue;
    if (supply === 'addresses' && estate.eksClusters.get(cluster.clusterName)?.subnetIds.includes(subnetId))
      return null;
    const places = (cluster.newNodes?.places ?? []).filter(
      (place) => place.subnetId === subnetId || place.podSubnetIds?.includes(subnetId) !== false,
    );
    // A subnet of a control plane or of Fargate pods, or one of which nothing is known.
    if (places.length === 0) return null;
    for (const { podSubnetIds, subnetId: nodes } of places) {
      if (supply === 'addresses' && nodes === subnetId) return null;
      const others = estate
        .subnetsIn((podSubnetIds ?? []).filter((id) => id !== subnetId))
        .map((other) => ({ subnet: other, left: leftIn(other, supply) }))
        .filter((other): other is typeof other & { readonly left: number } => (other.left ?? 0) > 0);
      if (others.length === 0) return null;
      for (const other of others) found.set(other.subnet.subnetId, other);
    }
  }
  if (found.size === 0) return null;
  const others = [...found.values()];
  return {
    subnets: others.map(({ subnet }) => subnet),
    left: others.reduce((sum, { left }) => sum + left, 0),
  };
};

const HOURS_PER_DAY = 24;
const MILLISECONDS_PER_DAY = 86_400_000;

/**
 * The forecast of a supply and of those that its pods go on to, as one: the end is later by the time that the others last at
 * the pace of all of them. Jumps of one subnet say nothing of several, so they are left out.
 *
 * @param name of the supply that the forecast is about
 */
export const forecastTogether = (
  forecast: Forecast,
  name: SupplyName,
  { subnets, left }: PodsElsewhere,
): Forecast => {
  const { exhaustionAt, surge } = forecast;
  const others = subnets.map(({ forecast: { [name]: other } }) => Math.max(0, other?.lossPerDay ?? 0));
  const own = Math.max(0, forecast.lossPerDay ?? 0, (surge?.drain?.lossPerHour ?? 0) * HOURS_PER_DAY);
  const pace = others.reduce((sum, loss) => sum + loss, own);
  const later =
    exhaustionAt === null || pace <= 0
      ? null
      : new Date(Date.parse(exhaustionAt) + Math.min(FURTHEST_DAYS, left / pace) * MILLISECONDS_PER_DAY);
  return {
    ...forecast,
    exhaustionAt: later?.toISOString() ?? null,
    earliest: null,
    latest: null,
    probabilityWithin: null,
    jumpsWithin: null,
  };
};

/** Nothing is said of a time that is further away. */
const FURTHEST_DAYS = 365;

/** `pods-a, pods-b`. */
export const namesOf = ({ subnets }: PodsElsewhere): string => listOf(subnets.map(subnetName), NAMES_SHOWN);

const NAMES_SHOWN = 3;

export const elsewhereEvidence = (supply: SupplyName, { left }: PodsElsewhere): Evidence => ({
  name: supply === 'addresses' ? 'availableElsewhere' : 'freePrefixesElsewhere',
  value: left,
  unit: supply,
});
