import { setTimeout as sleep } from 'node:timers/promises';
import type { FinalizeRequestMiddleware, Pluggable } from '@smithy/types';
import type { Target } from '../model/aws/inventory.ts';
import type { RequestRate } from '../model/aws/service-quotas.ts';

/**
 * What EC2 allows one account in one Region, for each action that only reads. Every action has a bucket of its own.
 * Source: EC2 API, request throttling, "Request token bucket sizes and refill rates". Listings without `MaxResults` and
 * filters get half of it, so every listing of ours sends `MaxResults`. Service Quotas tells the account's own buckets.
 */
export const EC2_READ_RATE: RequestRate = { capacity: 100, perSecond: 20 };

/** Time as a budget sees it. Tests bring a simulated one. */
export interface BudgetClock {
  /** Milliseconds from any origin; never goes back. */
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

const PROCESS_CLOCK: BudgetClock = {
  now: () => performance.now(),
  wait: (milliseconds) => sleep(milliseconds),
};

/** One bucket. A call that finds it empty owes a token, and waits until it has been paid. */
class Bucket {
  readonly #rate: RequestRate;
  #tokens: number;
  #at: number;

  constructor(rate: RequestRate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.capacity;
    this.#at = now;
  }

  /** Takes one token. @returns how long to wait for it, in milliseconds */
  take(now: number): number {
    this.#tokens = this.tokensAt(now) - 1;
    this.#at = now;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#rate.perSecond) * 1000;
  }

  /** Below zero: so many are owed. */
  tokensAt(now: number): number {
    const { capacity, perSecond } = this.#rate;
    return Math.min(capacity, this.#tokens + ((now - this.#at) / 1000) * perSecond);
  }
}

/**
 * The requests that Headroom makes to EC2 in one account and Region. EC2's buckets are shared with the CNI of the nodes,
 * which needs them to give pods their addresses. So Headroom takes a share of each, and waits where that is used up.
 */
export class CallBudget {
  readonly #share: number;
  readonly #clock: BudgetClock;
  /** Of actions whose buckets are not those of every account. */
  #own: ReadonlyMap<string, RequestRate> = new Map();
  readonly #buckets = new Map<string, Bucket>();

  /** @param share of what EC2 allows, above 0 */
  constructor(share: number, clock: BudgetClock = PROCESS_CLOCK) {
    this.#share = share;
    this.#clock = clock;
  }

  /** The account's own buckets, by the names of actions. A bucket that changed begins full. */
  learn(rates: ReadonlyMap<string, RequestRate>): void {
    for (const [action, rate] of rates) {
      const known = this.#own.get(action) ?? EC2_READ_RATE;
      if (known.capacity !== rate.capacity || known.perSecond !== rate.perSecond)
        this.#buckets.delete(action);
    }
    this.#own = rates;
  }

  #rateOf(action: string): RequestRate {
    const { capacity, perSecond } = this.#own.get(action) ?? EC2_READ_RATE;
    return {
      capacity: Math.max(1, Math.floor(capacity * this.#share)),
      perSecond: perSecond * this.#share,
    };
  }

  #bucketOf(action: string, now: number): Bucket {
    const known = this.#buckets.get(action);
    if (known !== undefined) return known;
    const bucket = new Bucket(this.#rateOf(action), now);
    this.#buckets.set(action, bucket);
    return bucket;
  }

  /** How many requests of this action can begin within a time, in milliseconds from now. */
  callsWithin(action: string, milliseconds: number): number {
    const now = this.#clock.now();
    const tokens = this.#bucketOf(action, now).tokensAt(now);
    return Math.max(0, Math.floor(tokens + (milliseconds / 1000) * this.#rateOf(action).perSecond));
  }

  /** Resolves when a request of this action may be made. */
  async take(action: string): Promise<void> {
    const now = this.#clock.now();
    const wait = this.#bucketOf(action, now).take(now);
    if (wait > 0) await this.#clock.wait(wait);
  }
}

/** The budgets of a process, one for each account and Region: all scans of a target share it, however many there are. */
export class CallBudgets {
  readonly #budgets = new Map<string, { readonly share: number; readonly budget: CallBudget }>();

  /** @param share of what EC2 allows; another one than before begins a new budget */
  of({ accountId, region }: Target, share: number): CallBudget {
    const key = `${accountId}/${region}`;
    const known = this.#budgets.get(key);
    if (known?.share === share) return known.budget;
    const budget = new CallBudget(share);
    this.#budgets.set(key, { share, budget });
    return budget;
  }
}

/**
 * Makes every attempt of a client's calls wait for the budget: AWS counts attempts, not calls.
 *
 * @param prefix of the names of its actions, where it is not EC2
 */
export const withinBudget = <Input extends object, Output extends object>(
  budget: CallBudget,
  prefix = '',
): Pluggable<Input, Output> => ({
  applyToStack: (stack) => {
    const wait: FinalizeRequestMiddleware<Input, Output> = (next, context) => async (args) => {
      await budget.take(`${prefix}${(context.commandName ?? '').replace(/Command$/, '')}`);
      return next(args);
    };
    // Within the retries, and before the request is signed: a signature gets old.
    stack.addRelativeTo(wait, {
      name: 'headroomWithinBudget',
      relation: 'before',
      toMiddleware: 'httpSigningMiddleware',
      override: true,
    });
  },
});
