import type { Tags } from '../../shared/model/aws/inventory.ts';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../shared/model/cni/cni-settings.ts';
import type { CniNode, NodeInterface } from '../cni/cni-node.ts';
import { addressText } from '../cni/ipv4-range.ts';
import type { LabEksCluster, LabHealthIssue } from './records.ts';
import type { World } from './world.ts';

export interface NodeGroupInput {
  /** The template that its Auto Scaling group names. */
  readonly launchTemplateId?: string;
  readonly name: string;
  readonly instanceType: string;
  readonly subnetIds: readonly [string, ...string[]];
  readonly minSize?: number;
  readonly maxSize: number;
  /** Karpenter's node pool in place of a managed node group. */
  readonly nodePool?: boolean;
}

export interface ClusterInput {
  readonly name: string;
  readonly vpcId: string;
  readonly ownerId: string;
  readonly region: string;
  readonly version?: string;
  /** Where the control plane has its interfaces. */
  readonly controlPlaneSubnetIds: readonly string[];
  readonly settings?: Partial<CniSettings>;
  readonly nodeGroups: readonly NodeGroupInput[];
  /** With custom networking: the subnet for pods in each zone's place. */
  readonly customNetworkingSubnetId?: string;
  /** With custom networking: the subnet for pods of each zone that has an ENIConfig, by the zone's name. */
  readonly eniConfigs?: Readonly<Record<string, string>>;
  /** Nodes on which `aws-node` does not become ready. */
  readonly cniNotReadyOn?: number;
  /** The maximum of the autoscaler of each workload. Without it there are no autoscalers. */
  readonly maxReplicas?: number;
  /** EKS chooses one if it is not given. */
  readonly serviceIpv4Cidr?: string;
  /** Services with an address, the two that every cluster has included. */
  readonly services?: number;
  /** Subnets beside a node's own in which the CNI may create interfaces: those tagged `kubernetes.io/role/cni`. */
  readonly discoveredSubnetIds?: () => readonly string[];
  /** Pods take no IPv4 address of the VPC: a node takes the one of its primary interface. */
  readonly podNetwork?: 'ipv6' | 'overlay';
  readonly fargateProfiles?: LabEksCluster['fargateProfiles'];
  /** Known from tags alone: the EKS API has never heard of it. */
  readonly selfManaged?: boolean;
  readonly tags?: Tags;
}

export interface RunningNode {
  readonly instanceId: string;
  readonly group: NodeGroupInput;
  readonly subnetId: string;
  readonly cni: CniNode;
  readonly interfaceIds: Map<NodeInterface, string>;
  recordedRevision: number;
}

/** The settings that are set, as variables of the CNI. */
export const variablesOf = (
  settings: CniSettings,
  { eniConfigs }: Pick<ClusterInput, 'eniConfigs'>,
): Readonly<Record<string, string>> => ({
  ...Object.fromEntries(
    SETTING_NAMES.flatMap(([key, name]) => (settings[key] === null ? [] : [[name, String(settings[key])]])),
  ),
  ...byZone(eniConfigs),
});

/** With an ENIConfig for each zone, nodes choose theirs by the label of their zone. */
const byZone = (eniConfigs: ClusterInput['eniConfigs']): Readonly<Record<string, string>> =>
  eniConfigs === undefined ? {} : { ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone' };

/** The names that the CNI reads its settings by. */
const SETTING_NAMES: readonly (readonly [keyof CniSettings, string])[] = [
  ['prefixDelegation', 'ENABLE_PREFIX_DELEGATION'],
  ['customNetworking', 'AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG'],
  ['podEni', 'ENABLE_POD_ENI'],
  ['warmEniTarget', 'WARM_ENI_TARGET'],
  ['warmPrefixTarget', 'WARM_PREFIX_TARGET'],
  ['warmIpTarget', 'WARM_IP_TARGET'],
  ['minimumIpTarget', 'MINIMUM_IP_TARGET'],
  ['maxEni', 'MAX_ENI'],
];

const descriptionOf = ({ instanceId }: RunningNode, { deviceIndex, trunk }: NodeInterface): string => {
  if (trunk) return 'aws-k8s-trunk-eni';
  return deviceIndex === 0 ? '' : `aws-K8S-${instanceId}`;
};

/** Writes what EC2, Auto Scaling and EKS show of a simulated cluster into its world. */
export class ClusterRecords {
  readonly #world: World;
  readonly #input: ClusterInput;
  readonly #settings: CniSettings;

  constructor(world: World, input: ClusterInput, settings: CniSettings) {
    this.#world = world;
    this.#input = input;
    this.#settings = settings;
  }

  /** Everything, as it is now. Nodes that hold what they held are passed over. */
  record(running: readonly RunningNode[], healthIssues: readonly LabHealthIssue[]): void {
    for (const node of running) {
      if (node.recordedRevision === node.cni.revision) continue;
      node.recordedRevision = node.cni.revision;
      this.#recordInterfaces(node);
    }
    for (const group of this.#input.nodeGroups) this.#recordAutoScalingGroup(group, running);
    if (!this.#input.selfManaged) this.#recordCluster(running, healthIssues);
  }

  /** A node that is gone. */
  forget({ instanceId, interfaceIds }: RunningNode): void {
    for (const id of interfaceIds.values()) this.#world.interfaces.delete(id);
    this.#world.instances.delete(instanceId);
  }

  recordInstance({ instanceId, group, subnetId, cni }: RunningNode): void {
    const { vpcId, ownerId } = this.#input;
    const primary = cni.interfaces[0]?.primaryAddress;
    const owner: Tags = group.nodePool
      ? { 'karpenter.sh/nodepool': group.name, 'eks:eks-cluster-name': this.#input.name }
      : {
          'eks:cluster-name': this.#input.name,
          'eks:nodegroup-name': group.name,
          'aws:autoscaling:groupName': this.#autoScalingGroupName(group),
        };
    this.#world.instances.set(instanceId, {
      instanceId,
      instanceType: group.instanceType,
      state: 'running',
      subnetId,
      vpcId,
      availabilityZone: this.#world.subnet(subnetId).availabilityZone,
      ownerId,
      privateAddress: primary === undefined ? null : addressText(primary),
      launchTime: new Date(this.#world.now),
      operator: null,
      tags: {
        Name: `${this.#input.name}-${group.name}`,
        [`kubernetes.io/cluster/${this.#input.name}`]: 'owned',
        ...(this.#input.selfManaged ? {} : owner),
        ...this.#input.tags,
      },
    });
  }

  #recordInterfaces(node: RunningNode): void {
    const held = new Set(node.cni.interfaces);
    for (const [each, id] of node.interfaceIds) {
      if (held.has(each)) continue;
      this.#world.interfaces.delete(id);
      node.interfaceIds.delete(each);
    }
    for (const each of node.cni.interfaces) this.#recordInterface(node, each);
  }

  #recordInterface(node: RunningNode, held: NodeInterface): void {
    const world = this.#world;
    const id = node.interfaceIds.get(held) ?? world.newId('eni');
    node.interfaceIds.set(held, id);
    const known = world.interfaces.get(id);
    const subnet =
      [...world.subnets.values()].find(({ pool }) => pool === held.pool) ?? world.subnet(node.subnetId);
    const isPrimary = held.deviceIndex === 0;
    const bases = held.units.map(({ base }) => addressText(base));
    world.interfaces.set(id, {
      networkInterfaceId: id,
      subnetId: subnet.subnetId,
      vpcId: subnet.vpcId,
      availabilityZone: subnet.availabilityZone,
      ownerId: this.#input.ownerId,
      interfaceType: held.trunk ? 'trunk' : 'interface',
      status: 'in-use',
      description: descriptionOf(node, held),
      requesterId: null,
      requesterManaged: false,
      operator: null,
      attachment:
        known?.attachment ??
        world.attachment({
          instanceId: node.instanceId,
          instanceOwnerId: this.#input.ownerId,
          deviceIndex: held.deviceIndex,
          deleteOnTermination: true,
        }),
      addresses: [addressText(held.primaryAddress), ...(node.cni.usesPrefixes ? [] : bases)],
      prefixes: node.cni.usesPrefixes ? bases.map((base) => `${base}/28`) : [],
      ipv6Addresses: [],
      // A /80 for each node, by the position of its address in the VPC.
      ipv6Prefixes:
        this.#input.podNetwork === 'ipv6'
          ? [`2001:db8::${held.primaryAddress.toString(16).slice(-4)}:0:0:0/80`]
          : [],
      tags:
        known?.tags ??
        (held.trunk ? this.#trunkTags(node.instanceId) : this.#interfaceTags(node.instanceId, isPrimary)),
    });
  }

  /** As the CNI tags its interfaces; it puts no `createdAt` on a primary one (amazon-vpc-cni-k8s, `pkg/ipamd/ipamd.go`). */
  #interfaceTags(instanceId: string, isPrimary: boolean): Tags {
    return {
      'node.k8s.amazonaws.com/instance_id': instanceId,
      ...(isPrimary
        ? {}
        : {
            'node.k8s.amazonaws.com/createdAt': new Date(this.#world.now).toISOString().replace('.000', ''),
          }),
      'cluster.k8s.amazonaws.com/name': this.#input.name,
      'eks:eni:owner': 'amazon-vpc-cni',
    };
  }

  /** As the VPC resource controller tags a trunk (amazon-vpc-resource-controller-k8s, `pkg/config/type.go`). */
  #trunkTags(instanceId: string): Tags {
    return {
      'node.k8s.amazonaws.com/instance_id': instanceId,
      [`kubernetes.io/cluster/${this.#input.name}`]: 'owned',
      'eks:eni:owner': 'eks-vpc-resource-controller',
    };
  }

  #autoScalingGroupName(group: NodeGroupInput): string {
    return `eks-${this.#input.name}-${group.name}`;
  }

  #recordAutoScalingGroup(group: NodeGroupInput, running: readonly RunningNode[]): void {
    if (group.nodePool) return;
    const name = this.#autoScalingGroupName(group);
    const nodes = running.filter((node) => node.group === group);
    this.#world.autoScalingGroups.set(`${this.#input.ownerId}/${this.#input.region}/${name}`, {
      name,
      ownerId: this.#input.ownerId,
      region: this.#input.region,
      minSize: group.minSize ?? 0,
      maxSize: group.maxSize,
      desiredCapacity: nodes.length,
      subnetIds: group.subnetIds,
      instanceTypes: [group.instanceType],
      ...(group.launchTemplateId === undefined ? {} : { launchTemplateId: group.launchTemplateId }),
      instances: nodes.map(({ instanceId, subnetId }) => ({
        instanceId,
        instanceType: group.instanceType,
        availabilityZone: this.#world.subnet(subnetId).availabilityZone,
      })),
      tags: {
        [`kubernetes.io/cluster/${this.#input.name}`]: 'owned',
        ...(this.#input.selfManaged
          ? {}
          : { 'eks:cluster-name': this.#input.name, 'eks:nodegroup-name': group.name }),
      },
    });
  }

  #recordCluster(running: readonly RunningNode[], healthIssues: readonly LabHealthIssue[]): void {
    const {
      name,
      ownerId,
      region,
      vpcId,
      version = '1.34',
      controlPlaneSubnetIds,
      fargateProfiles = [],
    } = this.#input;
    this.#world.clusters.set(`${ownerId}/${region}/${name}`, {
      name,
      ownerId,
      region,
      version,
      status: 'ACTIVE',
      vpcId,
      subnetIds: controlPlaneSubnetIds,
      ipFamily: this.#input.podNetwork === 'ipv6' ? 'ipv6' : 'ipv4',
      ...(this.#input.serviceIpv4Cidr === undefined ? {} : { serviceIpv4Cidr: this.#input.serviceIpv4Cidr }),
      autoMode: false,
      healthIssues,
      nodeGroups: this.#input.nodeGroups
        .filter(({ nodePool }) => !nodePool)
        .map((group) => ({
          name: group.name,
          status: 'ACTIVE',
          minSize: group.minSize ?? 0,
          maxSize: group.maxSize,
          desiredSize: running.filter((node) => node.group === group).length,
          subnetIds: group.subnetIds,
          instanceTypes: [group.instanceType],
          autoScalingGroup: this.#autoScalingGroupName(group),
          healthIssues: [],
        })),
      fargateProfiles,
      vpcCni:
        this.#input.podNetwork === 'overlay'
          ? null
          : { version: 'v1.23.1-eksbuild.1', configuration: this.#addonConfiguration() },
    });
  }

  /** The add-on's configuration as people write it: the settings that differ from the CNI's own. */
  #addonConfiguration(): string | null {
    const settings = this.#settings;
    const changed = <Key extends keyof CniSettings>(key: Key): boolean =>
      settings[key] !== DEFAULT_CNI_SETTINGS[key];
    const env = {
      ...Object.fromEntries(
        SETTING_NAMES.flatMap(([key, name]) => (changed(key) ? [[name, String(settings[key])]] : [])),
      ),
      ...byZone(this.#input.eniConfigs),
    };
    return Object.keys(env).length === 0 ? null : JSON.stringify({ env });
  }
}
