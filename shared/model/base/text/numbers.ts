/** How numbers are written for people: English, two decimals at most, thousands separated by a comma. */

/**
 * `12,345`, `0.75`. Not `toLocaleString`: it loads the locale data, which takes 26 ms of a cold start.
 * Rounds to `decimals` places and writes no trailing zeros.
 */
export const number = (value: number, decimals = 2): string => {
  const [whole = '', fraction] = String(Math.round(value * 10 ** decimals) / 10 ** decimals).split('.');
  const grouped = whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
};

/** An approximate figure: one decimal below ten, none above. */
export const rounded = (value: number): number =>
  Math.abs(value) < 10 ? Math.round(value * 10) / 10 : Math.round(value);

/** The same as text: `2.4`, `2,649`. */
export const about = (value: number): string => number(rounded(value));

/** `address`: `addresses`; `remedy`: `remedies`; `VPC`: `VPCs`. */
const pluralOf = (noun: string): string => {
  if (/(?:s|x|ch|sh)$/.test(noun)) return `${noun}es`;
  return /[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`;
};

/** `1 address`, `2 addresses`, `1,024 addresses`. */
export const count = (value: number, noun: string, nouns: string = pluralOf(noun)): string =>
  `${number(value)} ${value === 1 ? noun : nouns}`;

const IRREGULAR_VERBS: Readonly<Record<string, string>> = { is: 'are', has: 'have', does: 'do', was: 'were' };

/** The verb of so many things, from its form for one: `1 subnet has`, `2 subnets have`. */
export const verb = (value: number, ofOne: string): string =>
  value === 1 ? ofOne : (IRREGULAR_VERBS[ofOne] ?? ofOne.slice(0, -1));

/** The percentage that one number is of another, with one decimal. `null` when either is unknown or the whole is zero. */
export const percentOf = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole === 0 ? null : Math.round((1000 * part) / whole) / 10;

/** A fraction as a percentage: `0.123` is `12 %`, and `12.3 %` with one decimal. */
export const percent = (fraction: number, decimals = 0): string => `${number(100 * fraction, decimals)} %`;

/** Units that are a plural noun, such as `addresses` and `hours`. */
const COUNTED = /^[a-z]{1,60}s$/;

/** A value with its unit: `251 addresses`, `1 prefix`, `82.5 %`. An unknown value is written as `unknown`. */
export const quantity = (value: number | string | null, unit?: string): string => {
  if (value === null) return 'unknown';
  if (typeof value === 'string') return value;
  if (unit === undefined) return number(value);
  if (unit === 'percent') return `${number(value)} %`;
  if (value === 1 && COUNTED.test(unit)) return `1 ${unit.replace(/(?<=x|ss)es$|s$/, '')}`;
  return `${number(value)} ${unit}`;
};

/** A probability in whole percent. It is an estimate, so it never reads `0 %` or `100 %`. */
export const probability = (fraction: number): string => {
  if (fraction > 0.99) return 'over 99 %';
  if (fraction < 0.01) return 'under 1 %';
  return percent(fraction);
};

/** A mean of counts as a count: 2.7 free prefixes are 3, and what is not zero does not become zero. */
export const wholeCount = (mean: number): number => Math.max(Math.sign(mean), Math.round(mean));
