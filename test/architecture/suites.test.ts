import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { suiteViolations } from './suite-rules.ts';

const TESTS = join(import.meta.dirname, '..');

test.each(['unit', 'property', 'contract', 'scans', 'architecture', 'security'])(
  '%s uses only what its suite may use',
  (suite) => {
    const files = readdirSync(join(TESTS, suite), { recursive: true, encoding: 'utf8' }).filter(
      (name) =>
        // This file holds the planted violations.
        name.endsWith('.ts') && name !== 'suites.test.ts',
    );
    expect(files.length).toBeGreaterThan(5);
    const violations = files.flatMap((name) =>
      suiteViolations(suite, readFileSync(join(TESTS, suite, name), 'utf8')).map(
        (rule) => `${name}: ${rule}`,
      ),
    );
    expect(violations).toEqual([]);
  },
);

describe('a planted violation is found', () => {
  test.each([
    ['unit', "import { spawn } from 'node:child_process';", 'a test of unit imports node:child_process'],
    [
      'contract',
      "import { fork } from 'node:child_process';",
      'a test of contract imports node:child_process',
    ],
    [
      'property',
      "import { type Lab, startLab } from '../../lab/lab.ts';",
      'a test of property imports lab/lab.ts',
    ],
    ['unit', "import {\n  mkdtempSync,\n  readFileSync,\n} from 'node:fs';", 'a test of unit writes files'],
    [
      'contract',
      'process.env = { ...before };',
      'a test of contract changes the environment without vi.stubEnv',
    ],
    [
      'security',
      "process.env['AWS_REGION'] = 'eu-west-1';",
      'a test of security changes the environment without vi.stubEnv',
    ],
    [
      'contract',
      "vi.stubEnv('AWS_REGION', 'eu-west-1');",
      'a test of contract does not restore the environment',
    ],
  ])('in %s: %s', (suite, source, rule) => {
    expect(suiteViolations(suite, source)).toEqual([rule]);
  });

  test('and what a suite may use is none', () => {
    expect(suiteViolations('unit', "import { readFileSync } from 'node:fs';")).toEqual([]);
    expect(suiteViolations('process', "import { spawn } from 'node:child_process';")).toEqual([]);
    expect(suiteViolations('contract', "expect(process.env['HOME'] === '/root').toBe(true);")).toEqual([]);
    expect(suiteViolations('contract', "vi.stubEnv('A', 'b');\nvi.unstubAllEnvs();")).toEqual([]);
  });
});
