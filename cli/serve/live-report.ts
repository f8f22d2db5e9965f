import { linksFor, runbookUrl } from '../../shared/alerts/links.ts';
import { muteOf } from '../../shared/alerts/silence.ts';
import type { Alert } from '../../shared/model/alert/alert.ts';
import type { SubnetHistory } from '../../shared/model/result/forecast.ts';
import { isStoredMute } from '../../shared/pipeline/stored-mutes.ts';
import { reportPage } from '../../shared/report/report-page.ts';
import type { LatestScans } from './latest-scans.ts';

export interface LiveReportInput {
  readonly latest: LatestScans;
  /** By `subnetKey`. */
  readonly histories: ReadonlyMap<string, SubnetHistory>;
  /** What the page sends with an action; `null`: readers may not act. */
  readonly token: string | null;
  readonly version: string;
  readonly now: number;
}

/** The report of what `headroom serve` knows now. */
export const liveReport = ({ latest, histories, token, version, now }: LiveReportInput): string =>
  reportPage({
    assessments: latest.assessments,
    alerts: latest.alerts,
    histories,
    source: 'headroom serve',
    now,
    live: {
      targets: latest.targetsAt(now).map(({ target, scannedAt, why }) => ({ ...target, scannedAt, why })),
      token,
      version,
      mayAct: token !== null,
      muteOf: (alert) => {
        const mute = muteOf(alert, latest.mutes, now);
        return mute === null ? null : { ...mute, isPersonal: isStoredMute(mute) };
      },
      linksOf: (alert) => linksOf(alert, latest),
    },
  });

/** The runbook, which this server has where none is published, and the pages of the AWS console. */
const linksOf = (alert: Alert, { links }: LatestScans) => {
  const { finding, subject } = alert;
  const { runbooks = null, portal = null, portalRole = null } = links;
  const runbook = runbookUrl(finding.kind, { runbooks }) ?? `runbooks/${finding.kind}`;
  return [
    { label: 'Runbook', url: runbook },
    ...linksFor([{ finding, subject }], { portal, portalRole, dashboard: null }),
  ];
};
