import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../shared/model/checks/checks.ts';
import { MONITOR_CHECKS } from '../../../shared/model/checks/monitor/monitor-checks.ts';
import { amazonQNotification } from '../../../shared/notify/amazon-q.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { pagerDutyEvents } from '../../../shared/notify/pagerduty.ts';
import { emailSubject, emailText } from '../../../shared/notify/plain-text.ts';
import { slackMessage } from '../../../shared/notify/slack-blocks.ts';
import { terminalPreview } from '../../../shared/notify/terminal-preview.ts';
import { EXAMPLES } from '../../fixtures/messages/examples.ts';

/**
 * Every example in every channel, word for word, in files that people can read. After a change that is meant:
 * `npx vitest run --project unit test/unit/notify/golden-messages.test.ts -u`, and look at the difference.
 */
const golden = (name: string) =>
  join(import.meta.dirname, '..', '..', 'fixtures', 'messages', 'golden', name);
const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

describe.each(Object.entries(EXAMPLES))('the message %s', (name, message) => {
  const content = composeMessage(message);

  test('reads as agreed in Slack', async () => {
    await expect(json(slackMessage(content))).toMatchFileSnapshot(golden(`${name}.slack.json`));
  });

  test('reads as agreed in an e-mail', async () => {
    const mail = `Subject: ${emailSubject(content)}\n\n${emailText(content)}`;
    await expect(mail).toMatchFileSnapshot(golden(`${name}.email.txt`));
  });

  test('reads as agreed in Amazon Q Developer', async () => {
    await expect(json(amazonQNotification(content))).toMatchFileSnapshot(golden(`${name}.amazon-q.json`));
  });

  test('reads as agreed in PagerDuty', async () => {
    const events = pagerDutyEvents(message, 'R'.repeat(32));
    await expect(json(events)).toMatchFileSnapshot(golden(`${name}.pagerduty.json`));
  });

  test('reads as agreed in a terminal', async () => {
    const preview = terminalPreview(content, { colour: false, width: 90 });
    await expect(`${preview}\n`).toMatchFileSnapshot(golden(`${name}.terminal.txt`));
  });
});

test('every check that can be sent has an example', () => {
  const shown = new Set(
    Object.values(EXAMPLES).flatMap(({ transitions }) => transitions.map(({ finding }) => finding.kind)),
  );
  expect([...CHECKS, ...MONITOR_CHECKS].map(({ kind }) => kind).filter((kind) => !shown.has(kind))).toEqual(
    [],
  );
});

test.each(['firing', 'escalated', 'deescalated', 'repeated', 'resolved'])('an example shows %s', (kind) => {
  const transitions = Object.values(EXAMPLES).flatMap((message) => message.transitions);
  expect(transitions.map(({ transition }) => transition)).toContain(kind);
});
