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
 * Makes histories that become objects only when they are asked for: a run over thousands of subnets looks at one
 * at a time. The last one looked at is kept, so that looking twice costs nothing.
 */
export class LazyHistories {
  readonly #from: number;
  readonly #newest: number;
  #last: OpenedHistory | null = null;

  /** See `subnetHistory` for both. */
  constructor(from: number, newest: number) {
    this.#from = from;
    this.#newest = newest;
  }

  /** @param open called whenever the history is looked at after another one */
  of(open: () => SubnetPast): SubnetHistory {
    const opened = (): OpenedHistory => this.#opened(open);
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

  #opened(open: () => SubnetPast): OpenedHistory {
    if (this.#last?.open === open) return this.#last;
    const { hours, measurements } = open();
    const recent = recentSamples(measurements, this.#from, this.#newest);
    this.#last = { open, hours, recent, points: new Map() };
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
  readonly open: () => SubnetPast;
  readonly hours: StoredHours;
  readonly recent: ReturnType<typeof recentSamples>;
  readonly points: Map<Supply, readonly HourlyPoint[]>;
}
