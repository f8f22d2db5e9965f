import { describe, expect, test } from 'vitest';
import { LatestScans } from '../../../../cli/serve/latest-scans.ts';
import type { TargetStatus } from '../../../../shared/model/result/assessment.ts';
import type { ScanResult } from '../../../../shared/model/target/watched.ts';
import { anAssessment } from '../../../fixtures/assessments.ts';
import { anObservation } from '../../../fixtures/observations.ts';
import { alertAfter } from '../../../fixtures/transitions.ts';

const assessmentOf = (
  accountId: string,
  { at = '00:00', status = 'ok' }: { at?: string; status?: TargetStatus['status'] } = {},
) =>
  anAssessment({
    target: { accountId, region: 'eu-west-1', status, errors: [] },
    scannedAt: `2026-01-01T${at}:00.000Z`,
    ...(status === 'failed' ? { subnets: [] } : {}),
  });

const result = (changed: Partial<ScanResult> = {}): ScanResult => ({
  status: 'ok',
  alerting: 'whole',
  remembered: true,
  undelivered: 0,
  ...changed,
});

const ALERT = alertAfter(anObservation('critical'));
const NOW = Date.parse('2026-01-01T00:10:00Z');
const ONE = { accountId: '111111111111', region: 'eu-west-1' };

describe('what headroom serve shows', () => {
  test('is the latest scan of each target, with what fires there now', () => {
    const latest = new LatestScans();
    latest.put({ assessment: assessmentOf('111111111111'), alerts: [ALERT], result: result() });
    latest.put({ assessment: assessmentOf('222222222222'), alerts: [], result: result() });
    latest.put({ assessment: assessmentOf('111111111111', { at: '00:05' }), alerts: [], result: result() });
    expect(latest.assessments.map(({ target, scannedAt }) => `${target.accountId} ${scannedAt}`)).toEqual([
      '111111111111 2026-01-01T00:05:00.000Z',
      '222222222222 2026-01-01T00:00:00.000Z',
    ]);
    expect(latest.alerts).toEqual([]);
  });

  test('has the last figures of a target that cannot be read, marked as old, also after a restart', () => {
    const known = assessmentOf('111111111111');
    const failed = assessmentOf('111111111111', { at: '00:05', status: 'failed' });
    const latest = new LatestScans();
    latest.put({ assessment: known, alerts: [ALERT], result: result() });
    latest.put({ assessment: failed, alerts: [ALERT], result: result({ status: 'failed' }) });
    const restarted = new LatestScans();
    restarted.recall(failed, [ALERT], known);
    for (const scans of [latest, restarted]) {
      const [shown] = scans.assessments;
      expect(shown?.target).toMatchObject({ status: 'failed', figuresFrom: known.scannedAt });
      expect(shown?.subnets.map(({ figuresFrom }) => figuresFrom)).toEqual(
        known.subnets.map(() => known.scannedAt),
      );
      // Metrics have the figures as they were read, with a series for their time.
      expect(scans.figures).toEqual([known]);
      expect(scans.targets.map(({ isWatched }) => isWatched)).toEqual([false]);
    }
    latest.put({ assessment: known, alerts: [], result: result() });
    expect(latest.assessments).toEqual([known]);
  });

  test('forgets a target that is no longer scanned', () => {
    const latest = new LatestScans();
    latest.put({ assessment: assessmentOf('111111111111'), alerts: [], result: result() });
    latest.put({ assessment: assessmentOf('222222222222'), alerts: [], result: result() });
    latest.keepOnly([ONE], Date.parse('2026-01-01T00:05:00Z'));
    expect(latest.assessments.map(({ target }) => target.accountId)).toEqual(['111111111111']);
  });

  test('keeps one that is no longer selected while its alerts fire, for a day, and it is not watched', () => {
    const latest = new LatestScans();
    latest.put({ assessment: assessmentOf('222222222222'), alerts: [ALERT], result: result() });
    latest.keepOnly([ONE], Date.parse('2026-01-01T23:59:00Z'));
    expect(latest.alerts).toEqual([ALERT]);
    expect(latest.targets.map(({ isWatched }) => isWatched)).toEqual([false]);
    latest.keepOnly([ONE], Date.parse('2026-01-02T00:00:00Z'));
    expect([latest.alerts, latest.targets]).toEqual([[], []]);
  });

  test('keeps the figures of a target that cannot be read, and says from when they are', () => {
    const latest = new LatestScans();
    latest.put({ assessment: assessmentOf('111111111111'), alerts: [ALERT], result: result() });
    const failed = assessmentOf('111111111111', { at: '00:05', status: 'failed' });
    latest.put({ assessment: failed, alerts: [ALERT], result: result({ status: 'failed' }) });
    expect(latest.figures[0]?.subnets).toHaveLength(1);
    expect(latest.targets).toEqual([
      {
        target: ONE,
        isWatched: false,
        scannedAt: '2026-01-01T00:05:00.000Z',
        figuresFrom: '2026-01-01T00:00:00.000Z',
        why: [expect.any(String)],
      },
    ]);
  });

  test('keeps alerts that could not be read: they have not ended', () => {
    const latest = new LatestScans();
    latest.put({ assessment: assessmentOf('111111111111'), alerts: [ALERT], result: result() });
    latest.put({
      assessment: assessmentOf('111111111111'),
      alerts: [],
      result: result({ alerting: 'none' }),
    });
    expect(latest.alerts).toEqual([ALERT]);
    expect(latest.targets[0]?.isWatched).toBe(false);
  });

  test('keeps what is known of a target whose scan failed in a way it should not', () => {
    const latest = new LatestScans();
    latest.put({ assessment: assessmentOf('111111111111'), alerts: [ALERT], result: result() });
    latest.fail(ONE, { code: 'defect', message: 'oops', action: 'Report it.' });
    expect([latest.figures.length, latest.alerts]).toEqual([1, [ALERT]]);
    expect(latest.targets[0]?.isWatched).toBe(false);
    expect([...latest.unstored.keys()]).toEqual(['111111111111/eu-west-1']);
  });

  test('a delivery that ends after the next scan was stored says nothing about that scan', () => {
    const latest = new LatestScans();
    const run = { alertsUndelivered: 3 } as never;
    const first = {
      assessment: assessmentOf('111111111111'),
      alerts: [],
      result: result({ undelivered: 3 }),
    };
    latest.put(first);
    latest.put({ assessment: assessmentOf('111111111111', { at: '00:05' }), alerts: [], result: result() });
    latest.finish(first, run, []);
    expect(latest.targets[0]?.isWatched).toBe(true);
  });
});

describe('headroom serve is ready', () => {
  test('once the first scan has ended and a target is watched; it says why it is not', () => {
    const latest = new LatestScans();
    expect(latest.whyNotReady(NOW)).toBe('the first scan is still running');
    latest.finishedRuns = 1;
    expect(latest.whyNotReady(NOW)).toBe('there is no target to watch');
    latest.put({
      assessment: assessmentOf('111111111111'),
      alerts: [],
      result: result({ remembered: false }),
    });
    latest.put({
      assessment: assessmentOf('222222222222', { status: 'failed' }),
      alerts: [],
      result: result({ status: 'failed', alerting: 'none' }),
    });
    expect(latest.whyNotReady(NOW)).toBe(
      'none of 2 targets is watched: the scan could not be stored; it could not be scanned; its alerts could not be read',
    );
    latest.put({ assessment: assessmentOf('111111111111'), alerts: [], result: result() });
    expect(latest.whyNotReady(NOW)).toBeNull();
  });

  test('not by what an earlier process stored, although that is shown', () => {
    const latest = new LatestScans();
    latest.recall(assessmentOf('111111111111'), [ALERT], null);
    latest.finishedRuns = 1;
    expect(latest.alerts).toEqual([ALERT]);
    expect(latest.whyNotReady(NOW)).toContain('it has not been scanned since Headroom started');
  });

  test('not by scans that are too old: a loop that hangs is no all-clear', () => {
    const latest = new LatestScans();
    latest.staleAfter = 3_600;
    latest.put({ assessment: assessmentOf('111111111111'), alerts: [], result: result() });
    latest.endRun();
    const scannedAt = Date.parse(latest.targets[0]?.scannedAt ?? '');
    expect(latest.whyNotReady(scannedAt + 3_600_000)).toBeNull();
    expect(latest.whyNotReady(scannedAt + 7_200_000)).toBe(
      'none of 1 targets is watched: its last scan is 2 hours old',
    );
    expect(latest.targetsAt(scannedAt + 7_200_000)).toMatchObject([
      { isWatched: false, why: ['its last scan is 2 hours old'] },
    ]);
  });
});
