import { largestOf } from '../../../shared/model/base/extremes.ts';
import { printable } from '../../../shared/model/base/invisible-characters.ts';
import type { PlanReport, PlanTable } from '../../../shared/model/plan/plan-report.ts';
import { narrow } from './main-table.ts';

/** Names come from scanned accounts: none of them may end a cell, or become markup. */
const escaped = (text: string): string =>
  printable(text).replace(/[\\`*_{}[\]<>#|~]/g, (character) => `\\${character}`);

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

const table = ({ title, columns, rows }: PlanTable): string =>
  [
    `### ${escaped(title)}`,
    '',
    row(columns.map((column) => escaped(column.title))),
    row(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...rows.map((cells) => row(cells.map((cell) => (cell === null ? '-' : escaped(cell))))),
  ].join('\n');

const list = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`### ${title}\n\n${lines.map((line) => `- ${escaped(line)}`).join('\n')}`];

/** Long enough that no command in it can end the block. */
const fenceFor = (text: string): string => {
  const longest = largestOf([2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length)]);
  return '`'.repeat(longest + 1);
};

/** A plan as Markdown, for a pull request or a job summary. */
export const planAsMarkdown = (report: PlanReport): string => {
  const { answer, commands, fits, notes, rules, tables, title, unknowns } = report;
  const sign = fits === null ? '' : fits ? '✅ ' : '❌ ';
  const script = commands.map((command) => printable(command)).join('\n');
  const fence = fenceFor(script);
  return `${[
    `## ${escaped(title)}`,
    `${sign}${escaped(answer)}`,
    ...tables.filter(({ rows }) => rows.length > 0).map((each) => table(narrow(each))),
    ...list('Notes', notes),
    ...list('Not known', unknowns),
    ...(commands.length === 0 ? [] : [`### Commands, in this order\n\n${fence}sh\n${script}\n${fence}`]),
    ...list(
      'Rules behind the figures',
      rules.map(({ text, source }) => `${text} (${source})`),
    ),
  ].join('\n\n')}\n`;
};
