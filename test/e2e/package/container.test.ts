import { spawn } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  lchownSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { layOutImage } from '../../../scripts/image/layout.ts';
import { freePort } from '../../fixtures/free-port.ts';
import { awsEnvironment } from '../../fixtures/headroom-command.ts';
import { threeAccounts } from '../../fixtures/three-accounts.ts';

/**
 * The recipe without an engine: its layers are laid out in a folder, and its command runs there, as its user and with
 * nothing but /data to write to. What only an engine can show is the base image.
 */

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const instructions = readFileSync(join(ROOT, 'infra/server/Containerfile'), 'utf8')
  .replaceAll(/^#.*\n/gm, '')
  .replaceAll(/\\\n\s*/g, ' ')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => ({ name: line.slice(0, line.indexOf(' ')), value: line.slice(line.indexOf(' ') + 1) }));
const valuesOf = (name: string): readonly string[] =>
  instructions.filter((each) => each.name === name).map(({ value }) => value);
const wordsOf = (name: string): readonly string[] =>
  JSON.parse(/\[.*\]$/.exec(valuesOf(name)[0] ?? '')?.[0] ?? '[]') as string[];

/** The variables that the recipe sets, and no others. */
const environment = Object.fromEntries(
  valuesOf('ENV').flatMap((line) => line.split(' ').map((each) => each.split('=', 2))),
) as Record<string, string>;

/** Only root can become another user. */
const asRoot = process.getuid?.() === 0;
const [user = 0, group = 0] = (valuesOf('USER')[0] ?? '').split(':').map(Number);

const context = mkdtempSync(join(tmpdir(), 'headroom-context-'));
const image = mkdtempSync(join(tmpdir(), 'headroom-image-root-'));

const eachFile = (folder: string, visit: (path: string) => void): void => {
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) visit(join(folder, name));
  visit(folder);
};

const children: ReturnType<typeof spawn>[] = [];

let lab: Lab;
let port: number;
beforeAll(async () => {
  await layOutImage(ROOT, context);
  for (const copy of valuesOf('COPY')) {
    const [target = '', source = ''] = copy.split(' ').toReversed();
    cpSync(join(context, source), join(image, target), { recursive: true });
    const owner = /--chown=(\d+):(\d+)/.exec(copy);
    if (owner !== null && asRoot)
      eachFile(join(image, target), (path) => lchownSync(path, Number(owner[1]), Number(owner[2])));
  }
  chmodSync(image, 0o755);
  lab = await startLab({ estate: threeAccounts, clock: createLabClock({ startsAt: Date.now() }) });
  port = await freePort();
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await lab?.close();
  for (const folder of [context, image]) rmSync(folder, { recursive: true, force: true });
});

/** A command of the recipe, with the folder for the root of the image and a port of this test for its own. */
const start = (words: readonly string[]) => {
  const [program = '', ...args] = words.map((word) =>
    word
      .replace('/nodejs/bin/node', process.execPath)
      .replace(/^\/app\//, `${image}/app/`)
      .replace('0.0.0.0:9464', `127.0.0.1:${port}`)
      .replace('127.0.0.1:9464', `127.0.0.1:${port}`),
  );
  const child = spawn(program, args, {
    cwd: join(image, valuesOf('WORKDIR')[0] ?? ''),
    env: { ...awsEnvironment(lab.url), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(asRoot ? { uid: user, gid: group } : {}),
  });
  children.push(child);
  return child;
};

const exitOf = (child: ReturnType<typeof start>): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });

describe('the recipe of the container', () => {
  test('builds nothing, runs as a user without rights, and starts programs without a shell', () => {
    expect(valuesOf('FROM')).toHaveLength(1);
    expect(instructions.filter(({ name }) => ['RUN', 'ADD', 'SHELL'].includes(name))).toEqual([]);
    expect(user).toBeGreaterThan(0);
    for (const name of ['ENTRYPOINT', 'CMD', 'HEALTHCHECK']) expect(wordsOf(name).length).toBeGreaterThan(1);
  });

  test('gives the user nothing to write to but /data', () => {
    const writable: string[] = [];
    eachFile(join(image, 'app'), (path) => {
      const { mode, uid } = statSync(path);
      if ((mode & 0o022) !== 0 || (asRoot && uid === user)) writable.push(path);
    });
    expect(writable).toEqual([]);
  });

  test('the health check fails while nothing serves', async () => {
    expect(await exitOf(start(wordsOf('HEALTHCHECK')))).toBe(1);
  });

  test('serves as that user, is healthy, keeps its state in /data and stops at SIGTERM', async () => {
    const child = start([...wordsOf('ENTRYPOINT'), ...wordsOf('CMD')]);
    const ended = exitOf(child);
    let said = '';
    const scanned = new Promise<void>((resolve) => {
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (/: ok, /.test(said)) resolve();
      });
    });
    await Promise.race([
      scanned,
      ended.then((code) => Promise.reject(new Error(`ended with ${code}: ${said}`))),
    ]);
    expect(await exitOf(start(wordsOf('HEALTHCHECK')))).toBe(0);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(readdirSync(join(image, 'data'))).toContain('headroom.sqlite');
  });
});
