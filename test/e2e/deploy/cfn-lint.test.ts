import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtTemplate } from '../../fixtures/infra/built-template.ts';
import { type Packaged, packageDeployment } from '../../fixtures/infra/packaged.ts';
import { pythonProgram } from '../python.ts';

const ROOT = join(import.meta.dirname, '../../..');
const FOLDERS = {
  plain: `dist/test-lint-plain-${process.pid}`,
  full: `dist/test-lint-full-${process.pid}`,
};

let plain: Packaged;
let full: Packaged;
let workspace: string;
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'headroom-lint-'));
  plain = await packageDeployment(FOLDERS.plain);
  full = await packageDeployment(
    FOLDERS.full,
    { email: 'network@example.com', slackParameter: '/headroom/slack' },
    { HEADROOM_YML: join(ROOT, 'test/fixtures/infra/headroom.yml') },
  );
}, 480_000);
afterAll(async () => {
  await rm(workspace, { recursive: true, force: true });
  for (const folder of Object.values(FOLDERS)) await rm(join(ROOT, folder), { recursive: true, force: true });
});

/** What cfn-lint says of a template, warnings included. */
const lint = (file: string): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    execFile(
      pythonProgram('cfn-lint'),
      ['--format', 'json', '--regions', 'eu-west-1', '--template', file],
      (error, stdout, stderr) => {
        try {
          const found = JSON.parse(stdout) as { Rule: { Id: string }; Message: string }[];
          resolve(found.map(({ Rule, Message }) => `${Rule.Id}: ${Message}`));
        } catch {
          reject(new Error(`cfn-lint said: ${stderr}`, { cause: error }));
        }
      },
    );
  });

const UPDATE = 'cloudformation-template-update-stack.json';

/**
 * Two conditions are known when the package is made: whether there is an e-mail address, and a Slack parameter. And osls
 * writes down that a function needs its role, which follows from the function's naming it.
 */
const EXPECTED = [/^W8003: .* will always return/, /^W3005: '\w+Role' dependency already enforced/];

test.each(['plain', 'full'] as const)(
  'cfn-lint has nothing to say of the packaged template, %s',
  async (which) => {
    const said = await lint(join((which === 'plain' ? plain : full).folder, UPDATE));
    expect(said.filter((line) => !EXPECTED.some((known) => known.test(line)))).toEqual([]);
  },
);

test('cfn-lint has nothing to say of the template with parameters', async () => {
  await builtTemplate(workspace);
  const said = await lint(join(workspace, 'headroom.template.yml'));
  expect(said.filter((line) => !EXPECTED.some((known) => known.test(line)))).toEqual([]);
}, 300_000);

test.each(['spoke-role.yml', 'spokes.yml'])(
  'cfn-lint has nothing to say of %s, for other accounts',
  async (file) => {
    expect(await lint(join(ROOT, 'infra/lambda', file))).toEqual([]);
  },
);

test('cfn-lint would say something: of a property that does not exist', async () => {
  const file = join(workspace, 'planted.json');
  await writeFile(file, JSON.stringify(plain.template).replace('"BillingMode"', '"BillingMood"'));
  expect((await lint(file)).join()).toContain('BillingMood');
});
