import { expect, test } from 'vitest';
import { isPastList, pastRecords, pastScan } from '../../../../shared/model/result/past-scan.ts';
import { anAssessment, aSubnet } from '../../../fixtures/assessments.ts';
import { aCluster } from '../../../fixtures/findings-input.ts';
import { aPodUse } from '../../../fixtures/kubernetes-reading.ts';

const CHANGES = [{ at: '2026-01-01T00:00:00.000Z', changes: [] }] as never;
const FIGURES = { committedPods: null, serviceAddressesUsed: null, nodesOvercommitted: null, ipamd: null };

test('the next scan needs the owners of subnets, the pods of clusters and sightings, and nothing else', () => {
  const subnet = aSubnet();
  const assessment = anAssessment({
    subnets: [subnet, { ...subnet, subnetId: 'subnet-0b', ownerChanges: CHANGES, workloadChanges: CHANGES }],
    clusters: [
      aCluster({ clusterName: 'plain' }),
      aCluster({ clusterName: 'read', pods: aPodUse(), kubernetes: FIGURES }),
    ],
  });
  const { subnetId, vpcId, usable, owners } = subnet;
  const kept = { subnetId, vpcId, usable, owners };
  const past = pastScan(assessment);
  expect(past).toEqual({
    scannedAt: assessment.scannedAt,
    vpcs: assessment.vpcs.map((vpc) => ({ vpcId: vpc.vpcId })),
    subnets: [kept, { ...kept, subnetId: 'subnet-0b', ownerChanges: CHANGES, workloadChanges: CHANGES }],
    clusters: [{ clusterName: 'plain' }, { clusterName: 'read', pods: aPodUse(), kubernetes: FIGURES }],
    leakedInterfaces: assessment.leakedInterfaces,
  });
  // Read list by list, as a store does, it is the same.
  expect(pastRecords('subnets', assessment.subnets)).toEqual(past.subnets);
  expect(pastRecords('clusters', assessment.clusters)).toEqual(past.clusters);
});

test('lists that the next scan does not need are none of the past, whatever their name', () => {
  expect(['vpcs', 'subnets', 'clusters', 'leakedInterfaces'].every(isPastList)).toBe(true);
  expect(['findings', 'maps', 'toString'].some(isPastList)).toBe(false);
});
