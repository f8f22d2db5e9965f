import { packJson, unpackJson } from '../packed-json.ts';
import { StateStoreError } from '../state-store-error.ts';
import { atVersion, bytesOf, type DynamoTable, numberOf } from './dynamo-table.ts';

/** What a target's history is kept by. */
export interface Ledger {
  readonly version: number;
  /** Subnet IDs; a subnet's number (`ordinal`) is its place. Only ever appended to. */
  readonly subnetIds: readonly string[];
  /** Scans before this epoch millisecond, the start of an hour, are folded into the days. */
  readonly foldedBefore: number;
}

/** The one ledger of a target, changed by compare-and-set. */
export class HistoryLedger {
  readonly #table: DynamoTable;
  readonly #key: { readonly pk: string; readonly sk: string };

  constructor(table: DynamoTable, partition: string) {
    this.#table = table;
    this.#key = { pk: partition, sk: 'ledger' };
  }

  async read(reading: { readonly consistent: boolean }): Promise<Ledger | null> {
    const item = await this.#table.get(this.#key, reading);
    return item === null
      ? null
      : {
          version: numberOf(item, 'version'),
          subnetIds: unpackJson<string[]>(bytesOf(item, 'subnetIds'), 'list of subnets'),
          foldedBefore: numberOf(item, 'foldedBefore'),
        };
  }

  /**
   * The ledger with a number for each of these subnets. Written only when one is new.
   *
   * @param foldedBefore where a ledger begins that does not exist yet.
   */
  async withSubnets(subnetIds: ReadonlySet<string>, foldedBefore: number): Promise<Ledger> {
    return retried(async () => {
      const ledger = (await this.read({ consistent: true })) ?? { version: 0, subnetIds: [], foldedBefore };
      const known = new Set(ledger.subnetIds);
      const added = [...subnetIds].filter((subnetId) => !known.has(subnetId));
      if (added.length === 0) return ledger;
      return this.#put({ ...ledger, subnetIds: [...ledger.subnetIds, ...added] });
    });
  }

  /** Says that all before `foldedBefore` is folded; a ledger that says more stays as it is. */
  async advance(read: Ledger, foldedBefore: number): Promise<void> {
    let known: Ledger | null = read;
    await retried(async () => {
      const ledger = known ?? (await this.read({ consistent: true }));
      known = null;
      if (ledger === null || ledger.foldedBefore >= foldedBefore) return 'advanced already';
      return this.#put({ ...ledger, foldedBefore });
    });
  }

  /** Stores it as the next version of what it was read as; `null`: another scan did. */
  async #put(ledger: Ledger): Promise<Ledger | null> {
    const next = { ...ledger, version: ledger.version + 1 };
    const attributes = {
      version: { N: String(next.version) },
      foldedBefore: { N: String(next.foldedBefore) },
      subnetIds: { B: packJson(next.subnetIds) },
    };
    const outcome = await this.#table.put(this.#key, attributes, atVersion(ledger.version));
    return outcome === 'refused' ? null : next;
  }
}

/** Lost races before giving up. Each one lost means that another scan made progress. */
const ATTEMPTS = 10;

/**
 * Tries until an attempt does not lose (`null`) to another scan.
 *
 * @throws StateStoreError `state-contended`.
 */
export const retried = async <Outcome>(attempt: () => Promise<Outcome | null>): Promise<Outcome> => {
  for (let lost = 0; lost < ATTEMPTS; lost += 1) {
    const outcome = await attempt();
    if (outcome !== null) return outcome;
  }
  throw new StateStoreError(
    'state-contended',
    `History could not be written: other runs changed it first, ${ATTEMPTS} times running`,
    'Make sure that only one run scans a target at a time. The next scan continues.',
  );
};
