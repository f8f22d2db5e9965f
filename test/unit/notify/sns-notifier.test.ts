import { describe, expect, test } from 'vitest';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { emailSubject, emailText } from '../../../shared/notify/plain-text.ts';
import {
  MAX_ATTRIBUTES,
  MAX_PUBLISH_BYTES,
  publishBytes,
  publishInput,
} from '../../../shared/notify/sns-notifier.ts';
import { readTopicMessage } from '../../../shared/notify/topic-message.ts';
import { trimToFit } from '../../../shared/notify/trim-message.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  HOSTILE_NAME,
  MADE_MESSAGES,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:headroom-alerts';

describe('what is published', () => {
  const message = messageNamed('many-subnets-of-one-vpc');

  test('per protocol: people read text, machines the document', () => {
    const input = publishInput(message, TOPIC, 'per-protocol');
    expect(input).toMatchObject({
      TopicArn: TOPIC,
      MessageStructure: 'json',
      Subject: emailSubject(composeMessage(message)),
    });
    const bodies = JSON.parse(input.Message ?? '');
    expect(Object.keys(bodies)).toEqual(['default', 'email']);
    expect(bodies.email).toBe(emailText(composeMessage(message)));
    expect(readTopicMessage(bodies.default)).toEqual(message);
  });

  test('as a document or as text: that alone, with no structure, so that SNS delivers the attributes', () => {
    const document = publishInput(message, TOPIC, 'document');
    expect(document.MessageStructure).toBeUndefined();
    expect(readTopicMessage(document.Message ?? '')).toEqual(message);
    const text = publishInput(message, TOPIC, 'text');
    expect(text).toMatchObject({
      Message: emailText(composeMessage(message)),
      MessageAttributes: document.MessageAttributes,
    });
    expect(text.MessageStructure).toBeUndefined();
  });

  test('for Amazon Q Developer: its notification and nothing else', () => {
    const input = publishInput(message, TOPIC, 'amazon-q');
    expect(JSON.parse(input.Message ?? '')).toMatchObject({ version: '1.0', source: 'custom' });
    expect(input).not.toHaveProperty('Subject');
    expect(input).not.toHaveProperty('MessageStructure');
  });

  test('on a FIFO topic: in the order of the thread, and once for each message', () => {
    const first = publishInput(message, `${TOPIC}.fifo`, 'document');
    expect(first.MessageGroupId).toMatch(/^[0-9a-f]{64}$/);
    expect(first.MessageDeduplicationId).toMatch(/^[0-9a-f]{64}$/);
    const later = publishInput({ ...message, messageId: 'another' }, `${TOPIC}.fifo`, 'document');
    expect(later.MessageGroupId).toBe(first.MessageGroupId);
    expect(later.MessageDeduplicationId).not.toBe(first.MessageDeduplicationId);
    expect(publishInput(message, TOPIC, 'document')).not.toHaveProperty('MessageGroupId');
  });
});

describe('the routing attributes', () => {
  const attributesOf = (message: AlertMessage) =>
    publishInput(message, TOPIC, 'document').MessageAttributes ?? {};

  test('say what a filter policy may ask for', () => {
    expect(attributesOf(messageNamed('surge'))).toEqual({
      messageId: { DataType: 'String', StringValue: '5f0c8e1d2b7a49c6a3e4f5061728394a' },
      threadId: { DataType: 'String', StringValue: '111122223333/eu-west-1/subnet/subnet-0bbbbbbbbbbbbbbb2' },
      severity: { DataType: 'String', StringValue: 'critical' },
      transition: { DataType: 'String', StringValue: 'firing' },
      rule: { DataType: 'String', StringValue: 'addresses-surge' },
      accountId: { DataType: 'String', StringValue: '111122223333' },
      region: { DataType: 'String', StringValue: 'eu-west-1' },
      vpcId: { DataType: 'String', StringValue: 'vpc-0f3a1c5e7b9d2468a' },
      subnetId: { DataType: 'String', StringValue: 'subnet-0bbbbbbbbbbbbbbb2' },
      clusterName: { DataType: 'String', StringValue: 'batch' },
    });
  });

  test('are at most ten, so that SQS with raw delivery gets the message', () => {
    for (const message of Object.values(MADE_MESSAGES))
      expect(Object.keys(attributesOf(message)).length).toBeLessThanOrEqual(MAX_ATTRIBUTES);
    expect(MAX_ATTRIBUTES).toBe(10);
  });

  test('of several values are lists, and of none are left out, because SNS refuses empty ones', () => {
    const attributes = attributesOf(messageNamed('many-subnets-of-one-vpc'));
    expect(attributes['subnetId']?.DataType).toBe('String.Array');
    expect(JSON.parse(attributes['subnetId']?.StringValue ?? '')).toHaveLength(18);
    expect(attributes['severity']?.StringValue).toBe('critical');
    expect(attributesOf(messageNamed('scan-failed'))).not.toHaveProperty('vpcId');
  });

  test('are plain, whatever a cluster is called', () => {
    const named = (name: string) =>
      attributesOf(
        exampleMessage([
          exampleTransition(
            exampleFinding(subnetSubject('subnet-1', null, [name]), { kind: 'addresses-low', title: 't' }),
          ),
        ]),
      )['clusterName']?.StringValue;
    expect(named(HOSTILE_NAME)).toMatch(/^[\x20-\x7E]+$/);
    expect(named('a"b\\c')).toBe('a?b?c');
    expect(named('\u200B')).toBe('?');
  });

  test('name every cluster that shares the subnet', () => {
    expect(attributesOf(messageNamed('prefixes-will-run-out'))['clusterName']).toEqual({
      DataType: 'String.Array',
      StringValue: '["prod","batch"]',
    });
  });

  test('count towards the size with their names, types and values', () => {
    expect(
      publishBytes({
        Message: 'ab\u20AC',
        MessageAttributes: { name: { DataType: 'String', StringValue: 'xy' } },
      }),
    ).toBe(5 + 4 + 6 + 2);
    expect(publishBytes({ Message: 'abc' })).toBe(3);
  });
});

describe('a message that is too large', () => {
  const fits = (limit: number) => (candidate: AlertMessage) =>
    publishBytes(publishInput(candidate, TOPIC, 'per-protocol')) <= limit;
  const group = (count: number, explanation = 'Few are left. '.repeat(20)) =>
    exampleMessage(
      Array.from({ length: count }, (_, index) =>
        exampleTransition(
          exampleFinding(subnetSubject(`subnet-${index}`, `app-${index}`), {
            kind: 'addresses-low',
            title: `Subnet app-${index} is low`,
            severity: index === count - 1 ? 'critical' : 'warning',
            explanation,
            evidence: Array.from({ length: 8 }, (_, figure) => ({ name: `figure${figure}`, value: figure })),
            remedies: Array.from({ length: 4 }, (_, rank) => ({
              title: `Remedy ${rank}`,
              effect: 'e'.repeat(400),
              commands: ['c'.repeat(400)],
              preconditions: [],
            })),
          }),
        ),
      ),
    );

  test('is published whole at the limit, and trimmed one byte past it', () => {
    const message = group(3);
    const size = publishBytes(publishInput(message, TOPIC, 'per-protocol'));
    expect(trimToFit(message, fits(size))).toBe(message);
    expect(trimToFit(message, fits(size - 1))).not.toEqual(message);
  });

  test('first keeps one remedy of each, then none, and no alert is left out as long as that is enough', () => {
    const message = group(10);
    const size = publishBytes(publishInput(message, TOPIC, 'per-protocol'));
    const one = trimToFit(message, fits(size - 1));
    expect(one.transitions.map(({ finding }) => finding.remedies.length)).toEqual(Array(10).fill(1));
    const smaller = publishBytes(publishInput(one, TOPIC, 'per-protocol'));
    const none = trimToFit(message, fits(smaller - 1));
    expect(none.transitions.map(({ finding }) => finding.remedies.length)).toEqual(Array(10).fill(0));
    expect(none.omittedTransitions).toBeUndefined();
  });

  test('then keeps as many alerts as fit into 256 KiB, the worst first, and says how many it left out', () => {
    const message = group(1_000);
    const trimmed = trimToFit(message, fits(MAX_PUBLISH_BYTES));
    const kept = trimmed.transitions.length;
    expect(publishBytes(publishInput(trimmed, TOPIC, 'per-protocol'))).toBeLessThanOrEqual(262_144);
    expect(trimmed.transitions[0]?.severity).toBe('critical');
    expect(trimmed.omittedTransitions).toBe(1_000 - kept);
    expect(composeMessage(trimmed).headline).toContain(
      'Critical: 1,000 subnets of vpc-0f3a1c5e7b9d2468a: few addresses left',
    );
    const oneMore = { ...trimmed, transitions: [...trimmed.transitions, ...trimmed.transitions.slice(-1)] };
    expect(publishBytes(publishInput(oneMore, TOPIC, 'per-protocol'))).toBeGreaterThan(262_144);
  });

  test('counts what had been left out before', () => {
    const trimmed = trimToFit({ ...group(50), omittedTransitions: 7 }, fits(20_000));
    expect(trimmed.omittedTransitions).toBe(50 - trimmed.transitions.length + 7);
  });

  test('keeps one alert, however little room there is', () => {
    expect(trimToFit(group(50), () => false).transitions).toHaveLength(1);
  });

  test('shortens texts without end', () => {
    const trimmed = trimToFit(group(1, '\u{1F534}'.repeat(200_000)), fits(MAX_PUBLISH_BYTES));
    expect(publishBytes(publishInput(trimmed, TOPIC, 'per-protocol'))).toBeLessThanOrEqual(MAX_PUBLISH_BYTES);
    expect(trimmed.transitions[0]?.finding.explanation.isWellFormed()).toBe(true);
  });
});
