import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../shared/model/result/finding.ts';
import { amazonQNotification } from '../../../shared/notify/amazon-q.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const withCommand = (command: string): Finding =>
  exampleFinding(subnetSubject('subnet-1', 'a'), {
    kind: 'addresses-low',
    title: 't',
    remedies: [
      {
        title: 'Act',
        effect: 'Helps.',
        commands: command === '' ? [] : [command],
        preconditions: [{ text: 'p', holds: null }],
      },
    ],
  });

const stepsFor = (command: string) =>
  amazonQNotification(composeMessage(exampleMessage([exampleTransition(withCommand(command))]))).content
    .nextSteps;

describe('an Amazon Q Developer notification', () => {
  test('has the one shape that the service shows', () => {
    expect(amazonQNotification(composeMessage(messageNamed('surge')))).toMatchObject({
      version: '1.0',
      source: 'custom',
      content: { textType: 'client-markdown' },
    });
  });

  test('of the same cause goes into the same thread, from the first warning to the resolve', () => {
    const threads = ['prefixes-will-run-out', 'escalated-to-critical', 'resolved'].map(
      (name) => amazonQNotification(composeMessage(messageNamed(name))).metadata.threadId,
    );
    expect(new Set(threads).size).toBe(1);
  });

  test('says what to do next, with the command', () => {
    expect(stepsFor('aws ec2 describe-subnets')).toEqual([
      'Act. Helps.',
      'Check first: p',
      'aws ec2 describe-subnets',
    ]);
  });

  const NOT_SHOWN =
    'The commands are not shown here, because a chat would change them: headroom findings prints them.';

  test('leaves a command out rather than changing or cutting it', () => {
    expect(stepsFor('echo `date`')).toEqual(['Act. Helps.', 'Check first: p', NOT_SHOWN]);
    expect(stepsFor('x'.repeat(600))).toHaveLength(3);
    expect(stepsFor('x'.repeat(601)).at(-1)).toBe(NOT_SHOWN);
  });

  test('of many alerts tells the worst, lists ten, and counts the rest', () => {
    const { description } = amazonQNotification(
      composeMessage(messageNamed('many-subnets-of-one-vpc')),
    ).content;
    expect(description).toContain('9 addresses are left');
    expect(description.match(/^\u2022 (?:Critical|Warning): /gm)).toHaveLength(10);
    expect(description).toContain('and 7 more, not shown here');
  });

  test('keeps within what one section of a chat client shows', () => {
    const long = exampleFinding(subnetSubject('subnet-1', 'x'.repeat(500)), {
      kind: 'addresses-low',
      title: 'x'.repeat(500),
      explanation: 'y'.repeat(5_000),
      owners: Array.from({ length: 9 }, () => ({
        kind: 'k'.repeat(300),
        name: 'n'.repeat(300),
        interfaces: 1,
        addresses: 1,
      })),
    });
    const { content } = amazonQNotification(composeMessage(exampleMessage([exampleTransition(long)])));
    expect(content.title.length).toBeLessThanOrEqual(150);
    expect(content.description.length).toBeLessThanOrEqual(2_800);
  });

  test('of nothing is still one', () => {
    expect(amazonQNotification(composeMessage(exampleMessage([])))).toMatchObject({
      metadata: { eventType: 'headroom' },
    });
  });
});
