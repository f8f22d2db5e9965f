import { shortDuration } from '../model/base/text/durations.ts';
import { shorten } from '../model/base/text/names.ts';
import { number } from '../model/base/text/numbers.ts';
import { OWNER_KINDS } from '../model/owners/owner-kinds.ts';
import type { Forecast } from '../model/result/forecast.ts';
import { type Html, html } from './html.ts';

/** How numbers, times and names are written wherever people look. */

/** `1,234`; a dash that says its reason where the number is unknown. Never a zero. */
export const figure = (value: number | null, why = 'not known', digits = 0): Html =>
  value === null ? html`<abbr class="unknown" title="${why}">unknown</abbr>` : html`${number(value, digits)}`;

/** `12.3 %`. */
export const share = (percent: number | null, why = 'not known', digits = 1): Html =>
  percent === null ? figure(null, why) : html`${figure(percent, why, digits)} %`;

/** When a supply runs out, in a few words, seen from `now`. */
export const runway = (forecast: Forecast | undefined, now: number): string => {
  if (forecast === undefined || forecast.probabilityWithin === null) return 'unknown';
  const { exhaustionAt, earliest } = forecast;
  if (exhaustionAt !== null) {
    const left = Date.parse(exhaustionAt) - now;
    return left <= 0 ? 'now' : `in ${shortDuration(left)}`;
  }
  return earliest === null ? 'not expected' : `not before ${shortDuration(Date.parse(earliest) - now)}`;
};

/** What people call a kind of owner. */
/** Kinds that maps have beside those of owners. */
const UNNAMED_KINDS: Readonly<Record<string, string>> = { others: 'Others', planned: 'Taken by this change' };

export const ownerLabel = ({
  kind,
  name,
}: {
  readonly kind: string;
  readonly name: string | null;
}): string => {
  const label = Object.entries(OWNER_KINDS).find(([known]) => known === kind)?.[1].label;
  const words = label ?? UNNAMED_KINDS[kind] ?? kind;
  return name === null ? words : `${words} ${name}`;
};

const LONGEST_NAME = 64;

/** A name from the scanned account: with its own direction of writing, shortened, and in full as a tooltip. */
export const nameHtml = (name: string | null, otherwise = ''): Html => {
  if (name === null || name === '') return html`${otherwise}`;
  const shown = shorten(name, LONGEST_NAME);
  return shown === name ? html`<bdi>${name}</bdi>` : html`<bdi title="${name}">${shown}</bdi>`;
};
