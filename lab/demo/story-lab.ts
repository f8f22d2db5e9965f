import type { EstateBlueprint } from '../estate/estate.ts';
import { startLab } from '../lab.ts';

/** What a story needs of the lab. The lab may be in another thread. */
export interface StoryLab {
  /** For `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** Where the story begins, in epoch milliseconds. */
  readonly startsAt: number;
  /** Sets the clock of the lab. */
  moveTo(at: number): Promise<void>;
  /** What the lab was asked, and how many metric values it got. */
  totals(): Promise<LabTotals>;
  close(): Promise<void>;
}

export interface LabTotals {
  readonly requests: number;
  readonly metricValues: number;
}

/** The lab in this thread. */
export const openStoryLab = async (estate: EstateBlueprint): Promise<StoryLab> => {
  const { url, clock, calls, metrics, close } = await startLab({ estate });
  return {
    url,
    startsAt: clock.startsAt,
    moveTo: async (at) => clock.set(at),
    totals: async () => ({ requests: calls.length, metricValues: metrics.length }),
    close,
  };
};
