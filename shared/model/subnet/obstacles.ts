/** A single address that keeps its block from becoming a prefix, and whose it is. */
export interface Obstacle {
  readonly address: string;
  readonly networkInterfaceId: string;
  /** The owner's kind and name, as in `OwnerUsage`. */
  readonly kind: string;
  readonly name: string | null;
}

/** So many are kept for a subnet: what is kept must not grow with the account. */
export const OBSTACLES_KEPT = 64;
