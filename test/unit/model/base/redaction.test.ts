import { describe, expect, test } from 'vitest';
import { redactingReplacer, redactSecrets } from '../../../../shared/model/base/redaction.ts';

describe('text that is about to be logged', () => {
  test.each([
    [
      'POST https://hooks.slack.com/services/T000/B000/XXXX failed',
      'POST https://hooks.slack.com/[redacted] failed',
    ],
    ['http://hooks.slack.com/services/T0', 'http://hooks.slack.com/[redacted]'],
    ['"https://hooks.slack-gov.com/services/T0/B0/X"', '"https://hooks.slack-gov.com/[redacted]"'],
    ['token xoxb-1234-abcd.', 'token [redacted].'],
    ['xapp-1-A0 and xoxe.xoxp-1-Mi0', '[redacted] and [redacted]'],
    ['key AKIAIOSFODNN7EXAMPLE used', 'key [redacted] used'],
    ['key ASIAIOSFODNN7EXAMPLE used', 'key [redacted] used'],
    ['https://x.example/?X-Amz-Signature=abc123&a=b', 'https://x.example/?X-Amz-Signature=[redacted]&a=b'],
    ['X-Amz-Security-Token=FwoG%2F; x', 'X-Amz-Security-Token="[redacted]"; x'],
    ['X-Amz-Credential=AKID/20261120/x', 'X-Amz-Credential=[redacted]'],
    [
      'AWS4-HMAC-SHA256 SignedHeaders=host, Signature=0123456789abcdef0',
      'AWS4-HMAC-SHA256 SignedHeaders=host, Signature=[redacted]',
    ],
    ['{"routing_key":"0123","a":1}', '{"routing_key":"[redacted]","a":1}'],
    ["{ routingKey: '0123' }", '{ routingKey: "[redacted]" }'],
    ['aws_secret_access_key = wJalr/X', 'aws_secret_access_key = "[redacted]"'],
    ['sessionToken: "a \\"quoted\\" token", b', 'sessionToken: "[redacted]", b'],
    ['password=hunter2&user=a', 'password="[redacted]"&user=a'],
    ['"SecretString":"{\\"url\\":\\"x\\"}"', '"SecretString":"[redacted]"'],
    ['https://user:pass@proxy.example:3128/', 'https://[redacted]@proxy.example:3128/'],
    ['webhookUrl: https://a.example/x', 'webhookUrl: "[redacted]"'],
    ['apiKey=abc', 'apiKey="[redacted]"'],
    ['security-token: abc', 'security-token: "[redacted]"'],
    ['passwd=abc', 'passwd="[redacted]"'],
  ])('%s', (text, expected) => {
    expect(redactSecrets(text)).toBe(expected);
  });

  test('keeps what is no secret', () => {
    const harmless =
      'subnet-0a1b2c has 12 of 251 addresses; arn:aws:sns:eu-west-1:111122223333:headroom; https://eu-west-1.console.aws.amazon.com/vpc?region=x; authorized: yes; hooks.slack.com is down';
    expect(redactSecrets(harmless)).toBe(harmless);
  });

  test('hides every secret of a text, not only the first', () => {
    expect(redactSecrets('https://hooks.slack.com/a https://hooks.slack.com/b')).toBe(
      'https://hooks.slack.com/[redacted] https://hooks.slack.com/[redacted]',
    );
  });
});

const NAMES = [
  'secret access key',
  'secret string',
  'session token',
  'security token',
  'routing key',
  'api key',
  'webhook url',
  'password',
  'passwd',
  'authorization',
];
const spellings = NAMES.flatMap((name) => [
  name.replaceAll(' ', '_'),
  name.replaceAll(' ', '-'),
  name.replace(/ (.)/g, (_, letter: string) => letter.toUpperCase()),
]);

test.each([...new Set(spellings)])('a value under the name %s is a secret, in text and in JSON', (name) => {
  expect(redactSecrets(`${name}=abc`)).toBe(`${name}="[redacted]"`);
  expect(redactSecrets(`x_${name}: 'abc def'`)).toBe(`x_${name}: "[redacted]"`);
  expect(JSON.stringify({ [`my-${name}`]: 'abc', [`${name}-count`]: 3 }, redactingReplacer)).toBe(
    `{"my-${name}":"[redacted]","${name}-count":3}`,
  );
});

describe('what is logged as JSON', () => {
  const logged = (value: unknown) => JSON.parse(JSON.stringify(value, redactingReplacer));

  test('loses values by their name at every depth, whatever they look like', () => {
    expect(
      logged({
        SecretString: 'x',
        nested: [{ routing_key: 1 }, { slackWebhookUrl: 'y' }],
        secretAccessKey: { deep: 'z' },
        sessionToken: 'a',
        securityToken: 'b',
        dbPassword: 'c',
        Authorization: 'd',
        'x-api-key': 'e',
      }),
    ).toEqual({
      SecretString: '[redacted]',
      nested: [{ routing_key: '[redacted]' }, { slackWebhookUrl: '[redacted]' }],
      secretAccessKey: '[redacted]',
      sessionToken: '[redacted]',
      securityToken: '[redacted]',
      dbPassword: '[redacted]',
      Authorization: '[redacted]',
      'x-api-key': '[redacted]',
    });
  });

  test('loses secrets inside of texts, too', () => {
    expect(logged({ message: 'see https://hooks.slack.com/services/T/B/X' })).toEqual({
      message: 'see https://hooks.slack.com/[redacted]',
    });
  });

  test('keeps the rest, and says of an absent secret that it is absent', () => {
    expect(logged({ secretId: 'headroom/slack', count: 3, password: null, list: [1, true, null] })).toEqual({
      secretId: 'headroom/slack',
      count: 3,
      password: null,
      list: [1, true, null],
    });
    expect(redactingReplacer('password', undefined)).toBeUndefined();
  });
});
