import { elementAt } from '../base/element-at.ts';
import { largestOf, smallestOf } from '../base/extremes.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import {
  type CniSettings,
  mostInterfaces,
  type NodeLimits,
  slotsPerInterface,
  takesPrefixes,
} from './cni-settings.ts';
import {
  type HoldingRange,
  holdingOnTheWayDown,
  holdingsOnTheWayUp,
  type NodeHolding,
  type Range,
} from './node-holding.ts';
import { NodePool, type PoolInterface, type PoolUnit } from './node-pool.ts';

/** A live node whose mode is switched: `aws-node` restarts with other settings, and the pods run on. */
export interface ModeSwitch {
  readonly before: CniSettings;
  readonly after: CniSettings;
  /** Pods that ran when it was switched, each with an address of the former mode. */
  readonly podsBefore: number;
}

/** Pods that run some time after the switch. */
export interface PodsAfterSwitch {
  /** All of them, on old and on new addresses. */
  readonly pods: number;
  /** Of them, those that started before the switch. */
  readonly onOldAddresses: number;
}

/** What the node still holds of the former mode: one way how pods may lie on interfaces and prefixes. */
interface Remainder {
  /** By interface, the primary one first. */
  readonly units: readonly number[];
}

/**
 * Between which bounds a node holds after a switch of mode, either way. What no pod used goes at once, what a pod used stays and
 * fills slots: single addresses after a switch to prefixes, prefixes after a switch back. Pods lie at random, so every end of
 * what is possible is played through. Source: amazon-vpc-cni-k8s v1.23, `getDeletableENI`, `tryUnassignIPsFromENIs`,
 * `FreeablePrefixes`; measured in test/fixtures/ipamd.
 */
export const holdingAfterSwitch = (
  limits: NodeLimits,
  change: ModeSwitch,
  after: PodsAfterSwitch,
): HoldingRange => {
  if (takesPrefixes(limits, change.before) === takesPrefixes(limits, change.after)) {
    return holdingOnTheWayDown(limits, change.after, after.pods, change.podsBefore);
  }
  const held = elementAt(holdingsOnTheWayUp(limits, change.before, [change.podsBefore]), 0);
  // The pool shrinks only where there are fewer pods than before.
  const shrinks = after.pods < change.podsBefore;
  const ends = remaindersOf(limits, change, held).flatMap((remainder) =>
    CHOICES.filter(({ keepsOthers }) => keepsOthers || shrinks).map((choice) =>
      play(limits, change, after, remainder, choice),
    ),
  );
  const toPrefixes = takesPrefixes(limits, change.after);
  const between = (of: (end: Counts) => number): Range => [smallestOf(ends.map(of)), largestOf(ends.map(of))];
  const [least, most] = between(({ leftovers }) => leftovers);
  const units = between((end) => end.units);
  // Single addresses that no pod uses go one by one, at random, while there are more prefixes than are wanted.
  const mayGo = shrinks && units[1] > 0;
  return {
    interfaces: between(({ interfaces }) => interfaces),
    addresses: toPrefixes ? [mayGo ? after.onOldAddresses : least, most] : units,
    prefixes: toPrefixes ? units : [least, most],
  };
};

/**
 * The same where it is not known how many of the pods started before the switch: all that can be, or none, are the ends.
 */
export const holdingWheneverAfterSwitch = (
  limits: NodeLimits,
  change: ModeSwitch,
  pods: number,
): HoldingRange => {
  const ends = [0, Math.min(pods, change.podsBefore)].map((onOldAddresses) =>
    holdingAfterSwitch(limits, change, { pods, onOldAddresses }),
  );
  const both = (of: (range: HoldingRange) => Range): Range => [
    smallestOf(ends.map((end) => of(end)[0])),
    largestOf(ends.map((end) => of(end)[1])),
  ];
  return {
    interfaces: both(({ interfaces }) => interfaces),
    addresses: both(({ addresses }) => addresses),
    prefixes: both(({ prefixes }) => prefixes),
  };
};

/** What the CNI picks at random. */
interface Choice {
  /** Interfaces on which something of the former mode is left stay, although no pod uses it. */
  readonly keepsOthers: boolean;
  readonly newestFirst: boolean;
}

const CHOICES: readonly Choice[] = [true, false].flatMap((keepsOthers) =>
  [true, false].map((newestFirst) => ({ keepsOthers, newestFirst })),
);

/** Units in which pods may lie when the mode is switched, at the two ends: in as few as possible, and in as many. */
const remaindersOf = (
  limits: NodeLimits,
  { before, podsBefore }: ModeSwitch,
  { addresses, interfaces, pods, podsWithoutAddress, prefixes }: NodeHolding,
): readonly Remainder[] => {
  const running = Math.min(podsBefore, pods - podsWithoutAddress);
  const usesPrefixes = takesPrefixes(limits, before);
  const held = usesPrefixes ? prefixes : addresses;
  const fewest = Math.ceil(running / (usesPrefixes ? ADDRESSES_PER_PREFIX : 1));
  const most = Math.min(running, held);
  const slots = slotsPerInterface(limits);
  const first = before.customNetworking ? 1 : 0;
  const serving = Math.max(0, interfaces - first - (before.podEni && limits.trunk ? 1 : 0));
  return [...new Set([fewest, most])].flatMap((units) => [
    { units: packed(units, serving, slots, first) },
    { units: spread(units, serving, first) },
  ]);
};

/** On as few interfaces as hold them. */
const packed = (units: number, interfaces: number, slots: number, skipped: number): readonly number[] => [
  ...Array.from({ length: skipped }, () => 0),
  ...Array.from({ length: interfaces }, (_, index) => Math.min(slots, Math.max(0, units - index * slots))),
];

/** On as many interfaces as there are, the last one first. */
const spread = (units: number, interfaces: number, skipped: number): readonly number[] => {
  const counts = Array.from({ length: interfaces }, () => 0);
  for (let left = units, index = interfaces - 1; left > 0 && interfaces > 0; left -= 1) {
    counts[index] = elementAt(counts, index) + 1;
    index = (index + interfaces - 1) % interfaces;
  }
  return [...Array.from({ length: skipped }, () => 0), ...counts];
};

interface Counts {
  readonly interfaces: number;
  readonly units: number;
  readonly leftovers: number;
}

type Held = PoolInterface<PoolUnit>;

const emptyUnits = (count: number): PoolUnit[] => Array.from({ length: count }, () => ({ pods: 0 }));

/** The pool in its new mode around what is left, pod by pod. */
const play = (
  limits: NodeLimits,
  { after: settings, before }: ModeSwitch,
  { onOldAddresses, pods }: PodsAfterSwitch,
  { units }: Remainder,
  { keepsOthers, newestFirst }: Choice,
): Counts => {
  let attached = 0;
  const pool = new NodePool<PoolUnit, Held>(limits, settings, {
    attach: ({ deviceIndex, trunk, units: wanted }) => {
      const left = units[attached] ?? 0;
      attached += 1;
      return {
        deviceIndex,
        trunk,
        units: emptyUnits(wanted),
        ...(left > 0 && { leftovers: { units: left, inUse: onOldAddresses > 0 || keepsOthers } }),
      };
    },
    assign: (_held, count) => emptyUnits(count),
    inOrder: (interfaces) => (newestFirst ? interfaces.toReversed() : interfaces),
  });
  const hasTrunk = before.podEni && limits.trunk && units.length < mostInterfaces(limits, before);
  pool.attachFurther(units.length - 1, hasTrunk);
  pool.settle();
  while (pool.pods < pods - onOldAddresses && pool.startPods(1) > 0) pool.settle();
  return {
    interfaces: pool.interfaces.length,
    units: pool.units,
    leftovers: pool.interfaces.reduce((sum, { leftovers }) => sum + (leftovers?.units ?? 0), 0),
  };
};
