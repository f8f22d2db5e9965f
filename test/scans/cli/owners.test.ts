import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyOwner } from '../../../lab/estates/every-owner.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { OWNER_KINDS } from '../../../shared/model/owners/owner-kinds.ts';
import { headroom } from '../../fixtures/headroom-command.ts';

interface Printed {
  readonly subnets: readonly {
    readonly name: string | null;
    readonly used: number | null;
    readonly owners:
      | readonly { readonly kind: string; readonly name: string | null; readonly addresses: number }[]
      | null;
  }[];
}

describe('headroom owners, on an estate with one of everything', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ estate: everyOwner });
  });
  afterAll(async () => lab.close());

  const owners = async (...args: readonly string[]): Promise<Printed> =>
    JSON.parse((await headroom(['owners', '--format', 'json', ...args], lab)).out) as Printed;

  test('names every kind of owner there is', async () => {
    const { subnets } = await owners();
    const shown = new Set(subnets.flatMap(({ owners: held }) => (held ?? []).map(({ kind }) => kind)));
    expect(Object.keys(OWNER_KINDS).filter((kind) => !shown.has(kind))).toEqual([]);
  });

  test.each(['cluster', 'group', 'node'])('sums to what is used in every subnet, by %s', async (by) => {
    const { subnets } = await owners('--by', by);
    expect(subnets.length).toBeGreaterThan(0);
    for (const { used, owners: held } of subnets) {
      if (used === null || held === null) continue;
      expect(held.reduce((sum, { addresses }) => sum + addresses, 0)).toBe(used);
    }
  });

  test('tells node groups and node pools apart when it is asked to', async () => {
    const { out } = await headroom(['owners', '--by', 'group'], lab);
    expect(out).toMatch(/Cluster nodes +core \/ general +8 +47/);
    expect(out).toMatch(/Cluster nodes +core \/ karpenter +2 +30/);
    const { out: whole } = await headroom(['owners'], lab);
    expect(whole).toMatch(/Cluster nodes +core +7 +71/);
  });

  test('refuses a level that there is not', async () => {
    const { code, err } = await headroom(['owners', '--by', 'pod'], lab);
    expect(code).toBe(2);
    expect(err).toContain('Allowed choices are cluster, group, node, namespace, workload, team.');
  });
});
