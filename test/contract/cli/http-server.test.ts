import { createConnection, type Socket } from 'node:net';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { startServer } from '../../../cli/serve/http-server.ts';

/** Everybody who can connect to `headroom serve` decides what it is asked. */

const PAGE = 'x'.repeat(100_000);

let server: Awaited<ReturnType<typeof startServer>> | null = null;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.close();
  server = null;
});

const start = async (report: () => Promise<string> = async () => PAGE): Promise<URL> => {
  server = await startServer(
    { host: '127.0.0.1', port: 0 },
    {
      report,
      metrics: async () => ({ contentType: 'text/plain', text: 'headroom_target_up 1\n' }),
      notReady: () => null,
    },
  );
  return new URL(server.url);
};

const connect = async (url: URL): Promise<Socket> => {
  const socket = createConnection({ host: url.hostname, port: Number(url.port) });
  sockets.push(socket);
  // The server may end the connection in any way that it likes.
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  return socket;
};

/** Sends bytes as they are, and tells the first line of the answer. */
const send = async (url: URL, bytes: string): Promise<string> => {
  const socket = await connect(url);
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('close', () => resolve(text.split('\r\n', 1)[0] ?? ''));
  });
  socket.write(bytes);
  return answer;
};

const request = (target: string): string =>
  `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`;

describe('whatever it is asked, it answers and keeps running', () => {
  test.each([
    '//',
    '///',
    '//x/metrics',
    '/\\',
    '/\\x',
    '\\',
    'http://',
    'http:///',
    'http://[',
    '*',
    'metrics',
    '?',
    '#',
    'ftp://x/',
  ])('GET %s is refused with 400', async (target) => {
    const url = await start();
    expect(await send(url, request(target))).toBe('HTTP/1.1 400 Bad Request');
    expect((await fetch(new URL('/metrics', url))).status).toBe(200);
  });

  test.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['a header without an end', 'GET / HTTP/1.1\r\nno colon\r\n\r\n'],
    ['a body whose length is a lie', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n'],
    ['two lengths', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    ['a null byte', 'GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n'],
  ])('%s is refused with 400', async (_, bytes) => {
    const url = await start();
    expect(await send(url, bytes)).toBe('HTTP/1.1 400 Bad Request');
    expect((await fetch(new URL('/metrics', url))).status).toBe(200);
  });

  test.each([
    ['/metrics?x=//', 200],
    ['http://headroom/metrics', 200],
    ['/%2e%2e/metrics', 404],
    ['/%', 404],
    [`/${'x'.repeat(10_000)}`, 404],
  ])('GET %s is answered with %i', async (target, status) => {
    const url = await start();
    expect(await send(url, request(target))).toMatch(`HTTP/1.1 ${status} `);
  });

  test('whatever bytes it is sent', async () => {
    const url = await start();
    const line = fc.stringMatching(/^[!-~]{0,40}$/);
    const bytes = fc.oneof(
      line.map((target) => request(target)),
      fc
        .tuple(line, line, line)
        .map(([method, target, header]) => `${method} ${target} HTTP/1.1\r\n${header}\r\n\r\n`),
      fc.uint8Array({ maxLength: 200 }).map((raw) => `${Buffer.from(raw).toString('latin1')}\r\n\r\n`),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (text) => {
        const socket = await connect(url);
        const ended = new Promise((resolve) => socket.once('close', resolve));
        socket.resume().end(text, 'latin1');
        await ended;
        expect((await fetch(new URL('/metrics', url))).status).toBe(200);
      }),
      { numRuns: 150 },
    );
  });

  test('a client that goes away in the middle of an answer, and one that is answered twice as fast as it reads', async () => {
    const url = await start();
    for (let client = 0; client < 20; client += 1) {
      const socket = await connect(url);
      socket.write(request('/'));
      if (client % 2 === 0) socket.destroy();
      else socket.pause();
    }
    expect(await (await fetch(url)).text()).toBe(PAGE);
  });

  test('a page that cannot be made is an answer, too', async () => {
    const url = await start(() => Promise.reject(new Error('no report')));
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([500, 'no report\n']);
  });

  test('200 connections that send half a header do not keep other clients from an answer', async () => {
    const url = await start();
    for (let client = 0; client < 200; client += 1) {
      const socket = await connect(url);
      socket.write('GET / HTTP/1.1\r\nHost: head');
    }
    expect((await fetch(new URL('/metrics', url))).status).toBe(200);
  });
});

test('it closes whatever clients hold open', async () => {
  const url = await start(() => new Promise(() => {}));
  const idle = await connect(url);
  const half = await connect(url);
  half.write('GET / HTTP/1.1\r\nHost: head');
  const waiting = await connect(url);
  waiting.write(request('/'));
  const ended = Promise.all(
    [idle, half, waiting].map((socket) => new Promise((resolve) => socket.once('close', resolve))),
  );
  await server?.close();
  server = null;
  await ended;
});

describe('a page is compressed', () => {
  const asked = async (accepted: string): Promise<{ readonly encoding: string; readonly bytes: Buffer }> => {
    const url = await start();
    const socket = await connect(url);
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(
      `GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept-Encoding: ${accepted}\r\n\r\n`,
    );
    await closed;
    const answer = Buffer.concat(chunks);
    const end = answer.indexOf('\r\n\r\n');
    const head = answer.subarray(0, end).toString('latin1');
    return {
      encoding: /^content-encoding: (.+)$/im.exec(head)?.[1] ?? 'none',
      bytes: answer.subarray(end + 4),
    };
  };

  test.each(['gzip', 'br, gzip;q=0.5', 'deflate, GZIP'])(
    'for a client that takes it: %s',
    async (accepted) => {
      const { bytes, encoding } = await asked(accepted);
      expect(encoding).toBe('gzip');
      expect(bytes.length).toBeLessThan(1_000);
      expect(gunzipSync(bytes).toString('utf8')).toBe(PAGE);
    },
  );

  test.each(['identity', 'br', 'gzip;q=0', 'gzip;q=0.00'])('for no other: %s', async (accepted) => {
    const { bytes, encoding } = await asked(accepted);
    expect(encoding).toBe('none');
    expect(bytes.toString('utf8')).toBe(PAGE);
  });
});
