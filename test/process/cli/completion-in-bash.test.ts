import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';

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
    expect(await bashOffers('owners', '--by', '')).toEqual([
      'cluster',
      'group',
      'node',
      'namespace',
      'workload',
      'team',
    ]);
    expect(await bashOffers('scan', '--fail-on', 'w')).toEqual(['warning']);
    expect(await bashOffers('scan', '-o', '')).toEqual(['table', 'wide', 'json', 'yaml', 'csv', 'name']);
  });

  test('leaves the value of an option that takes any to the shell, which knows files', async () => {
    expect(await bashOffers('scan', '--config', '')).toEqual([]);
  });

  test('knows commands below commands, and the values of arguments', async () => {
    expect(await bashOffers('config', 'c')).toEqual(['check']);
    expect(await bashOffers('config', 'check', '--o')).toEqual(['--output']);
    expect(await bashOffers('completion', '')).toEqual(expect.arrayContaining(['bash', 'zsh', 'fish']));
  });
});
