import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createHttpsApi, type KubernetesConnection } from '../../../shared/kubernetes/https-api.ts';
import { KubernetesFailure } from '../../../shared/kubernetes/kubernetes-failure.ts';

let folder = '';
const pem = (name: string): string => readFileSync(join(folder, name), 'utf8');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-tls-'));
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  for (const name of ['ca', 'other-ca'])
    openssl(
      'req',
      '-x509',
      ...key,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    );
  writeFileSync(join(folder, 'names'), 'subjectAltName=IP:127.0.0.1');
  for (const name of ['server', 'client']) {
    openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      'names',
      '-out',
      `${name}.crt`,
    );
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

let server: Server | null = null;
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

const serve = async (listener: RequestListener): Promise<string> => {
  const started = createServer(
    {
      key: pem('server.key'),
      cert: pem('server.crt'),
      ca: pem('ca.crt'),
      requestCert: true,
      rejectUnauthorized: false,
    },
    listener,
  );
  server = started.listen(0, '127.0.0.1');
  await once(started, 'listening');
  return `https://127.0.0.1:${(started.address() as AddressInfo).port}`;
};

const apiOf = (server_: string, connection: Partial<KubernetesConnection> = {}, total = 20_000) =>
  createHttpsApi(
    { server: server_, certificateAuthority: pem('ca.crt'), token: async () => 'the-token', ...connection },
    { userAgent: 'headroom/1.2.3', limits: { total, request: 2_000 } },
  );

const failureOf = async (asked: Promise<unknown>): Promise<KubernetesFailure> => {
  const error: unknown = await asked.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof KubernetesFailure) return error;
  throw new Error('no KubernetesFailure was thrown', { cause: error });
};

test('a server is asked with the token, a user agent and gzip, and its packed answer is read', async () => {
  let seen: IncomingMessage['headers'] = {};
  const url = await serve((request, answer) => {
    seen = request.headers;
    answer.writeHead(200, { 'content-encoding': 'gzip' });
    answer.end(gzipSync('{"kind":"Status"}'));
  });
  const api = apiOf(url);
  expect(await api.ask({ path: '/version' })).toEqual({ status: 200, text: '{"kind":"Status"}' });
  api.close();
  expect(seen).toMatchObject({
    authorization: 'Bearer the-token',
    'user-agent': 'headroom/1.2.3',
    'accept-encoding': 'gzip',
  });
});

test('a server whose certificate is of another authority is sent no token', async () => {
  let requests = 0;
  const url = await serve((_request, answer) => {
    requests += 1;
    answer.end('{}');
  });
  const api = apiOf(url, { certificateAuthority: pem('other-ca.crt') });
  const failure = await failureOf(api.ask({ path: '/version' }));
  api.close();
  expect(failure.reason).toBe('unreachable');
  expect(failure.message).toContain('has a certificate that the authority of the cluster did not sign');
  expect(requests).toBe(0);
});

test('a client certificate is presented', async () => {
  let name: unknown;
  const url = await serve((request, answer) => {
    name = (request.socket as import('node:tls').TLSSocket).getPeerCertificate().subject.CN;
    answer.end('{}');
  });
  const api = apiOf(url, { clientCertificate: { certificate: pem('client.crt'), key: pem('client.key') } });
  await api.ask({ path: '/version' });
  api.close();
  expect(name).toBe('client');
});

test('a redirect is not followed', async () => {
  let requests = 0;
  const url = await serve((_request, answer) => {
    requests += 1;
    answer.writeHead(302, { location: 'https://127.0.0.1:1/' });
    answer.end();
  });
  const api = apiOf(url);
  expect((await api.ask({ path: '/version' })).status).toBe(302);
  api.close();
  expect(requests).toBe(1);
});

test('a server that never answers, or never ends its answer, costs the deadline of one request', async () => {
  const url = await serve((request, answer) => {
    if (request.url === '/half') {
      answer.writeHead(200);
      answer.write('{"items":[');
    }
  });
  const api = apiOf(url);
  expect((await failureOf(api.ask({ path: '/none', timeout: 300 }))).reason).toBe('deadline');
  expect((await failureOf(api.ask({ path: '/half', timeout: 300 }))).reason).toBe('deadline');
  api.close();
});

test('the time of one cluster ends its last request', async () => {
  const url = await serve(() => {});
  const api = apiOf(url, {}, 300);
  expect((await failureOf(api.ask({ path: '/version' }))).reason).toBe('deadline');
  api.close();
});

test('a small answer that unpacks to more than one answer may hold is left', async () => {
  const url = await serve((_request, answer) => {
    answer.writeHead(200, { 'content-encoding': 'gzip' });
    answer.end(gzipSync(Buffer.alloc(40_000_000)));
  });
  const api = apiOf(url);
  expect((await failureOf(api.ask({ path: '/version' }))).reason).toBe('budget');
  api.close();
});

test('an answer that is not gzip though it says so is malformed, and a broken connection is unreachable', async () => {
  const url = await serve((request, answer) => {
    if (request.url === '/broken') {
      answer.writeHead(200, { 'content-length': '100' });
      answer.write('half', () => answer.destroy());
      return;
    }
    answer.writeHead(200, { 'content-encoding': 'gzip' });
    answer.end('plain text');
  });
  const api = apiOf(url);
  expect((await failureOf(api.ask({ path: '/garbage' }))).reason).toBe('malformed');
  expect((await failureOf(api.ask({ path: '/broken' }))).reason).toBe('unreachable');
  api.close();
});

test('a token that is refused is renewed once', async () => {
  const renewals: boolean[] = [];
  const url = await serve((request, answer) => {
    answer.writeHead(request.headers.authorization === 'Bearer new' ? 200 : 401);
    answer.end('{}');
  });
  const api = apiOf(url, {
    token: async ({ renew }) => {
      renewals.push(renew);
      return renew ? 'new' : 'old';
    },
  });
  expect((await api.ask({ path: '/version' })).status).toBe(200);
  api.close();
  expect(renewals).toEqual([false, true]);
});

test.each(['http://example.com', 'ftp://example.com', 'not a url', ''])(
  'the endpoint %j is refused before anything is sent',
  (endpoint) => {
    expect(() => apiOf(endpoint)).toThrow('the endpoint of the cluster is no https address');
  },
);
