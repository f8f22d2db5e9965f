import pLimit from 'p-limit';
import type { TargetAssessment } from '../shared/model/assessment.ts';
import { widgetHtml } from '../shared/report/widget.ts';
import { parseWidgetRequest, WIDGET_DOCUMENTATION } from '../shared/report/widget-request.ts';
import type { AssessmentStore } from '../shared/state/state-store.ts';

export interface DashboardWidgetJob {
  readonly event: unknown;
  /** The ARN of the widget's own function. */
  readonly endpoint: string;
  readonly store: AssessmentStore;
  /** Epoch milliseconds. */
  readonly now: number;
}

const READS_AT_ONCE = 8;

/** HTML for the dashboard, or documentation in Markdown where CloudWatch asks for that. */
export const runDashboardWidgetJob = async ({
  event,
  endpoint,
  store,
  now,
}: DashboardWidgetJob): Promise<string | { readonly markdown: string }> => {
  const request = parseWidgetRequest(event);
  if (request.describe) return { markdown: WIDGET_DOCUMENTATION };
  const wanted = (await store.targets()).filter(
    ({ target }) =>
      (request.accountId === null || request.accountId === target.accountId) &&
      (request.region === null || request.region === target.region),
  );
  const limit = pLimit(READS_AT_ONCE);
  const latest = await Promise.all(wanted.map(({ target }) => limit(() => store.latest(target))));
  const assessments = latest.filter((assessment): assessment is TargetAssessment => assessment !== null);
  return widgetHtml({ request, assessments, endpoint, now });
};
