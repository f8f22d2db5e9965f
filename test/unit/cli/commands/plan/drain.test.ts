import { describe, expect, test } from 'vitest';
import { plan, planDocument, shopFile } from '../../../../fixtures/plan-command.ts';

const PREFIX = { settings: { prefixDelegation: true }, nodes: 9, pods: 5 };

describe('headroom plan drain', () => {
  test('drains few nodes, in an order, after the reservation and after cordoning all of them', async () => {
    const { code, document } = await planDocument(
      'drain',
      ...['--from', shopFile(PREFIX), '--cluster', 'shop', '--nodes', '2', '--subnet', 'subnet-0a'],
    );
    expect(code).toBe(0);
    expect(document.steps).toHaveLength(2);
    expect(document.wins).toBeGreaterThan(0);
    const kinds = document.commands.map((command: string) =>
      command
        .split(' ')
        .slice(0, 2)
        .join(' ')
        .replace('aws ec2', 'reserve')
        .replace('aws autoscaling', 'end'),
    );
    expect(kinds).toEqual([
      'reserve',
      'kubectl cordon',
      'kubectl cordon',
      'kubectl drain',
      'end',
      'kubectl drain',
      'end',
    ]);
  });

  test('drains no more than is wanted, and exits 1 where it cannot win so much', async () => {
    const file = shopFile(PREFIX);
    const one = await planDocument('drain', '--from', file, '--cluster', 'shop', '--win', '1');
    expect([one.code, one.document.steps.length]).toEqual([0, 1]);
    const { code, out } = await plan('drain', '--from', file, '--cluster', 'shop', '--win', '500');
    expect([code, out]).toEqual([1, expect.stringContaining('less than the 500 asked for')]);
  });

  test('drains nothing where pods find no other node', async () => {
    const file = shopFile({ nodes: 3, pods: 27 });
    const { code, out } = await plan('drain', '--from', file, '--cluster', 'shop', '--supply', 'addresses');
    expect([code, out]).toEqual([1, expect.stringContaining('Draining wins no addresses')]);
  });

  test('shows the map after the drain', async () => {
    const { out } = await plan('drain', '--from', shopFile(PREFIX), '--cluster', 'shop', '--format', 'html');
    expect(out.match(/<figcaption>After<\/figcaption><div class="map-frame"><svg/g)?.length).toBe(3);
  });

  test.each([
    [['--supply', 'blocks'], '--supply blocks is neither prefixes nor addresses.'],
    [['--subnet', 'subnet-0x'], 'Nothing matches --subnet subnet-0x.'],
    [['--nodes', '0'], '--nodes 0 is not a whole number'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await plan('drain', '--from', shopFile(PREFIX), '--cluster', 'shop', ...args);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });
});

describe('headroom plan reserve', () => {
  test('names ranges, the interfaces in the way, and what a drain adds', async () => {
    const file = shopFile({ ...PREFIX, strangers: 1 });
    const { code, document } = await planDocument(
      'reserve',
      ...['--from', file, '--cluster', 'shop', '--after-draining', '3'],
    );
    expect(code).toBe(0);
    const prefixes = (when: 'now' | 'afterDrain') =>
      document.subnets
        .flatMap((subnet: Record<typeof when, { prefixesNow: number }[]>) => subnet[when])
        .reduce((sum: number, { prefixesNow }: { prefixesNow: number }) => sum + prefixesNow, 0);
    expect(document.drained).toHaveLength(3);
    expect(prefixes('afterDrain')).toBeGreaterThan(prefixes('now'));
    expect(JSON.stringify(document.subnets)).toContain('ELB app/shop/0a');
  });

  test('asks for a subnet or a cluster where there are several clusters, and for nodes to drain', async () => {
    const { code, err } = await plan(
      'reserve',
      ...['--from', shopFile(PREFIX), '--subnet', 'subnet-0a', '--after-draining', '2'],
    );
    expect([code, err]).toEqual([
      2,
      expect.stringContaining('--after-draining needs the nodes of a cluster.'),
    ]);
  });

  test('writes a table of the ranges of one subnet', async () => {
    const { code, out } = await plan('reserve', '--from', shopFile(PREFIX), '--subnet', 'subnet-0a');
    expect([code, out]).toEqual([0, expect.stringContaining('create-subnet-cidr-reservation')]);
  });
});
