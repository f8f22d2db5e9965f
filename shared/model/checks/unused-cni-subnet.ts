import { count } from '../base/text/numbers.ts';
import { CNI_ROLE_TAG } from '../owners/cluster-membership.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import { resourceName } from '../result/resource-name.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';

export const unusedCniSubnet: Check = {
  kind: 'unused-cni-subnet',
  label: 'A subnet for pods that no node can use',
  summary: 'tagged for pods, and used by none',
  clear: () => 'nodes use it',
  about: 'each subnet with the tag kubernetes.io/role/cni=1',
  condition:
    'No node runs in the zone and VPC of the subnet, so no CNI takes addresses from it. Information.',
  unknown: 'The zone of the subnet, or the nodes, are not known.',
  impact:
    'The CNI takes addresses only in the zone of a node. The addresses of this subnet are of no use to pods.',
  settings: 'findings',
  find: ({ estate }) =>
    estate.input.subnets.flatMap((subnet) =>
      subnet.tags[CNI_ROLE_TAG] === '1' ? [result(estate, subnet)] : [],
    ),
};

const result = (estate: Estate, subnet: SubnetAssessment): CheckResult => {
  const subject = estate.subnetSubject(subnet);
  const { clusters, instances } = estate.input;
  if (subnet.availabilityZone === null || instances === null) {
    return notMeasured(subject, 'The zone of the subnet, or the nodes, are not known.');
  }
  const nodes = clusters
    .filter(({ vpcId }) => vpcId === subnet.vpcId)
    .flatMap((cluster) => cluster.nodes)
    .filter(({ availabilityZone }) => availabilityZone === subnet.availabilityZone);
  const evidence = [{ name: 'nodesInItsZone', value: nodes.length, unit: 'nodes' }];
  if (nodes.length > 0) return healthy(subject, evidence);
  return found(subject, 'info', evidence, () => ({
    title: `${resourceName(subject)}: tagged for pods, but no node runs in ${subnet.availabilityZone}`,
    explanation: `The CNI takes addresses only in the zone of a node.${subnet.available === null ? '' : ` ${count(subnet.available, 'address')} of the subnet ${subnet.available === 1 ? 'is' : 'are'} of no use to pods.`}`,
    remedies: () => [],
  }));
};
