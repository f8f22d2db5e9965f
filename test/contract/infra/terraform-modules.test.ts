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
  readonly data: Readonly<Record<string, Named>>;
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
  return {
    text: texts.join('\n'),
    variables: all('variable'),
    resources: all('resource'),
    data: all('data'),
  };
};

interface SchemaBlock {
  readonly attributes: Readonly<Record<string, { readonly required?: boolean; readonly computed?: boolean }>>;
  readonly block_types?: Readonly<
    Record<string, { readonly min_items?: number; readonly block: SchemaBlock }>
  >;
}

type Schemas = Readonly<Record<string, { readonly block: SchemaBlock }>>;

const PROVIDER = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../fixtures/terraform/aws-provider.json'), 'utf8'),
) as { readonly resource_schemas: Schemas; readonly data_source_schemas: Schemas };

/** Arguments that Terraform itself gives every resource. */
const META_ARGUMENTS = new Set(['for_each', 'count', 'depends_on', 'lifecycle', 'provider']);

/** What the provider would refuse in a block: arguments that it does not have or that only it sets, and missing ones. */
const wrongArguments = (where: string, given: Blocks, schema: SchemaBlock): string[] => {
  const { attributes, block_types: blocks = {} } = schema;
  return [
    ...Object.entries(given).flatMap(([name, value]) => {
      if (META_ARGUMENTS.has(name)) return [];
      const nested = blocks[name];
      if (nested !== undefined)
        return (value as readonly Blocks[]).flatMap((each) =>
          wrongArguments(`${where}.${name}`, each, nested.block),
        );
      const attribute = attributes[name];
      if (attribute === undefined) return [`${where}.${name} does not exist`];
      return attribute.computed === true ? [`${where}.${name} is set by AWS`] : [];
    }),
    ...[
      ...Object.entries(attributes).filter(([, { required }]) => required === true),
      ...Object.entries(blocks).filter(([, { min_items: least = 0 }]) => least > 0),
    ].flatMap(([name]) => (name in given ? [] : [`${where}.${name} is missing`])),
  ];
};

const wrongIn = (kinds: Readonly<Record<string, Named>>, schemas: Schemas): readonly string[] =>
  Object.entries(kinds).flatMap(([type, named]) =>
    Object.entries(named).flatMap(([name, [given = {}]]) => {
      const schema = schemas[type];
      return schema === undefined
        ? [`${type} is not in aws-provider.json`]
        : wrongArguments(`${type}.${name}`, given, schema.block);
    }),
  );

/** Attributes that a module reads of its resources and data sources, and that they do not have. */
const wrongReferences = ({ text }: Pick<Module, 'text'>): readonly string[] =>
  [...text.matchAll(/\b(data\.)?(aws_\w+)\.\w+(?:\[[^\]]+\])?\.(\w+)/g)].flatMap(
    ([whole, isData, type, name]) => {
      const schemas = isData === undefined ? PROVIDER.resource_schemas : PROVIDER.data_source_schemas;
      return schemas[type ?? '']?.block.attributes[name ?? ''] === undefined ? [whole] : [];
    },
  );

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

test.each(['hub', 'spokes'])(
  'the arguments and attributes in the module %s are those of the AWS provider',
  async (name) => {
    const module = await moduleAt(name);
    expect(wrongIn(module.resources, PROVIDER.resource_schemas)).toEqual([]);
    expect(wrongIn(module.data, PROVIDER.data_source_schemas)).toEqual([]);
    expect(module.text).toMatch(/\baws_\w+\.\w+\.\w+/);
    expect(wrongReferences(module)).toEqual([]);
  },
);

test('a wrong argument, a missing one and a wrong attribute would be found', () => {
  const planted = {
    aws_s3_object: { release: [{ key: 'k', sorce: 's', version_id: 'v' }] },
    aws_sqs_queue: { other: [{}] },
  };
  expect(wrongIn(planted, PROVIDER.resource_schemas)).toEqual([
    'aws_s3_object.release.sorce does not exist',
    'aws_s3_object.release.version_id is set by AWS',
    'aws_s3_object.release.bucket is missing',
    'aws_sqs_queue is not in aws-provider.json',
  ]);
  expect(
    wrongReferences({ text: 'a = aws_s3_object.release["x"].keey\nb = data.aws_s3_bucket.artifacts.id' }),
  ).toEqual(['aws_s3_object.release["x"].keey']);
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
