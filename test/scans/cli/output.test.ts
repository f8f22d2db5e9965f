import { parse as parseCsv } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { createLabClock } from '../../../lab/clock.ts';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { fragmentedSubnet } from '../../../lab/estates/fragmented-subnet.ts';
import { growingPods } from '../../../lab/estates/growing-pods.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { headroom } from '../../fixtures/headroom-command.ts';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({
    clock: createLabClock({ startsAt: Date.now() }),
    estate: scenarioEstate({
      name: 'output',
      description: 'a cluster without a free prefix, one that grows, and a subnet with tags',
      accounts: [labAccount(ACCOUNT, 'platform', [REGION])],
      scenarios: [
        fragmentedSubnet(ACCOUNT, REGION),
        growingPods(ACCOUNT, REGION),
        (world) => {
          const vpc = world.createVpc({
            ownerId: ACCOUNT,
            region: REGION,
            cidrBlock: '10.99.0.0/16',
            name: 'x',
          });
          for (const [name, cidrBlock] of [
            ['=HYPERLINK("http://example.com"),x', '10.99.0.0/24'],
            ['a-subnet-with-a-name-that-is-much-longer-than-any-terminal-wants', '10.99.1.0/24'],
          ] as const)
            world.createSubnet({
              vpcId: vpc.vpcId,
              cidrBlock,
              name,
              tags: { team: 'payments', 'cost=centre': '7' },
            });
          return () => undefined;
        },
      ],
    }),
  });
});
afterAll(async () => lab.close());

const run = (args: readonly string[], columns: number | null = null) =>
  headroom(args, lab, process.cwd(), { columns });
const rowsOf = (csv: string) => parseCsv<Record<string, string>>(csv, { columns: true });
const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

describe('--output', () => {
  test.each(['scan', 'findings', 'owners', 'clusters', 'pods', 'cost'])(
    'headroom %s --output yaml has the fields of JSON',
    async (command) => {
      const json = await run([command, '--output', 'json']);
      const yaml = await run([command, '--output', 'yaml']);
      const expected = JSON.parse(json.out) as Record<string, unknown>;
      const { scannedAt: _, ...document } = parseYaml(yaml.out) as Record<string, unknown>;
      expect(Object.keys(document).toSorted()).toEqual(
        Object.keys(expected)
          .filter((key) => key !== 'scannedAt')
          .toSorted(),
      );
      expect(document['targets']).toEqual(expected['targets']);
      expect(yaml.code).toBe(json.code);
    },
  );

  test('csv has every column, figures as plain numbers, and no text that a spreadsheet would run', async () => {
    const { out } = await run(['scan', '--output', 'csv']);
    const rows = rowsOf(out);
    const shop = rows.find(({ name }) => name === 'shop-nodes-a');
    expect(shop).toMatchObject({ range: '10.10.0.0/25', used: '60', available: '63', level: 'ok' });
    expect(shop?.['subnet']).toMatch(/^subnet-/);
    expect(rows.map(({ name }) => name)).toContain('\'=HYPERLINK("http://example.com"),x');
  });

  test.each(['scan', 'findings', 'owners', 'clusters', 'pods', 'cost'])(
    'headroom %s --output name prints one name a line and nothing else',
    async (command) => {
      const named = await run([command, '--output', 'name']);
      const rows = await run([command, '--output', 'csv', '--no-headers']);
      expect(lines(named.out).length).toBe(lines(rows.out).length);
    },
  );

  test('names of subnets are what --subnet takes', async () => {
    const { out } = await run(['scan', '--output', 'name']);
    const [first = ''] = lines(out);
    const again = await run(['scan', '--subnet', first, '--output', 'name']);
    expect(again.out).toBe(`${first}\n`);
  });

  test('and --format are two names of one option', async () => {
    expect((await run(['limits', 'm5.large', '-o', 'csv'])).out).toBe(
      (await run(['limits', 'm5.large', '-f', 'csv'])).out,
    );
    const { code, err } = await run(['scan', '-o', 'csv', '-f', 'json']);
    expect(code).toBe(2);
    expect(err).toContain('--output csv and --format json differ');
  });

  test.each([
    [['--output', 'xml'], '--output xml is none of table, wide, json, yaml, csv, name'],
    [['--output', 'json', '--sort-by', 'used'], '--sort-by would have no effect'],
    [['--output', 'yaml', '--no-headers'], '--no-headers would have no effect'],
    [['--sort-by', 'usd'], 'There is no column usd to sort by. Did you mean "used"?'],
    [['--watch', '1'], '--watch 1 is not a number of seconds'],
  ])('%j is bad usage', async (args, message) => {
    const { code, err, out } = await run(['scan', ...args]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});

describe('rows', () => {
  const column = async (name: string, ...args: string[]): Promise<readonly string[]> =>
    rowsOf((await run(['scan', '--output', 'csv', ...args])).out).map((row) => row[name] ?? '');

  test('come the worst first', async () => {
    const levels = await column('level');
    const ranks = levels.map((level) => ['critical', 'warning', 'info', 'ok'].indexOf(level));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    expect(levels[0]).toBe('critical');
  });

  test('come in the order that --sort-by asks for, in both directions', async () => {
    const up = (await column('used', '--sort-by', 'used')).map(Number);
    expect(up).toEqual(up.toSorted((a, b) => a - b));
    expect((await column('used', '--sort-by', 'used:desc')).map(Number)).toEqual(up.toReversed());
  });

  test('stand alone with --no-headers', async () => {
    const rows = lines((await run(['scan', '--no-headers'])).out);
    expect(rows).toHaveLength((await column('subnet')).length);
    expect(rows.join('\n')).not.toContain('AVAILABLE');
  });

  test.each([80, 120, 200])('fit %i columns, with the id last where it fits', async (columns) => {
    const { out } = await run(['scan'], columns);
    const table = out.slice(0, out.indexOf('\n\n')).split('\n');
    expect(Math.max(...table.map((line) => [...line].length))).toBeLessThanOrEqual(columns);
    expect(table[0]).toMatch(/AVAILABLE +PREFIXES/);
    expect(table[0]).toMatch(/SUBNET$/);
  });

  test.each([['clusters'], ['limits', 'm5.large', 'c6g.large']])(
    'headroom %s fits 80 columns: codes are shortened or columns left out',
    async (...args) => {
      const { out } = await run(args, 80);
      const tables = out
        .split('\n')
        .filter((line) => / {2}/.test(line) && !/^(?:unknown|\w+ {2}\d{12}) /.test(line));
      expect(tables.length).toBeGreaterThan(2);
      expect(tables.filter((line) => [...line].length > 80)).toEqual([]);
    },
  );

  test.each(['used:desc', 'level'])('the column of --sort-by %s is shown in 80 columns', async (sortBy) => {
    const { out } = await run(['scan', '--sort-by', sortBy], 80);
    const [head = ''] = out.split('\n');
    expect(head).toContain(sortBy.replace(':desc', '').toUpperCase());
    expect((await run(['scan'], 80)).out.split('\n')[0]).not.toContain(
      sortBy.replace(':desc', '').toUpperCase(),
    );
  });

  test('the figure that is bad is coloured, and the id is not', async () => {
    const { out } = await headroom(['scan'], lab, process.cwd(), { columns: 200, colour: true });
    const worst = out.split('\n')[1] ?? '';
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the style of red
    expect(worst).toMatch(/\u001b\[31m0\u001b\[39m/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: any style
    expect(worst).not.toMatch(/\u001b\[\d+m *subnet-/);
  });
});

describe('filters', () => {
  test.each(['scan', 'owners'])('headroom %s --tag shows only subnets with all tags', async (command) => {
    const { out } = await run([command, '--tag', 'team=payments', '--tag', 'team', '--output', 'json']);
    const { subnets } = JSON.parse(out) as { subnets: { name: string }[] };
    expect(subnets).toHaveLength(2);
  });

  test('--subnet takes a name', async () => {
    const { out } = await run(['scan', '--subnet', 'shop-nodes-a', '--output', 'json']);
    const { subnets } = JSON.parse(out) as { subnets: { name: string }[] };
    expect(subnets.map(({ name }) => name)).toEqual(['shop-nodes-a']);
  });

  test.each([
    [['--tag', 'taem=payments'], 'No subnet has the tag taem=payments. Did you mean "team"?'],
    [['--tag', 'team=nobody'], 'No subnet has the tag team=nobody.'],
    [['--subnet', 'shop-node-a'], 'Nothing matches --subnet shop-node-a. Did you mean "shop-nodes-a"?'],
  ])('%j matches nothing and is refused', async (args, message) => {
    for (const command of ['scan', 'findings', 'cost', 'report']) {
      const { code, err } = await run([command, ...args, ...(command === 'report' ? ['--out', '-'] : [])]);
      expect([command, code]).toEqual([command, 2]);
      expect(err).toContain(message);
    }
  });
});

test.each(['map', 'explain'])('headroom %s --watch shows one subnet again and again', async (command) => {
  let pauses = 0;
  const { out } = await headroom([command, 'data-a', '--watch', '30'], lab, process.cwd(), {
    pause: () => {
      pauses += 1;
      return Promise.resolve(pauses < 2);
    },
  });
  expect(out.match(/^every 30 s, /gm)).toHaveLength(2);
});

test('headroom cost comes as rows, the dollars as plain numbers', async () => {
  const { code, out } = await run([
    'cost',
    '--subnets',
    '40',
    '--output',
    'csv',
    '--sort-by',
    'us-dollars:desc',
  ]);
  expect(code).toBe(0);
  const amounts = rowsOf(out).map((row) => Number(row['us_dollars']));
  expect(amounts.filter((amount) => amount > 0).length).toBeGreaterThan(3);
  expect(amounts).toEqual(amounts.toSorted((a, b) => b - a));
});

test('headroom config check comes as YAML', async () => {
  const { out } = await run(['config', 'check', '--output', 'yaml']);
  expect(parseYaml(out)).toMatchObject({ schema: 'headroom/config@1' });
});

test('--watch repeats the command until it is stopped', async () => {
  let pauses = 0;
  const waited: number[] = [];
  const { out } = await headroom(['scan', '--watch', '30'], lab, process.cwd(), {
    pause: async (milliseconds) => {
      waited.push(milliseconds);
      pauses += 1;
      return pauses < 3;
    },
  });
  expect(waited).toEqual([30_000, 30_000, 30_000]);
  expect(out.match(/AVAILABLE/g)).toHaveLength(3);
  expect(out).toContain('every 30 s, ');
});

test('the line of progress is wiped away before the table comes', async () => {
  const screen: string[] = [];
  const write = (text: string) => void screen.push(text);
  await headroom(['scan'], lab, process.cwd(), { out: write, err: write, progress: true, columns: 120 });
  const table = screen.findIndex((text) => text.includes('AVAILABLE'));
  expect(screen.slice(0, table).join('')).toMatch(/scanning 111122223333/);
  expect(screen[table - 1]).toBe('\r\u001b[2K');
  expect(screen.slice(table).join('')).not.toContain('scanning');
});
