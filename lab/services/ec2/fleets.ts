import type { LabFleet, LabSpotRequest } from '../../estate/records.ts';
import { LabError } from '../../http/lab-error.ts';
import { type PageLimits, pageOf } from '../../http/pages.ts';
import { requiredText } from '../../http/parameters.ts';
import type { Action, ActionContext } from '../../service.ts';
import { eachOf } from './each-of.ts';
import { type FilterValues, passesFilters, tagSet } from './filters.ts';

/** EC2 API reference: at most 1,000 a page for each of these. */
const PAGE: PageLimits = {
  parameter: 'MaxResults',
  token: 'NextToken',
  minimum: 1,
  maximum: 1000,
  otherwise: 1000,
};

const FLEET_FILTERS: FilterValues<LabFleet> = { 'fleet-state': () => ['active'] };
const REQUEST_FILTERS: FilterValues<LabSpotRequest> = { state: ({ state }) => [state] };

export const describeFleets: Action = ({ parameters, view }) => {
  const filtered = passesFilters(parameters, FLEET_FILTERS);
  const own = [...eachOf(view().fleets)].filter(({ kind }) => kind === 'ec2');
  const page = pageOf(own, 'DescribeFleets', parameters, PAGE, filtered);
  return {
    fleetSet: page.map(({ fleetId, tags }) => ({
      fleetId,
      fleetState: 'active',
      activityStatus: 'pending_fulfillment',
      type: 'maintain',
      tagSet: tagSet(tags),
    })),
    nextToken: page.nextToken,
  };
};

export const describeSpotFleetRequests: Action = ({ parameters, view }) => {
  const own = [...eachOf(view().fleets)].filter(({ kind }) => kind === 'spot');
  const page = pageOf(own, 'DescribeSpotFleetRequests', parameters, PAGE);
  return {
    spotFleetRequestConfigSet: page.map(({ fleetId }) => ({
      spotFleetRequestId: fleetId,
      spotFleetRequestState: 'active',
      activityStatus: 'pending_fulfillment',
    })),
    nextToken: page.nextToken,
  };
};

const historyOf = (
  { parameters, view }: ActionContext,
  parameter: 'FleetId' | 'SpotFleetRequestId',
  action: string,
) => {
  const id = requiredText(parameters, parameter);
  const since = Date.parse(requiredText(parameters, 'StartTime'));
  const fleet = [...eachOf(view().fleets)].find(({ fleetId }) => fleetId === id);
  if (fleet === undefined)
    throw new LabError(`Invalid${parameter}.NotFound`, `The fleet ID '${id}' does not exist`);
  return pageOf(fleet.history, action, parameters, PAGE, ({ at }) => at.getTime() >= since);
};

const eventOf = ({ at, type, subType, description }: LabFleet['history'][number]) => ({
  timestamp: at,
  eventType: type,
  eventInformation: { eventSubType: subType, eventDescription: description },
});

export const describeFleetHistory: Action = (context) => {
  const page = historyOf(context, 'FleetId', 'DescribeFleetHistory');
  return {
    fleetId: requiredText(context.parameters, 'FleetId'),
    historyRecordSet: page.map(eventOf),
    nextToken: page.nextToken,
  };
};

export const describeSpotFleetRequestHistory: Action = (context) => {
  const page = historyOf(context, 'SpotFleetRequestId', 'DescribeSpotFleetRequestHistory');
  return {
    spotFleetRequestId: requiredText(context.parameters, 'SpotFleetRequestId'),
    historyRecordSet: page.map(eventOf),
    nextToken: page.nextToken,
  };
};

export const describeSpotInstanceRequests: Action = ({ parameters, view }) => {
  const filtered = passesFilters(parameters, REQUEST_FILTERS);
  const page = pageOf(view().spotRequests, 'DescribeSpotInstanceRequests', parameters, PAGE, filtered);
  return {
    spotInstanceRequestSet: page.map(({ requestId, at, state, code, message, subnetId, tags }) => ({
      spotInstanceRequestId: requestId,
      state,
      status: { code, message, updateTime: at },
      launchSpecification: { subnetId },
      tagSet: tagSet(tags),
    })),
    nextToken: page.nextToken,
  };
};
