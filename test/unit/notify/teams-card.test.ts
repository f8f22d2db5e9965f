import { describe, expect, test } from 'vitest';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { MAX_TEAMS_BYTES, teamsBytes, teamsMessage } from '../../../shared/notify/teams-card.ts';
import { EXAMPLES } from '../../fixtures/messages/examples.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const textsOf = (name: string): readonly string[] =>
  teamsMessage(composeMessage(messageNamed(name))).attachments.flatMap(({ content }) =>
    content.body.flatMap(({ inlines }) => inlines.map(({ text }) => text)),
  );

describe('an Adaptive Card', () => {
  test('shows the headline, the place, and the commands exactly as they are typed', () => {
    const texts = textsOf('hostile-names');
    expect(texts[0]).toMatch(/^Critical: Subnet /);
    expect(texts).toContain(
      "aws ec2 delete-tags --resources subnet-0ddddddddddddddd4 --tags 'Key=```<!here>'",
    );
    expect(texts.join('\n')).toContain('Account: \n'.trim());
  });

  test.each(Object.keys(EXAMPLES))('of %s is small enough, and has text and links', (name) => {
    const example = EXAMPLES[name];
    if (example === undefined) throw new Error(`There is no example ${name}.`);
    const message = teamsMessage(composeMessage(example));
    expect(teamsBytes(message)).toBeLessThanOrEqual(MAX_TEAMS_BYTES);
    const card = message.attachments[0]?.content;
    expect(card?.body.length).toBeGreaterThan(2);
    for (const { url } of card?.actions ?? []) expect(url).toMatch(/^https:\/\//);
  });
});
