/** How numbers, times and names are put into words: one way for every channel. English, UTC, no locale of the machine. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/** `Fri 20 Nov 2026 18:05 UTC`, and the text itself where it is not a time. */
export const utcTime = (iso: string): string => {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const clock = time.toISOString().slice(11, 16);
  return `${WEEKDAYS[time.getUTCDay()]} ${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]} ${time.getUTCFullYear()} ${clock} UTC`;
};

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/**
 * How long, to the two largest units that matter to a reader: `3 days 4 hours`, `2 hours 10 minutes`, `45 minutes`.
 * From ten days on, days alone. Negative durations count as none.
 */
export const duration = (milliseconds: number): string => {
  const minutes = Math.max(0, Math.round(milliseconds / MINUTE));
  if (minutes === 0) return 'less than a minute';
  if (minutes < 60) return plural(minutes, 'minute');
  const span = minutes * MINUTE;
  if (span < DAY)
    return withRest(Math.floor(span / HOUR), 'hour', Math.round((span % HOUR) / MINUTE), 'minute');
  const hours = Math.round(span / HOUR);
  if (hours >= 240) return plural(Math.round(hours / 24), 'day');
  return withRest(Math.floor(hours / 24), 'day', hours % 24, 'hour');
};

const withRest = (count: number, noun: string, rest: number, restNoun: string): string =>
  rest === 0 ? plural(count, noun) : `${plural(count, noun)} ${plural(rest, restNoun)}`;

/** The milliseconds from one ISO 8601 time to another; `null` where either is none. */
export const elapsed = (from: string, to: string): number | null => {
  const milliseconds = Date.parse(to) - Date.parse(from);
  return Number.isNaN(milliseconds) ? null : milliseconds;
};

/** `12,345`, `0.75`: at most two decimals, thousands apart. */
export const number = (value: number): string => {
  const [whole = '', decimals] = String(Math.round(value * 100) / 100).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return decimals === undefined ? grouped : `${grouped}.${decimals}`;
};

/** Units that stand behind a number as a word in the plural. */
const COUNTED = /^[a-z]+s$/;

/** A figure with its unit: `251 addresses`, `1 prefix`, `82.5 %`; what is not known says so. */
export const quantity = (value: number | string | null, unit?: string): string => {
  if (value === null) return 'unknown';
  if (typeof value === 'string') return value;
  if (unit === undefined) return number(value);
  if (unit === 'percent') return `${number(value)} %`;
  if (value === 1 && COUNTED.test(unit)) return `1 ${unit.replace(/(?<=x|ss)es$|s$/, '')}`;
  return `${number(value)} ${unit}`;
};

/** Probabilities are estimates: whole percents, and never a false certainty. */
export const probability = (fraction: number): string => {
  if (fraction > 0.99) return 'over 99 %';
  if (fraction < 0.01) return 'under 1 %';
  return `${Math.round(fraction * 100)} %`;
};

const ACRONYMS: Readonly<Record<string, string>> = {
  aws: 'AWS',
  cloudwatch: 'CloudWatch',
  vpc: 'VPC',
  cni: 'CNI',
  eks: 'EKS',
  ip: 'IP',
  cidr: 'CIDR',
};

/** `freePrefixes`, `free-prefixes` and `FreePrefixes` read as `free prefixes`. What has spaces is in words already. */
export const words = (name: string): string =>
  name.includes(' ')
    ? name
    : name
        .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
        .split(/[-_ ]+/)
        .map((word) => ACRONYMS[word.toLowerCase()] ?? word.toLowerCase())
        .join(' ');

/** The same with a capital first letter, for a label. */
export const label = (name: string): string => {
  const text = words(name);
  return text.charAt(0).toUpperCase() + text.slice(1);
};
