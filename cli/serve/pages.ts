import { runbookUrl } from '../../shared/alerts/links.ts';
import { muteOf } from '../../shared/alerts/silence.ts';
import { type Exported, PrometheusExporter } from '../../shared/metrics/prometheus-exporter.ts';
import type { SubnetHistory } from '../../shared/model/result/forecast.ts';
import { identityOf } from '../../shared/model/result/identity.ts';
import { scanDocument } from '../../shared/pipeline/scan-document.ts';
import { Places } from '../../shared/report/facets.ts';
import { detailBody } from '../../shared/report/report-page.ts';
import { RUNBOOKS } from '../../shared/report/runbook.ts';
import { runbookPage } from '../../shared/report/runbook-page.ts';
import { worstFirst } from '../../shared/report/worst-first.ts';
import { jsonText } from '../output/json.ts';
import { Editions } from './editions.ts';
import type { Pages, SubnetPlace } from './http-server.ts';
import type { LatestScans } from './latest-scans.ts';
import { liveReport } from './live-report.ts';
import { refuseTooMany, scanPart } from './scan-query.ts';

/** Mutes begin and end and figures grow old without a change: metrics are made again after this time, in milliseconds. */
const SCRAPED_FOR = 60_000;

/** Makes a page once for each change of what is known: 200 clients that ask at once cost as much as one. */
const whenChanged = <Page>(version: () => string, make: () => Promise<Page>): (() => Promise<Page>) => {
  let made: { readonly version: string; readonly page: Promise<Page> } | null = null;
  return () => {
    if (made?.version !== version()) made = { version: version(), page: make() };
    return made.page;
  };
};

export interface PagesInput {
  readonly latest: LatestScans;
  readonly now: () => number;
  /** Looks at the state before a page is made; left out: nothing is looked at. */
  readonly review?: () => Promise<void>;
  /** The past of subnets, by `subnetKey`; left out: none is remembered. */
  readonly histories?: () => Promise<ReadonlyMap<string, SubnetHistory>>;
  /** The past of one subnet; left out: none is remembered. */
  readonly history?: (place: SubnetPlace) => Promise<SubnetHistory | undefined>;
  /** What the page sends with an action; `null` or left out: readers may not act. */
  readonly token?: string | null;
}

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

const alertsDocument = (latest: LatestScans, now: number): object => ({
  schema: 'headroom/alerts@1',
  alerts: latest.alerts
    .filter(({ status }) => status !== 'resolved')
    .map((alert) => {
      const mute = muteOf(alert, latest.mutes, now);
      const { accountId, region } = alert.subject;
      return {
        identity: identityOf(alert),
        target: { accountId, region },
        ...alert,
        muted: mute === null ? null : { until: mute.until, reason: mute.reason },
        runbook: runbookUrl(alert.finding.kind, latest.links),
      };
    }),
});

/** The pages of `headroom serve`. */
export const createPages = ({
  latest,
  now,
  review = async () => {},
  histories = async () => new Map(),
  history = async () => undefined,
  token = null,
}: PagesInput): Pages => {
  const exporter = new PrometheusExporter();
  const editions = new Editions(latest, now);
  const edition = (): string => editions.current;
  const report = whenChanged(edition, async () => {
    const version = edition();
    return liveReport({ latest, histories: await histories(), token, version, now: now() });
  });
  const scrape = (): string => `${latest.changes} ${Math.floor(now() / SCRAPED_FOR)}`;
  const metrics = whenChanged(scrape, async () => ({
    contentType: exporter.contentType,
    text: await exporter.render(exportedOf(latest, now())),
  }));
  const scan = whenChanged(edition, async () => {
    const { assessments } = latest;
    refuseTooMany(assessments.reduce((sum, { subnets }) => sum + subnets.length, 0));
    return jsonText(scanDocument(assessments, new Date(now()).toISOString()));
  });
  const known = whenChanged(edition, async () => {
    const { assessments } = latest;
    const scannedAt = new Date(now()).toISOString();
    return { assessments, ranked: worstFirst(assessments), places: new Places(assessments), scannedAt };
  });
  const part = async (query: URLSearchParams): Promise<string> => {
    const { scannedAt, ...rest } = await known();
    return jsonText(scanPart(query, rest, scannedAt));
  };
  const alerts = whenChanged(edition, async () => jsonText(alertsDocument(latest, now())));
  return {
    report: () => review().then(report),
    metrics: () => review().then(metrics),
    scan: (query) => review().then(() => (query === undefined || query.size === 0 ? scan() : part(query))),
    alerts: () => review().then(alerts),
    version: edition,
    details: async (place) => {
      const found = latest.assessments.find(
        ({ target }) => target.accountId === place.accountId && target.region === place.region,
      );
      const subnet = found?.subnets.find(({ subnetId }) => subnetId === place.subnetId);
      if (found === undefined || subnet === undefined) return null;
      return detailBody({
        subnet,
        map: found.maps.find(({ subnetId }) => subnetId === place.subnetId),
        history: await history(place),
        clustersWithPods: found.clusters.filter(({ pods }) => pods != null),
        now: now(),
      });
    },
    runbook: (kind) => {
      const runbook = RUNBOOKS.get(kind);
      const findings = latest.assessments.flatMap(({ findings: all }) => all);
      return runbook === undefined
        ? null
        : runbookPage(
            runbook,
            findings.filter((finding) => finding.kind === kind),
          );
    },
    notReady: () => latest.whyNotReady(now()),
  };
};
