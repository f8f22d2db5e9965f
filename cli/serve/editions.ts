import { muteOf } from '../../shared/alerts/silence.ts';
import { identityOf } from '../../shared/model/result/identity.ts';
import type { LatestScans } from './latest-scans.ts';

/** A run that takes longer than this shows what it has so far, in milliseconds. */
const LONGEST_WAIT = 30_000;

/** Mutes begin and end by the clock, and scans grow old by it: both are looked at so often, in milliseconds. */
const CLOCK_LOOKED_AT = 60_000;

/**
 * Which edition of the pages there is. A page of many subnets takes seconds to draw, so that it is drawn once for each run of
 * scans, and not for each target: a new edition comes with the end of a run, with what people do, with a mute that
 * begins or ends, and with a scan that is too old. A long run has one each half minute.
 */
export class Editions {
  readonly #latest: LatestScans;
  readonly #now: () => number;
  readonly #startedAt: number;
  #settled = -1;
  #waiting = 0;
  #byClock = '';
  #clockLookedAt = Number.NEGATIVE_INFINITY;
  #since = Number.NEGATIVE_INFINITY;
  #number = 0;

  constructor(latest: LatestScans, now: () => number) {
    this.#latest = latest;
    this.#now = now;
    this.#startedAt = now();
  }

  /**
   * The present edition, as an entity tag. A server that starts again counts from the beginning, and must not look
   * unchanged. The tag is weak: the same page is sent plain and compressed (RFC 9110, 8.8.1).
   */
  get current(): string {
    const now = this.#now();
    if (this.#isDue(now)) {
      const { settled, waiting } = this.#latest;
      [this.#settled, this.#waiting, this.#since] = [settled, waiting, now];
      this.#number += 1;
    }
    return `W/"${this.#startedAt}-${this.#number}"`;
  }

  #isDue(now: number): boolean {
    const { settled, waiting } = this.#latest;
    const isSettled = settled !== this.#settled;
    const waitedLong = waiting !== this.#waiting && Math.abs(now - this.#since) >= LONGEST_WAIT;
    if (!isSettled && Math.abs(now - this.#clockLookedAt) < CLOCK_LOOKED_AT) return waitedLong;
    const before = this.#byClock;
    this.#clockLookedAt = now;
    this.#byClock = this.#changedByClock(now);
    return isSettled || waitedLong || this.#byClock !== before;
  }

  #changedByClock(now: number): string {
    const { alerts, mutes } = this.#latest;
    const muted = alerts.filter((alert) => muteOf(alert, mutes, now) !== null).map(identityOf);
    const unwatched = this.#latest
      .targetsAt(now)
      .filter(({ isWatched }) => !isWatched)
      .map(({ target }) => `${target.accountId} ${target.region}`);
    return [...muted, '', ...unwatched].join('\n');
  }
}
