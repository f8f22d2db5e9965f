import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseHcl } from '@cdktf/hcl2json';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';

/** The three ways to deploy the role into other accounts, as docs/organisation.md shows them, against what they deploy. */

const ROOT = join(import.meta.dirname, '../../..');
const page = readFileSync(join(ROOT, 'docs/organisation.md'), 'utf8');

interface Parameter {
  readonly Default?: string;
}
const templateAt = (path: string) =>
  parseYaml(readFileSync(join(ROOT, path), 'utf8'), { logLevel: 'silent' }) as {
    readonly Parameters: Readonly<Record<string, Parameter>>;
    readonly Resources: unknown;
  };
const template = templateAt('infra/lambda/spoke-role.yml');
const parameters = Object.keys(template.Parameters);
const required = parameters.filter((name) => template.Parameters[name]?.Default === undefined);

/** The commands of all blocks, each on one line. */
const commands = [...page.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
  block.replaceAll(/\\\n\s*/g, '').split('\n'),
);
const commandOf = (start: string): string => commands.find((line) => line.startsWith(start)) ?? '';

const expectParameters = (given: readonly string[]): void => {
  expect(parameters).toEqual(expect.arrayContaining([...given]));
  expect(given).toEqual(expect.arrayContaining(required));
};

describe('the role of other accounts', () => {
  test('has parameters without a default, so a command that misses one would be found', () => {
    expect(required.length).toBeGreaterThan(1);
  });

  test('by a stack set: one command gives each parameter that has no default, and none that there is not', () => {
    const command = commandOf('aws cloudformation deploy --stack-name headroom-readers ');
    const [, file = ''] = /--template-file (\S+)/.exec(command) ?? [];
    const [, overrides = ''] = /--parameter-overrides (.+)$/.exec(command) ?? [];
    const given = overrides.split(' ').map((each) => each.split('=')[0] ?? '');
    const wrapper = templateAt(file);
    const known = Object.keys(wrapper.Parameters);
    expect(known).toEqual(expect.arrayContaining(given));
    expect(given).toEqual(
      expect.arrayContaining(known.filter((name) => wrapper.Parameters[name]?.Default === undefined)),
    );
    expect(commandOf('aws cloudformation delete-stack ')).toContain('--stack-name headroom-readers');
  });

  test('by a stack set: it deploys the template of the role as it stands, with each of its parameters', () => {
    const { Readers } = templateAt('infra/lambda/spokes.yml').Resources as Readonly<
      Record<string, { readonly Type: string; readonly Properties: Readonly<Record<string, unknown>> }>
    >;
    expect(Readers?.Type).toBe('AWS::CloudFormation::StackSet');
    expect(Readers?.Properties['TemplateBody']).toBe(
      readFileSync(join(ROOT, 'infra/lambda/spoke-role.yml'), 'utf8'),
    );
    expect(Readers?.Properties['Parameters']).toEqual(
      parameters.map((name) => ({ ParameterKey: name, ParameterValue: name })),
    );
  });

  test('by a stack set: the page about events updates it with parameters that it has', () => {
    const events = readFileSync(join(ROOT, 'docs/events.md'), 'utf8').replaceAll(/\\\n\s*/g, '');
    const [, file = '', overrides = ''] =
      /deploy --stack-name headroom-readers --template-file (\S+) --parameter-overrides (.+)/.exec(events) ??
      [];
    const given = overrides.split(/ +/).map((each) => each.split('=')[0] ?? '');
    expect(given).toEqual(['RoleRegion', 'EventRegions', 'EventBusArn']);
    expect(Object.keys(templateAt(file).Parameters)).toEqual(expect.arrayContaining(given));
  });

  test('by hand: the command gives the same', () => {
    const command = commandOf('aws cloudformation deploy --stack-name headroom-reader ');
    const [, overrides = ''] = /--parameter-overrides (.+)$/.exec(command) ?? [];
    expectParameters(overrides.split(' ').map((each) => each.split('=')[0] ?? ''));
  });

  test('by Terraform: the block gives each variable that has no default, and none that there is not', async () => {
    const [, block = ''] = /^```hcl\n(module "headroom_reader"[\s\S]*?)^```/m.exec(page) ?? [];
    const { module } = (await parseHcl('page.tf', block)) as {
      module: Record<string, readonly Record<string, unknown>[]>;
    };
    const given = Object.keys(module['headroom_reader']?.[0] ?? {}).filter((name) => name !== 'source');
    const text = readFileSync(join(ROOT, 'infra/terraform/spokes/variables.tf'), 'utf8');
    const { variable } = (await parseHcl('variables.tf', text)) as {
      variable: Record<string, readonly Record<string, unknown>[]>;
    };
    const needed = Object.keys(variable).filter(
      (name) => !Object.hasOwn(variable[name]?.[0] ?? {}, 'default'),
    );
    expect(Object.keys(variable)).toEqual(expect.arrayContaining(given));
    expect(given).toEqual(expect.arrayContaining(needed));
  });
});
