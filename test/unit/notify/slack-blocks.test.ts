import type { KnownBlock } from '@slack/types';
import { describe, expect, test } from 'vitest';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { slackBytes, slackMessage } from '../../../shared/notify/slack-blocks.ts';
import {
  MAX_BLOCKS,
  MAX_HEADER_TEXT,
  MAX_MESSAGE_BYTES,
  MAX_SECTION_TEXT,
} from '../../../shared/notify/slack-limits.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';
import { slackTexts, withoutSlackTimes } from '../../fixtures/messages/slack-texts.ts';

const subject = subnetSubject('subnet-1', 'pods-a', ['prod']);
const finding = exampleFinding(subject, {
  kind: 'addresses-low',
  title: 'Subnet pods-a has 9 addresses left',
  severity: 'critical',
});

const remedy = (command: string) => ({
  title: 'Act',
  effect: 'Helps.',
  commands: [command],
  preconditions: [],
});

const headerOf = (blocks: readonly KnownBlock[]): string => {
  const [first] = blocks;
  if (first?.type !== 'header') throw new Error('The first block is the header.');
  return first.text.text;
};

describe('the header', () => {
  const titled = (length: number) =>
    headerOf(
      slackMessage(
        composeMessage(exampleMessage([exampleTransition({ ...finding, title: 'x'.repeat(length) })])),
      ).blocks,
    );
  const around = '\u{1F534} Critical: '.length;

  test('shows how bad it is by a symbol and by a word', () => {
    expect(titled(3)).toBe('\u{1F534} Critical: xxx');
  });

  test('is whole at the limit of 150 and cut one past it', () => {
    expect(MAX_HEADER_TEXT).toBe(150);
    expect(titled(150 - around)).toBe(`\u{1F534} Critical: ${'x'.repeat(150 - around)}`);
    expect(titled(151 - around)).toBe(`\u{1F534} Critical: ${'x'.repeat(149 - around)}\u2026`);
  });

  test('is cut before an escape, not in it', () => {
    expect(titled(0).length).toBeLessThan(around + 1);
    const message = exampleMessage([exampleTransition({ ...finding, title: '&'.repeat(200) })]);
    expect(headerOf(slackMessage(composeMessage(message)).blocks)).toMatch(
      /^\u{1F534} Critical: (&amp;)+\u2026$/u,
    );
  });
});

describe('foreign text', () => {
  const message = slackMessage(composeMessage(messageNamed('hostile-names')));

  test('has no mentions, no links and no markup: every control character is escaped but in our own links', () => {
    for (const { text } of slackTexts(message)) {
      const withoutOurLinks = withoutSlackTimes(text).replace(
        /<https:\/\/eu-west-1\.console\.aws\.amazon\.com\/[^|<>]*\|[^<>]*>/g,
        '',
      );
      expect(withoutOurLinks).not.toMatch(/[<>]/);
      expect(withoutOurLinks.replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
    }
  });

  test('is not searched for links and mentions by Slack itself', () => {
    const json = JSON.stringify(message);
    expect(json.match(/"type":"mrkdwn"/g)?.length).toBe(json.match(/"verbatim":true/g)?.length);
    expect(message).toMatchObject({ unfurl_links: false, unfurl_media: false });
  });

  test('cannot end a code block', () => {
    const texts = slackTexts(message).map(({ text }) => text);
    expect(texts.join('\n')).not.toContain('```');
    expect(texts).toContainEqual(expect.stringContaining('The command is not shown'));
  });
});

describe('commands', () => {
  const shownFor = (command: string): string => {
    const message = exampleMessage([exampleTransition({ ...finding, remedies: [remedy(command)] })]);
    return JSON.stringify(slackMessage(composeMessage(message)).blocks);
  };

  test('are shown to copy', () => {
    expect(shownFor('aws ec2 create-subnet --vpc-id vpc-1')).toContain(
      '```aws ec2 create-subnet --vpc-id vpc-1```',
    );
  });

  test('are shown whole or not at all', () => {
    const fits = 'x'.repeat(2_500 - '``````'.length);
    expect(shownFor(fits)).toContain(fits);
    expect(shownFor(`${fits}x`)).not.toContain('xxxxx');
    expect(shownFor(`${fits}x`)).toContain('The command is too long to show here (2,495 characters)');
  });
});

describe('the sizes', () => {
  const many = (count: number, title: (index: number) => string) =>
    composeMessage(
      exampleMessage(
        Array.from({ length: count }, (_, index) =>
          exampleTransition(
            exampleFinding(subnetSubject(`subnet-${index}`, null), {
              kind: 'addresses-low',
              title: title(index),
            }),
          ),
        ),
      ),
    );

  test('thirty more alerts are listed by a line each, and further ones are counted', () => {
    const exact = slackMessage(many(31, (index) => `Subnet ${index}`));
    expect(JSON.stringify(exact)).not.toContain('not shown here');
    const more = slackMessage(many(45, (index) => `Subnet ${index}`));
    expect(JSON.stringify(more)).toContain('and 14 more, not shown here');
  });

  test('a list that is too large loses lines and says how many', () => {
    const message = slackMessage(many(31, () => '\u65E5'.repeat(240)));
    expect(slackBytes(message)).toBeLessThan(MAX_MESSAGE_BYTES);
    expect(JSON.stringify(message)).toMatch(/and \d+ more, not shown here/);
  });

  test.each(['&', '\u65E5', '"', '\\', '<', '`', '&\u65E5"\\<'])(
    'the worst that can come, all of %j, stays under 12,000 bytes, 50 blocks and 3,000 characters a section',
    (filling) => {
      const wide = filling.repeat(2_000);
      const worst = exampleFinding(
        {
          ...subject,
          id: wide,
          name: wide,
          vpcId: wide,
          clusterName: wide,
          accountId: wide,
          region: wide,
          clusterNames: [wide, wide, wide],
        },
        {
          kind: wide,
          title: wide,
          explanation: wide,
          severity: 'critical',
          evidence: Array.from({ length: 20 }, () => ({ name: wide, value: wide, unit: wide })),
          remedies: [
            { title: wide, effect: wide, commands: [wide], preconditions: [{ text: wide, holds: null }] },
          ],
          owners: Array.from({ length: 9 }, () => ({ kind: wide, name: wide, interfaces: 1, addresses: 1 })),
          forecast: {
            exhaustionAt: null,
            earliest: null,
            latest: null,
            probabilityWithin: null,
            method: 'x',
            reason: wide,
          },
        },
      );
      const content = composeMessage(
        exampleMessage(
          Array.from({ length: 60 }, () => exampleTransition(worst)),
          {
            links: Array.from({ length: 9 }, () => ({
              label: 'Link',
              url: `https://a.example/#${'x'.repeat(900)}`,
            })),
          },
        ),
      );
      const message = slackMessage(content);
      expect(slackBytes(message)).toBeLessThan(MAX_MESSAGE_BYTES);
      expect(message.blocks.length).toBeLessThanOrEqual(MAX_BLOCKS);
      for (const { text } of slackTexts(message)) expect(text.length).toBeLessThanOrEqual(MAX_SECTION_TEXT);
      expect(JSON.stringify(message)).toContain('not shown here');
    },
  );
});
