import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';
import { printableLines } from '../../shared/model/base/invisible-characters.ts';
import { redactSecrets } from '../../shared/model/base/redaction.ts';

/** What a command may touch of the world outside. Tests hand in their own. */
export interface Io {
  /** Results, and nothing else. */
  readonly out: (text: string) => void;
  /** Diagnostics and progress. */
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: () => number;
  /** The user of the operating system that runs this. */
  readonly user?: (() => string) | undefined;
  /** Colour on standard output: a terminal, and NO_COLOR is not set. */
  readonly colour: boolean;
  /** Standard error is a terminal, so that progress may be shown and wiped away again. */
  readonly progress: boolean;
  /** Columns of the terminal, or `null` when standard output is not one. */
  readonly columns: number | null;
  /** Waits, and says whether to go on; absent where nothing is repeated. */
  readonly pause?: ((milliseconds: number) => Promise<boolean>) | undefined;
  /** Empties the terminal; absent where standard output is none. */
  readonly clearScreen?: (() => void) | undefined;
  /** Runs the demo, where the program has one: it simulates an AWS, which the command itself never needs. */
  readonly demo?: (() => Promise<unknown>) | undefined;
}

export type Style = Parameters<typeof styleText>[0];

/** Paints only where colour is wanted. */
export const paint =
  (io: Pick<Io, 'colour'>) =>
  (style: Style, text: string): string =>
    io.colour ? styleText(style, text, { validateStream: false }) : text;

/** What `paint` writes of the styles in use, and what progress wipes its line with. Nothing else may control a terminal. */
const STYLE = String.raw`\u001B\[(?:[0-4]|2[234]|3[0-9]|9[0-7])m`;
const STYLES = new RegExp(`(${STYLE})`);
const STYLES_AND_ERASURES = new RegExp(String.raw`(${STYLE}|\r?\u001B\[2?K|\r)`);

/** Text as a terminal may get it. What comes from outside is inert before; this holds where that was forgotten. */
const controlledBy = (allowed: RegExp | null, text: string): string =>
  allowed === null
    ? printableLines(text)
    : text
        .split(allowed)
        .map((part, index) => (index % 2 === 1 ? part : printableLines(part)))
        .join('');

/** The same streams, on which no text can control a terminal, and whose diagnostics have no secrets. */
export const guarded = (io: Io): Io => ({
  ...io,
  out: (text) => io.out(controlledBy(io.colour ? STYLES : null, text)),
  err: (text) =>
    io.err(controlledBy(io.progress ? STYLES_AND_ERASURES : io.colour ? STYLES : null, redactSecrets(text))),
});

/** A container may run under a number that no account has. */
const operatingSystemUser = (): string => {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
};

/** The streams of this process. NO_COLOR (no-color.org) and FORCE_COLOR are respected. */
export const processIo = (): Io => {
  const wantsColour =
    process.env['NO_COLOR'] === undefined || process.env['NO_COLOR'] === ''
      ? process.stdout.isTTY === true || (process.env['FORCE_COLOR'] ?? '0') !== '0'
      : false;
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    now: () => Date.now(),
    user: operatingSystemUser,
    colour: wantsColour,
    progress: process.stderr.isTTY === true,
    columns: process.stdout.isTTY === true ? process.stdout.columns : null,
    pause: (milliseconds) => sleep(milliseconds, true),
    clearScreen:
      process.stdout.isTTY === true ? () => void process.stdout.write('\u001b[H\u001b[2J') : undefined,
  };
};
