import type { NetworkInterface } from '../aws/inventory.ts';
import { parseCidr } from '../net/cidr.ts';
import { formatIpv4, parseIpv4 } from '../net/ipv4.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { AddressHolder, ClusterPods, NodePods, PodHolders, SubnetPods } from '../result/pods.ts';
import type { KubernetesNode, KubernetesPod, KubernetesReading } from './observed.ts';
import { PodOwners } from './pod-owners.ts';
import { type NodeStep, withScan } from './pod-rhythm.ts';
import { waitingPods } from './waiting-pods.ts';

/** What is kept of each list: a stored assessment must stay small. Sums count all of them. */
const LARGEST_KEPT = 200;

/** Which pod has an address, and whether an interface with it was seen. */
interface PodAddress {
  readonly pod: KubernetesPod;
  seen: 'no' | 'on-node' | 'own-interface';
  /** The subnet of the node's interface that holds it. */
  subnetId: string | null;
}

interface Count {
  used: number;
  warm: number;
}

/**
 * Joins the pods of one cluster to network interfaces by address, while the interfaces arrive. Every address that a node holds
 * for pods is used or warm; every pod's address is on a node, on an interface of its own, or unexplained. It keeps counts for
 * each node and subnet, and one entry for each pod.
 */
export class PodJoin {
  readonly #reading: KubernetesReading;
  readonly #pods = new Map<number, PodAddress>();
  readonly #nodes: ReadonlyMap<string, KubernetesNode>;
  /** Nodes outside EC2, by name: pods of hybrid nodes have no address of the VPC. */
  readonly #outside: ReadonlySet<string>;
  readonly #byNode = new Map<string, Count>();
  readonly #bySubnet = new Map<string, Count>();

  /** @returns `null` where pods or nodes could not be read: then nothing can be joined */
  static of(reading: KubernetesReading): PodJoin | null {
    const { pods, nodes } = reading;
    return pods.known && nodes.known ? new PodJoin(reading, pods.value, nodes.value) : null;
  }

  private constructor(
    reading: KubernetesReading,
    pods: readonly KubernetesPod[],
    nodes: readonly KubernetesNode[],
  ) {
    this.#reading = reading;
    this.#nodes = new Map(
      nodes.flatMap((node) => (node.instanceId === null ? [] : [[node.instanceId, node]])),
    );
    this.#outside = new Set(
      nodes.flatMap(({ instanceId, name, runsVpcCni }) => (instanceId === null && !runsVpcCni ? [name] : [])),
    );
    for (const pod of pods) {
      for (const text of pod.addresses) {
        const address = parseIpv4(text);
        // A deleted pod may linger in the list with an address that another pod has by now.
        if (address !== null && !this.#pods.has(address))
          this.#pods.set(address, { pod, seen: 'no', subnetId: null });
      }
    }
  }

  /** Takes an interface of the target, any interface. */
  add({ attachment, interfaceType, ipv4Prefixes, privateAddresses, subnetId }: NetworkInterface): void {
    const instanceId = attachment?.instanceId ?? '';
    if (!this.#nodes.has(instanceId)) {
      // Other VPCs may use the same range, so that an address alone proves nothing.
      if (interfaceType !== 'branch') return;
      for (const { address } of privateAddresses) this.#mark(parseIpv4(address), 'own-interface', null);
      return;
    }
    const held = new Set<number>();
    for (const prefix of ipv4Prefixes) {
      const first = parseCidr(prefix)?.base;
      for (let index = 0; first !== undefined && index < ADDRESSES_PER_PREFIX; index += 1) {
        held.add(first + index);
      }
    }
    for (const { address, primary } of privateAddresses) {
      const number = primary ? null : parseIpv4(address);
      if (number !== null) held.add(number);
    }
    let used = 0;
    for (const address of held) if (this.#mark(address, 'on-node', subnetId)) used += 1;
    count(this.#byNode, instanceId, used, held.size - used);
    count(this.#bySubnet, subnetId, used, held.size - used);
  }

  /**
   * Concludes.
   *
   * @param previous what the scan before this one found; `null` where there is none
   */
  finish(previous: ClusterPods | null): ClusterPods {
    const owners = new PodOwners(this.#reading);
    const all = new HolderCounts();
    const bySubnet = new Map<string, HolderCounts>();
    const unexplained: string[] = [];
    let ownInterface = 0;
    for (const [address, { pod, seen, subnetId }] of this.#pods) {
      if (seen === 'no') {
        // Fargate runs pods on interfaces that the account may not see.
        if (pod.ownInterface === true) ownInterface += 1;
        else if (!this.#outside.has(pod.nodeName ?? '')) unexplained.push(formatIpv4(address));
        continue;
      }
      if (seen === 'own-interface') ownInterface += 1;
      all.add(pod, owners);
      if (subnetId === null) continue;
      const here = bySubnet.get(subnetId) ?? new HolderCounts();
      here.add(pod, owners);
      bySubnet.set(subnetId, here);
    }
    const nodes = this.#nodePods();
    const used = sum(nodes.map((node) => node.used));
    const warm = sum(nodes.map((node) => node.warm));
    return {
      at: new Date(this.#reading.at).toISOString(),
      used,
      warm,
      unexplained: unexplained.length,
      ownInterface,
      steady: previous === null ? null : steadyOf(nodes, unexplained, previous),
      nodes,
      subnets: [...this.#bySubnet].map(
        ([subnetId, counts]): SubnetPods => ({
          subnetId,
          ...counts,
          ...(bySubnet.get(subnetId) ?? new HolderCounts()).holders(),
        }),
      ),
      ...all.holders(),
      waiting: waitingPods(this.#reading, owners),
      rhythm: withScan(previous?.rhythm ?? null, this.#steps(nodes, previous), this.#reading.at),
      unexplainedAddresses: unexplained.toSorted().slice(0, LARGEST_KEPT),
    };
  }

  /** Whether a pod has the address. */
  #mark(address: number | null, where: PodAddress['seen'], subnetId: string | null): boolean {
    const found = address === null ? undefined : this.#pods.get(address);
    if (found === undefined) return false;
    if (found.seen === 'on-node') return true;
    found.seen = where;
    found.subnetId = subnetId;
    return true;
  }

  #steps(nodes: readonly NodePods[], previous: ClusterPods | null): readonly NodeStep[] {
    const before = new Map(previous?.nodes.map(({ instanceId, used }) => [instanceId, used]));
    return nodes.flatMap(({ instanceId, used }) => {
      const instanceType = this.#nodes.get(instanceId)?.instanceType ?? null;
      return instanceType === null
        ? []
        : [{ instanceType, now: used, before: before.get(instanceId) ?? null }];
    });
  }

  #nodePods(): readonly NodePods[] {
    return [...this.#nodes].map(([instanceId, { name, allocatablePods }]) => ({
      instanceId,
      nodeName: name,
      used: this.#byNode.get(instanceId)?.used ?? 0,
      warm: this.#byNode.get(instanceId)?.warm ?? 0,
      allocatablePods,
    }));
  }
}

/** Counts the addresses of each namespace, workload and team. */
class HolderCounts {
  readonly #namespaces = new Map<string, number>();
  readonly #workloads = new Map<string, number>();
  readonly #teams = new Map<string, number>();

  add(pod: KubernetesPod, owners: PodOwners): void {
    add(this.#namespaces, pod.namespace);
    add(this.#workloads, owners.workloadOf(pod));
    add(this.#teams, owners.teamOf(pod));
  }

  holders(): PodHolders {
    return {
      namespaces: largest(this.#namespaces),
      workloads: largest(this.#workloads),
      teams: largest(this.#teams),
    };
  }
}

/** On each node the smaller of both counts: what came and went between two readings is in one of them only. */
const steadyOf = (
  nodes: readonly NodePods[],
  unexplained: readonly string[],
  previous: ClusterPods,
): NonNullable<ClusterPods['steady']> => {
  const before = new Map(previous.nodes.map(({ instanceId, warm }) => [instanceId, warm]));
  const known = new Set(previous.unexplainedAddresses);
  return {
    warm: sum(nodes.map(({ instanceId, warm }) => Math.min(warm, before.get(instanceId) ?? 0))),
    unexplained: unexplained.filter((address) => known.has(address)).length,
  };
};

const count = (counts: Map<string, Count>, key: string, used: number, warm: number): void => {
  const found = counts.get(key) ?? { used: 0, warm: 0 };
  found.used += used;
  found.warm += warm;
  counts.set(key, found);
};

/** What is not known has no entry: no holder is made up for it. */
const add = (counts: Map<string, number>, name: string | null): void => {
  if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

const largest = (counts: ReadonlyMap<string, number>): readonly AddressHolder[] =>
  [...counts]
    .map(([name, addresses]) => ({ name, addresses }))
    .toSorted((a, b) => b.addresses - a.addresses || (a.name < b.name ? -1 : 1))
    .slice(0, LARGEST_KEPT);
