import { expect, test } from 'vitest';
import type { LeakedInterface } from '../../../../shared/model/result/assessment.ts';
import { isPastList, pastRecords, pastScan } from '../../../../shared/model/result/past-scan.ts';
import { anAssessment, aSubnet } from '../../../fixtures/assessments.ts';
import { aCluster, aVpcAssessment } from '../../../fixtures/findings-input.ts';
import { aPodUse } from '../../../fixtures/kubernetes-reading.ts';

const CHANGES = [{ at: '2026-01-01T00:00:00.000Z', changes: [] }] as never;
const FIGURES = { committedPods: null, serviceAddressesUsed: null, nodesOvercommitted: null, ipamd: null };

test('the next scan needs the owners of subnets, the pods of clusters and sightings, and nothing else', () => {
  const subnet = aSubnet();
  const sighting: LeakedInterface = {
    networkInterfaceId: 'eni-01',
    subnetId: 'subnet-0a',
    accountId: '111111111111',
    region: 'eu-west-1',
    clusterName: 'shop',
    instanceId: null,
    addresses: 1,
    firstSeenAt: '2026-01-01T00:00:00.000Z',
    leaked: false,
  };
  const assessment = anAssessment({
    vpcs: [aVpcAssessment()],
    leakedInterfaces: [sighting],
    subnets: [subnet, { ...subnet, subnetId: 'subnet-0b', ownerChanges: CHANGES, workloadChanges: CHANGES }],
    clusters: [
      aCluster({ clusterName: 'plain' }),
      aCluster({ clusterName: 'read', pods: aPodUse(), kubernetes: FIGURES }),
    ],
  });
  const { subnetId, vpcId, usable, usesPrefixes, owners } = subnet;
  const kept = { subnetId, vpcId, usable, usesPrefixes, owners };
  const past = pastScan(assessment);
  expect(past).toEqual({
    scannedAt: assessment.scannedAt,
    vpcs: [{ vpcId: 'vpc-01' }],
    subnets: [kept, { ...kept, subnetId: 'subnet-0b', ownerChanges: CHANGES, workloadChanges: CHANGES }],
    clusters: [{ clusterName: 'plain' }, { clusterName: 'read', pods: aPodUse(), kubernetes: FIGURES }],
    leakedInterfaces: [sighting],
  });
  // Read list by list, as a store does, it is the same.
  expect(pastRecords('subnets', assessment.subnets)).toEqual(past.subnets);
  expect(pastRecords('vpcs', assessment.vpcs)).toEqual(past.vpcs);
  expect(pastRecords('clusters', assessment.clusters)).toEqual(past.clusters);
  expect(pastRecords('leakedInterfaces', assessment.leakedInterfaces)).toEqual([sighting]);
});

test('lists that the next scan does not need are none of the past, whatever their name', () => {
  expect(['vpcs', 'subnets', 'clusters', 'leakedInterfaces'].every(isPastList)).toBe(true);
  expect(['findings', 'maps', 'toString'].some(isPastList)).toBe(false);
});
