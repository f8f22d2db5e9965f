import * as z from 'zod';
import { parseCidr } from '../../model/net/cidr.ts';

/**
 * The words of headroom.yml. The error text of every schema says what is allowed and nothing else: `problems.ts` makes
 * the sentence around it, with the field and what stood there.
 */

/** A mapping with these keys and no other. */
export const section = <Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> =>
  z.strictObject(shape, {
    // The problem of an unknown key lists the known keys.
    error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(', ') : 'a mapping'),
  });

/** Something that does not go together with something else in the same mapping. */
export interface Contradiction {
  /** From the mapping. */
  readonly path: readonly (string | number)[];
  /** What follows the name of the field, with a full stop. */
  readonly message: string;
}

/** Marks the issue of a contradiction: its message is the rest of a sentence, and not what is allowed. */
export const CONTRADICTION = { contradiction: true } as const;

/**
 * A mapping whose settings must go together. That is checked even where one of them is wrong by itself, so that a slip
 * does not hide a contradiction; zod skips a refinement then.
 */
export const together = <Schema extends z.ZodType>(
  mapping: Schema,
  contradictionsIn: (given: Readonly<Record<string, unknown>>) => readonly Contradiction[],
): Schema => {
  const check = z.check<z.output<Schema>>(({ value, issues }) => {
    if (typeof value !== 'object' || value === null) return;
    for (const { path, message } of contradictionsIn(Object.fromEntries(Object.entries(value))))
      issues.push({
        code: 'custom',
        path: [...path],
        message,
        params: CONTRADICTION,
        input: value,
        continue: true,
      });
  });
  check._zod.def.when = () => true;
  return mapping.check(check);
};

/** Text of a form, which the words describe. */
export const text = (allowed: string, pattern: RegExp) =>
  z.string({ error: allowed }).regex(pattern, { error: allowed });

export const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `one of ${words.join(', ')}` });

export const yesOrNo = z.boolean({ error: 'true or false' });

export const wholeNumber = (minimum: number, maximum: number) => {
  const error = `a whole number from ${minimum} to ${maximum}`;
  return z.int({ error }).min(minimum, { error }).max(maximum, { error });
};

/** A list with something in it. A single value stands for a list of one. */
export const listOf = <Item extends z.ZodType>(item: Item, allowed: string) =>
  z.preprocess(
    (value) => (typeof value === 'string' || typeof value === 'number' ? [value] : value),
    z.array(item, { error: allowed }).min(1, { error: allowed }),
  );

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const LONGEST_DAYS = 366;

const secondsOf = (duration: string): number =>
  Number(duration.slice(0, -1)) * (UNIT_SECONDS[duration.slice(-1)] ?? Number.NaN);

const DURATION = 'a duration such as 30s, 10m, 24h or 7d, at most 366d';

/** Becomes seconds. */
export const duration = text(DURATION, /^\d{1,9}[smhd]$/)
  .refine((value) => secondsOf(value) <= LONGEST_DAYS * 86_400, { error: DURATION })
  .transform(secondsOf);

const PERCENT = /^\d{1,3}(?:\.\d{1,3})?%$/;
const percentOf = (share: string): number => Number(share.slice(0, -1));
const isPercent = (share: string): boolean => PERCENT.test(share) && percentOf(share) <= 100;

/** Becomes a number from 0 to 100. */
export const percent = text('a share from 0% to 100%, such as 10% or 2.5%', PERCENT)
  .refine(isPercent, { error: 'a share from 0% to 100%, such as 10% or 2.5%' })
  .transform(percentOf);

/** A /16, the largest subnet, has this many addresses (EC2 CreateSubnet: /28 to /16). */
const MAX_COUNT = 65_536;

const LIMIT = `a count from 0 to ${MAX_COUNT} (16), a share from 0% to 100% (10%), a list of one of each ([10%, 16]), or off`;

const isCount = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= MAX_COUNT;
const isOneOfEach = (limits: readonly unknown[]): boolean =>
  limits.length > 0 && new Set(limits.map((given) => typeof given)).size === limits.length;

const limit = z.union(
  [
    z.number().refine(isCount, { error: LIMIT }),
    z.string().regex(PERCENT, { error: LIMIT }).refine(isPercent, { error: LIMIT }),
  ],
  { error: LIMIT },
);

/** Below which a supply is low. Becomes a `Threshold`; `null` for `off`. */
export const below = z
  .union([z.literal('off'), limit, z.array(limit, { error: LIMIT })], { error: LIMIT })
  .refine((value) => !Array.isArray(value) || isOneOfEach(value), { error: LIMIT })
  .transform((value) => {
    if (value === 'off') return null;
    const limits = Array.isArray(value) ? value : [value];
    const share = limits.find((given) => typeof given === 'string');
    const count = limits.find((given) => typeof given === 'number');
    return {
      ...(share === undefined ? {} : { percent: percentOf(share) }),
      ...(count === undefined ? {} : { count }),
    };
  });

const OFF_OR_DURATION = `${DURATION}, or off`;

/** How far ahead a forecast is listened to. Becomes hours; `null` for `off`. */
export const within = text(OFF_OR_DURATION, /^(off|\d{1,9}[smhd])$/)
  .refine((value) => value === 'off' || secondsOf(value) <= LONGEST_DAYS * 86_400, { error: OFF_OR_DURATION })
  .transform((value) => (value === 'off' ? null : secondsOf(value) / 3600));

const NEVER_OR_DURATION = `${DURATION}, or never`;

/** A repeat interval. Becomes seconds; 0 for `never`. */
export const repeat = text(NEVER_OR_DURATION, /^(never|\d{1,9}[smhd])$/)
  .refine((value) => value === 'never' || secondsOf(value) <= LONGEST_DAYS * 86_400, {
    error: NEVER_OR_DURATION,
  })
  .transform((value) => (value === 'never' ? 0 : secondsOf(value)));

const CIDR = 'an IPv4 range without host bits, such as 10.0.0.0/16';
export const cidr = z.string({ error: CIDR }).refine((value) => parseCidr(value) !== null, { error: CIDR });

const MOMENT = 'a time with its zone, such as 2026-12-24T18:00:00Z or 2026-12-24T18:00:00+01:00';
export const moment = z.iso.datetime({ offset: true, error: MOMENT });

export const clock = text('a time of day from 00:00 to 23:59', /^([01]\d|2[0-3]):[0-5]\d$/);

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

const TIME_ZONE = 'an IANA time zone, such as Europe/Berlin or UTC';
export const timeZone = z.string({ error: TIME_ZONE }).refine(isTimeZone, { error: TIME_ZONE });

export const accountId = text('an AWS account id of 12 digits', /^\d{12}$/);

export const vpcId = text('a VPC id, such as vpc-0123abcd', /^vpc-[0-9a-f]{8,17}$/);

/** A destination's own name in this file. */
export const NAME = /^[A-Za-z0-9][\w-]{0,63}$/;
export const NAME_WORDS = 'a name of letters, digits, "-" and "_", at most 64';
