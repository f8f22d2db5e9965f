import { smallestOf } from '../base/extremes.ts';
import type { WaitingPod } from '../result/pods.ts';
import type { KubernetesReading, SandboxFailure } from './observed.ts';
import type { PodOwners } from './pod-owners.ts';

/** What the VPC CNI and EC2 answer when there is no address. Source: amazon-vpc-cni-k8s v1.23, `cmd/routed-eni-cni-plugin`. */
const NO_ADDRESS =
  /failed to assign an IP address|no available IP|InsufficientFreeAddresses|InsufficientCidrBlocks|not enough free addresses/i;

/**
 * Pods that wait for an address: they have a node, no address, and an event that says so. `null`: pods, nodes or events could not
 * be read.
 */
export const waitingPods = (
  { pods, nodes, sandboxFailures }: KubernetesReading,
  owners: PodOwners,
): readonly WaitingPod[] | null => {
  if (!pods.known || !nodes.known || !sandboxFailures.known) return null;
  const instances = new Map(nodes.value.map(({ name, instanceId }) => [name, instanceId]));
  const failures = Map.groupBy(
    sandboxFailures.value.filter(({ text }) => NO_ADDRESS.test(text)),
    ({ namespace, podName }) => `${namespace}/${podName}`,
  );
  return pods.value.flatMap((pod): WaitingPod[] => {
    const { addresses, namespace, name, nodeName, uid } = pod;
    if (nodeName === null || addresses.length > 0 || pod.phase !== 'Pending') return [];
    const own = (failures.get(`${namespace}/${name}`) ?? []).filter(
      ({ podUid }) => podUid === null || uid === null || podUid === uid,
    );
    const last = own.toSorted((a, b) => (b.lastSeen ?? 0) - (a.lastSeen ?? 0))[0];
    if (last === undefined) return [];
    return [
      {
        namespace,
        name,
        workload: owners.workloadOf(pod),
        nodeName,
        instanceId: instances.get(nodeName) ?? null,
        since: firstOf(own),
        failures: own.reduce((sum, { count }) => sum + count, 0),
        text: last.text,
      },
    ];
  });
};

const firstOf = (failures: readonly SandboxFailure[]): string | null => {
  const times = failures.flatMap(({ firstSeen }) => firstSeen ?? []);
  return times.length === 0 ? null : new Date(smallestOf(times)).toISOString();
};
