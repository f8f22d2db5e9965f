import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@cdktf/hcl2json';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { PARAMETERS } from '../../../infra/lambda/template/parameters.ts';

const ROOT = join(import.meta.dirname, '../../..');
const MODULES = join(ROOT, 'infra/terraform');

type Blocks = Readonly<Record<string, unknown>>;
type Named = Readonly<Record<string, readonly Blocks[]>>;

interface Module {
  readonly text: string;
  readonly variables: Named;
  readonly resources: Readonly<Record<string, Named>>;
}

/** A module as HashiCorp's own parser of HCL reads it. */
const moduleAt = async (name: string): Promise<Module> => {
  const files = readdirSync(join(MODULES, name)).filter((file) => file.endsWith('.tf'));
  const texts = files.map((file) => readFileSync(join(MODULES, name, file), 'utf8'));
  const parsed = await Promise.all(texts.map((text, index) => parse(files[index] ?? '', text)));
  const all = <Kind>(kind: string): Kind =>
    Object.assign({}, ...parsed.map((file) => (file as Record<string, unknown>)[kind] ?? {})) as Kind;
  return { text: texts.join('\n'), variables: all('variable'), resources: all('resource') };
};

const only = (named: Named | undefined): Blocks => Object.values(named ?? {})[0]?.[0] ?? {};

describe.each(['hub', 'spokes'])('the Terraform module %s', (name) => {
  test('uses every variable that it has, and has every variable that it uses', async () => {
    const { text, variables } = await moduleAt(name);
    const used = new Set([...text.matchAll(/\bvar\.(\w+)/g)].map(([, variable]) => variable));
    expect([...used].toSorted()).toEqual(Object.keys(variables).toSorted());
  });

  test('says of every variable what it is', async () => {
    const { variables } = await moduleAt(name);
    for (const [variable, [block]] of Object.entries(variables))
      expect([variable, typeof block?.['description']]).toEqual([variable, 'string']);
  });
});

test('the module of the hub is the template of a release and its packages, and nothing else', async () => {
  const { resources } = await moduleAt('hub');
  expect(Object.keys(resources).toSorted()).toEqual(['aws_cloudformation_stack', 'aws_s3_object']);
  const stack = only(resources['aws_cloudformation_stack']);
  expect(stack['capabilities']).toEqual(['CAPABILITY_NAMED_IAM']);
  const given = [...String(stack['parameters']).matchAll(/^\s+(\w+) +=/gm)].map(([, key]) => key ?? '');
  expect(given).toEqual(['ArtifactBucket', 'ArtifactPrefix']);
  for (const parameter of given) expect(Object.keys(PARAMETERS)).toContain(parameter);
});

test('the module of the spokes gives the role template all of its parameters', async () => {
  const { resources } = await moduleAt('spokes');
  const set = only(resources['aws_cloudformation_stack_set']);
  // The tags of CloudFormation's short forms are of no interest here.
  const template = parseYaml(readFileSync(join(ROOT, 'infra/lambda/spoke-role.yml'), 'utf8'), {
    logLevel: 'silent',
  }) as { Parameters: Record<string, unknown> };
  expect(Object.keys(set['parameters'] as object).toSorted()).toEqual(
    Object.keys(template.Parameters).toSorted(),
  );
});

test('text that is no HCL is refused, so this parser would notice', async () => {
  await expect(parse('broken.tf', 'resource "a" "b" {')).rejects.toThrow();
});
