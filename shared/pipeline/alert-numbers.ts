import * as z from 'zod/mini';
import { HeadroomError } from '../model/base/errors.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';
import { type KeptAlert, nameOf } from './kept-alerts.ts';

/** The short number of an alert, and until when nothing else gets it. */
interface Numbered {
  readonly number: number;
  /** See `nameOf`. */
  readonly name: string;
  /** ISO 8601: when the alert was last seen to fire or wait. */
  readonly seenAt: string;
}

const NUMBERS: RecordForm<readonly Numbered[]> = z.array(
  z.object({ number: z.number(), name: z.string(), seenAt: z.string() }),
);

/** One record for the whole organization: a number names one alert wherever it is typed. */
const KEY = 'alert-numbers';

/** An alert that is over keeps its number for this long (milliseconds): a person may still type a number that they read an hour ago. */
const KEPT_AFTER = 24 * 3_600_000;

/** The record is not written again merely because time passed, unless it is this old (milliseconds). */
const SEEN_STEP = 6 * 3_600_000;

const RECORD_LIFETIME = 90 * 24 * 3_600_000;

/** Lost races before giving up. */
const ATTEMPTS = 8;

/**
 * Short numbers of the alerts that fire or wait, by `nameOf`. An alert keeps its number for as long as it fires, and a day
 * longer. Alerts without one get the smallest that are free.
 *
 * @param alerts every alert of every target
 * @param now epoch milliseconds
 * @throws HeadroomError `numbers-contended`
 */
export const alertNumbers = async (
  cache: CacheStore,
  alerts: readonly KeptAlert[],
  now: number,
): Promise<ReadonlyMap<string, number>> => {
  const names = alerts.filter(({ alert }) => alert.status !== 'resolved').map(nameOf);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const stored = await cache.get(KEY, now, NUMBERS);
    const before = stored ?? [];
    const after = numbered(before, names, now);
    if (after === before) return byName(before);
    const answer = await cache.exchange(KEY, {
      expected: stored,
      value: after,
      expiresAt: now + RECORD_LIFETIME,
      now,
    });
    if (answer === 'stored') return byName(after);
  }
  throw new HeadroomError(
    'numbers-contended',
    `The numbers of alerts could not be stored: others changed them first, ${ATTEMPTS} times running`,
    'Try again, or name alerts by their keys: `headroom alerts --output name` prints them.',
  );
};

/** The numbers as they are stored, for a store that cannot be written. */
export const storedAlertNumbers = async (
  cache: CacheStore,
  now: number,
): Promise<ReadonlyMap<string, number>> => byName((await cache.get(KEY, now, NUMBERS)) ?? []);

const byName = (numbers: readonly Numbered[]): ReadonlyMap<string, number> =>
  new Map(numbers.map(({ name, number }) => [name, number]));

/** The very list that was handed in where nothing has to be stored. */
const numbered = (
  before: readonly Numbered[],
  names: readonly string[],
  now: number,
): readonly Numbered[] => {
  const open = new Set(names);
  const seenAt = new Date(now).toISOString();
  const kept = before.filter(({ name, seenAt: at }) => open.has(name) || now - Date.parse(at) < KEPT_AFTER);
  const known = new Set(kept.map(({ name }) => name));
  const taken = new Set(kept.map(({ number }) => number));
  let next = 1;
  const added = names
    .filter((name) => !known.has(name))
    .map((name): Numbered => {
      while (taken.has(next)) next += 1;
      taken.add(next);
      return { number: next, name, seenAt };
    });
  const isStale = kept.some(({ name, seenAt: at }) => open.has(name) && now - Date.parse(at) > SEEN_STEP);
  if (added.length === 0 && kept.length === before.length && !isStale) return before;
  return [...kept.map((each) => (open.has(each.name) ? { ...each, seenAt } : each)), ...added];
};
