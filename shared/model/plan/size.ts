import type { InstanceLimits } from '../aws/inventory.ts';
import { count, number } from '../base/text/numbers.ts';
import { hasIpTargets } from '../cni/cni-settings.ts';
import { sizeOfLength } from '../net/cidr.ts';
import { plannedPool } from './ipam-pools.ts';
import { LARGEST_SUBNET_LENGTH } from './new-subnet.ts';
import { type Amount, addressesIn, NodeDemands } from './node-demands.ts';
import { RULES } from './rules.ts';
import type { SizeAnswer, SizedMode, SizedRange, SizeMode, SizeQuestion } from './size-plan.ts';
import {
  blockAround,
  CONTROL_PLANE_ZONES,
  controlPlaneRange,
  loadBalancerRange,
  nodeRange,
  place,
  serviceRange,
  type Unplaced,
} from './sized-ranges.ts';
import { AWS_ADDRESSES } from './subnet-size.ts';

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
    ...(question.loadBalancers === 0
      ? []
      : inZones((zone) => loadBalancerRange(zone, question.loadBalancers))),
    ...inZones(controlPlaneRange, Math.max(CONTROL_PLANE_ZONES, Math.min(question.zones, 3))),
    serviceRange(question.services),
  ]);
  const subnets = ranges.filter(({ purpose }) => purpose !== 'services');
  const placed = subnets.flatMap(({ cidr }) => cidr ?? []);
  return {
    mode,
    nodes,
    nodesPerZone,
    perNode: perNode.all,
    ranges,
    addresses: subnets.reduce((sum, range) => sum + addressesOf(range), 0),
    fits:
      podsPerNode > 0 &&
      ranges.every(({ length, cidr }) => length !== null && (question.within.length === 0 || cidr !== null)),
    vpcBlock: placed.length < subnets.length ? null : blockAround(placed),
    notices: [...noticesOf(question, mode, { demands, most, nodes }), ...ranges.flatMap(tooLarge)],
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

/** No subnet is larger than a /16: what needs more takes several. */
const LARGEST_SUBNET = sizeOfLength(LARGEST_SUBNET_LENGTH);

const largestSubnets = ({ needed }: Pick<SizedRange, 'needed'>): number =>
  Math.ceil(addressesIn(needed) / (LARGEST_SUBNET - AWS_ADDRESSES));

const addressesOf = ({ length, needed }: Pick<SizedRange, 'length' | 'needed'>): number =>
  length === null ? largestSubnets({ needed }) * LARGEST_SUBNET : sizeOfLength(length);

const tooLarge = ({ purpose, zone, length, needed }: SizedRange): readonly string[] =>
  length !== null || zone !== 1
    ? []
    : [
        `The ${purpose} of one zone need ${number(addressesIn(needed))} addresses: ${count(largestSubnets({ needed }), 'subnet')} of /${LARGEST_SUBNET_LENGTH}.`,
      ];

const noticesOf = (
  { podsPerNode, type, nodes: asked, within }: SizeQuestion,
  mode: SizeMode,
  { demands, most, nodes }: { readonly demands: NodeDemands; readonly most: number; readonly nodes: number },
): readonly string[] => [
  ...(demands.settings.prefixDelegation && !demands.takesPrefixes(type)
    ? [`${type} cannot take prefixes. In mode ${mode} the CNI gives its nodes secondary addresses instead.`]
    : []),
  ...(podsPerNode > most
    ? [
        `In mode ${mode}, a node of ${type} runs at most ${count(most, 'pod')}, so ${count(asked, 'node')} with ${podsPerNode} pods become ${number(nodes)} after the growth.`,
      ]
    : []),
  ...(demands.settings.prefixDelegation && demands.takesPrefixes(type) && within.length === 0
    ? ['Reserve the prefixes of each subnet when it is new: the sizes rest on it.']
    : []),
  ...(hasIpTargets(demands.settings)
    ? ['With IP targets interfaces may stay for single addresses: each takes one address more.']
    : []),
];
