import type { EksCluster, NodeGroup } from '../aws/inventory.ts';
import { aws } from '../base/commands.ts';
import { listOf, shorten } from '../base/text/names.ts';
import { sentence } from '../base/text/sentence.ts';
import type { Evidence, Remedy, Subject } from '../result/finding.ts';
import { idWithin } from '../result/identity.ts';
import { type Check, type CheckResult, found, healthy } from './check.ts';
import { eachEksCluster } from './eks-clusters.ts';
import type { Estate } from './estate.ts';
import { leastLeftFirst } from './least-left.ts';
import { remediesForControlPlane } from './remedies/control-plane-remedies.ts';
import { remediesForAddresses } from './remedies/subnet-remedies.ts';

/** The health code of EKS for a shortage of addresses. */
const INSUFFICIENT = 'InsufficientFreeAddresses';

/**
 * Other published codes about subnets and the VPC, and what is wrong then. Source: `ClusterIssueCode` and `NodegroupIssueCode` of
 * the EKS API, as of November 2026.
 */
const WRONG: Readonly<Record<string, string>> = {
  Ec2SubnetInvalidConfiguration: 'a subnet gives its nodes no public address',
  Ec2SubnetListTooLong: 'more subnets are named than EKS takes',
  Ec2SubnetMissingIpv6Assignment: 'a subnet gives its nodes no IPv6 address',
  Ec2SubnetNotFound: 'a subnet is gone',
  VpcNotFound: 'the VPC is gone',
};

/** Published codes that are about something else, whatever their message says. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AmiIdNotFound',
  // Its message names the refusal, which is counted by `allocations-failing`.
  'AsgInstanceLaunchFailures',
  'AutoScalingGroupInstanceRefreshActive',
  'AutoScalingGroupInvalidConfiguration',
  'AutoScalingGroupNotFound',
  'AutoScalingGroupOptInRequired',
  'AutoScalingGroupRateLimitExceeded',
  'ClusterUnreachable',
  'Ec2InstanceTypeDoesNotExist',
  'Ec2LaunchTemplateDeletionFailure',
  'Ec2LaunchTemplateInvalidConfiguration',
  'Ec2LaunchTemplateMaxLimitExceeded',
  'Ec2LaunchTemplateNotFound',
  'Ec2LaunchTemplateVersionMaxLimitExceeded',
  'Ec2LaunchTemplateVersionMismatch',
  'Ec2SecurityGroupDeletionFailure',
  'Ec2SecurityGroupNotFound',
  'Ec2ServiceNotSubscribed',
  'IamInstanceProfileNotFound',
  'IamLimitExceeded',
  'IamNodeRoleNotFound',
  'IamRoleNotFound',
  'IamThrottling',
  'InstanceLimitExceeded',
  'KmsGrantRevoked',
  'KmsKeyDisabled',
  'KmsKeyMarkedForDeletion',
  'KmsKeyNotFound',
  'KubernetesLabelInvalid',
  'NodeTerminationFailure',
  'PodEvictionFailure',
  'SourceEc2LaunchTemplateNotFound',
  'StsRegionalEndpointDisabled',
  'UnsupportedVersion',
]);

/** What a code that is not published, or that may mean anything, such as `ResourceLimitExceeded`, has to name. */
const NETWORK = /subnet|addresses\b|ip address|network interface|\benis?\b|cidr|\bips?\b|\bvpc\b(?!-cni)/i;
const LONGEST_TEXT = 1_000;

type Issue = EksCluster['healthIssues'][number];

const isAboutNetwork = ({ code, message }: Issue): boolean => {
  if (Object.hasOwn(WRONG, code)) return true;
  if (code === INSUFFICIENT || ELSEWHERE.has(code)) return false;
  // A code is written in one word: `EniLimitReached`.
  const words = code.replace(/([a-z0-9])([A-Z])/g, '$1 $2');
  return NETWORK.test(`${words} ${message ?? ''}`.slice(0, LONGEST_TEXT));
};

export const eksHealth: Check = {
  kind: 'eks-health',
  label: 'EKS reports a problem with addresses or subnets',
  summary: 'EKS reports a problem with addresses',
  clear: () => 'EKS no longer reports a problem with addresses or subnets',
  about: 'each EKS cluster and managed node group',
  condition: `EKS itself reports ${INSUFFICIENT} for a cluster or a managed node group. Critical. Other health issues about subnets, interfaces or the VPC, such as Ec2SubnetNotFound: warning. A code that is not published counts where it or its message is about them. Issues about anything else are named and are no finding.`,
  unknown: 'EKS could not be asked.',
  impact:
    'This is not a forecast: EKS asked for an address and got none, or cannot use a subnet. The control plane is degraded, or the node group does not grow.',
  settings: 'findings',
  isShortage: true,
  find: ({ estate }) =>
    eachEksCluster(estate, (eks) => [
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
    .filter((issue) => issue.code === INSUFFICIENT || isAboutNetwork(issue))
    .map(({ code, message }) => ({ name: code, value: message })),
  ...estate.subnetsIn(subnetIds).map(({ available, subnetId }) => ({
    name: `available in ${subnetId}`,
    value: available,
    unit: 'addresses',
  })),
  ...otherIssues(healthIssues),
];

/** Issues that are no finding are named as well. */
const otherIssues = (healthIssues: readonly Issue[]): readonly Evidence[] => {
  const codes = healthIssues
    .filter((issue) => issue.code !== INSUFFICIENT && !isAboutNetwork(issue))
    .map(({ code }) => code);
  return codes.length === 0
    ? []
    : [{ name: 'otherIssues', value: [...new Set(codes)].join(', '), detail: true }];
};

/** Of issues that are no shortage: a warning, or what is named beside health. */
const withoutShortage = (
  estate: Estate,
  subject: Subject,
  { healthIssues }: Pick<EksCluster, 'healthIssues'>,
  described: Remedy,
): CheckResult => {
  const issues = healthIssues.filter(isAboutNetwork);
  const [first] = issues;
  if (first === undefined) return healthy(subject, otherIssues(healthIssues));
  const what = WRONG[first.code] ?? `EKS reports ${first.code}`;
  const named = [...new Set(issues.flatMap(({ resourceIds }) => resourceIds))];
  const texts = issues.map(({ code, message }) =>
    message === null ? `EKS reports ${code}.` : `EKS reports ${code}: ${shortSentence(message)}`,
  );
  return found(subject, 'warning', evidenceOf(estate, { healthIssues }, subject.subnetIds), () => ({
    title: `${subject.id}: ${what}`,
    explanation: [
      ...texts.slice(0, SHOWN),
      ...(named.length === 0 ? [] : [`EKS names ${listOf(named, SHOWN)}.`]),
    ].join(' '),
    remedies: () => [described],
  }));
};

const SHOWN = 3;
const LONGEST_MESSAGE = 300;

const shortSentence = (message: string): string => sentence(shorten(message, LONGEST_MESSAGE));

const seeHealth = (command: string): Remedy => ({
  title: 'See what EKS reports',
  effect: 'The answer has each issue with the resources that it is about.',
  price: 'Free. It changes nothing.',
  when: 'Right before the subnets of the cluster or the group are changed.',
  gains: { addresses: 0, prefixes: 0 },
  commands: [command],
  preconditions: [],
});

const fullestFirst = (estate: Estate, subnetIds: readonly string[]) =>
  leastLeftFirst(estate.subnetsIn(subnetIds), 'addresses');

const clusterHealth = (estate: Estate, eks: EksCluster): CheckResult => {
  const subject = estate.eksSubject(eks);
  const { region } = subject;
  if (!isShort(eks))
    return withoutShortage(
      estate,
      subject,
      eks,
      seeHealth(aws('eks', 'describe-cluster', region, { name: eks.name, query: 'cluster.health' })),
    );
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
  if (!isShort(group))
    return withoutShortage(
      estate,
      subject,
      group,
      seeHealth(
        aws('eks', 'describe-nodegroup', region, {
          'cluster-name': eks.name,
          'nodegroup-name': group.name,
          query: 'nodegroup.health',
        }),
      ),
    );
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
