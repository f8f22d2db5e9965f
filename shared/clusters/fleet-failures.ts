import {
  DescribeFleetHistoryCommand,
  DescribeFleetsCommand,
  DescribeSpotFleetRequestHistoryCommand,
  DescribeSpotFleetRequestsCommand,
  DescribeSpotInstanceRequestsCommand,
  type EC2Client,
  type EventInformation,
} from '@aws-sdk/client-ec2';
import { type AllocationFailure, refusalIn } from '../model/aws/allocation-failure.ts';
import { answeredList, eachItem } from '../model/aws/aws-pages.ts';
import type { AskedService } from './asked-service.ts';

/** States in which a fleet still starts instances. Fleets of type instant have no history: their caller gets the errors. */
const FLEET_STATES = ['submitted', 'active', 'modifying'];

/** A request that waits says why it does; one that failed, why it did. */
const REQUEST_STATES = ['open', 'failed'];

interface FleetEvent {
  readonly Timestamp?: Date | undefined;
  readonly EventInformation?: EventInformation | undefined;
}

/** EC2 fleets that could not start an instance for want of an address, by their history. */
export const failedFleets = async (
  asked: AskedService<EC2Client>,
  since: number,
): Promise<readonly AllocationFailure[]> => {
  const { client, options, target, roleArn } = asked;
  const fleets: string[] = [];
  await eachItem(
    { action: 'ec2:DescribeFleets', target, roleArn },
    async (NextToken) => {
      const command = new DescribeFleetsCommand({
        Filters: [{ Name: 'fleet-state', Values: FLEET_STATES }],
        NextToken,
      });
      const answer = await client.send(command, options);
      return {
        items: answeredList(answer.Fleets, 'fleets', answer.NextToken),
        nextToken: answer.NextToken,
      };
    },
    ({ FleetId }) => {
      if (FleetId !== undefined) fleets.push(FleetId);
    },
  );
  return failuresInHistories(asked, fleets, since, {
    action: 'ec2:DescribeFleetHistory',
    service: 'ec2-fleet',
    read: (FleetId, StartTime, NextToken) =>
      client.send(new DescribeFleetHistoryCommand({ FleetId, StartTime, NextToken }), options),
  });
};

/** How the history of one kind of fleet is read. */
interface History {
  readonly action: string;
  readonly service: 'ec2-fleet' | 'spot';
  readonly read: (
    fleetId: string,
    since: Date,
    nextToken: string | undefined,
  ) => Promise<{
    readonly HistoryRecords?: FleetEvent[] | undefined;
    readonly NextToken?: string | undefined;
  }>;
}

const failuresInHistories = async (
  { target, roleArn }: AskedService<EC2Client>,
  fleets: readonly string[],
  since: number,
  { action, service, read }: History,
): Promise<AllocationFailure[]> => {
  const failures: AllocationFailure[] = [];
  for (const fleetId of fleets) {
    await eachItem(
      { action, target, roleArn },
      async (token) => {
        const answer = await read(fleetId, new Date(since), token);
        return {
          items: answeredList(answer.HistoryRecords, 'events of a fleet', answer.NextToken),
          nextToken: answer.NextToken,
        };
      },
      (event) => failures.push(...failureIn(event, service, fleetId, since)),
    );
  }
  return failures;
};

/** The same of Spot fleets, and Spot requests of their own that wait or failed. */
export const failedSpotRequests = async (
  asked: AskedService<EC2Client>,
  since: number,
): Promise<readonly AllocationFailure[]> => {
  const { client, options, target, roleArn } = asked;
  const fleets: string[] = [];
  await eachItem(
    { action: 'ec2:DescribeSpotFleetRequests', target, roleArn },
    async (NextToken) => {
      const answer = await client.send(new DescribeSpotFleetRequestsCommand({ NextToken }), options);
      return {
        items: answeredList(answer.SpotFleetRequestConfigs, 'Spot fleets', answer.NextToken),
        nextToken: answer.NextToken,
      };
    },
    ({ SpotFleetRequestId, SpotFleetRequestState = '' }) => {
      if (SpotFleetRequestId !== undefined && FLEET_STATES.includes(SpotFleetRequestState)) {
        fleets.push(SpotFleetRequestId);
      }
    },
  );
  const failures = await failuresInHistories(asked, fleets, since, {
    action: 'ec2:DescribeSpotFleetRequestHistory',
    service: 'spot',
    read: (SpotFleetRequestId, StartTime, NextToken) =>
      client.send(
        new DescribeSpotFleetRequestHistoryCommand({ SpotFleetRequestId, StartTime, NextToken }),
        options,
      ),
  });
  await eachItem(
    { action: 'ec2:DescribeSpotInstanceRequests', target, roleArn },
    async (NextToken) => {
      const command = new DescribeSpotInstanceRequestsCommand({
        Filters: [{ Name: 'state', Values: REQUEST_STATES }],
        NextToken,
      });
      const answer = await client.send(command, options);
      return {
        items: answeredList(answer.SpotInstanceRequests, 'Spot requests', answer.NextToken),
        nextToken: answer.NextToken,
      };
    },
    ({ LaunchSpecification, SpotInstanceRequestId, Status, LaunchedAvailabilityZone }) => {
      const at = Status?.UpdateTime ?? null;
      const text = Status?.Message ?? '';
      const refusal = refusalIn(text);
      if (refusal === null || SpotInstanceRequestId === undefined || (at !== null && at.getTime() < since))
        return;
      failures.push({
        at: at?.toISOString() ?? null,
        service: 'spot',
        resource: SpotInstanceRequestId,
        code: refusal.code,
        subnetId:
          refusal.subnetId ??
          LaunchSpecification?.SubnetId ??
          LaunchSpecification?.NetworkInterfaces?.[0]?.SubnetId ??
          null,
        availabilityZone:
          LaunchedAvailabilityZone ?? LaunchSpecification?.Placement?.AvailabilityZone ?? null,
        text,
      });
    },
  );
  return failures;
};

/** The description is text, in part JSON: whatever type the event has, only a refused address is one of ours. */
const failureIn = (
  { EventInformation, Timestamp }: FleetEvent,
  service: 'ec2-fleet' | 'spot',
  resource: string,
  since: number,
): readonly AllocationFailure[] => {
  const text = EventInformation?.EventDescription ?? '';
  const refusal = refusalIn(text);
  if (refusal === null || (Timestamp !== undefined && Timestamp.getTime() < since)) return [];
  return [
    {
      at: Timestamp?.toISOString() ?? null,
      service,
      resource,
      code: refusal.code,
      subnetId: refusal.subnetId,
      availabilityZone: null,
      text,
    },
  ];
};
