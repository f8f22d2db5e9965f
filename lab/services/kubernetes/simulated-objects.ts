import { addressText, rangeOf } from '../../cni/ipv4-range.ts';
import type { ClusterNode, ClusterState, SimulatedJob } from '../../estate/cluster-controller.ts';
import type { KubernetesObject } from './kinds.ts';

/** What runs in every simulated cluster: pods take these names in turn. */
const WORKLOADS = [
  { namespace: 'shop', name: 'web', team: 'storefront' },
  { namespace: 'shop', name: 'search', team: 'storefront' },
  { namespace: 'payments', name: 'api', team: 'payments' },
  { namespace: 'batch', name: 'worker', team: 'data' },
] as const;

const HASH = '7d9f8b6c54';

/** The kubelet's next try is at most this far away. */
const RETRY_MILLISECONDS = 60_000;

/** A pod of the cluster; one that waits has no address. */
interface PlacedPod {
  readonly node: ClusterNode;
  readonly address: string | null;
}

/** The Kubernetes objects of a simulated cluster: its nodes, a pod for each address in use, and the pods that wait for one. */
export const simulatedObjects = (
  { nodes, cniVariables, eniConfigs, job, waitingSince, maxReplicas, serviceCidr, services }: ClusterState,
  now: number,
): readonly KubernetesObject[] => {
  const running = nodes.flatMap((node) => node.podAddresses.map((address): PlacedPod => ({ node, address })));
  const waiting = nodes.flatMap((node) =>
    Array.from({ length: node.waitingPods }, (): PlacedPod => ({ node, address: null })),
  );
  const pods = [...running, ...waiting];
  return [
    ...[...new Set([...WORKLOADS.map(({ namespace }) => namespace), 'kube-system'])].map(namespaceObject),
    ...nodes.map(nodeObject),
    ...nodes.map(awsNodePod),
    ...pods.map((pod, index) => (isOfJob(index, job) ? jobPod(pod, index, job) : podObject(pod, index))),
    ...pods.flatMap(({ node, address }, index) =>
      address === null ? [sandboxEvent(node, podOf(index, job), waitingSince ?? now, now)] : [],
    ),
    awsNode(nodes, cniVariables),
    ...Object.entries(eniConfigs).map(([name, subnet]) => eniConfig(name, subnet)),
    ...(serviceCidr === null ? [] : serviceObjects(serviceCidr, services)),
    ...WORKLOADS.map((workload, index) =>
      deployment(
        workload,
        pods.filter((_, pod) => !isOfJob(pod, job) && pod % WORKLOADS.length === index).length,
      ),
    ),
    ...(job === null ? [] : [jobObject(job, Math.max(0, pods.length - job.after))]),
    ...(maxReplicas === null ? [] : WORKLOADS.map((workload) => autoscaler(workload, maxReplicas))),
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
    conditions: [{ type: 'Ready', status: node.cniReady ? 'True' : 'False' }],
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

const workloadOf = (index: number) => WORKLOADS[index % WORKLOADS.length] as (typeof WORKLOADS)[number];

const podName = (index: number): string =>
  `${workloadOf(index).name}-${HASH}-${index.toString(36).padStart(5, '0')}`;

const isOfJob = (index: number, job: SimulatedJob | null): job is SimulatedJob =>
  job !== null && index >= job.after;

/** The namespace and the name of a pod. */
const podOf = (
  index: number,
  job: SimulatedJob | null,
): { readonly namespace: string; readonly name: string } =>
  isOfJob(index, job)
    ? { namespace: job.namespace, name: `${job.name}-${index.toString(36).padStart(5, '0')}` }
    : { namespace: workloadOf(index).namespace, name: podName(index) };

const jobPod = ({ node, address }: PlacedPod, index: number, job: SimulatedJob): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...podOf(index, job),
    labels: { team: job.team, 'batch.kubernetes.io/job-name': job.name },
    ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name: job.name, controller: true }],
  },
  spec: { nodeName: nameOf(node) },
  status: statusOf(address),
});

const jobObject = ({ namespace, name, team }: SimulatedJob, active: number): KubernetesObject => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name, namespace, labels: { team } },
  spec: { parallelism: active, template: { spec: {} } },
  status: { active },
});

const statusOf = (address: string | null) =>
  address === null ? { phase: 'Pending' } : { phase: 'Running', podIP: address };

const podObject = ({ node, address }: PlacedPod, index: number): KubernetesObject => {
  const { namespace, name, team } = workloadOf(index);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName(index),
      namespace,
      labels: { app: name, team, 'pod-template-hash': HASH },
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${HASH}`, controller: true },
      ],
    },
    spec: { nodeName: nameOf(node) },
    status: statusOf(address),
  };
};

/** What the kubelet writes while the CNI has no address for a pod. Text: amazon-vpc-cni-k8s, `cmd/routed-eni-cni-plugin`. */
const sandboxEvent = (
  node: ClusterNode,
  pod: { readonly namespace: string; readonly name: string },
  since: number,
  now: number,
): KubernetesObject => {
  const { namespace, name } = pod;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.sandbox`, namespace },
    involvedObject: { kind: 'Pod', namespace, name },
    reason: 'FailedCreatePodSandBox',
    type: 'Warning',
    message:
      'Failed to create pod sandbox: plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container',
    source: { component: 'kubelet', host: nameOf(node) },
    firstTimestamp: new Date(since).toISOString(),
    lastTimestamp: new Date(now).toISOString(),
    count: 1 + Math.floor((now - since) / RETRY_MILLISECONDS),
  };
};

const eniConfig = (name: string, subnet: string): KubernetesObject => ({
  apiVersion: 'crd.k8s.amazonaws.com/v1alpha1',
  kind: 'ENIConfig',
  metadata: { name },
  spec: { subnet, securityGroups: [] },
});

/** The range of Services and each address of it that is in use, as Kubernetes 1.33 and later keep them. */
const serviceObjects = (cidr: string, services: number): readonly KubernetesObject[] => {
  const { base } = rangeOf(cidr);
  return [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'ServiceCIDR',
      metadata: { name: 'kubernetes' },
      spec: { cidrs: [cidr] },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    },
    ...Array.from({ length: services }, (_, index) => {
      const address = addressText(base + 1 + index);
      const { namespace, name } = serviceName(index);
      return [
        {
          apiVersion: 'v1',
          kind: 'Service',
          metadata: { name, namespace },
          spec: { type: 'ClusterIP', clusterIP: address, clusterIPs: [address] },
        },
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'IPAddress',
          metadata: { name: address },
          spec: { parentRef: { resource: 'services', namespace, name } },
        },
      ];
    }).flat(),
  ];
};

const serviceName = (index: number): { readonly namespace: string; readonly name: string } => {
  if (index === 0) return { namespace: 'default', name: 'kubernetes' };
  if (index === 1) return { namespace: 'kube-system', name: 'kube-dns' };
  const { namespace, name } = workloadOf(index);
  return { namespace, name: `${name}-${index}` };
};

const autoscaler = (
  { namespace, name }: (typeof WORKLOADS)[number],
  maxReplicas: number,
): KubernetesObject => ({
  apiVersion: 'autoscaling/v2',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, namespace },
  spec: {
    minReplicas: 1,
    maxReplicas,
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
  },
});

const awsNode = (
  nodes: readonly ClusterNode[],
  settings: Readonly<Record<string, string>>,
): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'aws-node', namespace: 'kube-system', labels: { 'k8s-app': 'aws-node' } },
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
  status: {
    desiredNumberScheduled: nodes.length,
    numberReady: nodes.filter(({ cniReady }) => cniReady).length,
    updatedNumberScheduled: nodes.length,
  },
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
