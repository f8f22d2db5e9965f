import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { buildTemplate } from '../../../scripts/release/template.ts';

/** The example of docs/deploy.md, as it stands, with the template of a release beside it. */

const ROOT = join(import.meta.dirname, '../../..');
const [, EXAMPLE = ''] =
  /^```ts\n(import \{ App, Stack \} from 'aws-cdk-lib';[\s\S]*?)^```$/m.exec(
    readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8'),
  ) ?? [];

type Named = Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
interface Template {
  readonly Resources: Named;
  readonly Parameters: Named;
}

let folder: string;
let synthesized: Template;
let released: Template;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-cdk-'));
  const packages = join(folder, 'dist/cloudformation');
  mkdirSync(packages, { recursive: true });
  buildTemplate(packages);
  symlinkSync(join(ROOT, '.cdk/node_modules'), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'app.mjs'), EXAMPLE);
  // The CDK's own command sets this, and then an app is synthesized when it ends.
  execFileSync(process.execPath, ['app.mjs'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], CDK_OUTDIR: 'cdk.out' },
    stdio: ['ignore', 2, 2],
  });
  synthesized = JSON.parse(readFileSync(join(folder, 'cdk.out/headroom.template.json'), 'utf8')) as Template;
  released = parseYaml(readFileSync(join(packages, 'headroom.template.yml'), 'utf8'), {
    version: '1.1',
    logLevel: 'silent',
  }) as Template;
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('the CDK makes of the example the resources of the template, and no others', () => {
  const typesOf = ({ Resources }: Template) =>
    Object.entries(Resources)
      .filter(([name]) => name !== 'CDKMetadata')
      .map(([name, { Type }]) => [name, Type])
      .toSorted();
  expect(typesOf(released).length).toBeGreaterThan(30);
  expect(typesOf(synthesized)).toEqual(typesOf(released));
});

test('the values of the example take the place of their parameters', () => {
  const given = [...EXAMPLE.matchAll(/^ {4}(\w+): '/gm)].map(([, name = '']) => name);
  expect(given.length).toBeGreaterThan(2);
  for (const name of given) {
    expect(Object.keys(released.Parameters)).toContain(name);
    expect(Object.keys(synthesized.Parameters)).not.toContain(name);
  }
  expect(JSON.stringify(synthesized)).toContain('platform@example.com');
});
