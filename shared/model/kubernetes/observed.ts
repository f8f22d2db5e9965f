/**
 * What the API of one Kubernetes cluster said, as plain records. Nothing of a pod's spec is in here. Times are
 * milliseconds since 1970, and a field that the API did not give is `null`.
 */

/** A right that RBAC grants, in Kubernetes' own words. */
export interface KubernetesPermission {
  /** `list`, `get` or `create`. */
  readonly verb: string;
  /** The plural name with its subresource: `pods`, `pods/proxy`. */
  readonly resource: string;
  /** The API group; empty for the core group. */
  readonly group: string;
  /** `null`: in the whole cluster. */
  readonly namespace: string | null;
}

/**
 * Why a part of a reading is unknown. `forbidden`: a permission is missing. `not-asked`: the configuration does not ask for
 * it. `not-saved`: the saved answers have no file for it. `budget`: the bytes or seconds of one cluster were spent.
 * `malformed`: the answer could not be read in full.
 */
export type UnreadReason =
  | 'forbidden'
  | 'unauthenticated'
  | 'unreachable'
  | 'deadline'
  | 'budget'
  | 'throttled'
  | 'malformed'
  | 'failed'
  | 'not-asked'
  | 'not-saved';

export interface Unread {
  readonly reason: UnreadReason;
  /** The permission that is missing; `null` where another reason stopped the reading. */
  readonly permission: KubernetesPermission | null;
  /** One sentence for people, without a full stop. */
  readonly message: string;
}

/**
 * One part of a reading: its value, or why it is unknown. A kind that the cluster does not serve has none: its part is known
 * and empty.
 */
export type Part<Value> =
  | { readonly known: true; readonly value: Value }
  | { readonly known: false; readonly unread: Unread };

/** Labels by name, only those that the request named. */
export type Labels = Readonly<Record<string, string>>;

/** What made a pod or scales a workload. */
export interface ObjectOwner {
  readonly kind: string;
  readonly name: string;
}

/** A pod that may hold an address of its own: not on the host's network, and neither succeeded nor failed. */
export interface KubernetesPod {
  /** `null` where only a table without metadata was read, as in large clusters. So are `owner` and `created` then. */
  readonly uid: string | null;
  readonly namespace: string;
  readonly name: string;
  /** The node's name; `null`: not scheduled. */
  readonly nodeName: string | null;
  /** `status.podIP`; empty while it has none. */
  readonly addresses: readonly string[];
  /** `Running` includes the obsolete phase `Unknown`. */
  readonly phase: 'Pending' | 'Running';
  /** The controller in `ownerReferences`. A ReplicaSet is given as the Deployment that its name shows. */
  readonly owner: ObjectOwner | null;
  readonly labels: Labels;
  readonly created: number | null;
  /** It has an interface of its own: a branch interface, or Fargate. `null`: not read, and not on Fargate. */
  readonly ownInterface: boolean | null;
}

export interface KubernetesNode {
  readonly uid: string;
  readonly name: string;
  /** From `spec.providerID`; `null` for a node that is no EC2 instance, as on Fargate or a hybrid node. */
  readonly instanceId: string | null;
  readonly instanceType: string | null;
  /** The DaemonSet of the VPC CNI runs here: on Linux, and neither on Fargate, Auto Mode nor hybrid nodes. */
  readonly runsVpcCni: boolean;
  /** `status.allocatable.pods`. */
  readonly allocatablePods: number | null;
  /** The condition `Ready`. `null`: neither true nor false. */
  readonly ready: boolean | null;
  readonly unschedulable: boolean;
  /** The ENIConfig that its labels and annotations choose; `null`: none, which means `default`. */
  readonly eniConfig: string | null;
  readonly nodePool: string | null;
  readonly nodeGroup: string | null;
  readonly labels: Labels;
  readonly created: number | null;
}

/** An event `FailedCreatePodSandBox`. The API keeps events for an hour. */
export interface SandboxFailure {
  readonly namespace: string;
  readonly podName: string;
  readonly podUid: string | null;
  readonly nodeName: string | null;
  readonly count: number;
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  /** The event's text, cut to 1,000 characters. From outside: make it inert before it is shown. */
  readonly text: string;
}

/** The DaemonSet of the VPC CNI. */
export interface AwsNodeDaemonSet {
  /** `kube-system` and `aws-node`, unless Helm installed it as something else. */
  readonly namespace: string;
  readonly name: string;
  /** The tag of its image, such as `v1.23.1`; `null` where the image has none. */
  readonly imageVersion: string | null;
  /** Settings of the CNI with plain values. Other variables are left out. */
  readonly env: Readonly<Record<string, string>>;
  /** Settings of the CNI whose value comes from elsewhere (`valueFrom`) or may do so (`envFrom`), and so is unknown here. */
  readonly envFromElsewhere: readonly string[];
  readonly desired: number;
  readonly ready: number;
  readonly updated: number;
}

export interface EniConfig {
  readonly name: string;
  readonly subnetId: string | null;
  readonly securityGroupIds: readonly string[];
}

export interface CniNode {
  /** The node's name. */
  readonly name: string;
  /** `SecurityGroupsForPods` with its trunk interface, `CustomNetworking` with its ENIConfig. */
  readonly features: readonly { readonly name: string; readonly value: string | null }[];
}

export interface NodePool {
  readonly name: string;
  /** `spec.limits` as written: `cpu`, `memory`, `nodes`. */
  readonly limits: Readonly<Record<string, string>>;
  readonly nodeClass: (ObjectOwner & { readonly group: string }) | null;
  readonly requirements: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}

export interface NodeClaim {
  readonly name: string;
  readonly nodePool: string | null;
  readonly nodeName: string | null;
  readonly instanceId: string | null;
  readonly instanceType: string | null;
}

/** An EC2NodeClass of Karpenter, or a NodeClass of EKS Auto Mode. */
export interface NodeClass {
  readonly name: string;
  /** `status.subnets`; `null`: not resolved yet. */
  readonly subnets: readonly { readonly subnetId: string; readonly zone: string | null }[] | null;
  /** `spec.kubelet.maxPods`. */
  readonly maxPods: number | null;
  /** `spec.kubelet.podsPerCore`; `null` where none is set, and on Bottlerocket, which has none. */
  readonly podsPerCore: number | null;
  readonly ready: boolean | null;
}

export interface ServiceCidr {
  readonly name: string;
  readonly cidrs: readonly string[];
  readonly ready: boolean | null;
}

export interface KubernetesServices {
  readonly services: number;
  /** Addresses of service ranges in use: IPAddress objects, or Services with a ClusterIP where the server has none. */
  readonly addressesUsed: number;
  /** `null`: the server does not serve ServiceCIDR (before 1.33). */
  readonly cidrs: readonly ServiceCidr[] | null;
}

export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'Job';
  readonly namespace: string;
  readonly name: string;
  /** `spec.replicas`, `parallelism` of a Job, nodes that a DaemonSet wants. */
  readonly desired: number;
  /** More pods than `desired` while it rolls, from `maxSurge`. */
  readonly surge: number;
  readonly hostNetwork: boolean;
  readonly labels: Labels;
}

export interface PodAutoscaler {
  readonly namespace: string;
  readonly name: string;
  readonly target: ObjectOwner;
  readonly minReplicas: number;
  readonly maxReplicas: number;
}

export interface KubernetesNamespace {
  readonly name: string;
  readonly labels: Labels;
}

/** One sample of ipamd, by the name that ipamd exposes: `awscni_add_ip_req_count`. */
export interface IpamdSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The counters and gauges of one node's ipamd. */
export interface IpamdReading {
  readonly nodeName: string;
  /** The aws-node pod: its counters begin at zero with a new uid. */
  readonly podUid: string;
  readonly podName: string;
  readonly samples: Part<readonly IpamdSample[]>;
}

/** One reading of one cluster. */
export interface KubernetesReading {
  readonly cluster: string;
  /** When the reading began. */
  readonly at: number;
  /** The API server's version, such as `v1.36.3-eks-1a2b3c4`. */
  readonly version: string | null;
  readonly pods: Part<readonly KubernetesPod[]>;
  readonly nodes: Part<readonly KubernetesNode[]>;
  readonly namespaces: Part<readonly KubernetesNamespace[]>;
  readonly sandboxFailures: Part<readonly SandboxFailure[]>;
  /** `null`: no DaemonSet has the label of the VPC CNI. */
  readonly awsNode: Part<AwsNodeDaemonSet | null>;
  readonly eniConfigs: Part<readonly EniConfig[]>;
  readonly cniNodes: Part<readonly CniNode[]>;
  readonly nodePools: Part<readonly NodePool[]>;
  readonly nodeClaims: Part<readonly NodeClaim[]>;
  readonly ec2NodeClasses: Part<readonly NodeClass[]>;
  readonly autoModeNodeClasses: Part<readonly NodeClass[]>;
  readonly services: Part<KubernetesServices>;
  readonly workloads: Part<readonly Workload[]>;
  readonly autoscalers: Part<readonly PodAutoscaler[]>;
  /** One for each node with an aws-node pod. */
  readonly ipamd: Part<readonly IpamdReading[]>;
}

export const known = <Value>(value: Value): Part<Value> => ({ known: true, value });

export const unread = (
  reason: UnreadReason,
  message: string,
  permission: KubernetesPermission | null = null,
): Part<never> => ({ known: false, unread: { reason, permission, message } });

/** `list pods`, `list ec2nodeclasses.karpenter.k8s.aws`, `get pods/proxy in kube-system`: as `kubectl auth can-i` takes it. */
export const permissionName = ({ verb, resource, group, namespace }: KubernetesPermission): string => {
  const [plural, subresource] = resource.split('/');
  const qualified = group === '' ? plural : `${plural}.${group}`;
  const of = subresource === undefined ? '' : `/${subresource}`;
  return `${verb} ${qualified}${of}${namespace === null ? '' : ` in ${namespace}`}`;
};

/** The parts of a reading that are unknown, by the name of their field. */
export const unreadParts = (
  reading: KubernetesReading,
): readonly { readonly part: string; readonly unread: Unread }[] =>
  Object.entries(reading).flatMap(([part, value]) =>
    typeof value === 'object' && value !== null && value.known === false
      ? [{ part, unread: value.unread }]
      : [],
  );
