import { describe, expect, test } from 'vitest';
import { Editions } from '../../../../cli/serve/editions.ts';
import { LatestScans } from '../../../../cli/serve/latest-scans.ts';
import { anAssessment } from '../../../fixtures/assessments.ts';
import { anAlert } from '../../../fixtures/stored-alerts.ts';

const START = Date.parse('2026-01-01T00:20:00.000Z');

const started = () => {
  const latest = new LatestScans();
  const clock = { now: START };
  const editions = new Editions(latest, () => clock.now);
  const scan = (): Parameters<LatestScans['put']>[0] => ({
    assessment: anAssessment({ scannedAt: new Date(clock.now).toISOString() }),
    alerts: [anAlert()],
    result: { status: 'ok', alerting: 'whole', remembered: true, undelivered: 0 },
  });
  latest.put(scan());
  latest.endRun();
  return { latest, clock, editions, scan };
};

describe('an edition of the pages', () => {
  test('stays while the targets of a run are stored, and another comes with the end of the run', () => {
    const { latest, editions, scan } = started();
    const first = editions.current;
    for (let target = 0; target < 80; target += 1) {
      latest.put(scan());
      expect(editions.current).toBe(first);
    }
    latest.endRun();
    const second = editions.current;
    expect(second).not.toBe(first);
    expect(editions.current).toBe(second);
  });

  test('of a long run comes each half minute', () => {
    const { latest, clock, editions, scan } = started();
    const seen = new Set<string>();
    for (let second = 0; second < 120; second += 1) {
      clock.now += 1_000;
      latest.put(scan());
      seen.add(editions.current);
    }
    expect(seen.size).toBe(4);
  });

  test('is the same an hour later if nothing has happened', () => {
    const { clock, editions } = started();
    const first = editions.current;
    clock.now += 3_600_000;
    expect(editions.current).toBe(first);
  });

  test('is the same where the messages of a scan were delivered after its run', () => {
    const { latest, clock, editions, scan } = started();
    const last = scan();
    latest.put(last);
    latest.endRun();
    const first = editions.current;
    latest.finish(last, { durationMs: 1, calls: 1 } as unknown as Parameters<LatestScans['finish']>[1], []);
    clock.now += 60_000;
    expect(editions.current).toBe(first);
  });

  test('comes within a minute where a mute begins or ends by the clock', () => {
    const { latest, clock, editions } = started();
    latest.review(new Map(), [
      {
        match: {},
        reason: 'maintenance',
        from: null,
        until: new Date(START + 600_000).toISOString(),
        weekly: null,
      },
    ]);
    const muted = editions.current;
    clock.now += 540_000;
    expect(editions.current).toBe(muted);
    clock.now += 120_000;
    expect(editions.current).not.toBe(muted);
  });

  test('comes within a minute where a scan has become too old', () => {
    const { latest, clock, editions } = started();
    latest.staleAfter = 3_600;
    const watched = editions.current;
    clock.now += 3_600_000;
    expect(editions.current).toBe(watched);
    clock.now += 60_000;
    expect(editions.current).not.toBe(watched);
  });
});
