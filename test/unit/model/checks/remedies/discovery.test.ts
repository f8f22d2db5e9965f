import { describe, expect, test } from 'vitest';
import { discoveryPreconditions } from '../../../../../shared/model/checks/remedies/discovery.ts';
import type { ClusterAssessment } from '../../../../../shared/model/result/cluster.ts';
import { anEksCluster, cniSettings } from '../../../../fixtures/cluster-records.ts';
import { aCluster, anEstate } from '../../../../fixtures/findings-input.ts';

/** Whether each precondition holds, by its first words, for two clusters: one that subnet discovery suits, and this one. */
const holds = (other: Partial<ClusterAssessment>) => {
  const clusters = [aCluster(), aCluster({ clusterName: 'other', ...other })];
  const eksClusters = ['shop', 'other'].map((name) => ({
    ...anEksCluster({ vpcCni: cniSettings({}) }),
    name,
  }));
  const estate = anEstate({ clusters, eksClusters });
  return new Map(
    discoveryPreconditions(estate, clusters, { subnetId: 'subnet-0a', vpcId: 'vpc-01' }).map((each) => [
      each.text.split(/[ ,.]/).slice(0, 3).join(' '),
      each.holds,
    ]),
  );
};

describe('subnet discovery needs of every cluster', () => {
  test.each<[string, Partial<ClusterAssessment>, string, boolean]>([
    ['that suits', {}, 'No cluster here', true],
    ['with custom networking', { customNetworking: true }, 'No cluster here', false],
    ['that suits', {}, 'The clusters run', true],
    ['in Auto Mode', { autoMode: true }, 'The clusters run', false],
    ['of Cilium', { cni: 'cilium-eni' }, 'The clusters run', false],
    ['of an overlay network', { cni: 'overlay' }, 'The clusters run', false],
  ])('one %s: %j', (_, changes, precondition, held) => {
    expect(holds(changes).get(precondition)).toBe(held);
  });
});
