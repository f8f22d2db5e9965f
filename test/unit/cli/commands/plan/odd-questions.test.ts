import { describe, expect, test } from 'vitest';
import { plan, shopFile, shopFileWithUnreadReservations } from '../../../../fixtures/plan-command.ts';

/** Six nodes with 9 pods each at the most, in three zones. */
const SHOP = ['--from', shopFile(), '--cluster', 'shop'];

describe('a question that has no answer is refused in one sentence', () => {
  test.each([
    ['what-if', ['--nodes', '1e9'], '--nodes 1e9 is not a change in whole numbers, such as +20 or -5.'],
    ['what-if', ['--nodes', '-7'], 'shop has only 6 nodes of a known type.'],
    ['what-if', ['--pods', '-55'], 'shop runs at most 54 pods with an address of their own.'],
    ['what-if', ['--type', 'x1.unknown'], 'No instance type is called x1.unknown.'],
    [
      'what-if',
      ['--add-subnet', '10.0.5.0/24@eu-west-1z'],
      'shop starts no node in eu-west-1z, but in eu-west-1a, eu-west-1b',
    ],
    [
      'what-if',
      ['--add-subnet', '10.0.0.128/25@eu-west-1a'],
      'overlaps 10.0.0.0/24, the range of subnet-0a.',
    ],
    ['what-if', ['--add-subnet', '2001:db8::/64@eu-west-1a'], 'is not an IPv4 range from /16 to /28.'],
    [
      'what-if',
      ['--add-subnet', '10.0.5.0/24@eu-west-1a', '--add-subnet', '10.0.5.128/25@eu-west-1b'],
      '10.0.5.128/25 overlaps 10.0.5.0/24, another new range.',
    ],
    [
      'what-if',
      ['--set', 'mode=prefix', '--set', 'mode=secondary'],
      '--set mode is given twice: keep one of its values.',
    ],
    [
      'failover',
      ['--lose', 'eu-west-1a,eu-west-1b,eu-west-1c'],
      '--lose names every zone in which shop has nodes.',
    ],
    ['failover', ['--lose', 'eu-west-1z'], 'Nothing matches --lose eu-west-1z.'],
    ['fit', ['--nodes', '0'], '--nodes 0 is not a whole number from 1 to 100,000.'],
    ['fit', ['--pods', '5', '--type', 'zz'], 'No instance type is called zz.'],
    ['drain', ['--nodes', '-1'], '--nodes -1 is not a whole number from 1 to 100,000.'],
    ['upgrade', ['--surge', '1000000000'], '--surge 1000000000 is not a whole number from 1 to 100,000.'],
  ])('%s %j', async (command, args, message) => {
    const { code, out, err } = await plan(command, ...SHOP, ...args);
    expect([code, out, err]).toEqual([2, '', expect.stringContaining(message)]);
  });

  test('size within a range that no network has', async () => {
    const { code, err } = await plan(
      'size',
      ...['--nodes', '3', '--type', 'm5.large', '--pods-per-node', '3', '--within', '0.0.0.0/0'],
    );
    expect([code, err]).toEqual([2, expect.stringContaining('--within 0.0.0.0/0 is not an IPv4 range.')]);
  });
});

describe('a question that is odd has an honest answer', () => {
  test('more pods than so many nodes run do not fit, whatever the subnets have', async () => {
    const { code, out } = await plan('fit', ...SHOP, '--nodes', '1', '--pods', '28');
    expect(code).toBe(1);
    expect(out).toContain('It does not fit: 1 pod exceeds what so many nodes may run.');
  });

  test('the same zone named twice is one zone', async () => {
    const twice = await plan('failover', ...SHOP, '--lose', 'eu-west-1a,eu-west-1a');
    expect(twice).toEqual(await plan('failover', ...SHOP, '--lose', 'eu-west-1a'));
  });

  test('the same subnet named twice is won once', async () => {
    const ask = (...subnets: readonly string[]) =>
      plan('drain', ...SHOP, '--nodes', '1', ...subnets.flatMap((subnet) => ['--subnet', subnet]));
    expect(await ask('subnet-0a', 'subnet-0a')).toEqual(await ask('subnet-0a'));
  });

  test('settings that leave no interface for pods fit nowhere, and no number of nodes helps', async () => {
    const { code, out } = await plan(
      'what-if',
      ...[
        ...SHOP,
        '--custom-networking',
        '100.64.0.0/16',
        '--set',
        'ENABLE_POD_ENI=true',
        '--set',
        'MAX_ENI=2',
      ],
    );
    expect(code).toBe(1);
    expect(out).toContain('The node never becomes ready: no interface is left for pods.');
    expect(out).not.toContain('nodes more are needed');
  });

  test('new nodes in a subnet that could not be read in full neither fit nor fail', async () => {
    const path = shopFileWithUnreadReservations('subnet-0a');
    const { code, out } = await plan('what-if', '--from', path, '--cluster', 'shop', '--nodes', '3');
    expect(code).toBe(1);
    expect(out).toContain('It is not known whether it fits: what is missing is listed below.');
    expect(out).toContain('It is not known whether 1 node finds room');
  });

  test.each([
    ['WARM_ENI_TARGET=0', 'WARM_ENI_TARGET=0 never settles.'],
    ['MINIMUM_IP_TARGET=20', 'MINIMUM_IP_TARGET=20 without WARM_IP_TARGET is a ceiling as well.'],
  ])('the setting %s comes with a note', async (setting, note) => {
    const { out } = await plan('what-if', ...SHOP, '--set', setting);
    expect(out).toContain(note);
  });
});

test.each([
  [
    ['node', 'm5.large', '--pods', '-1', '--warm-ip-target', '-2', '--mode', 'foo', '--max-eni', '0'],
    ['--mode foo', '--pods -1', '--warm-ip-target -2', '--max-eni 0'],
  ],
  [
    ['size', '--nodes', 'x', '--type', 'm5.large', '--pods-per-node', '0', '--zones', '0', '--mode', 'foo'],
    ['--nodes x', '--pods-per-node 0', '--zones 0', '--mode foo'],
  ],
  [['node', 'm5.large', '--pods', '1,,2'], ['--pods "1,,2" has a comma without a number.']],
])('all problems of %j are named at once', async (args, problems) => {
  const { code, err } = await plan(...args);
  expect(code).toBe(2);
  for (const problem of problems) expect(err).toContain(problem);
});
