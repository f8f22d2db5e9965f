import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../shared/model/base/errors.ts';
import { forgivingCache } from '../../../shared/pipeline/forgiving-cache.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { RecordForm } from '../../../shared/state/record-form.ts';
import type { CacheExchange, CacheStore } from '../../../shared/state/state-store.ts';
import { StateStoreError } from '../../../shared/state/state-store-error.ts';
import { ANY_FORM } from '../../fixtures/any-form.ts';

const TEN = 10;
const TOMORROW = 1000;

/** A cache that fails as long as it has an error, and counts what it is asked. */
class FailingCache implements CacheStore {
  asked = 0;
  error: Error | null = null;
  readonly #cache = createMemoryStateStore().cache;

  async get<Value>(key: string, now: number, form: RecordForm<Value>): Promise<Value | null> {
    this.#ask();
    return this.#cache.get(key, now, form);
  }

  async getMany<Value>(
    keys: readonly string[],
    now: number,
    form: RecordForm<Value>,
  ): Promise<ReadonlyMap<string, Value>> {
    this.#ask();
    return this.#cache.getMany(keys, now, form);
  }

  async put(key: string, value: unknown, expiresAt: number): Promise<void> {
    this.#ask();
    await this.#cache.put(key, value, expiresAt);
  }

  async putMany(values: ReadonlyMap<string, unknown>, expiresAt: number): Promise<void> {
    this.#ask();
    await this.#cache.putMany(values, expiresAt);
  }

  async exchange(key: string, exchange: CacheExchange): Promise<'stored' | 'conflict'> {
    this.#ask();
    return this.#cache.exchange(key, exchange);
  }

  #ask(): void {
    this.asked += 1;
    if (this.error !== null) throw this.error;
  }
}

const forgiving = () => {
  const cache = new FailingCache();
  const told: Problem[] = [];
  return { cache, told, forgiven: forgivingCache(cache, (problem) => told.push(problem)) };
};

describe('a cache that may fail', () => {
  test('works like any other as long as it does not', async () => {
    const { forgiven, told } = forgiving();
    await forgiven.put('a', { rate: 1 }, TOMORROW);
    expect(await forgiven.get('a', TEN, ANY_FORM)).toEqual({ rate: 1 });
    expect(await forgiven.get('b', TEN, ANY_FORM)).toBeNull();
    expect(told).toEqual([]);
  });

  test('says once what is wrong, knows nothing from then on, and is left alone', async () => {
    const { cache, forgiven, told } = forgiving();
    await forgiven.put('a', 1, TOMORROW);
    cache.error = new StateStoreError('state-throttled', 'Throttled.', 'Wait.');
    expect(await forgiven.get('a', TEN, ANY_FORM)).toBeNull();
    const { asked } = cache;
    expect(await forgiven.get('a', TEN, ANY_FORM)).toBeNull();
    await forgiven.put('a', 2, TOMORROW);
    expect(cache.asked).toBe(asked);
    expect(told).toEqual([{ code: 'state-throttled', message: 'Throttled.', action: 'Wait.' }]);
  });

  test('exchanges entries, and goes on alone when the store fails', async () => {
    const { cache, forgiven, told } = forgiving();
    const exchange = (expected: unknown) =>
      forgiven.exchange('a', { expected, value: 1, expiresAt: TOMORROW, now: TEN });
    expect(await exchange(null)).toBe('stored');
    expect(await exchange(null)).toBe('conflict');
    cache.error = new StateStoreError('state-throttled', 'Throttled.', 'Wait.');
    expect(await exchange(1)).toBe('stored');
    expect(told).toHaveLength(1);
  });

  test('one entry that cannot be read says nothing of the others', async () => {
    const { cache, forgiven, told } = forgiving();
    await forgiven.put('a', 1, TOMORROW);
    cache.error = new StateStoreError('state-unreadable', 'Damaged.', 'Report it.');
    expect(await forgiven.get('b', TEN, ANY_FORM)).toBeNull();
    cache.error = null;
    expect(await forgiven.get('a', TEN, ANY_FORM)).toBe(1);
    expect(told).toHaveLength(1);
  });

  test('a defect of ours is not forgiven', async () => {
    const { cache, forgiven } = forgiving();
    cache.error = new TypeError('undefined is not a function');
    await expect(forgiven.get('a', TEN, ANY_FORM)).rejects.toThrow(TypeError);
  });
});
