import { count, number, percentOf } from '../model/base/text/numbers.ts';
import type { SubnetAssessment, TargetAssessment } from '../model/result/assessment.ts';
import { addressSupply } from '../model/subnet/address-supply.ts';
import { inDoubt } from '../model/subnet/free-range.ts';
import { type Facets, filterable, union } from './facets.ts';
import { figure, nameHtml, ownerLabel, runway, share } from './figures.ts';
import { type Html, html } from './html.ts';
import { eachOnce, type RankedSubnet } from './worst-first.ts';

/** What concerns all of the estate: the summary, who holds its addresses, and what is not known. */

/** A sum of what is known, and of how many it is not. */
const sum = (values: readonly (number | null)[]): { readonly known: number; readonly unknown: number } => ({
  known: values.reduce<number>((total, value) => total + (value ?? 0), 0),
  unknown: values.filter((value) => value === null).length,
});

interface Tile {
  /** By which the page's script finds it, to count again what the filters leave. */
  readonly name: string;
  readonly value: string;
  readonly words: string;
  readonly level?: 'critical' | 'warning' | 'ok';
}

/** Where no subnet is expected to run out: how much of that is known. */
const noneExpected = (ranked: readonly RankedSubnet[], failed: number): Tile => {
  const unknown = ranked.filter(({ first }) => (first.forecast?.probabilityWithin ?? null) === null).length;
  if (ranked.length + failed === 0)
    return { name: 'soonest', value: 'none', words: 'exhaustion expected: no subnet has IPv4 addresses' };
  if (unknown + failed === 0) return { name: 'soonest', value: 'none', words: 'exhaustion expected' };
  return unknown === ranked.length
    ? { name: 'soonest', value: 'unknown', words: 'runs out first' }
    : { name: 'soonest', value: 'none known', words: 'exhaustion expected' };
};

export const summarySection = (
  assessments: readonly TargetAssessment[],
  ranked: readonly RankedSubnet[],
  now: number,
): Html => {
  const findings = assessments.flatMap((assessment) => assessment.findings);
  const critical = findings.filter(({ severity }) => severity === 'critical').length;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  const failed = assessments.filter(({ target }) => target.status !== 'ok').length;
  const once = eachOnce(ranked);
  const ipv4 = once.filter(({ subnet }) => subnet.cidrBlock !== null);
  // The same supply as in the table: what a new interface can take.
  const supplies = ipv4.map(({ subnet }) => addressSupply(subnet));
  const available = sum(supplies.map((supply) => supply?.available ?? null));
  const usable = sum(supplies.map((supply) => supply?.usable ?? null));
  const old = ipv4.filter(({ subnet }) => subnet.figuresFrom !== undefined).length;
  const soonest = ranked
    .filter(({ first }) => first.forecast?.exhaustionAt != null)
    .toSorted(
      (a, b) =>
        Date.parse(a.first.forecast?.exhaustionAt ?? '') - Date.parse(b.first.forecast?.exhaustionAt ?? ''),
    )[0];
  const tiles: readonly Tile[] = [
    {
      name: 'critical',
      value: String(critical),
      words: critical === 1 ? 'critical finding' : 'critical findings',
      // What could not be read is no all-clear.
      ...(critical > 0 ? { level: 'critical' } : failed === 0 ? { level: 'ok' } : {}),
    },
    {
      name: 'warning',
      value: String(warnings),
      words: warnings === 1 ? 'warning' : 'warnings',
      ...(warnings > 0 ? { level: 'warning' } : failed === 0 ? { level: 'ok' } : {}),
    },
    soonest === undefined
      ? noneExpected(ipv4, failed)
      : {
          name: 'soonest',
          value: runway(soonest.first.forecast, now),
          words: `runs out first: ${soonest.subnet.name ?? soonest.subnet.subnetId}`.slice(0, 80),
          level: 'warning',
        },
    ipv4.length === available.unknown && available.unknown + failed > 0
      ? {
          name: 'available',
          value: 'unknown',
          words: `addresses available${available.unknown === 0 ? '' : ` in ${count(available.unknown, 'subnet')}`}`,
        }
      : {
          name: 'available',
          value: number(available.known),
          words: `addresses available of ${number(usable.known)}${available.unknown === 0 ? '' : `, not counting ${count(available.unknown, 'unknown subnet')}`}${old === 0 ? '' : `, ${count(old, 'subnet')} with old figures`}`,
        },
    {
      name: 'subnets',
      value: once.length === 0 && failed > 0 ? 'unknown' : number(once.length),
      words: `${once.length === 1 ? 'subnet' : 'subnets'}${failed > 0 ? ' read' : ''}`,
    },
    {
      name: 'targets',
      value: `${assessments.length - failed} of ${assessments.length}`,
      words: 'scans complete',
      level: failed === 0 ? 'ok' : 'warning',
    },
  ];
  return html`<section id="summary"><h2>Summary</h2><ul class="tiles">${tiles.map(({ name, value, words, level }) => html`<li class="${level ?? ''}" data-tile="${name}"><b>${value}</b><span>${words}</span></li>`)}</ul></section>`;
};

const OWNERS_SHOWN = 50;

/**
 * Who holds what in each subnet, for the page's script: the owners of what the filters leave. Owners by their place in
 * `names`, then addresses and interfaces, by the key of the subnet.
 */
export const holdersBySubnet = (ranked: readonly RankedSubnet[]): string => {
  const places = new Map<string, number>();
  const placeOf = (label: string, name: string | null): number => {
    const key = JSON.stringify([label, name ?? '']);
    const known = places.get(key) ?? places.size;
    places.set(key, known);
    return known;
  };
  const rows = Object.fromEntries(
    ranked.map(({ key, subnet }) => [
      key,
      (subnet.owners ?? []).map(({ kind, name, addresses, interfaces }) => [
        placeOf(ownerLabel({ kind, name: null }), name),
        addresses,
        interfaces,
      ]),
    ]),
  );
  return JSON.stringify({ names: [...places.keys()].map((key): unknown => JSON.parse(key)), rows });
};

/**
 * @param unread so many accounts and Regions could not be read in full
 * @param listed of so many subnets the page's script has the owners: the worst
 */
export const ownersSection = (
  ranked: readonly RankedSubnet[],
  unread: number,
  listed = ranked.length,
): Html => {
  interface Held {
    readonly kind: string;
    readonly name: string | null;
    addresses: number;
    interfaces: number;
    subnets: number;
  }
  const byOwner = new Map<string, Held>();
  for (const { subnet } of ranked) {
    for (const { kind, name, addresses, interfaces } of subnet.owners ?? []) {
      const key = JSON.stringify([kind, name]);
      const held = byOwner.get(key) ?? { kind, name, addresses: 0, interfaces: 0, subnets: 0 };
      held.addresses += addresses;
      held.interfaces += interfaces;
      held.subnets += 1;
      byOwner.set(key, held);
    }
  }
  const all = [...byOwner.values()].toSorted((a, b) => b.addresses - a.addresses);
  const total = all.reduce((count, { addresses }) => count + addresses, 0);
  const unknown = ranked.filter(({ subnet }) => subnet.owners === null && subnet.cidrBlock !== null).length;
  return html`<section id="owners" data-shown="${OWNERS_SHOWN}"><h2>Owners of the addresses</h2>${
    all.length === 0
      ? unknown + unread === 0
        ? html`<p>No addresses are in use.</p>`
        : html`<p class="unknown">No owners are known: something could not be read.</p>`
      : html`<div class="scroll" tabindex="0" role="region" aria-label="Owners of the addresses"><table class="sortable"><thead><tr><th scope="col">Holder</th><th scope="col">Name</th><th scope="col" class="n">Addresses</th><th scope="col" class="n">Of all in use</th><th scope="col" class="n">Interfaces</th><th scope="col" class="n">Subnets</th></tr></thead><tbody>${all
          .slice(0, OWNERS_SHOWN)
          .map(
            (held) =>
              html`<tr><td>${ownerLabel({ kind: held.kind, name: null })}</td><td>${nameHtml(held.name)}</td><td class="n" data-v="${held.addresses}">${figure(held.addresses)}</td><td class="n" data-v="${held.addresses}">${share(percentOf(held.addresses, total))}</td><td class="n" data-v="${held.interfaces}">${figure(held.interfaces)}</td><td class="n" data-v="${held.subnets}">${figure(held.subnets)}</td></tr>`,
          )}</tbody></table></div>`
  }${all.length > OWNERS_SHOWN ? html`<p class="muted more">And ${all.length - OWNERS_SHOWN} more owners with fewer addresses.</p>` : null}${listed < ranked.length ? html`<p class="muted partial" hidden>With a filter: the owners in the worst ${number(listed)} subnets alone.</p>` : null}${unknown === 0 ? null : html`<p class="unknown">The owners in ${count(unknown, 'subnet')} are not known.</p>`}</section>`;
};

const SUBNETS_NAMED = 6;

export const unknownSection = (
  assessments: readonly TargetAssessment[],
  facetsOf: (subnet: SubnetAssessment) => Facets,
): Html => {
  const bySubnets = new Map<string, Set<SubnetAssessment>>();
  for (const { subnets } of assessments) {
    for (const subnet of subnets) {
      for (const { reason } of inDoubt(subnet.unknowns)) {
        const known = bySubnets.get(reason);
        if (known === undefined) bySubnets.set(reason, new Set([subnet]));
        else known.add(subnet);
      }
    }
  }
  const troubled = assessments.filter(({ target }) => target.status !== 'ok');
  const rows = [...bySubnets].toSorted(([, a], [, b]) => b.size - a.size);
  return html`<section id="unknown"><h2>Unknown figures and their reasons</h2>${
    troubled.length + rows.length === 0 ? html`<p>All figures are known.</p>` : null
  }${troubled.map(
    ({ target }) =>
      html`<div class="finding warning"><p><span class="chip warning">${target.status}</span> <b>account ${target.accountId}, ${target.region}</b></p><ul>${target.errors.map(({ message, action }) => html`<li>${message}<br><span class="muted">${action}</span></li>`)}</ul></div>`,
  )}${
    rows.length === 0
      ? null
      : html`<div class="scroll" tabindex="0" role="region" aria-label="Reasons"><table><thead><tr><th scope="col">Why</th><th scope="col" class="n">Subnets</th><th scope="col">Which</th></tr></thead><tbody>${rows.map(
          ([reason, subnets]) =>
            html`<tr${filterable(union([...subnets].map(facetsOf)), [reason])}><td>${reason}</td><td class="n">${subnets.size}</td><td class="where">${[
              ...subnets,
            ]
              .slice(0, SUBNETS_NAMED)
              .map(({ subnetId }) => subnetId)
              .join(', ')}${subnets.size > SUBNETS_NAMED ? ', ...' : ''}</td></tr>`,
        )}</tbody></table></div>`
  }</section>`;
};
