// Makes `.prometheus` with Debian's Prometheus and promtool, for the suite that lets them scrape `headroom serve`: the package
// is unpacked and not installed, so that nothing starts a server on this machine, and nobody needs to be root.
// Does nothing where both are there already. Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../.prometheus', import.meta.url));
const runs = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;
const there = () => ['prometheus', 'promtool'].every((name) => runs(join(folder, 'usr/bin', name)));
const onPath = ['prometheus', 'promtool'].every(runs);

const fetchPackage = () => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const download = () =>
    spawnSync('apt-get', ['download', '--quiet', 'prometheus'], { cwd: folder, stdio: ['ignore', 2, 2] })
      .status === 0;
  // A machine that was just made has no lists of packages yet.
  const refresh = () => spawnSync('apt-get', ['update', '--quiet'], { stdio: ['ignore', 2, 2] }).status === 0;
  if (!download() && !(refresh() && download())) return false;
  const archive = readdirSync(folder).find((file) => file.endsWith('.deb'));
  if (archive === undefined) return false;
  execFileSync('dpkg-deb', ['--extract', join(folder, archive), folder], { stdio: ['ignore', 2, 2] });
  rmSync(join(folder, archive));
  return there();
};

if (!onPath && !(existsSync(folder) && there())) {
  console.error("Headroom: getting Debian's Prometheus to scrape headroom serve with (once) ...");
  if (!fetchPackage()) {
    console.error(
      'This suite needs prometheus and promtool. They are not on the PATH, and apt-get could not download the package ' +
        'prometheus: run it on Debian or Ubuntu, or install both, or run `npm test`, which needs only Node.',
    );
    process.exit(1);
  }
}
