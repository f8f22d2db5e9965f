import type { ClusterNode } from '../../estate/cluster-controller.ts';
import type { KubernetesObject } from './kinds.ts';

/** What runs in every simulated cluster: pods take these names in turn. */
const WORKLOADS = [
  { namespace: 'shop', name: 'web', team: 'storefront' },
  { namespace: 'shop', name: 'search', team: 'storefront' },
  { namespace: 'payments', name: 'api', team: 'payments' },
  { namespace: 'batch', name: 'worker', team: 'data' },
] as const;

const HASH = '7d9f8b6c54';

/** The Kubernetes objects of a simulated cluster: its nodes, and a pod for each address in use. */
export const simulatedObjects = (
  nodes: readonly ClusterNode[],
  settings: Readonly<Record<string, string>>,
): readonly KubernetesObject[] => {
  const pods = nodes.flatMap((node) => node.podAddresses.map((address) => ({ node, address })));
  return [
    ...[...new Set([...WORKLOADS.map(({ namespace }) => namespace), 'kube-system'])].map(namespaceObject),
    ...nodes.map(nodeObject),
    ...nodes.map(awsNodePod),
    ...pods.map(({ node, address }, index) => podObject(node, address, index)),
    awsNode(nodes.length, settings),
    ...WORKLOADS.map((workload, index) =>
      deployment(workload, pods.filter((_, pod) => pod % WORKLOADS.length === index).length),
    ),
  ].map((object) => ({
    ...object,
    metadata: { uid: uidOf(object), creationTimestamp: '2026-11-01T00:00:00Z', ...object.metadata },
  }));
};

/** The name that the AWS cloud provider gives a node: its private DNS name. */
const nameOf = ({ address, region }: ClusterNode): string =>
  `ip-${address.replaceAll('.', '-')}.${region}.compute.internal`;

const namespaceObject = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name },
});

const nodeObject = (node: ClusterNode): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: nameOf(node),
    labels: {
      'topology.kubernetes.io/zone': node.availabilityZone,
      'node.kubernetes.io/instance-type': node.instanceType,
      [node.nodePool ? 'karpenter.sh/nodepool' : 'eks.amazonaws.com/nodegroup']: node.group,
    },
  },
  spec: { providerID: `aws:///${node.availabilityZone}/${node.instanceId}` },
  status: {
    allocatable: { pods: String(node.maxPods) },
    conditions: [{ type: 'Ready', status: 'True' }],
  },
});

const awsNodePod = (node: ClusterNode): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `aws-node-${node.instanceId.slice(-5)}`,
    namespace: 'kube-system',
    labels: { 'k8s-app': 'aws-node' },
  },
  spec: { nodeName: nameOf(node), hostNetwork: true },
  status: { phase: 'Running', podIP: node.address },
});

const podObject = (node: ClusterNode, address: string, index: number): KubernetesObject => {
  const { namespace, name, team } = WORKLOADS[index % WORKLOADS.length] as (typeof WORKLOADS)[number];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${HASH}-${index.toString(36).padStart(5, '0')}`,
      namespace,
      labels: { app: name, team, 'pod-template-hash': HASH },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${HASH}`, controller: true },
      ],
    },
    spec: { nodeName: nameOf(node) },
    status: { phase: 'Running', podIP: address },
  };
};

const awsNode = (nodes: number, settings: Readonly<Record<string, string>>): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'aws-node', namespace: 'kube-system' },
  spec: {
    template: {
      spec: {
        hostNetwork: true,
        containers: [
          {
            name: 'aws-node',
            image: '602401143452.dkr.ecr.eu-west-1.amazonaws.com/amazon-k8s-cni:v1.23.1',
            env: Object.entries(settings).map(([name, value]) => ({ name, value })),
          },
        ],
      },
    },
  },
  status: { desiredNumberScheduled: nodes, numberReady: nodes, updatedNumberScheduled: nodes },
});

const deployment = (
  { namespace, name, team }: (typeof WORKLOADS)[number],
  replicas: number,
): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name, namespace, labels: { team } },
  spec: { replicas, template: { spec: {} } },
});

const uidOf = ({ kind, metadata: { namespace = '', name } }: KubernetesObject): string =>
  `${kind}-${namespace}-${name}`.toLowerCase();
