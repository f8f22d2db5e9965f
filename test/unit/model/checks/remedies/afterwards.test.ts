import { describe, expect, test } from 'vitest';
import { scaleDown } from '../../../../../shared/model/checks/remedies/cluster-remedies.ts';
import { useSibling } from '../../../../../shared/model/checks/remedies/siblings.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../../shared/model/cni/cni-settings.ts';
import type { SubnetAssessment } from '../../../../../shared/model/result/assessment.ts';
import { aSubnet } from '../../../../fixtures/assessments.ts';
import { aCluster, aDemand, aNodeAssessment, anEstate } from '../../../../fixtures/findings-input.ts';

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
      }),
    );
  const down = (elsewhere: number, missing: number) => {
    const short = subnet();
    const nodes = [...inZone(ZONE, short.subnetId, 6), ...inZone('eu-west-1b', 'subnet-0b', elsewhere)];
    const cluster = aCluster({
      nodes,
      newNodes: placesIn(short.subnetId),
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
