import { expect, test } from 'vitest';
import type { KubernetesObject } from '../../../lab/services/kubernetes/kinds.ts';
import {
  DEFAULT_LABELS,
  type KubernetesSource,
  type ReadRequest,
} from '../../../shared/kubernetes/kubernetes-source.ts';
import type { KubernetesPod, KubernetesReading, Part } from '../../../shared/model/kubernetes/observed.ts';
import { nodeName, SMALL_CLUSTER } from '../../fixtures/kubernetes/objects.ts';

/** A source over a cluster with these objects. */
export interface ConformingSource {
  readonly source: KubernetesSource;
  close(): Promise<void>;
}

export const EVERYTHING: ReadRequest = { now: 1_000, labels: DEFAULT_LABELS, workloads: true, ipamd: false };

export const valueIn = <Value>(part: Part<Value>): Value => {
  if (!part.known) throw new Error(`unread: ${part.unread.message}`);
  return part.value;
};

/** What every adapter of the port reads alike, whatever the API, the transport and the way of signing in. */
export const kubernetesSourceConformance = (
  start: (objects: readonly KubernetesObject[]) => Promise<ConformingSource>,
): void => {
  const reading = async (objects: readonly KubernetesObject[]): Promise<KubernetesReading> => {
    const { source, close } = await start(objects);
    try {
      return await source.read('payments', EVERYTHING);
    } finally {
      await close();
    }
  };

  test('pods that may hold an address are read, and those that ended or use the host network are not', async () => {
    const pods = valueIn((await reading(SMALL_CLUSTER)).pods);
    expect(pods.map(slim).toSorted(byName)).toEqual([
      { name: 'shop/guarded', node: nodeName(1), addresses: ['10.21.0.12'], phase: 'Running', owner: null },
      { name: 'shop/stuck', node: nodeName(0), addresses: [], phase: 'Pending', owner: null },
      { name: 'shop/unscheduled', node: null, addresses: [], phase: 'Pending', owner: null },
      {
        name: 'shop/web-7d9f8b6c54-aaaaa',
        node: nodeName(0),
        addresses: ['10.21.0.10'],
        phase: 'Running',
        owner: 'Deployment/web',
      },
      {
        name: 'shop/web-7d9f8b6c54-bbbbb',
        node: nodeName(1),
        addresses: ['10.21.0.11'],
        phase: 'Running',
        owner: 'Deployment/web',
      },
    ]);
    expect(pods.filter(({ ownInterface }) => ownInterface).map(({ name }) => name)).toEqual(['guarded']);
    expect(pods.find(({ name }) => name === 'web-7d9f8b6c54-aaaaa')?.labels).toEqual({ app: 'web' });
  });

  test('nodes have their instance and most pods', async () => {
    const nodes = valueIn((await reading(SMALL_CLUSTER)).nodes);
    expect(nodes.map(({ uid: _, created: __, ...node }) => node)).toEqual(
      [0, 1].map((index) => ({
        name: nodeName(index),
        instanceId: `i-${String(index).padStart(17, '0')}`,
        instanceType: 'm5.large',
        runsVpcCni: true,
        allocatablePods: 29,
        ready: true,
        unschedulable: false,
        eniConfig: null,
        nodePool: null,
        nodeGroup: 'main',
        labels: { team: 'platform' },
      })),
    );
  });

  test('only events of failed sandboxes are read', async () => {
    expect(valueIn((await reading(SMALL_CLUSTER)).sandboxFailures)).toEqual([
      {
        namespace: 'shop',
        podName: 'stuck',
        podUid: '11111111-0000-0000-0000-000000000000',
        nodeName: nodeName(0),
        count: 7,
        firstSeen: Date.parse('2026-11-27T00:10:00Z'),
        lastSeen: Date.parse('2026-11-27T00:20:00Z'),
        text: 'plugin type="aws-cni" name="aws-cni" failed (add): failed to assign an IP address to container',
      },
    ]);
  });

  test('the settings of the CNI are read, and no other variable of its DaemonSet', async () => {
    expect(valueIn((await reading(SMALL_CLUSTER)).awsNode)).toEqual({
      namespace: 'kube-system',
      name: 'aws-node',
      imageVersion: 'v1.23.1',
      env: { WARM_IP_TARGET: '5', ENABLE_PREFIX_DELEGATION: 'false' },
      envFromElsewhere: ['MAX_ENI'],
      desired: 2,
      ready: 1,
      updated: 2,
    });
  });

  test('custom resources, workloads and autoscalers are read', async () => {
    const read = await reading(SMALL_CLUSTER);
    expect(valueIn(read.eniConfigs)).toEqual([
      { name: 'eu-west-1a', subnetId: 'subnet-0aaa', securityGroupIds: ['sg-0aaa'] },
    ]);
    expect(valueIn(read.nodePools)).toEqual([
      {
        name: 'default',
        limits: { cpu: '1000' },
        nodeClass: { kind: 'EC2NodeClass', name: 'default', group: 'karpenter.k8s.aws' },
        requirements: [{ key: 'karpenter.sh/capacity-type', operator: 'In', values: ['spot'] }],
      },
    ]);
    expect(valueIn(read.workloads)).toEqual([
      {
        kind: 'Deployment',
        namespace: 'shop',
        name: 'web',
        desired: 10,
        surge: 3,
        hostNetwork: false,
        labels: { team: 'shop-team' },
      },
      {
        kind: 'DaemonSet',
        namespace: 'kube-system',
        name: 'aws-node',
        desired: 2,
        surge: 0,
        hostNetwork: true,
        labels: {},
      },
    ]);
    expect(valueIn(read.autoscalers)).toEqual([
      {
        namespace: 'shop',
        name: 'web',
        target: { kind: 'Deployment', name: 'web' },
        minReplicas: 2,
        maxReplicas: 40,
      },
    ]);
  });

  test('nothing of a pod is kept but its name, owner, place and chosen labels', async () => {
    const text = JSON.stringify(await reading(SMALL_CLUSTER));
    expect(text).toContain('10.21.0.10');
    expect(text).not.toMatch(/hunter2|DATABASE_PASSWORD|registry\.example\.com|user:secret/);
  });
};

const slim = ({ namespace, name, nodeName: node, addresses, phase, owner }: KubernetesPod) => ({
  name: `${namespace}/${name}`,
  node,
  addresses,
  phase,
  owner: owner === null ? null : `${owner.kind}/${owner.name}`,
});

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;
