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
   * Sends them all, in as many requests as limits demand. A datum that the receiver cannot take is left out, and the others
   * are sent. Throws a `HeadroomError` afterwards that says how many were not taken, and why.
   */
  publish(data: readonly MetricDatum[]): Promise<{ readonly published: number; readonly requests: number }>;
}
