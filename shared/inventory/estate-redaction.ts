import type {
  AutoScalingGroup,
  EksCluster,
  ElasticAddress,
  Instance,
  LaunchTemplate,
  NetworkInterface,
  RouteTable,
  Subnet,
  SubnetCidrReservation,
  Tags,
  Vpc,
  VpcConnection,
  VpcEndpoint,
} from '../model/aws/inventory.ts';
import type { Problem } from '../model/base/errors.ts';
import { MARK_TAGS } from '../model/owners/owner-marks.ts';
import { type Estate, isProblem, type Recorded, type TargetEstate } from './estate.ts';
import { Pseudonyms } from './pseudonyms.ts';

/**
 * The estate with other names, numbers and networks, for sharing. Every figure that Headroom makes of it stays as it
 * was. What stays readable: Regions, zones, instance types, sizes, kinds of things, and where within its /16 an
 * address lies.
 *
 * @param key decides the pseudonyms; a random one, unless two estates must match
 */
export const redactEstate = (estate: Estate, key: string): Estate => {
  const pseudonyms = new Pseudonyms(key);
  return {
    ...estate,
    redacted: true,
    targets: estate.targets.map((target) => redactTarget(target, pseudonyms)),
  };
};

const redactTarget = (estate: TargetEstate, to: Pseudonyms): TargetEstate => {
  const ids = (each: readonly string[]): readonly string[] => each.map((id) => to.resource(id));
  const idOrNull = (id: string | null): string | null => (id === null ? null : to.resource(id));
  const accountOrNull = (id: string | null): string | null => (id === null ? null : to.account(id));
  const nameOrNull = (name: string | null): string | null => (name === null ? null : to.name(name));
  const textOrNull = (text: string | null): string | null => (text === null ? null : to.text(text));
  const addresses = (each: readonly string[]): readonly string[] =>
    each.map((address) => to.address(address));
  const ipv6 = (each: readonly string[]): readonly string[] => each.map((range) => to.ipv6(range));
  const issues = (each: EksCluster['healthIssues']): EksCluster['healthIssues'] =>
    each.map(({ code, resourceIds }) => ({ code, message: null, resourceIds: ids(resourceIds) }));

  const vpc = (each: Vpc): Vpc => ({
    vpcId: to.resource(each.vpcId),
    ownerId: accountOrNull(each.ownerId),
    name: nameOrNull(each.name),
    cidrBlocks: addresses(each.cidrBlocks),
    ipv6CidrBlocks: ipv6(each.ipv6CidrBlocks),
    tags: redactTags(each.tags, to),
  });

  const subnet = (each: Subnet): Subnet => ({
    ...each,
    subnetId: to.resource(each.subnetId),
    vpcId: to.resource(each.vpcId),
    ownerId: accountOrNull(each.ownerId),
    name: nameOrNull(each.name),
    cidrBlock: each.cidrBlock === null ? null : to.address(each.cidrBlock),
    ipv6CidrBlocks: ipv6(each.ipv6CidrBlocks),
    outpostArn: textOrNull(each.outpostArn),
    tags: redactTags(each.tags, to),
  });

  const networkInterface = (each: NetworkInterface): NetworkInterface => ({
    ...each,
    networkInterfaceId: to.resource(each.networkInterfaceId),
    subnetId: to.resource(each.subnetId),
    vpcId: idOrNull(each.vpcId),
    ownerId: accountOrNull(each.ownerId),
    description: to.text(each.description),
    requesterId: textOrNull(each.requesterId),
    attachment:
      each.attachment === null
        ? null
        : {
            ...each.attachment,
            attachmentId: idOrNull(each.attachment.attachmentId),
            instanceId: idOrNull(each.attachment.instanceId),
            instanceOwnerId: textOrNull(each.attachment.instanceOwnerId),
          },
    privateAddresses: each.privateAddresses.map(({ address, primary }) => ({
      address: to.address(address),
      primary,
    })),
    ipv4Prefixes: addresses(each.ipv4Prefixes),
    ipv6Prefixes: ipv6(each.ipv6Prefixes),
    tags: redactTags(each.tags, to),
  });

  const reservation = (each: SubnetCidrReservation): SubnetCidrReservation => ({
    ...each,
    reservationId: to.resource(each.reservationId),
    subnetId: to.resource(each.subnetId),
    cidr: to.address(each.cidr),
  });

  const instance = (each: Instance): Instance => ({
    ...each,
    instanceId: to.resource(each.instanceId),
    subnetId: idOrNull(each.subnetId),
    vpcId: idOrNull(each.vpcId),
    ownerId: accountOrNull(each.ownerId),
    tags: redactTags(each.tags, to),
  });

  const connection = (each: VpcConnection): VpcConnection => ({
    ...each,
    id: to.resource(each.id),
    vpcs: each.vpcs.map(({ vpcId, accountId, cidrBlocks }) => ({
      vpcId: to.resource(vpcId),
      accountId: accountOrNull(accountId),
      cidrBlocks: cidrBlocks === null ? null : addresses(cidrBlocks),
    })),
  });

  const routeTable = (each: RouteTable): RouteTable => ({
    ...each,
    routeTableId: to.resource(each.routeTableId),
    vpcId: to.resource(each.vpcId),
    subnetIds: ids(each.subnetIds),
    routes: each.routes.map(({ destination, target, active }) => ({
      destination: redactDestination(destination, to),
      target: redactRouteTarget(target, to),
      active,
    })),
  });

  const cluster = (each: EksCluster): EksCluster => ({
    ...each,
    name: to.name(each.name),
    arn: to.text(each.arn),
    vpcId: idOrNull(each.vpcId),
    subnetIds: ids(each.subnetIds),
    ...(each.serviceIpv4Cidr === undefined
      ? {}
      : { serviceIpv4Cidr: networkOrNull(each.serviceIpv4Cidr, to) }),
    ...(each.serviceIpv6Cidr === undefined
      ? {}
      : { serviceIpv6Cidr: each.serviceIpv6Cidr === null ? null : to.ipv6(each.serviceIpv6Cidr) }),
    healthIssues: issues(each.healthIssues),
    nodeGroups: each.nodeGroups.map((group) => ({
      ...group,
      name: to.name(group.name),
      subnetIds: ids(group.subnetIds),
      autoScalingGroups: group.autoScalingGroups.map((name) => to.name(name)),
      healthIssues: issues(group.healthIssues),
    })),
    fargateProfiles: each.fargateProfiles.map(({ name, subnetIds }) => ({
      name: to.name(name),
      subnetIds: ids(subnetIds),
    })),
    vpcCni:
      each.vpcCni === null
        ? null
        : { ...each.vpcCni, configuration: cniEnvironment(each.vpcCni.configuration) },
    ...(each.outsideRanges === undefined
      ? {}
      : { outsideRanges: each.outsideRanges.flatMap((range) => networkOrNull(range, to) ?? []) }),
  });

  const group = (each: AutoScalingGroup): AutoScalingGroup => ({
    ...each,
    name: to.name(each.name),
    subnetIds: ids(each.subnetIds),
    instanceIds: ids(each.instanceIds),
    ...(each.launchTemplates === undefined
      ? {}
      : {
          launchTemplates: each.launchTemplates.map(({ launchTemplateId, version }) => ({
            launchTemplateId: to.resource(launchTemplateId),
            version,
          })),
        }),
    tags: redactTags(each.tags, to),
  });

  const launchTemplate = (each: LaunchTemplate): LaunchTemplate => ({
    ...each,
    launchTemplateId: to.resource(each.launchTemplateId),
    interfaces: each.interfaces.map((part) => ({ ...part, subnetId: idOrNull(part.subnetId) })),
  });

  const vpcEndpoint = (each: VpcEndpoint): VpcEndpoint => ({
    ...each,
    vpcEndpointId: to.resource(each.vpcEndpointId),
    vpcId: to.resource(each.vpcId),
    name: nameOrNull(each.name),
    prefixes: each.prefixes.map(({ subnetId, cidr }) => ({
      subnetId: to.resource(subnetId),
      cidr: to.address(cidr),
    })),
  });

  const elasticAddress = (each: ElasticAddress): ElasticAddress => ({
    ...each,
    allocationId: to.resource(each.allocationId),
    name: nameOrNull(each.name),
    associationId: idOrNull(each.associationId),
    networkInterfaceId: idOrNull(each.networkInterfaceId),
  });

  return {
    target: { accountId: to.account(estate.target.accountId), region: estate.target.region },
    vpcs: redacted(estate.vpcs, vpc),
    subnets: redacted(estate.subnets, subnet),
    interfaces: redacted(estate.interfaces, networkInterface),
    reservations: Object.fromEntries(
      Object.entries(estate.reservations).map(([subnetId, records]) => [
        to.resource(subnetId),
        redacted(records, reservation),
      ]),
    ),
    instances: redacted(estate.instances, instance),
    instanceTypes: redacted(estate.instanceTypes, (limits) => limits),
    vpcConnections: redacted(estate.vpcConnections, connection),
    ...(estate.routeTables === undefined ? {} : { routeTables: redacted(estate.routeTables, routeTable) }),
    ...(estate.elasticAddresses === undefined
      ? {}
      : { elasticAddresses: redacted(estate.elasticAddresses, elasticAddress) }),
    ...(estate.launchTemplates === undefined
      ? {}
      : { launchTemplates: redacted(estate.launchTemplates, launchTemplate) }),
    ...(estate.vpcEndpoints === undefined
      ? {}
      : { vpcEndpoints: redacted(estate.vpcEndpoints, vpcEndpoint) }),
    ...(estate.serviceQuotas === undefined
      ? {}
      : { serviceQuotas: redacted(estate.serviceQuotas, (quota) => quota) }),
    eksClusters: redacted(estate.eksClusters, cluster),
    ...(estate.refusedClusters === undefined
      ? {}
      : {
          refusedClusters: estate.refusedClusters.map(({ name, problem }) => ({
            name: to.name(name),
            problem: redactProblem(problem),
          })),
        }),
    autoScalingGroups: redacted(estate.autoScalingGroups, group),
  };
};

/** A default route identifies no network; other ranges and prefix lists do. */
const redactDestination = (destination: string, to: Pseudonyms): string => {
  if (destination === '0.0.0.0/0' || destination === '::/0') return destination;
  if (destination.includes(':')) return to.ipv6(destination);
  return destination.includes('.') ? to.address(destination) : to.resource(destination);
};

/** What kind of gateway it is stays readable. The ARN of a core network holds an account number. */
const redactRouteTarget = (target: string | null, to: Pseudonyms): string | null => {
  if (target === null || target === 'local') return target;
  return target.startsWith('arn:') ? to.text(target) : to.resource(target);
};

/** Networks are replaced /16 by /16. A larger range would not be one any more, so it is left out. */
const networkOrNull = (range: string | null, to: Pseudonyms): string | null =>
  range === null || Number(range.split('/')[1]) < 16 ? null : to.address(range);

/** A problem's own words may name anything; its code says enough. */
const redacted = <Record>(records: Recorded<Record>, redact: (record: Record) => Record): Recorded<Record> =>
  isProblem(records) ? redactProblem(records) : records.map(redact);

const redactProblem = ({ code }: Problem): Problem => ({
  code,
  message: `This part of the estate could not be read (${code})`,
  action: 'The person who collected the estate has the whole message.',
});

/** Tags by which the model tells clusters, node groups and owners: the key stays, the value is a name or an id. */
const KEPT_KEYS: ReadonlySet<string> = new Set([
  'Name',
  'KubernetesCluster',
  'alpha.eksctl.io/cluster-name',
  'alpha.eksctl.io/nodegroup-name',
  'aws:ec2launchtemplate:id',
  'aws:autoscaling:groupName',
  'aws:ecs:clusterName',
  'aws:eks:cluster-name',
  'cluster.k8s.amazonaws.com/name',
  'eks:cluster-name',
  'eks:eks-cluster-name',
  'eks:fargate-profile',
  'eks:kubernetes-node-pool-name',
  'eks:nodegroup-name',
  'eksctl.cluster.k8s.io/v1alpha1/cluster-name',
  'io.cilium/cluster-name',
  'karpenter.sh/discovery',
  'karpenter.sh/nodepool',
  'karpenter.sh/provisioner-name',
  'node.k8s.amazonaws.com/instance_id',
  'vpcresources.k8s.aws/trunk-eni-id',
  ...MARK_TAGS,
]);

/** Tags whose value is a switch, a number, a date or one of AWS's own words: they stay as they are. */
const KEPT_TAGS: ReadonlySet<string> = new Set([
  'eks:eni:owner',
  'io.cilium/cilium-managed',
  'kubernetes.io/role/cni',
  'kubernetes.io/role/elb',
  'kubernetes.io/role/internal-elb',
  'node.k8s.amazonaws.com/createdAt',
  'node.k8s.amazonaws.com/no_manage',
  'vpcresources.k8s.aws/vlan-id',
]);

/** Keys that end in a cluster's name; the value says `owned` or `shared`. */
const CLUSTER_KEY = /^(kubernetes\.io\/cluster\/|cni\.networking\.k8s\.aws\/cluster\/)(.+)$/;

const KEPT_VALUE =
  /^(?:owned|shared|true|false|\d{1,5}|[\d-]{10}T[\d:.]+Z?|amazon-vpc-cni|eks-vpc-resource-controller)$/;

/** Every other key is a name that people made, and so is its value. */
const redactTags = (tags: Tags, to: Pseudonyms): Tags =>
  Object.fromEntries(
    Object.entries(tags).map(([key, value]) => {
      const [, prefix, name] = CLUSTER_KEY.exec(key) ?? [];
      if (prefix !== undefined && name !== undefined) return [prefix + to.name(name), keptValue(value, to)];
      if (KEPT_TAGS.has(key)) return [key, keptValue(value, to)];
      return [KEPT_KEYS.has(key) ? key : `tag-${to.name(key)}`, to.resource(value)];
    }),
  );

const keptValue = (value: string, to: Pseudonyms): string =>
  KEPT_VALUE.test(value) ? value : to.resource(value);

/** Of the add-on's configuration, the CNI's own switches and numbers; the rest may name subnets and more. */
const cniEnvironment = (configuration: string | null): string | null => {
  if (configuration === null || configuration.trim() === '') return configuration;
  try {
    const parsed: unknown = JSON.parse(configuration);
    const environment: unknown = Reflect.get(Object(parsed), 'env');
    const kept = Object.entries(Object(environment)).filter(
      ([name, value]) => /^[A-Z0-9_]+$/.test(name) && /^(?:true|false|\d{1,5})$/i.test(String(value)),
    );
    return JSON.stringify({ env: Object.fromEntries(kept) });
  } catch {
    // Not JSON: the model treats it as not given, and it stays like that.
    return 'not JSON';
  }
};
