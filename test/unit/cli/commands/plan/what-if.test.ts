import { describe, expect, test } from 'vitest';
import { plan, planDocument, shopFile } from '../../../../fixtures/plan-command.ts';

const from = (...args: readonly string[]) => ['--cluster', 'shop', ...args];

describe('headroom plan what-if', () => {
  test('starts nodes in the zones that have fewest, and says what fits after them', async () => {
    const { code, document } = await planDocument('what-if', '--from', shopFile(), ...from('--nodes', '+4'));
    expect(code).toBe(0);
    expect(document).toMatchObject({
      schema: 'headroom/plan-what-if@1',
      changes: ['4 more nodes'],
      fits: true,
      before: { nodes: 6, pods: 54 },
      after: { nodes: 10 },
      commands: [expect.stringContaining('desiredSize=10')],
    });
    // Each running m5.large holds 20 addresses, each new one takes 10.
    expect(document.before.subnets.map(({ used }: { used: unknown }) => used)).toEqual(
      Array.from({ length: 3 }, () => [40, 40]),
    );
    expect(document.after.subnets.map(({ used }: { used: unknown }) => used)).toEqual([
      [60, 60],
      [50, 50],
      [50, 50],
    ]);
  });

  test('does not fit where a subnet runs dry, exits 1, and names the error and the subnet', async () => {
    const { code, out } = await plan('what-if', '--from', shopFile(), ...from('--nodes', '+90'));
    expect(code).toBe(1);
    expect(out).toContain(
      'It does not fit. 27 nodes find no room: InsufficientFreeAddressesInSubnet in shop-0a, shop-0b, shop-0c.',
    );
  });

  test('finds the order that a change of mode has room for, and shows those that run dry', async () => {
    const file = shopFile({ nodes: 24, strangers: 6 });
    const { document } = await planDocument('what-if', '--from', file, ...from('--set', 'mode=prefix'));
    expect(document.triedOrders.at(-1)).toEqual(document.order);
    expect(document.triedOrders[0].failure).toMatchObject({ error: 'InsufficientCidrBlocks' });
  });

  test('gives pods a range of their own: a subnet a zone, the ENIConfigs, and new nodes', async () => {
    const { code, document } = await planDocument(
      'what-if',
      '--from',
      shopFile(),
      ...from('--custom-networking', '100.64.0.0/16'),
    );
    expect(code).toBe(0);
    expect(document.after.subnets.map(({ cidrBlock }: { cidrBlock: string }) => cidrBlock)).toEqual([
      '10.0.0.0/24',
      '10.0.1.0/24',
      '10.0.2.0/24',
      '100.64.0.0/18',
      '100.64.64.0/18',
      '100.64.128.0/18',
    ]);
    const inOrder = [
      'associate-vpc-cidr-block',
      'create-subnet',
      'ENIConfig',
      'AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG',
      'kubectl drain',
    ];
    const places = inOrder.map((word) => document.commands.findIndex((each: string) => each.includes(word)));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(places[0]).toBe(0);
  });

  test('says that a lower warm target gives back exact addresses, but not the interfaces', async () => {
    const { document } = await planDocument(
      'what-if',
      '--from',
      shopFile({ pods: 5 }),
      ...from('--set', 'WARM_IP_TARGET=2'),
    );
    const [first] = document.after.subnets;
    // At most 9 pods and 2 spare on each of two nodes, on one interface or on two.
    expect(first.used[0]).toBeLessThan(first.used[1]);
    expect(first.used[1]).toBeLessThan(40);
  });

  test('reserves a range and counts its blocks as prefixes that nothing spoils', async () => {
    const { document } = await planDocument(
      'what-if',
      '--from',
      shopFile({ settings: { prefixDelegation: true }, nodes: 3 }),
      ...from('--reserve', '10.0.0.64/26', '--nodes', '+3'),
    );
    expect(document.commands[0]).toContain('create-subnet-cidr-reservation');
    expect(document.fits).toBe(true);
  });

  test.each([
    [['--set', 'WARM=2'], '--set WARM=2 is no setting'],
    [['--nodes', 'many'], '--nodes many is not a change in whole numbers'],
    [['--custom-networking', '100.64.0.0/12'], 'is not an IPv4 range from /16 to /28'],
    [['--add-subnet', '10.0.9.0/24'], 'names no zone'],
    [['--add-subnet', '10.0.0.0/24@eu-west-1a'], '10.0.0.0/24 overlaps 10.0.0.0/24, the range of subnet-0a.'],
    [['--reserve', '10.9.0.0/24'], '10.9.0.0/24 lies in no subnet of shop.'],
    [['--format', 'xml'], '--output xml is none of table, wide, json, yaml, csv, name, markdown, html.'],
  ])('refuses %j', async (args, message) => {
    const { code, err } = await plan('what-if', '--from', shopFile(), ...from(...args));
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('names the nearest cluster when none matches', async () => {
    const { code, err } = await plan('what-if', '--from', shopFile(), '--cluster', 'shp');
    expect([code, err]).toEqual([2, expect.stringContaining('Did you mean "shop"?')]);
  });

  test('writes Markdown for a pull request and one HTML page with the maps', async () => {
    const file = shopFile();
    const markdown = await plan('what-if', '--from', file, ...from('--nodes', '+4', '--format', 'markdown'));
    expect(markdown.out).toContain('## shop: 4 more nodes');
    expect(markdown.out).toContain('| SUBNET | ZONE | USED |');
    const page = await plan('what-if', '--from', file, ...from('--nodes', '+4', '--format', 'html'));
    expect(page.out).toContain('<h1>shop: 4 more nodes</h1>');
    expect(page.out.match(/<svg/g)?.length).toBeGreaterThan(2);
    expect(page.out).not.toContain('<script');
  });

  test('draws a reservation and a new subnet in the maps after, and new nodes in one possible place', async () => {
    const file = shopFile();
    const page = async (...args: readonly string[]) =>
      (await plan('what-if', '--from', file, ...from(...args, '--format', 'html'))).out;
    const corners = (out: string) =>
      out
        .match(/class="map-reserved" d="([^"]+)"/g)
        ?.join('')
        .match(/M/g)?.length;
    const before = corners(await page('--nodes', '+1')) ?? 0;
    const reserved = await page('--reserve', '10.0.0.64/26');
    expect(corners(reserved)).toBe(before + 4);
    expect(reserved).not.toContain('Not known: EC2 chooses the addresses.');
    const added = await page('--add-subnet', '10.0.9.0/24@eu-west-1a');
    expect(added).toContain('The subnet does not exist yet.');
    expect(added).toContain('Address map of 10.0.9.0/24 with 16 blocks of 16 addresses: 14 free');
    expect(await page('--reserve', '10.0.0.64/26', '--nodes', '+1')).toContain(
      'EC2 chooses the addresses: each new one is shown in one possible place.',
    );
  });
});
