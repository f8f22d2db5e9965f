// What reading the pods of a cluster costs: `node test/bench/kubernetes.ts [PODS ...]`. The server is a process of its own, and
// so is each reader: its CPU time and memory are its own. `drain` reads the same JSON from the socket and throws it away.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Measured } from './kubernetes/client.ts';

const program = (name: string): string => fileURLToPath(new URL(`./kubernetes/${name}.ts`, import.meta.url));

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000, 10_000, 50_000];

const startServer = async (pods: number) => {
  const child = spawn(process.execPath, [program('server'), String(pods)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { url, child };
};

const measure = async (url: string, way: string): Promise<Measured> => {
  const child = spawn(process.execPath, [program('client'), url, way], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (data: Buffer) => {
    text += data.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${way} ended with ${code}`);
  return JSON.parse(text) as Measured;
};

console.log('pods    way        found   received     seconds   CPU s   peak MB');
for (const pods of sizes) {
  const { url, child } = await startServer(pods);
  try {
    for (const way of ['nothing', 'headroom', 'json', 'drain']) {
      const { found, seconds, cpu, peak } = await measure(url, way);
      const bytes = Number(await (await fetch(`${url}/sent`)).text());
      console.log(
        `${String(pods).padEnd(7)} ${way.padEnd(10)} ${String(found).padEnd(7)} ${(bytes / 1e6).toFixed(2).padStart(8)} MB ${seconds.toFixed(2).padStart(9)} ${cpu.toFixed(2).padStart(8)} ${peak.toFixed(0).padStart(8)}`,
      );
      // A budget that a reading may not leave: docs/kubernetes.md promises 50,000 pods within 30 seconds, in a small function.
      if (way === 'headroom' && (found !== pods || seconds > 30 || peak > 256)) process.exitCode = 1;
    }
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}
