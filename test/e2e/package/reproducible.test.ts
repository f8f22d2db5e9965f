import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BIN = join(ROOT, 'node_modules/.bin');
/** npm is a program of the machine's own Node, and not of the one in node_modules/.bin. */
const PATH = `${(process.env['PATH'] ?? '')
  .split(':')
  .filter((part) => !part.includes('node_modules'))
  .join(':')}:${BIN}`;

/** Two folders whose names have different lengths. Both are inside the project, so both find its node_modules. */
const FOLDERS = ['dist/one', 'dist/another-build'].map((name) => join(ROOT, name));

/** Every file that is, or would be, in git, each with a date of its own. */
const checkOut = (folder: string, date: Date): void => {
  rmSync(folder, { recursive: true, force: true });
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
  });
  for (const file of files.toString().split('\0')) {
    if (file === '') continue;
    const copy = join(folder, file);
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(join(ROOT, file), copy, { errorOnExist: false });
    utimesSync(copy, date, date);
  }
};

/** The hashes of all that a release ships, as the build itself tells them. */
const buildAll = (folder: string): string =>
  execFileSync(process.execPath, ['scripts/release/build.ts'], {
    cwd: folder,
    env: { PATH, HOME: process.env['HOME'] ?? '', AWS_EC2_METADATA_DISABLED: 'true' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });

let one = '';
let other = '';
beforeAll(() => {
  [one = '', other = ''] = FOLDERS.map((folder, index) => {
    checkOut(folder, new Date(Date.UTC(2020 + index, 3 * index, 1 + index)));
    return buildAll(folder);
  });
});
afterAll(() => {
  for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true });
});

describe('two clean builds', () => {
  test('make the same bytes of the npm package and of every function', () => {
    const names = one
      .trim()
      .split('\n')
      .map((line) => line.replace(/^[0-9a-f]{64} {2}/, ''));
    expect(names).toEqual([
      ...[
        'command.sbom.cdx.json',
        'headroom.template.yml',
        'spoke-role.template.yml',
        ...['dashboard-widget', 'notify-slack', 'plan-scan', 'scan-target', 'slack-interactivity'].flatMap(
          (name) => [`${name}.sbom.cdx.json`, `${name}.zip`],
        ),
      ].toSorted(),
      expect.stringMatching(/^vpc-headroom-.*\.tgz$/),
    ]);
    expect(other).toBe(one);
  });
});

interface Bill {
  readonly bomFormat: string;
  readonly metadata: { readonly component: { readonly name: string } };
  readonly components: readonly {
    readonly name: string;
    readonly purl?: string;
    readonly licenses?: unknown;
  }[];
}

describe('every artefact lists what is in it', () => {
  const unzipped = (archive: string, file: string): string => {
    const script =
      'import sys, zipfile; sys.stdout.buffer.write(zipfile.ZipFile(sys.argv[1]).read(sys.argv[2]))';
    return execFileSync('python3', ['-c', script, archive, file], { encoding: 'utf8', maxBuffer: 1 << 26 });
  };
  const [folder = ''] = FOLDERS;
  const billOf = (name: string): Bill =>
    JSON.parse(
      name === 'npm'
        ? readFileSync(join(folder, 'dist/sbom.cdx.json'), 'utf8')
        : unzipped(join(folder, `dist/release/${name}.zip`), `dist/functions/${name}/sbom.cdx.json`),
    ) as Bill;

  test.each(['npm', 'plan-scan', 'scan-target', 'notify-slack', 'slack-interactivity', 'dashboard-widget'])(
    '%s',
    (name) => {
      const { bomFormat, metadata, components } = billOf(name);
      expect([bomFormat, metadata.component.name]).toEqual(['CycloneDX', 'vpc-headroom']);
      expect(components.length).toBeGreaterThan(1);
      expect(components.filter(({ purl, licenses }) => purl === undefined || licenses === undefined)).toEqual(
        [],
      );
      expect(JSON.stringify(components)).not.toContain(ROOT);
    },
  );

  test('and says under which licences', () => {
    const file = 'dist/functions/scan-target/THIRD-PARTY-NOTICES.txt';
    expect(unzipped(join(folder, 'dist/release/scan-target.zip'), file)).toContain('Apache License');
  });
});
