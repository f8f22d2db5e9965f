import { printable } from '../../shared/model/base/invisible-characters.ts';
import { displayableCommands, NOT_DISPLAYED } from '../../shared/model/base/shell-words.ts';
import type { Finding } from '../../shared/model/result/finding.ts';
import { hasFinding } from '../../shared/pipeline/scan-document.ts';
import type { AddCommand } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import { type Io, paint } from '../base/io.ts';
import { addFilterOptions, type Filters, filterDocument } from '../input/filters.ts';
import { OUTPUT_FORMATS, type OutputOptions } from '../input/output-options.ts';
import {
  addTargetOptions,
  checkSeverity,
  checkTargetOptions,
  coverageExit,
  type ScanOptions,
} from '../input/scan-options.ts';
import type { ListingColumn } from '../output/listing.ts';
import { renderProblems } from '../output/scan-table.ts';
import { watching } from '../output/watch.ts';
import { checkOutputOptions, writeListing } from '../output/write-listing.ts';

interface Options extends ScanOptions, OutputOptions, Omit<Filters, 'severity'> {
  readonly severity: string;
  readonly failOn: string;
}

const COLOUR = { critical: 'red', warning: 'yellow', info: 'cyan' } as const;
/** One line for each finding. */
const COLUMNS: readonly ListingColumn<Finding>[] = [
  {
    title: 'LEVEL',
    cell: ({ severity }) => severity,
    style: ({ severity }) => COLOUR[severity],
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

const HOLDS = { true: 'yes', false: 'no', null: 'unknown' } as const;

const indent = (text: string, columns: number): string => `${' '.repeat(columns)}${text}\n`;

/** One finding in full: why, the evidence, and each remedy with its preconditions and commands. */
export const renderFinding = (
  io: Pick<Io, 'colour'>,
  { severity, title, explanation, evidence, remedies, also = [] }: Finding,
): string => {
  const dye = paint(io);
  const facts = evidence
    .map(({ name, value, unit }) => `${name} ${value ?? 'unknown'}${unit === undefined ? '' : ` ${unit}`}`)
    .join(', ');
  return [
    `${dye(COLOUR[severity], severity.padEnd(8))}  ${dye('bold', printable(title))}\n`,
    indent(printable(explanation), 10),
    ...also.map((beneath) => indent(`${dye('dim', 'also')} ${printable(beneath.title)}`, 10)),
    ...(facts === '' ? [] : [indent(dye('dim', printable(facts)), 10)]),
    ...remedies.map((remedy, index) =>
      [
        indent(`${index + 1}. ${printable(remedy.title)}`, 10),
        indent(printable(remedy.effect), 13),
        ...(remedy.price === undefined ? [] : [indent(dye('dim', printable(remedy.price)), 13)]),
        ...(remedy.when === undefined ? [] : [indent(dye('dim', printable(remedy.when)), 13)]),
        ...remedy.preconditions.map(({ text, holds }) =>
          indent(`${dye(holds === false ? 'red' : 'dim', `[${HOLDS[`${holds}`]}]`)} ${printable(text)}`, 13),
        ),
        ...(displayableCommands(remedy.commands)?.map((command) => indent(dye('cyan', command), 13)) ?? [
          indent(NOT_DISPLAYED, 13),
        ]),
      ].join(''),
    ),
  ].join('');
};

/** `headroom findings`: what is wrong or will be, with evidence and remedies. */
export const addFindingsCommand: AddCommand = (program, session) => {
  addFilterOptions(addTargetOptions(program.command('findings'), { format: 'rows' }))
    .description('problems now and soon, with evidence and remedies whose preconditions were checked')
    .option('--severity <severity>', 'only findings of at least this severity', 'info')
    .option('--fail-on <severity>', 'exit with 1 when a finding has at least this severity', 'critical')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom findings --severity warning
  $ headroom findings --output wide                   one line for each finding
  $ headroom findings --cluster shop --output json | jq '.findings[].remedies[0].commands'
`,
    )
    .action(async (options: Options) => {
      checkTargetOptions(options, OUTPUT_FORMATS);
      const severity = checkSeverity('--severity', options.severity);
      const failOn = checkSeverity('--fail-on', options.failOn);
      checkOutputOptions(options);
      const { io } = session;
      await watching(session, options, async () => {
        const { scanToDocument } = await import('../input/scanned-estate.ts');
        const { document: whole, assessments } = await scanToDocument(options, session);
        const document = filterDocument(whole, { ...options, severity });
        const { schema, scannedAt, targets, findings } = document;
        await writeListing(io, options, {
          document: { schema, scannedAt, targets, findings },
          listing: { columns: COLUMNS, rows: findings, nameOf: ({ id }) => id },
          text: () =>
            `${findings.length === 0 ? 'Nothing found.\n' : findings.map((finding) => renderFinding(io, finding)).join('\n')}${renderProblems(io, document)}`,
          notes: () => renderProblems(io, document),
        });
        session.exit(coverageExit(assessments) ?? (hasFinding(document, failOn) ? EXIT.found : EXIT.ok));
      });
    });
};
