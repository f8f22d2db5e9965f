import {
  type Activity,
  type AutoScalingClient,
  DescribeScalingActivitiesCommand,
} from '@aws-sdk/client-auto-scaling';
import type { AllocationFailure } from '../model/aws/allocation-failure.ts';
import { refusalIn } from '../model/aws/allocation-failure.ts';
import { answeredList, eachItem } from '../model/aws/aws-pages.ts';
import type { AskedService } from './asked-service.ts';

/** The most activities of one page: Auto Scaling API reference, `MaxRecords`. */
const PAGE_SIZE = 100;

/** Launches of Auto Scaling groups that failed for want of an address: one call for each hundred scaling activities. */
export const failedActivities = async (
  { client, target, roleArn, options }: AskedService<AutoScalingClient>,
  since: number,
): Promise<readonly AllocationFailure[]> => {
  const failures: AllocationFailure[] = [];
  await eachItem(
    { action: 'autoscaling:DescribeScalingActivities', target, roleArn },
    async (NextToken) => {
      const command = new DescribeScalingActivitiesCommand({
        MaxRecords: PAGE_SIZE,
        IncludeDeletedGroups: true,
        Filters: [{ Name: 'StartTimeLowerBound', Values: [new Date(since).toISOString()] }],
        NextToken,
      });
      const answer = await client.send(command, options);
      return { items: answeredList(answer.Activities, 'scaling activities'), nextToken: answer.NextToken };
    },
    (activity) => {
      // Endpoints that do not know the filter answer with older ones as well.
      if ((activity.StartTime?.getTime() ?? 0) >= since) failures.push(...failureIn(activity));
    },
  );
  return failures;
};

/** A failed launch whose message is about addresses. Messages about capacity, images and quotas are other faults. */
const failureIn = (activity: Activity): readonly AllocationFailure[] => {
  const { AutoScalingGroupName: resource, StartTime, StatusCode, StatusMessage = '', Details } = activity;
  if (resource === undefined || (StatusCode !== 'Failed' && StatusCode !== 'Cancelled')) return [];
  const refusal = refusalIn(StatusMessage);
  if (refusal === null) return [];
  const place = placeIn(Details);
  return [
    {
      at: StartTime?.toISOString() ?? null,
      service: 'auto-scaling',
      resource,
      code: refusal.code,
      subnetId: refusal.subnetId ?? place.subnetId,
      availabilityZone: place.availabilityZone,
      text: StatusMessage,
    },
  ];
};

/** `{"Subnet ID":"subnet-...","Availability Zone":"..."}`, as Auto Scaling writes it. */
const placeIn = (details: string | undefined): Pick<AllocationFailure, 'subnetId' | 'availabilityZone'> => {
  const texts = /"Subnet ID"\s{0,8}:\s{0,8}"(?<subnet>[\w-]{1,64})"/.exec(details ?? '')?.groups;
  const zones = /"Availability Zone"\s{0,8}:\s{0,8}"(?<zone>[\w-]{1,64})"/.exec(details ?? '')?.groups;
  return { subnetId: texts?.['subnet'] ?? null, availabilityZone: zones?.['zone'] ?? null };
};
