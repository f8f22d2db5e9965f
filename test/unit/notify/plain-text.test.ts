import { describe, expect, test } from 'vitest';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { emailSubject, emailText } from '../../../shared/notify/plain-text.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const titled = (title: string) =>
  composeMessage(
    exampleMessage([
      exampleTransition(exampleFinding(subnetSubject('subnet-1', 'a'), { kind: 'addresses-low', title })),
    ]),
  );

describe('the subject', () => {
  const around = 'Warning: '.length;

  test('is whole at 99 characters, the most that SNS takes, and cut at 100', () => {
    expect(emailSubject(titled('x'.repeat(99 - around)))).toBe(`Warning: ${'x'.repeat(99 - around)}`);
    const cut = emailSubject(titled('x'.repeat(100 - around)));
    expect(cut).toHaveLength(99);
    expect(cut.endsWith('x...')).toBe(true);
  });

  test('is ASCII on one line, whatever the name', () => {
    expect(emailSubject(titled('Subnet \u65E5\u672C\r\nBcc: x@example.com'))).toBe(
      'Warning: Subnet ? Bcc: x@example.com',
    );
  });
});

describe('the body', () => {
  test('has no line of prose that is longer than 76 characters, and cuts no identifier', () => {
    const lines = emailText(composeMessage(messageNamed('prefixes-will-run-out'))).split('\n');
    const prose = lines.filter(
      (line) =>
        !line.startsWith('    ') &&
        !line.includes('://') &&
        !line.startsWith('- ') &&
        !line.startsWith('Headroom. Alert'),
    );
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(76);
    expect(emailText(titled(`Subnet ${'x'.repeat(120)}`))).toContain('x'.repeat(120));
  });

  test('gives the command exactly as it is to be typed, indented', () => {
    expect(emailText(composeMessage(messageNamed('prefixes-will-run-out')))).toContain(
      '    aws ec2 create-subnet --vpc-id vpc-0f3a1c5e7b9d2468a --availability-zone eu-west-1a --cidr-block 100.64.16.0/20',
    );
  });

  test('writes our links out, and takes the life out of those in names', () => {
    const text = emailText(composeMessage(messageNamed('hostile-names')));
    expect(text).toContain('https://eu-west-1.console.aws.amazon.com/vpcconsole');
    expect(text).not.toContain('https://evil.example');
    expect(text).toContain('https[:]//evil.example');
  });

  test('lists at most a hundred further alerts, and counts the rest', () => {
    const transitions = Array.from({ length: 111 }, (_, index) =>
      exampleTransition(
        exampleFinding(subnetSubject(`subnet-${index}`, null), { kind: 'addresses-low', title: `t${index}` }),
      ),
    );
    const text = emailText(composeMessage(exampleMessage(transitions, { omittedTransitions: 5 })));
    expect(text.match(/^- Warning: t\d+$/gm)).toHaveLength(100);
    expect(text).toContain('... and 15 more, not shown here.');
  });

  test('keeps a number and its percent sign on one line', () => {
    const words = Array.from({ length: 40 }, (_, index) => `${'w'.repeat(index % 9)} 50 %`).join(' ');
    const message = exampleMessage([
      exampleTransition(
        exampleFinding(subnetSubject('subnet-1', 'a'), {
          kind: 'addresses-low',
          title: 't',
          explanation: words,
        }),
      ),
    ]);
    expect(emailText(composeMessage(message))).not.toMatch(/^%/m);
  });
});
