import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyOwner } from '../../../lab/estates/every-owner.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import type { ClusterPods } from '../../../shared/model/result/pods.ts';
import { headroom } from '../../fixtures/headroom-command.ts';

interface Printed {
  readonly clusters: readonly {
    readonly clusterName: string;
    readonly pods: ClusterPods | null;
    readonly unknown: string | null;
  }[];
}

interface Owners {
  readonly subnets: readonly {
    readonly used: number | null;
    readonly owners:
      | readonly { readonly kind: string; readonly addresses: number; readonly holder?: string | null }[]
      | null;
  }[];
}

describe('headroom pods, on clusters with a Kubernetes API', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ estate: everyOwner });
  });
  afterAll(async () => lab.close());

  const json = async <Document>(...args: readonly string[]): Promise<Document> =>
    JSON.parse((await headroom([...args, '--output', 'json'], lab)).out) as Document;

  test('says who holds the addresses of each cluster, and that they sum to what is used', async () => {
    const { clusters } = await json<Printed>('pods', '--kubernetes');
    const read = clusters.filter(({ pods }) => pods !== null);
    expect(read.length).toBeGreaterThan(0);
    for (const { pods } of read) {
      const held = pods?.namespaces.reduce((sum, { addresses }) => sum + addresses, 0) ?? 0;
      expect(held).toBe((pods?.used ?? 0) + (pods?.ownInterface ?? 0));
    }
    expect(read.some(({ pods }) => (pods?.used ?? 0) > 0)).toBe(true);
  });

  test('names workloads for people', async () => {
    const { out } = await headroom(['pods', '--kubernetes'], lab);
    expect(out).toMatch(/\d+ used, \d+ warm/);
    expect(out).toMatch(/WORKLOAD +ADDRESSES/);
  });

  test('are in the map of a subnet, as text and as JSON', async () => {
    const { clusters } = await json<Printed>('pods', '--kubernetes');
    const pods = clusters.flatMap((cluster) => cluster.pods?.subnets ?? [])[0];
    if (pods === undefined) throw new Error('no subnet has pods');
    const [first] = pods.namespaces;
    const { out } = await headroom(['map', pods.subnetId, '--kubernetes'], lab);
    expect(out).toMatch(new RegExp(`^pods of .*: .*${first?.name} ${first?.addresses}`, 'm'));
    const document = await json<{ pods: unknown[] }>('map', pods.subnetId, '--kubernetes');
    expect(document.pods).toMatchObject([{ subnetId: pods.subnetId, used: pods.used }]);
    expect((await json<{ pods: unknown[] }>('map', pods.subnetId)).pods).toEqual([]);
  });

  test('says what is unknown where the API was not read, and prints no zero', async () => {
    const { clusters } = await json<Printed>('pods');
    expect(clusters.length).toBeGreaterThan(0);
    for (const { pods, unknown } of clusters) {
      expect(pods).toBeNull();
      expect(unknown).toContain('was not read');
    }
  });

  test.each(['namespace', 'workload', 'team'])('owners by %s sum to what is used', async (by) => {
    const { subnets } = await json<Owners>('owners', '--kubernetes', '--by', by);
    for (const { used, owners } of subnets) {
      if (used === null || owners === null) continue;
      expect(owners.reduce((sum, { addresses }) => sum + addresses, 0)).toBe(used);
    }
    if (by === 'team') return;
    const holders = subnets.flatMap(({ owners }) => (owners ?? []).flatMap(({ holder }) => holder ?? []));
    expect(holders.length).toBeGreaterThan(0);
  });
});
