/** What a metric describes. `holder`: a namespace, workload or team of a cluster. */
export type MetricSubject = 'subnet' | 'vpc' | 'cluster' | 'run' | 'holder';

/** One value to publish. There is no way to say "unknown": what is unknown is not made into a datum. */
export interface MetricDatum {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit: 'Count' | 'Percent' | 'None' | 'Seconds' | 'Milliseconds';
  /** Epoch milliseconds. */
  readonly timestamp: number;
  /** What it describes; absent for metrics that follow the names of another program. */
  readonly subject?: MetricSubject;
  /** The value counts events from `since` (epoch milliseconds; `null`: not known) to `timestamp`. Absent: it is a state. */
  readonly count?: { readonly since: number | null };
}

export interface MetricSink {
  /** The receiver asks no price for each series, so no budget holds series back. */
  readonly hasFreeSeries?: true;
  /**
   * Sends them all, in as many requests as limits demand. A datum that the receiver cannot take is left out, and the others
   * are sent. Throws a `HeadroomError` afterwards that says how many were not taken, and why.
   */
  publish(data: readonly MetricDatum[]): Promise<{ readonly published: number; readonly requests: number }>;
}
