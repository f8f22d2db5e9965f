import * as z from 'zod/mini';
import type { AlertPolicy, Mute, Selector } from '../model/alert/policy.ts';
import { HeadroomError } from '../model/base/errors.ts';
import { largestOf } from '../model/base/extremes.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';

/** A CloudWatch alarm mute rule that is active, and what it names that Headroom has alerts about. */
export interface ActiveMuteRule {
  readonly name: string;
  readonly matches: readonly Selector[];
}

/** A mute that a person made without a change of headroom.yml. */
export interface StoredMute extends Mute {
  /** A short number, to take it back by. */
  readonly number: number;
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  /** It always ends. */
  readonly until: string;
  /** The CloudWatch alarm mute rule that it stands for. It lasts for as long as the planner finds the rule active. */
  readonly alarmMuteRule?: string;
}

const texts = z.exactOptional(z.array(z.string()));

const MUTES: RecordForm<readonly StoredMute[]> = z.array(
  z.object({
    match: z.object({
      account: texts,
      region: texts,
      vpc: texts,
      subnet: texts,
      cidr: texts,
      cluster: texts,
      namespace: texts,
      tags: z.exactOptional(z.record(z.string(), z.string())),
      rule: texts,
      severity: z.exactOptional(z.array(z.enum(['warning', 'critical']))),
    }),
    reason: z.string(),
    from: z.null(),
    until: z.string(),
    weekly: z.null(),
    number: z.number(),
    by: z.string(),
    at: z.string(),
    alarmMuteRule: z.exactOptional(z.string()),
  }),
);

/** Whether a person made it; those of headroom.yml have no number. */
export const isStoredMute = (mute: Mute): mute is StoredMute =>
  'number' in mute && !('alarmMuteRule' in mute);

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
  current(await cache.get(KEY, now, MUTES), now);

const current = (stored: readonly StoredMute[] | null, now: number): readonly StoredMute[] =>
  (stored ?? []).filter(({ until }) => Date.parse(until) > now);

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
    if (removed.alarmMuteRule !== undefined)
      throw new HeadroomError(
        'mute-of-cloudwatch',
        `Mute ${number} stands for the CloudWatch alarm mute rule ${removed.alarmMuteRule}.`,
        'End the rule in CloudWatch: aws cloudwatch delete-alarm-mute-rule, or put-alarm-mute-rule with another schedule.',
      );
    return mutes.filter((mute) => mute.number !== number);
  });
  if (removed === undefined) throw new Error('change stores what it was given');
  return removed;
};

/** A mute that stands for a rule of CloudWatch ends this long (milliseconds) after the last run that found the rule active. */
const RULE_LASTS = 20 * 60_000;
/** It is written again when it has less than this to go. */
const RULE_RENEWED = 12 * 60_000;

/**
 * Has the alerts that active mute rules of CloudWatch are about muted, and no others. Writes nothing where nothing changed.
 *
 * @throws HeadroomError `mutes-contended`
 */
export const keepRuleMutes = async (
  cache: CacheStore,
  rules: readonly ActiveMuteRule[],
  now: number,
): Promise<void> => {
  const wanted = rules.flatMap(({ name, matches }) => matches.map((match) => ({ name, match })));
  const nameOf = (name: string | undefined, match: Mute['match']): string => JSON.stringify([name, match]);
  const names = new Set(wanted.map(({ name, match }) => nameOf(name, match)));
  const isFresh = ({ until }: StoredMute): boolean => Date.parse(until) - now > RULE_RENEWED;
  const before = (await storedMutes(cache, now)).filter(({ alarmMuteRule }) => alarmMuteRule !== undefined);
  const isSame =
    before.length === names.size &&
    before.every((mute) => names.has(nameOf(mute.alarmMuteRule, mute.match)) && isFresh(mute));
  if (isSame) return;
  await change(cache, now, (mutes) => {
    const kept: StoredMute[] = mutes.filter(({ alarmMuteRule }) => alarmMuteRule === undefined);
    const known = new Map(mutes.map((mute) => [nameOf(mute.alarmMuteRule, mute.match), mute]));
    const until = new Date(now + RULE_LASTS).toISOString();
    for (const { name, match } of wanted) {
      if (kept.length >= MOST_MUTES) break;
      if (kept.some((mute) => nameOf(mute.alarmMuteRule, mute.match) === nameOf(name, match))) continue;
      const earlier = known.get(nameOf(name, match));
      kept.push({
        match,
        reason: `CloudWatch alarm mute rule ${name}`,
        by: 'CloudWatch',
        from: null,
        weekly: null,
        at: earlier?.at ?? new Date(now).toISOString(),
        number: earlier?.number ?? freeNumber([...mutes, ...kept].map(({ number }) => number)),
        until,
        alarmMuteRule: name,
      });
    }
    return kept;
  });
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
    const expected = await cache.get(KEY, now, MUTES);
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
