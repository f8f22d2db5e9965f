import { describe, expect, test } from 'vitest';
import { type Rhythm, runAgainAndAgain } from '../../../../cli/serve/timer.ts';

const MINUTE = 60_000;

/** A clock that only waiting and working move, and the story of what happened by it. */
const rehearse = async (
  durations: readonly (number | Error)[],
  { stopDuringRun = durations.length }: { readonly stopDuringRun?: number } = {},
): Promise<{ readonly story: readonly string[]; readonly atOnce: number }> => {
  const ended = new AbortController();
  const story: string[] = [];
  let clock = 0;
  let running = 0;
  let atOnce = 0;
  let runs = 0;
  const rhythm: Rhythm = {
    interval: 5 * MINUTE,
    now: () => clock,
    signal: ended.signal,
    pause: async (milliseconds) => {
      story.push(`waits ${milliseconds / MINUTE}`);
      clock += milliseconds;
    },
    failed: (error) => void story.push(`failed: ${(error as Error).message}`),
  };
  await runAgainAndAgain(async () => {
    const duration = durations[runs] ?? 0;
    runs += 1;
    running += 1;
    atOnce = Math.max(atOnce, running);
    story.push(`runs at ${clock / MINUTE}`);
    await Promise.resolve();
    if (runs === stopDuringRun) ended.abort();
    running -= 1;
    if (duration instanceof Error) throw duration;
    clock += duration;
    story.push(`ended at ${clock / MINUTE}`);
  }, rhythm);
  return { story, atOnce };
};

describe('the rhythm of headroom serve', () => {
  test('runs start an interval apart, however long each takes', async () => {
    const { story } = await rehearse([MINUTE, 2 * MINUTE, 0]);
    expect(story.filter((line) => line.startsWith('runs'))).toEqual(['runs at 0', 'runs at 5', 'runs at 10']);
  });

  test('a run that takes longer than the interval delays the next: two never meet', async () => {
    const { story, atOnce } = await rehearse([12 * MINUTE, MINUTE]);
    expect(story).toEqual(['runs at 0', 'ended at 12', 'waits 0', 'runs at 12', 'ended at 13']);
    expect(atOnce).toBe(1);
  });

  test('asked to stop during a run, it finishes that run, waits for nothing and starts no other', async () => {
    const { story } = await rehearse([MINUTE, MINUTE, MINUTE], { stopDuringRun: 2 });
    expect(story).toEqual(['runs at 0', 'ended at 1', 'waits 4', 'runs at 5', 'ended at 6']);
  });

  test('a run that throws is reported, and the next comes when it is due', async () => {
    const { story } = await rehearse([new Error('the disk is full'), MINUTE]);
    expect(story).toEqual(['runs at 0', 'failed: the disk is full', 'waits 5', 'runs at 5', 'ended at 6']);
  });
});
