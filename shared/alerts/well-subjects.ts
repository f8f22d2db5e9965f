import type { CheckOutcome } from '../model/checks/run-checks.ts';
import { groupOf } from './causes.ts';
import { keyOfOutcome } from './observe.ts';

/**
 * Subjects of which nothing is found and no alert is stored: there is nothing to say of them. They are counted, because whether a
 * problem is one of the whole VPC depends on how many of its subnets do not have it.
 */
export class WellSubjects {
  readonly #alerted: ReadonlySet<string>;
  readonly #counts = new Map<string, number>();

  /** @param alerted keys of the observations that alerts wait for */
  constructor(alerted: ReadonlySet<string>) {
    this.#alerted = alerted;
  }

  /** By `groupOf`. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** Whether anything is to be said of the outcomes of one subject and supply; where not, it is counted. */
  readonly isNeeded = (group: readonly CheckOutcome[]): boolean => {
    if (group.some((outcome) => outcome.finding !== null || this.#alerted.has(keyOfOutcome(outcome))))
      return true;
    const [first] = group;
    if (first === undefined || group.every(({ raise }) => raise === null)) return false;
    const counted = groupOf({ key: keyOfOutcome(first), subject: first.subject });
    if (counted !== null) this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + 1);
    return false;
  };
}
