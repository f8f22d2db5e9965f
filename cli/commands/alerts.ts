import { saysNothingLeft } from '../../shared/alerts/check-of-rule.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import { printable } from '../../shared/model/base/invisible-characters.ts';
import { approximateTime } from '../../shared/model/base/text/approximate-times.ts';
import { elapsed, shortDuration } from '../../shared/model/base/text/durations.ts';
import { type KeptAlert, keptAlerts, nameOf } from '../../shared/pipeline/kept-alerts.ts';
import type { StoredMute } from '../../shared/pipeline/stored-mutes.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { checkAll } from '../base/all-problems.ts';
import type { AddCommand } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import {
  type AlertFilters,
  addAlertFilterOptions,
  alertPasses,
  checkAlertFilters,
  levelOf,
  refuseUnknownAlertFilters,
  taggedSubnets,
} from '../input/alert-filters.ts';
import { muteOf } from '../input/mute-coverage.ts';
import { addOutputOptions, type OutputOptions } from '../input/output-options.ts';
import { addStateOptions, noScanStored, type StateOptions, withStateStore } from '../input/state-store.ts';
import { ageOfScans } from '../output/age-of-scans.ts';
import type { ListingColumn } from '../output/listing.ts';
import type { AlertRecord, AlertsDocument } from '../output/listing-documents.ts';
import { watching } from '../output/watch.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

interface Options extends StateOptions, OutputOptions, AlertFilters {
  readonly all?: boolean;
}

/** An alert, with what the list shows of it. */
interface Listed extends KeptAlert {
  readonly number: number | null;
  /** The mute that a person made and that keeps it quiet now. */
  readonly mute: StoredMute | null;
  /** ISO 8601. */
  readonly now: string;
}

const COLOUR: Readonly<Record<string, 'red' | 'yellow' | 'dim'>> = {
  critical: 'red',
  warning: 'yellow',
  ok: 'dim',
};

const LEVELS: readonly string[] = ['critical', 'warning', 'ok'];

/** Epoch milliseconds at which the supply runs out, or ran out; `null`: not expected, or not known. */
const runsOutAt = ({ alert: { finding, since, status } }: KeptAlert): number | null => {
  const { forecast } = finding;
  const nothingLeft = saysNothingLeft(finding) ? since : '';
  const at = Date.parse(forecast?.surge?.exhaustionAt ?? forecast?.exhaustionAt ?? nothingLeft);
  return status === 'resolved' || Number.isNaN(at) ? null : at;
};

const ageOf = ({ alert, now }: Listed): number => elapsed(alert.since, now) ?? 0;

const runsOut = (listed: Listed): string | null => {
  const at = runsOutAt(listed);
  if (at === null) return null;
  return at <= Date.parse(listed.now) ? 'now' : approximateTime(new Date(at).toISOString(), listed.now);
};

const clusterOf = ({ alert: { subject } }: KeptAlert): string | null =>
  subject.clusterName ?? ((subject.clusterNames ?? []).join(', ') || null);

const COLUMNS: readonly ListingColumn<Listed>[] = [
  {
    title: '#',
    align: 'right',
    cell: ({ number }) => (number === null ? null : String(number)),
    value: ({ number }) => number,
  },
  {
    title: 'LEVEL',
    cell: (listed) => (listed.alert.status === 'pending' ? `(${levelOf(listed)})` : listed.alert.severity),
    style: ({ alert }) => COLOUR[alert.severity] ?? null,
    order: (listed) => LEVELS.indexOf(levelOf(listed)),
  },
  {
    title: 'AGE',
    align: 'right',
    cell: (listed) => shortDuration(ageOf(listed)),
    value: (listed) => Math.round(ageOf(listed) / 60_000),
  },
  { title: 'CLUSTER', leaveOut: 4, shortest: 10, cell: clusterOf },
  { title: 'WHAT', shortest: 30, cell: ({ alert }) => alert.finding.title },
  {
    title: 'RUNS OUT',
    leaveOut: 5,
    cell: runsOut,
    value: (listed) => {
      const at = runsOutAt(listed);
      return at === null ? null : new Date(at).toISOString();
    },
  },
  {
    title: 'ACKNOWLEDGED',
    leaveOut: 3,
    shortest: 12,
    cell: ({ alert }) => alert.acknowledged?.by ?? null,
  },
  {
    title: 'MUTED',
    leaveOut: 2,
    cell: ({ mute, now }) => (mute === null ? null : `until ${approximateTime(mute.until, now)}`),
    value: ({ mute }) => mute?.until ?? null,
  },
  { title: 'STATUS', wide: true, cell: ({ alert }) => alert.status },
  { title: 'SINCE', wide: true, cell: ({ alert }) => alert.since },
  { title: 'REGION', wide: true, cell: ({ target }) => target.region },
  { title: 'ACCOUNT', wide: true, cell: ({ target }) => target.accountId },
  { title: 'ALERT', wide: true, cell: (listed) => nameOf(listed) },
];

/** Firing before pending before resolved, the worst level, what runs out first, what has lasted longest. */
const worstFirst = (a: Listed, b: Listed): number =>
  STATUSES.indexOf(a.alert.status) - STATUSES.indexOf(b.alert.status) ||
  LEVELS.indexOf(levelOf(a)) - LEVELS.indexOf(levelOf(b)) ||
  (runsOutAt(a) ?? Number.MAX_SAFE_INTEGER) - (runsOutAt(b) ?? Number.MAX_SAFE_INTEGER) ||
  ageOf(b) - ageOf(a);

const STATUSES: readonly string[] = ['firing', 'pending', 'resolved'];

/** Numbers are stored as they are given out. Where that is refused, alerts that have none yet are named by their keys. */
const numbersOf = async (
  store: StateStore,
  kept: readonly KeptAlert[],
  now: number,
): Promise<{ readonly numbers: ReadonlyMap<string, number>; readonly problem: HeadroomError | null }> => {
  const { alertNumbers, storedAlertNumbers } = await import('../../shared/pipeline/alert-numbers.ts');
  try {
    return { numbers: await alertNumbers(store.cache, kept, now), problem: null };
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return { numbers: await storedAlertNumbers(store.cache, now), problem: error };
  }
};

/** `headroom alerts`: what fires, and what waits to. */
export const addAlertsCommand: AddCommand = (program, session) => {
  addOutputOptions(addAlertFilterOptions(addStateOptions(program.command('alerts'))))
    .description('firing and pending alerts as of the last scans, the worst first')
    .option('-a, --all', 'also resolved alerts that are still stored')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom alerts --table headroom-prod-state --region eu-west-1
  $ headroom alerts --severity critical --sort-by age:desc
  $ headroom ack 3                                    the number of an alert stays the same while it fires
  $ headroom mute 3 --for 4h --reason 'new subnet is on its way'

A level in brackets is of an alert that waits. Exits with 1 while a critical alert fires.
`,
    )
    .action(async (options: Options) => {
      checkAll(
        () => checkOutputOptions(options, COLUMNS),
        () => checkAlertFilters(options),
      );
      const { io } = session;
      await watching(session, options, async () => {
        const now = io.now();
        const { listed, problem, scans } = await withStateStore(options, async (store) => {
          const [kept, scans] = await Promise.all([keptAlerts(store), store.assessments.targets()]);
          // That no alert is stored is no all-clear where nothing was ever scanned.
          if (kept.length + scans.length === 0) throw noScanStored();
          const tagged = await taggedSubnets(store, options);
          const { numbers, problem } = await numbersOf(store, kept, now);
          const { storedMutes } = await import('../../shared/pipeline/stored-mutes.ts');
          const mutes = await storedMutes(store.cache, now);
          const listed = kept
            .filter(
              (each) =>
                (options.all === true || each.alert.status !== 'resolved') &&
                alertPasses(each, options, tagged),
            )
            .map(
              (each): Listed => ({
                ...each,
                number: numbers.get(nameOf(each)) ?? null,
                mute: muteOf(each, mutes, now),
                now: new Date(now).toISOString(),
              }),
            )
            .toSorted(worstFirst);
          if (listed.length === 0) await refuseUnknownAlertFilters(store, options);
          return { listed, problem, scans };
        });
        for (const line of ageOfScans(scans, new Date(now).toISOString()))
          io.err(`warning  ${printable(line)}\n`);
        if (problem !== null)
          io.err(`warning  Alerts without a number have none yet: ${problem.message} ${problem.action}\n`);
        await writeListing(io, options, {
          document: { schema: 'headroom/alerts@1', alerts: listed.map(documentOf) } satisfies AlertsDocument,
          listing: { columns: COLUMNS, rows: listed, nameOf },
          ...(listed.length === 0 ? { text: () => nothingOf(options) } : {}),
        });
        session.exit(listed.some(({ alert }) => alert.severity === 'critical') ? EXIT.found : EXIT.ok);
      });
    });
};

const nothingOf = ({ account, cluster, subnet, tag, rule, severity }: AlertFilters): string =>
  [account, cluster, subnet, tag, rule, severity].every((given) => given === undefined)
    ? 'No alert fires.\n'
    : 'No alert that matches fires.\n';

const documentOf = ({ number, mute, now: _now, target, alert }: Listed): AlertRecord => ({
  identity: nameOf({ target, alert }),
  number,
  target,
  ...alert,
  muted: mute === null ? null : { number: mute.number, until: mute.until, by: mute.by, reason: mute.reason },
});
