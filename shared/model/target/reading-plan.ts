import type { Subnet } from '../aws/inventory.ts';
import type { PackedInstances } from '../subnet/packed-instances.ts';
import { countPacked, type PackedInterfaces } from '../subnet/packed-interfaces.ts';
import { hashOf } from './share-of-life.ts';

/** What is kept of one subnet from the scan that read its interfaces last. */
export interface KeptSubnet {
  /** Epoch milliseconds. */
  readonly readAt: number;
  /** AWS's own count of available addresses just before they were read. */
  readonly awsAvailable: number | null;
  /** By how much our count differed from AWS's then; `null`: it could not be compared. */
  readonly unaccounted: number | null;
  /** That difference was new: a change may have fallen into the reading, so the next scan reads the subnet again. */
  readonly doubtful: boolean;
  readonly interfaces: PackedInterfaces;
  /** Those whose primary interface is in the subnet; `null`: they could not be read. */
  readonly instances: PackedInstances | null;
}

/** What is kept of a target. */
export interface KeptTarget {
  /** When all of it was read at once, in epoch milliseconds. */
  readonly readInFullAt: number;
  /** When it was scanned last, in epoch milliseconds. */
  readonly scannedAt: number;
  readonly subnets: ReadonlyMap<string, KeptSubnet>;
}

/**
 * No assessment rests on a map that is older, in milliseconds. AWS's count shows every address that is taken or given back
 * alone. It does not show one taken for one given back, nor an interface that only changes its owner.
 */
export const OLDEST_MAP = 6 * 3_600_000;

/** Quiet subnets are read in turn, so that each is read well before its map is too old. */
const ROTATION = OLDEST_MAP * 0.75;

/** Everything is read at once this often, in milliseconds, whatever the counts say. */
export const FULL_READING_EVERY = 24 * 3_600_000;

/** Above this share of subnets, reading them one by one saves nothing. */
const MOST_READ = 0.5;

/** EC2 shows a change some seconds after it accepted the call: a reading so soon after it may have missed it. Milliseconds. */
const SHOWN_AFTER = 60_000;

/** Whether a change may be missing in what was read then. Both in epoch milliseconds. */
export const isTouched = (changedAt: number | undefined, readAt: number): boolean =>
  changedAt !== undefined && changedAt + SHOWN_AFTER >= readAt;

/**
 * Where more changes than one scan can list, a subnet that changed a little waits, and its map may get this old, in milliseconds. What
 * is available in it is AWS's count at every moment. What waits is which places are taken, and by what.
 */
export const LONGEST_WAIT = 30 * 60_000;

/** Of its available addresses, what a subnet that waits has gained or lost at most: its map then still says nearly what is so. */
const SMALL_CHANGE = 0.01;

/** `all`: everything is read again. Otherwise the subnets to read, the others as they were kept. */
export type ReadingPlan = 'all' | ReadonlySet<string>;

export interface PlanLimits {
  /** When events said that something in a subnet changed, in epoch milliseconds. It only adds subnets. */
  readonly touched?: ReadonlyMap<string, number>;
  /** The most interfaces to list; absent: all that are due. Subnets that may not wait are read beyond it. */
  readonly mostInterfaces?: number;
}

/**
 * Which subnets' interfaces a scan reads: those that are new, whose count has moved, whose last reading was doubtful, whose
 * map would get too old, and the next few of the rotation.
 *
 * @param now epoch milliseconds
 */
export const planReading = (
  subnets: readonly Subnet[],
  kept: KeptTarget | null,
  now: number,
  { touched = new Map(), mostInterfaces = Number.POSITIVE_INFINITY }: PlanLimits = {},
): ReadingPlan => {
  if (kept === null || now - kept.readInFullAt >= FULL_READING_EVERY || now < kept.scannedAt) return 'all';
  const sinceLast = now - kept.scannedAt;
  const read = new Set<string>();
  const quiet: Candidate[] = [];
  const waiting: Candidate[] = [];
  let room = mostInterfaces;
  const take = (subnetId: string, interfaces: PackedInterfaces): void => {
    read.add(subnetId);
    room -= countPacked(interfaces);
  };
  for (const { awsAvailable, subnetId } of subnets) {
    const known = kept.subnets.get(subnetId);
    if (known === undefined) {
      read.add(subnetId);
      continue;
    }
    const { doubtful, interfaces, readAt } = known;
    const hasChanged =
      known.awsAvailable !== awsAvailable || doubtful || isTouched(touched.get(subnetId), readAt);
    const age = now - readAt;
    // Two such pauses may follow each other before the next chance.
    if (age + 2 * sinceLast >= OLDEST_MAP) take(subnetId, interfaces);
    else if (!hasChanged) quiet.push({ subnetId, readAt, interfaces });
    else if (age + sinceLast < LONGEST_WAIT && isSmallChange(known.awsAvailable, awsAvailable))
      waiting.push({ subnetId, readAt, interfaces });
    else take(subnetId, interfaces);
  }
  const turn = Math.ceil((quiet.length * sinceLast) / ROTATION);
  for (const { interfaces, subnetId } of quiet.toSorted(oldestFirst).slice(0, turn))
    take(subnetId, interfaces);
  // The first that does not fit keeps its place: smaller ones that came later would make it wait to the end.
  for (const { interfaces, subnetId } of waiting.toSorted(oldestFirst)) {
    if (countPacked(interfaces) > room) break;
    take(subnetId, interfaces);
  }
  return read.size > subnets.length * MOST_READ ? 'all' : read;
};

interface Candidate {
  readonly subnetId: string;
  readonly readAt: number;
  readonly interfaces: PackedInterfaces;
}

/** After a full reading all have one age: large and small ones are then to come in no order, so that each scan reads as much. */
const oldestFirst = (a: Candidate, b: Candidate): number =>
  a.readAt - b.readAt || hashOf(a.subnetId) - hashOf(b.subnetId);

const isSmallChange = (before: number | null, now: number | null): boolean =>
  before === now ||
  (before !== null && now !== null && Math.abs(now - before) <= SMALL_CHANGE * Math.min(before, now));
