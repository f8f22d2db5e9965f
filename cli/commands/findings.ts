import { printable } from '../../shared/model/base/invisible-characters.ts';
import { displayableCommands, NOT_DISPLAYED } from '../../shared/model/base/shell-words.ts';
import type { Finding } from '../../shared/model/result/finding.ts';
import { hasFinding } from '../../shared/pipeline/scan-document.ts';
import type { AddCommand } from '../base/command-line.ts';
import { EXIT } from '../base/exit-codes.ts';
import { type Io, paint } from '../base/io.ts';
import { addFilterOptions, type Filters, filterDocument } from '../input/filters.ts';
import {
  addTargetOptions,
  checkSeverity,
  checkTargetOptions,
  coverageExit,
  type ScanOptions,
} from '../input/scan-options.ts';
import { jsonText } from '../output/json.ts';
import { renderProblems } from '../output/scan-table.ts';

interface Options extends ScanOptions, Omit<Filters, 'severity'> {
  readonly severity: string;
  readonly failOn: string;
}

const COLOUR = { critical: 'red', warning: 'yellow', info: 'cyan' } as const;
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
  addFilterOptions(addTargetOptions(program.command('findings')))
    .description('problems now and soon, with evidence and remedies whose preconditions were checked')
    .option('--severity <severity>', 'only findings of at least this severity', 'info')
    .option('--fail-on <severity>', 'exit with 1 when a finding has at least this severity', 'critical')
    .addHelpText(
      'after',
      `
Examples:
  $ headroom findings --severity warning
  $ headroom findings --cluster shop --format json | jq '.findings[].remedies[0].commands'
`,
    )
    .action(async (options: Options) => {
      checkTargetOptions(options);
      const severity = checkSeverity('--severity', options.severity);
      const failOn = checkSeverity('--fail-on', options.failOn);
      const { scanToDocument } = await import('../input/scanned-estate.ts');
      const { document: whole, assessments } = await scanToDocument(options, session);
      const document = filterDocument(whole, { ...options, severity });
      const { schema, scannedAt, targets, findings } = document;
      const { io } = session;
      io.out(
        options.format === 'json'
          ? jsonText({ schema, scannedAt, targets, findings })
          : `${findings.length === 0 ? 'Nothing found.\n' : findings.map((finding) => renderFinding(io, finding)).join('\n')}${renderProblems(io, document)}`,
      );
      session.exit(coverageExit(assessments) ?? (hasFinding(document, failOn) ? EXIT.found : EXIT.ok));
    });
};
