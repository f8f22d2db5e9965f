import * as z from 'zod/mini';
import { muteOf } from '../alerts/silence.ts';
import type { Mute } from '../model/alert/policy.ts';
import type { Problem } from '../model/base/errors.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { incidentOf } from '../model/result/identity.ts';
import type { Notifier, PersonalAct } from '../notify/notifier.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore, StateStore } from '../state/state-store.ts';
import { acknowledgeAlert } from './acknowledge.ts';
import { attempt } from './attempt.ts';
import { type KeptAlert, keptAlerts } from './kept-alerts.ts';
import { addMute, removeMute, type StoredMute, storedMutes } from './stored-mutes.ts';

/**
 * What people did by command or on a page, until the destinations show it. A command has no access to the destinations and
 * their secrets, so the next run of the planner shows it: within one interval of scans.
 */
interface WaitingAct {
  readonly incident: string;
  readonly act: PersonalAct;
  /** The destination in which it was done, and which shows it already. */
  readonly except?: string;
  readonly attempts: number;
}

interface Waiting {
  readonly acts: readonly WaitingAct[];
  /** Epoch milliseconds until which one run shows them; 0: none does. */
  readonly claimedUntil: number;
}

const act = { by: z.string(), at: z.string() };

const WAITING: RecordForm<Waiting> = z.object({
  acts: z.array(
    z.object({
      incident: z.string(),
      act: z.discriminatedUnion('kind', [
        z.object({ ...act, kind: z.enum(['acknowledged', 'withdrawn', 'unmuted']) }),
        z.object({ ...act, kind: z.literal('muted'), until: z.string() }),
      ]),
      except: z.exactOptional(z.string()),
      attempts: z.number(),
    }),
  ),
  claimedUntil: z.number(),
});

/** One record for the whole organization: people do little, and every plan reads it. */
const KEY = 'acts-of-people';
const NOTHING: Waiting = { acts: [], claimedUntil: 0 };

/** What comes when this many wait is not shown. The alerts and mutes themselves are stored elsewhere. */
const MOST_WAITING = 200;
/** Two hours of runs five minutes apart. */
const MOST_ATTEMPTS = 24;
const KEPT_MILLISECONDS = 24 * 3_600_000;
const CLAIM_MILLISECONDS = 120_000;
const LOST_RACES = 8;

/** Has the destinations show an act. That it cannot be noted down undoes nothing of what was done. */
export const queueActs = async (
  cache: CacheStore,
  acts: readonly Omit<WaitingAct, 'attempts'>[],
  now: number,
): Promise<void> => {
  if (acts.length === 0) return;
  await attempt([], () =>
    change(cache, now, (waiting) => ({
      ...waiting,
      acts: [...waiting.acts, ...acts.map((act) => ({ ...act, attempts: 0 }))].slice(0, MOST_WAITING),
    })),
  );
};

/** Acknowledges an alert, or takes that back, and has its incident show it. @throws HeadroomError as `acknowledgeAlert` does */
export const acknowledgeAndShow = async (
  store: StateStore,
  name: string,
  { by, isWithdrawn }: { readonly by: string; readonly isWithdrawn: boolean },
  now: number,
): Promise<KeptAlert> => {
  const kept = await acknowledgeAlert(store, name, isWithdrawn ? null : by, now);
  const act = {
    kind: isWithdrawn ? 'withdrawn' : 'acknowledged',
    by,
    at: new Date(now).toISOString(),
  } as const;
  if (kept.alert.status === 'firing')
    await queueActs(store.cache, [{ incident: incidentOf(kept.alert), act }], now);
  return kept;
};

/** Mutes, and has the incidents that it keeps quiet show it. @throws HeadroomError as `addMute` does */
export const muteAndShow = async (
  store: StateStore,
  mute: Parameters<typeof addMute>[1],
  now: number,
): Promise<StoredMute> => {
  const added = await addMute(store.cache, mute, now);
  const { by, at, until } = added;
  await queueActs(
    store.cache,
    (await incidentsUnder(store, added, now)).map((incident) => ({
      incident,
      act: { kind: 'muted', by, at, until },
    })),
    now,
  );
  return added;
};

/** Ends a mute, and has the incidents that it kept quiet show it. @throws HeadroomError as `removeMute` does */
export const unmuteAndShow = async (
  store: StateStore,
  number: number,
  by: string,
  now: number,
): Promise<StoredMute> => {
  const removed = await removeMute(store.cache, number, now);
  const at = new Date(now).toISOString();
  const stillMuted = new Set(
    (
      await Promise.all((await storedMutes(store.cache, now)).map((mute) => incidentsUnder(store, mute, now)))
    ).flat(),
  );
  await queueActs(
    store.cache,
    (await incidentsUnder(store, removed, now))
      .filter((incident) => !stillMuted.has(incident))
      .map((incident) => ({
        incident,
        act: { kind: 'unmuted', by, at },
      })),
    now,
  );
  return removed;
};

const incidentsUnder = async (store: StateStore, mute: Mute, now: number): Promise<readonly string[]> => [
  ...new Set(
    (await keptAlerts(store))
      .filter(({ alert }) => alert.status === 'firing' && muteOf(alert, [mute], now) !== null)
      .map(({ alert }) => incidentOf(alert)),
  ),
];

/**
 * Shows what waits, in the order in which it was done. What a destination did not take is shown by a later run. Of two runs at
 * once one shows it.
 *
 * @returns why something could not be shown
 */
export const showActs = async (
  cache: CacheStore,
  notifier: Notifier,
  now: number,
  signal: AbortSignal,
): Promise<readonly Problem[]> => {
  const problems: Problem[] = [];
  if (notifier.show === undefined) return problems;
  await attempt(problems, async () => {
    if (((await cache.get(KEY, now, WAITING)) ?? NOTHING).acts.length === 0) return;
    let acts: readonly WaitingAct[] = [];
    await change(cache, now, (waiting) => {
      acts = waiting.claimedUntil > now ? [] : waiting.acts;
      return acts.length === 0 ? waiting : { ...waiting, claimedUntil: now + CLAIM_MILLISECONDS };
    });
    if (acts.length === 0) return;
    const left: WaitingAct[] = [];
    for (const waiting of acts) {
      const { incident, act, except, attempts } = waiting;
      const shown = await attempt(problems, async () => {
        await notifier.show?.(
          { incident, act, isRetry: attempts > 0, ...(except === undefined ? {} : { except }) },
          signal,
        );
        return true;
      });
      if (shown === null && attempts + 1 < MOST_ATTEMPTS) left.push({ ...waiting, attempts: attempts + 1 });
    }
    // What came in between stands behind those that were read.
    await change(cache, now, (waiting) => ({
      acts: [...left, ...waiting.acts.slice(acts.length)],
      claimedUntil: 0,
    }));
  });
  return problems;
};

const change = async (
  cache: CacheStore,
  now: number,
  alter: (waiting: Waiting) => Waiting,
): Promise<void> => {
  for (let lost = 0; lost < LOST_RACES; lost += 1) {
    const expected = await cache.get(KEY, now, WAITING);
    const value = alter(expected ?? NOTHING);
    if (
      (await cache.exchange(KEY, { expected, value, expiresAt: now + KEPT_MILLISECONDS, now })) === 'stored'
    )
      return;
  }
  throw new HeadroomError(
    'acts-contended',
    `What people did could not be noted down for the destinations: others changed the record first, ${LOST_RACES} times running`,
    'Nothing: the alerts and mutes themselves are stored.',
  );
};
