import { percentOf } from '../model/base/text/numbers.ts';
import { teamOf } from '../model/owners/team-tag.ts';
import { addressSupply } from '../model/subnet/address-supply.ts';
import type { Facets } from './facets.ts';
import { figure, NO_IPV4, nameHtml, share } from './figures.ts';
import { type Html, html } from './html.ts';
import type { RankedSubnet } from './worst-first.ts';

/** How the subnets of a team, an account or a cluster are, together. */

/** A subnet as roll-ups count it. */
export interface CountedSubnet {
  readonly ranked: RankedSubnet;
  readonly facets: Facets;
  /** See `sinceLastWeek`. */
  readonly change: number | null;
}

const DIMENSIONS = { team: 'By team', account: 'By account', cluster: 'By cluster' } as const;
type Dimension = keyof typeof DIMENSIONS;

/** Rows of one table; those with fewer addresses available come first. */
const MOST_ROWS = 200;

const namesIn = (dimension: Dimension, { ranked, facets }: CountedSubnet): readonly string[] => {
  if (dimension === 'account') return facets.account;
  if (dimension === 'cluster') return facets.cluster;
  const team = teamOf(ranked.subnet.tags);
  return team === null ? [] : [team];
};

const sumOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
};

interface Sums {
  readonly name: string;
  readonly subnets: number;
  readonly critical: number;
  readonly warning: number;
  readonly available: number | null;
  readonly usable: number | null;
  /** Subnets with IPv4 addresses that are in none of these sums, because nothing is known of them. */
  readonly unknown: number;
  readonly change: number | null;
}

const sumsOf = (name: string, counted: readonly CountedSubnet[]): Sums => {
  const supplies = counted
    .filter(({ ranked }) => ranked.subnet.cidrBlock !== null)
    .map(({ ranked }) => addressSupply(ranked.subnet));
  const known = supplies.filter((supply) => supply !== null);
  return {
    name,
    subnets: counted.length,
    critical: counted.filter(({ ranked }) => ranked.severity === 'critical').length,
    warning: counted.filter(({ ranked }) => ranked.severity === 'warning').length,
    available: sumOf(known.map(({ available }) => available)),
    usable: sumOf(known.map(({ usable }) => usable)),
    unknown: supplies.length - known.length,
    change: sumOf(counted.map(({ change }) => change)),
  };
};

/** `+12`, `-30` or `0`; a dash where no week is known. */
export const changeText = (change: number | null): Html =>
  change === null
    ? figure(null, 'nothing was recorded a week ago')
    : html`${change > 0 ? '+' : ''}${figure(change)}`;

const row = (dimension: Dimension, sums: Sums): Html => {
  const { name, subnets, critical, warning, available, usable, unknown, change } = sums;
  const written = (cell: Html): Html =>
    available === null && unknown === 0 ? html`<span class="muted">${NO_IPV4}</span>` : cell;
  const free = available === null || usable === null ? null : percentOf(available, usable);
  return html`<tr data-group="${dimension}" data-name="${name.replace(/\s+/g, ' ')}"><td>${nameHtml(name)}</td><td class="n" data-sum="subnets" data-v="${subnets}">${figure(subnets)}</td><td class="n" data-sum="critical" data-v="${critical}">${figure(critical)}</td><td class="n" data-sum="warning" data-v="${warning}">${figure(warning)}</td><td class="n" data-sum="available" data-v="${available ?? ''}">${written(figure(available))}</td><td class="n" data-sum="usable" data-v="${usable ?? ''}">${written(figure(usable))}</td><td class="n" data-sum="free" data-v="${free ?? ''}">${written(share(free, 'not known', 0))}</td><td class="n" data-sum="unknown" data-v="${unknown}">${figure(unknown)}</td><td class="n" data-sum="change" data-v="${change ?? ''}">${changeText(change)}</td></tr>`;
};

const table = (dimension: Dimension, counted: readonly CountedSubnet[]): Html | null => {
  const groups = new Map<string, CountedSubnet[]>();
  for (const each of counted)
    for (const name of namesIn(dimension, each)) {
      const known = groups.get(name);
      if (known === undefined) groups.set(name, [each]);
      else known.push(each);
    }
  if (groups.size === 0) return null;
  const all = [...groups]
    .map(([name, members]) => sumsOf(name, members))
    .toSorted(
      (a, b) =>
        b.critical - a.critical ||
        b.warning - a.warning ||
        (a.available ?? Number.MAX_SAFE_INTEGER) - (b.available ?? Number.MAX_SAFE_INTEGER),
    );
  return html`<h3>${DIMENSIONS[dimension]}</h3><div class="scroll" tabindex="0" role="region" aria-label="${DIMENSIONS[dimension]}"><table class="sortable groups"><thead><tr><th scope="col">Name</th><th scope="col" class="n">Subnets</th><th scope="col" class="n">Critical</th><th scope="col" class="n">Warning</th><th scope="col" class="n">Available</th><th scope="col" class="n">Usable</th><th scope="col" class="n">Free</th><th scope="col" class="n">Unknown subnets</th><th scope="col" class="n">Since last week</th></tr></thead><tbody>${all.slice(0, MOST_ROWS).map((sums) => row(dimension, sums))}</tbody></table></div>${all.length > MOST_ROWS ? html`<p class="muted">And ${all.length - MOST_ROWS} more in a better state.</p>` : null}`;
};

/** A subnet that several clusters use counts for each of them. */
export const groupsSection = (counted: readonly CountedSubnet[]): Html =>
  html`<section id="groups"><h2>Teams, accounts and clusters</h2>${(['team', 'account', 'cluster'] as const).map((dimension) => table(dimension, counted))}</section>`;
