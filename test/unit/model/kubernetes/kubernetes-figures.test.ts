import { expect, test } from 'vitest';
import { kubernetesFigures } from '../../../../shared/model/kubernetes/kubernetes-figures.ts';
import { known, unread } from '../../../../shared/model/kubernetes/observed.ts';
import { aCluster, aNodeAssessment } from '../../../fixtures/findings-input.ts';
import { aKubernetesNode, aReading, aWorkload } from '../../../fixtures/kubernetes-reading.ts';

const no = unread('forbidden', 'no');

test('figures of a cluster come from workloads, Services and nodes', () => {
  const reading = aReading({
    workloads: known([
      aWorkload({ namespace: 'pay', desired: 4, surge: 1 }),
      aWorkload({ namespace: 'shop', desired: 4, surge: 1 }),
      aWorkload({ kind: 'DaemonSet', name: 'proxy', hostNetwork: true }),
    ]),
    services: known({ services: 3, addressesUsed: 2, cidrs: null }),
    nodes: known([aKubernetesNode({ allocatablePods: 110 }), aKubernetesNode({ instanceId: null })]),
  });
  expect(kubernetesFigures(reading, aCluster({ nodes: [aNodeAssessment()] }), null)).toMatchObject({
    committedPods: 10,
    serviceAddressesUsed: 2,
    nodesOvercommitted: 1,
  });
});

test('what could not be read is unknown, not zero', () => {
  const reading = aReading({ workloads: no, services: no, nodes: no });
  expect(kubernetesFigures(reading, aCluster(), null)).toMatchObject({
    committedPods: null,
    serviceAddressesUsed: null,
    nodesOvercommitted: null,
  });
});
