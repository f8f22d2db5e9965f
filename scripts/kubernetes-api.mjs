// Builds the real Kubernetes API server, with etcd in the same program, and the verifier of EKS tokens, for the suite that reads
// clusters. Their sources and the hashes of all modules are in test/e2e/kubernetes. A build takes about eight CPU minutes, 2 GB
// of memory and 2 GB of Go's own cache, so the programs are kept under the home folder, by a hash of what they are made from.
// Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goBuild } from './go.mjs';

/** The release that the go.mod of the API server names. It refuses to start without one. */
const RELEASE = '1.36.3';

const sources = fileURLToPath(new URL('../test/e2e/kubernetes', import.meta.url));
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');

const versionFlags = Object.entries({
  gitVersion: `v${RELEASE}`,
  gitMajor: '1',
  gitMinor: RELEASE.split('.')[1],
  gitTreeState: 'clean',
  gitCommit: '0'.repeat(40),
  buildDate: '2026-01-01T00:00:00Z',
})
  .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  .join(' ');

/** Where a program is kept: the same sources are the same program. */
const programPath = (name) => {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) hash.update(readFileSync(join(sources, name, file)));
  return join(cache, 'headroom', 'kubernetes-api', hash.digest('hex').slice(0, 16), name);
};

const build = (name) => {
  const program = programPath(name);
  if (existsSync(program)) return;
  console.error(`Headroom: building test/e2e/kubernetes/${name} (once, for some minutes) ...`);
  mkdirSync(join(program, '..'), { recursive: true });
  const unfinished = `${program}.${process.pid}`;
  goBuild({
    what: `test/e2e/kubernetes/${name}`,
    args: ['-ldflags', `-s -w ${versionFlags}`, '-o', unfinished],
    cwd: join(sources, name),
  });
  renameSync(unfinished, program);
};

const links = fileURLToPath(new URL('../.kubernetes-api', import.meta.url));
mkdirSync(links, { recursive: true });
for (const name of ['apiserver', 'authenticator']) {
  build(name);
  rmSync(join(links, name), { force: true });
  symlinkSync(programPath(name), join(links, name));
}
