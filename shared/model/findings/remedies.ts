import type { LeakedInterface, SubnetAssessment, VpcAssessment } from '../assessment.ts';
import { parseCidr } from '../cidr.ts';
import type { ClusterAssessment } from '../cluster.ts';
import { CNI_ROLE_TAG } from '../cluster-membership.ts';
import type { Precondition, Remedy } from '../finding.ts';
import { firstOverlap, freeRange } from '../free-ranges.ts';
import type { EksCluster } from '../inventory.ts';
import { bestReservation } from '../reservation-range.ts';
import { aws, kubectl } from './commands.ts';
import { count, type Estate, grouped, nameOf } from './estate.ts';

/**
 * What people can do, each with the conditions under which it works, checked on this very inventory. Sources of the
 * conditions: EKS best practices (ip-optimization-strategies, prefix-mode_linux, custom-networking), the VPC user guide.
 */

/** A VPC takes five IPv4 ranges, and up to fifty on request. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
export const VPC_CIDR_BLOCKS_QUOTA = 5;
const VPC_CIDR_BLOCKS_MAXIMUM = 50;
const VPC_CIDR_BLOCKS_QUOTA_CODE = 'L-83CA0A9D';

/** AWS's bounds on a subnet's prefix length. */
const SMALLEST_SUBNET = 28;
const LARGEST_SUBNET = 16;

/** Enhanced subnet discovery came with this version of the CNI. Source: amazon-vpc-cni-k8s README. */
const SUBNET_DISCOVERY_VERSION = [1, 18] as const;

/** Commands beyond this number are left to the reader: a finding is no script. */
const COMMANDS_SHOWN = 20;

/** Remedies that can not work here come last; the rest stay in the order given, best first. */
export const ranked = (...remedies: readonly (Remedy | null)[]): readonly Remedy[] =>
  remedies
    .filter((remedy) => remedy !== null)
    .toSorted((a, b) => Number(isBlocked(a)) - Number(isBlocked(b)));

const isBlocked = ({ preconditions }: Remedy): boolean => preconditions.some(({ holds }) => holds === false);

export const deleteLeaked = (estate: Estate, leaked: readonly LeakedInterface[], region: string): Remedy => {
  const instances = estate.input.instances;
  const withInstance = leaked.filter(
    ({ instanceId }) => instanceId !== null && instances?.get(instanceId)?.state === 'running',
  );
  const addresses = leaked.reduce((sum, each) => sum + each.addresses, 0);
  return {
    title: `Delete ${count(leaked.length, 'leaked interface')}`,
    effect: `Gives ${count(addresses, 'address', 'addresses')} back at once. Nothing is attached to them.`,
    commands: leaked
      .slice(0, COMMANDS_SHOWN)
      .map(({ networkInterfaceId }) =>
        aws('ec2', 'delete-network-interface', region, { 'network-interface-id': networkInterfaceId }),
      ),
    preconditions: [
      { text: 'Every one of them is attached to nothing.', holds: true },
      {
        text:
          withInstance.length === 0
            ? 'The instances that they were made for are gone or stopped.'
            : `${count(withInstance.length, 'instance')} that they were made for still run: ${withInstance.map(({ instanceId }) => instanceId).join(', ')}.`,
        holds: instances === null ? null : withInstance.length === 0,
      },
    ],
  };
};

export const tuneWarmTargets = (
  cluster: ClusterAssessment,
  eks: EksCluster | undefined,
  targets: { readonly warmIp: number; readonly minimumIp: number; readonly takes: 'addresses' | 'prefixes' },
): Remedy => {
  const environment = {
    WARM_IP_TARGET: String(targets.warmIp),
    MINIMUM_IP_TARGET: String(targets.minimumIp),
  };
  const merged = eks?.vpcCni == null ? null : mergedConfiguration(eks.vpcCni.configuration, environment);
  const viaAddOn =
    merged === null
      ? null
      : aws('eks', 'update-addon', cluster.region, {
          'cluster-name': cluster.clusterName,
          'addon-name': 'vpc-cni',
          'configuration-values': merged,
          'resolve-conflicts': 'PRESERVE',
        });
  const saved =
    targets.takes === 'addresses'
      ? `Nodes then hold ${targets.warmIp} spare addresses instead of a whole interface's.`
      : `Nodes then take another prefix only when fewer than ${targets.warmIp} addresses are free, instead of keeping a whole one spare.`;
  return {
    title: 'Keep fewer addresses warm',
    effect: `${saved} A pod that starts may have to wait for an EC2 call: watch for throttling in clusters with much churn.`,
    commands: [
      viaAddOn ??
        kubectl(
          'set',
          'env',
          'daemonset/aws-node',
          '--namespace',
          'kube-system',
          ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
        ),
    ],
    preconditions: [
      {
        text: 'The cluster runs the VPC CNI itself: EKS Auto Mode has no warm targets.',
        holds: !cluster.autoMode,
      },
      {
        text: `About ${targets.minimumIp} pods run on a usual node: set MINIMUM_IP_TARGET to that.`,
        holds: null,
      },
    ],
  };
};

/** The add-on's configuration with these settings in it: what is given replaces all that was there. */
const mergedConfiguration = (
  configuration: string | null,
  environment: Readonly<Record<string, string>>,
): string | null => {
  try {
    const parsed: unknown =
      configuration === null || configuration.trim() === '' ? {} : JSON.parse(configuration);
    if (typeof parsed !== 'object' || parsed === null) return null;
    const env = 'env' in parsed && typeof parsed.env === 'object' ? parsed.env : {};
    return JSON.stringify({ ...parsed, env: { ...env, ...environment } });
  } catch {
    return null;
  }
};

export const reservePrefixRange = (estate: Estate, subnet: SubnetAssessment): Remedy => {
  const map = estate.maps.get(subnet.subnetId);
  const range = map === undefined ? null : bestReservation(map);
  return {
    title: range === null ? 'Reserve a range for prefixes' : `Reserve ${range.cidr} for prefixes`,
    effect:
      range === null
        ? 'No range of the subnet is left that could be reserved and still leave enough single addresses.'
        : `It holds ${count(range.blocks, 'block')}: ${range.freeBlocks} can be prefixes at once, the rest when ${count(range.singles, 'single address', 'single addresses')} in it ${range.singles === 1 ? 'is' : 'are'} given back. Nobody gets single addresses from it any more.`,
    commands:
      range === null
        ? []
        : [
            aws('ec2', 'create-subnet-cidr-reservation', subnet.region, {
              'subnet-id': subnet.subnetId,
              'reservation-type': 'prefix',
              cidr: range.cidr,
            }),
          ],
    preconditions: [
      { text: "A range is free of AWS's own addresses and of other reservations.", holds: range !== null },
      { text: 'This account owns the subnet.', holds: subnet.ownerId === null },
    ],
  };
};

/** What a new subnet is for, and what it takes to use it. */
const SUBNET_PURPOSES = {
  discovery: 'The CNI finds it by its tag and puts new interfaces there. Nodes need no change.',
  nodes:
    'Nodes that start there have room. An Auto Scaling group or an EC2NodeClass takes it in; a managed node group keeps the subnets that it was made with, so make a second one there.',
  'control-plane': 'The cluster can then be given this subnet for its control plane.',
  'load-balancer': 'Load balancers can then be given this subnet.',
} as const;

export const addSubnet = (
  estate: Estate,
  subnet: SubnetAssessment,
  purpose: keyof typeof SUBNET_PURPOSES,
): Remedy => {
  const vpc = estate.vpcs.get(subnet.vpcId);
  const range = rangeFor(estate, subnet, vpc);
  const tags =
    purpose === 'discovery'
      ? { 'tag-specifications': `ResourceType=subnet,Tags=[{Key=${CNI_ROLE_TAG},Value=1}]` }
      : {};
  return {
    title:
      range === null
        ? `Add a subnet in ${subnet.availabilityZone}`
        : `Add the subnet ${range} in ${subnet.availabilityZone}`,
    effect: SUBNET_PURPOSES[purpose],
    commands:
      range === null || subnet.availabilityZone === null
        ? []
        : [
            aws('ec2', 'create-subnet', subnet.region, {
              'vpc-id': subnet.vpcId,
              'cidr-block': range,
              'availability-zone': subnet.availabilityZone,
              ...tags,
            }),
          ],
    preconditions: [
      {
        text: range === null ? 'The VPC has no range left for a subnet.' : `The VPC has ${range} unused.`,
        holds: vpc === undefined ? null : range !== null,
      },
      { text: 'This account owns the VPC.', holds: subnet.ownerId === null },
      ...(purpose === 'discovery' ? discoveryPreconditions(estate, subnet) : []),
    ],
  };
};

/** A range as large as the subnet, or the largest that the VPC still has. */
const rangeFor = (
  estate: Estate,
  subnet: SubnetAssessment,
  vpc: VpcAssessment | undefined,
): string | null => {
  if (vpc === undefined) return null;
  const taken = estate.subnetsOfVpc(vpc.vpcId).flatMap(({ cidrBlock }) => cidrBlock ?? []);
  const length = Math.max(LARGEST_SUBNET, parseCidr(subnet.cidrBlock ?? '')?.length ?? LARGEST_SUBNET);
  for (let candidate = length; candidate <= SMALLEST_SUBNET; candidate += 1) {
    const range = freeRange(vpc.cidrBlocks, taken, candidate);
    if (range !== null) return range;
  }
  return null;
};

const discoveryPreconditions = (estate: Estate, subnet: SubnetAssessment): readonly Precondition[] => {
  const clusters = estate.input.clusters.filter(({ nodeSubnetIds }) =>
    nodeSubnetIds.includes(subnet.subnetId),
  );
  const versions = clusters.map(({ clusterName }) => versionAtLeast(estate.eksClusters.get(clusterName)));
  return [
    {
      text: 'No cluster here uses custom networking, which ignores subnet discovery.',
      holds: clusters.every(({ customNetworking }) => !customNetworking),
    },
    {
      text: `The CNI is version ${SUBNET_DISCOVERY_VERSION.join('.')} or later.`,
      holds: versions.includes(null) ? null : !versions.includes(false),
    },
    { text: 'The CNI may call ec2:DescribeSubnets.', holds: null },
  ];
};

const versionAtLeast = (eks: EksCluster | undefined): boolean | null => {
  const match = /^v?(\d+)\.(\d+)/.exec(eks?.vpcCni?.version ?? '');
  if (match === null) return null;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return (
    major > SUBNET_DISCOVERY_VERSION[0] ||
    (major === SUBNET_DISCOVERY_VERSION[0] && minor >= SUBNET_DISCOVERY_VERSION[1])
  );
};

/** Carrier-grade NAT space (RFC 6598): any VPC takes it, whatever its primary range. */
const SECONDARY_RANGE = '100.64.0.0/10';
const SECONDARY_LENGTH = 16;

export const addSecondaryCidr = (estate: Estate, vpc: VpcAssessment): Remedy => {
  const neighbours = connectedRanges(estate, vpc.vpcId);
  const range = freeRange([SECONDARY_RANGE], [...vpc.cidrBlocks, ...(neighbours ?? [])], SECONDARY_LENGTH);
  return {
    title: range === null ? 'Add a range to the VPC' : `Add ${range} to the VPC`,
    effect:
      'Room for 65,536 addresses more, for pods: this space is not routable outside the VPC without NAT. EKS may take up to five hours to notice a new range.',
    commands:
      range === null
        ? []
        : [aws('ec2', 'associate-vpc-cidr-block', vpc.region, { 'vpc-id': vpc.vpcId, 'cidr-block': range })],
    preconditions: [
      {
        text: `The VPC has ${vpc.cidrBlocks.length} of ${VPC_CIDR_BLOCKS_QUOTA} ranges, unless the quota was raised.`,
        holds:
          vpc.cidrBlocks.length < VPC_CIDR_BLOCKS_QUOTA
            ? true
            : vpc.cidrBlocks.length < VPC_CIDR_BLOCKS_MAXIMUM
              ? null
              : false,
      },
      {
        text: 'No VPC that it is connected to has the same range.',
        holds: neighbours === null ? null : range !== null && firstOverlap([range], neighbours) === null,
      },
    ],
  };
};

const connectedRanges = (estate: Estate, vpcId: string): readonly string[] | null => {
  const connections = estate.input.vpcConnections;
  if (connections === null) return null;
  return connections
    .filter(({ vpcs }) => vpcs.some((each) => each.vpcId === vpcId))
    .flatMap(({ vpcs }) =>
      vpcs.filter((each) => each.vpcId !== vpcId).flatMap(({ cidrBlocks }) => cidrBlocks),
    );
};

export const raiseVpcQuota = (
  quota: { readonly code: string; readonly name: string; readonly to: number; readonly maximum: number },
  region: string,
): Remedy => ({
  title: `Ask for a higher quota of ${quota.name}`,
  effect: `To ${grouped(quota.to)}; AWS grants up to ${grouped(quota.maximum)}. Free, and usually granted within days.`,
  commands: [
    aws('service-quotas', 'request-service-quota-increase', region, {
      'service-code': 'vpc',
      'quota-code': quota.code,
      'desired-value': quota.to,
    }),
  ],
  preconditions: [
    { text: 'The quota was not raised before: Headroom does not read quotas.', holds: null },
    {
      text: `The quota can still grow: ${grouped(quota.to)} is within AWS's maximum.`,
      holds: quota.to <= quota.maximum,
    },
  ],
});

export const raiseCidrBlockQuota = (vpc: VpcAssessment): Remedy =>
  raiseVpcQuota(
    {
      code: VPC_CIDR_BLOCKS_QUOTA_CODE,
      name: 'IPv4 CIDR blocks per VPC',
      to: Math.min(VPC_CIDR_BLOCKS_MAXIMUM, vpc.cidrBlocks.length + VPC_CIDR_BLOCKS_QUOTA),
      maximum: VPC_CIDR_BLOCKS_MAXIMUM,
    },
    vpc.region,
  );

/** An EKS control plane's subnets can be changed, within the VPC and its set of zones. 16 free addresses is what AWS recommends. */
const CONTROL_PLANE_ADDRESSES_RECOMMENDED = 16;

export const changeClusterSubnets = (estate: Estate, eks: EksCluster, region: string): Remedy => {
  const current = estate.subnetsIn(eks.subnetIds);
  const zones = [...new Set(current.map(({ availabilityZone }) => availabilityZone))];
  const chosen = zones.map((zone) => roomiest(estate, eks, zone));
  const complete = chosen.every((subnet) => subnet !== null) && zones.length > 1;
  const subnetIds = chosen.flatMap((subnet) => subnet?.subnetId ?? []);
  return {
    title: 'Give the control plane other subnets',
    effect: complete
      ? `Moves the control plane's interfaces to ${chosen.map((subnet) => nameOf({ name: subnet?.name ?? null }, subnet?.subnetId ?? '')).join(', ')}. The cluster stays up; nodes are not touched.`
      : "Moves the control plane's interfaces, once each of its zones has a subnet with room.",
    commands: complete
      ? [
          aws('eks', 'update-cluster-config', region, {
            name: eks.name,
            'resources-vpc-config': `subnetIds=${subnetIds.join(',')}`,
          }),
        ]
      : [],
    preconditions: [
      {
        text: `Each of the cluster's zones (${zones.join(', ')}) has a subnet with ${CONTROL_PLANE_ADDRESSES_RECOMMENDED} free addresses.`,
        holds: complete,
      },
      { text: "These subnets are in the cluster's VPC and zones.", holds: complete },
    ],
  };
};

const roomiest = (estate: Estate, eks: EksCluster, zone: string | null): SubnetAssessment | null => {
  const [best] = estate.input.subnets
    .filter(({ vpcId, availabilityZone }) => vpcId === eks.vpcId && availabilityZone === zone)
    .filter((subnet) => (subnet.awsAvailable ?? 0) >= CONTROL_PLANE_ADDRESSES_RECOMMENDED)
    .sort((a, b) => (b.awsAvailable ?? 0) - (a.awsAvailable ?? 0));
  return best ?? null;
};

export const lowerMaximum = (
  cluster: ClusterAssessment,
  group: { readonly group: string; readonly kind: 'node-group' | 'auto-scaling-group' },
  maximum: number,
): Remedy => ({
  title: `Lower the maximum of ${group.group} to ${maximum}`,
  effect:
    'The group then stops before EC2 refuses; what does not fit stays pending, and can be seen as such.',
  commands: [
    group.kind === 'node-group'
      ? aws('eks', 'update-nodegroup-config', cluster.region, {
          'cluster-name': cluster.clusterName,
          'nodegroup-name': group.group,
          'scaling-config': `maxSize=${maximum}`,
        })
      : aws('autoscaling', 'update-auto-scaling-group', cluster.region, {
          'auto-scaling-group-name': group.group,
          'max-size': maximum,
        }),
  ],
  preconditions: [{ text: 'The workload can live with fewer nodes.', holds: null }],
});
