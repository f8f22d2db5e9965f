import type { Sample } from '../result/forecast.ts';

/** What was recorded of one subnet before Headroom kept its own history: by CloudWatch, or in a file. */
export interface RecordedPast {
  readonly subnetId: string;
  readonly addresses: readonly Sample[];
  readonly prefixes: readonly Sample[];
}
