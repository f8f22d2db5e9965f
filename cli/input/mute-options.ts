import { nextMorningOf } from '../../shared/alerts/wall-clock.ts';
import { DAYS, type Selector } from '../../shared/model/alert/policy.ts';
import { UsageError } from '../base/command-line.ts';
import { lengthOfTime } from './length-of-time.ts';

/** What a mute is about, and until when. */
export interface MuteOptions {
  readonly subnet?: readonly string[];
  readonly vpc?: readonly string[];
  readonly cluster?: readonly string[];
  readonly account?: readonly string[];
  readonly inRegion?: readonly string[];
  readonly rule?: readonly string[];
  readonly severity?: string;
  readonly tag?: readonly string[];
  readonly for?: string;
  readonly until?: string;
}

const LONGEST_DAYS = 366;

/**
 * When the mute ends, as ISO 8601.
 *
 * @throws UsageError unless exactly one of `--for` and `--until` gives a time ahead
 */
export const muteEnd = (
  { for: span, until }: MuteOptions,
  now: number,
  timeZone = new Intl.DateTimeFormat().resolvedOptions().timeZone,
): string => {
  if ((span === undefined) === (until === undefined))
    throw new UsageError(
      span === undefined ? 'A mute needs an end.' : '--for and --until are both given.',
      'Give one of them: --for 4h, --until monday, or --until 2026-12-24T18:00:00Z.',
    );
  const end = span === undefined ? momentOf(until ?? '', now, timeZone) : now + muteLength(span);
  if (end <= now || end - now > LONGEST_DAYS * 24 * 3_600_000)
    throw new UsageError(
      `The mute would end at ${new Date(end).toISOString()}, which is ${end <= now ? 'over' : `more than ${LONGEST_DAYS} days ahead`}.`,
      'Give a later or an earlier time; lasting mutes belong into headroom.yml.',
    );
  return new Date(end).toISOString();
};

const muteLength = (text: string): number => {
  const length = lengthOfTime(text);
  if (!(length > 0))
    throw new UsageError(`--for ${text} is not a length of time.`, 'Give it as 30m, 4h or 7d.');
  return length;
};

/** A weekday is its next 09:00 by the clock of who asks, as the button in Slack has it. */
const momentOf = (text: string, now: number, timeZone: string): number => {
  const names: readonly string[] = DAYS;
  const day = names.indexOf(text.toLowerCase());
  if (day !== -1) return nextMorningOf(day, now, timeZone);
  const at =
    /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) && /(?:Z|[+-]\d\d:\d\d)$/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  // `Date.parse` takes 30 February for 2 March.
  const dayOfMonth = /^\d{4}-\d\d-(\d\d)/.exec(text)?.[1];
  const isDay = new Date(Date.parse(`${text.slice(0, 10)}T00:00:00Z`)).getUTCDate() === Number(dayOfMonth);
  if (Number.isNaN(at) || !isDay)
    throw new UsageError(
      `--until ${text} is not a weekday or a time with its zone.`,
      'Give it as monday, 2026-12-24T18:00:00Z or 2026-12-24T18:00:00+01:00.',
    );
  return at;
};

/**
 * What the options select, held to the rules of headroom.yml; `null`: they select nothing.
 *
 * @throws UsageError with all that is wrong
 */
export const muteSelector = async (options: MuteOptions): Promise<Selector | null> => {
  const given = Object.entries({
    subnet: options.subnet,
    vpc: options.vpc,
    cluster: options.cluster,
    account: options.account,
    region: options.inRegion,
    rule: options.rule,
    severity: options.severity,
    tags: options.tag === undefined ? undefined : tagsIn(options.tag),
  }).filter(([, value]) => value !== undefined);
  if (given.length === 0) return null;
  const { alertSelector } = await import('../../shared/config/schema/selector.ts');
  const { success, data, error } = alertSelector.safeParse(Object.fromEntries(given));
  if (success) return data;
  const problems = error.issues.map(({ path, message }) => {
    const option = `--${OPTIONS[String(path[0])] ?? String(path[0])}`;
    return /^names /.test(message) ? `${option} ${message}` : `${option} must be ${message}.`;
  });
  throw new UsageError([...new Set(problems)].join('\n'), 'headroom mute --help shows the options.');
};

/** Options whose name differs from that of the setting. */
const OPTIONS: Readonly<Record<string, string>> = { region: 'in-region', tags: 'tag' };

const tagsIn = (tags: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    tags.map((tag) => {
      const [key = '', ...value] = tag.split('=');
      return [key, value.length === 0 ? '*' : value.join('=')];
    }),
  );
