import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { DEFAULT_CNI_SETTINGS } from '../../../../shared/model/cni/cni-settings.ts';
import { NO_CHANGES, type PlannedChanges } from '../../../../shared/model/plan/changes.ts';
import { planDrain } from '../../../../shared/model/plan/drain.ts';
import { planFailover } from '../../../../shared/model/plan/failover.ts';
import { type FitDemand, planFit } from '../../../../shared/model/plan/fit.ts';
import type { PlanEstate } from '../../../../shared/model/plan/plan-estate.ts';
import { planReservations } from '../../../../shared/model/plan/reserve.ts';
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
const FLEETS = fc.sample(arbitraryFleet, { seed: 20_261_127, numRuns: 16 });

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

const DRAINS = [
  { supply: 'addresses', most: 2, win: null, subnetIds: [] },
  { supply: 'prefixes', most: 2, win: null, subnetIds: [] },
  { supply: 'addresses', most: null, win: 12, subnetIds: ['subnet-n0'] },
  { supply: 'prefixes', most: null, win: 1, subnetIds: ['subnet-n0', 'subnet-p0'] },
] as const;

/** Nodes, interfaces in each of some subnets, and interfaces anywhere in them, one of which the change makes. */
const demandsFor = ({ others, settings }: GeneratedFleet, subnetIds: readonly string[]): FitDemand[] => [
  {
    kind: 'nodes',
    address: 'aws_eks_node_group.more',
    nodes: { least: 2, most: 5 },
    type: { least: TYPE, most: 'm5.xlarge' },
    pods: 9,
    subnetIds,
    podSubnetOfZone: new Map(others === 'custom-networking' ? [['eu-west-1a', ['subnet-p0']]] : []),
    settings: { ...DEFAULT_CNI_SETTINGS, ...settings, customNetworking: others === 'custom-networking' },
  },
  {
    kind: 'addresses',
    address: 'aws_lb.shop',
    addresses: { least: 2, most: 8 },
    subnetIds: ['subnet-n0'],
    place: 'each',
  },
  {
    kind: 'addresses',
    address: 'aws_lambda_function.job',
    addresses: { least: 3, most: 40 },
    subnetIds: ['subnet-p0', 'aws_subnet.new'],
    place: 'spread',
  },
];

const fitOf = (estate: PlanEstate, demands: readonly FitDemand[]) =>
  planFit(estate, {
    demands,
    newSubnets: [{ subnetId: 'aws_subnet.new', cidr: '10.0.200.0/28', zone: 'eu-west-1a' }],
    podsWithoutNode: 2,
    unknowns: ['The count of aws_instance.more is known after the apply.'],
  });

const answersFor = (generated: GeneratedFleet): readonly string[] => {
  const { cluster, estate } = buildFleet(generated).scanned();
  const subnetIds = cluster.nodeSubnetIds;
  const group = aNodeGroup({ subnetIds, instanceTypes: [TYPE], desiredSize: 6 });
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
    ...DRAINS.flatMap((drain) =>
      titled(`Drained by ${JSON.stringify(drain)}`, () => planDrain(estate, cluster, drain).plan),
    ),
    ...titled('With more of everything', () => fitOf(estate, demandsFor(generated, subnetIds)).answer),
    ...titled('With more interfaces', () => fitOf(estate, demandsFor(generated, subnetIds).slice(1)).answer),
    ...[...estate.maps.values()].flatMap((map) =>
      titled(`Reserved in ${map.subnetId}`, () => planReservations(estate, map)),
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
