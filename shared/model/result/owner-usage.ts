/** What one owner holds. */
export interface OwnerUsage {
  /** What kind of thing holds the addresses: `cluster-nodes`, `load-balancer`, `lambda`, ... (`shared/model/owners/owners.ts`). */
  readonly kind: string;
  /** The cluster, the load balancer, ...; `null` where the kind has no names. */
  readonly name: string | null;
  readonly interfaces: number;
  readonly addresses: number;
}
