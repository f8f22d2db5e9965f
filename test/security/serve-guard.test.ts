import { get } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../../cli/serve/http-server.ts';
import { isAllowed } from '../../cli/serve/request-origin.ts';

const TOKEN = 'a.token~of/24+characters=';

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer(
    { host: '127.0.0.1', port: 0 },
    {
      report: async () => 'the report',
      metrics: async () => ({ contentType: 'text/plain', text: 'headroom_target_up 1\n' }),
      notReady: () => 'account 111122223333 is not watched',
    },
    { token: TOKEN, hosts: ['headroom.example.com'] },
  );
});
afterAll(() => server.close());

const ask = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly status: number | undefined; readonly text: string }>((resolve, reject) => {
    get(`${server.url}${path}`, { headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    }).on('error', reject);
  });

const basic = (password: string) => `Basic ${Buffer.from(`me:${password}`).toString('base64')}`;

describe('a server with a token', () => {
  test.each([
    ['a scraper', `Bearer ${TOKEN}`],
    ['a browser', basic(TOKEN)],
  ])('answers %s that brings it', async (_, authorization) => {
    expect(await ask('/', { authorization })).toEqual({ status: 200, text: 'the report' });
    expect((await ask('/metrics', { authorization })).status).toBe(200);
    expect((await ask('/readyz', { authorization })).text).toContain('111122223333');
  });

  test('tells others nothing of the estate', async () => {
    const wrong = fc.oneof(
      fc.stringMatching(/^[ -~]{0,40}$/).map((text) => text.trim()),
      fc.constantFrom(
        ...[
          'Bearer ',
          `Bearer ${TOKEN}x`,
          `Bearer ${TOKEN.slice(0, -1)}`,
          `Bearer  ${TOKEN} x`,
          basic(''),
          basic(`${TOKEN}:`),
          TOKEN,
          `Token ${TOKEN}`,
        ],
      ),
    );
    for (const authorization of ['', ...fc.sample(wrong, { numRuns: 60, seed: 8 })]) {
      const headers: Record<string, string> = authorization === '' ? {} : { authorization };
      for (const path of ['/', '/metrics']) {
        expect([authorization, await ask(path, headers)]).toEqual([
          authorization,
          { status: 401, text: 'This server asks for a token.\n' },
        ]);
      }
      expect(await ask('/readyz', headers)).toEqual({ status: 503, text: 'not ready\n' });
      expect((await ask('/healthz', headers)).status).toBe(200);
    }
  });

  test('a planted server without a token answers them', () => {
    expect(isAllowed({}, null)).toBe(true);
    expect(isAllowed({}, TOKEN)).toBe(false);
  });
});

test.each([
  ['headroom.example.com', 401],
  ['HEADROOM.example.com:9464', 401],
  ['localhost:9464', 401],
  ['127.0.0.1', 401],
  ['evil.example.com', 403],
  ['headroom.example.com.evil.example', 403],
  ['10.1.2.3', 403],
])('a server with host names answers to %s with %i', async (host, status) => {
  expect((await ask('/', { host })).status).toBe(status);
});
