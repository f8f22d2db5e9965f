import type { AlertPolicy, Mute } from '../model/alert/policy.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { largestOf } from '../model/base/extremes.ts';
import type { CacheStore } from '../state/state-store.ts';

/** A mute that a person made without a change of headroom.yml. */
export interface StoredMute extends Mute {
  /** A short number, to take it back by. */
  readonly number: number;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  /** It always ends. */
  readonly until: string;
}

/** Whether a person made it; those of headroom.yml have no number. */
export const isStoredMute = (mute: Mute): mute is StoredMute => 'number' in mute;

/** One record for the whole organization: mutes are few, and every scan reads them. */
const KEY = 'mutes';

/** The record is kept as long as anything in it may last, and this much longer (milliseconds). */
const KEPT_AFTER = 24 * 3600 * 1000;

/** More are refused: a record has a limit, and so has what people can keep in mind. */
const MOST_MUTES = 200;

/** Lost races before giving up. */
const ATTEMPTS = 8;

/** The mutes in force now or later. @param now epoch milliseconds */
export const storedMutes = async (cache: CacheStore, now: number): Promise<readonly StoredMute[]> =>
  current(await cache.get(KEY, now), now);

const current = (stored: unknown, now: number): readonly StoredMute[] =>
  ((stored ?? []) as readonly StoredMute[]).filter(({ until }) => Date.parse(until) > now);

/** The policy with the mutes that people made, beside those of headroom.yml. */
export const withStoredMutes = async (
  policy: AlertPolicy,
  cache: CacheStore,
  now: number,
): Promise<AlertPolicy> => {
  const mutes = await storedMutes(cache, now);
  return mutes.length === 0 ? policy : { ...policy, mutes: [...policy.mutes, ...mutes] };
};

/** @throws HeadroomError `too-many-mutes`, `mutes-contended` */
export const addMute = async (
  cache: CacheStore,
  mute: Omit<StoredMute, 'number' | 'at' | 'from' | 'weekly'>,
  now: number,
): Promise<StoredMute> => {
  let added: StoredMute | null = null;
  await change(cache, now, (mutes) => {
    if (mutes.length >= MOST_MUTES)
      throw new HeadroomError(
        'too-many-mutes',
        `There are ${mutes.length} mutes, the most that are kept.`,
        'Take some back with `headroom unmute`, or write lasting ones into headroom.yml.',
      );
    added = {
      ...mute,
      from: null,
      weekly: null,
      number: freeNumber(mutes.map(({ number }) => number)),
      at: new Date(now).toISOString(),
    };
    return [...mutes, added];
  });
  if (added === null) throw new Error('change stores what it was given');
  return added;
};

/**
 * Takes a mute back, and returns it.
 *
 * @throws HeadroomError `mute-unknown`, `mutes-contended`
 */
export const removeMute = async (cache: CacheStore, number: number, now: number): Promise<StoredMute> => {
  let removed: StoredMute | undefined;
  await change(cache, now, (mutes) => {
    removed = mutes.find((mute) => mute.number === number);
    if (removed === undefined)
      throw new HeadroomError(
        'mute-unknown',
        `There is no mute ${number}.`,
        'List them with `headroom mutes`. A mute that has ended needs no `unmute`; one of headroom.yml is changed there.',
      );
    return mutes.filter((mute) => mute.number !== number);
  });
  if (removed === undefined) throw new Error('change stores what it was given');
  return removed;
};

/** The smallest number that is not taken: short, and the same for as long as what it names is there. */
const freeNumber = (taken: readonly number[]): number => {
  const known = new Set(taken);
  let number = 1;
  while (known.has(number)) number += 1;
  return number;
};

const change = async (
  cache: CacheStore,
  now: number,
  alter: (mutes: readonly StoredMute[]) => readonly StoredMute[],
): Promise<void> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const expected = await cache.get(KEY, now);
    const value = alter(current(expected, now));
    const last = largestOf([now, ...value.map(({ until }) => Date.parse(until))]);
    if ((await cache.exchange(KEY, { expected, value, expiresAt: last + KEPT_AFTER, now })) === 'stored')
      return;
  }
  throw new HeadroomError(
    'mutes-contended',
    `The mutes could not be stored: others changed them first, ${ATTEMPTS} times running`,
    'Try again.',
  );
};
