import { OWNER_KINDS } from '../model/owners/owner-kinds.ts';
import type { Forecast } from '../model/result/forecast.ts';
import { type Html, html } from './html.ts';

/** How numbers, times and names are written wherever people look. */

const MINUTE = 60_000;

/** `1,234`; a dash that says its reason where the number is unknown. Never a zero. */
export const figure = (value: number | null, why = 'not known', digits = 0): Html =>
  value === null
    ? html`<abbr class="unknown" title="${why}">unknown</abbr>`
    : html`${value.toLocaleString('en', { maximumFractionDigits: digits })}`;

export const percentOf = (part: number | null, whole: number | null): number | null =>
  part === null || whole === null || whole === 0 ? null : (100 * part) / whole;

/** `12.3 %`. */
export const share = (percent: number | null, why = 'not known', digits = 1): Html =>
  percent === null ? figure(null, why) : html`${figure(percent, why, digits)} %`;

/** `2 d 4 h`, `5 h 10 min`, `12 min`. */
export const duration = (milliseconds: number): string => {
  const minutes = Math.max(0, Math.round(milliseconds / MINUTE));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return hours < 12 && minutes % 60 > 0 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
};

/** `2026-01-31 12:00 UTC`. */
export const moment = (iso: string): string => `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;

/** When a supply runs out, in a few words, seen from `now`. */
export const runway = (forecast: Forecast | undefined, now: number): string => {
  if (forecast === undefined || forecast.probabilityWithin === null) return 'unknown';
  const { exhaustionAt, earliest } = forecast;
  if (exhaustionAt !== null) {
    const left = Date.parse(exhaustionAt) - now;
    return left <= 0 ? 'now' : `in ${duration(left)}`;
  }
  return earliest === null ? 'none in sight' : `not before ${duration(Date.parse(earliest) - now)}`;
};

/** What people call a kind of owner. */
export const ownerLabel = ({
  kind,
  name,
}: {
  readonly kind: string;
  readonly name: string | null;
}): string => {
  const label = Object.entries(OWNER_KINDS).find(([known]) => known === kind)?.[1].label;
  const words = label ?? (kind === 'others' ? 'Others' : kind);
  return name === null ? words : `${words} ${name}`;
};

const LONGEST_NAME = 64;

/** A name that somebody gave: in a direction of its own, shortened in sight and whole in its title. */
export const givenName = (name: string | null, otherwise = ''): Html => {
  if (name === null || name === '') return html`${otherwise}`;
  const characters = [...name];
  if (characters.length <= LONGEST_NAME) return html`<bdi>${name}</bdi>`;
  return html`<bdi title="${name}">${characters.slice(0, LONGEST_NAME - 1).join('')}…</bdi>`;
};

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
