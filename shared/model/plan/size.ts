import type { InstanceLimits, IpamPool } from '../aws/inventory.ts';
import { count, number } from '../base/text/numbers.ts';
import { hasIpTargets } from '../cni/cni-settings.ts';
import { formatCidr, sizeOfLength } from '../net/cidr.ts';
import { freeRange, freeRanges } from '../net/free-ranges.ts';
import type { NewNodeSettings } from '../result/cluster.ts';
import { rangesAmong } from './held-addresses.ts';
import { type Amount, addressesIn, NodeDemands } from './node-demands.ts';
import { RULES, type Rule } from './rules.ts';
import { AWS_ADDRESSES, reservationsFor, smallestSubnet } from './subnet-size.ts';

/** What a cluster is to hold. */
export interface SizeQuestion {
  readonly nodes: number;
  readonly type: string;
  /** Pods with an address of their own, on each node. */
  readonly podsPerNode: number;
  readonly zones: number;
  /** So many of the zones must hold everything. */
  readonly zonesThatHoldAll: number;
  readonly growthPercent: number;
  /** Nodes that an update starts in each zone before it ends old ones. */
  readonly surgePerZone: number;
  readonly services: number;
  readonly loadBalancers: number;
  /** The CNI's settings but for mode and custom networking, which the answer compares. */
  readonly settings: NewNodeSettings;
  readonly modes: readonly SizeMode[];
  /** Where the ranges may lie, best first; empty: only sizes are asked for. */
  readonly within: readonly string[];
  /** What they must not overlap, each with what it belongs to. */
  readonly taken: readonly { readonly range: string; readonly owner: string }[];
  /** Pools of IPAM that could be read; left out: none was asked for. */
  readonly ipamPools?: readonly IpamPool[];
  /** What could not be read, in sentences; left out: nothing. */
  readonly unknowns?: readonly string[];
}

/** What a pool of IPAM has free. */
export interface PlannedPool {
  readonly ipamPoolId: string;
  readonly description: string | null;
  readonly locale: string | null;
  readonly cidrs: readonly string[];
  readonly allocations: number;
  /** The largest free ranges, and where a cluster of each mode finds a block for all of its subnets. */
  readonly freeRanges: readonly string[];
  readonly fits: readonly { readonly mode: SizeMode; readonly cidr: string | null }[];
}

export type SizeMode = 'secondary' | 'prefix' | 'custom-secondary' | 'custom-prefix';

export const SIZE_MODES: readonly SizeMode[] = ['secondary', 'prefix', 'custom-secondary', 'custom-prefix'];

/** What a range is for. */
export type SizePurpose = 'nodes' | 'pods' | 'control-plane' | 'load-balancers' | 'services';

export interface SizedRange {
  readonly purpose: SizePurpose;
  /** From 1; `null` for the service range, which belongs to no zone. */
  readonly zone: number | null;
  /** Prefix length, such as 24; `null`: more than a subnet can hold. */
  readonly length: number | null;
  readonly needed: Amount;
  /** How the figures come about. */
  readonly arithmetic: string;
  /** Where it can be; `null` where no place was asked for or none is left. */
  readonly cidr: string | null;
  /** What to reserve for prefixes in it. */
  readonly reservations: readonly string[];
}

export interface SizedMode {
  readonly mode: SizeMode;
  /** Nodes in all zones after the growth, and how many of them one zone must hold. */
  readonly nodes: number;
  readonly nodesPerZone: number;
  readonly perNode: Amount;
  readonly ranges: readonly SizedRange[];
  /** Addresses of all subnets. */
  readonly addresses: number;
  /** Whether every range has a size and, where a place was asked for, a place. */
  readonly fits: boolean;
  /** The block of the VPC that holds all subnets, where places were asked for. */
  readonly vpcBlock: string | null;
  readonly notices: readonly string[];
}

export interface SizeAnswer {
  readonly question: SizeQuestion;
  readonly modes: readonly SizedMode[];
  readonly ipamPools: readonly PlannedPool[];
  readonly unknowns: readonly string[];
  readonly rules: readonly Rule[];
}

/** Free ranges of a pool that an answer names. */
const FREE_RANGES_SHOWN = 5;
/** AWS makes VPC blocks from /16 to /28. */
const LARGEST_BLOCK = 16;

/** A control plane takes up to five addresses more in an update, and AWS recommends subnets of its own. */
const CONTROL_PLANE_LENGTH = 28;
/** An EKS control plane has interfaces in two zones at the least. */
const CONTROL_PLANE_ZONES = 2;
/** Addresses that one load balancer needs free in each of its subnets, and the smallest subnet that it takes. */
const LOAD_BALANCER_ADDRESSES = 8;
const LOAD_BALANCER_LENGTH = 27;
/** EKS takes service ranges from /24 to /12. */
const SMALLEST_SERVICES = 24;
const LARGEST_SERVICES = 12;
/** The API server's own service and DNS, and the network's first and last address. */
const SERVICE_ADDRESSES = 4;
/** Where service ranges may lie. */
const PRIVATE_RANGES = ['172.16.0.0/12', '10.0.0.0/8', '192.168.0.0/16'];

export const planSize = (
  question: SizeQuestion,
  limits: (type: string) => InstanceLimits | null,
): SizeAnswer => {
  const modes = question.modes.map((mode) => sizedMode(question, mode, limits));
  return {
    question,
    modes,
    ipamPools: (question.ipamPools ?? []).map((pool) => plannedPool(pool, question, modes)),
    unknowns: question.unknowns ?? [],
    rules: [
      RULES.pool,
      RULES.maxPods,
      RULES.reserved,
      RULES.reserve,
      RULES.updateSurge,
      RULES.controlPlane,
      RULES.loadBalancer,
      RULES.services,
    ],
  };
};

const plannedPool = (
  { allocations, cidrs, description, ipamPoolId, locale }: IpamPool,
  { taken }: SizeQuestion,
  modes: readonly SizedMode[],
): PlannedPool => {
  const occupied = [...allocations.map(({ cidr }) => cidr), ...taken.map(({ range }) => range)];
  return {
    ipamPoolId,
    description,
    locale,
    cidrs,
    allocations: allocations.length,
    freeRanges: freeRanges(cidrs, occupied, FREE_RANGES_SHOWN),
    fits: modes.map(({ addresses, mode, ranges }) => {
      // Aligned subnets of these sizes fill a block of the next power of two.
      const length = 32 - Math.ceil(Math.log2(Math.max(1, addresses)));
      const hasSizes = ranges.every((range) => range.length !== null);
      return {
        mode,
        cidr: hasSizes && length >= LARGEST_BLOCK ? freeRange(cidrs, occupied, length) : null,
      };
    }),
  };
};

type Unplaced = Omit<SizedRange, 'cidr' | 'reservations'>;

const sizedMode = (
  question: SizeQuestion,
  mode: SizeMode,
  limits: (type: string) => InstanceLimits | null,
): SizedMode => {
  const custom = mode.startsWith('custom');
  const settings = {
    ...question.settings,
    prefixDelegation: mode.endsWith('prefix'),
    customNetworking: custom,
  };
  const demands = new NodeDemands(limits, settings);
  const most = demands.podsAtMost(question.type, !custom);
  const podsPerNode = Math.min(question.podsPerNode, most);
  const factor = podsPerNode === 0 ? 0 : question.podsPerNode / podsPerNode;
  const nodes = Math.ceil((question.nodes * (100 + question.growthPercent) * factor) / 100);
  const share = Math.ceil(nodes / question.zonesThatHoldAll);
  const nodesPerZone = share + question.surgePerZone;
  const perNode = demandOf(demands, question.type, podsPerNode, custom);
  const parts = custom
    ? [
        { purpose: 'nodes' as const, amount: perNode.node },
        { purpose: 'pods' as const, amount: perNode.pods },
      ]
    : [{ purpose: 'nodes' as const, amount: perNode.all }];
  const inZones = (make: (zone: number) => Unplaced, zones = question.zones): readonly Unplaced[] =>
    Array.from({ length: zones }, (_, index) => make(index + 1));
  const ranges = place(question, [
    ...parts.flatMap(({ purpose, amount }) =>
      inZones((zone) => nodeRange(purpose, zone, { amount, share, surge: question.surgePerZone })),
    ),
    ...inZones((zone) => loadBalancerRange(zone, question.loadBalancers)),
    ...inZones(controlPlaneRange, Math.max(CONTROL_PLANE_ZONES, Math.min(question.zones, 3))),
    serviceRange(question.services),
  ]);
  const subnets = ranges.filter(({ purpose }) => purpose !== 'services');
  return {
    mode,
    nodes,
    nodesPerZone,
    perNode: perNode.all,
    ranges,
    addresses: subnets.reduce((sum, { length }) => sum + (length === null ? 0 : sizeOfLength(length)), 0),
    fits:
      podsPerNode > 0 &&
      ranges.every(({ length, cidr }) => length !== null && (question.within.length === 0 || cidr !== null)),
    vpcBlock: blockAround(subnets.flatMap(({ cidr }) => cidr ?? [])),
    notices: [...noticesOf(question, settings, most, nodes), ...ranges.flatMap(tooLarge)],
  };
};

interface NodeParts {
  readonly all: Amount;
  readonly node: Amount;
  readonly pods: Amount;
}

const NOTHING: Amount = { addresses: 0, prefixes: 0 };

const demandOf = (demands: NodeDemands, type: string, pods: number, custom: boolean): NodeParts => {
  const steps = demands.steps(type, pods, !custom);
  const sum = (subnet: 'node' | 'pods' | null): Amount =>
    steps
      .filter((step) => subnet === null || step.subnet === subnet)
      .reduce(
        (total, { singles, prefixes }) => ({
          addresses: total.addresses + singles,
          prefixes: total.prefixes + prefixes,
        }),
        NOTHING,
      );
  return { all: sum(null), node: sum('node'), pods: sum('pods') };
};

const nodeRange = (
  purpose: 'nodes' | 'pods',
  zone: number,
  { amount, share, surge }: { readonly amount: Amount; readonly share: number; readonly surge: number },
): Unplaced => {
  const nodes = share + surge;
  const needed = { addresses: nodes * amount.addresses, prefixes: nodes * amount.prefixes };
  const each = [
    count(amount.addresses, 'address'),
    ...(amount.prefixes === 0 ? [] : [count(amount.prefixes, 'prefix')]),
  ].join(' and ');
  return {
    purpose,
    zone,
    length: smallestSubnet(needed),
    needed,
    arithmetic: `(${number(share)} nodes + ${number(surge)} in an update) x ${each} = ${number(addressesIn(needed))} addresses, and ${AWS_ADDRESSES} of AWS`,
  };
};

const loadBalancerRange = (zone: number, loadBalancers: number): Unplaced => {
  const needed = { addresses: loadBalancers * LOAD_BALANCER_ADDRESSES, prefixes: 0 };
  const length = smallestSubnet(needed);
  return {
    purpose: 'load-balancers',
    zone,
    length: length === null ? null : Math.min(length, LOAD_BALANCER_LENGTH),
    needed,
    arithmetic: `${count(loadBalancers, 'load balancer')} x ${LOAD_BALANCER_ADDRESSES} = ${number(needed.addresses)} addresses, and a /${LOAD_BALANCER_LENGTH} at the least`,
  };
};

const controlPlaneRange = (zone: number): Unplaced => ({
  purpose: 'control-plane',
  zone,
  length: CONTROL_PLANE_LENGTH,
  needed: { addresses: sizeOfLength(CONTROL_PLANE_LENGTH) - AWS_ADDRESSES, prefixes: 0 },
  arithmetic: `a /${CONTROL_PLANE_LENGTH} of its own: up to 5 addresses more in an update`,
});

const serviceRange = (services: number): Unplaced => {
  const needed = services + SERVICE_ADDRESSES;
  const length = Math.min(SMALLEST_SERVICES, 32 - Math.ceil(Math.log2(needed)));
  return {
    purpose: 'services',
    zone: null,
    length: length < LARGEST_SERVICES ? null : length,
    needed: { addresses: needed, prefixes: 0 },
    arithmetic: `${count(services, 'service')} + ${SERVICE_ADDRESSES} = ${number(needed)} addresses, from /${SMALLEST_SERVICES} to /${LARGEST_SERVICES}`,
  };
};

/** Gives every range its place: the largest first, so that small ones fill the gaps. The service range lies outside the VPC's block. */
const place = (question: SizeQuestion, ranges: readonly Unplaced[]): readonly SizedRange[] => {
  const taken = question.taken.map(({ range }) => range);
  const placed = new Map<Unplaced, string | null>();
  const largestFirst = ranges
    .filter(({ purpose }) => purpose !== 'services')
    .toSorted((a, b) => (a.length ?? 0) - (b.length ?? 0));
  for (const range of largestFirst) {
    const cidr = range.length === null ? null : freeRange(question.within, taken, range.length);
    placed.set(range, cidr);
    if (cidr !== null) taken.push(cidr);
  }
  const block = blockAround([...placed.values()].flatMap((cidr) => cidr ?? []));
  for (const range of ranges.filter(({ purpose }) => purpose === 'services')) {
    const blocks = question.within.length === 0 ? [] : [...question.within, ...PRIVATE_RANGES];
    const outside = block === null ? taken : [...taken, block];
    placed.set(range, range.length === null ? null : freeRange(blocks, outside, range.length));
  }
  return ranges.map((range) => {
    const cidr = placed.get(range) ?? null;
    return {
      ...range,
      cidr,
      reservations: cidr === null ? [] : reservationsFor(cidr, range.needed.prefixes),
    };
  });
};

/** The smallest aligned range around these; `null` where there is none that a VPC can have. */
const blockAround = (ranges: readonly string[]): string | null => {
  const parsed = rangesAmong(ranges);
  const [first] = parsed;
  if (first === undefined) return null;
  for (let length = first.length; length >= 16; length -= 1) {
    const size = sizeOfLength(length);
    const base = Math.floor(first.base / size) * size;
    if (parsed.every((each) => each.base >= base && each.base + sizeOfLength(each.length) <= base + size))
      return formatCidr({ base, length });
  }
  return null;
};

/** No subnet is larger than a /16: what needs more takes several. */
const tooLarge = ({ purpose, zone, length, needed }: SizedRange): readonly string[] => {
  if (length !== null || zone !== 1) return [];
  const addresses = addressesIn(needed);
  const subnets = Math.ceil(addresses / (sizeOfLength(16) - AWS_ADDRESSES));
  return [
    `The ${purpose} of one zone need ${number(addresses)} addresses: ${count(subnets, 'subnet')} of /16.`,
  ];
};

const noticesOf = (
  { podsPerNode, type, nodes: asked, within }: SizeQuestion,
  settings: NewNodeSettings,
  most: number,
  nodes: number,
): readonly string[] => [
  ...(podsPerNode > most
    ? [
        `A ${type} runs at most ${count(most, 'pod')} in this mode, so ${count(asked, 'node')} with ${podsPerNode} pods become ${number(nodes)} after the growth.`,
      ]
    : []),
  ...(settings.prefixDelegation && within.length === 0
    ? ['Reserve the prefixes of each subnet when it is new: the sizes rest on it.']
    : []),
  ...(hasIpTargets(settings)
    ? ['With IP targets interfaces may stay for single addresses: each takes one address more.']
    : []),
];
