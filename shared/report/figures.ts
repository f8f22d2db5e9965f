import { shortDuration } from '../model/base/text/durations.ts';
import { shorten } from '../model/base/text/names.ts';
import { number } from '../model/base/text/numbers.ts';
import { OWNER_KINDS } from '../model/owners/owner-kinds.ts';
import type { SubnetAssessment } from '../model/result/assessment.ts';
import type { Forecast } from '../model/result/forecast.ts';
import { addressSupply } from '../model/subnet/address-supply.ts';
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

/** In place of figures of IPv4 addresses, which an IPv6-only subnet does not have: nothing of it is unknown. */
export const NO_IPV4 = 'no IPv4';

/** When a subnet runs out of addresses, in a few words. */
export const subnetRunway = (
  { cidrBlock }: Pick<SubnetAssessment, 'cidrBlock'>,
  forecast: Forecast | undefined,
  now: number,
): string => (cidrBlock === null ? NO_IPV4 : runway(forecast, now));

/** A figure of the IPv4 addresses of a subnet. */
export const ipv4Figure = ({ cidrBlock }: Pick<SubnetAssessment, 'cidrBlock'>, value: number | null): Html =>
  cidrBlock === null ? html`<span class="muted">${NO_IPV4}</span>` : figure(value);

/** What a new interface can take. */
export const availableIn = (subnet: SubnetAssessment): Html =>
  ipv4Figure(subnet, addressSupply(subnet)?.available ?? null);

/** Behind it: ` of 251`. */
export const ofUsable = (subnet: SubnetAssessment): Html | null =>
  subnet.cidrBlock === null ? null : html` of ${figure(addressSupply(subnet)?.usable ?? null)}`;

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
