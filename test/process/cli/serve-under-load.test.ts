import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { type ServingHeadroom, startServing } from '../../fixtures/serving-headroom.ts';
import { HUB, threeAccounts } from '../../fixtures/three-accounts.ts';

const CLIENTS = 200;

let lab: Lab;
let folder: string;
let serving: ServingHeadroom;
const sockets = new Set<Socket>();
beforeAll(async () => {
  lab = await startLab({ estate: threeAccounts, clock: createLabClock({ startsAt: Date.now() }) });
  folder = mkdtempSync(join(tmpdir(), 'headroom-load-'));
  serving = await startServing(lab, folder, ['--interval', '10s']);
  await serving.says(new RegExp(`Z {2}${HUB} eu-west-1: ok`));
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await serving.stop('SIGKILL');
  await lab.close();
  rmSync(folder, { recursive: true });
});

const connect = (): Socket => {
  const { hostname, port } = new URL(serving.url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  sockets.add(socket);
  return socket.on('error', () => {}).on('close', () => sockets.delete(socket));
};

/** What a client could send: whole requests, halves of them, and bytes that are none. */
const bytes = fc.oneof(
  fc
    .constantFrom('//', '/\\', 'http://', '*', '/metrics?x', '/%', '/..//', 'https://h/metrics')
    .map((target) => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
  fc
    .record({
      method: fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'CONNECT', 'NO-METHOD'),
      target: fc.string(),
      header: fc.string(),
    })
    .map(({ method, target, header }) => `${method} ${target} HTTP/1.1\r\nHost: ${header}\r\n\r\n`),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    'GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    '\0'.repeat(70_000),
  ),
);

const scans = (): number => serving.said().split(`  ${HUB} eu-west-1: ok`).length - 1;

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

test('200 slow clients and a fuzzer: it keeps scanning, answers /metrics within a second, and ends on SIGTERM', async () => {
  for (let client = 0; client < CLIENTS; client += 1) {
    // Half a header, and pages that are asked for and never read.
    const socket = connect();
    socket.write(
      client % 2 === 0 ? 'GET / HTTP/1.1\r\nHost: loc' : 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
    );
    if (client % 2 === 1) socket.pause();
  }
  const samples = fc.sample(bytes, { numRuns: 3_000, seed: 20_261_126 });
  const before = scans();
  const took: number[] = [];
  let next = 0;
  // Until three more scans have ended under the load: how many bytes are sent meanwhile does not matter.
  while (scans() < before + 3) {
    for (const sample of Array.from({ length: 20 }, () => samples[next++ % samples.length] ?? '')) {
      const socket = connect();
      socket.end(sample);
      socket.resume();
    }
    const startedAt = performance.now();
    const { status, text } = await serving.get('/metrics');
    took.push(performance.now() - startedAt);
    expect(status).toBe(200);
    expect(text).toContain('headroom_target_up{');
    await sleep(50);
  }
  console.log(
    `${next} fuzzed requests; /metrics ${Math.round(median(took))} ms median, ${Math.round(Math.max(...took))} ms at most, of ${took.length}`,
  );
  expect(next).toBeGreaterThan(500);
  // The promise, over so many answers that a busy machine does not decide.
  expect(median(took)).toBeLessThan(1_000);
  expect((await serving.get('/readyz')).text).toBe('ready\n');
  const end = await serving.stop('SIGTERM');
  expect(end).toEqual({ code: 0, signal: null });
  expect(serving.said()).not.toMatch(/error|defect|\bat .*:\d+:\d+/);
});
