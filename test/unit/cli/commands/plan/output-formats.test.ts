import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { plan, shopFile } from '../../../../fixtures/plan-command.ts';

const FILE = shopFile({ settings: { prefixDelegation: true }, nodes: 9, pods: 5 });
const SHOP = ['--from', FILE, '--cluster', 'shop'];

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  node: ['m5.large', '--pods', '0,20'],
  'what-if': [...SHOP, '--nodes', '+3'],
  size: ['--nodes', '4', '--type', 'm5.large', '--pods-per-node', '10', '--within', '10.8.0.0/16'],
  drain: [...SHOP, '--nodes', '2'],
  reserve: SHOP,
  failover: SHOP,
  fit: [...SHOP, '--nodes', '3'],
  upgrade: SHOP,
};

describe.each(Object.entries(COMMANDS))('headroom plan %s', (command, args) => {
  const printed = async (...format: readonly string[]) => {
    const { out, err } = await plan(command, ...args, ...format);
    expect(err).toBe('');
    return out;
  };

  test('prints the same document as JSON and as YAML, under both names of the option', async () => {
    const json = await printed('--output', 'json');
    expect(await printed('-f', 'json')).toBe(json);
    expect(parse(await printed('-o', 'yaml'))).toEqual(JSON.parse(json));
    expect(JSON.parse(json).schema).toBe(`headroom/plan-${command}@1`);
  });

  test('prints rows with the same number of values as CSV, and one name a line', async () => {
    const [header = '', ...rows] = (await printed('-o', 'csv')).trim().split('\n');
    expect(header).toMatch(/^[a-z_]+(,[a-z_]+)+$/);
    expect(rows.length).toBeGreaterThan(0);
    const names = (await printed('-o', 'name')).trim().split('\n');
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(rows.join('\n')).toContain(name);
  });

  test('prints every column of the table, and more with wide', async () => {
    const narrow = await printed();
    const wide = await printed('-o', 'wide');
    expect(wide.length).toBeGreaterThanOrEqual(narrow.length);
    expect(narrow.split('\n')[1]).toBe(wide.split('\n')[1]);
  });

  test('gives the same answer as Markdown and as a page', async () => {
    const answer = (await printed()).split('\n')[1] ?? '';
    const plain = (text: string) =>
      text.replaceAll('\\', '').replaceAll('&#39;', "'").replaceAll('&gt;', '>');
    expect(plain(await printed('-o', 'markdown'))).toContain(answer);
    expect(plain(await printed('-o', 'html'))).toContain(answer);
  });

  test('refuses a format that there is not', async () => {
    const { code, err } = await plan(command, ...args, '-o', 'xml');
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('is none of table, wide, json, yaml, csv, name, markdown, html.'),
    ]);
  });
});

test('figures in CSV are numbers, and ids stand where people see names', async () => {
  const { out } = await plan('size', ...(COMMANDS['size'] ?? []), '-o', 'csv');
  expect(out.split('\n')[0]).toBe('mode,for,zone,size,range,arithmetic,reserve_for_prefixes');
  const subnets = await plan('what-if', ...(COMMANDS['what-if'] ?? []), '-o', 'name');
  expect(subnets.out).toBe('subnet-0a\nsubnet-0b\nsubnet-0c\n');
});
