/** How many addresses an owner took, or gave back (negative), in some time. */
export interface OwnerChange {
  readonly kind: string;
  readonly name: string | null;
  readonly addresses: number;
}

/** What changed between two scans, the largest changes first. The rest is summed up as the kind `others`. */
export interface OwnerChanges {
  /** ISO 8601: the earlier scan. */
  readonly from: string;
  readonly to: string;
  /** `null`: the owners were not known at one of the two. */
  readonly changes: readonly OwnerChange[] | null;
}
