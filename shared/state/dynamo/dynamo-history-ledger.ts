import { DAY, HISTORY_RETENTION } from '../history/history-rollup.ts';
import { packJson, unpackJson } from '../packed-json.ts';
import { StateStoreError } from '../state-store-error.ts';
import { atVersion, bytesOf, type DynamoTable, numberOf } from './dynamo-table.ts';

/** What a target's history is kept by. */
export interface Ledger {
  readonly version: number;
  /**
   * Subnet IDs; a subnet's number (`ordinal`) is its place. A place is given to another subnet only when nothing that was
   * stored under it can be read any more.
   */
  readonly subnetIds: readonly string[];
  /** Numbers of subnets that scans do not have any more, with the hour (epoch milliseconds) since when. */
  readonly gone: ReadonlyMap<number, number>;
  /** Scans before this epoch millisecond, the start of an hour, are added to the days. */
  readonly rolledUpBefore: number;
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
          rolledUpBefore: numberOf(item, 'foldedBefore'),
          gone: new Map(
            item['gone'] === undefined
              ? []
              : unpackJson<[number, number][]>(bytesOf(item, 'gone'), 'list of subnets'),
          ),
        };
  }

  /**
   * The ledger with a number for each of these subnets. Written only when one is new.
   *
   * @param rolledUpBefore the hour of the scan, where a ledger begins that does not exist yet.
   */
  async withSubnets(subnetIds: ReadonlySet<string>, rolledUpBefore: number): Promise<Ledger> {
    return retried(async () => {
      const ledger = (await this.read({ consistent: true })) ?? { ...EMPTY, rolledUpBefore };
      const known = new Set(ledger.subnetIds);
      const added = [...subnetIds].filter((subnetId) => !known.has(subnetId));
      if (added.length === 0) return ledger;
      return this.#put(withAdded(ledger, added, rolledUpBefore));
    });
  }

  /**
   * Says that all before `rolledUpBefore` is rolled up; a ledger that says more stays as it is.
   *
   * @param seen the numbers of the subnets that these scans had
   */
  async advance(read: Ledger, rolledUpBefore: number, seen: ReadonlySet<number>): Promise<void> {
    let known: Ledger | null = read;
    await retried(async () => {
      const ledger = known ?? (await this.read({ consistent: true }));
      known = null;
      if (ledger === null || ledger.rolledUpBefore >= rolledUpBefore) return 'advanced already';
      return this.#put({ ...ledger, rolledUpBefore, gone: goneAfter(ledger, rolledUpBefore, seen) });
    });
  }

  /** Stores it as the next version of what it was read as; `null`: another scan did. */
  async #put(ledger: Ledger): Promise<Ledger | null> {
    const next = { ...ledger, version: ledger.version + 1 };
    const attributes = {
      version: { N: String(next.version) },
      foldedBefore: { N: String(next.rolledUpBefore) },
      subnetIds: { B: packJson(next.subnetIds) },
      ...(next.gone.size === 0 ? {} : { gone: { B: packJson([...next.gone]) } }),
    };
    const outcome = await this.#table.put(this.#key, attributes, atVersion(ledger.version));
    return outcome === 'refused' ? null : next;
  }
}

const EMPTY: Ledger = { version: 0, subnetIds: [], rolledUpBefore: 0, gone: new Map() };

/** Days outlive the retention by two days, and one more is for scans that come late. */
const PLACE_IS_FREE_AFTER = HISTORY_RETENTION + 3 * DAY;

const withAdded = (ledger: Ledger, added: readonly string[], now: number): Ledger => {
  const subnetIds = [...ledger.subnetIds];
  const gone = new Map(ledger.gone);
  const free = [...gone].flatMap(([ordinal, since]) => (now - since > PLACE_IS_FREE_AFTER ? [ordinal] : []));
  for (const subnetId of added) {
    const ordinal = free.pop();
    if (ordinal === undefined) subnetIds.push(subnetId);
    else {
      subnetIds[ordinal] = subnetId;
      gone.delete(ordinal);
    }
  }
  return { ...ledger, subnetIds, gone };
};

const goneAfter = (
  { subnetIds, gone }: Ledger,
  hour: number,
  seen: ReadonlySet<number>,
): ReadonlyMap<number, number> =>
  new Map(
    subnetIds.flatMap((_, ordinal) =>
      seen.has(ordinal) ? [] : [[ordinal, gone.get(ordinal) ?? hour] as const],
    ),
  );

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
