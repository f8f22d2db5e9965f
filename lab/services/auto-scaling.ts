import { LabError } from '../http/lab-error.ts';
import { type PageLimits, pageOf } from '../http/pages.ts';
import { optionalText, recordList, requiredText, textList } from '../http/parameters.ts';
import { awsQuery } from '../http/protocol.ts';
import type { Action, LabService } from '../service.ts';

/** Auto Scaling API reference, DescribeAutoScalingGroups: 50 by default, 100 at most. */
const PAGE: PageLimits = {
  parameter: 'MaxRecords',
  token: 'NextToken',
  minimum: 1,
  maximum: 100,
  otherwise: 50,
};

const describeAutoScalingGroups: Action = ({ parameters, view }) => {
  const names = textList(parameters, 'AutoScalingGroupNames');
  const page = pageOf(
    view().autoScalingGroups,
    'DescribeAutoScalingGroups',
    parameters,
    PAGE,
    ({ name }) => names.length === 0 || names.includes(name),
  );
  return {
    AutoScalingGroups: page.map((group) => ({
      AutoScalingGroupName: group.name,
      AutoScalingGroupARN: `arn:aws:autoscaling:${group.region}:${group.ownerId}:autoScalingGroup:0a1b2c3d:autoScalingGroupName/${group.name}`,
      MinSize: group.minSize,
      MaxSize: group.maxSize,
      DesiredCapacity: group.desiredCapacity,
      DefaultCooldown: 300,
      AvailabilityZones: [...new Set(group.instances.map(({ availabilityZone }) => availabilityZone))],
      VPCZoneIdentifier: group.subnetIds.join(','),
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: {
            LaunchTemplateName: group.name,
            ...(group.launchTemplateId === undefined ? {} : { LaunchTemplateId: group.launchTemplateId }),
            Version: '1',
          },
          Overrides: group.instanceTypes.map((InstanceType) => ({ InstanceType })),
        },
      },
      Instances: group.instances.map(({ instanceId, instanceType, availabilityZone }) => ({
        InstanceId: instanceId,
        InstanceType: instanceType,
        AvailabilityZone: availabilityZone,
        LifecycleState: 'InService',
        HealthStatus: 'Healthy',
        ProtectedFromScaleIn: false,
      })),
      Tags: Object.entries(group.tags).map(([Key, Value]) => ({
        ResourceId: group.name,
        ResourceType: 'auto-scaling-group',
        Key,
        Value,
        PropagateAtLaunch: true,
      })),
    })),
    NextToken: page.nextToken,
  };
};

/** The latest first. Only launches that failed are kept; of the filters only the lower bound is known. */
const describeScalingActivities: Action = ({ parameters, view }) => {
  const name = optionalText(parameters, 'AutoScalingGroupName');
  const since = recordList(parameters, 'Filters')
    .filter((filter) => filter['Name'] === 'StartTimeLowerBound')
    .flatMap((filter) => textList(filter, 'Values'))
    .map((text) => Date.parse(text));
  const page = pageOf(
    view().scalingActivities,
    'DescribeScalingActivities',
    parameters,
    { ...PAGE, otherwise: 100 },
    ({ groupName, at }) =>
      (name === null || groupName === name) && since.every((bound) => at.getTime() >= bound),
  );
  return {
    Activities: page.map((activity) => ({
      ActivityId: activity.activityId,
      AutoScalingGroupName: activity.groupName,
      Description: `Launching a new EC2 instance.  Status Reason: ${activity.message}`,
      Cause: `At ${activity.at.toISOString()} an instance was started in response to a difference between desired and actual capacity.`,
      StartTime: activity.at.toISOString(),
      EndTime: activity.at.toISOString(),
      StatusCode: 'Failed',
      StatusMessage: activity.message,
      Progress: 100,
      Details: JSON.stringify({
        'Subnet ID': activity.subnetId,
        'Availability Zone': activity.availabilityZone,
      }),
    })),
    NextToken: page.nextToken,
  };
};

/** Groups of a simulated cluster are named `eks-<cluster>-<group>`; the cluster carries the order out. */
const updateAutoScalingGroup: Action = ({ parameters, accountId, region, change }) => {
  const name = requiredText(parameters, 'AutoScalingGroupName');
  const number = (parameter: string): number | undefined => {
    const text = optionalText(parameters, parameter);
    return text === null ? undefined : Number(text);
  };
  const [first, ...rest] = (optionalText(parameters, 'VPCZoneIdentifier') ?? '').split(',');
  const minSize = number('MinSize');
  const maxSize = number('MaxSize');
  const desiredSize = number('DesiredCapacity');
  change((world) => {
    if (!world.autoScalingGroups.has(`${accountId}/${region}/${name}`)) {
      throw new LabError('ValidationError', `AutoScalingGroup name not found - ${name}`);
    }
    for (const [cluster, controller] of world.controllers) {
      const prefix = `eks-${cluster}-`;
      if (!name.startsWith(prefix)) continue;
      controller.resize(name.slice(prefix.length), {
        ...(minSize === undefined ? {} : { minSize }),
        ...(maxSize === undefined ? {} : { maxSize }),
        ...(desiredSize === undefined ? {} : { desiredSize }),
        ...(first === undefined || first === '' ? {} : { subnetIds: [first, ...rest] as const }),
      });
    }
  });
  return {};
};

export const autoScaling: LabService = {
  name: 'auto-scaling',
  signingName: 'autoscaling',
  iamPrefix: 'autoscaling',
  protocols: [awsQuery('http://autoscaling.amazonaws.com/doc/2011-01-01/')],
  actions: {
    DescribeAutoScalingGroups: describeAutoScalingGroups,
    DescribeScalingActivities: describeScalingActivities,
    UpdateAutoScalingGroup: updateAutoScalingGroup,
  },
};
