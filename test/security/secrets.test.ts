import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { redactingReplacer, redactSecrets } from '../../shared/model/base/redaction.ts';
import { withoutSecret } from '../../shared/notify/known-secret.ts';
import { createPagerDutyNotifier } from '../../shared/notify/pagerduty.ts';
import { createSlackNotifier } from '../../shared/notify/slack-webhook.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  subnetSubject,
} from '../fixtures/messages/made-messages.ts';

const word = (length: number) =>
  fc
    .array(fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'), {
      minLength: length,
      maxLength: length,
    })
    .map((letters) => letters.join(''));

/** How a service, a proxy or a log line may write what it was sent. */
const ECHOES: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  'in upper case': (secret) => secret.toUpperCase(),
  'URL-encoded': encodeURIComponent,
  'URL-encoded in lower case': (secret) => encodeURIComponent(secret).toLowerCase(),
  'URL-encoded twice': (secret) => encodeURIComponent(encodeURIComponent(secret)),
  'in JSON': (secret) => JSON.stringify({ path: secret }),
  'in JSON with escaped slashes': (secret) => JSON.stringify({ path: secret }).replaceAll('/', '\\/'),
  'in JSON within JSON': (secret) => JSON.stringify(JSON.stringify({ path: secret }).replaceAll('/', '\\/')),
  'in XML': (secret) => `<Path>${secret.replaceAll('&', '&amp;')}</Path>`,
  'in HTML with entities': (secret) => `<p>${secret.replaceAll('/', '&#x2F;')}</p>`,
  'in base64': (secret) => Buffer.from(secret).toString('base64'),
  'in base64, after one byte': (secret) => Buffer.from(`:${secret}@`).toString('base64'),
  'in base64, after two bytes': (secret) => Buffer.from(`k:${secret}`).toString('base64'),
  'in base64 for URLs': (secret) => Buffer.from(`{"url":"${secret}"}`).toString('base64url'),
  'in hexadecimal': (secret) => Buffer.from(secret).toString('hex'),
  'in a header': (secret) => `Authorization: Bearer ${secret}`,
  'across the place where answers are cut': (secret) => `${'x'.repeat(480)}${secret}`,
};

/** Whether a text still holds enough of the secret to use it: eight characters of it, in any spelling tried here. */
const holds = (text: string, secret: string): boolean => {
  const unpacked = [
    text,
    text.replaceAll('\\', ''),
    ...[...text.matchAll(/[\w+/-]{12,}/g)].flatMap(([run]) =>
      [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64').toString('latin1')),
    ),
    ...[...text.matchAll(/(?:[0-9a-f]{2}){8,}/gi)].map(([run]) => Buffer.from(run, 'hex').toString('latin1')),
  ].map((each) => each.toLowerCase());
  const wanted = secret.toLowerCase();
  return Array.from({ length: wanted.length - 9 }, (_, start) => wanted.slice(start, start + 10)).some(
    (part) => unpacked.some((each) => each.includes(part)),
  );
};

let server: Server;
let answer: () => string = () => '';
let status = 400;
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(status).end(answer());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const kept = (value: string) => ({ read: async () => value, forget: () => {} });
const message = exampleMessage(
  [
    exampleTransition(
      exampleFinding(subnetSubject('subnet-0a', 'pods', []), {
        kind: 'addresses-low',
        title: 'pods: 3 left',
      }),
      {},
    ),
  ],
  {
    threadId: 'thread',
    messageId: 'message',
  },
);

/** All that anybody can see of a delivery that failed: what is logged, stored, and shown. */
const seen = async (send: (signal: AbortSignal) => Promise<void>): Promise<string> => {
  try {
    await send(AbortSignal.timeout(30_000));
    return 'it was sent';
  } catch (error) {
    const { message: said, action, stack, cause } = error as Error & { readonly action: string };
    return JSON.stringify({ said, action, stack, cause: String(cause) });
  }
};

const noWait = { fetch: (...given: Parameters<typeof fetch>) => fetch(...given), sleep: async () => {} };

describe('what a service answers with', () => {
  test.each(Object.entries(ECHOES))('%s: the path of a Slack webhook is not shown', async (_, echo) => {
    for (const [token, code] of fc.sample(fc.tuple(word(24), fc.constantFrom(200, 400, 404, 500)), {
      numRuns: 8,
      seed: 3,
    })) {
      const url = `${origin()}/services/T0ABCDEF1/B0ABCDEF1/${token}`;
      status = code;
      answer = () => echo(url);
      const text = await seen((signal) => createSlackNotifier(kept(url), noWait).send(message, signal));
      expect(text).toContain(String(code));
      expect([echo(url), text, holds(text, token)]).toEqual([echo(url), text, false]);
      answer = () => echo(token);
      const part = await seen((signal) => createSlackNotifier(kept(url), noWait).send(message, signal));
      expect([part, holds(part, token)]).toEqual([part, false]);
    }
  });

  test.each(Object.entries(ECHOES))('%s: a PagerDuty key is not shown', async (_, echo) => {
    for (const [key, code] of fc.sample(fc.tuple(word(32), fc.constantFrom(202, 400, 429, 503)), {
      numRuns: 8,
      seed: 4,
    })) {
      status = code;
      answer = () => echo(key);
      const text = await seen((signal) =>
        createPagerDutyNotifier(kept(key), noWait, origin()).send(message, signal),
      );
      expect([text, holds(text, key)]).toEqual([text, false]);
    }
  });

  test('a short or odd secret does not take ordinary words with it', () => {
    expect(withoutSecret('the service answered 404', 'https://a.example/the/404')).toBe(
      'the service answered 404',
    );
    expect(withoutSecret('\u0130 \u0130 0123456789ab \u0130', '0123456789AB')).toBe(
      '\u0130 \u0130 [redacted] \u0130',
    );
  });
});

describe('the second line, by shape', () => {
  const SHAPES: Readonly<Record<string, (secret: string) => string>> = {
    'a webhook in a URL': (secret) =>
      `https%3A%2F%2Fhooks.slack.com%2Fservices%2FT0ABCDEF1%2FB0ABCDEF1%2F${secret}`,
    'a webhook in JSON': (secret) =>
      `"https:\\/\\/hooks.slack.com\\/services\\/T0ABCDEF1\\/B0ABCDEF1\\/${secret}"`,
    'a path alone': (secret) => `POST /services/T0ABCDEF1/B0ABCDEF1/${secret} 404`,
    'an element': (secret) => `<RoutingKey>${secret}</RoutingKey>`,
    'an element of a namespace': (secret) => `<ns:Password>${secret}</ns:Password>`,
    'an escaped element': (secret) => `&lt;apiKey&gt;${secret}&lt;/apiKey&gt;`,
    'a bearer': (secret) => `Authorization: Bearer ${secret}`,
    'a bearer alone': (secret) => `sent Bearer ${secret} to it`,
    'a basic sign-in': (secret) => `authorization: Basic ${secret}`,
    'a token of PagerDuty': (secret) => `Token token=${secret}`,
    JSON: (secret) => `{"routing_key":"${secret}"}`,
    'escaped JSON': (secret) => `{\\"routing_key\\":\\"${secret}\\"}`,
    'JSON escaped twice': (secret) => `{\\\\\\"api_key\\\\\\":\\\\\\"${secret}\\\\\\"}`,
    'a form': (secret) => `routing_key=${secret}&a=b`,
    'an encoded form': (secret) => `routing_key%3D${secret}%26a%3Db`,
    'encoded JSON': (secret) => `%7B%22routing_key%22%3A%22${secret}%22%7D`,
    'an attribute': (secret) => `<hook api-key="${secret}"/>`,
    'JSON in HTML': (secret) => `{&quot;routing_key&quot;:&quot;${secret}&quot;}`,
  };
  test.each(Object.entries(SHAPES))('%s', (_, shape) => {
    for (const secret of fc.sample(word(32), { numRuns: 50, seed: 5 })) {
      expect(holds(redactSecrets(`before ${shape(secret)} after`), secret)).toBe(false);
      const logged = JSON.stringify(
        { error: { message: shape(secret) }, routingKey: secret },
        redactingReplacer,
      );
      expect(holds(logged, secret)).toBe(false);
    }
  });
});

describe('a planted violation is found', () => {
  test.each(Object.entries(ECHOES).filter(([name]) => !name.startsWith('across')))(
    '%s: a secret that is not taken out is seen',
    (_, echo) => {
      for (const secret of fc.sample(word(24), { numRuns: 20, seed: 6 }))
        expect(holds(echo(secret), secret)).toBe(true);
    },
  );
});
