import type { AlertLevel } from './alert.ts';

/** One part of a digest. */
export interface DigestSection {
  readonly heading: string;
  /** What there is, the most urgent first. Never empty: a part without anything says so. */
  readonly lines: readonly string[];
}

/** What happened and what is coming, for people who are not woken for it. */
export interface Digest {
  readonly title: string;
  /** The worst level of the open incidents. */
  readonly level: AlertLevel;
  readonly sections: readonly DigestSection[];
}
