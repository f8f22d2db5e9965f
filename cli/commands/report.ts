import { type ReportInput, reportPage } from '../../shared/report/report-page.ts';
import { checkAll } from '../base/all-problems.ts';
import { type AddCommand, type Session, UsageError } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import { addFilterOptions, type Filters, filterNotChecked, narrowAssessments } from '../input/filters.ts';
import { addKubernetesOptions } from '../input/kubernetes-options.ts';
import { addWritingOptions, checkDocumentFormat, type OutputOptions } from '../input/output-options.ts';
import {
  addTargetOptions,
  checkTargetOptions,
  coverageExit,
  type ScanOptions,
} from '../input/scan-options.ts';
import { readStoredScans } from '../input/stored-scans.ts';
import type { ReportDocument } from '../output/act-documents.ts';
import { outputOf } from '../output/document.ts';
import { writeOutputFile } from '../output/output-file.ts';

interface Options
  extends Omit<ScanOptions, 'format'>,
    Omit<Filters, 'severity'>,
    Pick<OutputOptions, 'format'> {
  readonly out: string;
  readonly state?: string;
  readonly table?: string;
}

const gather = async (options: Options, session: Session): Promise<ReportInput> => {
  const now = session.io.now();
  if (options.state !== undefined || options.table !== undefined) {
    if (options.from !== undefined || options.roleArn !== undefined) {
      throw new UsageError(
        `${options.from === undefined ? '--role-arn' : '--from'} is given together with ${options.table === undefined ? '--state' : '--table'}.`,
        'Make the report either from stored scans or from a new scan.',
      );
    }
    const found = await readStoredScans(options, now);
    return { ...found, source: 'stored scans', now };
  }
  const { scanToDocument } = await import('../input/scanned-estate.ts');
  const estate = await scanToDocument({ ...options, format: 'table' }, session);
  return {
    assessments: estate.assessments,
    histories: new Map(),
    alerts: [],
    notChecked: filterNotChecked(estate.notChecked, estate.document, options),
    source: options.from === undefined ? 'a live scan' : 'a collected estate',
    now: estate.now,
  };
};

const checkOut = ({ out, format }: Options): void => {
  if (out === '-' && format !== 'table')
    throw new UsageError(
      `--out - prints the report, so --output ${format} has nowhere to go.`,
      'Leave out one of the two.',
    );
};

/** `headroom report`: one HTML file to look at, search, print and attach to a ticket. */
export const addReportCommand: AddCommand = (program, session) => {
  addWritingOptions(
    addKubernetesOptions(addFilterOptions(addTargetOptions(program.command('report'), { format: false }))),
  )
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
  $ headroom report --tag team=payments --out payments.html       of the subnets of one team

The file needs no network connection and sends no data.
`,
    )
    .action(async (options: Options) => {
      checkAll(
        () => checkDocumentFormat(options.format),
        () => checkOut(options),
        () => checkTargetOptions(options),
      );
      const gathered = await gather(options, session);
      const input = { ...gathered, assessments: narrowAssessments(gathered.assessments, options) };
      const page = reportPage(input);
      const { io } = session;
      if (options.out === '-') io.out(page);
      else {
        await writeOutputFile(options.out, [page]);
        io.out(await outputOf(options.format, documentOf(options.out, input), () => ''));
        io.err(`Wrote ${options.out}.\n`);
      }
      session.exit(coverageExit(input.assessments) ?? EXIT.ok);
    });
};

const documentOf = (file: string, { assessments, alerts }: ReportInput): ReportDocument => {
  const total = (part: 'subnets' | 'clusters' | 'findings'): number =>
    assessments.reduce((sum, assessment) => sum + assessment[part].length, 0);
  return {
    schema: 'headroom/report@1',
    file,
    targets: assessments.map(({ target }) => target),
    subnets: total('subnets'),
    clusters: total('clusters'),
    findings: total('findings'),
    alerts: alerts.length,
  };
};
