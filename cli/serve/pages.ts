import { runbookUrl } from '../../shared/alerts/links.ts';
import { muteOf } from '../../shared/alerts/silence.ts';
import { type Exported, PrometheusExporter } from '../../shared/metrics/prometheus-exporter.ts';
import type { Pages } from './http-server.ts';
import type { LatestScans } from './latest-scans.ts';
import { liveReport } from './live-report.ts';

/** Mutes begin and end without a change of what is known, so that a page is made again after this time (milliseconds). */
const MADE_FOR = 60_000;

/** Makes a page once for each change of what is known: 200 clients that ask at once cost as much as one. */
const whenChanged = <Page>(
  latest: LatestScans,
  now: () => number,
  make: () => Promise<Page>,
): (() => Promise<Page>) => {
  let made: { readonly changes: number; readonly minute: number; readonly page: Promise<Page> } | null = null;
  return () => {
    const minute = Math.floor(now() / MADE_FOR);
    if (made?.changes !== latest.changes || made.minute !== minute)
      made = { changes: latest.changes, minute, page: make() };
    return made.page;
  };
};

/** What is known now, with what people have muted and where the runbooks are. */
const exportedOf = (latest: LatestScans, now: number): Exported => ({
  figures: latest.figures,
  targets: latest.targets,
  staleAfter: latest.staleAfter,
  alerts: latest.alerts,
  runs: latest.runs,
  isMuted: (alert) => muteOf(alert, latest.mutes, now) !== null,
  runbookOf: (kind) => runbookUrl(kind, latest.links),
});

/** The pages of `headroom serve`. @param review looks at the state before a page is made */
export const createPages = (latest: LatestScans, now: () => number, review = async () => {}): Pages => {
  const exporter = new PrometheusExporter();
  const report = whenChanged(latest, now, async () => liveReport(latest.assessments, latest.alerts, now()));
  const metrics = whenChanged(latest, now, async () => ({
    contentType: exporter.contentType,
    text: await exporter.render(exportedOf(latest, now())),
  }));
  return {
    report: () => review().then(report),
    metrics: () => review().then(metrics),
    notReady: () => latest.whyNotReady(),
  };
};
