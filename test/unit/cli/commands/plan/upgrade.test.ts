import { describe, expect, test } from 'vitest';
import {
  plan,
  planDocument,
  shopFile,
  shopFileWithUnreadReservations,
} from '../../../../fixtures/plan-command.ts';

describe('headroom plan upgrade', () => {
  test('starts twice as many new nodes as the group has zones, full of the pods that move', async () => {
    const { code, document } = await planDocument('upgrade', '--from', shopFile(), '--cluster', 'shop');
    expect(code).toBe(0);
    expect(document.groups).toEqual(
      ['a', 'b', 'c'].map((zone) => ({
        group: 'workers',
        availabilityZone: `eu-west-1${zone}`,
        nodes: 2,
        fits: 2,
        error: null,
      })),
    );
    expect(document.controlPlane.map(({ fits }: { fits: boolean }) => fits)).toEqual([true, true]);
  });

  test('does not fit where subnets have too few addresses for new nodes, and exits 1', async () => {
    const file = shopFile({ nodes: 9, strangers: 170 });
    const { code, out } = await plan('upgrade', '--from', file, '--cluster', 'shop');
    expect([code, out]).toEqual([
      1,
      expect.stringMatching(/The update does not fit\. \d+ new nodes find no room/),
    ]);
  });

  test('says of how many nodes it is not known, beside those that find no room', async () => {
    const full = { nodes: 9, strangers: 170 };
    const file = shopFileWithUnreadReservations('subnet-0c', full);
    const { code, out } = await plan('upgrade', '--from', file, '--cluster', 'shop');
    expect(code).toBe(1);
    expect(out).toMatch(/\d+ new nodes? finds? no room\. It is not known of \d+ other nodes?\./);
    const whole = await plan('upgrade', '--from', shopFile(full), '--cluster', 'shop');
    expect(whole.out).not.toContain('It is not known of');
  });

  test('does not fit where fewer than two zones of the control plane have 5 free addresses', async () => {
    const file = shopFile({ nodes: 0, strangers: 248 });
    const { code, document } = await planDocument(
      'upgrade',
      '--from',
      file,
      '--cluster',
      'shop',
      '--surge',
      '1',
    );
    expect(code).toBe(1);
    expect(
      document.controlPlane.map(({ freeAddresses }: { freeAddresses: number }) => freeAddresses),
    ).toEqual([3, 3]);
  });

  test('takes the surge that is given', async () => {
    const { document } = await planDocument(
      'upgrade',
      ...['--from', shopFile(), '--cluster', 'shop', '--surge', '3'],
    );
    expect(document.groups.map(({ nodes }: { nodes: number }) => nodes)).toEqual([1, 1, 1]);
  });
});
