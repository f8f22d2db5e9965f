import { describe, expect, test } from 'vitest';
import { plan, shopFile } from '../../../../fixtures/plan-command.ts';

const FILE = shopFile({ settings: { prefixDelegation: true }, nodes: 9, pods: 5 });
const SHOP = ['--from', FILE, '--cluster', 'shop'];

/** The pictures of a page, and what each says of itself to those who do not see it. */
const mapsOf = async (...args: readonly string[]) => {
  const { out, err } = await plan(...args, '-o', 'html');
  expect(err).toBe('');
  const labels = (kind: 'Before' | 'After') =>
    [
      ...out.matchAll(
        new RegExp(
          `<figcaption>${kind}</figcaption><div class="map-frame"><svg[^>]*aria-label="([^"]*)"`,
          'g',
        ),
      ),
    ].map(([, label = '']) => label);
  return { out, before: labels('Before'), after: labels('After') };
};

const prefixesIn = (label: string): number => Number(/(\d+) held as prefixes/.exec(label)?.[1]);

describe('the page of a plan shows maps before and after', () => {
  test.each([
    ['fit', ['--nodes', '3'], 3],
    ['what-if', ['--nodes', '+3'], 3],
    ['what-if', ['--type', 'm5.xlarge'], 3],
    ['upgrade', [], 3],
    ['failover', ['--lose', 'eu-west-1a'], 2],
    ['drain', ['--nodes', '2'], 3],
  ])('of %s %j', async (command, args, subnets) => {
    const { before, after, out } = await mapsOf(command, ...SHOP, ...args);
    expect([before.length, after.length]).toEqual([subnets, subnets]);
    expect(after).not.toEqual(before);
    expect(out).toContain('each new one is shown in one possible place');
  });

  test('of new nodes: one more prefix in each zone, as the figures say', async () => {
    const { before, after } = await mapsOf('fit', ...SHOP, '--nodes', '3');
    expect(
      after.map(prefixesIn).map((prefixes, index) => prefixes - prefixesIn(before[index] ?? '')),
    ).toEqual([1, 1, 1]);
  });

  test('of fewer nodes with fewer pods: what they held is free', async () => {
    const { before, after } = await mapsOf('what-if', ...SHOP, '--nodes', '-3', '--pods', '-48');
    const total = (labels: readonly string[]) => labels.reduce((sum, label) => sum + prefixesIn(label), 0);
    expect(total(after)).toBeLessThan(total(before));
  });

  test('of ranges to reserve: with their corners', async () => {
    const { out, before, after } = await mapsOf('reserve', ...SHOP);
    expect([before.length, after.length]).toEqual([3, 3]);
    const [, ...pairs] = out.split('<h3>');
    for (const pair of pairs) {
      const [first = '', then = ''] = pair.split('<figcaption>After</figcaption>');
      expect(first).not.toContain('prefix reservation');
      expect(then).toContain('prefix reservation');
    }
  });

  test('of a new subnet: it does not exist before', async () => {
    const { out, after } = await mapsOf('what-if', ...SHOP, '--add-subnet', '10.0.64.0/24@eu-west-1a');
    expect(out).toContain('The subnet does not exist yet.');
    expect(after).toHaveLength(4);
  });
});
