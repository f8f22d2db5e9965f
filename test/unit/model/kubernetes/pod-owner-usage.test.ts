import { expect, test } from 'vitest';
import { workloadUsage } from '../../../../shared/model/kubernetes/pod-owner-usage.ts';
import { aCluster } from '../../../fixtures/findings-input.ts';
import { aPodUse } from '../../../fixtures/kubernetes-reading.ts';

const subnet = (subnetId: string) => ({
  subnetId,
  used: 5,
  warm: 0,
  namespaces: [],
  workloads: [{ name: 'web/Deployment/api', addresses: 5 }],
  teams: [],
});

test('workloads of all clusters that were read are owners in a subnet', () => {
  const cluster = aCluster({ pods: aPodUse({ subnets: [subnet('subnet-0a'), subnet('subnet-0b')] }) });
  expect(workloadUsage([cluster, aCluster({ clusterName: 'other' })])('subnet-0a')).toEqual([
    { kind: 'workload', name: 'shop/web/Deployment/api', interfaces: 0, addresses: 5 },
  ]);
  expect(workloadUsage([cluster])('subnet-without-pods')).toEqual([]);
});

test('where no cluster was read, nothing is known', () => {
  expect(workloadUsage([aCluster(), aCluster({ pods: null })])('subnet-0a')).toBeNull();
});
