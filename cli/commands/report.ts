import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import type { SubnetHistory } from '../../shared/model/result/forecast.ts';
import { keptAlerts } from '../../shared/pipeline/acknowledge.ts';
import { type ReportInput, reportPage } from '../../shared/report/report-page.ts';
import { subnetKey } from '../../shared/report/worst-first.ts';
import type { StateStore } from '../../shared/state/state-store.ts';
import { type AddCommand, type Session, UsageError } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import {
  addTargetOptions,
  checkTargetOptions,
  coverageExit,
  type ScanOptions,
} from '../input/scan-options.ts';
import { withStateStore } from '../input/state-store.ts';
import { writeOutputFile } from '../output/output-file.ts';

interface Options extends Omit<ScanOptions, 'format'> {
  readonly out: string;
  readonly state?: string;
  readonly table?: string;
}

/** How much of the past the plots show. */
const DAYS_READ = 14;
const DAY = 86_400_000;

/** The part of an assessment that concerns some VPCs. */
const ofVpcs = (assessment: TargetAssessment, vpcIds: readonly string[] | undefined): TargetAssessment => {
  if (vpcIds === undefined) return assessment;
  const subnets = assessment.subnets.filter(({ vpcId }) => vpcIds.includes(vpcId));
  const known = new Set(subnets.map(({ subnetId }) => subnetId));
  return {
    ...assessment,
    vpcs: assessment.vpcs.filter(({ vpcId }) => vpcIds.includes(vpcId)),
    subnets,
    clusters: assessment.clusters.filter(({ vpcId }) => vpcId !== null && vpcIds.includes(vpcId)),
    findings: assessment.findings.filter(
      ({ subject }) => subject.vpcId !== null && vpcIds.includes(subject.vpcId),
    ),
    maps: assessment.maps.filter(({ subnetId }) => known.has(subnetId)),
  };
};

/** What scans remember: their latest assessments, the past of every subnet, and the alerts. */
const remembered = async (
  store: StateStore,
  { region, vpc }: Pick<Options, 'region' | 'vpc'>,
  now: number,
): Promise<Omit<ReportInput, 'source' | 'now'>> => {
  const assessments: TargetAssessment[] = [];
  const histories = new Map<string, SubnetHistory>();
  for (const { target } of await store.assessments.targets()) {
    if (region !== undefined && !region.includes(target.region)) continue;
    const latest = await store.assessments.latest(target);
    if (latest === null) continue;
    const assessment = ofVpcs(latest, vpc);
    assessments.push(assessment);
    const subnetIds = assessment.subnets.map(({ subnetId }) => subnetId);
    const past = await store.history.read(target, subnetIds, now - DAYS_READ * DAY);
    for (const [subnetId, history] of past) histories.set(subnetKey({ ...target, subnetId }), history);
  }
  const shown = new Set(assessments.flatMap(({ subnets }) => subnets.map(({ subnetId }) => subnetId)));
  const alerts = (await keptAlerts(store))
    .filter(({ target }) => region === undefined || region.includes(target.region))
    .map(({ alert }) => alert)
    .filter(({ subject }) => vpc === undefined || subject.subnetIds.some((id) => shown.has(id)));
  return { assessments, histories, alerts };
};

const gather = async (options: Options, session: Session): Promise<ReportInput> => {
  const now = session.io.now();
  if (options.state !== undefined || options.table !== undefined) {
    if (options.from !== undefined || options.roleArn !== undefined) {
      throw new UsageError(
        `${options.from === undefined ? '--role-arn' : '--from'} is given together with ${options.table === undefined ? '--state' : '--table'}.`,
        'Make the report either from stored scans or from a new scan.',
      );
    }
    const { state, table, region } = options;
    const found = await withStateStore(
      {
        ...(state === undefined ? {} : { state }),
        ...(table === undefined ? {} : { table }),
        ...(region?.[0] === undefined ? {} : { region: region[0] }),
      },
      (store) => remembered(store, options, now),
      { readOnly: true },
    );
    if (found.assessments.length === 0) {
      throw new UsageError('No scan is stored there.', 'Run a scan first, or give another store.');
    }
    return { ...found, source: 'stored scans', now };
  }
  const { scanToDocument } = await import('../input/scanned-estate.ts');
  const estate = await scanToDocument({ ...options, format: 'table' }, session);
  return {
    assessments: estate.assessments,
    histories: new Map(),
    alerts: [],
    source: options.from === undefined ? 'a live scan' : 'a collected estate',
    now: estate.now,
  };
};

/** `headroom report`: one HTML file to look at, search, print and attach to a ticket. */
export const addReportCommand: AddCommand = (program, session) => {
  addTargetOptions(program.command('report'), { format: false })
    .description(
      'write one self-contained HTML file: maps, owners, clusters, findings with remedies, outlooks',
    )
    .option('-o, --out <file>', 'output file; - for standard output', 'headroom-report.html')
    .option('-s, --state <file>', 'make it from the state of `headroom serve`, with forecasts and plots')
    .option('-t, --table <name>', 'make it from the state of a deployment, in this DynamoDB table')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom report --out report.html                             of a scan of this account
  $ headroom report --from estate.json.gz --out report.html       of what \`headroom collect\` has kept
  $ headroom report --state headroom.sqlite                       with the past, forecasts and alerts
  $ headroom report --table headroom-prod-state --region eu-west-1

The file needs no network connection and sends no data.
`,
    )
    .action(async (options: Options) => {
      checkTargetOptions({ ...options, format: 'table' });
      const input = await gather(options, session);
      const page = reportPage(input);
      const { io } = session;
      if (options.out === '-') io.out(page);
      else {
        await writeOutputFile(options.out, [page]);
        io.err(`Wrote ${options.out}.\n`);
      }
      session.exit(coverageExit(input.assessments) ?? EXIT.ok);
    });
};
