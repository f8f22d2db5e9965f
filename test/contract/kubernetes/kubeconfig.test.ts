import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiSource } from '../../../shared/kubernetes/api-source.ts';
import { createHttpsApi } from '../../../shared/kubernetes/https-api.ts';
import { readKubeContext } from '../../../shared/kubernetes/kubeconfig.ts';
import { startLabKubernetes, TOKEN } from '../../fixtures/kubernetes/lab-api.ts';
import { kubernetesSourceConformance } from './source-conformance.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-kubeconfig-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const written = (name: string, content: string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const config = (cluster: object, user: object, name = 'payments'): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name: 'reader', user }],
    contexts: [{ name, context: { cluster: name, user: 'reader' } }],
    'current-context': name,
  });

describe('a context of a kubeconfig', () => {
  kubernetesSourceConformance(async (objects) => {
    const lab = await startLabKubernetes(objects);
    const path = written('conforming', config({ server: lab.url }, { token: TOKEN }));
    const { connection } = await readKubeContext('payments', { KUBECONFIG: path }).connect();
    return {
      source: createApiSource(() => createHttpsApi(connection, { userAgent: 'headroom/test' })),
      close: lab.close,
    };
  });
});

const connect = (path: string, env: Readonly<Record<string, string>> = {}) =>
  readKubeContext(undefined, { ...process.env, KUBECONFIG: path, ...env }).connect();

test('files that a kubeconfig names are looked up beside it, and a token file is read at every use', async () => {
  written('ca.pem', 'AUTHORITY');
  written('token', 'first\n');
  const path = written(
    'beside',
    config({ server: 'https://example.com', 'certificate-authority': 'ca.pem' }, { tokenFile: 'token' }),
  );
  const { connection } = await connect(path);
  expect(connection.certificateAuthority).toBe('AUTHORITY');
  expect(await connection.token({ renew: false })).toBe('first');
  written('token', 'second\n');
  expect(await connection.token({ renew: false })).toBe('second');
});

test('of several files the first that names a thing wins, and one that is absent is skipped', async () => {
  const first = written('first', config({ server: 'https://first.example.com' }, { token: 'a' }));
  const second = written('second', config({ server: 'https://second.example.com' }, { token: 'b' }));
  const { connection } = await connect([join(folder, 'absent'), first, second].join(delimiter));
  expect(connection.server).toBe('https://first.example.com');
});

const plugin = (script: string): string => {
  const path = written(`plugin-${script.length}`, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
};

test('an exec plugin gets its arguments, variables and the cluster, and its token is used', async () => {
  const command = plugin(
    `printf '{"status":{"token":"%s-%s-%s"}}' "$1" "$STAGE" "$(printf %s "$KUBERNETES_EXEC_INFO" | grep -c exec.example.com)"`,
  );
  const path = written(
    'exec',
    config(
      { server: 'https://exec.example.com' },
      {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command,
          args: ['get-token'],
          env: [{ name: 'STAGE', value: 'test' }],
          provideClusterInfo: true,
        },
      },
    ),
  );
  const { connection } = await connect(path);
  expect(await connection.token({ renew: false })).toBe('get-token-test-1');
});

test('a plugin that fails is named, and nothing that it wrote is quoted', async () => {
  const command = plugin('echo top-secret-output; echo top-secret-error >&2; exit 3');
  const path = written('failing', config({ server: 'https://example.com' }, { exec: { command } }));
  const failure: unknown = await connect(path).catch((error: unknown) => error);
  expect(String(failure)).toContain('gave no credentials: it ended with 3');
  expect(JSON.stringify(failure) + String(failure) + String((failure as Error).cause)).not.toContain(
    'top-secret',
  );
});

test.each([
  [
    'skips the check of the certificate',
    { server: 'https://example.com', 'insecure-skip-tls-verify': true },
    {},
    /insecure-skip-tls-verify/,
  ],
  [
    'has a user with a password',
    { server: 'https://example.com' },
    { username: 'a', password: 'b' },
    /uses username/,
  ],
])('a kubeconfig that %s is refused', async (_what, cluster, user, message) => {
  await expect(connect(written('refused', config(cluster, user)))).rejects.toThrow(message);
});

test('a context that does not exist is refused with those that do', () => {
  const path = written('contexts', config({ server: 'https://example.com' }, {}));
  expect(() => readKubeContext('paymnets', { KUBECONFIG: path })).toThrow(
    expect.objectContaining({
      message: 'The kubeconfig has no context paymnets',
      action: expect.stringContaining('payments'),
    }),
  );
});

test('a file that is no YAML is refused without quoting it', () => {
  const path = written('broken', 'token: "my-secret-token\n  - {');
  expect(() => readKubeContext(undefined, { KUBECONFIG: path })).toThrow(/is not valid YAML$/);
});
