import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { main } from '../../cli/main.ts';
import type { TargetEstate } from '../../shared/inventory/estate.ts';
import { shopFile } from '../fixtures/plan-command.ts';
import { pasted } from './bash.ts';
import { FORGED, hostileName, withHostileNames } from './hostile-estate.ts';
import { violationsIn } from './terminal-violations.ts';

/** Plans, the map and the explanation of an estate whose names were chosen by an attacker, in every format. */

/** Each way to make a shell run a second command, which is one that the test can see. */
const INJECTIONS = [
  "'; aws INJECTED; '",
  '"; aws INJECTED; "',
  '$(aws INJECTED)',
  '`aws INJECTED`',
  '\naws INJECTED\n',
  '```\naws INJECTED\n```',
  "''' ; aws INJECTED #",
  '| aws INJECTED',
  '\\; aws INJECTED',
  '&& aws INJECTED &&',
  '</code></pre><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '=HYPERLINK("https://a.example")',
  '@SUM(1+1)*cmd|',
];
const NAMES = [
  ...INJECTIONS.map((text) => `${text}\n${FORGED}\u202E`),
  ...fc.sample(hostileName, { numRuns: 40, seed: 20_261_127 }),
];

const SUBNET = 'subnet-0a';
const COMMANDS: readonly (readonly string[])[] = [
  ['plan', 'drain', '--cluster', 'shop'],
  ['plan', 'failover', '--cluster', 'shop'],
  ['plan', 'fit', '--cluster', 'shop', '--nodes', '400'],
  ['plan', 'reserve', '--cluster', 'shop'],
  ['plan', 'upgrade', '--cluster', 'shop'],
  ['plan', 'what-if', '--cluster', 'shop', '--nodes', '+400', '--set', 'mode=prefix'],
  ['plan', 'size', '--nodes', '30', '--type', 'm5.large', '--pods-per-node', '20'],
  ['explain', SUBNET],
  ['map', SUBNET],
  ['findings'],
];
const FORMATS_OF_PLANS = ['table', 'wide', 'json', 'yaml', 'csv', 'markdown', 'html'];

const formatsOf = ([command]: readonly string[]): readonly string[] =>
  command === 'plan' ? FORMATS_OF_PLANS : ['table', 'json', 'yaml'];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-plans-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Tagged {
  readonly tags: Readonly<Record<string, string>>;
}

/** The parts of the estate that were read, as they are in the file. */
interface Shop {
  readonly eksClusters: readonly { readonly nodeGroups: readonly object[] }[];
  readonly autoScalingGroups: readonly object[];
  readonly instances: readonly Tagged[];
  readonly interfaces: readonly Tagged[];
}

const hostileShop = (start: number): string => {
  const file = JSON.parse(
    readFileSync(
      shopFile({ nodes: 9, pods: 25, strangers: 140, settings: { prefixDelegation: false } }),
      'utf8',
    ),
  ) as { readonly targets: readonly TargetEstate[] };
  const nameAt = (index: number): string => NAMES[(start + index) % NAMES.length] ?? '';
  const targets = file.targets.map((target) => {
    const hostile = withHostileNames(target, nameAt);
    // EKS takes no such names, and what belongs to a cluster is found by them. Auto Scaling groups may have any.
    const group = nameAt(3);
    const plain = target as unknown as Shop;
    const { instances, interfaces } = hostile as unknown as Shop;
    const kept = (each: readonly Tagged[], own: readonly Tagged[]): readonly Tagged[] =>
      each.map((one, index) => ({ ...one, tags: { ...one.tags, ...own[index]?.tags } }));
    return {
      ...hostile,
      eksClusters: plain.eksClusters.map((cluster) => ({
        ...cluster,
        nodeGroups: cluster.nodeGroups.map((each) => ({ ...each, autoScalingGroups: [group] })),
      })),
      autoScalingGroups: plain.autoScalingGroups.map((each) => ({ ...each, name: group })),
      instances: kept(instances, plain.instances),
      interfaces: kept(interfaces, plain.interfaces),
    };
  });
  const path = join(folder, `shop-${start}.json`);
  writeFileSync(path, JSON.stringify({ ...file, targets }));
  return path;
};

const run = async (args: readonly string[], colour: boolean) => {
  let out = '';
  let err = '';
  const code = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {},
    now: () => Date.parse('2026-01-01T01:00:00.000Z'),
    colour,
    progress: false,
    columns: colour ? 120 : null,
  });
  return { code, out, err };
};

/** The commands of a document, at any depth. */
const commandsIn = (value: unknown): readonly string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'commands' && Array.isArray(inner)
      ? inner.filter((each) => typeof each === 'string')
      : commandsIn(inner),
  );
};

/** The fenced blocks of a Markdown text, without their fences: a reader may paste them. */
const fencedIn = (markdown: string): readonly string[] =>
  [...markdown.matchAll(/^(`{3,})[a-z]*\n([\s\S]*?)\n\1$/gm)].map(([, , text]) => text ?? '');

/** Within a substitution the second command's words end up in a word of the first. */
const isInjected = (texts: readonly string[]): boolean =>
  pasted(texts).some((calls) =>
    calls.some((words) => words[0] === 'INJECTED' || words.some((word) => word.includes('callINJECTED'))),
  );

/** What a page must not have gained by a name. In Markdown a backslash takes its meaning away. */
const markupIn = (text: string): readonly string[] => text.match(/(?<!\\)<(?:script>alert|img src=x)/g) ?? [];

const cellsOf = (csv: string): readonly string[] =>
  csv
    .split('\n')
    .flatMap((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/).map((cell) => cell.replace(/^"/, '')));

/** Everything that is wrong with one output. */
const problemsOf = (format: string, out: string, colour: boolean): readonly string[] => {
  switch (format) {
    case 'json':
      return [
        ...violationsIn(out, colour),
        ...(isInjected(commandsIn(JSON.parse(out))) ? ['a command'] : []),
      ];
    case 'yaml':
      return [...violationsIn(out, colour), ...parseDocument(out).errors.map(({ message }) => message)];
    case 'csv':
      return [...violationsIn(out, colour), ...cellsOf(out).filter((cell) => /^[=+@]/.test(cell))];
    case 'markdown':
      return [
        ...violationsIn(out, colour),
        ...markupIn(out),
        ...(isInjected(fencedIn(out)) ? ['a command'] : []),
      ];
    case 'html':
      return [...violationsIn(out.replace(/[\t\n]/g, ' '), colour), ...markupIn(out)];
    default:
      return violationsIn(out, colour);
  }
};

describe.each(COMMANDS.map((args) => [args.join(' '), args] as const))('headroom %s', (_, args) => {
  test.each(formatsOf(args))('%s', async (format) => {
    for (const start of [0, 7, 20]) {
      for (const colour of format === 'table' ? [false, true] : [false]) {
        const from = args[1] === 'size' ? [] : ['--from', hostileShop(start)];
        const { code, out, err } = await run([...args, ...from, '--format', format], colour);
        expect([code, err]).toEqual([expect.toBeOneOf([0, 1, 4]), '']);
        expect(out).not.toBe('');
        expect(problemsOf(format, out, colour)).toEqual([]);
      }
    }
  });
});

interface PlannedResource {
  readonly address: string;
  readonly change: { readonly after: Readonly<Record<string, unknown>> | null };
}

/** A Terraform plan: the keys of `for_each`, the names and the tags of resources may be any text. */
const hostileTerraform = (start: number): string => {
  const file = JSON.parse(
    readFileSync(join(import.meta.dirname, '../fixtures/terraform/vpc-and-eks-modules.json'), 'utf8'),
  ) as { readonly resource_changes: readonly PlannedResource[] };
  const resources = file.resource_changes.map((resource, index) => {
    const name = NAMES[(start + index) % NAMES.length] ?? '';
    const { after } = resource.change;
    return {
      ...resource,
      address: `${resource.address}[${JSON.stringify(name)}]`,
      index: name,
      change: {
        ...resource.change,
        after: after === null ? null : { ...after, name, node_group_name: name, tags: { Name: name } },
      },
    };
  });
  const path = join(folder, 'plan.json');
  writeFileSync(path, JSON.stringify({ ...file, resource_changes: resources }));
  return path;
};

describe('headroom plan fit --terraform', () => {
  test.each(FORMATS_OF_PLANS)('%s', async (format) => {
    for (const start of [0, 7, 20, 40]) {
      const files = ['--from', hostileShop(start), '--terraform', hostileTerraform(start)];
      const { code, out, err } = await run(['plan', 'fit', ...files, '--format', format], false);
      expect([code, err]).toEqual([expect.toBeOneOf([0, 1, 4]), '']);
      expect(out).toContain(FORGED);
      expect(problemsOf(format, out, false)).toEqual([]);
    }
  });
});

describe('a planted violation is found', () => {
  test.each([
    ['json', JSON.stringify({ remedies: [{ commands: ["aws ec2 x --name '$(id)'; aws INJECTED"] }] })],
    ['json', JSON.stringify({ remedies: [{ commands: ['aws ec2 x --name "$(aws INJECTED)"'] }] })],
    ['yaml', 'a: "'],
    ['csv', 'name,count\n=HYPERLINK("https://a.example"),1\n'],
    ['csv', 'name,count\n"@SUM(1,2)",1\n'],
    ['markdown', '# A\n```sh\naws ec2 x\naws INJECTED\n```\n'],
    ['markdown', 'a <img src=x onerror=alert(1)> b'],
    ['html', '<p><script>alert(1)</script></p>'],
    ['table', `a\n${FORGED}`],
  ])('%s: %s', (format, out) => {
    expect(problemsOf(format, out, false).length).toBeGreaterThan(0);
  });
});
