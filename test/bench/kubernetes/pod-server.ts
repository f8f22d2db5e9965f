import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A server of pods, in a process of its own. */
export interface PodServer {
  readonly url: string;
  readonly pid: number;
  /** Bytes that it sent since the last time that this was asked. */
  sent(): Promise<number>;
  stop(): Promise<void>;
}

export const startPodServer = async (pods: number): Promise<PodServer> => {
  const child: ChildProcess = spawn(
    process.execPath,
    [fileURLToPath(new URL('./server.ts', import.meta.url)), String(pods)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  if (child.stdout === null || child.pid === undefined) throw new Error('the server did not start');
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    url,
    pid: child.pid,
    sent: async () => Number(await (await fetch(`${url}/sent`)).text()),
    stop: async () => {
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
};
