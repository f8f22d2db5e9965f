import { printable } from '../../../shared/model/base/invisible-characters.ts';
import type { PlanReport, PlanTable } from '../../../shared/model/plan/plan-report.ts';
import { type Io, paint } from '../../base/io.ts';
import { renderTable } from '../table.ts';
import { narrow } from './main-table.ts';

const table = (io: Io, { title, columns, rows }: PlanTable): string =>
  `${paint(io)('bold', title)}\n${renderTable(
    io,
    columns.map((column, index) => ({
      title: column.title,
      align: column.align ?? 'left',
      cell: (row: readonly (string | null)[]) => {
        const cell = row[index] ?? null;
        return cell === null ? null : printable(cell);
      },
    })),
    rows,
  )}`;

const labelled = (io: Io, label: string, colour: 'dim' | 'yellow', lines: readonly string[]): string =>
  lines.map((line) => `${paint(io)(colour, label)}  ${printable(line)}\n`).join('');

/** A plan for the terminal. `wide` adds the columns that only programs and a wide terminal have room for. */
export const planAsText = (io: Io, report: PlanReport, { wide = false }: { wide?: boolean } = {}): string => {
  const { answer, commands, fits, notes, rules, tables, title, unknowns } = report;
  const dye = paint(io);
  const colour = fits === false ? 'red' : fits === true ? 'green' : 'bold';
  const parts = [
    `${dye('bold', printable(title))}\n${dye(colour, printable(answer))}\n`,
    ...tables.filter(({ rows }) => rows.length > 0).map((each) => table(io, wide ? each : narrow(each))),
    labelled(io, 'note', 'dim', notes) + labelled(io, 'unknown', 'yellow', unknowns),
    commands.length === 0
      ? ''
      : `${dye('bold', 'Commands, in this order')}\n${commands.map((command) => `${command}\n`).join('')}`,
    labelled(
      io,
      'rule',
      'dim',
      rules.map(({ text, source }) => `${text} (${source})`),
    ),
  ];
  return parts.filter((part) => part !== '').join('\n');
};
