import { type CniSettings, DEFAULT_CNI_SETTINGS } from '../../shared/model/cni/cni-settings.ts';
import { AllocationError } from '../cni/allocation-error.ts';
import { CniNode } from '../cni/cni-node.ts';
import type { SubnetPool } from '../cni/subnet-pool.ts';
import { nodeLimits } from '../services/ec2/instance-types.ts';
import {
  type ClusterInput,
  ClusterRecords,
  type NodeGroupInput,
  type RunningNode,
} from './cluster-records.ts';
import type { LabHealthIssue } from './records.ts';
import type { World } from './world.ts';

/** A cluster that lives in a world: nodes, their CNI pools, and the pods on them, recorded as EC2, EKS and Auto Scaling show them. */
export class SimulatedCluster {
  readonly name: string;
  readonly #world: World;
  readonly #input: ClusterInput;
  readonly #nodes: RunningNode[] = [];
  readonly #settings: CniSettings;
  readonly #records: ClusterRecords;
  #healthIssues: readonly LabHealthIssue[] = [];
  /** What EC2 refused since the cluster began, by code. */
  readonly refusals = new Map<string, number>();

  constructor(world: World, input: ClusterInput) {
    this.#world = world;
    this.#input = input;
    this.name = input.name;
    this.#settings = {
      ...DEFAULT_CNI_SETTINGS,
      customNetworking: input.customNetworkingSubnetId !== undefined,
      ...input.settings,
    };
    this.#records = new ClusterRecords(world, input, this.#settings);
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
    this.#records.record(this.#nodes, this.#healthIssues);
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
      this.#records.recordInstance(node);
      return true;
    } catch (error) {
      if (!(error instanceof AllocationError)) throw error;
      this.#note([error]);
      return false;
    }
  }

  #terminate(node: RunningNode): void {
    node.cni.terminate();
    this.#records.forget(node);
    this.#nodes.splice(this.#nodes.indexOf(node), 1);
  }
}
