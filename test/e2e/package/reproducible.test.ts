import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
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

const hashes = (folder: string, ending: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      ]),
  );

/** What a release ships, by name. */
const buildAll = (folder: string): Readonly<Record<string, string>> => {
  const run = (program: string, ...args: readonly string[]) =>
    execFileSync(program, args, {
      cwd: folder,
      env: { PATH, HOME: process.env['HOME'] ?? '', AWS_EC2_METADATA_DISABLED: 'true' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  run(process.execPath, 'scripts/package-command.ts');
  run('npm', 'pack', '--ignore-scripts', '--silent');
  run(process.execPath, join(BIN, 'osls'), 'package', '--region', 'eu-west-1');
  return { ...hashes(folder, '.tgz'), ...hashes(join(folder, '.serverless'), '.zip') };
};

let [one, other]: Readonly<Record<string, string>>[] = [];
beforeAll(() => {
  [one, other] = FOLDERS.map((folder, index) => {
    checkOut(folder, new Date(Date.UTC(2020 + index, 3 * index, 1 + index)));
    return buildAll(folder);
  });
});
afterAll(() => {
  for (const folder of FOLDERS) rmSync(folder, { recursive: true, force: true });
});

describe('two clean builds', () => {
  test('make the same bytes of the npm package and of every function', () => {
    expect(Object.keys(one ?? {}).toSorted()).toEqual([
      'dashboard-widget.zip',
      'notify-slack.zip',
      'plan-scan.zip',
      'scan-target.zip',
      expect.stringMatching(/^vpc-headroom-.*\.tgz$/),
    ]);
    expect(other).toEqual(one);
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
        : unzipped(join(folder, `.serverless/${name}.zip`), `dist/functions/${name}/sbom.cdx.json`),
    ) as Bill;

  test.each(['npm', 'plan-scan', 'scan-target', 'notify-slack', 'dashboard-widget'])('%s', (name) => {
    const { bomFormat, metadata, components } = billOf(name);
    expect([bomFormat, metadata.component.name]).toEqual(['CycloneDX', 'vpc-headroom']);
    expect(components.length).toBeGreaterThan(1);
    expect(components.filter(({ purl, licenses }) => purl === undefined || licenses === undefined)).toEqual(
      [],
    );
    expect(JSON.stringify(components)).not.toContain(ROOT);
  });

  test('and says under which licences', () => {
    const file = 'dist/functions/scan-target/THIRD-PARTY-NOTICES.txt';
    expect(unzipped(join(folder, '.serverless/scan-target.zip'), file)).toContain('Apache License');
  });
});
