/** One value to publish. There is no way to say "unknown": what is unknown is not made into a datum. */
export interface MetricDatum {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
  readonly unit: 'Count' | 'Percent' | 'None' | 'Seconds' | 'Milliseconds';
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

export interface MetricSink {
  /**
   * Sends them all, in as many requests as limits demand. Throws a `HeadroomError` that says how many were not taken.
   * Data that are not finite numbers are refused before anything is sent.
   */
  publish(data: readonly MetricDatum[]): Promise<{ readonly published: number; readonly requests: number }>;
}
