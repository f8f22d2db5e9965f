import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Measured, Way } from './client.ts';

/** How a reader signs in to a server that asks for it. */
export interface ReadOptions {
  /** PEM of the server, where it speaks TLS. */
  readonly certificateAuthority?: string | undefined;
  readonly token?: string | undefined;
}

/** Reads all pods in one way, in a process of its own, and says what it took. */
export const readInProcess = async (
  url: string,
  way: Way,
  { certificateAuthority, token }: ReadOptions = {},
): Promise<Measured> => {
  const child = spawn(
    process.execPath,
    [
      fileURLToPath(new URL('./client.ts', import.meta.url)),
      url,
      way,
      JSON.stringify({ certificateAuthority, token }),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${way} ended with ${code}`);
  return JSON.parse(text) as Measured;
};
