import { getEventListeners, once } from 'node:events';
import { expect, test } from 'vitest';
import { type Timer, withDeadline } from '../../../shared/notify/deadline.ts';

/** Timers that only run out on request. */
class Timers {
  readonly waiting = new Set<() => void>();
  readonly start: Timer = (_, elapsed) => {
    this.waiting.add(elapsed);
    return () => this.waiting.delete(elapsed);
  };
}

const untilAborted = async (signal: AbortSignal): Promise<void> => {
  await once(signal, 'abort');
  signal.throwIfAborted();
};

test.each([
  ['answers', async () => 'taken'],
  ['is refused', async () => Promise.reject(new Error('refused'))],
])('work that %s leaves no timer and no listener behind', async (_, work) => {
  const timers = new Timers();
  const outer = new AbortController();
  await Promise.allSettled([withDeadline(90_000, outer.signal, work, timers.start)]);
  expect(timers.waiting.size).toBe(0);
  expect(getEventListeners(outer.signal, 'abort')).toEqual([]);
});

test('the time that is up aborts the work, and the reason names the time', async () => {
  const timers = new Timers();
  const work = withDeadline(90_000, null, untilAborted, timers.start);
  for (const elapsed of timers.waiting) elapsed();
  await expect(work).rejects.toMatchObject({ name: 'TimeoutError', message: 'No answer within 90 s' });
});

test('the outer signal aborts the work, with its own reason', async () => {
  const outer = new AbortController();
  const work = withDeadline(90_000, outer.signal, untilAborted);
  outer.abort(new Error('the run ends'));
  await expect(work).rejects.toThrow('the run ends');
});

test('work under an outer signal that has already aborted is aborted from the start', async () => {
  const seen = await withDeadline(90_000, AbortSignal.abort(), async (signal) => signal.aborted);
  expect(seen).toBe(true);
});
