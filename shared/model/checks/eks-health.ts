import type { EksCluster, NodeGroup } from '../aws/inventory.ts';
import type { Finding, Subject } from '../result/finding.ts';
import { type Estate, type FindingRule, finding } from './estate.ts';
import { aws } from './remedies/commands.ts';
import { addControlPlaneSubnets, changeClusterSubnets } from './remedies/control-plane.ts';
import { ranked } from './remedies/ranked.ts';
import { remediesForAddresses } from './remedies/subnet-remedies.ts';

const KIND = 'eks-health';

/** The one health code of EKS that is about addresses (`ClusterIssueCode` and `NodegroupIssueCode` of the EKS API). */
const INSUFFICIENT = 'InsufficientFreeAddresses';

export const eksHealth: FindingRule = {
  kind: KIND,
  label: 'EKS reports InsufficientFreeAddresses',
  appears: `EKS itself reports ${INSUFFICIENT} for a cluster or a managed node group. Critical.`,
  why: 'This is no forecast: EKS asked for an address and got none. The control plane is degraded, or the node group does not grow.',
  find: (estate) =>
    [...estate.eksClusters.values()].flatMap((eks) => [
      ...(isShort(eks) ? [clusterHealth(estate, eks)] : []),
      ...eks.nodeGroups.filter(isShort).map((group) => groupHealth(estate, eks, group)),
    ]),
};

const isShort = ({ healthIssues }: Pick<EksCluster, 'healthIssues'>): boolean =>
  healthIssues.some(({ code }) => code === INSUFFICIENT);

const evidenceOf = (
  estate: Estate,
  healthy: Pick<EksCluster, 'healthIssues'>,
  subnetIds: readonly string[],
) => [
  ...healthy.healthIssues
    .filter(({ code }) => code === INSUFFICIENT)
    .map(({ message }) => ({ name: INSUFFICIENT, value: message })),
  ...estate.subnetsIn(subnetIds).map(({ available, subnetId }) => ({
    name: `available in ${subnetId}`,
    value: available,
    unit: 'addresses',
  })),
];

const fullest = (estate: Estate, subnetIds: readonly string[]) =>
  estate.subnetsIn(subnetIds).toSorted((a, b) => (a.available ?? Infinity) - (b.available ?? Infinity))[0];

const clusterHealth = (estate: Estate, eks: EksCluster): Finding => {
  const { accountId, region } = estate.input.target;
  const subject: Subject = {
    type: 'cluster',
    id: eks.name,
    name: eks.name,
    accountId,
    region,
    vpcId: eks.vpcId,
    clusterName: eks.name,
    subnetIds: eks.subnetIds,
  };
  return finding(KIND, 'critical', subject, {
    title: `EKS finds no free address for the control plane of ${eks.name}`,
    explanation: `EKS reports ${INSUFFICIENT} for ${eks.name}: it could not create an interface in the cluster's subnets. Until it can, the control plane is degraded and cannot be upgraded.`,
    evidence: evidenceOf(estate, eks, eks.subnetIds),
    remedies: () =>
      ranked(changeClusterSubnets(estate, eks, region), addControlPlaneSubnets(estate, eks, region)),
  });
};

const groupHealth = (estate: Estate, eks: EksCluster, group: NodeGroup): Finding => {
  const { accountId, region } = estate.input.target;
  const subject: Subject = {
    type: 'node-group',
    id: `${eks.name}/${group.name}`,
    name: group.name,
    accountId,
    region,
    vpcId: eks.vpcId,
    clusterName: eks.name,
    subnetIds: group.subnetIds,
  };
  const worst = fullest(estate, group.subnetIds);
  return finding(KIND, 'critical', subject, {
    title: `EKS finds no free address for the node group ${group.name} of ${eks.name}`,
    explanation: `EKS reports ${INSUFFICIENT} for ${group.name}: nodes that it needs do not start. It wants ${group.desiredSize} of at most ${group.maxSize} nodes.`,
    evidence: evidenceOf(estate, group, group.subnetIds),
    remedies: () =>
      ranked(...(worst === undefined ? [] : remediesForAddresses(estate, worst)), {
        title: 'See what the group tried',
        effect: 'The scaling activities name the subnet and the zone that refused.',
        commands: group.autoScalingGroups.map((name) =>
          aws('autoscaling', 'describe-scaling-activities', region, {
            'auto-scaling-group-name': name,
            'max-items': 5,
          }),
        ),
        preconditions: [],
      }),
  });
};
