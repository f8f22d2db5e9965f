import type { Alert } from '../../shared/model/alert/alert.ts';
import type { AlertPolicy } from '../../shared/model/alert/policy.ts';
import { targetName } from '../../shared/model/result/identity.ts';
import { attempt } from '../../shared/pipeline/attempt.ts';
import { withStoredMutes } from '../../shared/pipeline/stored-mutes.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import type { LatestScans } from './latest-scans.ts';

/** What was read so recently is not read again, in milliseconds: many clients ask at once. */
const REVIEWED_FOR = 5_000;

export interface StateReviewInput {
  readonly latest: LatestScans;
  /** The alerting part of headroom.yml, as the last run read it; `null`: no run has. */
  readonly policy: () => AlertPolicy | null;
  readonly open: () => StateStore;
  readonly now: () => number;
}

/**
 * Looks at the state between two scans: people acknowledge and mute by command and in Slack, in processes of their own. What
 * cannot be read stays as it was known.
 */
export class StateReview {
  readonly #input: StateReviewInput;
  #reviewedAt = Number.NEGATIVE_INFINITY;
  #underWay: Promise<void> | null = null;

  constructor(input: StateReviewInput) {
    this.#input = input;
  }

  /** Reads the state, unless it was read within the last seconds. @param isUrgent reads it in any case */
  async refresh(isUrgent = false): Promise<void> {
    const now = this.#input.now();
    if (!isUrgent && now - this.#reviewedAt < REVIEWED_FOR && now >= this.#reviewedAt) return;
    this.#reviewedAt = now;
    this.#underWay ??= this.#read(now).finally(() => {
      this.#underWay = null;
    });
    await this.#underWay;
  }

  async #read(now: number): Promise<void> {
    const { latest, policy, open } = this.#input;
    const settings = policy();
    const store = open();
    try {
      const alerts = new Map<string, readonly Alert[]>();
      for (const { target } of latest.targets)
        await attempt([], async () => {
          alerts.set(
            targetName(target),
            (await store.alerts.list(target)).map(({ alert }) => alert),
          );
        });
      const muted =
        settings === null ? null : await attempt([], () => withStoredMutes(settings, store.cache, now));
      latest.review(alerts, muted?.mutes ?? latest.mutes);
    } finally {
      await store.close();
    }
  }
}
