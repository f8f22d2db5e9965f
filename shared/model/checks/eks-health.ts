import type { EksCluster, NodeGroup } from '../aws/inventory.ts';
import { aws } from '../base/commands.ts';
import type { Evidence, Subject } from '../result/finding.ts';
import { idWithin } from '../result/identity.ts';
import { type Check, type CheckResult, found, healthy } from './check.ts';
import type { Estate } from './estate.ts';
import { leastLeftFirst } from './least-left.ts';
import { remediesForControlPlane } from './remedies/control-plane-remedies.ts';
import { remediesForAddresses } from './remedies/subnet-remedies.ts';

/** The one health code of EKS that is about addresses (`ClusterIssueCode` and `NodegroupIssueCode` of the EKS API). */
const INSUFFICIENT = 'InsufficientFreeAddresses';

export const eksHealth: Check = {
  kind: 'eks-health',
  label: 'EKS reports InsufficientFreeAddresses',
  summary: 'EKS finds no free address',
  clear: () => 'EKS no longer reports InsufficientFreeAddresses',
  about: 'each EKS cluster and managed node group',
  condition: `EKS itself reports ${INSUFFICIENT} for a cluster or a managed node group. Critical.`,
  unknown: 'EKS could not be asked.',
  impact:
    'This is not a forecast: EKS asked for an address and got none. The control plane is degraded, or the node group does not grow.',
  settings: 'findings',
  isShortage: true,
  find: ({ estate }) =>
    [...estate.eksClusters.values()].flatMap((eks) => [
      clusterHealth(estate, eks),
      ...eks.nodeGroups.map((group) => groupHealth(estate, eks, group)),
    ]),
};

const isShort = ({ healthIssues }: Pick<EksCluster, 'healthIssues'>): boolean =>
  healthIssues.some(({ code }) => code === INSUFFICIENT);

const evidenceOf = (
  estate: Estate,
  { healthIssues }: Pick<EksCluster, 'healthIssues'>,
  subnetIds: readonly string[],
): readonly Evidence[] => [
  ...healthIssues
    .filter(({ code }) => code === INSUFFICIENT)
    .map(({ message }) => ({ name: INSUFFICIENT, value: message })),
  ...estate.subnetsIn(subnetIds).map(({ available, subnetId }) => ({
    name: `available in ${subnetId}`,
    value: available,
    unit: 'addresses',
  })),
];

const fullestFirst = (estate: Estate, subnetIds: readonly string[]) =>
  leastLeftFirst(estate.subnetsIn(subnetIds), 'addresses');

const clusterHealth = (estate: Estate, eks: EksCluster): CheckResult => {
  const subject = estate.eksSubject(eks);
  const { region } = subject;
  if (!isShort(eks)) return healthy(subject);
  return found(subject, 'critical', evidenceOf(estate, eks, eks.subnetIds), () => {
    return {
      title: `${eks.name}: EKS finds no free address for the control plane`,
      explanation: `EKS reports ${INSUFFICIENT}: it could not create an interface in the cluster's subnets. Until it can, the control plane is degraded and cannot be upgraded.`,
      remedies: () => remediesForControlPlane(estate, eks, region, fullestFirst(estate, eks.subnetIds)),
    };
  });
};

const groupHealth = (estate: Estate, eks: EksCluster, group: NodeGroup): CheckResult => {
  const subject: Subject = {
    ...estate.eksSubject(eks),
    type: 'node-group',
    id: idWithin(eks.name, group.name),
    name: group.name,
    subnetIds: group.subnetIds,
  };
  const { region } = subject;
  if (!isShort(group)) return healthy(subject);
  return found(subject, 'critical', evidenceOf(estate, group, group.subnetIds), () => {
    const [worst] = fullestFirst(estate, group.subnetIds);
    return {
      title: `${eks.name}/${group.name}: EKS finds no free address for new nodes`,
      explanation: `EKS reports ${INSUFFICIENT}: nodes that the group needs do not start. It wants ${group.desiredSize} of at most ${group.maxSize} nodes.`,
      remedies: () => [
        ...(worst === undefined ? [] : remediesForAddresses(estate, worst)),
        {
          title: 'See what the group tried',
          effect: 'The scaling activities name the subnet and the zone that refused.',
          price: 'Free. It changes nothing.',
          when: 'Right when it is not clear which subnet refused.',
          gains: { addresses: 0, prefixes: 0 },
          commands: group.autoScalingGroups.map((name) =>
            aws('autoscaling', 'describe-scaling-activities', region, {
              'auto-scaling-group-name': name,
              'max-items': 5,
            }),
          ),
          preconditions: [],
        },
      ],
    };
  });
};
