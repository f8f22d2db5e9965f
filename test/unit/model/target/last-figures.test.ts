import { expect, test } from 'vitest';
import { withLastFigures } from '../../../../shared/model/target/last-figures.ts';
import { anAssessment, aSubnet } from '../../../fixtures/assessments.ts';
import { aFinding } from '../../../fixtures/observations.ts';

const PROBLEM = { code: 'unreachable', message: 'EC2 does not answer', action: 'Wait.' };

const READ = anAssessment({
  scannedAt: '2026-01-01T10:00:00.000Z',
  subnets: [aSubnet({ subnetId: 'subnet-0a' }), aSubnet({ subnetId: 'subnet-0b' })],
});

const FAILED = anAssessment({
  target: { ...READ.target, status: 'failed', errors: [PROBLEM] },
  scannedAt: '2026-01-01T12:00:00.000Z',
  subnets: [],
  vpcs: [],
  findings: [aFinding({ kind: 'scan-failed' })],
});

test('a target that cannot be read is shown as failed, with each subnet marked with the time of its figures', () => {
  const shown = withLastFigures(FAILED, READ);
  expect(shown.target).toEqual({ ...FAILED.target, figuresFrom: READ.scannedAt });
  expect(shown.scannedAt).toBe(FAILED.scannedAt);
  expect(shown.subnets).toEqual(READ.subnets.map((subnet) => ({ ...subnet, figuresFrom: READ.scannedAt })));
  expect(shown.vpcs).toEqual(READ.vpcs);
  expect(shown.findings.map(({ kind }) => kind)).toEqual([
    'scan-failed',
    ...READ.findings.map(({ kind }) => kind),
  ]);
});

test.each([
  ['nothing was read before', FAILED, null],
  ['what was before is no figure either', FAILED, FAILED],
  ['the latest scan read it', READ, anAssessment()],
  [
    'the latest scan read it in part',
    { ...READ, target: { ...READ.target, status: 'partial' as const } },
    READ,
  ],
])('nothing is added where %s', (_, latest, last) => {
  expect(withLastFigures(latest, last)).toBe(latest);
});
