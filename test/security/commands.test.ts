import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderFinding } from '../../cli/output/finding-text.ts';
import { withDisplayableCommands } from '../../cli/output/plan/answer.ts';
import { planAsMarkdown } from '../../cli/output/plan/markdown.ts';
import { planAsText } from '../../cli/output/plan/terminal.ts';
import { aws } from '../../shared/model/base/commands.ts';
import { displayableCommands, NOT_DISPLAYED } from '../../shared/model/base/shell-words.ts';
import type { PlanReport } from '../../shared/model/plan/plan-report.ts';
import type { Finding } from '../../shared/model/result/finding.ts';
import { amazonQNotification } from '../../shared/notify/amazon-q.ts';
import { composeMessage } from '../../shared/notify/message-content.ts';
import { pagerDutyEvents } from '../../shared/notify/pagerduty.ts';
import { emailText } from '../../shared/notify/plain-text.ts';
import { slackMessage } from '../../shared/notify/slack-blocks.ts';
import { teamsMessage } from '../../shared/notify/teams-card.ts';
import { terminalPreview } from '../../shared/notify/terminal-preview.ts';
import { Places } from '../../shared/report/facets.ts';
import { findingsSection } from '../../shared/report/findings-section.ts';
import { planPage } from '../../shared/report/plan-page.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  subnetSubject,
} from '../fixtures/messages/made-messages.ts';
import { slackTexts } from '../fixtures/messages/slack-texts.ts';
import { pasted } from './bash.ts';
import { hostileText } from './hostile-text.ts';

/** A command with hostile words, and what `aws` must be called with. */
interface Case {
  readonly command: string;
  readonly words: readonly string[];
}

const commandCase: fc.Arbitrary<Case> = fc
  .record({ name: hostileText, ids: fc.array(hostileText, { minLength: 1, maxLength: 2 }) })
  .map(({ name, ids }) => ({
    command: aws('autoscaling', 'describe-scaling-activities', 'eu-west-1', {
      'auto-scaling-group-name': name,
      ids,
    }),
    words: [
      ...['autoscaling', 'describe-scaling-activities', '--auto-scaling-group-name', name, '--ids', ...ids],
      ...['--region', 'eu-west-1'],
    ],
  }));

/** Several names of everyday use, so that a channel that shows nothing fails. */
const EVERYDAY: readonly Case[] = ['eks-nodes', 'eks nodes (blue)', 'a$b'].map((name) => ({
  command: aws('autoscaling', 'describe-scaling-activities', 'eu-west-1', {
    'auto-scaling-group-name': name,
  }),
  words: [
    ...['autoscaling', 'describe-scaling-activities', '--auto-scaling-group-name', name],
    ...['--region', 'eu-west-1'],
  ],
}));

const findingWith = (commands: readonly string[]): Finding =>
  exampleFinding(subnetSubject('subnet-0a', 'pods', []), {
    kind: 'addresses-low',
    title: 'pods: 3 of 123 addresses left',
    remedies: [{ title: 'Look', effect: 'Shows it.', commands, preconditions: [] }],
  });

const messageWith = (commands: readonly string[]) =>
  exampleMessage([exampleTransition(findingWith(commands), {})], {
    threadId: 'thread',
    messageId: 'message',
  });

const entities = (text: string): string =>
  text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&');

/** What a reader of CommonMark sees of a line, as far as its inline markup goes. */
const markdown = (text: string): string =>
  entities(
    text
      .replace(/`+([^`]*)`+/g, '$1')
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/<([^>]*)>/g, '')
      .replace(/\\([!-/:-@[-`{-~])/g, '$1')
      .replace(/\*+([^*]+)\*+/g, '$1')
      .replace(/~+([^~]+)~+/g, '$1')
      .replace(/(?<![\p{L}\p{N}])_+([^_]+)_+(?![\p{L}\p{N}])/gu, '$1')
      .replace(/ {2,}/g, ' '),
  );

const planWith = (commands: readonly string[]): PlanReport =>
  withDisplayableCommands({
    title: 'pods: a plan',
    answer: 'It fits.',
    fits: true,
    tables: [],
    notes: [],
    unknowns: [],
    commands,
    rules: [],
    subnetIds: [],
  });

const TERMINAL = { colour: false, columns: 80 } as Parameters<typeof planAsText>[0];

/** What a person can copy from each channel: the text of its commands, or nothing. */
const CHANNELS: Readonly<Record<string, (commands: readonly string[]) => string>> = {
  Slack: (commands) => {
    const texts = slackTexts(slackMessage(composeMessage(messageWith(commands)))).map(({ text }) => text);
    // Slack ends a block at the next fence, whatever was meant.
    const fenced = texts.flatMap((text) => text.split('```').slice(1, 2));
    return fenced.map(entities).join('\n');
  },
  Teams: (commands) =>
    teamsMessage(composeMessage(messageWith(commands)))
      .attachments.flatMap(({ content }) => content.body.flatMap(({ inlines }) => inlines))
      .filter(({ fontType }) => fontType === 'Monospace')
      .map(({ text }) => text)
      .join('\n'),
  'e-mail': (commands) =>
    emailText(composeMessage(messageWith(commands)))
      .split('\n')
      .filter((line) => line.startsWith('    '))
      .map((line) => line.slice(4))
      .join('\n'),
  PagerDuty: (commands) => {
    const [event] = pagerDutyEvents(messageWith(commands), 'key');
    return String(event?.payload?.custom_details['Command'] ?? '');
  },
  'Amazon Q': (commands) =>
    amazonQNotification(composeMessage(messageWith(commands)))
      .content.nextSteps.filter((step) => step.startsWith('aws '))
      .map(markdown)
      .join('\n'),
  'printed alerts': (commands) =>
    terminalPreview(composeMessage(messageWith(commands)), { colour: false, width: 80 })
      .split('\n')
      .filter((line) => line.startsWith('\u2502   aws '))
      .map((line) => line.slice(4))
      .join('\n'),
  'headroom findings': (commands) =>
    renderFinding({ colour: false }, findingWith(commands))
      .split('\n')
      .filter((line) => line.startsWith(`${' '.repeat(13)}aws `))
      .map((line) => line.slice(13))
      .join('\n'),
  'headroom plan': (commands) =>
    planAsText(TERMINAL, planWith(commands)).split('Commands, in this order\n')[1]?.replace(/\n$/, '') ?? '',
  'a plan in Markdown': (commands) =>
    /^(`{3,})sh\n(.*?)\n\1`*$/ms.exec(planAsMarkdown(planWith(commands)))?.[2] ?? '',
  'the page of a plan': (commands) =>
    entities(/<pre>(.*?)<\/pre>/s.exec(planPage(planWith(commands), []))?.[1] ?? ''),
  report: (commands) =>
    [
      ...findingsSection([findingWith(commands)], new Places([])).section.text.matchAll(
        /<pre><code>(.*?)<\/code><\/pre>/gs,
      ),
    ]
      .map(([, text = '']) => entities(text))
      .join('\n'),
};

/** The cases in which a person who pastes what is shown runs something else; and how many commands were shown. */
const misread = (show: (commands: readonly string[]) => string, cases: readonly Case[]) => {
  const texts = cases.map(({ command }) => show([command]));
  const calls = pasted(texts);
  const wrong = cases.filter(
    ({ words }, index) => texts[index] !== '' && JSON.stringify(calls[index]) !== JSON.stringify([words]),
  );
  return { wrong, shown: texts.filter((text) => text !== '').length };
};

const CASES: readonly Case[] = [...EVERYDAY, ...fc.sample(commandCase, { numRuns: 1_500, seed: 20_261_126 })];

describe('a command with a hostile name', () => {
  test.each(Object.entries(CHANNELS))(
    '%s: bash reads the same words, or the command is not shown',
    (_, show) => {
      const { wrong, shown } = misread(show, CASES);
      expect(wrong).toEqual([]);
      expect(shown).toBeGreaterThan(30);
    },
  );

  test.each(Object.entries(CHANNELS))('%s shows commands with names of everyday use', (_, show) => {
    expect(misread(show, EVERYDAY)).toEqual({ wrong: [], shown: EVERYDAY.length });
  });

  test('bash reads what the builder wrote, whatever is in it that bash can hold', () => {
    const held = CASES.filter(({ words }) =>
      words.every((word) => !word.includes('\0') && word.isWellFormed()),
    );
    expect(misread(([command = '']) => command, held).wrong).toEqual([]);
  });

  test.each([
    '--query',
    '-x',
    'file:///etc/passwd',
    'fileb://a',
    'http://a.example',
    'a\tb',
    'a\u00A0b',
    'a\u202Eb',
  ])('the AWS CLI or the clipboard would change %j: the command is not shown', (name) => {
    expect(displayableCommands([aws('a', 'b', 'eu-west-1', { name })])).toBeNull();
    expect(emailText(composeMessage(messageWith([aws('a', 'b', 'eu-west-1', { name })])))).toContain(
      NOT_DISPLAYED.slice(0, 40),
    );
  });
});

describe('a comment in a plan', () => {
  test.each(['# look at\nid', '# \u202Edi', '# a\u0085id'])('%j does not become a command', (comment) => {
    expect(planWith([comment]).commands).toEqual([]);
    expect(planWith([comment]).notes).toEqual([NOT_DISPLAYED]);
  });

  test('is shown with an address and an option in it', () => {
    const comment = "# see https://docs.aws.amazon.com and use '--dry-run'";
    expect(planWith([comment]).commands).toEqual([comment]);
  });
});

describe('a planted violation is found', () => {
  test.each<[string, (commands: readonly string[]) => string]>([
    ['a fence that is replaced after quoting', ([command = '']) => command.replaceAll('```', "'''")],
    ['a word between quotes of its own', ([command = '']) => command.replace(/'\\''/g, "'")],
    ['spaces made one', ([command = '']) => command.replace(/ {2,}/g, ' ')],
    ['markdown in a chat', ([command = '']) => markdown(command)],
    ['invisible characters left out', ([command = '']) => command.replace(/[\u200B\u202E]/g, '')],
  ])('%s', (_, show) => {
    const held = CASES.filter(({ words }) =>
      words.every((word) => !/[\0\n]/.test(word) && word.isWellFormed()),
    );
    expect(misread(show, held).wrong.length).toBeGreaterThan(0);
  });
});
