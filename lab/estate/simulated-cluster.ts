import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../shared/model/cni/cni-settings.ts';
import { AllocationError } from '../cni/allocation-error.ts';
import { CniNode, HOST_NETWORK_PODS } from '../cni/cni-node.ts';
import { addressText } from '../cni/ipv4-range.ts';
import type { SubnetPool } from '../cni/subnet-pool.ts';
import { nodeLimits } from '../services/ec2/instance-types.ts';
import type { ClusterController, ClusterState, GroupChanges, SimulatedJob } from './cluster-controller.ts';
import {
  type ClusterInput,
  ClusterRecords,
  type NodeGroupInput,
  type RunningNode,
  variablesOf,
} from './cluster-records.ts';
import type { LabHealthIssue } from './records.ts';
import type { World } from './world.ts';

/** What EKS gives Services in a VPC within 10.0.0.0/8. Source: EKS API, KubernetesNetworkConfigRequest. */
const SERVICES = '172.20.0.0/16';
/** `kubernetes` and `kube-dns`. */
const FIRST_SERVICES = 2;
/** The ENIConfig of a node that names none (amazon-vpc-cni-k8s, `pkg/eniconfig`). */
const DEFAULT_ENI_CONFIG = 'default';

/** A cluster that lives in a world: nodes, their CNI pools, and the pods on them, recorded as EC2, EKS and Auto Scaling show them. */
export class SimulatedCluster implements ClusterController {
  readonly name: string;
  readonly #world: World;
  readonly #input: ClusterInput;
  readonly #nodes: RunningNode[] = [];
  readonly #settings: CniSettings;
  readonly #records: ClusterRecords;
  #healthIssues: readonly LabHealthIssue[] = [];
  #waiting = 0;
  #job: SimulatedJob | null = null;
  #waitingSince: number | null = null;
  /** What EC2 refused since the cluster began, by code. */
  readonly refusals = new Map<string, number>();

  constructor(world: World, input: ClusterInput) {
    this.#world = world;
    // Its own copy: orders from EKS and Auto Scaling change it.
    this.#input = { ...input, nodeGroups: input.nodeGroups.map((group) => ({ ...group })) };
    this.name = input.name;
    this.#settings = {
      ...DEFAULT_CNI_SETTINGS,
      customNetworking: input.customNetworkingSubnetId !== undefined || input.eniConfigs !== undefined,
      ...input.settings,
    };
    this.#records = new ClusterRecords(world, this.#input, this.#settings);
    this.#createControlPlane();
    for (const group of input.nodeGroups) this.scale(group.name, group.minSize ?? 0);
    this.record();
    world.controllers.set(this.name, this);
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

  /** From now on all pods beyond so many belong to a Job; `null`: it is gone. */
  setJob(job: SimulatedJob | null): void {
    this.#job = job;
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
    this.#waiting = Math.max(0, missing);
    this.#waitingSince = this.#waiting === 0 ? null : (this.#waitingSince ?? this.#world.now);
    return this.#waiting;
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
    this.#records.record(this.#nodes, this.#healthIssues);
  }

  /**
   * The CNI's environment changes, and every node settles by it. Settings that the lab does not know are passed over. A node that
   * runs keeps its single addresses or its prefixes; only new nodes take the other kind.
   */
  configure(environment: Readonly<Record<string, string>>): void {
    const whole = (name: string): number | null =>
      environment[name] === undefined ? null : Number(environment[name]);
    Object.assign(this.#settings, {
      warmIpTarget: whole('WARM_IP_TARGET'),
      minimumIpTarget: whole('MINIMUM_IP_TARGET'),
      ...(environment['ENABLE_PREFIX_DELEGATION'] === undefined
        ? {}
        : { prefixDelegation: environment['ENABLE_PREFIX_DELEGATION'] === 'true' }),
    });
    for (const { cni } of this.#nodes) this.#note(cni.settle());
    this.record();
  }

  /** As UpdateNodegroupConfig and UpdateAutoScalingGroup do. */
  resize(groupName: string, changes: GroupChanges): void {
    const { desiredSize, ...bounds } = changes;
    Object.assign(this.#group(groupName), bounds);
    if (desiredSize !== undefined) this.scale(groupName, desiredSize);
    this.record();
  }

  /** As UpdateClusterConfig does: the control plane's interfaces move to other subnets. */
  moveControlPlane(subnetIds: readonly string[]): void {
    const description = `Amazon EKS ${this.name}`;
    for (const each of this.#world.interfaces.values()) {
      if (each.description === description) this.#world.deleteInterface(each.networkInterfaceId);
    }
    Object.assign(this.#input, { controlPlaneSubnetIds: subnetIds });
    this.#createControlPlane();
    this.record();
  }

  kubernetes(): ClusterState {
    const { customNetworkingSubnetId, eniConfigs, maxReplicas, podNetwork, region } = this.#input;
    // The scheduler fills nodes up to the pods that they admit. What is beyond that waits for a node.
    let waiting = this.#waiting;
    const nodes = this.#nodes.map(({ instanceId, group, subnetId, cni }, index) => {
      const cniReady = this.#isCniReady(cni) && index >= (this.#input.cniNotReadyOn ?? 0);
      const waitingPods = cniReady ? Math.min(waiting, Math.max(0, cni.maxPodAddresses - cni.pods)) : 0;
      waiting -= waitingPods;
      return {
        instanceId,
        instanceType: group.instanceType,
        address: addressText(cni.interfaces[0]?.primaryAddress ?? 0),
        region,
        availabilityZone: this.#world.subnet(subnetId).availabilityZone,
        group: group.name,
        nodePool: group.nodePool === true,
        maxPods: cni.maxPodAddresses + HOST_NETWORK_PODS,
        podAddresses: cni.podAddresses.map(addressText),
        waitingPods,
        cniReady,
      };
    });
    return {
      nodes,
      cniVariables: variablesOf(this.#settings, this.#input),
      eniConfigs:
        eniConfigs ??
        (customNetworkingSubnetId === undefined ? {} : { [DEFAULT_ENI_CONFIG]: customNetworkingSubnetId }),
      waitingSince: this.#waitingSince,
      maxReplicas: maxReplicas ?? null,
      job: this.#job,
      serviceCidr: podNetwork === 'ipv6' ? null : (this.#input.serviceIpv4Cidr ?? SERVICES),
      services: this.#input.services ?? FIRST_SERVICES,
    };
  }

  /** Under custom networking ipamd does not start without an interface for pods (amazon-vpc-cni-k8s, `nodeInit`). */
  #isCniReady({ interfaces }: CniNode): boolean {
    return (
      this.#input.podNetwork !== undefined ||
      !this.#settings.customNetworking ||
      interfaces.some(({ deviceIndex, trunk }) => deviceIndex > 0 && !trunk)
    );
  }

  /** As an ENIConfig does: pods of new interfaces take their addresses there. */
  usePodSubnet(customNetworkingSubnetId: string): void {
    Object.assign(this.#input, { customNetworkingSubnetId });
  }

  #createControlPlane(): void {
    for (const subnetId of this.#input.controlPlaneSubnetIds.slice(0, 4)) {
      this.#world.createInterface({
        subnetId,
        description: `Amazon EKS ${this.name}`,
        requesterId: 'amazon-eks',
        requesterManaged: true,
        attachment: {},
      });
    }
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
    const { customNetworkingSubnetId, discoveredSubnetIds, eniConfigs } = this.#input;
    if (eniConfigs !== undefined) {
      const podSubnet = eniConfigs[this.#world.subnet(subnetId).availabilityZone];
      return podSubnet === undefined ? [] : [this.#world.pool(podSubnet)];
    }
    if (customNetworkingSubnetId !== undefined) return [this.#world.pool(customNetworkingSubnetId)];
    const discovered = [...(discoveredSubnetIds?.() ?? []), ...this.#taggedBeside(subnetId)];
    return [...new Set([subnetId, ...discovered])].map((id) => this.#world.pool(id));
  }

  /** Subnets of the same VPC and zone that a tag opens to the CNI (amazon-vpc-cni-k8s, `docs/subnet-discovery.md`). */
  #taggedBeside(subnetId: string): readonly string[] {
    const { vpcId, availabilityZone } = this.#world.subnet(subnetId);
    return [...this.#world.subnets.values()]
      .filter(
        (subnet) =>
          subnet.vpcId === vpcId &&
          subnet.availabilityZone === availabilityZone &&
          subnet.tags['kubernetes.io/role/cni'] === '1',
      )
      .map((subnet) => subnet.subnetId);
  }

  /** Karpenter selects subnets by its tag, where any has it; a group keeps those that it was given. */
  #subnetsOf(group: NodeGroupInput): readonly [string, ...string[]] {
    const [first, ...rest] = group.nodePool
      ? [...this.#world.subnets.values()].flatMap(({ subnetId, tags }) =>
          tags['karpenter.sh/discovery'] === this.name ? [subnetId] : [],
        )
      : [];
    return first === undefined ? group.subnetIds : [first, ...rest];
  }

  #start(group: NodeGroupInput): boolean {
    const available = (subnetId: string): number => this.#world.pool(subnetId).availableIpAddressCount;
    const subnetId = this.#subnetsOf(group).reduce((best, each) =>
      available(each) > available(best) ? each : best,
    );
    try {
      const cni = new CniNode(nodeLimits(group.instanceType), this.#settings, this.#world.pool(subnetId), {
        podSubnets: () => this.#podSubnets(subnetId),
      });
      const node = {
        instanceId: this.#world.newId('i'),
        group,
        subnetId,
        cni,
        interfaceIds: new Map(),
        recordedRevision: -1,
      };
      if (this.#input.podNetwork === undefined) this.#note(cni.settle());
      this.#nodes.push(node);
      this.#records.recordInstance(node);
      return true;
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      this.#note([error]);
      this.#noteFailedLaunch(group, subnetId);
      return false;
    }
  }

  /** Auto Scaling passes on EC2's message. Karpenter starts its nodes without it. */
  #noteFailedLaunch(group: NodeGroupInput, subnetId: string): void {
    if (group.nodePool) return;
    this.#world.noteFailedLaunch({
      groupName: `eks-${this.name}-${group.name}`,
      ownerId: this.#input.ownerId,
      region: this.#input.region,
      subnetId,
      message: `There are not enough free addresses in subnet '${subnetId}' to satisfy the requested number of instances. Launching EC2 instance failed.`,
    });
  }

  #terminate(node: RunningNode): void {
    node.cni.terminate();
    this.#records.forget(node);
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
  }
}
