import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { describeCommand } from '../../../../cli/base/command-tree.ts';
import { buildProgram } from '../../../../cli/main.ts';
import { headroomInProcess } from '../../../fixtures/command-in-process.ts';

const script = async (shell: string): Promise<string> => (await headroomInProcess(['completion', shell])).out;

/** What bash offers after these words, the last of which is being written. */
const bashOffers = async (...words: readonly string[]): Promise<readonly string[]> => {
  const program = `${await script('bash')}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _headroom; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const out = execFileSync('bash', ['--norc', '-uc', program, 'bash', 'headroom', ...words], {
    encoding: 'utf8',
  });
  return out.split('\n').filter((line) => line !== '');
};

describe('completion in bash', () => {
  test('offers the commands that begin so', async () => {
    expect(await bashOffers('se')).toEqual(['serve']);
    expect(await bashOffers('')).toEqual(expect.arrayContaining(['scan', 'findings', 'serve', '--version']));
  });

  test('offers the options of the command that was written, and of no other', async () => {
    expect(await bashOffers('serve', '--i')).toEqual(['--interval']);
    expect(await bashOffers('scan', '--i')).toEqual([]);
  });

  test('offers the only values that an option takes', async () => {
    expect(await bashOffers('owners', '--by', '')).toEqual(['cluster', 'group', 'node']);
    expect(await bashOffers('scan', '--fail-on', 'w')).toEqual(['warning']);
    expect(await bashOffers('scan', '-f', '')).toEqual(['table', 'json']);
  });

  test('leaves the value of an option that takes any to the shell, which knows files', async () => {
    expect(await bashOffers('scan', '--config', '')).toEqual([]);
  });

  test('knows commands below commands, and the values of arguments', async () => {
    expect(await bashOffers('config', 'c')).toEqual(['check']);
    expect(await bashOffers('config', 'check', '--f')).toEqual(['--format']);
    expect(await bashOffers('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
  });
});

describe('every shell', () => {
  const program = describeCommand(
    buildProgram(
      { out: () => {}, err: () => {}, env: {}, now: () => 0, colour: false, progress: false, columns: null },
      () => {},
    ),
  );

  test.each(['bash', 'zsh', 'fish'])('%s is told every command and every long option', async (shell) => {
    const text = await script(shell);
    for (const { name, options } of program.commands) {
      expect(text).toContain(name);
      for (const { long } of options) expect(text).toContain(shell === 'fish' ? `-l ${long.slice(2)}` : long);
    }
  });

  test('a shell that there is not is refused with those that there are', async () => {
    const { code, err } = await headroomInProcess(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(err).toContain('Allowed choices are bash, zsh, fish.');
  });

  test('what stands below the help is kept, so that the manual page has the examples', () => {
    const scan = program.commands.find(({ name }) => name === 'scan');
    expect(scan?.epilogue).toMatch(/^Examples:\n {2}\$ headroom scan/);
  });
});
