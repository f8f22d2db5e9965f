import type { HourlyPoint } from '../../model/result/forecast.ts';
import { HOUR, type HourRollup } from './history-rollup.ts';

/** Three days: what grows from here doubles a few times at most. */
const INITIAL_HOURS = 72;

/** Two numbers of four bytes and three of two. */
const BYTES_AN_HOUR = 14;

/** What columns of so many hours take: the next ones begin at a multiple of four bytes. */
const bytesFor = (hours: number): number => Math.ceil((hours * BYTES_AN_HOUR) / 4) * 4;

/**
 * Memory of many columns in one piece, which goes back as a whole. Pieces of some kilobytes, between others that stay, leave
 * gaps that the process keeps.
 */
export class ColumnMemory {
  readonly hours: number;
  readonly #buffer: ArrayBuffer;
  #taken = 0;

  /** @param hours of each of the columns */
  constructor(columns: number, hours: number) {
    this.hours = hours;
    this.#buffer = new ArrayBuffer(columns * bytesFor(hours));
  }

  /** Where the next column begins. More than were announced get memory of their own. */
  take(): readonly [buffer: ArrayBuffer, at: number] {
    const bytes = bytesFor(this.hours);
    const at = this.#taken;
    if (at + bytes > this.#buffer.byteLength) return [new ArrayBuffer(bytes), 0];
    this.#taken += bytes;
    return [this.#buffer, at];
  }
}

/**
 * Hours of one supply in columns of numbers: 14 bytes an hour, where objects take a hundred. A report may want 60 days of
 * every subnet, and a thousand subnets have 2.9 million such hours.
 */
export class HourColumns {
  #length = 0;
  #hours: Uint32Array;
  #sums: Uint32Array;
  #minimums: Uint16Array;
  #lasts: Uint16Array;
  #counts: Uint16Array;

  /** @param memory for how many hours there is room at first; longer columns get memory of their own */
  constructor(memory: ColumnMemory = new ColumnMemory(1, INITIAL_HOURS)) {
    const { hours } = memory;
    const [buffer, at] = memory.take();
    this.#hours = new Uint32Array(buffer, at, hours);
    this.#sums = new Uint32Array(buffer, at + 4 * hours, hours);
    this.#minimums = new Uint16Array(buffer, at + 8 * hours, hours);
    this.#lasts = new Uint16Array(buffer, at + 10 * hours, hours);
    this.#counts = new Uint16Array(buffer, at + 12 * hours, hours);
  }

  /** Appends an hour, given by its first epoch millisecond; hours come in order. */
  push(hour: number, { minimum, sum, last, offsets }: HourRollup): void {
    if (this.#length === this.#hours.length) this.#grow();
    const index = this.#length;
    this.#hours[index] = hour / HOUR;
    this.#minimums[index] = minimum;
    this.#lasts[index] = last;
    this.#sums[index] = sum;
    this.#counts[index] = offsets.length;
    this.#length += 1;
  }

  /** The hours from the one that begins at `from` on. */
  points(from: number): HourlyPoint[] {
    const points: HourlyPoint[] = [];
    for (let index = 0; index < this.#length; index += 1) {
      const hour = (this.#hours[index] ?? 0) * HOUR;
      if (hour < from) continue;
      const count = this.#counts[index] ?? 0;
      points.push({
        hour,
        minimum: this.#minimums[index] ?? 0,
        mean: (this.#sums[index] ?? 0) / count,
        last: this.#lasts[index] ?? 0,
        count,
      });
    }
    return points;
  }

  #grow(): void {
    const longer = Math.max(INITIAL_HOURS, this.#length * 2);
    this.#hours = grown(this.#hours, new Uint32Array(longer));
    this.#minimums = grown(this.#minimums, new Uint16Array(longer));
    this.#lasts = grown(this.#lasts, new Uint16Array(longer));
    this.#sums = grown(this.#sums, new Uint32Array(longer));
    this.#counts = grown(this.#counts, new Uint16Array(longer));
  }
}

const grown = <Column extends Uint16Array | Uint32Array>(column: Column, larger: Column): Column => {
  larger.set(column);
  return larger;
};
