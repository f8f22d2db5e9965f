import type { Resource } from './lists.ts';

const core = (plural: string): Resource => ({ group: '', version: 'v1', plural });
const of = (group: string, version: string, plural: string): Resource => ({ group, version, plural });

/** Every kind that Headroom lists, in the version that serves it. */
export const RESOURCES = {
  pods: core('pods'),
  nodes: core('nodes'),
  namespaces: core('namespaces'),
  events: core('events'),
  services: core('services'),
  daemonSets: of('apps', 'v1', 'daemonsets'),
  deployments: of('apps', 'v1', 'deployments'),
  statefulSets: of('apps', 'v1', 'statefulsets'),
  jobs: of('batch', 'v1', 'jobs'),
  autoscalers: of('autoscaling', 'v2', 'horizontalpodautoscalers'),
  serviceCidrs: of('networking.k8s.io', 'v1', 'servicecidrs'),
  ipAddresses: of('networking.k8s.io', 'v1', 'ipaddresses'),
  eniConfigs: of('crd.k8s.amazonaws.com', 'v1alpha1', 'eniconfigs'),
  cniNodes: of('vpcresources.k8s.aws', 'v1alpha1', 'cninodes'),
  nodePools: of('karpenter.sh', 'v1', 'nodepools'),
  nodeClaims: of('karpenter.sh', 'v1', 'nodeclaims'),
  ec2NodeClasses: of('karpenter.k8s.aws', 'v1', 'ec2nodeclasses'),
  autoModeNodeClasses: of('eks.amazonaws.com', 'v1', 'nodeclasses'),
} as const satisfies Readonly<Record<string, Resource>>;
