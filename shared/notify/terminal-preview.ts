import { styleText } from 'node:util';
import type { AlertLevel } from '../model/alert/alert.ts';
import { number } from '../model/base/text/numbers.ts';
import {
  composeMessage,
  type Fact,
  factText,
  type MessageContent,
  type MessageEntry,
} from './message-content.ts';
import type { Notifier } from './notifier.ts';

/** The message as it would look in a chat, in a terminal: for the demo, and for trying out a policy. */

export interface TerminalStyle {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

/** What is used of a stream such as `process.stdout`. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly columns?: number;
  /** Node's own answer, which honours NO_COLOR and FORCE_COLOR; files and pipes do not have it. */
  hasColors?(): boolean;
}

const DEFAULT_WIDTH = 80;
const MIN_WIDTH = 40;
const MAX_WIDTH = 100;
const LINES_IN_LIST = 10;

/** Prints alerts instead of sending them. */
export const createTerminalNotifier = (stream: TerminalStream): Notifier => ({
  send: async (message) => {
    const style = { colour: stream.hasColors?.() ?? false, width: stream.columns ?? DEFAULT_WIDTH };
    stream.write(`${terminalPreview(composeMessage(message), style)}\n`);
  },
});

const COLOURS = { critical: 'red', warning: 'yellow', ok: 'green' } as const satisfies Record<
  AlertLevel,
  string
>;

type Format = Parameters<typeof styleText>[0];

/** The preview, without a line break at its end. Open to the right: how wide an emoji is differs between terminals. */
export const terminalPreview = (content: MessageContent, { colour, width }: TerminalStyle): string => {
  // The caller knows where it goes; styleText's own look at standard output would be a guess.
  const styled = (format: Format, text: string): string =>
    colour ? styleText(format, text, { validateStream: false }) : text;
  const inner = Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)) - 3;
  const frame = (text: string): string => styled(COLOURS[content.level], text);
  const bold = (text: string): string => styled('bold', text);
  const lines: string[] = [];
  const add = (text: string, format?: Format): void => {
    for (const line of wrapped(text, inner)) lines.push(format === undefined ? line : styled(format, line));
  };
  const part = (title: string, items: readonly string[]): void => {
    if (items.length === 0) return;
    lines.push('', bold(title));
    for (const item of items) for (const line of wrapped(item, inner - 2, '  ')) lines.push(line);
  };

  add(`\u25CF ${content.headline}`, ['bold', COLOURS[content.level]]);
  const [first, ...others] = content.entries;
  if (first !== undefined) entryLines(first, !content.isFirstInHeadline, { add, part, lines, styled });
  for (const each of content.sections)
    part(
      each.heading,
      each.lines.map((line) => `\u2022 ${line}`),
    );
  const shown = others.slice(0, LINES_IN_LIST);
  const missing = others.length - shown.length + content.omitted;
  part('Also', [
    ...shown.map((entry) => `\u2022 ${entry.lead}: ${entry.title}`),
    ...(missing === 0 ? [] : [`\u2026 and ${number(missing)} more`]),
  ]);
  if (content.links.length > 0) lines.push('');
  for (const { label, url } of content.links) lines.push(`${label}: ${styled('underline', url)}`);

  const rule = '\u2500'.repeat(inner);
  return [
    frame(`\u256D\u2500${rule}`),
    ...lines.map((line) => `${frame('\u2502')} ${line}`.trimEnd()),
    frame(`\u2570\u2500${rule}`),
  ].join('\n');
};

interface Writer {
  readonly add: (text: string, format?: Format) => void;
  readonly part: (title: string, items: readonly string[]) => void;
  readonly lines: string[];
  readonly styled: (format: Format, text: string) => string;
}

const entryLines = (entry: MessageEntry, titled: boolean, { add, part, lines, styled }: Writer): void => {
  lines.push('');
  if (titled) add(`${entry.lead}: ${entry.title}`, 'bold');
  if (entry.explanation !== '') add(entry.explanation);
  entry.outlook.forEach((sentence, index) => {
    if (index === 0) lines.push('');
    add(`${sentence}.`, index === 0 ? 'bold' : 'dim');
  });
  lines.push('');
  for (const fact of [entry.timing, ...entry.place]) add(factLine(fact, styled));
  part(
    'What changed',
    entry.changes.map(({ label, value }) => `\u2022 ${label}: ${value}`),
  );
  part(
    'Owners of the addresses',
    entry.owners.map((owner) => `\u2022 ${owner}`),
  );
  if (entry.remedy === null) return;
  part('Do first', [`${entry.remedy.title}. ${entry.remedy.effect}`, ...entry.remedy.checks]);
  // Commands are never wrapped: they get copied.
  for (const command of entry.remedy.commands) lines.push(`  ${styled('cyan', command)}`);
};

const factLine = (fact: Fact, styled: (format: Format, text: string) => string): string =>
  `${styled('dim', `${fact.label}:`)} ${factText(fact)}`;

/** Breaks at spaces. Escape sequences have no width, so that colour does not move the breaks. */
const wrapped = (text: string, width: number, indent = ''): readonly string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && visibleLength(line) + 1 + visibleLength(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((each) => `${indent}${each}`);
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what an escape sequence begins with
const visibleLength = (text: string): number => text.replace(/\u001B\[[\d;]*m/g, '').length;
