import * as z from 'zod/mini';
import type { AlertPolicy } from '../model/alert/policy.ts';
import type { BlockOffer } from '../model/checks/remedies/range-plan.ts';
import type { AssessedTarget } from '../model/target/target-assessor.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';
import { applyPolicy, type CheckedTarget } from './assess.ts';

/** An offer, and when a scan made it last (epoch milliseconds). */
interface KnownOffer extends BlockOffer {
  readonly at: number;
}

const OFFERS: RecordForm<readonly KnownOffer[]> = z.array(
  z.object({ vpcId: z.string(), purpose: z.string(), range: z.string(), at: z.number() }),
);

/** One small record for all targets. */
const KEY = 'block-offers';

/** An offer that no scan has repeated for so long is free again. */
const KEPT_MILLISECONDS = 24 * 3_600_000;

/** An offer that is repeated is written again only after this time. */
const REFRESHED_AFTER_MILLISECONDS = 3_600_000;

/** Each conflict means that another target has got its blocks, so there are hardly as many. */
const TRIES = 20;

/** Taken as a whole: then no remedy offers a block. */
const NO_BLOCK_IS_FREE: readonly BlockOffer[] = [{ vpcId: '', purpose: '', range: '0.0.0.0/0' }];

/**
 * Runs the checks under a policy, so that no two targets offer overlapping new blocks: their VPCs are connected, or get
 * connected some day. The blocks are entered in one record of the cache before they are offered. A scan that offers none,
 * as most do, neither reads nor writes it. Where others keep changing the record, no block is offered until the next scan.
 *
 * @param cache `null`: nothing is shared with other targets
 * @param alerted see `evaluate`
 */
export const checkTarget = async (
  assessed: AssessedTarget,
  policy: AlertPolicy,
  cache: CacheStore | null,
  now: number,
  alerted?: ReadonlySet<string>,
): Promise<CheckedTarget> => {
  const alone = applyPolicy(assessed, policy, alerted);
  if (cache === null || alone.blockOffers.length === 0) return alone;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const known = await cache.get(KEY, now, OFFERS);
    const earlier = (known ?? []).filter(({ at }) => now - at < KEPT_MILLISECONDS);
    const checked = applyPolicy(knowing(assessed, earlier), policy, alerted);
    const offers = withOffers(earlier, checked.blockOffers, now);
    if (known !== null && isRepeated(known, offers)) return checked;
    const exchange = { expected: known, value: offers, expiresAt: now + KEPT_MILLISECONDS, now };
    if ((await cache.exchange(KEY, exchange)) === 'stored') return checked;
  }
  return applyPolicy(knowing(assessed, NO_BLOCK_IS_FREE), policy, alerted);
};

const knowing = (assessed: AssessedTarget, blockOffers: readonly BlockOffer[]): AssessedTarget => ({
  ...assessed,
  estate: { ...assessed.estate, blockOffers },
});

const nameOf = ({ purpose, vpcId }: BlockOffer): string => `${vpcId} ${purpose}`;

const withOffers = (
  earlier: readonly KnownOffer[],
  offers: readonly BlockOffer[],
  now: number,
): readonly KnownOffer[] =>
  [
    ...new Map(
      [...earlier, ...offers.map((offer) => ({ ...offer, at: now }))].map((offer) => [nameOf(offer), offer]),
    ).values(),
  ].toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

const isRepeated = (known: readonly KnownOffer[], offers: readonly KnownOffer[]): boolean =>
  JSON.stringify(known.map(coarse)) === JSON.stringify(offers.map(coarse));

const coarse = ({ at, purpose, range, vpcId }: KnownOffer): unknown => [
  vpcId,
  purpose,
  range,
  Math.floor(at / REFRESHED_AFTER_MILLISECONDS),
];
