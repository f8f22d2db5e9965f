import type { Finding } from '../../shared/model/result/finding.ts';
import { identityWithin } from '../../shared/model/result/identity.ts';
import type { NotChecked } from '../../shared/model/result/not-checked.ts';
import { hasFinding, type ScanDocument } from '../../shared/pipeline/scan-document.ts';
import { checkAll } from '../base/all-problems.ts';
import type { AddCommand } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import type { Io } from '../base/io.ts';
import { listedValues } from '../base/listed-values.ts';
import { addFilterOptions, type Filters, filterDocument, filterNotChecked } from '../input/filters.ts';
import { addKubernetesOptions } from '../input/kubernetes-options.ts';
import type { OutputOptions } from '../input/output-options.ts';
import {
  addTargetOptions,
  checkSeverity,
  checkTargetOptions,
  coverageExit,
  failOnOption,
  type ScanOptions,
  SEVERITIES,
} from '../input/scan-options.ts';
import { placeIn, renderFinding, SEVERITY_STYLE } from '../output/finding-text.ts';
import type { ListingColumn } from '../output/listing.ts';
import type { FindingsDocument } from '../output/listing-documents.ts';
import { renderNotChecked } from '../output/not-checked-text.ts';
import { nothingFound, renderAllUnknowns, renderProblems } from '../output/scan-table.ts';
import { watching } from '../output/watch.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

interface Options extends ScanOptions, OutputOptions, Omit<Filters, 'severity'> {
  readonly severity: string;
  readonly failOn: string;
}

/** One line for each finding. */
const COLUMNS: readonly ListingColumn<Finding>[] = [
  {
    title: 'LEVEL',
    cell: ({ severity }) => severity,
    style: ({ severity }) => SEVERITY_STYLE[severity],
    order: ({ severity }) => ['critical', 'warning', 'info'].indexOf(severity),
  },
  { title: 'KIND', leaveOut: 1, cell: ({ kind }) => kind },
  { title: 'RESOURCE', leaveOut: 2, shortest: 12, cell: ({ subject }) => subject.name ?? subject.id },
  { title: 'WHAT', shortest: 30, cell: ({ title }) => title },
  { title: 'REMEDIES', align: 'right', leaveOut: 5, cell: ({ remedies }) => String(remedies.length) },
  { title: 'REGION', leaveOut: 3, cell: ({ subject }) => subject.region },
  { title: 'ACCOUNT', leaveOut: 4, cell: ({ subject }) => subject.accountId },
  { title: 'TYPE', wide: true, cell: ({ subject }) => subject.type },
  { title: 'ID', wide: true, cell: ({ subject }) => subject.id },
];

/** An empty line sets what is not known apart from the findings. */
const notesOf = (io: Io, document: ScanDocument, notChecked: readonly NotChecked[]): string => {
  const unknowns = renderAllUnknowns(io, document) + renderNotChecked(io, notChecked);
  return `${unknowns === '' ? '' : `\n${unknowns}`}${renderProblems(io, document)}`;
};

/** `headroom findings`: what is wrong or will be, with evidence and remedies. */
export const addFindingsCommand: AddCommand = (program, session) => {
  addKubernetesOptions(addFilterOptions(addTargetOptions(program.command('findings'), { format: 'rows' })))
    .description('problems now and soon, with evidence and remedies whose preconditions were checked')
    .addOption(
      listedValues('--severity <severity>', 'only findings of at least this severity', SEVERITIES).default(
        'info',
      ),
    )
    .addOption(failOnOption())
    .addHelpText(
      'after',
      `
Examples:
  $ headroom findings --severity warning
  $ headroom findings --output wide                   one line for each finding
  $ headroom findings --cluster shop --output json | jq '.findings[].remedies[0].commands'

A line that begins with "not checked" names a check that could say nothing of some resources, and why. In JSON these are
.notChecked.
`,
    )
    .action(async (options: Options) => {
      const [, severity, failOn] = checkAll(
        () => checkTargetOptions(options),
        () => checkSeverity('--severity', options.severity),
        () => checkSeverity('--fail-on', options.failOn),
        () => checkOutputOptions(options, COLUMNS),
      );
      const { io } = session;
      await watching(session, options, async () => {
        const { scanToDocument } = await import('../input/scanned-estate.ts');
        const {
          document: whole,
          notChecked: allNotChecked,
          assessments,
        } = await scanToDocument(options, session);
        const document = filterDocument(whole, { ...options, severity });
        const notChecked = filterNotChecked(allNotChecked, whole, options);
        const { schema, scannedAt, targets, findings } = document;
        const place = placeIn(targets);
        await writeListing(io, options, {
          document: { schema, scannedAt, targets, findings, notChecked } satisfies FindingsDocument,
          listing: {
            columns: COLUMNS,
            rows: findings,
            nameOf: ({ id, subject }) => identityWithin(subject, id),
          },
          text: () =>
            `${findings.length === 0 ? nothingFound(document) : findings.map((finding) => renderFinding(io, finding, place(finding.subject))).join('\n')}${notesOf(io, document, notChecked)}`,
          notes: () => notesOf(io, document, notChecked),
        });
        session.exit(coverageExit(assessments) ?? (hasFinding(document, failOn) ? EXIT.found : EXIT.ok));
      });
    });
};
