import { PrometheusExporter } from '../../shared/metrics/prometheus-exporter.ts';
import type { Pages } from './http-server.ts';
import type { LatestScans } from './latest-scans.ts';
import { liveReport } from './live-report.ts';

/** Makes a page once for each change of what is known: 200 clients that ask at once cost as much as one. */
const whenChanged = <Page>(latest: LatestScans, make: () => Promise<Page>): (() => Promise<Page>) => {
  let made: { readonly changes: number; readonly page: Promise<Page> } | null = null;
  return () => {
    if (made?.changes !== latest.changes) made = { changes: latest.changes, page: make() };
    return made.page;
  };
};

/** The pages of `headroom serve`. */
export const createPages = (latest: LatestScans, now: () => number): Pages => {
  const exporter = new PrometheusExporter();
  return {
    report: whenChanged(latest, async () => liveReport(latest.assessments, latest.alerts, now())),
    metrics: whenChanged(latest, async () => ({
      contentType: exporter.contentType,
      text: await exporter.render(latest),
    })),
    notReady: () => latest.whyNotReady(),
  };
};
