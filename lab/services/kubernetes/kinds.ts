/** One object of the API, as a client wrote it. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly creationTimestamp?: string;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

export interface Kind {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  /** Fields that a selector may name, besides the name and namespace. Kubernetes refuses every other. */
  readonly selectable: readonly string[];
  /** Custom kinds are served once they are installed. */
  readonly custom: boolean;
}

const builtIn = (
  kind: string,
  apiVersion: string,
  plural: string,
  selectable: readonly string[] = [],
): Kind => {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  return { kind, group, version, plural, selectable, custom: false };
};

const custom = (kind: string, apiVersion: string, plural: string): Kind => ({
  ...builtIn(kind, apiVersion, plural),
  custom: true,
});

/** The kinds that the lab serves. Selectable fields: k8s.io/kubernetes, `AddFieldLabelConversionFunc` of each kind. */
export const KINDS: readonly Kind[] = [
  builtIn('Pod', 'v1', 'pods', ['spec.nodeName', 'spec.hostNetwork', 'status.phase', 'status.podIP']),
  builtIn('Node', 'v1', 'nodes', ['spec.unschedulable']),
  builtIn('Namespace', 'v1', 'namespaces', ['status.phase']),
  builtIn('Event', 'v1', 'events', [
    'reason',
    'type',
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
  ]),
  builtIn('Service', 'v1', 'services', ['spec.clusterIP', 'spec.type']),
  builtIn('DaemonSet', 'apps/v1', 'daemonsets'),
  builtIn('Deployment', 'apps/v1', 'deployments'),
  builtIn('StatefulSet', 'apps/v1', 'statefulsets'),
  builtIn('Job', 'batch/v1', 'jobs', ['status.successful']),
  builtIn('HorizontalPodAutoscaler', 'autoscaling/v2', 'horizontalpodautoscalers'),
  builtIn('ServiceCIDR', 'networking.k8s.io/v1', 'servicecidrs'),
  builtIn('IPAddress', 'networking.k8s.io/v1', 'ipaddresses'),
  custom('ENIConfig', 'crd.k8s.amazonaws.com/v1alpha1', 'eniconfigs'),
  custom('CNINode', 'vpcresources.k8s.aws/v1alpha1', 'cninodes'),
  custom('NodePool', 'karpenter.sh/v1', 'nodepools'),
  custom('NodeClaim', 'karpenter.sh/v1', 'nodeclaims'),
  custom('EC2NodeClass', 'karpenter.k8s.aws/v1', 'ec2nodeclasses'),
  custom('NodeClass', 'eks.amazonaws.com/v1', 'nodeclasses'),
];

export const apiVersionOf = ({ group, version }: Kind): string =>
  group === '' ? version : `${group}/${version}`;
