import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import { type Scenario, scenarioEstate } from '../../../lab/estate/scenario.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { headroom } from '../../fixtures/headroom-command.ts';

/** Estates without an IPv4 address: nothing of them is unknown, and nothing of them is an all-clear. */

const HERE = { ownerId: '111122223333', region: 'eu-west-1' };

const labOf = (scenario: Scenario): Promise<Lab> =>
  startLab({
    estate: scenarioEstate({
      name: 'no-addresses',
      description: 'no IPv4 address',
      accounts: [labAccount(HERE.ownerId, 'platform', [HERE.region])],
      scenarios: [scenario],
    }),
  });

describe('an account without a VPC', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await labOf(() => () => undefined);
  });
  afterAll(async () => lab.close());

  test.each(['scan', 'findings'])('%s asks whether the Region is right', async (command) => {
    const { code, out } = await headroom([command], lab);
    expect(code).toBe(0);
    expect(out).toContain('No VPCs in 111122223333 eu-west-1. Is the Region right?');
    expect(out).not.toContain('Nothing found');
  });

  test('the report does not say that no subnet runs out', async () => {
    const { out } = await headroom(['report', '--out', '-'], lab);
    expect(out).toContain('There is no subnet with IPv4 addresses.');
    expect(out).not.toContain('No subnet is expected to run out');
  });
});

describe('an account with an IPv6-only subnet', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await labOf((world) => {
      const { vpcId } = world.createVpc({ ...HERE, name: 'six', cidrBlock: '10.0.0.0/16' });
      world.createSubnet({ vpcId, cidrBlock: null, ipv6CidrBlocks: ['2001:db8::/64'], name: 'six-a' });
      return () => undefined;
    });
  });
  afterAll(async () => lab.close());

  test('findings names no check that could not be made', async () => {
    const { out } = await headroom(['findings'], lab);
    expect(out).toBe('Nothing found.\n');
  });

  test('owners says that it has no IPv4 addresses', async () => {
    const { out } = await headroom(['owners'], lab);
    expect(out).toContain('IPv6 only  no IPv4 addresses');
    expect(out).not.toContain('unknown');
  });

  test('the report has no unknown sum', async () => {
    const { out } = await headroom(['report', '--out', '-'], lab);
    const sums = out.slice(out.indexOf('id="groups"'), out.indexOf('id="findings"'));
    expect(sums).toMatch(/data-sum="available"[^>]*><span class="muted">no IPv4<\/span>/);
    expect(sums).toMatch(/data-sum="unknown" data-v="0">0</);
  });
});

test('a shared subnet that AWS does not count stands beside the sum that lacks it', async () => {
  const lab = await labOf((world) => {
    const { vpcId } = world.createVpc({ ...HERE, name: 'shared', cidrBlock: '10.0.0.0/16' });
    world.createSubnet({ vpcId, cidrBlock: '10.0.0.0/24', name: 'counted' });
    world.createSubnet({ vpcId, cidrBlock: '10.0.1.0/24', name: 'uncounted' });
    return () => undefined;
  });
  lab.faults.inject(
    { action: 'DescribeSubnets' },
    {
      name: 'one range is missing',
      *body(chunks) {
        yield [...chunks]
          .join('')
          .replace('<cidrBlock>10.0.1.0/24</cidrBlock>', '<cidrBlock>10.0.1.0/8</cidrBlock>');
      },
    },
  );
  try {
    const { out } = await headroom(['report', '--out', '-'], lab);
    const sums = out.slice(out.indexOf('id="groups"'), out.indexOf('id="findings"'));
    expect(sums).toMatch(/data-sum="available" data-v="251">251</);
    expect(sums).toMatch(/data-sum="unknown" data-v="1">1</);
    expect(out).toContain('data-unknown=""');
  } finally {
    await lab.close();
  }
});
