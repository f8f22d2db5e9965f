// What reading the pods of a cluster costs: `node test/bench/kubernetes.ts [PODS ...]`. The server is a process of its own, and
// so is each reader: its CPU time and memory are its own. `official` is @kubernetes/client-node, installed for this bench alone.
// `drain` reads the same JSON from the socket and throws it away. `server s` is the CPU time that the server needed for it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Measured } from './kubernetes/client.ts';
import { OFFICIAL } from './kubernetes/official-client.ts';

const program = (name: string): string => fileURLToPath(new URL(`./kubernetes/${name}.ts`, import.meta.url));

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1_000, 10_000, 50_000];

if (!existsSync(join(OFFICIAL, 'node_modules')))
  execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: OFFICIAL, stdio: ['ignore', 2, 2] });

/** CPU seconds of a process so far: proc(5), `utime` and `stime` in ticks of a hundredth of a second. */
const cpuSecondsOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

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

console.log('pods    way        found   received     seconds   CPU s   peak MB  server s');
for (const pods of sizes) {
  const { url, child } = await startServer(pods);
  try {
    for (const way of ['nothing', 'headroom', 'json', 'official', 'drain']) {
      const before = cpuSecondsOf(child.pid ?? 0);
      const { found, seconds, cpu, peak } = await measure(url, way);
      const server = cpuSecondsOf(child.pid ?? 0) - before;
      const bytes = Number(await (await fetch(`${url}/sent`)).text());
      console.log(
        `${String(pods).padEnd(7)} ${way.padEnd(10)} ${String(found).padEnd(7)} ${(bytes / 1e6).toFixed(2).padStart(8)} MB ${seconds.toFixed(2).padStart(9)} ${cpu.toFixed(2).padStart(8)} ${peak.toFixed(0).padStart(8)} ${server.toFixed(2).padStart(9)}`,
      );
      // A budget that a reading may not leave: docs/kubernetes.md promises 50,000 pods within 30 seconds, in a small function.
      if (way === 'headroom' && (found !== pods || seconds > 30 || peak > 256)) process.exitCode = 1;
    }
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}
