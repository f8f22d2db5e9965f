import {
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  DescribeAddressesCommand,
  DescribeFleetHistoryCommand,
  DescribeFleetsCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRegionsCommand,
  DescribeRouteTablesCommand,
  DescribeSpotFleetRequestHistoryCommand,
  DescribeSpotFleetRequestsCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeSubnetsCommand,
  DescribeTransitGatewayVpcAttachmentsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcPeeringConnectionsCommand,
  DescribeVpcsCommand,
  GetSubnetCidrReservationsCommand,
} from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  DescribeTasksCommand,
  ListClustersCommand as ListEcsClustersCommand,
  ListServicesCommand,
  ListTasksCommand,
} from '@aws-sdk/client-ecs';
import {
  DescribeAddonCommand,
  DescribeClusterCommand,
  DescribeFargateProfileCommand,
  DescribeNodegroupCommand,
  ListClustersCommand,
  ListFargateProfilesCommand,
  ListNodegroupsCommand,
} from '@aws-sdk/client-eks';
import { ListServiceQuotasCommand } from '@aws-sdk/client-service-quotas';
import { awsFailure } from '../model/aws/aws-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import { type Problem, problemOf } from '../model/base/errors.ts';
import type { TargetClients } from './clients.ts';
import type { ServiceClients } from './service-clients.ts';

/** One permission that a scan needs. */
export interface PermissionAnswer {
  /** As IAM writes it: `ec2:DescribeSubnets`. */
  readonly action: string;
  /** `null`: the call is allowed. */
  readonly problem: Problem | null;
}

/** EC2 answers this where the call would be allowed (EC2 API Reference, "Dry run"). */
const ALLOWED_DRY_RUN = 'DryRunOperation';

/** The cluster of the probes where there is none: AWS looks for it after it has decided on the permission. */
const NO_CLUSTER = 'headroom-doctor';

type Probe = readonly [action: string, call: () => Promise<unknown>];

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** `ResourceNotFoundException`, `ClusterNotFoundException`, `InvalidSubnetID.NotFound`: AWS decides on the permission before it looks. */
const NOT_THERE = /^(?:\w+\.NotFound|(?:Resource|Cluster)NotFoundException)$/;

/** What says that a call was allowed although it did not succeed. */
const isAllowed = (error: unknown): boolean =>
  nameOf(error) === ALLOWED_DRY_RUN || NOT_THERE.test(nameOf(error));

const probes = (
  { ec2 }: TargetClients,
  { ecs, eks, autoScaling, serviceQuotas }: ServiceClients,
): readonly Probe[] => {
  const page = { DryRun: true };
  const clusterName = NO_CLUSTER;
  return [
    [
      'autoscaling:DescribeAutoScalingGroups',
      () => autoScaling.send(new DescribeAutoScalingGroupsCommand({ MaxRecords: 1 })),
    ],
    [
      'autoscaling:DescribeScalingActivities',
      () => autoScaling.send(new DescribeScalingActivitiesCommand({ MaxRecords: 1 })),
    ],
    ['ec2:DescribeAddresses', () => ec2.send(new DescribeAddressesCommand(page))],
    [
      'ec2:DescribeFleetHistory',
      () =>
        ec2.send(
          new DescribeFleetHistoryCommand({
            ...page,
            FleetId: 'fleet-00000000-0000-0000-0000-000000000000',
            StartTime: new Date(0),
          }),
        ),
    ],
    ['ec2:DescribeFleets', () => ec2.send(new DescribeFleetsCommand(page))],
    ['ec2:DescribeInstances', () => ec2.send(new DescribeInstancesCommand(page))],
    [
      'ec2:DescribeInstanceTypes',
      () => ec2.send(new DescribeInstanceTypesCommand({ ...page, InstanceTypes: ['m5.large'] })),
    ],
    [
      'ec2:DescribeLaunchTemplateVersions',
      () => ec2.send(new DescribeLaunchTemplateVersionsCommand({ ...page, Versions: ['$Default'] })),
    ],
    ['ec2:DescribeNetworkInterfaces', () => ec2.send(new DescribeNetworkInterfacesCommand(page))],
    ['ec2:DescribeRegions', () => ec2.send(new DescribeRegionsCommand(page))],
    ['ec2:DescribeRouteTables', () => ec2.send(new DescribeRouteTablesCommand(page))],
    [
      'ec2:DescribeSpotFleetRequestHistory',
      () =>
        ec2.send(
          new DescribeSpotFleetRequestHistoryCommand({
            ...page,
            SpotFleetRequestId: 'sfr-00000000-0000-0000-0000-000000000000',
            StartTime: new Date(0),
          }),
        ),
    ],
    ['ec2:DescribeSpotFleetRequests', () => ec2.send(new DescribeSpotFleetRequestsCommand(page))],
    ['ec2:DescribeSpotInstanceRequests', () => ec2.send(new DescribeSpotInstanceRequestsCommand(page))],
    ['ec2:DescribeSubnets', () => ec2.send(new DescribeSubnetsCommand(page))],
    [
      'ec2:DescribeTransitGatewayVpcAttachments',
      () => ec2.send(new DescribeTransitGatewayVpcAttachmentsCommand(page)),
    ],
    ['ec2:DescribeVpcEndpoints', () => ec2.send(new DescribeVpcEndpointsCommand(page))],
    ['ec2:DescribeVpcPeeringConnections', () => ec2.send(new DescribeVpcPeeringConnectionsCommand(page))],
    ['ec2:DescribeVpcs', () => ec2.send(new DescribeVpcsCommand(page))],
    [
      'ec2:GetSubnetCidrReservations',
      () => ec2.send(new GetSubnetCidrReservationsCommand({ ...page, SubnetId: 'subnet-00000000000000000' })),
    ],
    [
      'ecs:DescribeServices',
      () => ecs.send(new DescribeServicesCommand({ cluster: NO_CLUSTER, services: [NO_CLUSTER] })),
    ],
    [
      'ecs:DescribeTasks',
      () => ecs.send(new DescribeTasksCommand({ cluster: NO_CLUSTER, tasks: [NO_CLUSTER] })),
    ],
    ['ecs:ListClusters', () => ecs.send(new ListEcsClustersCommand({ maxResults: 1 }))],
    ['ecs:ListServices', () => ecs.send(new ListServicesCommand({ cluster: NO_CLUSTER, maxResults: 1 }))],
    ['ecs:ListTasks', () => ecs.send(new ListTasksCommand({ cluster: NO_CLUSTER, maxResults: 1 }))],
    ['eks:DescribeAddon', () => eks.send(new DescribeAddonCommand({ clusterName, addonName: 'vpc-cni' }))],
    ['eks:DescribeCluster', () => eks.send(new DescribeClusterCommand({ name: clusterName }))],
    [
      'eks:DescribeFargateProfile',
      () => eks.send(new DescribeFargateProfileCommand({ clusterName, fargateProfileName: clusterName })),
    ],
    [
      'eks:DescribeNodegroup',
      () => eks.send(new DescribeNodegroupCommand({ clusterName, nodegroupName: clusterName })),
    ],
    ['eks:ListClusters', () => eks.send(new ListClustersCommand({ maxResults: 1 }))],
    [
      'eks:ListFargateProfiles',
      () => eks.send(new ListFargateProfilesCommand({ clusterName, maxResults: 1 })),
    ],
    ['eks:ListNodegroups', () => eks.send(new ListNodegroupsCommand({ clusterName, maxResults: 1 }))],
    [
      'servicequotas:ListServiceQuotas',
      () => serviceQuotas.send(new ListServiceQuotasCommand({ ServiceCode: 'vpc', MaxResults: 1 })),
    ],
  ];
};

/**
 * Tries every call of a scan in one target, without its answers: EC2 with `DryRun`, the others with the smallest page or
 * for a cluster that there is not. It changes nothing.
 */
export const probePermissions = async (
  clients: TargetClients,
  target: Target,
  roleArn: string | null,
): Promise<readonly PermissionAnswer[]> => {
  const answers: PermissionAnswer[] = [];
  // One after the other: a doctor is in no hurry, and the quota belongs to the nodes.
  for (const [action, call] of probes(clients, await clients.services())) {
    try {
      await call();
      answers.push({ action, problem: null });
    } catch (error) {
      const allowed = isAllowed(error);
      answers.push({
        action,
        problem: allowed ? null : problemOf(awsFailure(error, { action, target, roleArn })),
      });
    }
  }
  return answers;
};
