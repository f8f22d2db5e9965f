import { describe, expect, test } from 'vitest';
import { plan, planDocument, shopFile } from '../../../../fixtures/plan-command.ts';

const SHOP = ['--nodes', '40', '--type', 'm5.2xlarge', '--pods-per-node', '30'];

interface Range {
  readonly purpose: string;
  readonly cidr: string | null;
  readonly length: number;
}

describe('headroom plan size', () => {
  test('sizes the subnets of each mode, with the arithmetic', async () => {
    const { code, document } = await planDocument(
      'size',
      ...SHOP,
      ...['--zones', '3', '--survive', '2', '--growth', '30'],
    );
    expect(code).toBe(0);
    const [secondary, prefix] = document.modes;
    // 52 nodes after the growth, 26 in each of two zones, and 2 in an update. Each holds 4 interfaces full: 60 addresses.
    expect(secondary).toMatchObject({ mode: 'secondary', nodes: 52, nodesPerZone: 28, fits: true });
    expect(secondary.ranges[0]).toMatchObject({
      purpose: 'nodes',
      length: 21,
      arithmetic: '(26 nodes + 2 in an update) x 60 addresses = 1,680 addresses, and 5 of AWS',
    });
    expect(prefix.ranges[0].arithmetic).toContain('1 address and 3 prefixes');
  });

  test('finds places for nodes, pods, load balancers and services in one range', async () => {
    const { document } = await planDocument(
      'size',
      ...SHOP,
      ...['--within', '172.16.0.0/16', '--mode', 'custom-prefix', '--taken', '172.16.0.0/20'],
    );
    const [{ ranges, vpcBlock }] = document.modes;
    expect(new Set(ranges.map(({ purpose }: Range) => purpose))).toEqual(
      new Set(['nodes', 'pods', 'load-balancers', 'control-plane', 'services']),
    );
    expect(ranges.every(({ cidr }: Range) => cidr?.startsWith('172.16.') === true)).toBe(true);
    expect(vpcBlock).toBe('172.16.16.0/20');
    expect(ranges.find(({ purpose }: Range) => purpose === 'services').cidr).toBe('172.16.32.0/22');
  });

  test('stays clear of every VPC that was scanned', async () => {
    const { document } = await planDocument(
      'size',
      ...SHOP,
      ...['--within', '10.0.0.0/15', '--mode', 'secondary', '--from', shopFile()],
    );
    const [{ ranges }] = document.modes;
    expect(ranges.filter(({ cidr }: Range) => cidr?.startsWith('10.0.') === true)).toEqual([]);
  });

  test('places subnets in a VPC beside those that are there', async () => {
    const { document } = await planDocument(
      'size',
      ...SHOP,
      ...['--vpc', 'vpc-01', '--mode', 'secondary', '--from', shopFile()],
    );
    expect(document.question.within).toEqual(['10.0.0.0/16']);
    expect(document.modes[0].ranges[0].cidr).toBe('10.0.4.0/22');
  });

  test('takes more nodes where one cannot run so many pods, and says so', async () => {
    const { out } = await plan(
      'size',
      ...['--nodes', '10', '--type', 'm5.large', '--pods-per-node', '54', '--mode', 'secondary'],
    );
    expect(out).toContain(
      'In mode secondary, a node of m5.large runs at most 27 pods, so 10 nodes with 54 pods become 20',
    );
  });

  test('exits 1 where no place is left', async () => {
    const { code, out } = await plan('size', ...SHOP, '--within', '10.0.0.0/24');
    expect([code, out]).toEqual([1, expect.stringContaining('No mode fits in 10.0.0.0/24.')]);
  });

  test.each([
    [['--survive', '4'], '--survive 4 is more than --zones 3.'],
    [['--mode', 'mixed'], '--mode mixed is none of'],
    [['--within', '10.0.0.1/24'], '--within 10.0.0.1/24 is not an IPv4 range.'],
    [['--growth', 'x'], '--growth x is not a whole number'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await plan('size', ...SHOP, ...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});
