import { hasFinding } from '../../shared/pipeline/scan-document.ts';
import { checkAll } from '../base/all-problems.ts';
import { type AddCommand, type Session, UsageError } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import { addFilterOptions, type Filters, filterDocument } from '../input/filters.ts';
import { addKubernetesOptions } from '../input/kubernetes-options.ts';
import type { OutputOptions } from '../input/output-options.ts';
import {
  addTargetOptions,
  checkSeverity,
  checkTargetOptions,
  coverageExit,
  failOnOption,
  type ScanOptions,
} from '../input/scan-options.ts';
import type { ScannedEstate } from '../input/scanned-estate.ts';
import { withCredentialHint } from '../output/credential-hint.ts';
import { problemText } from '../output/problem-text.ts';
import { renderScan, scanNotes, subnetColumns, subnetListing } from '../output/scan-table.ts';
import { watching } from '../output/watch.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

interface Options extends ScanOptions, OutputOptions, Omit<Filters, 'severity'> {
  readonly publish?: boolean;
  readonly failOn: string;
}

/**
 * Publishes into the Region of the caller's own credentials: alarms and dashboards see one Region. A single scan costs
 * an hour of each series, so without a configured budget all of them are sent.
 */
const publishScan = async (
  { assessments, configuration }: ScannedEstate,
  { io }: Session,
): Promise<boolean> => {
  const { namespace, compat, subnetSeries } = configuration.metrics;
  const [{ createMetricSinks }, { homeRegion }, { publishAssessment }] = await Promise.all([
    import('../../shared/aws/metric-sinks.ts'),
    import('../../shared/aws/reachable-targets.ts'),
    import('../../shared/pipeline/publish.ts'),
  ]);
  const sinks = createMetricSinks(
    configuration.metrics,
    { accountId: '', region: await homeRegion(undefined) },
    io.env,
    io.err,
  );
  let complete = true;
  let published = 0;
  let withheld = 0;
  try {
    for (const assessment of assessments) {
      const outcome = await publishAssessment(
        assessment,
        {
          namespace,
          compat,
          subnetSeries: configuration.source === null ? Number.POSITIVE_INFINITY : subnetSeries,
        },
        { sink: sinks.of(assessment.target), cache: null },
      );
      published += outcome.published;
      withheld += outcome.withheld;
      if (outcome.problem !== null) {
        complete = false;
        io.err(problemText(io, withCredentialHint(outcome.problem)));
      }
    }
  } finally {
    sinks.close();
  }
  const held = withheld === 0 ? '' : ` (${withheld} held back by metrics.budget)`;
  io.err(`Published ${published} metric values to ${namespace}${held}.\n`);
  return complete;
};

const checkPublish = ({ from, publish }: Options): void => {
  if (from !== undefined && publish === true)
    throw new UsageError(
      '--publish would publish old values from a file as current ones.',
      'Remove --publish or --from.',
    );
};

/** `headroom scan`: every subnet, what is free in it, and what is wrong. */
export const addScanCommand: AddCommand = (program, session) => {
  addKubernetesOptions(addFilterOptions(addTargetOptions(program.command('scan'), { format: 'rows' })))
    .description('scan subnets: free addresses, free prefixes, problems')
    .option('--publish', 'also publish the metrics to CloudWatch')
    .addOption(failOnOption())
    .addHelpText(
      'after',
      `
Examples:
  $ headroom scan                                     this account, the profile's Region
  $ headroom scan --region eu-west-1,eu-central-1     two Regions
  $ headroom scan --role-arn arn:aws:iam::111122223333:role/HeadroomReader
  $ headroom scan --kubernetes                        also the pods of its EKS clusters
  $ headroom scan --from estate.json.gz               what \`headroom collect\` has kept
  $ headroom scan --all-regions                       every Region of this account
  $ headroom scan --organization --all-regions        every account of the organization
  $ headroom scan --sort-by used:desc                 the fullest subnets first
  $ headroom scan --tag team=payments --watch         subnets of one team, repeated
  $ headroom scan --output csv > subnets.csv          every column, for a spreadsheet
  $ headroom scan --output json | jq '.subnets[] | select(.available < 50) | .subnetId'

The worst subnets come first. A narrow terminal shows fewer columns; --output wide shows all. PREFIXES: free whole /28
blocks, which prefix mode can use. FRAGMENTED: the share of free addresses outside such blocks. UNSEEN, in wide output:
addresses in use that the scan did not see, so LARGEST may be smaller. A dash means unknown; the lines below the table
give the reason.
Exit codes: 0 success, 1 a critical finding or alert, 2 wrong usage, 3 nothing could be scanned, 4 only part could be
scanned.
`,
    )
    .action(async (options: Options) => {
      const [failOn] = checkAll(
        () => checkSeverity('--fail-on', options.failOn),
        () => checkTargetOptions(options),
        () => checkPublish(options),
        () => checkOutputOptions(options, subnetColumns(0)),
      );
      const { io } = session;
      await watching(session, options, async () => {
        const { scanToDocument } = await import('../input/scanned-estate.ts');
        const estate = await scanToDocument(options, session);
        const { assessments } = estate;
        const document = filterDocument(estate.document, options);
        await writeListing(io, options, {
          document,
          listing: subnetListing(document),
          text: () => renderScan(io, document),
          notes: () => `\n${scanNotes(io, document)}`,
        });
        const published = options.publish === true ? await publishScan(estate, session) : true;
        const covered = coverageExit(assessments);
        session.exit(
          covered ?? (published ? (hasFinding(document, failOn) ? EXIT.found : EXIT.ok) : EXIT.partlyScanned),
        );
      });
    });
};
