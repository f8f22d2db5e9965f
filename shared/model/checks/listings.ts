import type { Subject } from '../result/finding.ts';

/** What a scan reads beside VPCs and subnets, by what checks need of it. */
export type Listing = 'interfaces' | 'reservations' | 'instances' | 'clusters' | 'groups';

/** What a scan asked for and did not get. */
export interface Unread {
  readonly listings: ReadonlySet<Listing>;
  /** Names of clusters that EKS listed and did not describe in full. */
  readonly clusters: ReadonlySet<string>;
  /** Subnets whose reservations could not be read. */
  readonly reservationsOf: ReadonlySet<string>;
}

/** Whether a listing could not be read, or not for this subject. */
export type IsUnread = (listing: Listing, subject: Subject) => boolean;

/** What checks of clusters rest on: which nodes there are, what they hold, and what is free for more. */
export const CLUSTER_LISTINGS: readonly Listing[] = [
  'interfaces',
  'reservations',
  'instances',
  'clusters',
  'groups',
];
