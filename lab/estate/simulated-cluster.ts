import type { Tags } from '../../shared/model/inventory.ts';
import { AllocationError } from '../cni/allocation-error.ts';
import { CniNode, type NodeInterface } from '../cni/cni-node.ts';
import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../cni/cni-settings.ts';
import { addressText } from '../cni/ipv4-range.ts';
import type { SubnetPool } from '../cni/subnet-pool.ts';
import { nodeLimits } from '../services/ec2/instance-types.ts';
import type { LabEksCluster, LabHealthIssue } from './records.ts';
import type { World } from './world.ts';

interface NodeGroupInput {
  readonly name: string;
  readonly instanceType: string;
  readonly subnetIds: readonly [string, ...string[]];
  readonly minSize?: number;
  readonly maxSize: number;
  /** Karpenter's node pool in place of a managed node group. */
  readonly nodePool?: boolean;
}

interface ClusterInput {
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
  /** Subnets beside a node's own in which the CNI may create interfaces: those tagged `kubernetes.io/role/cni`. */
  readonly discoveredSubnetIds?: () => readonly string[];
  readonly fargateProfiles?: LabEksCluster['fargateProfiles'];
  /** Known from tags alone: the EKS API has never heard of it. */
  readonly selfManaged?: boolean;
  readonly tags?: Tags;
}

interface RunningNode {
  readonly instanceId: string;
  readonly group: NodeGroupInput;
  readonly subnetId: string;
  readonly cni: CniNode;
  readonly interfaceIds: Map<NodeInterface, string>;
  recordedRevision: number;
}

/** A cluster that lives in a world: nodes, their CNI pools, and the pods on them, recorded as EC2, EKS and Auto Scaling show them. */
export class SimulatedCluster {
  readonly name: string;
  readonly #world: World;
  readonly #input: ClusterInput;
  readonly #nodes: RunningNode[] = [];
  readonly #settings: CniSettings;
  #healthIssues: readonly LabHealthIssue[] = [];
  /** What EC2 refused since the cluster began, by code. */
  readonly refusals = new Map<string, number>();

  constructor(world: World, input: ClusterInput) {
    this.#world = world;
    this.#input = input;
    this.name = input.name;
    this.#settings = { ...DEFAULT_CNI_SETTINGS, ...input.settings };
    for (const subnetId of input.controlPlaneSubnetIds.slice(0, 4)) {
      world.createInterface({
        subnetId,
        description: `Amazon EKS ${input.name}`,
        requesterId: 'amazon-eks',
        requesterManaged: true,
        attachment: {},
      });
    }
    for (const group of input.nodeGroups) this.scale(group.name, group.minSize ?? 0);
    this.record();
  }

  get nodes(): number {
    return this.#nodes.length;
  }

  get pods(): number {
    return this.#nodes.reduce((sum, { cni }) => sum + cni.pods, 0);
  }

  /**
   * Brings a node group to `size`, at most its maximum. Each node goes to the group's subnet with most available
   * addresses, as an Auto Scaling group over several zones evens itself out. Returns whether EC2 granted them all.
   */
  scale(groupName: string, size: number): boolean {
    const group = this.#group(groupName);
    const running = this.#nodes.filter((node) => node.group === group);
    for (const node of running.slice(Math.max(size, 0))) this.#terminate(node);
    for (let count = running.length; count < Math.min(size, group.maxSize); count += 1) {
      if (!this.#start(group)) return false;
    }
    return true;
  }

  /** Brings the number of pods that hold an address to `count`, as far as it goes; returns how many are left without one. */
  runPods(count: number): number {
    let missing = count - this.pods;
    if (missing < 0) this.#stopPods(-missing);
    for (let progress = true; missing > 0 && progress; ) {
      const before = missing;
      const emptiestFirst = this.#nodes.toSorted((a, b) => a.cni.pods - b.cni.pods);
      for (const { cni } of emptiestFirst) {
        if (missing > 0) missing -= cni.startPods(1);
        this.#note(cni.settle());
      }
      progress = missing < before;
    }
    return Math.max(0, missing);
  }

  /** As `runPods`, and starts nodes of the group while pods are waiting; idle nodes go. */
  runPodsAutoscaled(count: number, groupName: string): number {
    let pending = this.runPods(count);
    while (pending > 0 && this.#sizeOf(groupName) < this.#group(groupName).maxSize) {
      if (!this.#start(this.#group(groupName))) break;
      pending = this.runPods(count);
    }
    const minimum = this.#group(groupName).minSize ?? 0;
    for (const node of this.#nodes.toReversed()) {
      const spare = this.#sizeOf(groupName) > Math.max(minimum, 1);
      if (pending === 0 && spare && node.group.name === groupName && node.cni.pods === 0)
        this.#terminate(node);
    }
    return pending;
  }

  /** What EKS reports of the cluster's health. */
  setHealthIssues(issues: readonly LabHealthIssue[]): void {
    this.#healthIssues = issues;
  }

  /** Writes the cluster's state into the world. Call it after a change; the world's views do not see it before. */
  record(): void {
    for (const node of this.#nodes) {
      if (node.recordedRevision === node.cni.revision) continue;
      node.recordedRevision = node.cni.revision;
      this.#recordInterfaces(node);
    }
    for (const group of this.#input.nodeGroups) this.#recordAutoScalingGroup(group);
    if (!this.#input.selfManaged) this.#recordCluster();
  }

  #group(name: string): NodeGroupInput {
    const group = this.#input.nodeGroups.find((each) => each.name === name);
    if (group === undefined) throw new RangeError(`The cluster ${this.name} has no node group ${name}.`);
    return group;
  }

  #sizeOf(groupName: string): number {
    return this.#nodes.filter(({ group }) => group.name === groupName).length;
  }

  #stopPods(count: number): void {
    let left = count;
    for (const { cni } of this.#nodes.toSorted((a, b) => a.cni.pods - b.cni.pods)) {
      left -= cni.stopPods(left);
      this.#note(cni.settle());
    }
  }

  #note(refused: readonly AllocationError[]): void {
    for (const { code } of refused) this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
  }

  #podSubnets(subnetId: string): readonly SubnetPool[] {
    const { customNetworkingSubnetId, discoveredSubnetIds } = this.#input;
    if (customNetworkingSubnetId !== undefined) return [this.#world.pool(customNetworkingSubnetId)];
    return [subnetId, ...(discoveredSubnetIds?.() ?? [])].map((id) => this.#world.pool(id));
  }

  #start(group: NodeGroupInput): boolean {
    const available = (subnetId: string): number => this.#world.pool(subnetId).availableIpAddressCount;
    const subnetId = group.subnetIds.reduce((best, each) =>
      available(each) > available(best) ? each : best,
    );
    try {
      const cni = new CniNode(nodeLimits(group.instanceType), this.#settings, this.#world.pool(subnetId), {
        podSubnets: () => this.#podSubnets(subnetId),
        customNetworking: this.#input.customNetworkingSubnetId !== undefined,
      });
      const node = {
        instanceId: this.#world.newId('i'),
        group,
        subnetId,
        cni,
        interfaceIds: new Map(),
        recordedRevision: -1,
      };
      this.#note(cni.settle());
      this.#nodes.push(node);
      this.#recordInstance(node);
      return true;
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      this.#note([error]);
      return false;
    }
  }

  #terminate(node: RunningNode): void {
    node.cni.terminate();
    for (const id of node.interfaceIds.values()) this.#world.interfaces.delete(id);
    this.#world.instances.delete(node.instanceId);
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
  }

  #recordInstance({ instanceId, group, subnetId, cni }: RunningNode): void {
    const { vpcId, ownerId } = this.#input;
    const primary = cni.interfaces[0]?.primaryAddress;
    const owner: Tags = group.nodePool
      ? { 'karpenter.sh/nodepool': group.name, 'eks:eks-cluster-name': this.name }
      : {
          'eks:cluster-name': this.name,
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
        Name: `${this.name}-${group.name}`,
        [`kubernetes.io/cluster/${this.name}`]: 'owned',
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
      interfaceType: 'interface',
      status: 'in-use',
      description: isPrimary ? '' : `aws-K8S-${node.instanceId}`,
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
      ipv6Prefixes: [],
      tags: known?.tags ?? this.#interfaceTags(node.instanceId, isPrimary),
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
      'cluster.k8s.amazonaws.com/name': this.name,
      'eks:eni:owner': 'amazon-vpc-cni',
    };
  }

  #autoScalingGroupName(group: NodeGroupInput): string {
    return `eks-${this.name}-${group.name}`;
  }

  #recordAutoScalingGroup(group: NodeGroupInput): void {
    if (group.nodePool) return;
    const name = this.#autoScalingGroupName(group);
    const nodes = this.#nodes.filter((node) => node.group === group);
    this.#world.autoScalingGroups.set(`${this.#input.ownerId}/${this.#input.region}/${name}`, {
      name,
      ownerId: this.#input.ownerId,
      region: this.#input.region,
      minSize: group.minSize ?? 0,
      maxSize: group.maxSize,
      desiredCapacity: nodes.length,
      subnetIds: group.subnetIds,
      instanceTypes: [group.instanceType],
      instances: nodes.map(({ instanceId, subnetId }) => ({
        instanceId,
        instanceType: group.instanceType,
        availabilityZone: this.#world.subnet(subnetId).availabilityZone,
      })),
      tags: {
        [`kubernetes.io/cluster/${this.name}`]: 'owned',
        ...(this.#input.selfManaged
          ? {}
          : { 'eks:cluster-name': this.name, 'eks:nodegroup-name': group.name }),
      },
    });
  }

  #recordCluster(): void {
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
      ipFamily: 'ipv4',
      autoMode: false,
      healthIssues: this.#healthIssues,
      nodeGroups: this.#input.nodeGroups
        .filter(({ nodePool }) => !nodePool)
        .map((group) => ({
          name: group.name,
          status: 'ACTIVE',
          minSize: group.minSize ?? 0,
          maxSize: group.maxSize,
          desiredSize: this.#sizeOf(group.name),
          subnetIds: group.subnetIds,
          instanceTypes: [group.instanceType],
          autoScalingGroup: this.#autoScalingGroupName(group),
          healthIssues: [],
        })),
      fargateProfiles,
      vpcCni: { version: 'v1.23.1-eksbuild.1', configuration: this.#addonConfiguration() },
    });
  }

  /** The add-on's configuration as people write it: the settings that differ from the CNI's own. */
  #addonConfiguration(): string | null {
    const env = {
      ...(this.#settings.prefixDelegation && { ENABLE_PREFIX_DELEGATION: 'true' }),
      ...(this.#settings.warmIpTarget !== null && { WARM_IP_TARGET: String(this.#settings.warmIpTarget) }),
      ...(this.#settings.minimumIpTarget !== null && {
        MINIMUM_IP_TARGET: String(this.#settings.minimumIpTarget),
      }),
      ...(this.#input.customNetworkingSubnetId !== undefined && {
        AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
      }),
    };
    return Object.keys(env).length === 0 ? null : JSON.stringify({ env });
  }
}
