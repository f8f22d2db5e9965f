import type { EksCluster, NodeGroup } from '../aws/inventory.ts';
import { largestOf } from '../base/extremes.ts';
import { count, verb } from '../base/text/numbers.ts';
import { startedFirst } from '../cluster/cluster-groups.ts';
import { EXHAUSTION_ERRORS } from '../cluster/node-demand.ts';
import type { AddressMap } from '../result/assessment.ts';
import type { ClusterAssessment, NodePlace } from '../result/cluster.ts';
import { addressSupply } from '../subnet/address-supply.ts';
import { settingsOf } from './cluster-settings.ts';
import { spreadNodes } from './fleet.ts';
import { type Amount, addressesIn, NodeDemands, totalOf } from './node-demands.ts';
import { newNode } from './node-plan.ts';
import type { PlanEstate, PlannedNode } from './plan-estate.ts';
import { type MapChange, mapsAfter, NO_MAP_CHANGE } from './possible-map.ts';
import { RULES, type Rule } from './rules.ts';
import { startAnywhere } from './start-anywhere.ts';
import { Timeline } from './timeline.ts';
import { isWindowsType, windowsType } from './windows-type.ts';

/** Addresses that an update of the control plane takes in the cluster's subnets, at the most. */
const CONTROL_PLANE_ADDRESSES = 5;

/** The control plane's part, in one of the cluster's subnets. */
export interface ControlPlaneSubnet {
  readonly subnetId: string;
  readonly availabilityZone: string | null;
  /** The lower of AWS's count and the model's; `null`: not known. */
  readonly freeAddresses: number | null;
  readonly needed: number;
  readonly fits: boolean | null;
}

/** The new nodes of one group, in one zone. */
export interface GroupSurge {
  readonly group: string;
  readonly availabilityZone: string | null;
  readonly nodes: number;
  /** `null`: it is not known of some of them. */
  readonly fits: number | null;
  readonly error: string | null;
}

export interface UpgradeAnswer {
  readonly clusterName: string;
  readonly accountId: string;
  readonly region: string;
  readonly version: string | null;
  /** `null`: not known, and nothing that is known does not fit. */
  readonly fits: boolean | null;
  readonly controlPlane: readonly ControlPlaneSubnet[];
  /** One group after the other: an update of one ends before the next one begins. */
  readonly groups: readonly GroupSurge[];
  /** What the answer leaves out. */
  readonly notices: readonly string[];
  readonly unknowns: readonly string[];
  readonly rules: readonly Rule[];
}

/** The answer, and maps for drawing. */
export interface UpgradePlan {
  readonly answer: UpgradeAnswer;
  /** While the group that takes most is updated, by subnet: one possible place for everything. */
  readonly mapsDuring: () => ReadonlyMap<string, AddressMap>;
}

/**
 * Whether an update of the cluster's version fits: the control plane's addresses, then the new nodes that each group starts
 * before it ends old ones, full of the pods that move to them.
 *
 * @param eks what the EKS API says of the cluster; `null`: not read
 * @param surge new nodes of a group at once; `null`: as its update settings say
 */
export const planUpgrade = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  eks: EksCluster | null,
  surge: number | null,
): UpgradePlan => {
  const { subnetIds, nodeGroups } = eks ?? { subnetIds: [], nodeGroups: [] };
  const controlPlane = subnetIds.map((subnetId): ControlPlaneSubnet => {
    const subnet = estate.subnets.get(subnetId);
    const freeAddresses = subnet === undefined ? null : (addressSupply(subnet)?.available ?? null);
    return {
      subnetId,
      availabilityZone: subnet?.availabilityZone ?? null,
      freeAddresses,
      needed: CONTROL_PLANE_ADDRESSES,
      fits: freeAddresses === null ? null : freeAddresses >= CONTROL_PLANE_ADDRESSES,
    };
  });
  const surges = nodeGroups.map((group) => surgeOf(estate, cluster, group, surge, subnetIds));
  const groups = surges.flatMap((each) => each.zones);
  const unknowns = [
    ...(eks === null
      ? [
          'The EKS API could not be read: neither the subnets of the control plane nor the node groups are known.',
        ]
      : []),
    ...(cluster.cni === 'cilium-eni'
      ? [
          'Cilium gives pods their addresses by settings that no AWS API shows, so what new nodes take is not known.',
        ]
      : surges.flatMap(({ unknown }) => unknown ?? [])),
    ...controlPlane.flatMap(({ subnetId, fits }) =>
      fits === null ? [`The free addresses of ${subnetId} are not known.`] : [],
    ),
  ];
  const fails =
    zonesOf(controlPlane.filter(({ fits }) => fits !== false)) < Math.min(2, zonesOf(controlPlane)) ||
    surges.some(({ isShort }) => isShort);
  const answer: UpgradeAnswer = {
    clusterName: cluster.clusterName,
    accountId: cluster.accountId,
    region: cluster.region,
    version: cluster.version,
    fits: fails ? false : unknowns.length > 0 ? null : true,
    controlPlane,
    groups,
    notices: poolNotices(cluster),
    unknowns,
    rules: [RULES.controlPlane, RULES.updateSurge, RULES.pool, RULES.podsAtMost, RULES.placement],
  };
  return {
    answer,
    mapsDuring: () =>
      mapsAfter(
        estate.maps,
        mostTaken([controlPlaneAlone(estate, subnetIds), ...surges.map(({ taken }) => taken)]),
      ),
  };
};

/** EKS updates node groups alone. */
const poolNotices = ({ nodes }: ClusterAssessment): readonly string[] => {
  const ofPools = nodes.filter(
    ({ nodePool, state }) => nodePool !== null && (state === 'running' || state === 'pending'),
  ).length;
  return ofPools === 0
    ? []
    : [
        `${count(ofPools, 'node')} of node pools ${verb(ofPools, 'is')} not counted: after the update Karpenter or EKS Auto Mode replaces them, within the disruption budgets of their pools.`,
      ];
};

const zonesOf = (subnets: readonly ControlPlaneSubnet[]): number =>
  new Set(subnets.map(({ availabilityZone }) => availabilityZone)).size;

/** Groups are updated one after the other: in each subnet, what the group takes that takes most there. */
const mostTaken = (surges: readonly ReadonlyMap<string, Amount>[]): ReadonlyMap<string, MapChange> => {
  const most = new Map<string, MapChange>();
  for (const [subnetId, taken] of surges.flatMap((each) => [...each])) {
    const known = most.get(subnetId)?.taken;
    if (known === undefined || addressesIn(taken) > addressesIn(known))
      most.set(subnetId, { ...NO_MAP_CHANGE, taken });
  }
  return most;
};

const controlPlaneAlone = (estate: PlanEstate, subnetIds: readonly string[]): ReadonlyMap<string, Amount> => {
  const timeline = new Timeline('worst', estate.input.subnets, estate.maps);
  for (const subnetId of subnetIds) takeControlPlane(timeline, subnetId);
  return timeline.taken;
};

interface Surge {
  readonly zones: readonly GroupSurge[];
  readonly taken: ReadonlyMap<string, Amount>;
  /** Whether some node surely finds no room. */
  readonly isShort: boolean;
  /** What is not known of the group, as a sentence; `null`: nothing. */
  readonly unknown: string | null;
}

const surgeOf = (
  estate: PlanEstate,
  cluster: ClusterAssessment,
  group: NodeGroup,
  surge: number | null,
  controlPlaneIds: readonly string[],
): Surge => {
  const demands = new NodeDemands(estate.input.limits, settingsOf(cluster));
  const running = estate.nodesOf(cluster).filter((node) => node.group === group.name);
  const places = estate.placesOf(cluster).filter(({ subnetId }) => group.subnetIds.includes(subnetId));
  const zones = new Set(places.map(({ availabilityZone }) => availabilityZone)).size;
  const wanted = surge ?? startedFirst(group, Math.max(1, zones));
  const pods = running.length === 0 ? 0 : largestOf(running.map((node) => node.pods));
  const type = heaviestType(demands, group, running, pods);
  const subnets = estate.input.subnets;
  const timeline = new Timeline('worst', subnets, estate.maps);
  // The control plane keeps its own addresses while the groups follow.
  for (const subnetId of controlPlaneIds) takeControlPlane(timeline, subnetId);
  let isShort = false;
  let unknownNodes = 0;
  const found = new Map<
    string | null,
    { nodes: number; fits: number; isKnown: boolean; error: string | null }
  >();
  const started: { readonly zone: string | null }[] = [...running];
  const start = (place: NodePlace, others: readonly NodePlace[]): void => {
    const result =
      type === null
        ? null
        : startAnywhere(timeline, demands, { ...newNode(place, type), pods }, others, started);
    const isFailure = result !== null && 'limitedBy' in result;
    const availabilityZone = result === null || isFailure ? place.availabilityZone : result.node.zone;
    const zone = found.get(availabilityZone) ?? { nodes: 0, fits: 0, isKnown: true, error: null };
    zone.nodes += 1;
    if (isFailure) {
      isShort = true;
      zone.error ??= result.error;
    } else if (result === null || result.holdings === null) {
      unknownNodes += 1;
      zone.isKnown = false;
      zone.error ??= 'not known: what it takes, or a subnet';
    } else {
      zone.fits += 1;
      started.push(result.node);
    }
    found.set(availabilityZone, zone);
  };
  const spread = spreadNodes(places, running, wanted);
  // EKS goes on only when each zone with nodes of the group has a new one.
  const needed = new Set(running.map(({ zone }) => zone));
  const first = [...needed].flatMap(
    (zone) => spread.find(({ availabilityZone }) => availabilityZone === zone) ?? [],
  );
  for (const place of first)
    start(
      place,
      places.filter(({ availabilityZone }) => availabilityZone === place.availabilityZone),
    );
  const rest = [...spread];
  for (const place of first) rest.splice(rest.indexOf(place), 1);
  for (const place of rest) start(place, places);
  return {
    zones: [...found].map(([availabilityZone, { nodes, fits, isKnown, error }]) => ({
      group: group.name,
      availabilityZone,
      nodes,
      fits: isKnown ? fits : null,
      error,
    })),
    taken: timeline.taken,
    isShort,
    unknown: unknownOf(group, places, unknownNodes),
  };
};

/** Of the types that a group may launch, the one that takes most; `null` where one of them is not known. */
const heaviestType = (
  demands: NodeDemands,
  { amiType, instanceTypes }: NodeGroup,
  running: readonly PlannedNode[],
  pods: number,
): string | null => {
  const isWindows =
    running.some(({ type }) => isWindowsType(type)) || amiType?.startsWith('WINDOWS') === true;
  const types =
    instanceTypes.length > 0
      ? instanceTypes.map((type) => (isWindows ? windowsType(type) : type))
      : running.map(({ type }) => type);
  if (!types.every((type) => demands.knows(type))) return null;
  const weightOf = (type: string): number => addressesIn(totalOf(demands.steps(type, pods, true)));
  const [heaviest = null] = types.toSorted((a, b) => weightOf(b) - weightOf(a));
  return heaviest;
};

const unknownOf = (
  { name }: NodeGroup,
  places: readonly NodePlace[],
  unknownNodes: number,
): string | null => {
  if (places.length === 0) return `It is not known where new nodes of ${name} start.`;
  return unknownNodes === 0
    ? null
    : `It is not known whether ${count(unknownNodes, 'new node')} of ${name} ${verb(unknownNodes, 'finds')} room: their type, or a subnet, is not known.`;
};

const takeControlPlane = (timeline: Timeline, subnetId: string): void => {
  timeline.start({
    steps: [
      {
        subnet: 'node',
        singles: CONTROL_PLANE_ADDRESSES,
        prefixes: 0,
        addressError: EXHAUSTION_ERRORS.addresses,
      },
    ],
    subnetId,
    podSubnetIds: [subnetId],
  });
};
