/** A rule that a figure rests on, with its source. */
export interface Rule {
  readonly id: string;
  readonly text: string;
  readonly source: string;
}

const CNI = 'amazon-vpc-cni-k8s v1.23, pkg/ipamd/ipamd.go';

export const RULES = {
  pool: {
    id: 'cni-pool',
    text: 'A node holds what the VPC CNI decides for its pods and its warm targets. See `headroom plan node`.',
    source: CNI,
  },
  allocator: {
    id: 'cni-allocator',
    text: 'The CNI fills the interfaces that are there, then attaches another one, until its warm target is met or the node is full.',
    source: CNI,
  },
  placement: {
    id: 'placement',
    text: 'EC2 places single addresses at random. Least: each one spoils a free block. Most: none does while there is another place.',
    source: 'EC2 user guide, prefixes; not documented in detail',
  },
  podsAtMost: {
    id: 'pods-at-most',
    text: 'EC2 shows what a node holds, not what its pods use. A node is planned for the pods that it may run at most: its pool without the warm part.',
    source: CNI,
  },
  maxPods: {
    id: 'max-pods',
    text: 'A node runs the pods that its interfaces hold, and at most those that its kubelet admits. Where that is not known: 110, or 250 with more than 30 vCPUs.',
    source: 'amazon-eks-ami, max-pods-calculator.sh',
  },
  newInterfaces: {
    id: 'mode-needs-new-nodes',
    text: 'A running node keeps the addresses of its old mode. A change of mode, custom networking, pod ENI or type replaces nodes.',
    source: 'EKS user guide, cni-increase-ip-addresses-procedure',
  },
  reserved: {
    id: 'aws-reserves-five',
    text: 'AWS keeps the first four addresses and the last one of a subnet.',
    source: 'VPC user guide, subnet sizing',
  },
  spread: {
    id: 'spread-over-zones',
    text: 'New nodes go to the zone with the fewest nodes, or to the next one where that has no room.',
    source: 'EC2 Auto Scaling user guide, distribution across zones',
  },
  wayDown: {
    id: 'way-down',
    text: 'Pods do not pack. A prefix or an interface stays for one pod, so a lower target may give back nothing.',
    source: CNI,
  },
  modeSwitch: {
    id: 'mode-switch',
    text: 'After a switch of mode a node keeps what its pods used of the former mode. It fills slots, and goes when the node is replaced.',
    source: CNI,
  },
  controlPlane: {
    id: 'control-plane',
    text: 'An update of the control plane takes up to five addresses in the cluster subnets. AWS recommends 16 in each.',
    source: 'EKS user guide, update-cluster and network requirements',
  },
  loadBalancer: {
    id: 'load-balancer',
    text: 'A load balancer needs 8 free addresses in each of its subnets, which are to be /27 or larger.',
    source: 'Elastic Load Balancing user guide, subnets for your load balancer',
  },
  services: {
    id: 'service-range',
    text: 'The service range is private, from /24 to /12, and overlaps no range of the VPC. It cannot be changed later.',
    source: 'EKS user guide, create-cluster, kubernetesNetworkConfig',
  },
  reserve: {
    id: 'reserve-prefixes',
    text: 'A prefix reservation keeps single addresses out, so that no block is spoiled.',
    source: 'EKS best practices guide, prefix mode for Linux',
  },
  updateSurge: {
    id: 'update-surge',
    text: "A managed update starts the larger of twice the zones and the group's maxUnavailable in new nodes before it ends old ones.",
    source: 'EKS user guide, managed node update behavior',
  },
} as const satisfies Readonly<Record<string, Rule>>;
