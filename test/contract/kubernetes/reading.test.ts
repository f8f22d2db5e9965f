import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../../../lab/services/kubernetes/kinds.ts';
import type { KubernetesCluster } from '../../../lab/services/kubernetes/kubernetes.ts';
import { createApiSource } from '../../../shared/kubernetes/api-source.ts';
import { type ApiLimits, createHttpsApi } from '../../../shared/kubernetes/https-api.ts';
import { list } from '../../../shared/kubernetes/json-fields.ts';
import { Lists } from '../../../shared/kubernetes/lists.ts';
import { readPods } from '../../../shared/kubernetes/read-pods.ts';
import { RESOURCES } from '../../../shared/kubernetes/resources.ts';
import { CNI_VARIABLES } from '../../../shared/model/cluster/cni-variables.ts';
import {
  type IpamdReading,
  type KubernetesReading,
  permissionName,
  unreadParts,
} from '../../../shared/model/kubernetes/observed.ts';
import { type LabKubernetes, startLabKubernetes, TOKEN } from '../../fixtures/kubernetes/lab-api.ts';
import {
  awsNodeDaemonSet,
  awsNodePod,
  namespaceObject,
  nodeName,
  podObject,
  SMALL_CLUSTER,
} from '../../fixtures/kubernetes/objects.ts';
import { EVERYTHING, valueIn } from './source-conformance.ts';

let lab: LabKubernetes | null = null;
afterEach(async () => {
  await lab?.close();
  lab = null;
});

const apiOf = ({ url }: Pick<LabKubernetes, 'url'>, limits: Partial<ApiLimits> = {}, token = TOKEN) =>
  createHttpsApi(
    { server: url, certificateAuthority: null, token: async () => token },
    { userAgent: 'headroom/test', limits },
  );

const readingOf = async (
  objects: readonly KubernetesObject[],
  cluster: Partial<KubernetesCluster> = {},
  request: Partial<typeof EVERYTHING> = {},
  limits: Partial<ApiLimits> = {},
): Promise<KubernetesReading> => {
  lab = await startLabKubernetes(objects, cluster);
  const started = lab;
  return createApiSource(() => apiOf(started, limits)).read('payments', { ...EVERYTHING, ...request });
};

test('every part that may not be read is unknown by the name of its permission, and the others are read', async () => {
  const reading = await readingOf(SMALL_CLUSTER, {
    mayDo: (_user, { resource }) => ['pods', 'nodes', 'namespaces'].includes(resource),
  });
  const unknown = unreadParts(reading);
  expect(
    unknown
      .filter(({ unread }) => unread.reason === 'forbidden')
      .map(({ part, unread }) => [
        part,
        unread.permission === null ? null : permissionName(unread.permission),
      ]),
  ).toEqual([
    ['sandboxFailures', 'list events'],
    ['awsNode', 'list daemonsets.apps'],
    ['eniConfigs', 'list eniconfigs.crd.k8s.amazonaws.com'],
    ['cniNodes', 'list cninodes.vpcresources.k8s.aws'],
    ['nodePools', 'list nodepools.karpenter.sh'],
    ['nodeClaims', 'list nodeclaims.karpenter.sh'],
    ['ec2NodeClasses', 'list ec2nodeclasses.karpenter.k8s.aws'],
    ['services', 'list services'],
    ['workloads', 'list deployments.apps'],
    ['autoscalers', 'list horizontalpodautoscalers.autoscaling'],
  ]);
  expect(valueIn(reading.pods)).toHaveLength(5);
  expect(valueIn(reading.nodes)).toHaveLength(2);
});

test('a kind that is not installed is known to be empty', async () => {
  const reading = await readingOf(SMALL_CLUSTER, { installed: [] });
  expect(reading.nodePools).toEqual({ known: true, value: [] });
  expect(reading.eniConfigs).toEqual({ known: true, value: [] });
});

const inNamespace = (namespace: string, name: string): KubernetesObject => ({
  ...awsNodeDaemonSet,
  metadata: { ...awsNodeDaemonSet.metadata, namespace, name },
});

test('the DaemonSet of the CNI is known by its label, whatever Helm called it', async () => {
  const reading = await readingOf([inNamespace('network', 'cni-aws-node')]);
  expect(valueIn(reading.awsNode)).toMatchObject({ namespace: 'network', name: 'cni-aws-node' });
});

test('two DaemonSets of the CNI give no one set of settings', async () => {
  const reading = await readingOf([awsNodeDaemonSet, inNamespace('kube-system', 'aws-node-prefixes')]);
  expect(reading.awsNode).toMatchObject({
    known: false,
    unread: {
      message:
        'the VPC CNI runs as kube-system/aws-node, kube-system/aws-node-prefixes, so no one set of settings holds for all nodes',
    },
  });
});

test('a group that is served in another version alone is unknown by both versions, and not empty', async () => {
  const groups = [{ name: 'karpenter.sh', versions: [{ version: 'v1beta1' }] }];
  const server = createServer((request, answer) => {
    answer.statusCode = request.url === '/apis' ? 200 : 404;
    answer.end(JSON.stringify(request.url === '/apis' ? { groups } : {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { nodePools, ec2NodeClasses } = await createApiSource(() => apiOf({ url })).read(
    'payments',
    EVERYTHING,
  );
  server.close();
  expect(nodePools).toMatchObject({
    known: false,
    unread: { message: 'the API server serves karpenter.sh in v1beta1 alone, and nodepools are read in v1' },
  });
  expect(ec2NodeClasses).toEqual({ known: true, value: [] });
});

test('a cluster that refuses the credentials is unknown in every part after two requests', async () => {
  lab = await startLabKubernetes(SMALL_CLUSTER, { userOf: () => null });
  const started = lab;
  const reading = await createApiSource(() => apiOf(started)).read('payments', EVERYTHING);
  expect(new Set(unreadParts(reading).map(({ unread }) => unread.reason))).toEqual(
    new Set(['unauthenticated']),
  );
  expect(unreadParts(reading)).toHaveLength(15);
  expect(started.requests).toEqual(['GET /version', 'GET /version']);
});

const manyPods = (pods: number, namespaces: readonly string[]): readonly KubernetesObject[] =>
  [
    ...namespaces.map(namespaceObject),
    ...Array.from({ length: pods }, (_, index) =>
      podObject({
        namespace: namespaces[index % namespaces.length] as string,
        name: `pod-${String(index).padStart(5, '0')}`,
        node: index % 7,
        address: `10.21.${index >> 8}.${index & 255}`,
      }),
    ),
  ].map((object) => ({ ...object, metadata: { uid: `uid-${object.metadata.name}`, ...object.metadata } }));

test('the pods of a large cluster are read as bare cells, page by page and namespace by namespace', async () => {
  const reading = await readingOf(manyPods(2_500, ['a', 'b', 'c']), {}, { workloads: false });
  const pods = valueIn(reading.pods);
  expect(pods).toHaveLength(2_500);
  expect(new Set(pods.flatMap(({ addresses }) => addresses)).size).toBe(2_500);
  expect(new Set(pods.map(({ namespace }) => namespace))).toEqual(new Set(['a', 'b', 'c']));
  expect(pods.every(({ uid, owner }) => uid === null && owner === null)).toBe(true);
  const pages = (lab as LabKubernetes).requests.filter((request) => request.includes('/namespaces/a/pods'));
  expect(pages).toHaveLength(2);
});

test('a pod of a large cluster is known to be on Fargate by the name of its node', async () => {
  const onFargate: KubernetesObject = {
    ...podObject({ namespace: 'a', name: 'alone', address: '10.22.0.9' }),
    spec: { nodeName: 'fargate-ip-10-22-0-9.eu-west-1.compute.internal' },
  };
  const reading = await readingOf([...manyPods(2_100, ['a']), onFargate], {}, { workloads: false });
  const own = valueIn(reading.pods).filter(({ ownInterface }) => ownInterface === true);
  expect(own.map(({ name }) => name)).toEqual(['alone']);
});

test('a list that expires while it is read begins again, and holds every pod once', async () => {
  let expired = 0;
  const reading = await readingOf(
    manyPods(1_200, ['a']),
    {
      fault: ({ path, query }) => {
        if (path !== '/api/v1/pods' || query.get('continue') === null || expired === 2) return null;
        expired += 1;
        return { status: 410 };
      },
    },
    { workloads: false },
  );
  expect(expired).toBe(2);
  expect(new Set(valueIn(reading.pods).map(({ name }) => name)).size).toBe(1_200);
  expect(valueIn(reading.pods)).toHaveLength(1_200);
});

test('a list that expires again and again is unknown', async () => {
  const reading = await readingOf(
    manyPods(1_200, ['a']),
    { fault: ({ query }) => (query.get('continue') === null ? null : { status: 410 }) },
    { workloads: false },
  );
  expect(reading.pods).toMatchObject({ known: false, unread: { reason: 'failed' } });
});

test('a request is repeated when an API server that protects itself says so', async () => {
  let refused = 0;
  const reading = await readingOf(SMALL_CLUSTER, {
    fault: ({ path }) => {
      if (path !== '/api/v1/nodes' || refused === 2) return null;
      refused += 1;
      return { status: refused === 1 ? 429 : 503, retryAfter: 0 };
    },
  });
  expect(refused).toBe(2);
  expect(valueIn(reading.nodes)).toHaveLength(2);
});

test('a pause longer than the time that is left is not waited for', async () => {
  const reading = await readingOf(SMALL_CLUSTER, {
    fault: ({ path }) => (path === '/api/v1/nodes' ? { status: 429, retryAfter: 3_600 } : null),
  });
  expect(reading.nodes).toMatchObject({ known: false, unread: { reason: 'throttled' } });
  expect(reading.pods.known).toBe(true);
});

test('a cluster that answers more than the budget is unknown from there on', async () => {
  const reading = await readingOf(manyPods(1_200, ['a']), {}, { workloads: false }, { bytes: 40_000 });
  expect(reading.pods).toMatchObject({ known: false, unread: { reason: 'budget' } });
});

const METRICS = 'awscni_assigned_ip_addresses 11\nawscni_add_ip_req_count 100\n';

test('a node whose ipamd hangs, refuses, fails or answers garbage is unread by name, and the others are read', async () => {
  const answers: Readonly<Record<string, { readonly status: number; readonly text: string } | null>> = {
    'aws-node-00000': { status: 200, text: METRICS },
    'aws-node-00001': null,
    'aws-node-00002': { status: 503, text: 'error trying to reach service' },
    'aws-node-00003': { status: 500, text: 'boom' },
    'aws-node-00004': { status: 200, text: `${METRICS}awscni_ {{{ not a metric\n` },
  };
  const pods = [0, 1, 2, 3, 4].map(awsNodePod);
  const reading = await readingOf(
    pods.map((pod) => ({ ...pod, metadata: { uid: `uid-${pod.metadata.name}`, ...pod.metadata } })),
    { podMetrics: (name) => answers[name] ?? null },
    { workloads: false, ipamd: true },
    { request: 800 },
  );
  const slim = ({ nodeName: node, podUid, samples }: IpamdReading) => [
    node,
    podUid,
    samples.known ? samples.value.length : samples.unread.reason,
  ];
  expect(valueIn(reading.ipamd).map(slim)).toEqual([
    [nodeName(0), 'uid-aws-node-00000', 2],
    [nodeName(1), 'uid-aws-node-00001', 'deadline'],
    [nodeName(2), 'uid-aws-node-00002', 'failed'],
    [nodeName(3), 'uid-aws-node-00003', 'failed'],
    [nodeName(4), 'uid-aws-node-00004', 'malformed'],
  ]);
});

test.each([
  ['{"kind":"PodList","metadata":{}}', null],
  ['{"kind":"Table","metadata":{}}', null],
  ['{"kind":"Status","status":"Success"}', null],
  ['{}', null],
  ['{"kind":"PodList","items":null}', []],
  ['{"kind":"PodList","items":[]}', []],
])('the answer %s with status 200 has the items %j', async (text, items) => {
  const lists = new Lists({ ask: async () => ({ status: 200, text }), close: () => {} });
  const read = lists.all({ resource: RESOURCES.pods, pageSize: 1 }, ({ content }) => list(content['items']));
  await (items === null
    ? expect(read).rejects.toMatchObject({ reason: 'malformed' })
    : expect(read).resolves.toEqual(items));
});

const PODS = fc.uniqueArray(
  fc.record({
    name: fc.stringMatching(/^[a-z0-9]{1,8}$/),
    namespace: fc.constantFrom('a', 'b'),
    node: fc.option(fc.nat(3), { nil: undefined }),
    address: fc.option(fc.ipV4(), { nil: undefined }),
    phase: fc.constantFrom('Pending', 'Running', 'Succeeded', 'Failed', 'Unknown'),
    hostNetwork: fc.boolean(),
    deployment: fc.option(fc.constantFrom('web', 'api'), { nil: undefined }),
  }),
  { selector: ({ name, namespace }) => `${namespace}/${name}`, maxLength: 30 },
);

test('a server that makes no tables gives the same pods as one that does', { timeout: 60_000 }, async () => {
  let objects: readonly KubernetesObject[] = [];
  let makesTables = true;
  lab = await startLabKubernetes([], {
    objects: () => objects,
    fault: (request) => {
      // The header is what asks for a table.
      if (!makesTables) request.headers.accept = 'application/json';
      return null;
    },
  });
  const api = apiOf(lab, { total: 120_000 });
  const read = () => readPods({ lists: new Lists(api), labels: ['app'], namespaces: null });
  await fc.assert(
    fc.asyncProperty(PODS, async (pods) => {
      objects = pods.map(({ node, address, deployment, ...pod }) => {
        const object = podObject({
          ...pod,
          ...(node === undefined ? {} : { node }),
          ...(address === undefined ? {} : { address }),
          ...(deployment === undefined ? {} : { deployment }),
        });
        return { ...object, metadata: { ...object.metadata, uid: `uid-${pod.namespace}-${pod.name}` } };
      });
      makesTables = true;
      const fromTable = await read();
      makesTables = false;
      expect(await read()).toEqual(fromTable);
    }),
    { numRuns: 100 },
  );
  api.close();
});

test('a node class says how many pods its kubelets run, and Bottlerocket counts none for each core', async () => {
  const kubelet = { maxPods: 58, podsPerCore: 4 };
  const specs = {
    al2023: { amiSelectorTerms: [{ alias: 'al2023@latest' }], kubelet },
    ids: { amiSelectorTerms: [{ id: 'ami-0123456789abcdef0' }], kubelet },
    bottlerocket: { amiSelectorTerms: [{ alias: 'bottlerocket@v1.50.0' }], kubelet },
    older: { amiFamily: 'Bottlerocket', kubelet },
    plain: {},
  };
  const reading = await readingOf(
    Object.entries(specs).map(([name, spec]) => ({
      apiVersion: 'karpenter.k8s.aws/v1',
      kind: 'EC2NodeClass',
      metadata: { name },
      spec,
    })),
  );
  const limits = valueIn(reading.ec2NodeClasses).map(({ name, maxPods, podsPerCore }) => [
    name,
    maxPods,
    podsPerCore,
  ]);
  expect(limits.toSorted()).toEqual([
    ['al2023', 58, 4],
    ['bottlerocket', 58, null],
    ['ids', 58, 4],
    ['older', 58, null],
    ['plain', null, null],
  ]);
});

/** The settings of a DaemonSet with this container. */
const settingsOf = async (container: object, others: readonly object[] = []) => {
  const containers = [...others, { name: 'aws-node', ...container }];
  const reading = await readingOf([{ ...awsNodeDaemonSet, spec: { template: { spec: { containers } } } }]);
  return valueIn(reading.awsNode);
};

const FROM_MAP = { valueFrom: { configMapKeyRef: { name: 'cni', key: 'max-eni' } } };

test.each([
  ['a value', [{ name: 'MAX_ENI', value: '2' }], { MAX_ENI: '2' }, []],
  ['no value, which is an empty one', [{ name: 'MAX_ENI' }], { MAX_ENI: '' }, []],
  [
    'the last of two values',
    [
      { name: 'MAX_ENI', value: '2' },
      { name: 'MAX_ENI', value: '3' },
    ],
    { MAX_ENI: '3' },
    [],
  ],
  [
    'a value after one from elsewhere',
    [
      { name: 'MAX_ENI', ...FROM_MAP },
      { name: 'MAX_ENI', value: '3' },
    ],
    { MAX_ENI: '3' },
    [],
  ],
  [
    'a value from elsewhere after another',
    [
      { name: 'MAX_ENI', value: '3' },
      { name: 'MAX_ENI', ...FROM_MAP },
    ],
    {},
    ['MAX_ENI'],
  ],
  ['the value of another variable', [{ name: 'MAX_ENI', value: '$(LIMIT)' }], {}, ['MAX_ENI']],
  [
    'a value that only looks like one',
    [{ name: 'MAX_ENI', value: '$$(LIMIT)' }],
    { MAX_ENI: '$$(LIMIT)' },
    [],
  ],
  ['a variable that decides nothing', [{ name: 'AWS_VPC_K8S_CNI_LOGLEVEL', ...FROM_MAP }], {}, []],
  ['a secret that is no setting', [{ name: 'HTTPS_PROXY', value: 'http://user:secret@proxy' }], {}, []],
  ['a variable without a name', [{ value: '3' }], {}, []],
])('the variables of aws-node with %s', async (_, env, known, fromElsewhere) => {
  expect(await settingsOf({ env })).toMatchObject({ env: known, envFromElsewhere: fromElsewhere });
});

test('a whole ConfigMap may set any of them but those that the DaemonSet sets itself', async () => {
  const settings = await settingsOf({
    env: [{ name: 'MAX_ENI', value: '3' }],
    envFrom: [{ configMapRef: { name: 'cni' } }],
  });
  expect(settings?.env).toEqual({ MAX_ENI: '3' });
  expect(settings?.envFromElsewhere).toEqual(CNI_VARIABLES.filter((name) => name !== 'MAX_ENI'));
});

test('the container of the CNI is known by its name, wherever it stands', async () => {
  const agent = { name: 'aws-eks-nodeagent', env: [{ name: 'MAX_ENI', value: '9' }] };
  expect((await settingsOf({ env: [] }, [agent]))?.env).toEqual({});
});

test.each([
  ['602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.23.1', 'v1.23.1'],
  ['mirror.example.com:5000/amazon-k8s-cni:v1.19.0-eksbuild.1@sha256:0a1b', 'v1.19.0-eksbuild.1'],
  ['mirror.example.com:5000/amazon-k8s-cni', null],
  ['mirror.example.com:5000/amazon-k8s-cni@sha256:0a1b', null],
])('the version of the image %s is %j', async (image, version) => {
  expect((await settingsOf({ image }))?.imageVersion).toBe(version);
});

/** A node as it is read beside a DaemonSet with these settings. */
const nodeWith = async (metadata: object, env: Readonly<Record<string, string>> = {}, spec: object = {}) => {
  const containers = [
    { name: 'aws-node', env: Object.entries(env).map(([name, value]) => ({ name, value })) },
  ];
  const reading = await readingOf([
    { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n', ...metadata }, spec },
    { ...awsNodeDaemonSet, spec: { template: { spec: { containers } } } },
  ]);
  return valueIn(reading.nodes)[0];
};

const LABEL = 'k8s.amazonaws.com/eniConfig';
const ZONE = { ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone' };

/** The order of `GetNodeSpecificENIConfigName`, amazon-vpc-cni-k8s v1.23.1. */
describe('the ENIConfig of a node', () => {
  test.each([
    ['none', {}, {}, null],
    ['the label', { labels: { [LABEL]: 'a' } }, {}, 'a'],
    ['the annotation before the label', { labels: { [LABEL]: 'a' }, annotations: { [LABEL]: 'b' } }, {}, 'b'],
    [
      'the external label before both',
      {
        labels: { 'vpc.amazonaws.com/externalEniConfig': 'x', [LABEL]: 'a' },
        annotations: { [LABEL]: 'b' },
      },
      {},
      'x',
    ],
    [
      'the label of the zone',
      { labels: { 'topology.kubernetes.io/zone': 'eu-west-1a' } },
      ZONE,
      'eu-west-1a',
    ],
    [
      'the label of the zone in place of the usual one',
      { labels: { 'topology.kubernetes.io/zone': 'eu-west-1a', [LABEL]: 'a' } },
      ZONE,
      'eu-west-1a',
    ],
    ['a label of its own', { labels: { pods: 'c', [LABEL]: 'a' } }, { ENI_CONFIG_LABEL_DEF: 'pods' }, 'c'],
    [
      'an annotation of its own',
      { annotations: { pods: 'c', [LABEL]: 'a' } },
      { ENI_CONFIG_ANNOTATION_DEF: 'pods' },
      'c',
    ],
    [
      'the usual label where the setting is empty',
      { labels: { [LABEL]: 'a' } },
      { ENI_CONFIG_LABEL_DEF: '' },
      'a',
    ],
  ])('is chosen by %s', async (_, metadata, env, chosen) => {
    expect((await nodeWith(metadata, env))?.eniConfig).toBe(chosen);
  });
});

test.each([
  [{ 'kubernetes.io/os': 'linux' }, true],
  [{}, true],
  [{ 'kubernetes.io/os': 'windows' }, false],
  [{ 'eks.amazonaws.com/compute-type': 'fargate' }, false],
  [{ 'eks.amazonaws.com/compute-type': 'auto' }, false],
  [{ 'eks.amazonaws.com/compute-type': 'hybrid' }, false],
  [{ 'eks.amazonaws.com/compute-type': 'ec2' }, true],
])('the DaemonSet runs on a node with the labels %j: %j', async (labels, runsVpcCni) => {
  expect((await nodeWith({ labels }))?.runsVpcCni).toBe(runsVpcCni);
});

test.each([
  ['aws:///eu-west-1a/i-0123456789abcdef0', 'i-0123456789abcdef0'],
  ['aws:////i-0123456789abcdef0', 'i-0123456789abcdef0'],
  ['aws:///eu-west-1a/i-1a2b3c4d', 'i-1a2b3c4d'],
  ['aws:///eu-west-1a/fargate-ip-10-0-0-1.eu-west-1.compute.internal', null],
  ['eks-hybrid:///eu-west-1/shop/mi-0123456789abcdef0', null],
  ['', null],
  [undefined, null],
])('the instance of a node with the provider id %j is %j', async (providerID, instanceId) => {
  expect((await nodeWith({}, {}, { providerID }))?.instanceId).toBe(instanceId);
});

/** Kubernetes, batch/v1: the Job controller sets `completionTime` for a Job that is complete, and not for one that failed. */
test.each([
  ['one pod where it says nothing', {}, {}, 1],
  ['as many as it may run at once', { parallelism: 5 }, {}, 5],
  ['no more than it still has to complete', { parallelism: 5, completions: 6 }, { succeeded: 4 }, 2],
  ['none where it is suspended', { parallelism: 5, suspend: true }, {}, 0],
  ['none once it is complete', { parallelism: 5 }, { completionTime: '2026-11-27T00:00:00Z' }, 0],
  ['none once it has failed', { parallelism: 5 }, { conditions: [{ type: 'Failed', status: 'True' }] }, 0],
  ['its pods while it has not', { parallelism: 5 }, { conditions: [{ type: 'Failed', status: 'False' }] }, 5],
])('a Job wants %s', async (_, spec, status, desired) => {
  const job: KubernetesObject = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'import', namespace: 'batch' },
    spec: { template: { spec: {} }, ...spec },
    status,
  };
  expect(valueIn((await readingOf([job])).workloads)).toMatchObject([{ kind: 'Job', desired }]);
});
