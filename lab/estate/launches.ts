import { AllocationError } from '../cni/allocation-error.ts';
import type { LabEcsService, LabFleet, LabInterface, LabSpotRequest } from './records.ts';
import type { World } from './world.ts';

/** What asks EC2 for addresses outside of EKS: tasks of ECS, fleets and Spot requests, with what each says when it gets none. */

interface Place {
  readonly ownerId: string;
  readonly region: string;
}

export const createService = (
  world: World,
  service: Place & Pick<LabEcsService, 'clusterName' | 'name' | 'subnetIds'>,
): LabEcsService => {
  const made: LabEcsService = { ...service, events: [], stoppedTasks: [] };
  world.ecsServices.set(`${service.clusterName}/${service.name}`, made);
  return made;
};

/** Starts a task of a service. Without an address ECS stops it, and RunTask succeeded nevertheless. */
export const runTask = (world: World, key: string, subnetId: string): LabInterface | null => {
  const service = world.ecsServices.get(key);
  if (service === undefined) throw new RangeError(`no service ${key}`);
  try {
    return world.createInterface({
      subnetId,
      ownerId: service.ownerId,
      description: `arn:aws:ecs:${service.region}:${service.ownerId}:attachment/${key}`,
      requesterManaged: true,
    });
  } catch (error) {
    if (!(error instanceof AllocationError)) throw error;
    stopTask(
      world,
      key,
      subnetId,
      `Unexpected EC2 error while attempting to Create Network Interface with public IP assignment disabled in subnet '${subnetId}': ${error.code}`,
    );
    return null;
  }
};

/** A task that stopped, for whatever reason. */
export const stopTask = (world: World, key: string, subnetId: string, reason: string): void => {
  const service = world.ecsServices.get(key);
  if (service === undefined) throw new RangeError(`no service ${key}`);
  const at = new Date(world.now);
  const task = {
    taskId: world.newId('task'),
    at,
    reason,
    subnetId,
    availabilityZone: world.subnet(subnetId).availabilityZone,
  };
  world.ecsServices.set(key, {
    ...service,
    stoppedTasks: [task, ...service.stoppedTasks],
    events: [
      { at, message: `(service ${service.name}) failed to launch a task with (error ${reason}).` },
      ...service.events,
    ],
  });
};

export const createFleet = (world: World, fleet: Place & Pick<LabFleet, 'kind'>): LabFleet => {
  const id = world.newId('0').slice(2);
  const made: LabFleet = {
    ...fleet,
    fleetId: `${fleet.kind === 'ec2' ? 'fleet' : 'sfr'}-${id.slice(0, 8)}-0000-4000-8000-${id.padStart(12, '0').slice(-12)}`,
    history: [],
    tags: {},
  };
  world.fleets.set(made.fleetId, made);
  return made;
};

/** Notes in a fleet's history what it met. */
export const noteInFleet = (
  world: World,
  fleetId: string,
  event: { readonly type: string; readonly subType: string; readonly description: string },
): void => {
  const fleet = world.fleets.get(fleetId);
  if (fleet === undefined) throw new RangeError(`no fleet ${fleetId}`);
  world.fleets.set(fleetId, { ...fleet, history: [...fleet.history, { ...event, at: new Date(world.now) }] });
};

/** A Spot request that waits, or failed, with the status that EC2 gives it. */
export const createSpotRequest = (
  world: World,
  request: Omit<LabSpotRequest, 'requestId' | 'at' | 'tags'>,
): LabSpotRequest => {
  const made = { ...request, requestId: world.newId('sir'), at: new Date(world.now), tags: {} };
  world.spotRequests.set(made.requestId, made);
  return made;
};
