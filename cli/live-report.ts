import type { Alert } from '../shared/model/alert.ts';
import type { TargetAssessment } from '../shared/model/assessment.ts';
import { scanDocument } from '../shared/pipeline/scan-document.ts';
import { renderScan } from './scan-table.ts';

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** The report of what is known now, as a page. */
export const liveReport = (
  assessments: readonly TargetAssessment[],
  alerts: readonly Alert[],
  now: number,
): string => {
  const document = scanDocument(assessments, new Date(now).toISOString());
  const table = renderScan({ colour: false } as never, document);
  const firing = alerts.filter(({ status }) => status === 'firing').length;
  return `<!doctype html><title>Headroom</title><h1>Headroom</h1><p>${firing} alerts firing</p><pre>${escapeHtml(table)}</pre>`;
};
