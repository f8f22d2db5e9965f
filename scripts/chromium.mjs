// Makes sure that there is a Chromium for the browser suite, and prints where it is. Uses what is installed; where there
// is nothing, installs Debian's own when it may. `CHROMIUM=/path` names another.
// Plain JavaScript with no dependencies, like ensure-installed.mjs.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

const runs = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The path of a Chromium, or null. */
export const findChromium = () => {
  const named = process.env.CHROMIUM;
  if (named !== undefined && named !== '') return runs(named) ? named : null;
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...paths, MAC].find(runs) ?? null;
};

const refuse = (why) => {
  console.error(
    `error There is no Chromium: ${why}\n  try Install Chromium or Google Chrome, or name one with CHROMIUM=/path/to/it.`,
  );
  process.exit(1);
};

const install = () => {
  if (process.env.CHROMIUM) refuse(`CHROMIUM names ${process.env.CHROMIUM}, which is no program.`);
  if (!existsSync('/etc/debian_version'))
    refuse('this is not Debian, where it would be installed by itself.');
  if (process.getuid?.() !== 0) refuse('only root can install it (apt-get install chromium).');
  console.error('Headroom: installing Chromium for the browser suite (once) ...');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    execFileSync('apt-get', ['update', '-q'], { stdio: ['ignore', 2, 2], env });
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], {
      stdio: ['ignore', 2, 2],
      env,
    });
  } catch (error) {
    refuse(`apt-get could not install it (${error.message}).`);
  }
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (findChromium() === null) install();
  console.log(findChromium() ?? refuse('apt-get has installed it, and it is not to be found.'));
}
