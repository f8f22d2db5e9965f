import { describe, expect, test } from 'vitest';
import { plan, planDocument, shopFile } from '../../../../fixtures/plan-command.ts';

const ask = (file: string, ...args: readonly string[]) =>
  planDocument('failover', '--from', file, '--cluster', 'shop', ...args);

/** 12 nodes of 20 addresses: four in each zone, where 60 addresses are left beside them. */
const SHORT = { nodes: 12, strangers: 111 };

interface Loss {
  readonly lostZones: readonly string[];
  readonly shortfall: number;
  readonly wouldFitWith: readonly { readonly availabilityZone: string; readonly cidr: string }[];
}

describe('headroom plan failover', () => {
  test('loses each zone, and each two of three, and fits where there is room', async () => {
    const { code, document } = await ask(shopFile());
    expect(code).toBe(0);
    expect(document.losses.map(({ lostZones }: Loss) => lostZones.length)).toEqual([1, 1, 1, 2, 2, 2]);
    expect(document.fits).toBe(true);
  });

  test('says what does not fit where two zones fail, and exits 1', async () => {
    const file = shopFile(SHORT);
    const { code, out } = await plan(
      'failover',
      ...['--from', file, '--cluster', 'shop', '--lose', 'eu-west-1a,eu-west-1b'],
    );
    expect(code).toBe(1);
    expect(out).toContain('Without eu-west-1a and eu-west-1b, 5 nodes of 8 find no room in the other zones.');
  });

  test('names subnets with which it does fit: with them in the cluster, nothing is short', async () => {
    const { document } = await ask(shopFile(SHORT), '--lose', 'eu-west-1a,eu-west-1b');
    const [loss] = document.losses;
    expect(loss.wouldFitWith).toEqual([
      {
        availabilityZone: 'eu-west-1c',
        nodes: 5,
        needed: { addresses: 100, prefixes: 0 },
        length: 25,
        cidr: '10.0.3.0/25',
        reservations: [],
      },
    ]);
    const subnets = ['a', 'b', 'c'].map((zone, index) => ({
      subnetId: `subnet-0${zone}`,
      cidr: `10.0.${index}.0/24`,
      zone: `eu-west-1${zone}`,
    }));
    const added = loss.wouldFitWith.map(({ availabilityZone, cidr }: Loss['wouldFitWith'][number]) => ({
      subnetId: 'subnet-9',
      cidr,
      zone: availabilityZone,
    }));
    const without = await ask(shopFile({ ...SHORT, subnets }), '--lose', 'eu-west-1a,eu-west-1b');
    expect(without.document.losses[0].shortfall).toBeGreaterThan(0);
    const withIt = await ask(
      shopFile({
        ...SHORT,
        subnets: [...subnets, ...added],
        strangersIn: subnets.map(({ subnetId }) => subnetId),
        nodesIn: 3,
      }),
      '--lose',
      'eu-west-1a,eu-west-1b',
    );
    expect([withIt.code, withIt.document.losses[0].shortfall]).toEqual([0, 0]);
  });

  test('refuses a zone in which no node runs', async () => {
    const { code, err } = await plan(
      'failover',
      ...['--from', shopFile(), '--cluster', 'shop', '--lose', 'eu-west-1z'],
    );
    expect([code, err]).toEqual([
      2,
      expect.stringContaining(
        'Nothing matches --lose eu-west-1z. shop has nodes in eu-west-1a, eu-west-1b, eu-west-1c.',
      ),
    ]);
  });
});
