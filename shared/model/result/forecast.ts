/** One supply's outlook. Times are ISO 8601 UTC. See `forecast()` for the method. */
export interface Forecast {
  /** When the supply is expected to run out; `null` where it is not expected to within the horizon, or unknown. */
  readonly exhaustionAt: string | null;
  /** The interval around it. `earliest` may be set where `exhaustionAt` is not: it could happen, but is not expected to. */
  readonly earliest: string | null;
  readonly latest: string | null;
  /** `null` where nothing can be said. */
  readonly probabilityWithin: {
    readonly '24h': number;
    readonly '72h': number;
    readonly '7d': number;
  } | null;
  /** How it was made, in a word: what the reader can look up. `none` where it was not. */
  readonly method: string;
  /** One sentence: why this answer, or why none. */
  readonly reason: string;
  /**
   * The chance that a single fall like those of the past, its own and those of like supplies, takes what is left.
   * `null` or absent: not known.
   */
  readonly jumpsWithin?: { readonly '24h': number; readonly '72h': number; readonly '7d': number } | null;
  /** ISO 8601: room came back at once, and what was seen before says nothing of now; `null` or absent: not in the last week. */
  readonly roomCameBackAt?: string | null;
  /** For how many days the supply has not changed; absent: not known. */
  readonly stillDays?: number;
  /**
   * Whether the trend is firm enough for a warning days ahead: a week has been seen, as much has not come back before, and the
   * trend has taken enough already.
   * Absent: firm.
   */
  readonly isTrendFirm?: boolean;
  /** The supply was as low as this within four weeks and came back within a day, so a likely jump alone is no warning. Absent: no. */
  readonly cameBackBefore?: boolean;
  /** The supply lost per day, as the forecast sees it (negative: gained); `null` or absent where it cannot tell. */
  readonly lossPerDay?: number | null;
  /** Is the supply being used up far faster than is ordinary at this time of day? `null` or absent: is unknown. */
  readonly surge?: Surge | null;
  /** The figures behind it, for sentences; absent in records of older versions. */
  readonly basis?: ForecastBasis;
  /** What groups of nodes may still take at once, where not all of it fits; `null` or absent: it fits, or is not known. */
  readonly committed?: CommittedForecast | null;
}

/** Groups of nodes that may grow to their maximum, and would not all fit. Over all subnets that they may use. */
export interface CommittedForecast {
  /** Nodes still to come, what they need of this supply, and how many of them find no room. */
  readonly nodes: number;
  readonly demand: number;
  readonly shortfall: number;
  /** `<cluster>/<group>`. */
  readonly groups: readonly string[];
}

/** What a forecast was made from, in the supply's own unit. `null`: not known. */
export interface ForecastBasis {
  /** The last measured value. */
  readonly available: number | null;
  /** What is left at the low point of an ordinary day, now. */
  readonly dailyLow: number | null;
  /** Lost per day by the present trend; negative: gained. */
  readonly lossPerDay: number | null;
  /** For how many days the present trend has lasted. */
  readonly trendDays: number | null;
}

/** A supply that falls within hours: what a forecast by the day is too slow for. See `surge()` for the windows. */
export interface Surge {
  /** The level by the limits that raise, and by the easier ones that clear: what an alert rule hands on. */
  readonly raise: 'ok' | 'warning' | 'critical';
  readonly hold: 'ok' | 'warning' | 'critical';
  /** Loss per hour over the fast and the slow window; negative where the supply grew. */
  readonly lossPerHour: { readonly fast: number; readonly slow: number };
  /** The largest loss per hour at this time of day on previous days; `null` where there are none. */
  readonly ordinaryLossPerHour: number | null;
  /** ISO 8601: when it runs out at the present pace; `null` while it does not fall. */
  readonly exhaustionAt: string | null;
  /**
   * A loss that has gone on for hours or days, unlike any of the last two weeks: over how many hours, at which pace, and
   * when nothing is left at that pace. `null` or absent: there is none.
   */
  readonly drain?: {
    readonly hours: number;
    readonly lossPerHour: number;
    readonly exhaustionAt: string;
  } | null;
  /**
   * The supply fell within a day to far less than on any earlier day of two weeks: `lost` below the lowest of them. `null` or
   * absent: it did not, or a pace says more.
   */
  readonly fall?: { readonly lost: number } | null;
  /** Hardly any earlier day is known, and room came back and has stayed for an hour: there is nothing to wait for. */
  readonly isOver?: boolean;
  /** One sentence with the numbers. */
  readonly reason: string;
  /** The figures behind it, for sentences; absent in records of older versions. */
  readonly basis?: SurgeBasis;
}

/** What a surge was seen in, in the supply's own unit. */
export interface SurgeBasis {
  /** The value now, as the median of the last measurements. */
  readonly available: number;
  /** The faster of the two windows. */
  readonly lossPerHour: number;
  /** The largest loss per hour at this time of day on previous days; `null` where there are none. */
  readonly ordinaryLossPerHour: number | null;
  /** Minutes until nothing is left at this pace; `null` while the supply does not fall, or beyond a week. */
  readonly minutesToEmpty: number | null;
}

/** A measured value of a supply (available addresses, or free prefixes) at a moment, in epoch milliseconds. */
export interface Sample {
  readonly at: number;
  readonly value: number;
}

/** One hour of a supply, rolled up. `hour` is the epoch millisecond at which it began. */
export interface HourlyPoint {
  readonly hour: number;
  readonly minimum: number;
  readonly mean: number;
  readonly last: number;
  /** How many samples it was made from. */
  readonly count: number;
}

/** A supply's past: up to 60 days by the hour, and the last hours as measured. */
export interface SupplyHistory {
  readonly hourly: readonly HourlyPoint[];
  readonly recent: readonly Sample[];
}

export interface SubnetHistory {
  readonly addresses: SupplyHistory;
  readonly prefixes: SupplyHistory;
}
