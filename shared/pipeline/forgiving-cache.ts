import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import type { CacheStore } from '../state/state-store.ts';

/**
 * A cache saves calls, and a run works without one: what cannot be read is asked for again, what cannot be kept
 * is not kept. The first failure is reported, and the store is then left alone - its retries would cost the run its
 * time.
 */
export const forgivingCache = (cache: CacheStore, tell: (problem: Problem) => void): CacheStore => {
  let hasFailed = false;
  const attempt = async <Answer>(work: () => Promise<Answer>): Promise<Answer | null> => {
    if (hasFailed) return null;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      if (!hasFailed) tell(problemOf(error));
      // One entry that cannot be read says nothing of the others, and is written again.
      hasFailed ||= error.code !== 'state-unreadable';
      return null;
    }
  };
  return {
    get: (key, now, form) => attempt(() => cache.get(key, now, form)),
    getMany: async (keys, now, form) => (await attempt(() => cache.getMany(keys, now, form))) ?? new Map(),
    put: async (key, value, expiresAt) => {
      await attempt(() => cache.put(key, value, expiresAt));
    },
    putMany: async (values, expiresAt) => {
      await attempt(() => cache.putMany(values, expiresAt));
    },
    // Nothing can be shared through a store that fails: the run goes on as if it were alone.
    exchange: async (key, exchange) => (await attempt(() => cache.exchange(key, exchange))) ?? 'stored',
  };
};
