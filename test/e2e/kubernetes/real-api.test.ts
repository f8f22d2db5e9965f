import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../lab/services/kubernetes/kinds.ts';
import { ACCESS_NEEDS, READERS_GROUP, reviewAccess } from '../../../shared/kubernetes/access.ts';
import { accessManifests } from '../../../shared/kubernetes/access-manifests.ts';
import { createApiSource } from '../../../shared/kubernetes/api-source.ts';
import { eksToken } from '../../../shared/kubernetes/eks-token.ts';
import type { KubernetesApi } from '../../../shared/kubernetes/kubernetes-api.ts';
import { Lists } from '../../../shared/kubernetes/lists.ts';
import { readPods } from '../../../shared/kubernetes/read-pods.ts';
import { RESOURCES } from '../../../shared/kubernetes/resources.ts';
import { cniInCluster } from '../../../shared/model/kubernetes/cni-in-cluster.ts';
import { ipamdFigures } from '../../../shared/model/kubernetes/ipamd-counters.ts';
import { kubernetesFigures } from '../../../shared/model/kubernetes/kubernetes-figures.ts';
import {
  type KubernetesPod,
  type KubernetesReading,
  permissionName,
  unreadParts,
} from '../../../shared/model/kubernetes/observed.ts';
import { PodOwners } from '../../../shared/model/kubernetes/pod-owners.ts';
import { waitingPods } from '../../../shared/model/kubernetes/waiting-pods.ts';
import type { IpamdFigures } from '../../../shared/model/result/kubernetes-figures.ts';
import {
  EVERYTHING,
  kubernetesSourceConformance,
  valueIn,
} from '../../contract/kubernetes/source-conformance.ts';
import { aCluster } from '../../fixtures/findings-input.ts';
import { freePort } from '../../fixtures/free-port.ts';
import {
  awsNodePod,
  nodeName,
  nodeObject,
  SMALL_CLUSTER,
  sandboxEvent,
} from '../../fixtures/kubernetes/objects.ts';
import {
  CUSTOM_DEFINITIONS,
  LEVEL_1_TOKEN,
  type NodeAnswer,
  PROGRAMS,
  READER_TOKEN,
  type RealKubernetes,
  STRANGER_TOKEN,
  startRealKubernetes,
} from '../../fixtures/kubernetes/real-api.ts';

/** What an access policy of AWS that lists nodes, pods and events grants, as RBAC says it. */
const LEVEL_1: readonly KubernetesObject[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'level-1' },
    rules: [{ apiGroups: [''], resources: ['nodes', 'pods', 'events'], verbs: ['get', 'list'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'level-1' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'level-1' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'level-1' }],
  },
];

let real: RealKubernetes;
let verifier: ChildProcess;

beforeAll(async () => {
  const port = await freePort();
  verifier = spawn(join(PROGRAMS, 'authenticator'), [`127.0.0.1:${port}`, 'payments', 'eu-west-1'], {
    stdio: 'ignore',
  });
  real = await startRealKubernetes({ tokenWebhook: `http://127.0.0.1:${port}/` });
  await real.put(CUSTOM_DEFINITIONS);
  await real.put(accessManifests(ACCESS_NEEDS));
  await real.put(LEVEL_1);
  await real.put(SMALL_CLUSTER);
}, 180_000);

afterAll(async () => {
  await real?.close();
  const gone = once(verifier, 'exit');
  if (verifier.kill()) await gone;
}, 60_000);

const read = (token: string, ipamd = false): Promise<KubernetesReading> =>
  createApiSource(() => real.api(token)).read('payments', { ...EVERYTHING, ipamd });

describe('a real API server, as the group that the printed roles are for', () => {
  kubernetesSourceConformance(async () => ({
    source: createApiSource(() => real.api(READER_TOKEN)),
    close: async () => {},
  }));
});

test('the printed roles let every part be read', async () => {
  expect(unreadParts(await read(READER_TOKEN, true))).toEqual([]);
});

test('without a role every part is unknown by the name of its permission', async () => {
  const reading = await read(STRANGER_TOKEN, true);
  expect(reading.version).toBe('v1.36.3');
  const named = unreadParts(reading).map(({ part, unread }) => [
    part,
    unread.permission === null ? unread.reason : permissionName(unread.permission),
  ]);
  expect(named).toContainEqual(['pods', 'list pods']);
  expect(named).toContainEqual(['awsNode', 'list daemonsets.apps']);
  expect(named).toContainEqual(['nodePools', 'list nodepools.karpenter.sh']);
  // No kind of this group is installed.
  expect(reading.autoModeNodeClasses).toEqual({ known: true, value: [] });
});

describe('level 1: nodes, pods and events alone', () => {
  const LISTED = ['list nodes', 'list pods', 'list events'];

  test('reads what the full roles read of them, and names the permission of every other part', async () => {
    const [full, level1] = [await read(READER_TOKEN), await read(LEVEL_1_TOKEN, true)];
    const byName = (a: KubernetesPod, b: KubernetesPod): number => (a.name < b.name ? -1 : 1);
    expect(valueIn(level1.pods).toSorted(byName)).toEqual(valueIn(full.pods).toSorted(byName));
    expect(level1.nodes).toEqual(full.nodes);
    expect(level1.sandboxFailures).toEqual(full.sandboxFailures);
    expect(level1.version).toBe(full.version);
    const unread = unreadParts(level1).map(({ part, unread: why }) => [
      part,
      why.permission === null ? why.reason : permissionName(why.permission),
    ]);
    expect(Object.fromEntries(unread)).toEqual({
      namespaces: 'list namespaces',
      awsNode: 'list daemonsets.apps',
      eniConfigs: 'list eniconfigs.crd.k8s.amazonaws.com',
      cniNodes: 'list cninodes.vpcresources.k8s.aws',
      nodePools: 'list nodepools.karpenter.sh',
      nodeClaims: 'list nodeclaims.karpenter.sh',
      ec2NodeClasses: 'list ec2nodeclasses.karpenter.k8s.aws',
      services: 'list services',
      workloads: 'list deployments.apps',
      autoscalers: 'list horizontalpodautoscalers.autoscaling',
      ipamd: 'get pods/proxy in kube-system',
    });
    // No kind of this group is installed, which needs no permission.
    expect(level1.autoModeNodeClasses).toEqual({ known: true, value: [] });
  });

  test('shows which pods wait, and leaves what needs level 2 unknown and not zero', async () => {
    // The pod has an id that the API server chose, so this event names none.
    const { uid: _uid, ...pod } = sandboxEvent['involvedObject'] as Readonly<Record<string, string>>;
    const event = { ...sandboxEvent, metadata: { name: 'stuck.2', namespace: 'shop' }, involvedObject: pod };
    await real.put([event]);
    const reading = await read(LEVEL_1_TOKEN);
    await real.remove(event);
    const waiting = waitingPods(reading, new PodOwners(reading));
    expect(waiting?.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(['shop/stuck']);
    expect(kubernetesFigures(reading, aCluster(), null)).toMatchObject({
      committedPods: null,
      serviceAddressesUsed: null,
      ipamd: null,
    });
    expect(cniInCluster(reading)).toEqual({});
  });

  test('is reviewed as what it is: three permissions are there, and the rest is missing', async () => {
    const api = real.api(LEVEL_1_TOKEN);
    const reviewed = await reviewAccess(api, ACCESS_NEEDS);
    api.close();
    const granted = reviewed.filter((need) => need.granted === true).map(({ name }) => name);
    expect(granted.toSorted()).toEqual(LISTED.toSorted());
    expect(reviewed.every((need) => need.granted !== null)).toBe(true);
  });
});

test('the API server reviews each permission as it decides it', async () => {
  const api = real.api(READER_TOKEN);
  const reviewed = await reviewAccess(api, ACCESS_NEEDS);
  api.close();
  expect(reviewed.filter(({ granted }) => granted !== true)).toEqual([]);
  const stranger = real.api(STRANGER_TOKEN);
  expect((await reviewAccess(stranger, ACCESS_NEEDS)).filter(({ granted }) => granted !== false)).toEqual([]);
  stranger.close();
});

test('the API server says in which groups the caller is, also where it may read nothing', async () => {
  const groupsOf = async (token: string): Promise<unknown> => {
    const api = real.api(token);
    const { status, text } = await api.ask({
      path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      review: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
    });
    api.close();
    expect(status).toBe(201);
    return (JSON.parse(text) as { readonly status: { readonly userInfo: unknown } }).status.userInfo;
  };
  expect(await groupsOf(READER_TOKEN)).toMatchObject({ groups: [READERS_GROUP, 'system:authenticated'] });
  expect(await groupsOf(STRANGER_TOKEN)).toMatchObject({ groups: ['system:authenticated'] });
});

test('service addresses in use are counted, and the range is known', async () => {
  const { services, addressesUsed, cidrs } = valueIn((await read(READER_TOKEN)).services);
  expect({ services, addressesUsed }).toEqual({ services: 1, addressesUsed: 1 });
  expect(cidrs?.map(({ cidrs: ranges }) => ranges)).toEqual([['10.100.0.0/16']]);
});

test("pods read from the server's tables are those of its JSON, in pages of one", async () => {
  const api = real.api(READER_TOKEN);
  const whole: KubernetesApi = { ask: ({ accept: _, ...request }) => api.ask(request), close: () => {} };
  const pods = (over: KubernetesApi) =>
    readPods({ lists: new Lists(over), labels: ['app'], namespaces: null });
  const fromTables = await pods(api);
  expect(fromTables).toHaveLength(5);
  expect(await pods(whole)).toEqual(fromTables);
  const request = { resource: RESOURCES.pods, pageSize: 1 };
  const pages = await new Lists(api).all(request, ({ content }) => [content['metadata']]);
  expect(pages).toHaveLength(9);
  expect(await new Lists(api).count(RESOURCES.pods)).toBe(9);
  api.close();
});

describe("the counters of every node's ipamd", () => {
  const counters = (value: number): NodeAnswer => ({
    status: 200,
    text: `awscni_add_ip_req_count ${value}\nawscni_total_ip_addresses 29\n`,
  });
  const addressOf = (index: number): string => `10.20.${index >> 8}.${(index & 255) + 1}`;

  const figures = async (previous: IpamdFigures | null): Promise<IpamdFigures> => {
    const found = ipamdFigures(await read(READER_TOKEN, true), previous);
    if (found === null) throw new Error('the counters could not be read');
    return found;
  };

  test.each([1, 2, 3, 200])('grow by ten on each of %i nodes, whatever fails meanwhile', async (count) => {
    const indexes = Array.from({ length: count }, (_, index) => index);
    // Two nodes are there from the beginning, and those of the case before.
    if (count === 1) await real.remove(awsNodePod(1));
    for (const index of indexes) await real.put([nodeObject(index), awsNodePod(index)]);
    const value = new Map(indexes.map((index) => [index, 1_000 + index]));
    const answer = (index: number, added: number): void => {
      const now = (value.get(index) ?? 0) + added;
      value.set(index, now);
      real.nodes.set(addressOf(index), counters(now));
    };
    for (const index of indexes) answer(index, 0);
    const first = await figures(null);
    expect(first).toMatchObject({ nodes: count, nodesRead: count, unreadNodes: [] });
    expect(first.values['addReqCount']).toBeNull();

    for (const index of indexes) answer(index, 10);
    const second = await figures(first);
    expect(second.values).toMatchObject({
      addReqCount: 10 * count,
      delReqCount: 0,
      totalIPAddresses: 29 * count,
    });

    const ways: readonly NodeAnswer[] = [
      'hang',
      'refuse',
      { status: 500, text: 'boom' },
      { status: 200, text: '<html>' },
    ];
    const broken = ways.slice(0, count <= ways.length ? 1 : ways.length);
    for (const index of indexes) answer(index, 10);
    broken.forEach((way, index) => void real.nodes.set(addressOf(index), way));
    const third = await figures(second);
    expect(third.unreadNodes).toEqual(broken.map((_, index) => nodeName(index)));
    expect(third).toMatchObject({ nodes: count, nodesRead: count - broken.length });
    // Of no node that was read there is no figure, and a gauge without all nodes is none.
    expect(third.values['addReqCount']).toBe(count === 1 ? null : 10 * (count - broken.length));
    expect(third.values['totalIPAddresses']).toBeNull();

    for (const index of indexes) answer(index, 10);
    const fourth = await figures(third);
    expect(fourth.values['addReqCount']).toBe(10 * count + 10 * broken.length);

    // The container of the first node begins to count again; all others go on.
    value.set(0, 0);
    for (const index of indexes) answer(index, 10);
    const fifth = await figures(fourth);
    expect(fifth.values).toMatchObject({ addReqCount: 10 * count, totalIPAddresses: 29 * count });

    // Its pod is a new one: it is seen for the first time, so it adds nothing until the next reading.
    await real.remove(awsNodePod(0));
    await real.put([awsNodePod(0)]);
    for (const index of indexes) answer(index, 10);
    const sixth = await figures(fifth);
    expect(sixth.values['addReqCount']).toBe(count === 1 ? null : 10 * (count - 1));
    for (const index of indexes) answer(index, 10);
    expect((await figures(sixth)).values['addReqCount']).toBe(10 * count);
  });
});

describe("a token of EKS, verified by aws-iam-authenticator's own code", () => {
  const stsOf = (accessKeyId: string): STSClient =>
    new STSClient({
      region: 'eu-west-1',
      credentials: { accessKeyId, secretAccessKey: 'a-secret', sessionToken: 'a/session+token==' },
    });
  const nodesAs = async (token: string) => {
    const { nodes } = await read(token);
    return nodes.known ? 'read' : nodes.unread.reason;
  };

  test('is accepted as the role of the access entry', async () => {
    expect(READERS_GROUP).toBe('headroom-readers');
    expect(await nodesAs(await eksToken(stsOf('AKIAREADER'), 'payments'))).toBe('read');
  });

  test('is refused for another cluster, for an unknown key, and when it was changed', async () => {
    const token = await eksToken(stsOf('AKIAREADER'), 'payments');
    expect(await nodesAs(await eksToken(stsOf('AKIAREADER'), 'checkout'))).toBe('unauthenticated');
    expect(await nodesAs(await eksToken(stsOf('AKIASTRANGER'), 'payments'))).toBe('unauthenticated');
    expect(await nodesAs(`${token.slice(0, 40)}x${token.slice(41)}`)).toBe('unauthenticated');
  });
});

test('an API server that stops is unreachable, and no part reads as empty', { timeout: 60_000 }, async () => {
  await real.close();
  const reading = await read(READER_TOKEN);
  expect(new Set(unreadParts(reading).map(({ unread }) => unread.reason))).toEqual(new Set(['unreachable']));
});
