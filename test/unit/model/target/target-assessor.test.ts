import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import type { EksCluster } from '../../../../shared/model/aws/inventory.ts';
import { known, unread } from '../../../../shared/model/kubernetes/observed.ts';
import type { TargetAssessment } from '../../../../shared/model/result/assessment.ts';
import { TargetAssessor, type TargetAssessorInput } from '../../../../shared/model/target/target-assessor.ts';
import { applyPolicy } from '../../../../shared/pipeline/assess.ts';
import { anAssessment } from '../../../fixtures/assessments.ts';
import { aNode, aNodeGroup, anEksCluster, cniSettings } from '../../../fixtures/cluster-records.ts';
import {
  addresses,
  anInterfaceRecord,
  aSubnetRecord,
  aTarget,
  aVpcRecord,
} from '../../../fixtures/inventory-records.ts';
import { aPod, aReading, aWorkload } from '../../../fixtures/kubernetes-reading.ts';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const ok = { ...aTarget, status: 'ok', errors: [] } as const;

const assessorOf = (
  facts: Partial<TargetAssessorInput['facts']> = {},
  changes: Partial<Omit<TargetAssessorInput, 'facts'>> = {},
): TargetAssessor =>
  new TargetAssessor({
    target: aTarget,
    interfacesListed: true,
    previous: null,
    now: NOW,
    ...changes,
    facts: {
      vpcs: [aVpcRecord()],
      subnets: [aSubnetRecord()],
      reservations: new Map([[aSubnetRecord().subnetId, []]]),
      instances: new Map(),
      eksClusters: [],
      autoScalingGroups: [],
      vpcConnections: [],
      limits: new Map(),
      ...facts,
    },
  });
const finish = (assessor: TargetAssessor) =>
  applyPolicy(assessor.finish({ target: ok, histories: new Map() }), DEFAULT_POLICY).assessment;
const detachedCniInterface = anInterfaceRecord({
  networkInterfaceId: 'eni-leak',
  status: 'available',
  description: 'aws-K8S-i-0gone',
  attachment: null,
  privateAddresses: addresses('10.0.0.40', '10.0.0.41'),
  tags: { 'node.k8s.amazonaws.com/instance_id': 'i-0gone', 'cluster.k8s.amazonaws.com/name': 'shop' },
});

describe('assessing a target', () => {
  test('an interface is counted in its subnet, its VPC and its owner', () => {
    const assessor = assessorOf();
    assessor.add(anInterfaceRecord({ privateAddresses: addresses('10.0.0.10', '10.0.0.11') }));
    const { subnets, vpcs, scannedAt, maps } = finish(assessor);
    expect(subnets.map(({ used, available }) => [used, available])).toEqual([[2, 249]]);
    expect(vpcs.map(({ subnets: count, available }) => [count, available])).toEqual([[1, 249]]);
    expect(subnets[0]?.owners?.reduce((sum, owner) => sum + owner.addresses, 0)).toBe(2);
    expect(maps).toHaveLength(1);
    expect(scannedAt).toBe('2026-03-01T00:00:00.000Z');
  });

  test('a subnet is one for prefixes as soon as the settings of a cluster say so, before any node holds one', () => {
    const cluster = anEksCluster({
      vpcCni: cniSettings({ ENABLE_PREFIX_DELEGATION: 'true' }),
      nodeGroups: [aNodeGroup({ subnetIds: [aSubnetRecord().subnetId] })],
    });
    const usesPrefixes = (eksClusters: readonly (typeof cluster)[]) =>
      finish(assessorOf({ eksClusters })).subnets.map((subnet) => subnet.usesPrefixes);
    expect(usesPrefixes([cluster])).toEqual([true]);
    expect(usesPrefixes([{ ...cluster, vpcCni: cniSettings({}) }])).toEqual([false]);
    const { subnets } = finish(
      assessorOf({ eksClusters: [cluster], reservations: new Map([[aSubnetRecord().subnetId, null]]) }),
    );
    expect(subnets[0]?.unknowns.map(({ field }) => field)).not.toContain('usesPrefixes');
  });

  test('an interface in a subnet that was created after subnets were listed waits for the next scan', () => {
    const assessor = assessorOf();
    assessor.add(anInterfaceRecord({ subnetId: 'subnet-new' }));
    expect(finish(assessor).subnets.map(({ used }) => used)).toEqual([0]);
  });

  test('a VPC sums up its own subnets, and not those of another', () => {
    const assessor = assessorOf({ vpcs: [aVpcRecord(), aVpcRecord({ vpcId: 'vpc-0other' })] });
    expect(finish(assessor).vpcs.map(({ subnets, usable }) => [subnets, usable])).toEqual([
      [1, 251],
      [0, 0],
    ]);
  });

  test('a subnet of which EC2 says that it is ours is measured like one without an owner', () => {
    const assessor = assessorOf({ subnets: [aSubnetRecord({ ownerId: aTarget.accountId })] });
    expect(finish(assessor).subnets).toMatchObject([{ ownerId: null, available: 251, confidence: 'exact' }]);
  });

  test('when interfaces could not be listed, nothing that depends on them is known, and clusters are not claimed', () => {
    const { subnets, clusters, maps } = finish(assessorOf({}, { interfacesListed: false }));
    expect(subnets[0]).toMatchObject({
      total: 256,
      used: null,
      available: null,
      leakedInterfaces: null,
      forecast: {},
    });
    expect(clusters).toEqual([]);
    expect(maps).toEqual([]);
  });

  test('reservations that could not be read leave null what depends on them', () => {
    const { subnets } = finish(assessorOf({ reservations: new Map() }));
    expect(subnets[0]).toMatchObject({ used: 0, available: null });
  });

  test('in a subnet that another account shares, only its owner sees everybody: unknown, never free', () => {
    const { subnets } = finish(assessorOf({ subnets: [aSubnetRecord({ ownerId: '999999999999' })] }));
    expect(subnets[0]).toMatchObject({ ownerId: '999999999999', available: null, confidence: 'unknown' });
  });
});

describe('interfaces that no controller cleans up', () => {
  test('a first sighting is remembered, and is no leak yet', () => {
    const assessor = assessorOf({}, { previous: anAssessment({ leakedInterfaces: [] }) });
    assessor.add(detachedCniInterface);
    const { leakedInterfaces, subnets } = finish(assessor);
    expect(leakedInterfaces).toMatchObject([
      {
        networkInterfaceId: 'eni-leak',
        firstSeenAt: '2026-03-01T00:00:00.000Z',
        leaked: false,
        addresses: 2,
      },
    ]);
    expect(subnets[0]?.leakedInterfaces).toBe(0);
  });

  test('seen for longer than the CNI takes to clean up, it is leaked, and counted in its subnet', () => {
    const before = assessorOf(
      {},
      { now: NOW - 2 * 3_600_000, previous: anAssessment({ leakedInterfaces: [] }) },
    );
    before.add(detachedCniInterface);
    const assessor = assessorOf({}, { previous: finish(before) });
    assessor.add(detachedCniInterface);
    const { leakedInterfaces, subnets, findings } = finish(assessor);
    expect(leakedInterfaces.map(({ leaked }) => leaked)).toEqual([true]);
    expect(subnets[0]?.leakedInterfaces).toBe(1);
    expect(findings.map(({ kind }) => kind)).toContain('leaked-interfaces');
  });

  test('a scan that could not list interfaces keeps the sightings of the last one', () => {
    const before = assessorOf({}, { previous: anAssessment({ leakedInterfaces: [] }) });
    before.add(detachedCniInterface);
    const previous = finish(before);
    const { leakedInterfaces } = finish(assessorOf({}, { interfacesListed: false, previous }));
    expect(leakedInterfaces).toEqual(previous.leakedInterfaces);
  });

  test('and where there is no last one, there are none to keep', () => {
    expect(finish(assessorOf({}, { interfacesListed: false })).leakedInterfaces).toEqual([]);
  });
});

test('what could not be asked for is said of every cluster', () => {
  const instance = {
    instanceId: 'i-1',
    instanceType: 'm5.large',
    state: 'running',
    subnetId: aSubnetRecord().subnetId,
    vpcId: aVpcRecord().vpcId,
    availabilityZone: 'eu-west-1a',
    ownerId: aTarget.accountId,
    tags: { 'eks:cluster-name': 'shop' },
  };
  const { clusters } = finish(
    assessorOf({ instances: new Map([['i-1', instance]]), eksClusters: null, autoScalingGroups: null }),
  );
  expect(clusters.map(({ clusterName, source }) => [clusterName, source])).toEqual([['shop', 'tags']]);
  expect(clusters[0]?.unknowns.slice(0, 2)).toEqual([
    { field: 'version', reason: 'The EKS clusters could not be listed.' },
    { field: 'committed', reason: 'Auto Scaling groups could not be listed.' },
  ]);
  expect(clusters[0]?.unknowns.map(({ reason }) => reason)).not.toContain('Instances could not be listed.');
});

test('instances that could not be listed are said, too', () => {
  const eks = {
    name: 'blue',
    arn: 'arn:aws:eks:eu-west-1:111122223333:cluster/blue',
    version: '1.34',
    status: 'ACTIVE',
    vpcId: aVpcRecord().vpcId,
    subnetIds: [],
    ipFamily: 'ipv4',
    autoMode: false,
    healthIssues: [],
    nodeGroups: [],
    fargateProfiles: [],
    vpcCni: null,
  } as const;
  const { clusters } = finish(assessorOf({ instances: null, eksClusters: [eks] }));
  expect(clusters[0]?.unknowns).toContainEqual({ field: 'nodes', reason: 'Instances could not be listed.' });
});

test('a history of a subnet that is gone has no forecast, and hinders no other', () => {
  const past = { addresses: { hourly: [], recent: [] }, prefixes: { hourly: [], recent: [] } };
  const histories = new Map([['subnet-gone', past]]);
  const { assessment } = applyPolicy(assessorOf().finish({ target: ok, histories }), DEFAULT_POLICY);
  expect(assessment.subnets.map(({ subnetId }) => subnetId)).toEqual([aSubnetRecord().subnetId]);
});

describe('the pods of a cluster', () => {
  const pod = (name: string, last: number) => aPod({ name, addresses: [`10.0.0.${last}`] });
  const scanOf = (
    pods: readonly number[],
    previous: TargetAssessment | null,
    now: number,
    vpcCni: EksCluster['vpcCni'] = cniSettings({}),
  ) => {
    const assessor = assessorOf(
      {
        kubernetes: new Map([
          [
            'shop',
            aReading({
              at: now,
              pods: known(pods.map((last) => pod(`web-${last}`, last))),
              workloads: known([aWorkload()]),
            }),
          ],
        ]),
        eksClusters: [anEksCluster({ nodeGroups: [aNodeGroup()], vpcCni })],
        instances: new Map([['i-01', aNode('i-01')]]),
      },
      { previous, now },
    );
    assessor.add(
      anInterfaceRecord({
        attachment: {
          attachmentId: null,
          instanceId: 'i-01',
          instanceOwnerId: null,
          deviceIndex: 0,
          networkCardIndex: 0,
          deleteOnTermination: true,
        },
        privateAddresses: addresses('10.0.0.5', '10.0.0.20', '10.0.0.21', '10.0.0.22'),
      }),
    );
    return finish(assessor);
  };

  test('are compared with those of the scan before', () => {
    const first = scanOf([20], null, NOW);
    expect(first.clusters[0]?.pods).toMatchObject({ used: 1, warm: 2, steady: null });
    expect(first.subnets[0]?.workloadChanges).toBeUndefined();
    const second = scanOf([20, 21, 22], first, NOW + 300_000);
    expect(second.clusters[0]?.pods).toMatchObject({ used: 3, warm: 0, steady: { warm: 0 } });
    expect(second.subnets[0]?.workloadChanges).toMatchObject([
      { changes: [{ name: 'shop/shop/Deployment/web', addresses: 2 }] },
    ]);
  });

  test('give advice on warm targets after more than a day', () => {
    const HOUR = 3_600_000;
    let scan = scanOf([20], null, NOW);
    expect(scan.clusters[0]?.pods?.warmAdvice ?? null).toBeNull();
    for (let hour = 1; hour <= 30; hour += 1)
      scan = scanOf(hour % 2 === 0 ? [20] : [20, 21], scan, NOW + hour * HOUR);
    expect(scan.clusters[0]?.pods?.warmAdvice).toMatchObject({ warmIpTarget: 1, observations: 31 });
  });

  test('give no advice where the settings of the CNI are not known', () => {
    let scan = scanOf([20], null, NOW, null);
    for (let hour = 1; hour <= 30; hour += 1)
      scan = scanOf(hour % 2 === 0 ? [20] : [20, 21], scan, NOW + hour * 3_600_000, null);
    expect(scan.clusters[0]?.pods).toMatchObject({ used: 1 });
    expect(scan.clusters[0]?.pods?.warmAdvice ?? null).toBeNull();
  });

  test('are not known where the API server refused to list them', () => {
    const assessor = assessorOf({
      kubernetes: new Map([['shop', aReading({ pods: unread('forbidden', 'list pods is not allowed') })]]),
      eksClusters: [anEksCluster({ nodeGroups: [aNodeGroup()], vpcCni: cniSettings({}) })],
      instances: new Map([['i-01', aNode('i-01')]]),
    });
    const [cluster] = finish(assessor).clusters;
    expect(cluster?.pods).toBeNull();
    expect(cluster?.unknowns.map(({ reason }) => reason).join(' ')).toContain('list pods is not allowed');
  });
});
