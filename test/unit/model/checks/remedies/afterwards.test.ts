import { describe, expect, test } from 'vitest';
import { elementAt } from '../../../../../shared/model/base/element-at.ts';
import { afterwards, opened } from '../../../../../shared/model/checks/remedies/afterwards.ts';
import { scaleDown } from '../../../../../shared/model/checks/remedies/cluster-remedies.ts';
import { useSibling } from '../../../../../shared/model/checks/remedies/siblings.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../../shared/model/cni/cni-settings.ts';
import type { SubnetAssessment } from '../../../../../shared/model/result/assessment.ts';
import { aSubnet } from '../../../../fixtures/assessments.ts';
import { aCluster, aDemand, aNodeAssessment, anEstate } from '../../../../fixtures/findings-input.ts';
import { LabFleet } from '../../../../fixtures/lab-fleet.ts';

const { maxPods: _, ...settings } = DEFAULT_CNI_SETTINGS;
const ZONE = 'eu-west-1a';

const placesIn = (...subnetIds: readonly string[]) => ({
  settings,
  settingsKnown: true,
  places: subnetIds.map((subnetId) => ({
    subnetId,
    availabilityZone: ZONE,
    podSubnetIds: [subnetId],
    primaryServesPods: true,
  })),
});

const subnet = (changes: Partial<SubnetAssessment> = {}) =>
  aSubnet({ availabilityZone: ZONE, availableSingle: 5, ...changes });

// An m5.large holds 10 addresses without pods, and 30 full of them.
describe('what there is after', () => {
  const inZone = (zone: string, subnetId: string, number: number) =>
    Array.from({ length: number }, (_each, index) =>
      aNodeAssessment({
        instanceId: `i-${zone}${index}`,
        subnetId,
        availabilityZone: zone,
        nodeGroup: 'workers',
        usage: [{ subnetId, interfaces: 3, addresses: 30, prefixes: 0 }],
      }),
    );
  const down = (elsewhere: number, missing: number, changes: Parameters<typeof aCluster>[0] = {}) => {
    const short = subnet();
    const nodes = [...inZone(ZONE, short.subnetId, 6), ...inZone('eu-west-1b', 'subnet-0b', elsewhere)];
    const cluster = aCluster({
      nodes,
      newNodes: placesIn(short.subnetId),
      ...changes,
      committed: [aDemand({ currentNodes: nodes.length, perNode: { addresses: 30, prefixes: 0 } })],
    });
    return scaleDown(anEstate({ subnets: [short], clusters: [cluster] }), short, {
      addresses: missing,
      prefixes: 0,
    });
  };

  test('nodes ended: as many full ones fit as went for sure', () => {
    expect(down(0, 90)?.afterwards).toMatch(/^After this, 3 more m5\.large nodes of shop fit in eu-west-1a/);
  });

  test('nothing of nodes of Cilium, whose settings are not known', () => {
    expect(down(0, 90, { cni: 'cilium-eni' })?.afterwards).toBeUndefined();
  });

  test('nodes of an overlay by the one address that each takes', () => {
    expect(down(0, 90, { cni: 'overlay' })?.afterwards).toMatch(
      /^After this, 95 more m5\.large nodes .* \(now 5\)/,
    );
  });

  test('nodes ended in two zones: the zone with most gives up the next one', () => {
    // Of 6 and 5 nodes, the first comes from here for sure, the second may come from the other zone.
    expect(down(5, 60)?.afterwards).toMatch(/^After this, 1 more m5\.large node of shop fits in eu-west-1a/);
  });

  test('nodes ended where the other zone has as many: nothing is sure', () => {
    expect(down(6, 30)?.afterwards).toBeUndefined();
  });

  test('new nodes of Karpenter start in another subnet alone', () => {
    const tags = { 'karpenter.sh/discovery': 'shop', 'kubernetes.io/role/cni': '1' };
    const short = subnet({ tags });
    const other = subnet({ subnetId: 'subnet-0b', cidrBlock: '10.0.1.0/24', availableSingle: 95, tags });
    const cluster = aCluster({
      nodes: [aNodeAssessment({ subnetId: short.subnetId })],
      newNodes: placesIn(short.subnetId, other.subnetId),
    });
    const remedy = useSibling(anEstate({ subnets: [short, other], clusters: [cluster] }), short);
    expect(remedy).toMatchObject({
      title: expect.stringContaining('Start new nodes of shop in'),
      afterwards:
        'After this, 3 more m5.large nodes of shop fit in eu-west-1a when full of pods, and none starts in the full subnet.',
    });
  });
});

test('where single addresses may fall into whole blocks, bounds are said to be bounds', () => {
  const fleet = new LabFleet(
    [{ subnetId: 'subnet-0a', cidr: '10.0.0.0/23', zone: ZONE }],
    { ...DEFAULT_CNI_SETTINGS, prefixDelegation: true },
    1,
  );
  fleet.start('m5.large', 'subnet-0a');
  const { estate } = fleet.scanned();
  const short = elementAt(estate.input.subnets, 0);
  const after = (prefixes: number) =>
    afterwards(
      anEstate({ subnets: estate.input.subnets, clusters: estate.input.clusters, maps: estate.input.maps }),
      short,
      { returns: { subnetId: 'subnet-0a', addresses: 0, prefixes } },
      { addresses: 0, prefixes },
    ).afterwards;
  expect(after(7)).toBe(
    'After this, at least 4 more m5.large nodes of shop fit in eu-west-1a when full of pods (now at least 3).',
  );
});

describe('how long the supply lasts after it', () => {
  const NOW = Date.parse('2026-01-01T00:00:00Z');
  const losing = (lossPerDay: number, changes: Partial<SubnetAssessment> = {}) =>
    subnet({
      forecast: {
        addresses: {
          exhaustionAt: new Date(NOW + 5 * 86_400_000).toISOString(),
          earliest: null,
          latest: null,
          probabilityWithin: { '24h': 0, '72h': 0, '7d': 1 },
          method: 'trend-paths',
          reason: '',
          basis: { available: 0, dailyLow: 0, lossPerDay, trendDays: 9 },
        },
      },
      ...changes,
    });
  const lasts = (short: SubnetAssessment, addresses: number | null) =>
    afterwards(anEstate({ subnets: [short] }), short, {}, { addresses, prefixes: null }).afterwards;

  test.each([
    [10, 100, 'about 10 days'],
    [100, 100, 'about 1 day'],
    [1000, 100, 'less than a day'],
    [0.1, 100, 'over a year'],
  ])('at %d a day and %d addresses gained: %s', (lossPerDay, gained, text) => {
    expect(lasts(losing(lossPerDay, { availableSingle: 0, available: 0 }), gained)).toContain(text);
  });

  test('is not said where the gain is not known, or where it is none', () => {
    expect(lasts(losing(10), null)).toBeUndefined();
    expect(lasts(losing(10), 0)).toBeUndefined();
  });

  test('is said without nodes where the zone of the subnet is not known', () => {
    expect(lasts(losing(10, { availabilityZone: null }), 100)).toMatch(/^At today's pace/);
  });
});

test('a new subnet is in the zone of the one that is short, where that is known', () => {
  expect(opened(subnet(), '10.0.9.0/24', 'nodes').opens?.subnet.availabilityZone).toBe(ZONE);
  expect(
    opened(subnet({ availabilityZone: null }), '10.0.9.0/24', 'nodes').opens?.subnet.availabilityZone,
  ).toBeNull();
});
