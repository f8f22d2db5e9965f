import { teamOf } from '../model/owners/team-tag.ts';
import type { Finding } from '../model/result/finding.ts';
import { addressSupply } from '../model/subnet/address-supply.ts';
import { type Facets, filterValues, type Places, searchText } from './facets.ts';
import { subnetRunway } from './figures.ts';
import type { CountedSubnet } from './groups-section.ts';

/**
 * What a page of a large fleet has no markup for: one line of data for each subnet and finding that is not among the worst.
 * The page's script searches, filters and sums them like the others, and draws the rows that are asked for.
 */

/** What the page's script unpacks. `words` has each text once; the others name it by its place. */
interface RestOfPage {
  readonly words: readonly string[];
  /** `FACETS`, team and runway as words; then id, name, range, available, usable, change, end and free prefixes. */
  readonly rows: readonly (readonly (number | string | null)[])[];
  /** `FACETS` as words, and what a search looks through. */
  readonly findings: readonly (readonly (number | string)[])[];
}

/** Facets are numbers of `words`; several values are one word, separated as `filterable` does. */
const FACETS = ['account', 'region', 'vpc', 'cluster', 'zone', 'severity'] as const;

class Words {
  readonly #places = new Map<string, number>();

  placeOf(word: string): number {
    const known = this.#places.get(word) ?? this.#places.size;
    this.#places.set(word, known);
    return known;
  }

  get all(): readonly string[] {
    return [...this.#places.keys()];
  }
}

const facetPlaces = (facets: Facets, words: Words): number[] =>
  FACETS.map((facet) => words.placeOf(filterValues(facets[facet])));

/**
 * @param counted the subnets without a row, worst first
 * @param findings the findings without markup
 * @param now epoch milliseconds
 */
export const restOfPage = (
  counted: readonly CountedSubnet[],
  findings: readonly Finding[],
  places: Places,
  now: number,
): string => {
  const words = new Words();
  const rows = counted.map(({ ranked: { subnet, first }, facets, change }) => {
    const supply = addressSupply(subnet);
    const end = first.forecast?.exhaustionAt;
    return [
      ...facetPlaces(facets, words),
      words.placeOf(teamOf(subnet.tags) ?? ''),
      words.placeOf(subnetRunway(subnet, first.forecast, now)),
      subnet.subnetId,
      subnet.name,
      subnet.cidrBlock,
      supply?.available ?? null,
      supply?.usable ?? null,
      change,
      end == null ? null : Date.parse(end),
      subnet.prefixes?.free ?? null,
    ];
  });
  const others = findings.map(({ subject, severity, title }) => [
    ...facetPlaces(places.ofSubject(subject, severity), words),
    searchText([title, subject.id, subject.name]),
  ]);
  const rest: RestOfPage = { words: words.all, rows, findings: others };
  return JSON.stringify(rest);
};
