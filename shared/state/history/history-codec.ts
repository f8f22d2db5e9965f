import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { HeadroomError } from '../../model/base/errors.ts';
import { damageOf } from '../packed-json.ts';
import { ByteReader, ByteWriter } from './byte-columns.ts';
import {
  HOUR,
  type HourRollup,
  noHours,
  SUPPLIES,
  type SubnetHours,
  type Supply,
  supplyValue,
} from './history-rollup.ts';

/**
 * History as bytes. DynamoDB bills by the kilobyte written, so numbers go column by column, each as its difference to
 * its neighbour, as a variable-length integer, through Brotli: what does not change costs next to nothing.
 *
 * Subnets are numbered by the caller (`ordinal`), because identifiers of 17 random hexadecimal digits do not compress.
 */

/** First byte of everything encoded here. Bytes of another version are refused, not guessed at. */
const FORMAT = 1;

/** Chosen, not measured: a day of 10,000 subnets with both supplies is estimated at 3 MB. */
export const MAX_DAY_BYTES = 16 * 1024 * 1024;

/** Brotli's own quality scale ends at 11; 5 is within a few percent of it on this data at a fraction of its time. */
const QUALITY = 5;

/** The hours of one UTC day for some subnets, by ordinal. */
export type DayRollups = Map<number, SubnetHours>;

/**
 * Bytes of one day.
 *
 * @param day epoch millisecond at which the UTC day begins; every hour of `rollups` must lie in it.
 */
export const encodeDay = (day: number, rollups: ReadonlyMap<number, SubnetHours>): Uint8Array => {
  const ordinals = [...rollups.keys()].sort((a, b) => a - b);
  // Nearly all subnets are measured by the same scans: the lists of moments are stored once and referred to.
  const momentLists = new Dictionary<readonly number[]>((offsets) => offsets.join());
  const columns = SUPPLIES.map((supply) => {
    const masks = new ByteWriter();
    const moments = new ByteWriter();
    const minimums = new ByteWriter();
    const lasts = new ByteWriter();
    const sums = new ByteWriter();
    for (const ordinal of ordinals) {
      const hours = [...(rollups.get(ordinal)?.[supply] ?? [])].sort(([a], [b]) => a - b);
      masks.unsigned(hours.reduce((mask, [hour]) => mask + 2 ** ((hour - day) / HOUR), 0));
      let previous = 0;
      for (const [, rollup] of hours) {
        moments.unsigned(momentLists.indexOf(rollup.offsets));
        minimums.signed(rollup.minimum - previous);
        lasts.signed(rollup.last - rollup.minimum);
        sums.unsigned(rollup.sum - rollup.minimum * rollup.offsets.length);
        previous = rollup.minimum;
      }
    }
    return [masks, moments, minimums, lasts, sums];
  });

  const out = new ByteWriter();
  out.unsigned(momentLists.values.length);
  for (const offsets of momentLists.values) out.ascending(offsets);
  out.ascending(ordinals);
  for (const column of columns.flat()) out.bytes(column.taken());
  return compressed(out.taken());
};

/** Gets one hour of one supply of one subnet. The roll-up may be kept: it is never changed. */
export type HourVisitor = (ordinal: number, supply: Supply, hour: number, rollup: HourRollup) => void;

/**
 * Visits all hours of a day, those of one supply of one subnet in order.
 *
 * @param wanted ordinals that are asked for; the others are skipped.
 * @throws HeadroomError `state-unreadable` for bytes that this version did not write.
 */
export const visitDay = (
  day: number,
  encoded: Uint8Array,
  wanted: { has(ordinal: number): boolean },
  visit: HourVisitor,
): void => inFull(() => visitHours(day, encoded, wanted, visit));

const visitHours = (
  day: number,
  encoded: Uint8Array,
  wanted: { has(ordinal: number): boolean },
  visit: HourVisitor,
): void => {
  const input = new ByteReader(decompressed(encoded));
  const momentLists = Array.from({ length: input.count() }, () => input.ascending());
  const ordinals = input.ascending();
  for (const supply of SUPPLIES) {
    const [masks, moments, minimums, lasts, sums] = [
      input.part(),
      input.part(),
      input.part(),
      input.part(),
      input.part(),
    ];
    for (const ordinal of ordinals) {
      const isWanted = wanted.has(ordinal);
      const mask = masks.unsigned();
      let previous = 0;
      for (let index = 0; index < 24; index += 1) {
        if ((mask & (1 << index)) === 0) continue;
        const offsets = momentLists[moments.unsigned()] ?? [];
        const minimum = previous + minimums.signed();
        const last = minimum + lasts.signed();
        const sum = sums.unsigned() + minimum * offsets.length;
        if (isWanted) visit(ordinal, supply, day + index * HOUR, { minimum, sum, last, offsets });
        previous = minimum;
      }
    }
  }
};

/** The inverse of `encodeDay`: what `visitDay` visits, in maps. */
export const decodeDay = (day: number, encoded: Uint8Array): DayRollups => {
  const rollups: DayRollups = new Map();
  visitDay(day, encoded, EVERY, (ordinal, supply, hour, rollup) => {
    const hours = rollups.get(ordinal) ?? noHours();
    rollups.set(ordinal, hours);
    hours[supply].set(hour, rollup);
  });
  return rollups;
};

const EVERY = { has: () => true };

/** One subnet's part of one scan. */
export interface NumberedSample {
  readonly ordinal: number;
  readonly available: number | null;
  readonly freePrefixes: number | null;
}

/** Bytes of one scan's values. */
export const encodeScan = (samples: readonly NumberedSample[]): Uint8Array => {
  const ordered = samples.toSorted((a, b) => a.ordinal - b.ordinal);
  const out = new ByteWriter();
  out.ascending(ordered.map(({ ordinal }) => ordinal));
  for (const supply of SUPPLIES) {
    // 0 stands for unknown.
    for (const sample of ordered) out.unsigned((supplyValue(sample, supply) ?? -1) + 1);
  }
  return compressed(out.taken());
};

/**
 * The inverse of `encodeScan`.
 *
 * @throws HeadroomError `state-unreadable` for bytes that this version did not write.
 */
export const decodeScan = (encoded: Uint8Array): NumberedSample[] => new ScanColumns(encoded).samples();

/** One scan's values in columns of numbers: 12 bytes a subnet, where an object takes fifty. Seventy scans are read at once. */
export class ScanColumns {
  /** Ascending. */
  readonly #ordinals: Uint32Array;
  readonly #values: Readonly<Record<Supply, Int32Array>>;

  /** @throws HeadroomError `state-unreadable` for bytes that this version did not write. */
  constructor(encoded: Uint8Array) {
    [this.#ordinals, this.#values] = inFull(() => {
      const input = new ByteReader(decompressed(encoded));
      const ordinals = Uint32Array.from(input.ascending());
      const column = () => Int32Array.from(ordinals, () => input.unsigned() - 1);
      return [ordinals, { addresses: column(), prefixes: column() }] as const;
    });
  }

  /** `null`: this scan has nothing of the subnet. */
  sampleOf(ordinal: number): Omit<NumberedSample, 'ordinal'> | null {
    const index = this.#indexOf(ordinal);
    return this.#ordinals[index] === ordinal ? this.#sampleAt(index) : null;
  }

  /** Where the first number is that is not below this one. */
  #indexOf(ordinal: number): number {
    let [low, high] = [0, this.#ordinals.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ordinals[middle] ?? 0) < ordinal) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** All of them. */
  samples(): NumberedSample[] {
    return this.between(0, Number.POSITIVE_INFINITY);
  }

  /** Those of the subnets with the numbers from `first` on and before `end`. */
  between(first: number, end: number): NumberedSample[] {
    const samples: NumberedSample[] = [];
    for (let index = this.#indexOf(first); index < this.#ordinals.length; index += 1) {
      const ordinal = this.#ordinals[index] ?? 0;
      if (ordinal >= end) break;
      samples.push({ ordinal, ...this.#sampleAt(index) });
    }
    return samples;
  }

  ordinals(): Iterable<number> {
    return this.#ordinals;
  }

  #sampleAt(index: number): Omit<NumberedSample, 'ordinal'> {
    const known = (supply: Supply): number | null => {
      const value = this.#values[supply][index] ?? -1;
      return value < 0 ? null : value;
    };
    return { available: known('addresses'), freePrefixes: known('prefixes') };
  }
}

/** Bytes that end too early, or name more than they hold, were damaged: the reader of columns throws a RangeError. */
const inFull = <Result>(read: () => Result): Result => {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw unreadable(error.message, { cause: error });
  }
};

const compressed = (bytes: Uint8Array): Uint8Array => {
  const body = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });
  return Buffer.concat([Uint8Array.of(FORMAT), body]);
};

const decompressed = (encoded: Uint8Array): Uint8Array => {
  if (encoded[0] !== FORMAT)
    throw unreadable(`it is of format ${encoded[0]}, and this version reads ${FORMAT}`);
  try {
    return brotliDecompressSync(encoded.subarray(1), { maxOutputLength: MAX_DAY_BYTES });
  } catch (error) {
    throw unreadable(damageOf(error), { cause: error });
  }
};

const unreadable = (problem: string, options?: ErrorOptions): HeadroomError =>
  new HeadroomError(
    'state-unreadable',
    `A part of the stored history cannot be read: ${problem}`,
    'Update Headroom if another part of it is newer. Otherwise delete that item; one day of history is lost.',
    options,
  );

/** Gives equal values one index. */
class Dictionary<Value> {
  readonly values: Value[] = [];
  readonly #keyOf: (value: Value) => string;
  readonly #indexes = new Map<string, number>();

  constructor(keyOf: (value: Value) => string) {
    this.#keyOf = keyOf;
  }

  indexOf(value: Value): number {
    const key = this.#keyOf(value);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    this.#indexes.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}
