import type { EksCluster } from '../aws/inventory.ts';
import { aws } from '../base/commands.ts';
import { count } from '../base/text/numbers.ts';
import { cidrContains, cidrsOverlap, parseCidr } from '../net/cidr.ts';
import { firstOverlap } from '../net/free-ranges.ts';
import { undescribedNeighbours } from '../plan/unread-neighbours.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import { eachEksCluster } from './eks-clusters.ts';
import type { Estate } from './estate.ts';
import { ranked } from './remedies/ranked.ts';

interface Overlap {
  /** What has the range: the VPC itself, a VPC at the other end of a connection, or a route. */
  readonly place: string;
  readonly range: string;
  /** A route to a larger network says only that something there may have these addresses. */
  readonly certain: boolean;
}

export const serviceRangeOverlap: Check = {
  kind: 'service-range-overlap',
  label: "A cluster's service range overlaps a network",
  summary: 'service range overlaps a network',
  clear: () => 'its service range no longer overlaps a network',
  about: 'each EKS cluster with an IPv4 service range',
  condition:
    "The range of the cluster's Services overlaps its VPC, a connected VPC, the network of its hybrid nodes, or the destination of a route. Warning. Information where only a route to a larger network covers the range.",
  unknown: 'The range, the connections of the VPC, or the ranges of the connected networks are not known.',
  impact:
    'Nodes answer for the addresses of Services themselves. Where such an address and port exist in the network as well, pods reach the Service instead.',
  settings: 'findings',
  find: ({ estate }) =>
    eachEksCluster(estate, (eks) =>
      eks.ipFamily === 'ipv6' ? [] : [result(estate, eks, eks.serviceIpv4Cidr ?? null)],
    ),
};

const result = (estate: Estate, eks: EksCluster, range: string | null): CheckResult => {
  const subject = estate.eksSubject(eks);
  if (range === null) return notMeasured(subject, "EKS did not say the cluster's service range.");
  const overlaps = overlapsOf(estate, eks, range);
  const evidence = [
    { name: 'serviceRange', value: range },
    ...overlaps.map((overlap) => ({ name: `overlap with ${overlap.place}`, value: overlap.range })),
  ];
  if (overlaps.length === 0) {
    const reason = unknownReason(estate, eks);
    return reason === null ? healthy(subject, evidence) : notMeasured(subject, reason);
  }
  const certain = overlaps.filter((overlap) => overlap.certain);
  return found(subject, certain.length > 0 ? 'warning' : 'info', evidence, () => ({
    title:
      certain.length > 0
        ? `${eks.name}: its service range ${range} overlaps ${count(certain.length, 'network')}`
        : `${eks.name}: routes lead to networks that may use its service range ${range}`,
    explanation: `${overlaps.map((overlap) => `${range} overlaps ${overlap.range} of ${overlap.place}.`).join(' ')} Pods cannot reach an address there that a Service has as well. The range cannot be changed.`,
    remedies: () =>
      ranked({
        title: 'Create the next cluster with another service range',
        effect:
          'A new cluster takes any private range between /24 and /12 that overlaps none of these networks. Until then, keep this range free of what pods must reach.',
        price: 'The work of a migration: the range of a cluster is chosen when it is created.',
        when: 'Right for the next cluster, and now where pods already miss such a host.',
        commands: [
          aws('eks', 'describe-cluster', subject.region, {
            name: eks.name,
            query: 'cluster.kubernetesNetworkConfig',
          }),
        ],
        preconditions: [{ text: 'Pods need to reach hosts in the shared part of the ranges.', holds: null }],
      }),
  }));
};

/** Why nothing found is no all-clear; `null` where it is one. */
const unknownReason = (estate: Estate, { vpcId }: EksCluster): string | null => {
  const connections = estate.input.vpcConnections;
  if (connections === null) return 'The connections of the VPCs could not be read.';
  const unseen = undescribedNeighbours(connections, vpcId);
  return unseen.length === 0 ? null : `The ranges of ${count(unseen.length, 'connected VPC')} are not known.`;
};

const overlapsOf = (estate: Estate, eks: EksCluster, range: string): readonly Overlap[] => {
  const { vpcId } = eks;
  const remote = remoteOverlaps(eks, range);
  if (vpcId === null) return remote;
  const own = firstOverlap([range], estate.vpcs.get(vpcId)?.cidrBlocks ?? []);
  const connected = (estate.input.vpcConnections ?? [])
    .filter(({ vpcs }) => vpcs.some((vpc) => vpc.vpcId === vpcId))
    .flatMap(({ id, vpcs }) =>
      vpcs.flatMap((vpc): readonly Overlap[] => {
        const ranges = vpc.vpcId === vpcId ? null : firstOverlap([range], vpc.cidrBlocks ?? []);
        return ranges === null ? [] : [{ place: `${vpc.vpcId} over ${id}`, range: ranges[1], certain: true }];
      }),
    );
  return [
    ...(own === null ? [] : [{ place: `its own VPC ${vpcId}`, range: own[1], certain: true }]),
    ...connected,
    ...remote,
    ...routeOverlaps(estate, vpcId, range, [
      ...(own === null ? [] : [own[1]]),
      ...[...connected, ...remote].map((each) => each.range),
    ]),
  ];
};

/**
 * The networks of hybrid nodes and of their pods. `outsideRanges` names the service range as well.
 * Source: EKS user guide, prepare networking for hybrid nodes.
 */
const remoteOverlaps = ({ outsideRanges }: EksCluster, range: string): readonly Overlap[] =>
  (outsideRanges ?? [])
    .filter((remote) => remote !== range && firstOverlap([range], [remote]) !== null)
    .map((remote) => ({ place: 'its hybrid nodes', range: remote, certain: true }));

/** Routes of the VPC that lead elsewhere. A default route names no network; one to a range that is named above says no more. */
const routeOverlaps = (
  estate: Estate,
  vpcId: string,
  range: string,
  named: readonly string[],
): readonly Overlap[] => {
  const services = parseCidr(range);
  if (services === null) return [];
  const seen = new Set(named);
  return (estate.input.routeTables ?? [])
    .filter((table) => table.vpcId === vpcId)
    .flatMap(({ routes }) => routes)
    .flatMap(({ active, destination, target }): readonly Overlap[] => {
      const network = parseCidr(destination);
      if (!active || target === 'local' || target === null || network === null || network.length === 0)
        return [];
      if (seen.has(destination) || !cidrsOverlap(network, services)) return [];
      seen.add(destination);
      return [
        { place: `the route to ${target}`, range: destination, certain: cidrContains(services, network) },
      ];
    });
};
