import { smallestOf } from '../base/extremes.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { Forecast } from '../result/forecast.ts';
import { type FleetNode, startOf } from './fleet.ts';
import type { NodeDemands } from './node-demands.ts';
import { roomForNodes, roomForPods } from './room.ts';
import type { Timeline } from './timeline.ts';

/** The least and the most of something: what EC2's random placement leaves open. Both are the same where it is exact. */
export type Bounds = readonly [least: number, most: number];

/** How much one subnet, or one zone, has and holds at one point of a plan. `null`: not known. */
export interface SupplyFigures {
  readonly used: Bounds | null;
  readonly freeAddresses: Bounds | null;
  readonly freePrefixes: Bounds | null;
  /** More nodes that start here, and what the next one would see. */
  readonly moreNodes: { readonly nodes: Bounds; readonly error: string | null } | null;
  /** More pods on the nodes that are here, at the least. */
  readonly morePods: number | null;
}

export interface SubnetFigures extends SupplyFigures {
  readonly subnetId: string;
  readonly name: string | null;
  readonly cidrBlock: string | null;
  readonly availabilityZone: string | null;
  /** Days until the supply that runs out first is empty at the present rate; `null` where it does not fall, or nothing is known of its past. */
  readonly runwayDays: number | null;
}

export interface ZoneFigures extends SupplyFigures {
  readonly availabilityZone: string | null;
}

/** One point of a plan: before the change, or after it. */
export interface PlanState {
  readonly nodes: number;
  /** Pods with an address of their own, at the most. */
  readonly pods: number;
  readonly subnets: readonly SubnetFigures[];
  readonly zones: readonly ZoneFigures[];
}

/** What a state is measured from: the same history under both placements. */
export interface Measured {
  readonly worst: Timeline;
  readonly best: Timeline;
  readonly demands: NodeDemands;
  readonly nodes: readonly FleetNode[];
  /** False: there are more, and how many pods these run is not known. */
  readonly knowsNodes: boolean;
  /** A new node without pods, for each place where nodes start. */
  readonly empties: readonly FleetNode[];
}

export const planState = (
  measured: Measured,
  subnets: readonly SubnetAssessment[],
  before: PlanState | null,
): PlanState => {
  const byZone = subnets.toSorted((a, b) => compareZones(a.availabilityZone, b.availabilityZone));
  const zones = Map.groupBy(byZone, ({ availabilityZone }) => availabilityZone);
  return {
    nodes: measured.nodes.length,
    pods: measured.nodes.reduce((sum, { pods }) => sum + pods, 0),
    subnets: subnets.map((subnet) => subnetFigures(measured, subnet, before)),
    zones: [...zones].map(([availabilityZone, here]) => ({
      availabilityZone,
      ...figuresOf(
        measured,
        here.map(({ subnetId }) => subnetId),
      ),
    })),
  };
};

/** By name; a zone that is not known comes first. */
const compareZones = (one: string | null, other: string | null): number =>
  (one ?? '').localeCompare(other ?? '', 'en');

const subnetFigures = (
  measured: Measured,
  subnet: SubnetAssessment,
  before: PlanState | null,
): SubnetFigures => {
  const { subnetId, name, cidrBlock, availabilityZone, forecast } = subnet;
  const figures = figuresOf(measured, [subnetId]);
  const past = before?.subnets.find((each) => each.subnetId === subnetId) ?? null;
  const runways = [
    runway(forecast.addresses, past?.freeAddresses ?? null, figures.freeAddresses),
    ...(measured.demands.settings.prefixDelegation
      ? [runway(forecast.prefixes, past?.freePrefixes ?? null, figures.freePrefixes)]
      : []),
  ].filter((days) => days !== null);
  return {
    subnetId,
    name,
    cidrBlock,
    availabilityZone,
    ...figures,
    runwayDays: runways.length === 0 ? null : smallestOf(runways),
  };
};

/** What is left at the day's low, and what is gained, over what is lost per day. `null` where nothing is lost, or it is not known. */
export const daysLeft = (forecast: Forecast | undefined, gained: number): number | null => {
  const { dailyLow, lossPerDay } = forecast?.basis ?? { dailyLow: null, lossPerDay: null };
  return dailyLow === null || lossPerDay === null || lossPerDay <= 0
    ? null
    : (dailyLow + gained) / lossPerDay;
};

const runway = (
  forecast: Forecast | undefined,
  before: Bounds | null,
  after: Bounds | null,
): number | null => {
  if (after === null) return null;
  const days = daysLeft(forecast, before === null ? 0 : after[0] - before[0]);
  return days === null ? null : Math.max(0, Math.floor(days * 10) / 10);
};

const figuresOf = (measured: Measured, subnetIds: readonly string[]): SupplyFigures => {
  const here = new Set(subnetIds);
  const moments = (timeline: Timeline) => subnetIds.map((subnetId) => timeline.now(subnetId));
  const total = (timeline: Timeline, of: 'used' | 'singles' | 'prefixes'): number | null => {
    const known = moments(timeline).filter((moment) => moment !== null);
    return known.length < subnetIds.length ? null : known.reduce((sum, moment) => sum + moment[of], 0);
  };
  const bounds = (of: 'used' | 'singles' | 'prefixes') =>
    boundsOf(total(measured.worst, of), total(measured.best, of), (figure) => figure);
  return {
    used: bounds('used'),
    freeAddresses: bounds('singles'),
    freePrefixes: bounds('prefixes'),
    moreNodes: moreNodes(
      measured,
      measured.empties.filter(({ subnetId }) => here.has(subnetId)),
    ),
    morePods: measured.knowsNodes
      ? roomForPods(
          measured.worst,
          measured.demands,
          measured.nodes.filter(({ subnetId }) => here.has(subnetId)),
        )
      : null,
  };
};

/** The lower and the higher of a figure under both placements; `null` where either is not known. */
export const boundsOf = <Answer>(
  one: Answer | null,
  other: Answer | null,
  figureOf: (answer: Answer) => number,
): Bounds | null => {
  if (one === null || other === null) return null;
  const [first, second] = [figureOf(one), figureOf(other)];
  return [Math.min(first, second), Math.max(first, second)];
};

const moreNodes = (
  { worst, best, demands }: Measured,
  empties: readonly FleetNode[],
): SupplyFigures['moreNodes'] => {
  if (empties.length === 0) return null;
  const starts = empties.map((empty) => startOf(demands, empty));
  const least = roomForNodes(worst, starts);
  const nodes = boundsOf(least, roomForNodes(best, starts), ({ fits }) => fits);
  return least === null || nodes === null ? null : { nodes, error: least.error };
};
