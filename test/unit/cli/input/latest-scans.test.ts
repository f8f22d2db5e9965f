import { describe, expect, test } from 'vitest';
import { LatestScans } from '../../../../cli/input/latest-scans.ts';
import { anAssessment } from '../../../fixtures/assessments.ts';
import { anObservation } from '../../../fixtures/observations.ts';
import { alertAfter } from '../../../fixtures/transitions.ts';

const assessmentOf = (accountId: string, scannedAt = '2026-01-01T00:00:00.000Z') =>
  anAssessment({ target: { accountId, region: 'eu-west-1', status: 'ok', errors: [] }, scannedAt });

describe('what headroom serve shows', () => {
  test('is the latest scan of each target, with what fires there now', () => {
    const latest = new LatestScans();
    latest.put(assessmentOf('111111111111'), [alertAfter(anObservation('critical'))], null);
    latest.put(assessmentOf('222222222222'), [], null);
    latest.put(assessmentOf('111111111111', '2026-01-01T00:05:00.000Z'), [], null);
    expect(latest.assessments.map(({ target, scannedAt }) => `${target.accountId} ${scannedAt}`)).toEqual([
      '111111111111 2026-01-01T00:05:00.000Z',
      '222222222222 2026-01-01T00:00:00.000Z',
    ]);
    expect(latest.alerts).toEqual([]);
  });

  test('forgets a target that is scanned no more', () => {
    const latest = new LatestScans();
    latest.put(assessmentOf('111111111111'), [], null);
    latest.put(assessmentOf('222222222222'), [alertAfter(anObservation('critical'))], null);
    latest.keepOnly([{ accountId: '111111111111', region: 'eu-west-1' }]);
    expect(latest.assessments.map(({ target }) => target.accountId)).toEqual(['111111111111']);
    expect(latest.alerts).toEqual([]);
  });
});
