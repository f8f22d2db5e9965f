import { expect, test } from 'vitest';
import { kubernetesUnknowns } from '../../../../shared/model/kubernetes/kubernetes-unknowns.ts';
import { permissionName, unread, unreadParts } from '../../../../shared/model/kubernetes/observed.ts';
import { aReading } from '../../../fixtures/kubernetes-reading.ts';

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
