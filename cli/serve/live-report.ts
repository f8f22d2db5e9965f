import type { Alert } from '../../shared/model/alert/alert.ts';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import { reportPage } from '../../shared/report/report-page.ts';

/** The report of what `headroom serve` knows now. */
export const liveReport = (
  assessments: readonly TargetAssessment[],
  alerts: readonly Alert[],
  now: number,
): string => reportPage({ assessments, alerts, histories: new Map(), source: 'headroom serve', now });
