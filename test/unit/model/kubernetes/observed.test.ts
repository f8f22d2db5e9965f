import { expect, test } from 'vitest';
import { kubernetesUnknowns } from '../../../../shared/model/kubernetes/kubernetes-unknowns.ts';
import { known, permissionName, unread, unreadParts } from '../../../../shared/model/kubernetes/observed.ts';
import { aKubernetesNode, anAwsNode, aReading } from '../../../fixtures/kubernetes-reading.ts';

test('a permission is named as kubectl auth can-i takes it', () => {
  const inCluster = { verb: 'list', namespace: null };
  expect(permissionName({ ...inCluster, resource: 'pods', group: '' })).toBe('list pods');
  expect(permissionName({ ...inCluster, resource: 'nodepools', group: 'karpenter.sh' })).toBe(
    'list nodepools.karpenter.sh',
  );
  expect(permissionName({ verb: 'get', resource: 'pods/proxy', group: '', namespace: 'kube-system' })).toBe(
    'get pods/proxy in kube-system',
  );
});

test('the unknown parts of a reading are listed by field, and what was not asked for is no unknown', () => {
  const permission = { verb: 'list', resource: 'nodes', group: '', namespace: null };
  const forbidden = unread('forbidden', 'the permission list nodes is missing', permission);
  const reading = aReading({
    nodes: forbidden,
    ipamd: unread('not-asked', 'ipamd counters are not configured'),
  });
  expect(unreadParts(reading)).toEqual([
    {
      part: 'nodes',
      unread: { reason: 'forbidden', permission, message: 'the permission list nodes is missing' },
    },
    {
      part: 'ipamd',
      unread: { reason: 'not-asked', permission: null, message: 'ipamd counters are not configured' },
    },
  ]);
  expect(kubernetesUnknowns(reading)).toEqual([
    { field: 'kubernetes.nodes', reason: 'the permission list nodes is missing' },
  ]);
});

test.each([
  [
    ['MAX_ENI'],
    'MAX_ENI of aws-node is not known: the value may be in a ConfigMap, a Secret or another variable, which Headroom does not read.',
  ],
  [
    ['ENABLE_POD_ENI', 'MAX_ENI', 'WARM_ENI_TARGET', 'WARM_IP_TARGET', 'WARM_PREFIX_TARGET'],
    'ENABLE_POD_ENI, MAX_ENI, WARM_ENI_TARGET, WARM_IP_TARGET and 1 more of aws-node are not known:',
  ],
])('settings of the CNI from elsewhere are an unknown by their names: %j', (envFromElsewhere, reason) => {
  expect(kubernetesUnknowns(aReading({ awsNode: known(anAwsNode({ envFromElsewhere })) }))).toEqual([
    { field: 'kubernetes.awsNode', reason: expect.stringContaining(reason) },
  ]);
});

test('nodes of EC2 that name no instance are an unknown, and nodes of Fargate are none', () => {
  const node = (name: string, runsVpcCni: boolean) => aKubernetesNode({ name, instanceId: null, runsVpcCni });
  expect(kubernetesUnknowns(aReading({ nodes: known([node('a', true), node('b', false)]) }))).toEqual([
    {
      field: 'kubernetes.nodes',
      reason: expect.stringMatching(/^a names no EC2 instance .* addresses of its pods are not explained/),
    },
  ]);
  expect(
    kubernetesUnknowns(aReading({ nodes: known([node('a', true), node('c', true)]) }))[0]?.reason,
  ).toMatch(/^a, c name no EC2 instance .* addresses of their pods/);
});
