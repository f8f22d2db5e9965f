import type { AutoScalingGroup as AwsAutoScalingGroup } from '@aws-sdk/client-auto-scaling';
import type {
  Addon,
  Cluster,
  FargateProfile as EksFargateProfile,
  Nodegroup as EksNodegroup,
} from '@aws-sdk/client-eks';
import { MalformedAnswerError } from '../model/aws/aws-failure.ts';
import type {
  AutoScalingGroup,
  EksCluster,
  FargateProfile,
  LaunchTemplateVersion,
  NodeGroup,
  NodeGroupUpdate,
  WarmPool,
} from '../model/aws/inventory.ts';

/** From the SDK's shapes to plain records. A name or a size that must be there and is not makes the answer malformed. */

/** What belongs to one cluster and is asked for separately. */
interface ClusterParts {
  readonly nodeGroups: readonly NodeGroup[];
  readonly fargateProfiles: readonly FargateProfile[];
  readonly vpcCni: EksCluster['vpcCni'];
}

export const clusterRecord = (cluster: Cluster, parts: ClusterParts): EksCluster => {
  const name = required(cluster.name, 'a cluster without name');
  const ipFamily = cluster.kubernetesNetworkConfig?.ipFamily;
  return {
    name,
    arn: required(cluster.arn, `cluster ${name} without arn`),
    version: cluster.version ?? null,
    status: cluster.status ?? null,
    vpcId: cluster.resourcesVpcConfig?.vpcId ?? null,
    subnetIds: cluster.resourcesVpcConfig?.subnetIds ?? [],
    ipFamily: ipFamily === 'ipv4' || ipFamily === 'ipv6' ? ipFamily : null,
    serviceIpv4Cidr: cluster.kubernetesNetworkConfig?.serviceIpv4Cidr ?? null,
    serviceIpv6Cidr: cluster.kubernetesNetworkConfig?.serviceIpv6Cidr ?? null,
    autoMode: cluster.computeConfig?.enabled ?? false,
    controlPlaneTier: cluster.controlPlaneScalingConfig?.tier ?? null,
    ...outsideRangesOf(cluster),
    healthIssues: issueRecords(cluster.health?.issues),
    ...parts,
  };
};

/** Without its network configuration nothing is known. With it, a cluster of IPv6 services has no IPv4 range for them. */
const outsideRangesOf = ({
  kubernetesNetworkConfig,
  remoteNetworkConfig,
}: Cluster): Pick<EksCluster, 'outsideRanges'> => {
  if (kubernetesNetworkConfig === undefined) return {};
  const { serviceIpv4Cidr } = kubernetesNetworkConfig;
  const { remoteNodeNetworks = [], remotePodNetworks = [] } = remoteNetworkConfig ?? {};
  const remote = [...remoteNodeNetworks, ...remotePodNetworks].flatMap(({ cidrs }) => cidrs ?? []);
  return { outsideRanges: [...(serviceIpv4Cidr === undefined ? [] : [serviceIpv4Cidr]), ...remote] };
};

export const nodeGroupRecord = (group: EksNodegroup): NodeGroup => {
  const name = required(group.nodegroupName, 'a node group without nodegroupName');
  const scaling = group.scalingConfig;
  return {
    name,
    status: group.status ?? null,
    minSize: required(scaling?.minSize, `node group ${name} without scalingConfig.minSize`),
    maxSize: required(scaling?.maxSize, `node group ${name} without scalingConfig.maxSize`),
    desiredSize: required(scaling?.desiredSize, `node group ${name} without scalingConfig.desiredSize`),
    subnetIds: group.subnets ?? [],
    instanceTypes: group.instanceTypes ?? [],
    amiType: group.amiType ?? null,
    autoScalingGroups: (group.resources?.autoScalingGroups ?? []).flatMap(({ name }) => name ?? []),
    update: updateRecord(group.updateConfig),
    warmPool: warmPoolRecord(group.warmPoolConfig),
    healthIssues: issueRecords(group.health?.issues),
  };
};

const updateRecord = (config: EksNodegroup['updateConfig']): NodeGroupUpdate | null =>
  config === undefined
    ? null
    : {
        maxUnavailable: config.maxUnavailable ?? null,
        maxUnavailablePercentage: config.maxUnavailablePercentage ?? null,
        strategy: config.updateStrategy ?? null,
      };

const warmPoolRecord = (config: EksNodegroup['warmPoolConfig']): WarmPool | null =>
  config?.enabled === true ? warmPoolOf(config.minSize, config.maxGroupPreparedCapacity) : null;

/** Auto Scaling writes "no limit" as -1. */
const warmPoolOf = (minSize = 0, maxGroupPreparedCapacity = -1): WarmPool => ({
  minSize,
  maxGroupPreparedCapacity: maxGroupPreparedCapacity >= 0 ? maxGroupPreparedCapacity : null,
});

export const fargateProfileRecord = (profile: EksFargateProfile): FargateProfile => ({
  name: required(profile.fargateProfileName, 'a Fargate profile without fargateProfileName'),
  subnetIds: profile.subnets ?? [],
});

export const vpcCniRecord = (addon: Addon): NonNullable<EksCluster['vpcCni']> => ({
  version: addon.addonVersion ?? null,
  configuration: addon.configurationValues || null,
});

export const autoScalingGroupRecord = (group: AwsAutoScalingGroup): AutoScalingGroup => {
  const name = required(group.AutoScalingGroupName, 'an Auto Scaling group without AutoScalingGroupName');
  const instances = group.Instances ?? [];
  const overrides = (group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? []).flatMap(
    ({ InstanceType }) => InstanceType ?? [],
  );
  // A plain launch template does not say its type here; the instances that came from it do.
  const running = instances.flatMap(({ InstanceType }) => InstanceType ?? []);
  return {
    name,
    minSize: required(group.MinSize, `Auto Scaling group ${name} without MinSize`),
    maxSize: required(group.MaxSize, `Auto Scaling group ${name} without MaxSize`),
    desiredCapacity: required(group.DesiredCapacity, `Auto Scaling group ${name} without DesiredCapacity`),
    subnetIds: (group.VPCZoneIdentifier ?? '').split(',').flatMap((id) => id.trim() || []),
    instanceTypes: [...new Set(overrides.length > 0 ? overrides : running)],
    instanceIds: instances.flatMap(({ InstanceId }) => InstanceId ?? []),
    ...weightsOf(group),
    launchTemplates: launchTemplatesOf(group),
    ...warmPoolBeside(group),
    tags: Object.fromEntries(
      (group.Tags ?? []).flatMap(({ Key, Value }) => (Key === undefined ? [] : [[Key, Value ?? '']])),
    ),
  };
};

const warmPoolBeside = ({
  WarmPoolConfiguration: pool,
}: AwsAutoScalingGroup): Pick<AutoScalingGroup, 'warmPool'> =>
  pool === undefined || pool.Status === 'PendingDelete'
    ? {}
    : { warmPool: warmPoolOf(pool.MinSize, pool.MaxGroupPreparedCapacity) };

/** EC2 Auto Scaling API reference, `DesiredCapacityType` and `LaunchTemplateOverrides`. */
const weightsOf = ({
  DesiredCapacityType,
  MixedInstancesPolicy,
}: AwsAutoScalingGroup): Pick<AutoScalingGroup, 'weights'> => {
  if ((DesiredCapacityType ?? 'units') !== 'units') return { weights: null };
  const weighted = (MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? []).flatMap(
    ({ InstanceType, WeightedCapacity }) => {
      const units = Number(WeightedCapacity);
      return InstanceType === undefined || !(units > 0) ? [] : [[InstanceType, units] as const];
    },
  );
  return weighted.length === 0 ? {} : { weights: Object.fromEntries(weighted) };
};

/** Each template once. One without a version is started in its default one (EC2 Auto Scaling API reference, `LaunchTemplateSpecification`). */
const launchTemplatesOf = (group: AwsAutoScalingGroup): readonly LaunchTemplateVersion[] => {
  const mixed = group.MixedInstancesPolicy?.LaunchTemplate;
  const found = new Map<string, LaunchTemplateVersion>();
  for (const named of [
    group.LaunchTemplate,
    mixed?.LaunchTemplateSpecification,
    ...(mixed?.Overrides ?? []).map(({ LaunchTemplateSpecification }) => LaunchTemplateSpecification),
  ]) {
    const { LaunchTemplateId: launchTemplateId, Version: version = '$Default' } = named ?? {};
    if (launchTemplateId !== undefined)
      found.set(`${launchTemplateId}/${version}`, { launchTemplateId, version });
  }
  return [...found.values()];
};

const issueRecords = (
  issues:
    | readonly {
        code?: string | undefined;
        message?: string | undefined;
        resourceIds?: string[] | undefined;
      }[]
    | undefined,
): EksCluster['healthIssues'] =>
  (issues ?? []).map(({ code, message, resourceIds }) => ({
    code: code ?? 'Unknown',
    message: message ?? null,
    resourceIds: resourceIds ?? [],
  }));

/** The value, or the error that refuses the whole answer. */
export const required = <Value>(value: Value | undefined, what: string): Value => {
  if (value === undefined) throw new MalformedAnswerError(`AWS answered ${what}`);
  return value;
};
