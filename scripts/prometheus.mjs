// Makes `.prometheus` with Debian's Prometheus and promtool, for the suite that lets them scrape `headroom serve`. The package
// is unpacked and not installed: nothing starts a server on this machine, and it needs no root. Its version and hash
// are in debian-packages.lock.json. Where both programs are on the PATH already, those are used.
// Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../.prometheus', import.meta.url));
const lock = JSON.parse(readFileSync(new URL('./debian-packages.lock.json', import.meta.url), 'utf8'));
const { version, sha256 } = lock.prometheus;

const runs = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const there = () => ['prometheus', 'promtool'].every((name) => runs(join(folder, 'usr/bin', name)));

const refuse = (problem) => {
  rmSync(folder, { recursive: true, force: true });
  console.error(
    `error ${problem}\n  try Run the suite on Debian 12, or put prometheus and promtool on the PATH, or run \`npm test\`.`,
  );
  process.exit(1);
};

const fetchPackage = () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const apt = (...args) => spawnSync('apt-get', args, { cwd: folder, stdio: ['ignore', 2, 2] }).status === 0;
  const download = () => apt('download', '--quiet', `prometheus=${version}`);
  // A machine that was just made has no lists of packages yet.
  if (!download() && !(apt('update', '--quiet') && download()))
    refuse(`apt-get cannot download prometheus ${version}, which this suite is locked to.`);
  const archive = readdirSync(folder).find((file) => file.endsWith('.deb')) ?? '';
  const path = join(folder, archive);
  const architecture = /_([a-z0-9]+)\.deb$/.exec(archive)?.[1] ?? 'unknown';
  const hash = createHash('sha256').update(readFileSync(path)).digest('hex');
  if (hash !== sha256[architecture])
    refuse(
      `${archive} has the hash ${hash}, and the lock has ${sha256[architecture] ?? `none for ${architecture}`}.`,
    );
  execFileSync('dpkg-deb', ['--extract', path, folder], { stdio: ['ignore', 2, 2] });
  rmSync(path);
  if (!there()) refuse(`The programs of ${archive} do not run here.`);
};

if (!['prometheus', 'promtool'].every(runs) && !(existsSync(folder) && there())) {
  console.error("Headroom: getting Debian's Prometheus to scrape headroom serve with (once) ...");
  fetchPackage();
}
