import type { SubnetAssessment } from '../../result/assessment.ts';
import type { Remedy } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { clustersUsing } from './cluster-subnets.ts';

/** Both take weeks, so they come last. They end the shortage of IPv4 addresses for pods instead of moving it. */

/** `null` where no cluster uses the subnet, one has IPv6 already, or its pods take no address of the VPC. */
export const moveToIpv6 = (estate: Estate, subnet: SubnetAssessment): Remedy | null => {
  const clusters = clustersUsing(estate, subnet);
  const names = clusters.map(({ clusterName }) => clusterName).join(', ');
  return clusters.length === 0 || clusters.some(({ cni, mode }) => cni === 'overlay' || mode === 'ipv6')
    ? null
    : {
        title: `Move ${names} to a new IPv6 cluster`,
        effect:
          'Pods then take IPv6 addresses. A node takes one IPv4 address, and a Fargate pod still takes one. It is a migration, and no command does it.',
        price: 'Weeks of work: the IP family of a cluster is chosen when it is created.',
        when: 'Right for the next cluster, when its workloads can speak IPv6.',
        gains: { addresses: 0, prefixes: 0 },
        commands: [],
        preconditions: [
          {
            text: 'All nodes are Linux on Nitro instances, and no custom networking is needed.',
            holds: clusters.some(({ nodes }) => nodes.some(({ windows }) => windows === true)) ? false : null,
          },
        ],
      };
};

/** `null` where no cluster uses the subnet, or AWS runs its CNI. */
export const useOverlay = (estate: Estate, subnet: SubnetAssessment): Remedy | null => {
  const clusters = clustersUsing(estate, subnet);
  const names = clusters.map(({ clusterName }) => clusterName).join(', ');
  return clusters.length === 0 ||
    clusters.some(({ autoMode, cni, mode }) => autoMode || cni === 'overlay' || mode === 'ipv6')
    ? null
    : {
        title: `Run ${names} with an overlay network, such as Cilium or Calico`,
        effect:
          'Pods then take no address of the VPC at all. A node takes one. It is a migration, and no command does it.',
        price: 'Weeks of work: all nodes are replaced, and AWS does not support the CNI.',
        when: 'Right when pods need no VPC address: no security groups for pods, no targets of type ip.',
        gains: { addresses: 0, prefixes: 0 },
        commands: [],
        preconditions: [
          { text: 'No load balancer sends traffic to pods by their VPC address.', holds: null },
          {
            text: 'No pod has a security group of its own.',
            holds: clusters.every(({ securityGroupsForPods }) => !securityGroupsForPods),
          },
        ],
      };
};
