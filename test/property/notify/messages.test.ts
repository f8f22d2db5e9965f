import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../shared/model/result/finding.ts';
import { incidentOf } from '../../../shared/model/result/identity.ts';
import { writeAlertDocument } from '../../../shared/notify/alert-document.ts';
import { amazonQNotification } from '../../../shared/notify/amazon-q.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { MAX_DEDUP_KEY, MAX_SUMMARY, pagerDutyEvents } from '../../../shared/notify/pagerduty.ts';
import { emailSubject, emailText, MAX_SUBJECT } from '../../../shared/notify/plain-text.ts';
import { slackBytes, slackMessage } from '../../../shared/notify/slack-blocks.ts';
import {
  MAX_BLOCKS,
  MAX_FIELD_TEXT,
  MAX_HEADER_TEXT,
  MAX_MESSAGE_BYTES,
  MAX_SECTION_FIELDS,
  MAX_SECTION_TEXT,
} from '../../../shared/notify/slack-limits.ts';
import { terminalPreview } from '../../../shared/notify/terminal-preview.ts';
import { readTopicMessage } from '../../../shared/notify/topic-message.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';
import { slackTexts, withoutSlackTimes } from '../../fixtures/messages/slack-texts.ts';

/** Texts that a tag may have: any characters, with the dangerous ones far more often than by chance. */
const hostileText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ maxLength: 200 }),
      fc.constantFrom(
        '<!channel>',
        '<@U123>',
        '<https://a.example|b>',
        '```',
        '`',
        '*',
        '_',
        '~',
        '&amp;',
        '\u202E',
        '\u200B',
        '\r\n',
        '\u0000',
        '\uD83D',
        '\u001B[31m',
        '\u{1F469}\u200D\u{1F680}',
        '\u65E5'.repeat(300),
      ),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

const finding: fc.Arbitrary<Finding> = fc
  .record({
    // Ids come from AWS, and have its form wherever they are read.
    id: fc.nat().map((number) => `subnet-${number.toString(16)}`),
    name: fc.option(hostileText),
    cluster: fc.option(hostileText),
    kind: hostileText,
    title: hostileText,
    explanation: hostileText,
    severity: fc.constantFrom('warning' as const, 'critical' as const),
    evidence: fc.array(
      fc.record({ name: hostileText, value: fc.oneof(fc.constant(null), fc.double(), hostileText) }),
      { maxLength: 14 },
    ),
    owners: fc.array(
      fc.record({
        kind: hostileText,
        name: fc.option(hostileText),
        interfaces: fc.nat(),
        addresses: fc.nat(),
      }),
      { maxLength: 8 },
    ),
    remedies: fc.array(
      fc.record({
        title: hostileText,
        effect: hostileText,
        commands: fc.array(hostileText, { maxLength: 3 }),
        preconditions: fc.array(fc.record({ text: hostileText, holds: fc.constantFrom(true, false, null) }), {
          maxLength: 4,
        }),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ id, name, cluster, ...rest }) =>
    exampleFinding(subnetSubject(id, name, cluster === null ? [] : [cluster]), rest),
  );

const message = fc
  .record({
    transitions: fc.array(
      fc
        .record({
          finding,
          kind: fc.constantFrom(
            'firing' as const,
            'escalated' as const,
            'repeated' as const,
            'resolved' as const,
          ),
        })
        .map(({ finding: found, kind }) =>
          exampleTransition(found, {
            transition: kind,
            ...(kind === 'resolved' ? { severity: 'ok' as const } : {}),
          }),
        ),
      { minLength: 1, maxLength: 40 },
    ),
    links: fc.array(fc.record({ label: hostileText, url: fc.oneof(fc.webUrl(), hostileText) }), {
      maxLength: 6,
    }),
  })
  .map(({ transitions, links }) =>
    exampleMessage(transitions, { links, threadId: 'thread', messageId: 'message' }),
  );

/** Control characters but the line feed, and what reorders or has no width. */
const HIDDEN = /[^\P{Cc}\n]|[\u202A-\u202E\u2066-\u2069\u200B]/u;

const RUNS = { numRuns: 100 };

describe('whatever is written into names and tags', () => {
  test('a Slack message stays within every size and has no live markup of theirs', () => {
    fc.assert(
      fc.property(message, (each) => {
        const slack = slackMessage(composeMessage(each));
        expect(slackBytes(slack)).toBeLessThan(MAX_MESSAGE_BYTES);
        expect(slack.blocks.length).toBeLessThanOrEqual(MAX_BLOCKS);
        for (const block of slack.blocks) {
          if (block.type === 'header') expect(block.text.text.length).toBeLessThanOrEqual(MAX_HEADER_TEXT);
          if (block.type !== 'section') continue;
          expect(block.text?.text.length ?? 1).toBeLessThanOrEqual(MAX_SECTION_TEXT);
          expect(block.text?.text.length ?? 1).toBeGreaterThan(0);
          expect(block.fields?.length ?? 0).toBeLessThanOrEqual(MAX_SECTION_FIELDS);
          for (const field of block.fields ?? [])
            expect(field.text.length).toBeLessThanOrEqual(MAX_FIELD_TEXT);
        }
        for (const { text, markup } of slackTexts(slack)) {
          expect(text.isWellFormed()).toBe(true);
          expect(withoutSlackTimes(text).replace(/<https?:\/\/[^|<>]+\|[^|<>]*>/g, '')).not.toMatch(/[<>]/);
          expect(text).not.toMatch(HIDDEN);
          if (markup) expect((text.match(/```/g)?.length ?? 0) % 2).toBe(0);
        }
      }),
      RUNS,
    );
  });

  test('an e-mail has a plain subject of less than 100 characters, and a body that nothing hides in', () => {
    fc.assert(
      fc.property(message, (each) => {
        const content = composeMessage(each);
        expect(emailSubject(content)).toMatch(/^[\x20-\x7E]{1,99}$/);
        expect(emailSubject(content).length).toBeLessThanOrEqual(MAX_SUBJECT);
        expect(emailText(content)).not.toMatch(HIDDEN);
        expect(emailText(content).isWellFormed()).toBe(true);
      }),
      RUNS,
    );
  });

  test('an Amazon Q notification has no character that begins a mention or a tag', () => {
    fc.assert(
      fc.property(message, (each) => {
        const { content, metadata } = amazonQNotification(composeMessage(each));
        for (const text of [
          content.title,
          content.description,
          ...content.nextSteps,
          ...content.keywords,
          metadata.summary,
        ]) {
          expect(text).not.toMatch(/[<>`]/);
        }
      }),
      RUNS,
    );
  });

  test('a PagerDuty event keeps to its sizes, and its key is the same every time', () => {
    fc.assert(
      fc.property(message, (each) => {
        const events = pagerDutyEvents(each, 'key');
        expect(events).toHaveLength(new Set(each.transitions.map(incidentOf)).size);
        for (const event of events) {
          expect(event.dedup_key.length).toBeLessThanOrEqual(MAX_DEDUP_KEY);
          expect(event.payload?.summary.length ?? 1).toBeLessThanOrEqual(MAX_SUMMARY);
        }
        expect(pagerDutyEvents(each, 'key')).toEqual(events);
      }),
      RUNS,
    );
  });

  test('a terminal gets no escape sequence of theirs', () => {
    fc.assert(
      fc.property(message, (each) => {
        expect(terminalPreview(composeMessage(each), { colour: false, width: 80 })).not.toMatch(HIDDEN);
      }),
      RUNS,
    );
  });

  test('the alert document is plain ASCII and reads back as what was written', () => {
    fc.assert(
      fc.property(message, (each) => {
        const written = writeAlertDocument(each, 'headline');
        expect(written).toMatch(/^[\x20-\x7E]*$/);
        expect(readTopicMessage(written)).toEqual(JSON.parse(JSON.stringify(each)));
      }),
      RUNS,
    );
  });
});
