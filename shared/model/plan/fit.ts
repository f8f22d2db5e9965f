import { elementAt } from '../base/element-at.ts';
import { valueAt } from '../base/value-at.ts';
import { EXHAUSTION_ERRORS } from '../cluster/node-demand.ts';
import type { AddressMap, SubnetAssessment } from '../result/assessment.ts';
import type { NewNodeSettings, NodePlace } from '../result/cluster.ts';
import { extrasAt } from './fleet.ts';
import { emptySubnet } from './new-subnet.ts';
import { NodeDemands } from './node-demands.ts';
import type { PlanEstate } from './plan-estate.ts';
import { mapsAfter, NO_MAP_CHANGE } from './possible-map.ts';
import { RULES, type Rule } from './rules.ts';
import { type NodeStart, type StartFailure, Timeline } from './timeline.ts';

/** Least and most of something that a change takes. */
interface LeastAndMost {
  readonly least: number;
  readonly most: number;
}

/** Nodes of a cluster that a change starts. */
export interface NodesDemand {
  readonly kind: 'nodes';
  readonly address: string;
  readonly nodes: LeastAndMost;
  /** The instance type that takes least of those that may start, and the one that takes most. */
  readonly type: { readonly least: string; readonly most: string };
  /** Pods on each node, at the most; `null`: as many as it may run. */
  readonly pods: number | null;
  /** Nodes are spread over these. */
  readonly subnetIds: readonly string[];
  /** Where their pods take addresses under custom networking, by zone; empty: in the node's own subnet. */
  readonly podSubnetOfZone: ReadonlyMap<string, readonly string[]>;
  /**
   * What the scan knows of its subnets, which counts before `podSubnetOfZone`: where pods of nodes there take addresses, and what a
   * node takes besides. Left out: nothing.
   */
  readonly places?: readonly NodePlace[];
  readonly settings: NewNodeSettings;
  /** True for nodes of EKS Auto Mode, which take single addresses where no prefix is free. How many is not known. */
  readonly fallsBack?: boolean;
}

/** Interfaces of anything else. */
export interface AddressesDemand {
  readonly kind: 'addresses';
  readonly address: string;
  readonly addresses: LeastAndMost;
  readonly subnetIds: readonly string[];
  /** `each`: so many in each of the subnets. `spread`: so many in all of them together. */
  readonly place: 'each' | 'spread';
  /** The service refuses a subnet with fewer free addresses, however few it takes; left out: it does not. */
  readonly refusedBelow?: { readonly free: number; readonly error: string };
}

export type FitDemand = NodesDemand | AddressesDemand;

/** A subnet that the change makes. */
export interface PlannedSubnet {
  /** What demands name it by. */
  readonly subnetId: string;
  readonly cidr: string;
  readonly zone: string;
}

export interface FitQuestion {
  readonly demands: readonly FitDemand[];
  readonly newSubnets: readonly PlannedSubnet[];
  /** Pods that exceed what so many nodes may run; left out: none. */
  readonly podsWithoutNode?: number;
  /** What is not known until the change is applied, in sentences. */
  readonly unknowns: readonly string[];
  /** What the answer takes for granted, in sentences. */
  readonly notices?: readonly string[];
}

/** What becomes of one demand. */
export interface FittedDemand {
  readonly address: string;
  readonly kind: FitDemand['kind'];
  /** Nodes, or addresses. */
  readonly wanted: LeastAndMost;
  readonly fits: LeastAndMost;
  readonly error: string | null;
  readonly subnetIds: readonly string[];
}

export interface FittedSubnet {
  readonly subnetId: string;
  readonly name: string | null;
  readonly availabilityZone: string | null;
  readonly freeAddresses: number;
  readonly freePrefixes: number;
  /** After the least, and after the most that the change takes. */
  readonly freeAddressesAfter: LeastAndMost;
  readonly freePrefixesAfter: LeastAndMost;
}

export interface FitAnswer {
  /**
   * Whether the least, and the most, that the change takes fits. `null`: all that is known fits, and not all is known. A resource
   * of which nothing is known may take nothing, so the least is known without it, and the most is not.
   */
  readonly fits: { readonly least: boolean | null; readonly most: boolean | null };
  readonly demands: readonly FittedDemand[];
  /** Pods that exceed what the nodes of the change may run, whatever the subnets have. */
  readonly podsWithoutNode: number;
  readonly subnets: readonly FittedSubnet[];
  readonly unknowns: readonly string[];
  /** What the answer takes for granted. */
  readonly notices: readonly string[];
  readonly rules: readonly Rule[];
}

/** The answer, and maps for drawing: one possible place for everything that the change takes. */
export interface FitPlan {
  readonly answer: FitAnswer;
  /** After the least, or the most, that the change takes. */
  readonly mapsAfter: (bound: 'least' | 'most') => ReadonlyMap<string, AddressMap>;
}

/** What a change takes, at the least and at the most, and whether the subnets hold it. The worst placement counts. */
export const planFit = (estate: PlanEstate, question: FitQuestion): FitPlan => {
  const ground = groundOf(estate, question);
  const { podsWithoutNode = 0 } = question;
  const named = new Set(question.demands.flatMap(demandedSubnets));
  const start = new Timeline('worst', ground.subnets.values(), ground.maps);
  const missing = [...named].filter((subnetId) => start.now(subnetId) === null);
  const isRead = (demand: FitDemand): boolean =>
    demandedSubnets(demand).every((subnetId) => !missing.includes(subnetId));
  const known = question.demands.filter(isRead);
  const least = run(estate, ground, known, 'least');
  const most = run(estate, ground, known, 'most');
  const demands = known.map((demand, index): FittedDemand => {
    const [low, high] = [elementAt(least.outcomes, index), elementAt(most.outcomes, index)];
    return {
      address: demand.address,
      kind: demand.kind,
      wanted: { least: low.wanted, most: high.wanted },
      fits: { least: low.fits, most: high.fits },
      error: low.error ?? high.error,
      subnetIds: demand.subnetIds,
    };
  });
  const unknowns = [
    ...question.unknowns,
    ...missing.map((subnetId) =>
      ground.subnets.has(subnetId)
        ? `The free addresses of ${subnetId} are not known.`
        : `The subnet ${subnetId} is in no scan: what it holds is not known.`,
    ),
  ];
  const isShort = ({ outcomes }: Run): boolean =>
    podsWithoutNode > 0 || outcomes.some((outcome) => outcome.fits < outcome.wanted && isKnown(outcome));
  const isWhole = ({ outcomes }: Run): boolean => question.demands.every(isRead) && outcomes.every(isKnown);
  const answer: FitAnswer = {
    fits: {
      least: isShort(least) ? false : isWhole(least) ? true : null,
      most: isShort(most) ? false : isWhole(most) && unknowns.length === 0 ? true : null,
    },
    demands,
    podsWithoutNode,
    subnets: [...named].flatMap((subnetId): FittedSubnet[] => {
      const subnet = ground.subnets.get(subnetId);
      const [before, low, high] = [start, least.timeline, most.timeline].map((each) => each.now(subnetId));
      if (subnet === undefined || before == null || low == null || high == null) return [];
      return [
        {
          subnetId,
          name: subnet.name,
          availabilityZone: subnet.availabilityZone,
          freeAddresses: before.singles,
          freePrefixes: before.prefixes,
          freeAddressesAfter: { least: low.singles, most: high.singles },
          freePrefixesAfter: { least: low.prefixes, most: high.prefixes },
        },
      ];
    }),
    unknowns,
    notices: question.notices ?? [],
    rules: [RULES.pool, RULES.maxPods, RULES.placement, RULES.spread, RULES.loadBalancer],
  };
  return {
    answer,
    mapsAfter: (bound) => {
      const { taken } = (bound === 'least' ? least : most).timeline;
      return mapsAfter(
        new Map([...ground.maps].filter(([subnetId]) => named.has(subnetId))),
        new Map([...taken].map(([subnetId, amount]) => [subnetId, { ...NO_MAP_CHANGE, taken: amount }])),
      );
    },
  };
};

interface Ground {
  readonly subnets: ReadonlyMap<string, SubnetAssessment>;
  readonly maps: ReadonlyMap<string, AddressMap>;
}

const demandedSubnets = (demand: FitDemand): readonly string[] => [
  ...demand.subnetIds,
  ...(demand.kind === 'nodes'
    ? [...[...demand.podSubnetOfZone.values()].flat(), ...placesOf(demand).flatMap(subnetsOfPlace)]
    : []),
];

const placesOf = ({ places = [], subnetIds }: NodesDemand): readonly NodePlace[] =>
  places.filter(({ subnetId }) => subnetIds.includes(subnetId));

const subnetsOfPlace = ({ extras = [], podSubnetIds }: NodePlace): readonly string[] => [
  ...(podSubnetIds ?? []),
  ...extras.flatMap(({ takes }) => takes.map(({ subnetId }) => subnetId)),
];

const groundOf = (estate: PlanEstate, { newSubnets }: FitQuestion): Ground => {
  const subnets = new Map(estate.subnets);
  const maps = new Map(estate.maps);
  const target = estate.input.subnets[0] ?? { accountId: '', region: '' };
  for (const { subnetId, cidr, zone } of newSubnets) {
    const { subnet, map } = emptySubnet(target, '', { cidr, zone });
    subnets.set(subnetId, { ...subnet, subnetId });
    if (map !== null) maps.set(subnetId, { ...map, subnetId });
  }
  return { subnets, maps };
};

interface Outcome {
  readonly wanted: number;
  readonly fits: number;
  readonly error: string | null;
}

interface Run {
  readonly timeline: Timeline;
  readonly outcomes: readonly Outcome[];
}

const run = (
  estate: PlanEstate,
  ground: Ground,
  demands: readonly FitDemand[],
  bound: 'least' | 'most',
): Run => {
  const timeline = new Timeline('worst', ground.subnets.values(), ground.maps);
  const outcomes = demands.map((demand) =>
    demand.kind === 'nodes'
      ? startNodes(estate, ground, timeline, demand, bound)
      : takeAddresses(timeline, demand, bound),
  );
  return { timeline, outcomes };
};

/** The least is a node without pods; the most is one that is full. */
const startNodes = (
  estate: PlanEstate,
  ground: Ground,
  timeline: Timeline,
  demand: NodesDemand,
  bound: 'least' | 'most',
): Outcome => {
  const demands = new NodeDemands(estate.input.limits, demand.settings);
  const wanted = demand.nodes[bound];
  const type = demand.type[bound];
  if (!demands.knows(type)) return { wanted, fits: 0, error: TYPE_UNKNOWN };
  const open = demand.subnetIds.map((subnetId): NodeStart => {
    const place = placesOf(demand).find((each) => each.subnetId === subnetId);
    const zone = valueAt(ground.subnets, subnetId).availabilityZone ?? '';
    const pods = place?.podSubnetIds ?? demand.podSubnetOfZone.get(zone) ?? [];
    const ownPods = place?.primaryServesPods ?? pods.length === 0;
    const full = demand.pods ?? demands.podsAtMost(type, ownPods);
    const steps = demands.steps(type, bound === 'least' ? 0 : full, ownPods);
    return {
      steps,
      subnetId,
      podSubnetIds: pods.length === 0 ? [subnetId] : pods,
      ...extrasAt(place, type),
    };
  });
  let fits = 0;
  let error: string | null = null;
  let goesOn = false;
  // A node in each subnet in turn; one that is full is left out from then on.
  for (let turn = 0; fits < wanted && open.length > 0; ) {
    const index = turn % open.length;
    const refusal = refusalOf(timeline, elementAt(open, index));
    if (refusal === null) {
      fits += 1;
      turn = index + 1;
    } else {
      error ??= refusal.error;
      goesOn ||= demand.fallsBack === true && refusal.limitedBy === 'prefixes';
      open.splice(index, 1);
      turn = index;
    }
  }
  return { wanted, fits, error: fits === wanted ? null : goesOn ? FALLS_BACK : error };
};

const TYPE_UNKNOWN = 'what its nodes take is not known';
const FALLS_BACK = 'how many start on single addresses is not known';

/** Whether it is known that no more of it fits. */
const isKnown = ({ error }: Outcome): boolean => error !== TYPE_UNKNOWN && error !== FALLS_BACK;

/** Starts something; `null`: it has what it takes. Demands on subnets that are not known were left out before. */
const refusalOf = (timeline: Timeline, start: NodeStart): StartFailure | null => {
  const held = timeline.start(start);
  return held !== null && 'error' in held ? held : null;
};

const takeAddresses = (timeline: Timeline, demand: AddressesDemand, bound: 'least' | 'most'): Outcome => {
  const { addresses, place, refusedBelow, subnetIds } = demand;
  const wanted = addresses[bound] * (place === 'each' ? subnetIds.length : 1);
  let error: string | null = null;
  const take = (subnetId: string): boolean => {
    const refusal = refusalOf(timeline, {
      steps: [{ subnet: 'node', singles: 1, prefixes: 0, addressError: EXHAUSTION_ERRORS.addresses }],
      subnetId,
      podSubnetIds: [subnetId],
    });
    error ??= refusal?.error ?? null;
    return refusal === null;
  };
  let fits = 0;
  if (place === 'each')
    for (const subnetId of subnetIds) {
      const now = timeline.now(subnetId);
      if (refusedBelow !== undefined && now !== null && now.singles < refusedBelow.free) {
        error ??= refusedBelow.error;
        continue;
      }
      for (let index = 0; index < addresses[bound] && take(subnetId); index += 1) fits += 1;
    }
  else {
    const open = [...subnetIds];
    for (let turn = 0; fits < wanted && open.length > 0; ) {
      const index = turn % open.length;
      if (take(elementAt(open, index))) {
        fits += 1;
        turn = index + 1;
      } else {
        open.splice(index, 1);
        turn = index;
      }
    }
  }
  return { wanted, fits, error: fits < wanted ? error : null };
};
