import type { HourlyPoint, SubnetHistory } from '../../model/result/forecast.ts';
import {
  earliestHour,
  hourlyPoints,
  type Measurement,
  noHours,
  recentSamples,
  type SubnetHours,
  type Supply,
} from './history-rollup.ts';
import { type ColumnMemory, HourColumns } from './hour-columns.ts';

/** One subnet's rolled-up hours as read: the closed ones, and after them those into which the reader may still add. */
export interface StoredHours {
  readonly closed: Readonly<Record<Supply, HourColumns>>;
  readonly open: SubnetHours;
}

/** @param memory for the hours that there will be, if that is known: columns that grow take up to twice of it. */
export const noStoredHours = (memory?: ColumnMemory): StoredHours => ({
  closed: { addresses: new HourColumns(memory), prefixes: new HourColumns(memory) },
  open: noHours(),
});

/** All that is stored of one subnet. */
export interface SubnetPast {
  readonly hours: StoredHours;
  readonly measurements: readonly Measurement[];
}

/**
 * Histories by subnet that become objects only when they are asked for: a run over thousands of subnets looks at one at a time, and
 * an object with getters of its own takes 250 bytes. The last one looked at is kept, so that looking twice costs nothing.
 */
export class LazyHistories implements ReadonlyMap<string, SubnetHistory> {
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #open: (number: number) => SubnetPast;
  readonly #from: number;
  readonly #newest: number;
  #last: OpenedHistory | null = null;

  /**
   * @param numbers by subnet, in the order in which the histories are gone through
   * @param open called whenever a history is looked at after another one, with its number
   * @param span see `subnetHistory`
   */
  constructor(
    numbers: ReadonlyMap<string, number>,
    open: (number: number) => SubnetPast,
    { from, newest }: { readonly from: number; readonly newest: number },
  ) {
    this.#numbers = numbers;
    this.#open = open;
    this.#from = from;
    this.#newest = newest;
  }

  get size(): number {
    return this.#numbers.size;
  }

  has(subnetId: string): boolean {
    return this.#numbers.has(subnetId);
  }

  get(subnetId: string): SubnetHistory | undefined {
    const number = this.#numbers.get(subnetId);
    return number === undefined ? undefined : this.#of(number);
  }

  keys(): MapIterator<string> {
    return this.#numbers.keys();
  }

  *values(): MapIterator<SubnetHistory> {
    for (const number of this.#numbers.values()) yield this.#of(number);
  }

  *entries(): MapIterator<[string, SubnetHistory]> {
    for (const [subnetId, number] of this.#numbers) yield [subnetId, this.#of(number)];
  }

  [Symbol.iterator](): MapIterator<[string, SubnetHistory]> {
    return this.entries();
  }

  forEach(visit: (history: SubnetHistory, subnetId: string, all: this) => void): void {
    for (const [subnetId, history] of this.entries()) visit(history, subnetId, this);
  }

  #of(number: number): SubnetHistory {
    const opened = (): OpenedHistory => this.#opened(number);
    const points = (supply: Supply): readonly HourlyPoint[] => this.#points(opened(), supply);
    return {
      addresses: {
        get hourly() {
          return points('addresses');
        },
        get recent() {
          return opened().recent.addresses;
        },
      },
      prefixes: {
        get hourly() {
          return points('prefixes');
        },
        get recent() {
          return opened().recent.prefixes;
        },
      },
    };
  }

  #opened(number: number): OpenedHistory {
    if (this.#last?.number === number) return this.#last;
    const { hours, measurements } = this.#open(number);
    const recent = recentSamples(measurements, this.#from, this.#newest);
    this.#last = { number, hours, recent, points: new Map() };
    return this.#last;
  }

  #points({ hours, points }: OpenedHistory, supply: Supply): readonly HourlyPoint[] {
    const known = points.get(supply);
    if (known !== undefined) return known;
    const earliest = earliestHour(this.#from, this.#newest);
    const made = [...hours.closed[supply].points(earliest), ...hourlyPoints(hours.open[supply], earliest)];
    points.set(supply, made);
    return made;
  }
}

interface OpenedHistory {
  readonly number: number;
  readonly hours: StoredHours;
  readonly recent: ReturnType<typeof recentSamples>;
  readonly points: Map<Supply, readonly HourlyPoint[]>;
}
