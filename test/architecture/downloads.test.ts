import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { unpinnedDownloads } from './downloads.ts';

const ROOT = join(import.meta.dirname, '../..');

test('no script, workflow or recipe fetches anything without a version and a hash', () => {
  const files = [
    // What scripts/docs writes is for people to read.
    ...globSync('scripts/**/*.{mjs,ts,sh}', { cwd: ROOT }).filter(
      (file) => !file.startsWith('scripts/docs/'),
    ),
    ...globSync('.github/**/*.yml', { cwd: ROOT }),
    ...globSync('infra/**/Containerfile', { cwd: ROOT }),
    '.ci/run',
  ];
  expect(files.length).toBeGreaterThan(20);
  expect(
    files.flatMap((file) =>
      unpinnedDownloads(readFileSync(join(ROOT, file), 'utf8')).map((each) => `${file}: ${each}`),
    ),
  ).toEqual([]);
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  expect(Object.values(scripts).flatMap(unpinnedDownloads)).toEqual([]);
});

describe('a planted violation is found', () => {
  test.each([
    'curl -sSL https://example.com/install.sh | bash',
    'npx some-tool@latest',
    'npm install --global some-tool',
    'python3 -m pip install boto3',
    "execFileSync(join(bin, 'pip'), ['install', '--quiet', 'boto3'])",
    'go install example.com/tool@latest',
    "spawnSync('go', ['build', '-mod=mod', '.'])",
    'apt-get install --yes some-package',
    'apt-get install --allow-unauthenticated chromium',
    "execFileSync('apt-get', ['install', '-o', 'APT::Get::AllowUnauthenticated=true', 'chromium'])",
    "execFileSync('apt-get', ['install', '-y', 'some-package'])",
    'docker pull node:24',
    '    container: docker.io/library/node:24-bookworm',
    '      - uses: actions/checkout@v6',
    "const tool = await fetch('https://example.com/tool');",
  ])('%s', (line) => {
    expect(unpinnedDownloads(line)).toHaveLength(1);
  });

  test.each([
    'npm ci --ignore-scripts',
    "execFileSync(join(bin, 'pip'), ['install', '--no-deps', '--require-hashes', '--requirement', requirements])",
    'apt-get install --quiet --yes --no-install-recommends python3-venv',
    `docker run --rm node@sha256:${'0'.repeat(64)} node`,
    `      - uses: actions/checkout@${'0'.repeat(40)} # v6.0.2`,
    '// curl would be simpler here',
  ])('and what is locked is not: %s', (line) => {
    expect(unpinnedDownloads(line)).toEqual([]);
  });
});
