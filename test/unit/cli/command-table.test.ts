import { expect, test } from 'vitest';
import { COMMAND_TABLE } from '../../../cli/command-table.ts';
import { buildProgram } from '../../../cli/main.ts';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';

const io = {
  out: () => {},
  err: () => {},
  env: {},
  now: () => 0,
  colour: false,
  progress: false,
  columns: null,
};

test('each row says of its command what the command says of itself', async () => {
  const program = await buildProgram(io, () => {});
  const help = program.createHelp();
  expect(
    COMMAND_TABLE.map(({ name, aliases = [], usage, description }) => [
      `${[name, ...aliases].join('|')} ${usage}`.trimEnd(),
      description,
    ]),
  ).toEqual(program.commands.map((command) => [help.subcommandTerm(command), command.description()]));
});

test('the help lists every command as the whole program does', async () => {
  const program = await buildProgram(io, () => {});
  const width = { helpWidth: 80 };
  const list = (text: string): string => text.slice(text.indexOf('Commands:'), text.indexOf('Examples:'));
  const { out } = await headroomInProcess(['--help']);
  const whole = program.configureHelp({ ...program.configureHelp(), ...width }).helpInformation();
  expect(list(`${out}`).replace(/\s+/g, ' ').trim()).toBe(
    whole.slice(whole.indexOf('Commands:')).replace(/\s+/g, ' ').trim(),
  );
});

test('a mistyped command is guessed among those that are not loaded', async () => {
  const { code, err } = await headroomInProcess(['scam']);
  expect(code).toBe(2);
  expect(err).toContain("unknown command 'scam'");
  expect(err).toContain('Did you mean scan?');
});

test.each([
  ['help', 'plan'],
  ['plan', '--help'],
  ['help', 'ack'],
  ['ack', '--help'],
])('%s %s shows the help of the command itself', async (...words) => {
  const { code, out } = await headroomInProcess(words);
  expect(code).toBe(0);
  expect(out).toMatch(/^Usage: headroom (plan|acknowledge)/);
});
