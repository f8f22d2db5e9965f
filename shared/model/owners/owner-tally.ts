import type { OwnerUsage } from '../result/owner-usage.ts';

/** Who holds addresses, as far as a map or a table needs to name it. */
export interface OwnerName {
  readonly kind: string;
  /** The cluster, the load balancer, ...; `null` where the kind has no names. */
  readonly name: string | null;
}

/** Kinds that are named by descriptions, which anybody writes. */
const NAMED_BY_DESCRIPTION: ReadonlySet<string> = new Set(['unknown', 'detached']);

/** The most descriptions of one kind that a subnet lists. Interfaces with any other have no name. */
export const DESCRIPTIONS_TOLD = 12;

/** Numbers the owners seen in one subnet and counts their interfaces; it grows with owners, not with interfaces. */
export class OwnerTally {
  readonly #owners: { readonly owner: OwnerName; interfaces: number }[] = [];
  readonly #numbers = new Map<string, Map<string | null, number>>();

  get size(): number {
    return this.#owners.length;
  }

  /** Counts one more interface of this owner and tells the owner's number. */
  add({ kind, name: given }: OwnerName): number {
    let names = this.#numbers.get(kind);
    if (names === undefined) {
      names = new Map();
      this.#numbers.set(kind, names);
    }
    const isFull = NAMED_BY_DESCRIPTION.has(kind) && names.size >= DESCRIPTIONS_TOLD;
    const name = isFull && !names.has(given) ? null : given;
    const known = names.get(name);
    if (known !== undefined) {
      (this.#owners[known] as { interfaces: number }).interfaces += 1;
      return known;
    }
    const number = this.#owners.push({ owner: { kind, name }, interfaces: 1 }) - 1;
    names.set(name, number);
    return number;
  }

  /**
   * The owners with what they hold, those who hold most first. `number` is what `add` returned.
   * @param addresses by owner number; none where the subnet has no IPv4
   */
  ranked(addresses: ArrayLike<number>): readonly (OwnerUsage & { readonly number: number })[] {
    return this.#owners
      .map(({ owner, interfaces }, number) => ({
        ...owner,
        interfaces,
        addresses: addresses[number] ?? 0,
        number,
      }))
      .sort(
        (a, b) =>
          b.addresses - a.addresses || compareText(a.kind, b.kind) || compareText(a.name ?? '', b.name ?? ''),
      );
  }
}

/** By code unit, so that the order is the same whatever the locale. */
const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
