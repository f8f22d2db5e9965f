import type { Subnet } from '../aws/inventory.ts';
import type { PackedInstances } from '../subnet/packed-instances.ts';
import type { PackedInterfaces } from '../subnet/packed-interfaces.ts';

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

/** `all`: everything is read again. Otherwise the subnets to read, the others as they were kept. */
export type ReadingPlan = 'all' | Set<string>;

/**
 * Which subnets' interfaces a scan reads: those that are new, whose count has moved, whose last reading was doubtful, whose
 * map would get too old, and the next few of the rotation.
 *
 * @param now epoch milliseconds
 * @param touched when events said that something in a subnet changed, in epoch milliseconds. It only adds subnets.
 */
export const planReading = (
  subnets: readonly Subnet[],
  kept: KeptTarget | null,
  now: number,
  touched: ReadonlyMap<string, number> = new Map(),
): ReadingPlan => {
  if (kept === null || now - kept.readInFullAt >= FULL_READING_EVERY || now < kept.scannedAt) return 'all';
  const sinceLast = now - kept.scannedAt;
  const read = new Set<string>();
  const quiet: { readonly subnetId: string; readonly readAt: number }[] = [];
  for (const { awsAvailable, subnetId } of subnets) {
    const known = kept.subnets.get(subnetId);
    // Two such pauses may follow each other before the next chance.
    const isOld = known !== undefined && now - known.readAt + 2 * sinceLast >= OLDEST_MAP;
    if (
      known === undefined ||
      known.awsAvailable !== awsAvailable ||
      known.doubtful ||
      isOld ||
      isTouched(touched.get(subnetId), known.readAt)
    )
      read.add(subnetId);
    else quiet.push({ subnetId, readAt: known.readAt });
  }
  const turn = Math.ceil((quiet.length * sinceLast) / ROTATION);
  const next = quiet.toSorted((a, b) => a.readAt - b.readAt || (a.subnetId < b.subnetId ? -1 : 1));
  for (const { subnetId } of next.slice(0, turn)) read.add(subnetId);
  return read.size > subnets.length * MOST_READ ? 'all' : read;
};
