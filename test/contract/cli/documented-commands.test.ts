import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { buildProgram } from '../../../cli/main.ts';
import { keepCredentialVariables } from '../../fixtures/credential-variables.ts';

/**
 * Every command that a page, a help text or a message of the program shows can be typed as it stands: the command, its
 * arguments and its options exist.
 */

keepCredentialVariables();

const ROOT = join(import.meta.dirname, '../../..');
const SILENT = { out: () => {}, err: () => {}, colour: false, env: {} } as never;

const every = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(every)];

/** The program with its commands, none of which does anything. */
const program = async (): Promise<Command> => {
  const built = await buildProgram(SILENT, () => {});
  for (const command of every(built)) if (command.commands.length === 0) command.action(() => {});
  return built;
};

/** A sentence names a command without everything that it needs. */
const LEFT_OUT = new Set([
  'commander.missingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.optionMissingArgument',
]);
const FINE = new Set(['commander.helpDisplayed', 'commander.version']);

/** Why a command line cannot be typed; `null`: it can. */
const problemOf = async (line: string, mayLeaveOut: ReadonlySet<string> = FINE): Promise<string | null> => {
  const words = (line.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) =>
    word.replace(/^(["'])(.*)\1$/, '$2'),
  );
  try {
    await (await program()).parseAsync(words, { from: 'user' });
    return null;
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string };
    return FINE.has(code) || mayLeaveOut.has(code) ? null : `${line}: ${message}`;
  }
};

const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A line of shell up to what another program or a comment takes over. */
const ownPart = (line: string): string => line.split(/\s+(?:#|\||>|&&|;|\s{3,})/)[0]?.trim() ?? '';

const inBlocks = (text: string): readonly string[] =>
  [...text.matchAll(/^```\w*\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
    block
      .replace(/\\\n\s*/g, '')
      .split('\n')
      .flatMap((line) => /^(?:\$ )?(?:npx (?:vpc-)?)?headroom (.+)$/.exec(line.trim())?.[1] ?? []),
  );

const inSentences = (text: string): readonly string[] =>
  [...text.matchAll(/`(?:npx vpc-)?headroom ([^`\n]+)`/g)].map(([, command = '']) => command);

/** A command that stands for several, such as `headroom scan --region R`, has values; one with `...` is cut off. */
const isWhole = (line: string): boolean => line !== '' && !/\.\.\.|…|<|\[/.test(line);

const texts = pages.map((path) => readFileSync(join(ROOT, path), 'utf8'));

const inHelp = async (): Promise<readonly string[]> =>
  every(await program()).flatMap((command) => {
    let help = '';
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    const joined = help.replace(/\\\n\s*/g, '');
    return [...joined.matchAll(/^ {2}\$ headroom (.+)$/gm)].map(([, line = '']) => line);
  });

const commandsOf = (lines: readonly string[]): readonly string[] => [
  ...new Set(lines.map(ownPart).filter(isWhole)),
];

const problemsOf = async (lines: readonly string[], mayLeaveOut?: ReadonlySet<string>) =>
  (await Promise.all(lines.map((line) => problemOf(line, mayLeaveOut)))).filter(
    (problem) => problem !== null,
  );

test('every example of the pages and of --help can be typed', async () => {
  const lines = commandsOf([...texts.flatMap(inBlocks), ...(await inHelp())]);
  expect(lines.length).toBeGreaterThan(30);
  expect(await problemsOf(lines)).toEqual([]);
});

test('every command in a sentence exists, with the options that it names', async () => {
  const lines = commandsOf(texts.flatMap(inSentences));
  expect(lines.length).toBeGreaterThan(20);
  expect(await problemsOf(lines, LEFT_OUT)).toEqual([]);
});

test.each(['scan --regoin eu-west-1', 'scna', 'limits'])('headroom %s would be found', async (line) => {
  expect(await problemOf(line)).not.toBeNull();
});
