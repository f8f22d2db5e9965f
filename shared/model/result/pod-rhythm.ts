/** How many pods with an address the nodes of one instance type ran over time. */
export interface TypeRhythm {
  /** `[pods, how often a node was seen with them]`, by pods. */
  readonly seen: readonly (readonly [pods: number, times: number])[];
  /** `[pods after, the fewest before]`: rises on one node from one scan to the next, by the pods after. */
  readonly rises: readonly (readonly [to: number, from: number])[];
  /** How often the number of pods on a node changed from one scan to the next. */
  readonly changes: number;
}

/** What is remembered of the pods on the nodes of one cluster: all that the warm targets have to serve. */
export interface PodRhythm {
  /** ISO 8601: when the window began, and its last scan. */
  readonly since: string;
  readonly until: string;
  /** By instance type. */
  readonly types: Readonly<Record<string, TypeRhythm>>;
  /** The window before this one. */
  readonly before: { readonly since: string; readonly types: Readonly<Record<string, TypeRhythm>> } | null;
}

/** Warm targets that would have served the pods that were seen, and their price. */
export interface WarmAdvice {
  readonly warmIpTarget: number;
  readonly minimumIpTarget: number;
  /** ISO 8601: the pods were seen from here on. */
  readonly since: string;
  /** Times that a node was seen with its pods. */
  readonly observations: number;
  /** Addresses that a node holds on average, now and with these targets, of those that it takes from its subnets. */
  readonly perNode: { readonly current: number; readonly advised: number };
  /** Of all nodes that ran at the last scan. */
  readonly addressesWonBack: number;
  /** Calls of EC2 more in an hour, at the most: one for each change of the pods on a node. */
  readonly callsPerHour: number;
}
