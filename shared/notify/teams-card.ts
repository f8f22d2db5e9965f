import type { AlertLevel } from '../model/alert/alert.ts';
import { number } from '../model/base/text/numbers.ts';
import { truncate, utf8Bytes } from './inert-text.ts';
import { factText, type MessageContent, type MessageEntry, type RemedyContent } from './message-content.ts';

/**
 * The message as an Adaptive Card for Microsoft Teams. All text stands in text runs, in which neither Markdown nor mentions
 * mean anything (adaptivecards.io, TextRun): so names from scanned accounts are inert, and commands are exactly as typed.
 */

/** One run of text within a block. */
interface TextRun {
  readonly type: 'TextRun';
  readonly text: string;
  readonly weight?: 'Bolder';
  readonly size?: 'Large';
  readonly color?: 'Attention' | 'Warning' | 'Good';
  readonly isSubtle?: true;
  readonly fontType?: 'Monospace';
}

interface TextBlock {
  readonly type: 'RichTextBlock';
  readonly inlines: readonly TextRun[];
  readonly separator?: true;
}

/** What a workflow of Teams takes at its webhook. */
export interface TeamsMessage {
  readonly type: 'message';
  readonly attachments: readonly {
    readonly contentType: 'application/vnd.microsoft.card.adaptive';
    readonly contentUrl: null;
    readonly content: {
      readonly $schema: string;
      readonly type: 'AdaptiveCard';
      readonly version: '1.4';
      readonly fallbackText: string;
      readonly body: readonly TextBlock[];
      readonly actions: readonly {
        readonly type: 'Action.OpenUrl';
        readonly title: string;
        readonly url: string;
      }[];
      readonly msteams: { readonly width: 'Full' };
    };
  }[];
}

/**
 * Teams takes 28,672 bytes, and counts more of them than are sent: 24,453 bytes counted as 28,897
 * (github.com/MicrosoftDocs/msteams-docs/issues/11274). A workflow that gets a larger card says 202 and shows nothing.
 */
export const MAX_TEAMS_BYTES = 20_000;

const COLOUR: Readonly<Record<AlertLevel, 'Attention' | 'Warning' | 'Good'>> = {
  critical: 'Attention',
  warning: 'Warning',
  ok: 'Good',
};

/** How much detail a card has. Tried from the first to the last until it is small enough. */
interface Detail {
  readonly lines: number;
  readonly prose: number;
  readonly owners: number;
  readonly command: number;
}

const DETAILS: readonly Detail[] = [
  { lines: 30, prose: 1_200, owners: 6, command: 4_000 },
  { lines: 12, prose: 500, owners: 3, command: 1_500 },
  { lines: 4, prose: 200, owners: 1, command: 0 },
];

const LEAST: Detail = { lines: 1, prose: 80, owners: 0, command: 0 };

const TITLE = 200;
const MOST_LINKS = 4;
const LONGEST_LINK = 600;

export const teamsMessage = (content: MessageContent): TeamsMessage => {
  for (const detail of DETAILS) {
    const message = render(content, detail);
    if (teamsBytes(message) <= MAX_TEAMS_BYTES) return message;
  }
  return render(content, LEAST);
};

/** The size that counts: of the JSON that is posted. */
export const teamsBytes = (message: TeamsMessage): number => utf8Bytes(JSON.stringify(message));

const render = (content: MessageContent, detail: Detail): TeamsMessage => {
  const [first, ...others] = content.entries;
  const shown = others.slice(0, detail.lines);
  const missing = others.length - shown.length + content.omitted;
  const body: readonly TextBlock[] = [
    block([
      { ...run(content.headline, TITLE), weight: 'Bolder', size: 'Large', color: COLOUR[content.level] },
    ]),
    ...(first === undefined ? [] : entryBlocks(first, content, detail)),
    ...content.sections.map((each) => lines(each.heading, each.lines, detail)),
    ...(shown.length + missing === 0
      ? []
      : [
          lines(
            'Also',
            [
              ...shown.map((entry) => `${entry.lead}: ${entry.title}`),
              ...(missing === 0 ? [] : [`${number(missing)} more, not shown here`]),
            ],
            detail,
          ),
        ]),
    block([{ ...run(`Headroom alert ${content.threadId}`, TITLE), isSubtle: true }]),
  ];
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          fallbackText: plain(content.summary, TITLE),
          body,
          actions: content.links
            .filter(({ url }) => url.length <= LONGEST_LINK)
            .slice(0, MOST_LINKS)
            .map(({ label, url }) => ({ type: 'Action.OpenUrl', title: plain(label, TITLE / 4), url })),
          msteams: { width: 'Full' },
        },
      },
    ],
  };
};

/** `{{` would begin a date function where a client looks for one. */
const plain = (text: string, limit: number): string => truncate(text, limit).replaceAll('{{', '{ {');

const run = (text: string, limit: number): TextRun => ({ type: 'TextRun', text: plain(text, limit) });

const block = (inlines: readonly TextRun[], separator = false): TextBlock => ({
  type: 'RichTextBlock',
  inlines,
  ...(separator ? { separator: true as const } : {}),
});

/** A heading, and lines below it. */
const lines = (heading: string, texts: readonly string[], { prose }: Detail): TextBlock =>
  block(
    [{ ...run(heading, TITLE), weight: 'Bolder' }, ...texts.map((text) => run(`\n\u2022 ${text}`, prose))],
    true,
  );

const entryBlocks = (entry: MessageEntry, content: MessageContent, detail: Detail): readonly TextBlock[] => {
  const facts = [entry.timing, ...entry.place];
  return [
    ...(content.isFirstInHeadline
      ? []
      : [block([{ ...run(`${entry.lead}: ${entry.title}`, TITLE), weight: 'Bolder' }])]),
    ...[entry.explanation, ...entry.outlook.map((sentence) => `${sentence}.`)]
      .filter((text) => text !== '')
      .map((text) => block([run(text, detail.prose)])),
    ...(entry.changes.length === 0
      ? []
      : [
          lines(
            'What changed',
            entry.changes.map(({ label, value }) => `${label}: ${value}`),
            detail,
          ),
        ]),
    block(
      facts.flatMap((fact, index) => [
        { ...run(`${index === 0 ? '' : '\n'}${fact.label}: `, TITLE), weight: 'Bolder' as const },
        run(factText(fact), TITLE),
      ]),
      true,
    ),
    ...(entry.owners.length === 0 || detail.owners === 0
      ? []
      : [lines('Owners of the addresses', entry.owners.slice(0, detail.owners), detail)]),
    ...(entry.remedy === null ? [] : remedyBlocks(entry.remedy, detail)),
  ];
};

/** A command is never cut: half a command is worse than none. */
const remedyBlocks = (remedy: RemedyContent, detail: Detail): readonly TextBlock[] => {
  const command = remedy.commands.join('\n');
  const isShown = command !== '' && command.length <= detail.command && !command.includes('{{');
  return [
    lines('Do first', [`${remedy.title}. ${remedy.effect}`, ...remedy.checks.slice(0, 3)], detail),
    ...(command === ''
      ? []
      : [
          block([
            isShown
              ? { type: 'TextRun' as const, text: command, fontType: 'Monospace' as const }
              : run('The command is not shown here: `headroom findings` prints it.', TITLE),
          ]),
        ]),
  ];
};
