import { expect, test } from 'vitest';
import type { CommandEntry } from '../../cli/base/command-tree.ts';
import { describedProgram } from '../../scripts/docs/described-program.ts';

/** A terminal beside an editor has so many columns; the help of commander keeps to them by itself. */
const COLUMNS = 120;

/** What is wrong with the help of a command: lines that a terminal breaks, and values that are listed twice. */
const complaints = ({ name, epilogue, options }: CommandEntry): readonly string[] => [
  ...epilogue
    .split('\n')
    .filter((line) => line.length > COLUMNS)
    .map((line) => `${name}: ${line.length} columns: ${line}`),
  ...options
    .filter(
      ({ choices, description }) =>
        choices.length > 1 && choices.every((choice) => new RegExp(`\\b${choice}\\b`).test(description)),
    )
    .map(({ long, description }) => `${name} ${long}: lists its values in its description: ${description}`),
];

const all = (command: CommandEntry): readonly CommandEntry[] => [command, ...command.commands.flatMap(all)];

test('the help of every command fits a terminal, and lists the values of an option once', () => {
  const commands = all(describedProgram());
  expect(commands.length).toBeGreaterThan(30);
  expect(commands.flatMap(complaints)).toEqual([]);
});

test('a line that is too long and values that are listed twice are found', () => {
  const option = { flags: '', short: null, value: 'mode', defaultValue: null };
  expect(
    complaints({
      name: 'grow',
      aliases: [],
      usage: '',
      description: '',
      argumentChoices: [],
      commands: [],
      oldOptions: [],
      epilogue: `short\n${'x'.repeat(COLUMNS + 1)}`,
      options: [
        { ...option, long: '--mode', choices: ['fast', 'slow'], description: 'fast or slow' },
        { ...option, long: '--pace', choices: ['fast', 'slow'], description: 'how fast' },
      ],
    }),
  ).toEqual([
    `grow: 121 columns: ${'x'.repeat(COLUMNS + 1)}`,
    'grow --mode: lists its values in its description: fast or slow',
  ]);
});
