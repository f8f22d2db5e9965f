import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../../..');

let reports: string;
beforeAll(() => {
  reports = mkdtempSync(join(tmpdir(), 'headroom-coverage-'));
});
afterAll(() => rmSync(reports, { recursive: true }));

/** Runs `npm run coverage` over one folder of the model, with these tests alone. */
const coverageOf = async (folder: string, tests: readonly string[]) => {
  const args = [
    join(ROOT, 'node_modules/vitest/vitest.mjs'),
    ...['run', '--coverage', '--project', 'unit', '--project', 'property'],
    `--coverage.include=${folder}/**`,
    '--coverage.reporter=text-summary',
    `--coverage.reportsDirectory=${join(reports, 'coverage')}`,
    ...tests,
  ];
  // The inner run must not take itself for a worker of this one.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')));
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, env });
    return { passes: true, text: stdout + stderr };
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
    return { passes: false, text: stdout + stderr };
  }
};

test('a statement of the model that no test runs fails the coverage', async () => {
  const all = ['test/unit/model/net', 'test/property/model/cidr', 'test/property/model/ranges'];
  const whole = await coverageOf('shared/model/net', all);
  expect(whole).toMatchObject({ passes: true, text: expect.stringContaining('Coverage summary') });
  const { passes, text } = await coverageOf('shared/model/net', [
    'test/unit/model/net/ipv6',
    'test/property/model/ranges',
  ]);
  expect(passes).toBe(false);
  expect(text).toMatch(/Coverage for statements .* does not meet "shared\/model\/\*\*" threshold \(100%\)/);
});
