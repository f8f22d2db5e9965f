import { get } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer } from '../../cli/serve/http-server.ts';
import { isLoopback, refusalOf } from '../../cli/serve/request-origin.ts';

let server: Awaited<ReturnType<typeof startServer>>;
beforeAll(async () => {
  server = await startServer(
    { host: '127.0.0.1', port: 0 },
    {
      report: async () => '<!doctype html>',
      metrics: async () => ({ contentType: 'text/plain', text: 'headroom_target_up 1\n' }),
      notReady: () => null,
    },
  );
});
afterAll(() => server.close());

const ask = (path: string, headers: Readonly<Record<string, string>>) =>
  new Promise<{ readonly status: number | undefined; readonly headers: Readonly<Record<string, unknown>> }>(
    (resolve, reject) => {
      get(`${server.url}${path}`, { headers, agent: false }, (response) => {
        response.resume();
        resolve({ status: response.statusCode, headers: response.headers });
      }).on('error', reject);
    },
  );

const PATHS = ['/', '/metrics', '/healthz', '/readyz', '/nowhere'];

/** A name that an attacker may own, some of which look like ours. */
const foreignName = fc.oneof(
  fc.domain(),
  fc.constantFrom(
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    '0x7f000001',
    'evil.example:9464',
    '127.0.0.1.',
  ),
);

describe('a page in the operator\u2019s browser', () => {
  test('gets nothing through a name of its own that leads here', async () => {
    for (const host of fc.sample(foreignName, { numRuns: 40, seed: 7 })) {
      for (const path of PATHS) expect([host, (await ask(path, { host })).status]).toEqual([host, 403]);
    }
  });

  test.each(['localhost:9464', 'localhost', '127.0.0.1:9464', '[::1]:9464', '10.1.2.3'])(
    'the operator reads it at %s',
    async (host) => {
      expect((await ask('/', { host })).status).toBe(200);
    },
  );

  test.each(['no-cors', 'cors', 'navigate'])(
    'cannot fetch or embed it from another site: %s',
    async (mode) => {
      const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': mode, 'sec-fetch-dest': 'iframe' };
      expect((await ask('/metrics', headers)).status).toBe(403);
      expect((await ask('/', { ...headers, 'sec-fetch-site': 'same-site' })).status).toBe(403);
    },
  );

  test('may link to it', async () => {
    const headers = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };
    expect((await ask('/', headers)).status).toBe(200);
  });

  test('no answer can be shown in a frame, or be taken for another type', async () => {
    for (const path of PATHS) {
      const { headers } = await ask(path, {});
      expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });
});

describe('a planted violation is found', () => {
  test('a server that counts as open to others takes every name', () => {
    expect(refusalOf({ host: 'evil.example' }, false)).toBeNull();
    expect(refusalOf({ host: 'evil.example' }, true)).not.toBeNull();
  });

  test.each([
    ['127.0.0.1', true],
    ['localhost', true],
    ['::1', true],
    ['0.0.0.0', false],
    ['127.evil.example', false],
    [undefined, false],
  ])('listening on %s: only this machine can connect: %s', (host, is) => {
    expect(isLoopback(host)).toBe(is);
  });
});
