import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
import { planDrain } from '../../../../shared/model/plan/drain.ts';
import { planFailover } from '../../../../shared/model/plan/failover.ts';
import { planSize } from '../../../../shared/model/plan/size.ts';
import { SIZE_MODES } from '../../../../shared/model/plan/size-plan.ts';
import { planUpgrade } from '../../../../shared/model/plan/upgrade.ts';
import { whatIf } from '../../../../shared/model/plan/what-if.ts';
import { aNodeGroup, anEksCluster } from '../../../fixtures/cluster-records.ts';
import { arbitraryFleet, buildFleet, type GeneratedFleet, TYPE } from '../../../fixtures/generated/fleets.ts';
import { linesOf } from './answers.ts';

/**
 * What a scan says of generated clusters, and what every plan answers, as it was last reviewed. The properties hold them
 * against a lab that starts the nodes; this shows what a change of a rule changes. After a change that is meant, read the
 * difference: `npx vitest run --project unit test/unit/model/recorded -u`.
 */
const FLEETS = fc.sample(arbitraryFleet, { seed: 20_261_127, numRuns: 10 });

const CHANGES: readonly Partial<PlannedChanges>[] = [
  { nodes: 3 },
  { nodes: -1 },
  { pods: 40 },
  { pods: -5, nodes: 1 },
  { type: 'm5.xlarge' },
  { settings: { prefixDelegation: true } },
  { settings: { warmIpTarget: 3, minimumIpTarget: 8 } },
  { customNetworking: '100.64.0.0/16' },
  { newSubnets: [{ cidr: '10.0.9.0/26', zone: 'eu-west-1a' }], pods: 100 },
  { reservations: ['10.0.0.64/26'], nodes: 2 },
];

const answersFor = (generated: GeneratedFleet): readonly string[] => {
  const { cluster, estate } = buildFleet(generated).scanned();
  const subnetIds = cluster.nodeSubnetIds;
  const group = aNodeGroup({ subnetIds, instanceTypes: [TYPE], desiredSize: 6 });
  const drain = { subnetIds: [], most: 2, win: null };
  const titled = (title: string, answer: () => object): readonly string[] => {
    try {
      return ['', title, ...linesOf(answer())];
    } catch (error) {
      return ['', title, `${error}`];
    }
  };
  return [
    ...linesOf(cluster),
    ...CHANGES.flatMap((changes) =>
      titled(`What if ${JSON.stringify(changes)}`, () =>
        whatIf(estate, cluster, { ...NO_CHANGES, ...changes }),
      ),
    ),
    ...titled(
      'Drained for addresses',
      () => planDrain(estate, cluster, { ...drain, supply: 'addresses' }).plan,
    ),
    ...titled(
      'Drained for prefixes',
      () => planDrain(estate, cluster, { ...drain, supply: 'prefixes' }).plan,
    ),
    ...titled(
      'Upgraded',
      () => planUpgrade(estate, cluster, anEksCluster({ subnetIds, nodeGroups: [group] }), null).answer,
    ),
    ...titled('Without a zone', () => planFailover(estate, cluster, []).answer),
    ...titled('Sized', () =>
      planSize(
        {
          nodes: 10 * generated.zones.length,
          type: TYPE,
          podsPerNode: 5 + generated.secondNodes * 8,
          zones: generated.zones.length,
          zonesThatHoldAll: Math.max(1, generated.zones.length - 1),
          growthPercent: 50,
          surgePerZone: 1,
          services: 300,
          loadBalancers: 2,
          settings: { ...DEFAULT_CNI_SETTINGS, ...generated.settings, customNetworking: false },
          modes: SIZE_MODES,
          within: ['10.0.0.0/18', '100.64.0.0/16'],
          taken: [{ range: '10.0.0.0/22', owner: 'vpc-01' }],
        },
        limitsOf,
      ),
    ),
  ];
};

test.each(FLEETS.map((fleet, index) => [index + 1, fleet] as const))(
  'what a scan and every plan say of generated cluster %i',
  async (number, generated) => {
    const text = [...answersFor(generated), ''].join('\n');
    await expect(text).toMatchFileSnapshot(`plans-of-cluster-${number}.txt`);
  },
);
