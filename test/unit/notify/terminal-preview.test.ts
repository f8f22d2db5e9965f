import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { createTerminalNotifier, terminalPreview } from '../../../shared/notify/terminal-preview.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const content = composeMessage(messageNamed('escalated-to-critical'));
const signal = new AbortController().signal;

const written = async (stream: { columns?: number; hasColors?: () => boolean }): Promise<string> => {
  let output = '';
  const notifier = createTerminalNotifier({ ...stream, write: (text: string) => (output += text) });
  await notifier.send(messageNamed('escalated-to-critical'), signal);
  return output;
};

describe('the terminal preview', () => {
  test('without colour has no escape sequence', () => {
    expect(stripVTControlCharacters(terminalPreview(content, { colour: false, width: 80 }))).toBe(
      terminalPreview(content, { colour: false, width: 80 }),
    );
  });

  test('with colour says the same', () => {
    const coloured = terminalPreview(content, { colour: true, width: 80 });
    expect(coloured).toContain('\u001B[31m');
    expect(stripVTControlCharacters(coloured)).toBe(terminalPreview(content, { colour: false, width: 80 }));
  });

  test('keeps prose within the terminal', () => {
    const prose = terminalPreview(composeMessage(messageNamed('surge')), { colour: false, width: 60 })
      .split('\n')
      .filter((line) => !line.includes('://') && !line.includes('kubectl'));
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  test('is never too narrow to read, and never as wide as a cinema', () => {
    const ruleFor = (width: number) =>
      terminalPreview(content, { colour: false, width }).split('\n')[0]?.length;
    expect(ruleFor(5)).toBe(ruleFor(40));
    expect(ruleFor(1_000)).toBe(ruleFor(100));
  });
});

describe('the notifier for terminals', () => {
  test('asks the stream for its width and whether it shows colours, which is where NO_COLOR is honoured', async () => {
    expect(await written({ columns: 100, hasColors: () => true })).toBe(
      `${terminalPreview(content, { colour: true, width: 100 })}\n`,
    );
    expect(await written({ columns: 100, hasColors: () => false })).toBe(
      `${terminalPreview(content, { colour: false, width: 100 })}\n`,
    );
  });

  test('writes plain text, 80 wide, into a file or a pipe', async () => {
    expect(await written({})).toBe(`${terminalPreview(content, { colour: false, width: 80 })}\n`);
  });
});
