import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../fixtures/free-port.ts';
import { pythonProgram } from '../python.ts';

const PROGRAMS = join(import.meta.dirname, '../../../node_modules/.bin');

/** How long ministack may take to come up, in milliseconds, and how often it is asked. */
const START_TIMEOUT = 60_000;
const ASK_EVERY = 250;

export interface Ministack {
  readonly url: string;
  /** Everything it wrote, for when something went wrong. */
  readonly log: () => string;
  close(): Promise<void>;
}

/**
 * Starts ministack, another AWS, on the loopback interface alone. It runs the Node functions of a stack without Docker,
 * as its own children: what is in `functionEnvironment` is in theirs as well, beneath what their stack says.
 */
export const startMinistack = async (
  accountId: string,
  region: string,
  functionEnvironment: Readonly<Record<string, string>>,
): Promise<Ministack> => {
  const port = await freePort();
  const chunks: string[] = [];
  const ministack = spawn(pythonProgram('ministack'), [], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: the functions are its children, and end with it.
    detached: true,
    env: {
      // The functions' Node is the project's: 24, as deployed.
      PATH: `${PROGRAMS}:${process.env['PATH'] ?? ''}`,
      HOME: process.env['HOME'] ?? '',
      BIND_HOST: '127.0.0.1',
      GATEWAY_PORT: String(port),
      IOT_MTLS_ENABLED: '0',
      MINISTACK_ACCOUNT_ID: accountId,
      MINISTACK_REGION: region,
      ...functionEnvironment,
    },
  });
  for (const stream of [ministack.stdout, ministack.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  }
  const url = `http://127.0.0.1:${port}`;
  const log = (): string => chunks.join('');
  const close = async (): Promise<void> => {
    if (ministack.exitCode !== null || ministack.pid === undefined) return;
    const ended = once(ministack, 'exit');
    process.kill(-ministack.pid, 'SIGTERM');
    const killed = pause(5_000, 'late', { ref: false });
    if ((await Promise.race([ended, killed])) === 'late') process.kill(-ministack.pid, 'SIGKILL');
    await ended;
  };
  const patience = AbortSignal.timeout(START_TIMEOUT);
  while (ministack.exitCode === null && !patience.aborted) {
    const answer = await fetch(`${url}/_ministack/health`).catch(() => null);
    if (answer?.ok === true) return { url, log, close };
    await pause(ASK_EVERY);
  }
  await close();
  throw new Error(`ministack did not start:\n${log()}`);
};
