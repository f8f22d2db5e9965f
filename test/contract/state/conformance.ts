import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { Alert } from '../../../shared/model/alert/alert.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import type { SupplyHistory } from '../../../shared/model/result/forecast.ts';
import { pastScan } from '../../../shared/model/result/past-scan.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { ANY_FORM } from '../../fixtures/any-form.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { incompressibleText } from '../../fixtures/incompressible-text.ts';
import { anAlert, anEntry, aSubject } from '../../fixtures/stored-alerts.ts';

export interface StoreUnderTest {
  readonly name: string;
  /** Starts whatever the stores need, once. */
  start(): Promise<void>;
  /** An empty store. */
  open(): Promise<StateStore>;
  stop(): Promise<void>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A Thursday, ten o'clock. */
const TEN = Date.parse('2026-01-15T10:00:00Z');

const target = { accountId: '111111111111', region: 'eu-west-1' };
const otherTarget = { accountId: '111111111111', region: 'eu-west-2' };

/** What every state store promises, whatever keeps its records. */
export const describeStateStore = ({ name, start, open, stop }: StoreUnderTest): void => {
  describe(name, () => {
    let store: StateStore;
    beforeAll(start);
    beforeEach(async () => {
      store = await open();
      return () => store.close();
    });
    afterAll(stop);

    describe('alerts', () => {
      const commit = async (alert: Alert, expected: number): Promise<number> => {
        const outcome = await store.alerts.commit(target, alert, expected);
        if (outcome === 'conflict') throw new Error('unexpected conflict');
        return outcome.version;
      };

      test('an alert comes back as it was stored, with the version that the commit returned', async () => {
        const alert = anAlert({
          clearing: { warning: '2026-01-01T00:20:00.000Z' },
          outbox: [anEntry({ attempts: 2, lastError: 'Größe & <b> \u202e 🔥' })],
        });
        const version = await commit(alert, 0);
        expect(await store.alerts.read(target, alert.key)).toEqual({ alert, version });
        expect(await store.alerts.list(target)).toEqual([{ alert, version }]);
      });

      test('keys of any length and with any characters stay different alerts', async () => {
        const long = 'x'.repeat(1_100);
        const keys = [`${long}a`, `${long}b`, 'a\u200B', 'a', 'a#1', 'long#a'].map(
          (id) => `findings/upgrade-readiness/cluster/${id}`,
        );
        for (const key of keys) await commit(anAlert({ key }), 0);
        for (const key of keys) expect((await store.alerts.read(target, key))?.alert.key).toBe(key);
        expect(await store.alerts.list(target)).toHaveLength(keys.length);
      });

      test('an alert that was never stored is null, and a target without alerts has an empty list', async () => {
        expect(await store.alerts.read(target, 'addresses-low/subnet/subnet-0a')).toBeNull();
        expect(await store.alerts.list(target)).toEqual([]);
      });

      test('of two runs that create the same alert, the second gets the conflict', async () => {
        const version = await commit(anAlert(), 0);
        expect(await store.alerts.commit(target, anAlert({ severity: 'critical' }), 0)).toBe('conflict');
        expect(await store.alerts.read(target, anAlert().key)).toEqual({ alert: anAlert(), version });
      });

      test('of two runs that change the same version, the second gets the conflict', async () => {
        const first = await commit(anAlert(), 0);
        const second = await commit(anAlert({ severity: 'critical' }), first);
        expect(second).not.toBe(first);
        expect(await store.alerts.commit(target, anAlert({ status: 'resolved' }), first)).toBe('conflict');
        expect((await store.alerts.read(target, anAlert().key))?.alert.severity).toBe('critical');
      });

      test('of twenty who write at once, exactly one succeeds', async () => {
        const version = await commit(anAlert(), 0);
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (_, sequence) =>
            store.alerts.commit(target, anAlert({ sequence }), version),
          ),
        );
        const winners = outcomes.flatMap((outcome, index) => (outcome === 'conflict' ? [] : [index]));
        expect(winners).toHaveLength(1);
        expect((await store.alerts.read(target, anAlert().key))?.alert.sequence).toBe(winners[0]);
      });

      test('an alert is removed at its version only', async () => {
        const first = await commit(anAlert(), 0);
        const second = await commit(anAlert({ status: 'resolved' }), first);
        expect(await store.alerts.remove(target, anAlert().key, first)).toBe('conflict');
        expect(await store.alerts.remove(target, anAlert().key, second)).toBe('removed');
        expect(await store.alerts.read(target, anAlert().key)).toBeNull();
        expect(await store.alerts.remove(target, anAlert().key, second)).toBe('conflict');
      });

      test('an alert that was removed and made again does not pass for the one that was read before', async () => {
        const stale = await commit(anAlert(), 0);
        await store.alerts.remove(target, anAlert().key, stale);
        const again = anAlert({ lastObservedAt: '2026-01-02T00:00:00.000Z' });
        await commit(again, 0);
        expect(await store.alerts.commit(target, anAlert({ severity: 'critical' }), stale)).toBe('conflict');
      });

      test('targets do not see each other', async () => {
        await commit(anAlert(), 0);
        expect(await store.alerts.list(otherTarget)).toEqual([]);
        expect(await store.alerts.read(otherTarget, anAlert().key)).toBeNull();
      });

      test('two hundred alerts with long findings are listed in full', async () => {
        const alerts = Array.from({ length: 200 }, (_, index) => {
          const subject = aSubject(`subnet-${String(index).padStart(17, '0')}`);
          const alert = anAlert({ subject });
          // Not compressible: the list needs more than one page of 1 MB.
          const explanation = incompressibleText(index, 12_000);
          return { ...alert, finding: { ...alert.finding, explanation } };
        });
        for (const alert of alerts) await commit(alert, 0);
        const listed = await store.alerts.list(target);
        expect(new Map(listed.map(({ alert }) => [alert.key, alert]))).toEqual(
          new Map(alerts.map((alert) => [alert.key, alert])),
        );
      });
    });

    describe('history', () => {
      const record = (at: number, available: number | null, freePrefixes: number | null = null) =>
        store.history.record(target, at, [{ subnetId: 'subnet-0a', available, freePrefixes }]);
      const read = async (from = 0, subnetId = 'subnet-0a') => {
        const history = (await store.history.read(target, [subnetId], from)).get(subnetId);
        if (history === undefined) throw new Error(`no history of ${subnetId}`);
        return history;
      };
      const nothing: SupplyHistory = { hourly: [], recent: [] };

      test('an hour keeps its minimum, its mean and its last value, and the recent samples stay as they were', async () => {
        await record(TEN, 100, 7);
        await record(TEN + 5 * MINUTE, 40, 3);
        await record(TEN + 10 * MINUTE, 70, 5);
        expect(await read()).toEqual({
          addresses: {
            hourly: [{ hour: TEN, minimum: 40, mean: 70, last: 70, count: 3 }],
            recent: [
              { at: TEN, value: 100 },
              { at: TEN + 5 * MINUTE, value: 40 },
              { at: TEN + 10 * MINUTE, value: 70 },
            ],
          },
          prefixes: {
            hourly: [{ hour: TEN, minimum: 3, mean: 5, last: 5, count: 3 }],
            recent: [
              { at: TEN, value: 7 },
              { at: TEN + 5 * MINUTE, value: 3 },
              { at: TEN + 10 * MINUTE, value: 5 },
            ],
          },
        });
      });

      test('a scan that is repeated counts once, even with other values', async () => {
        await record(TEN, 100);
        await record(TEN, 100);
        await record(TEN, 5);
        await record(TEN + HOUR, 90);
        await record(TEN, 5);
        expect((await read()).addresses).toEqual({
          hourly: [
            { hour: TEN, minimum: 100, mean: 100, last: 100, count: 1 },
            { hour: TEN + HOUR, minimum: 90, mean: 90, last: 90, count: 1 },
          ],
          recent: [
            { at: TEN, value: 100 },
            { at: TEN + HOUR, value: 90 },
          ],
        });
      });

      test('the parts of a scan that was split may come one by one, and again', async () => {
        const part = (subnetId: string, available: number) =>
          store.history.record(target, TEN, [{ subnetId, available, freePrefixes: null }]);
        await part('subnet-0a', 10);
        await part('subnet-0b', 20);
        await part('subnet-0a', 11);
        await store.history.record(target, TEN + HOUR, [
          { subnetId: 'subnet-0a', available: 9, freePrefixes: null },
          { subnetId: 'subnet-0b', available: 19, freePrefixes: null },
        ]);
        const minimums = async (subnetId: string) =>
          (await read(0, subnetId)).addresses.hourly.map(({ minimum }) => minimum);
        expect(await minimums('subnet-0a')).toEqual([10, 9]);
        expect(await minimums('subnet-0b')).toEqual([20, 19]);
      });

      test('what is unknown is not recorded', async () => {
        await record(TEN, null, 4);
        await record(TEN + 5 * MINUTE, null, null);
        const history = await read();
        expect(history.addresses).toEqual(nothing);
        expect(history.prefixes.recent).toEqual([{ at: TEN, value: 4 }]);
      });

      test('a late value goes to the hour it belongs to, and is not taken for the last one', async () => {
        await record(TEN + 10 * MINUTE, 50);
        await record(TEN + HOUR, 45);
        await record(TEN + 2 * HOUR, 44);
        await record(TEN + 5 * MINUTE, 80);
        const { hourly, recent } = (await read()).addresses;
        expect(hourly[0]).toEqual({ hour: TEN, minimum: 50, mean: 65, last: 50, count: 2 });
        expect(recent.map(({ value }) => value)).toEqual([80, 50, 45, 44]);
      });

      test('a value that is days late still finds its hour', async () => {
        await record(TEN, 50);
        await record(TEN - 5 * DAY, 99);
        expect((await read()).addresses.hourly).toEqual([
          { hour: TEN - 5 * DAY, minimum: 99, mean: 99, last: 99, count: 1 },
          { hour: TEN, minimum: 50, mean: 50, last: 50, count: 1 },
        ]);
      });

      test('recent samples go back six hours, and not a moment further', async () => {
        await record(TEN, 1);
        await record(TEN + 1, 2);
        await record(TEN + 6 * HOUR, 3);
        const { hourly, recent } = (await read()).addresses;
        expect(recent.map(({ value }) => value)).toEqual([2, 3]);
        expect(hourly.map(({ last }) => last)).toEqual([2, 3]);
      });

      test('hours are kept for sixty days', async () => {
        await record(TEN - 1, 1);
        await record(TEN, 2);
        await record(TEN + 60 * DAY, 3);
        expect((await read()).addresses.hourly.map(({ last }) => last)).toEqual([2, 3]);
      });

      test('reading begins with the hour that it is asked from, and with that very sample', async () => {
        await record(TEN + 10 * MINUTE, 3);
        await record(TEN + 20 * MINUTE, 2);
        await record(TEN + HOUR, 1);
        const { hourly, recent } = (await read(TEN + 20 * MINUTE)).addresses;
        expect(hourly.map(({ hour }) => hour)).toEqual([TEN, TEN + HOUR]);
        expect(recent.map(({ value }) => value)).toEqual([2, 1]);
        expect((await read(TEN + HOUR)).addresses.hourly.map(({ hour }) => hour)).toEqual([TEN + HOUR]);
      });

      test('a subnet without a past has an empty history', async () => {
        expect(await read(0, 'subnet-new')).toEqual({ addresses: nothing, prefixes: nothing });
        await record(TEN, 1);
        expect(await read(0, 'subnet-new')).toEqual({ addresses: nothing, prefixes: nothing });
      });

      test('a past can be brought in at once, twice, and after the first scan', async () => {
        await record(TEN + 30 * MINUTE, 10);
        const past = Array.from({ length: 14 * 24 }, (_, hours) => ({
          at: TEN - hours * HOUR,
          samples: [{ subnetId: 'subnet-0a', available: hours, freePrefixes: null }],
        }));
        await store.history.backfill(target, past);
        await store.history.backfill(target, past);
        await record(TEN + HOUR, 9);
        const { hourly } = (await read()).addresses;
        expect(hourly).toHaveLength(14 * 24 + 1);
        expect(hourly.map(({ minimum }) => minimum)).toEqual([
          ...Array.from({ length: 14 * 24 }, (_, index) => 14 * 24 - 1 - index),
          9,
        ]);
        expect(hourly.at(-2)).toEqual({ hour: TEN, minimum: 0, mean: 5, last: 10, count: 2 });
      });

      test('two scans that record at once are both in it', async () => {
        await record(TEN - HOUR, 30);
        await Promise.all([record(TEN, 20), record(TEN + 1, 10), record(TEN + 2, 15)]);
        await Promise.all([record(TEN + HOUR, 1), record(TEN + HOUR + 1, 2)]);
        expect((await read()).addresses.hourly.map(({ minimum, count }) => [minimum, count])).toEqual([
          [30, 1],
          [10, 3],
          [1, 2],
        ]);
      });

      test.each([
        ['a fraction', { at: TEN, available: 1.5 }],
        ['a negative count', { at: TEN, available: -1 }],
        ['more than a /16 has', { at: TEN, available: 65_532 }],
        ['not a number', { at: TEN, available: Number.NaN }],
        ['a time that is none', { at: Number.NaN, available: 1 }],
      ])('%s is refused, and nothing of that scan is recorded', async (_, { at, available }) => {
        const recording = store.history.record(target, at, [
          { subnetId: 'subnet-0b', available: 7, freePrefixes: 7 },
          { subnetId: 'subnet-0a', available, freePrefixes: null },
        ]);
        await expect(recording).rejects.toMatchObject({ code: 'invalid-sample' });
        expect((await read(0, 'subnet-0b')).addresses).toEqual(nothing);
      });

      test('all that a /16 has is recorded', async () => {
        await record(TEN, 65_531, 4_094);
        await record(TEN + HOUR, 0, 0);
        expect((await read()).addresses.hourly.map(({ minimum }) => minimum)).toEqual([65_531, 0]);
      });

      test('targets do not see each other', async () => {
        await record(TEN, 1);
        const other = await store.history.read(otherTarget, ['subnet-0a'], 0);
        expect(other.get('subnet-0a')).toEqual({ addresses: nothing, prefixes: nothing });
      });
    });

    describe('assessments', () => {
      test('the latest assessment comes back as it was', async () => {
        const assessment = anAssessment({
          subnets: Array.from({ length: 100 }, (_, index) =>
            aSubnet({ subnetId: `subnet-${index}`, name: '名前 & <x>\n' }),
          ),
        });
        expect(await store.assessments.putLatest(assessment)).toBe('stored');
        expect(await store.assessments.latest(target)).toEqual(assessment);
        expect(await store.assessments.latest(otherTarget)).toBeNull();
        expect(await store.assessments.past(target)).toEqual(pastScan(assessment));
        expect(await store.assessments.past(otherTarget)).toBeNull();
      });

      test('an assessment of several megabytes comes back as it was', async () => {
        const assessment = anAssessment({
          maps: Array.from({ length: 40 }, (_, index) => ({
            subnetId: `subnet-${index}`,
            cidrBlock: '10.0.0.0/8',
            states: incompressibleText(index, 30_000),
            reserved: '-'.repeat(30_000),
            used: incompressibleText(index + 100, 30_000),
            owner: incompressibleText(index + 200, 30_000),
            owners: [],
          })),
        });
        await store.assessments.putLatest(assessment);
        expect(await store.assessments.latest(target)).toEqual(assessment);
        const later = { ...assessment, scannedAt: '2027-01-01T00:00:00.000Z' };
        expect(await store.assessments.putLatest(later)).toBe('stored');
        expect(await store.assessments.latest(target)).toEqual(later);
      });

      test('a later assessment replaces an earlier one, and an earlier one does not replace it', async () => {
        const early = anAssessment({ scannedAt: '2026-01-01T00:00:00.000Z', subnets: [] });
        const late = anAssessment({ scannedAt: '2026-01-01T00:05:00.000Z' });
        expect(await store.assessments.putLatest(early)).toBe('stored');
        expect(await store.assessments.putLatest(late)).toBe('stored');
        expect(await store.assessments.putLatest(early)).toBe('older');
        expect(await store.assessments.latest(target)).toEqual(late);
      });

      test('what was read last stays beside scans that learned nothing, until one learns something', async () => {
        const at = (minute: number, changes: Partial<TargetAssessment> = {}) =>
          anAssessment({ scannedAt: `2026-01-01T00:${minute}:00.000Z`, ...changes });
        const nothing = { target: { ...target, status: 'failed', errors: [] }, subnets: [] } as const;
        await store.assessments.putLatest(at(10, nothing));
        expect(await store.assessments.lastRead(target)).toBeNull();
        const known = at(15, {
          subnets: Array.from({ length: 300 }, (_, index) => aSubnet({ subnetId: `subnet-${index}` })),
        });
        await store.assessments.putLatest(known);
        expect(await store.assessments.lastRead(target)).toBeNull();
        for (const minute of [20, 25]) {
          const failed = at(minute, nothing);
          await store.assessments.putLatest(failed);
          expect(await store.assessments.latest(target)).toEqual(failed);
          expect(await store.assessments.lastRead(target)).toEqual(known);
        }
        expect(await store.assessments.past(target)).toEqual(pastScan(at(25, nothing)));
        expect(await store.assessments.lastRead(otherTarget)).toBeNull();
        await store.assessments.putLatest(at(30));
        expect(await store.assessments.lastRead(target)).toBeNull();
      });

      test('every target is known with its last time and status', async () => {
        await store.assessments.putLatest(anAssessment());
        await store.assessments.putLatest(
          anAssessment({
            target: { ...otherTarget, status: 'failed', errors: [] },
            scannedAt: '2026-01-01T01:00:00.000Z',
          }),
        );
        expect(await store.assessments.targets()).toEqual([
          { target, scannedAt: '2026-01-01T00:00:00.000Z', status: 'ok' },
          { target: otherTarget, scannedAt: '2026-01-01T01:00:00.000Z', status: 'failed' },
        ]);
      });
    });

    describe('cache', () => {
      test('an answer is kept until it expires, to the millisecond', async () => {
        await store.cache.put('reservations/subnet-0a', [{ cidr: '10.0.0.0/28' }], TEN);
        expect(await store.cache.get('reservations/subnet-0a', TEN - 1, ANY_FORM)).toEqual([
          { cidr: '10.0.0.0/28' },
        ]);
        expect(await store.cache.get('reservations/subnet-0a', TEN, ANY_FORM)).toBeNull();
        expect(await store.cache.get('reservations/subnet-0b', TEN - 1, ANY_FORM)).toBeNull();
      });

      test('an entry is exchanged only for what was read: of two that read the same, one hears of it', async () => {
        const exchange = (expected: unknown, value: unknown, now = TEN) =>
          store.cache.exchange('shared', { expected, value, expiresAt: TEN + HOUR, now });
        expect(await exchange(['a'], ['b'])).toBe('conflict');
        const first = await Promise.all([exchange(null, ['a']), exchange(null, ['b'])]);
        expect(first.toSorted()).toEqual(['conflict', 'stored']);
        const held = await store.cache.get('shared', TEN, ANY_FORM);
        const second = await Promise.all([exchange(held, ['c']), exchange(held, ['d'])]);
        expect(second.toSorted()).toEqual(['conflict', 'stored']);
        expect(await exchange(held, ['e'])).toBe('conflict');
        // What has expired is nothing, whether the store has removed it or not.
        const now = TEN + HOUR;
        expect(await exchange(['c'], ['f'], now)).toBe('conflict');
        expect(
          await store.cache.exchange('shared', { expected: null, value: ['g'], expiresAt: now + 1, now }),
        ).toBe('stored');
        expect(await store.cache.get('shared', now, ANY_FORM)).toEqual(['g']);
      });

      test('many entries are read at once: those that there are, whatever the number', async () => {
        for (let index = 0; index < 120; index += 1) await store.cache.put(`many/${index}`, { index }, TEN);
        await store.cache.put('many/later', 1, TEN + HOUR);
        const keys = Array.from({ length: 250 }, (_, index) => `many/${index}`);
        const found = await store.cache.getMany([...keys, 'many/later', 'many/0'], TEN - 1, ANY_FORM);
        expect(found.size).toBe(121);
        expect(found.get('many/119')).toEqual({ index: 119 });
        expect(found.has('many/120')).toBe(false);
        expect([...(await store.cache.getMany([...keys, 'many/later'], TEN, ANY_FORM)).keys()]).toEqual([
          'many/later',
        ]);
        expect((await store.cache.getMany([], TEN, ANY_FORM)).size).toBe(0);
      });

      test('many entries are written at once, each as if it were alone', async () => {
        await store.cache.put('written/0', 'before', TEN);
        const values = new Map(Array.from({ length: 60 }, (_, index) => [`written/${index}`, { index }]));
        await store.cache.putMany(values, TEN + HOUR);
        const found = await store.cache.getMany([...values.keys()], TEN, ANY_FORM);
        expect(found).toEqual(values);
        await store.cache.putMany(new Map(), TEN);
        expect((await store.cache.getMany([...values.keys()], TEN + HOUR, ANY_FORM)).size).toBe(0);
      });

      test('an entry of another form is unreadable, alone: others are read, and it can be replaced', async () => {
        const form = z.object({ rate: z.number() });
        await store.cache.put('form/right', { rate: 1, since: 'a later version' }, TEN);
        await store.cache.put('form/wrong', { rate: '1' }, TEN);
        // What the form does not name is there, so that an exchange for what was read succeeds.
        const right = await store.cache.get('form/right', TEN - 1, form);
        expect(right).toEqual({ rate: 1, since: 'a later version' });
        await expect(store.cache.get('form/wrong', TEN - 1, form)).rejects.toMatchObject({
          code: 'state-unreadable',
          message: expect.stringMatching(/cache entry form\/wrong .* its rate has another form/),
        });
        const found = await store.cache.getMany(['form/right', 'form/wrong'], TEN - 1, form);
        expect([...found.keys()]).toEqual(['form/right']);
        await store.cache.put('form/wrong', { rate: 2 }, TEN);
        expect(await store.cache.get('form/wrong', TEN - 1, form)).toEqual({ rate: 2 });
      });

      test('a new answer replaces the old one', async () => {
        await store.cache.put('key', 1, TEN);
        await store.cache.put('key', 2, TEN + HOUR);
        expect(await store.cache.get('key', TEN, ANY_FORM)).toBe(2);
      });
    });
  });
};
