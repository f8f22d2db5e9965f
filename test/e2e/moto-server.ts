import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { pythonProgram } from './python.ts';

export interface MotoServer {
  readonly url: string;
  /** Forgets all its state. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

/** Starts moto's server on a free port of the loopback interface. It prints its address once it can be asked. */
export const startMoto = async (): Promise<MotoServer> => {
  const moto = spawn(pythonProgram('moto_server'), ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: string[] = [];
  let url: string | undefined;
  for await (const line of createInterface({ input: moto.stderr })) {
    said.push(line);
    url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (url !== undefined) break;
  }
  if (url === undefined) throw new Error(`moto did not start:\n${said.join('\n')}`);
  // Every request is logged: unread, the pipe would fill up and moto would stand still.
  moto.stderr.resume();
  moto.stdout.resume();
  const address = url;
  return {
    url: address,
    reset: async () => {
      await fetch(`${address}/moto-api/reset`, { method: 'POST' });
    },
    close: async () => {
      const ended = once(moto, 'exit');
      moto.kill('SIGTERM');
      await ended;
    },
  };
};
