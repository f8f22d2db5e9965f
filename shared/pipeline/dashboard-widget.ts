import pLimit from 'p-limit';
import type { Target } from '../model/aws/inventory.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import { widgetHtml } from '../report/widget.ts';
import { parseWidgetRequest, WIDGET_DOCUMENTATION } from '../report/widget-request.ts';
import type { AssessmentStore } from '../state/state-store.ts';

/** What the widget reads. */
export type ScannedTargets = Pick<AssessmentStore, 'targets' | 'latest'>;

/** The most assessments that a warm function keeps: one of 2,000 subnets takes some 20 MB. */
const KEPT = 16;

/**
 * Reads an assessment again only when there is a newer one: the list of targets tells, and is asked each time. A click
 * in a large account then takes as long as drawing does, and not as long as reading.
 */
export const keepingLatest = (store: ScannedTargets): ScannedTargets => {
  const kept = new Map<string, TargetAssessment>();
  let scannedAt: ReadonlyMap<string, string> = new Map();
  const keyOf = ({ accountId, region }: Target): string => `${accountId}/${region}`;
  return {
    targets: async () => {
      const listed = await store.targets();
      scannedAt = new Map(listed.map((each) => [keyOf(each.target), each.scannedAt]));
      return listed;
    },
    latest: async (target) => {
      const key = keyOf(target);
      const known = kept.get(key);
      if (known !== undefined && known.scannedAt === scannedAt.get(key)) return known;
      const read = await store.latest(target);
      kept.delete(key);
      if (read !== null) kept.set(key, read);
      const [oldest] = kept.keys();
      if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
      return read;
    },
  };
};

export interface DashboardWidgetInput {
  readonly event: unknown;
  /** The ARN of the widget's own function. */
  readonly endpoint: string;
  readonly store: ScannedTargets;
  /** Epoch milliseconds. */
  readonly now: number;
}

const READS_AT_ONCE = 8;

/** HTML for the dashboard, or documentation in Markdown where CloudWatch asks for that. */
export const drawDashboardWidget = async ({
  event,
  endpoint,
  store,
  now,
}: DashboardWidgetInput): Promise<string | { readonly markdown: string }> => {
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
