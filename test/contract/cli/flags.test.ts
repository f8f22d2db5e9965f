import { describe, expect, test } from 'vitest';
import type { CommandEntry } from '../../../cli/base/command-tree.ts';
import { describedProgram } from '../../../scripts/docs/described-program.ts';

/** Which command has which of the options that many have: docs/commands.md shows the same as a table. */

const leaves = (command: CommandEntry, path: readonly string[] = []): readonly [string, CommandEntry][] =>
  command.commands.length === 0
    ? [[path.join(' '), command]]
    : command.commands.flatMap((child) => leaves(child, [...path, child.name]));

const COMMANDS = leaves(describedProgram());

const flagsOf = (command: CommandEntry): ReadonlySet<string> =>
  new Set(command.options.map(({ long }) => long));

const formatsOf = (command: CommandEntry): readonly string[] =>
  command.options.find(({ long }) => long === '--output')?.choices ?? [];

/** Names of commands of which `isMeant` holds, and that lack one of the flags. */
const lacking = (
  isMeant: (command: CommandEntry) => boolean,
  ...flags: readonly string[]
): readonly string[] => {
  const meant = COMMANDS.filter(([, command]) => isMeant(command));
  expect(meant.length).toBeGreaterThan(2);
  return meant
    .filter(([, command]) => flags.some((flag) => !flagsOf(command).has(flag)))
    .map(([name]) => name);
};

/** A plan is one answer, and its rows have an order of their own. */
const isListing = (command: CommandEntry): boolean =>
  formatsOf(command).includes('csv') && !formatsOf(command).includes('markdown');
const has =
  (...flags: readonly string[]) =>
  (command: CommandEntry): boolean =>
    flags.every((flag) => flagsOf(command).has(flag));

describe('the options that many commands have', () => {
  test('every command that scans takes a profile, all Regions, the organization and roles', () => {
    expect(
      lacking(has('--role-arn'), '--region', '--all-regions', '--profile', '--organization', '--config'),
    ).toEqual([]);
  });

  test('every command that asks AWS for anything takes a profile', () => {
    expect(
      COMMANDS.filter(([, command]) => has('--region')(command) || has('--table')(command))
        .filter(([, command]) => !has('--profile')(command))
        .map(([name]) => name),
    ).toEqual([]);
  });

  test('every list comes in every format, in an order of choice, and without headings', () => {
    expect(lacking(isListing, '--sort-by', '--no-headers')).toEqual([]);
    for (const [, command] of COMMANDS.filter(([, each]) => isListing(each)))
      expect(formatsOf(command).slice(0, 6)).toEqual(['table', 'wide', 'json', 'yaml', 'csv', 'name']);
  });

  test('every list of a scan is narrowed by account, cluster, subnet and tag', () => {
    expect(
      lacking(
        (command) => isListing(command) && has('--vpc')(command),
        '--account',
        '--cluster',
        '--subnet',
        '--tag',
      ),
    ).toEqual([]);
  });

  test('alerts are narrowed by the same', () => {
    const alerts = COMMANDS.filter(([name]) => name === 'alerts');
    expect(alerts.map(([, command]) => has('--account', '--cluster', '--subnet', '--tag')(command))).toEqual([
      true,
    ]);
  });

  test('every list that changes by itself can be watched', () => {
    expect(lacking((command) => isListing(command) && has('--vpc')(command), '--watch')).toEqual([]);
  });

  test('every command that prints figures prints JSON', () => {
    const silent = new Set([
      'demo',
      'report',
      'collect',
      'acknowledge',
      'mute',
      'unmute',
      'backfill',
      'serve',
      'completion',
      'replay',
      'runbook',
    ]);
    expect(
      COMMANDS.filter(([name]) => !silent.has(name))
        .filter(
          ([, command]) =>
            !command.options.some(
              ({ long, choices }) => ['--output', '--format'].includes(long) && choices.includes('json'),
            ),
        )
        .map(([name]) => name),
    ).toEqual([]);
  });
});
