import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { deploymentState } from '../shared/aws/deployment-state.ts';
import { parseDashboardWidgetEnvironment } from '../shared/config/environment.ts';
import { redactingReplacer } from '../shared/model/base/redaction.ts';
import {
  drawDashboardWidget,
  keepingLatest,
  type ScannedTargets,
  type WidgetState,
} from '../shared/pipeline/dashboard-widget.ts';

const logger = new Logger({ serviceName: 'dashboard-widget', jsonReplacerFn: redactingReplacer });

/** A warm function keeps its connection, and what it has read: a dashboard asks again with every refresh and every click. */
let state: { readonly store: ScannedTargets; readonly all: WidgetState } | null = null;

/** Draws the address map for a CloudWatch dashboard, of what the scans remember. */
export const handler = async (
  event: unknown,
  context: Context,
): Promise<string | { readonly markdown: string }> => {
  logger.addContext(context);
  state ??= openState();
  return drawDashboardWidget({
    event,
    endpoint: context.invokedFunctionArn,
    store: state.store,
    state: state.all,
    now: Date.now(),
  });
};

const openState = (): NonNullable<typeof state> => {
  const { tableName, logLevel } = parseDashboardWidgetEnvironment(process.env);
  logger.setLogLevel(logLevel);
  const all = deploymentState(tableName, process.env);
  return { store: keepingLatest(all.assessments), all };
};
