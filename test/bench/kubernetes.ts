// What reading the pods of a cluster costs: `node test/bench/kubernetes.ts [--real] [PODS ...]`. The server is a process of its
// own, and so is each reader: its CPU time and memory are its own. `official` is @kubernetes/client-node, installed for this bench
// alone. `drain` reads the same JSON from the socket and throws it away. `server s` is the CPU time that the server needed for it.
// With `--real` the server is kube-apiserver, as scripts/kubernetes-api.mjs builds it.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuSecondsOf } from './kubernetes/cpu-seconds.ts';
import { OFFICIAL } from './kubernetes/official-client.ts';
import { startPodServer } from './kubernetes/pod-server.ts';
import { type ReadOptions, readInProcess } from './kubernetes/reader.ts';
import { startRealPods } from './kubernetes/real-pods.ts';

const given = process.argv.slice(2);
const isReal = given.includes('--real');
const numbers = given.filter((argument) => argument !== '--real').map(Number);
// An object takes etcd and the API server 220 kB, so 50,000 pods would need 11 GB.
const sizes = numbers.length > 0 ? numbers : isReal ? [1_000, 10_000] : [1_000, 10_000, 50_000];

if (!existsSync(join(OFFICIAL, 'node_modules')))
  execFileSync('npm', ['ci', '--ignore-scripts'], { cwd: OFFICIAL, stdio: ['ignore', 2, 2] });
if (isReal)
  execFileSync(process.execPath, [
    fileURLToPath(new URL('../../scripts/kubernetes-api.mjs', import.meta.url)),
  ]);

/** A server with pods. A real one does not say what it sends. */
interface Server extends ReadOptions {
  readonly url: string;
  readonly pid: number;
  readonly sent?: () => Promise<number>;
  stop(): Promise<void>;
}

console.log('pods    way        found   received     seconds   CPU s   peak MB  server s');
for (const pods of sizes) {
  const server: Server = isReal ? await startRealPods(pods) : await startPodServer(pods);
  try {
    for (const way of ['nothing', 'headroom', 'json', 'official', 'drain'] as const) {
      const before = cpuSecondsOf(server.pid);
      const { found, seconds, cpu, peak } = await readInProcess(server.url, way, server);
      const spent = cpuSecondsOf(server.pid) - before;
      const sent = server.sent === undefined ? '-' : `${((await server.sent()) / 1e6).toFixed(2)} MB`;
      console.log(
        `${String(pods).padEnd(7)} ${way.padEnd(10)} ${String(found).padEnd(7)} ${sent.padStart(11)} ${seconds.toFixed(2).padStart(9)} ${cpu.toFixed(2).padStart(8)} ${peak.toFixed(0).padStart(8)} ${spent.toFixed(2).padStart(9)}`,
      );
      // A budget that a reading may not leave: docs/kubernetes.md promises 50,000 pods within 30 seconds, in a small function.
      if (way === 'headroom' && (found !== pods || seconds > 30 || peak > 256)) process.exitCode = 1;
    }
  } finally {
    await server.stop();
  }
}
