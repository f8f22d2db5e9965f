import * as z from 'zod/mini';
import type { Alert } from '../model/alert/alert.ts';
import type { Target } from '../model/aws/inventory.ts';
import { largestOf } from '../model/base/extremes.ts';
import type { UndeliveredThere } from '../model/checks/monitor/monitor-context.ts';
import { targetName } from '../model/result/identity.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';

/**
 * Which targets have messages that a destination refused: the plan reports them, and sees no alerts of other targets than its
 * own. One entry for all of them, which is written only where something is refused, or was.
 */
const KEY = 'undelivered';

/** What no scan has confirmed for so long says nothing (milliseconds): a target that is not scanned is reported as that. */
const KEPT_MILLISECONDS = 6 * 3_600_000;

/** Lost races before giving up: the next scan of the target notes the same. */
const ATTEMPTS = 8;

/** A message shows no more errors, and the entry must stay small. */
const ERRORS_KEPT = 3;
const CAUSES_KEPT = 20;
const TITLES_KEPT = 3;

type Noted = Readonly<Record<string, UndeliveredThere & { readonly notedAt: number }>>;

const NOTED: RecordForm<Noted> = z.record(
  z.string(),
  z.object({
    count: z.number(),
    oldest: z.string(),
    mostAttempts: z.number(),
    errors: z.array(z.string()),
    causes: z.array(z.string()),
    titles: z.exactOptional(z.array(z.string())),
    notedAt: z.number(),
  }),
);

const read = async (cache: CacheStore, now: number): Promise<Noted | null> => cache.get(KEY, now, NOTED);

/**
 * Notes what a scan left undelivered, or that there is nothing any more.
 *
 * @param before the alerts before this scan sent anything
 * @param after those with something that could not be delivered
 * @throws HeadroomError when the store could not be used
 */
export const noteUndelivered = async (
  cache: CacheStore,
  target: Target,
  { before, after }: { readonly before: readonly Alert[]; readonly after: readonly Alert[] },
  now: number,
): Promise<void> => {
  const there = summaryOf(after);
  if (there === null && !before.some(hasFailed)) return;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const expected = await read(cache, now);
    const { [targetName(target)]: _own, ...others } = expected ?? {};
    const value: Noted =
      there === null ? others : { ...others, [targetName(target)]: { ...there, notedAt: now } };
    const outcome = await cache.exchange(KEY, { expected, value, expiresAt: now + KEPT_MILLISECONDS, now });
    if (outcome !== 'conflict') return;
  }
};

/**
 * What waits in these targets.
 *
 * @throws HeadroomError when the store could not be used
 */
export const undeliveredIn = async (
  cache: CacheStore,
  targets: readonly Target[],
  now: number,
): Promise<readonly UndeliveredThere[]> => {
  const noted = (await read(cache, now)) ?? {};
  return targets.flatMap((target) => {
    const there = noted[targetName(target)];
    return there === undefined || now - there.notedAt > KEPT_MILLISECONDS ? [] : [{ ...there, target }];
  });
};

const hasFailed = ({ outbox }: Alert): boolean => outbox.some(({ attempts }) => attempts > 0);

const summaryOf = (alerts: readonly Alert[]): UndeliveredThere | null => {
  const entries = alerts.flatMap(({ outbox }) => outbox).filter(({ lastError }) => lastError !== null);
  const waiting = entries
    .map(({ transition }) => transition)
    .toSorted((a, b) => Number(a.at > b.at) - Number(a.at < b.at));
  const oldest = waiting[0]?.at;
  if (oldest === undefined) return null;
  return {
    count: entries.length,
    oldest,
    mostAttempts: largestOf(entries.map(({ attempts }) => attempts)),
    errors: [...new Set(entries.flatMap(({ lastError }) => lastError ?? []))].slice(0, ERRORS_KEPT),
    causes: [...new Set(entries.flatMap(({ failing }) => failing ?? []))].slice(0, CAUSES_KEPT),
    titles: [...new Set(waiting.map(({ finding }) => finding.title))].slice(0, TITLES_KEPT),
  };
};
