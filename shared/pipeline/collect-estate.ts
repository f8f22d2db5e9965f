import pLimit from 'p-limit';
import type { Recorded, TargetEstate } from '../inventory/estate.ts';
import { SubnetGoneError } from '../inventory/inventory-source.ts';
import type {
  Instance,
  NetworkInterface,
  RefusedCluster,
  SubnetCidrReservation,
  Target,
} from '../model/aws/inventory.ts';
import { HeadroomError, problemOf } from '../model/base/errors.ts';
import type { TargetSources } from './collect.ts';
import { templatesOf } from './read-launch-templates.ts';

/** EC2's request quota is shared with the nodes' own CNI: a few calls at a time leave it room. */
const CONCURRENT_CALLS = 4;

/**
 * Reads everything of a target that a scan could ask for, to be kept (`headroom collect`). A part that could not be
 * read is recorded with its problem, so that scans of the estate know what they do not know.
 */
export const collectEstate = async (target: Target, sources: TargetSources): Promise<TargetEstate> => {
  const { inventory, clusters, quotas } = sources;
  const vpcs = await recorded(() => inventory.vpcs({}));
  const subnets = await recorded(() => inventory.subnets({}));
  const interfaces = await recorded(async () => {
    const found: NetworkInterface[] = [];
    await inventory.eachInterface({}, (each) => found.push(each));
    return found;
  });
  const instances = await recorded(async () => {
    const found: Instance[] = [];
    await inventory.eachInstance({}, (each) => found.push(each));
    return found;
  });
  const types =
    'code' in instances ? [] : [...new Set(instances.map(({ instanceType }) => instanceType))].sort();
  const reservations: Record<string, Recorded<SubnetCidrReservation>> = {};
  const limit = pLimit(CONCURRENT_CALLS);
  const subnetIds = 'code' in subnets ? [] : subnets.map(({ subnetId }) => subnetId);
  await Promise.all(
    subnetIds.map((subnetId) =>
      limit(async () => {
        try {
          reservations[subnetId] = await recorded(() => inventory.reservations(subnetId));
        } catch (error) {
          if (!(error instanceof SubnetGoneError)) throw error;
        }
      }),
    ),
  );
  const autoScalingGroups =
    clusters === null ? NOBODY_ASKED : await recorded(() => clusters.autoScalingGroups());
  const refusedClusters: RefusedCluster[] = [];
  const eksClusters =
    clusters === null
      ? NOBODY_ASKED
      : await recorded(async () => {
          const { described, refused } = await clusters.eksClusters();
          refusedClusters.push(...refused);
          return described;
        });
  const templates = 'code' in autoScalingGroups ? [] : templatesOf(autoScalingGroups);
  return {
    target,
    vpcs,
    subnets,
    interfaces,
    reservations: Object.fromEntries(Object.entries(reservations).sort(([a], [b]) => (a < b ? -1 : 1))),
    instances,
    instanceTypes: await recorded(() => inventory.instanceTypes(types)),
    vpcConnections: await recorded(() => inventory.vpcConnections({})),
    routeTables: await recorded(async () => (await inventory.routeTables({})) ?? []),
    elasticAddresses: await recorded(async () => (await inventory.elasticAddresses()) ?? []),
    launchTemplates: await recorded(async () => (await inventory.launchTemplates(templates)) ?? []),
    vpcEndpoints: await recorded(async () => (await inventory.vpcEndpoints({})) ?? []),
    ...(quotas === undefined
      ? {}
      : { serviceQuotas: await recorded(async () => (await quotas.quotas()) ?? []) }),
    eksClusters,
    ...(refusedClusters.length === 0 ? {} : { refusedClusters }),
    autoScalingGroups,
  };
};

const NOBODY_ASKED = {
  code: 'not-collected',
  message: 'Clusters were not asked for when the estate was collected',
  action: 'Collect the estate again, with access to EKS and Auto Scaling.',
};

const recorded = async <Record>(read: () => Promise<readonly Record[]>): Promise<Recorded<Record>> => {
  try {
    return await read();
  } catch (error) {
    // A subnet that is gone is no problem of the estate; a defect of ours is none that could be recorded.
    if (error instanceof SubnetGoneError || !(error instanceof HeadroomError)) throw error;
    return problemOf(error);
  }
};
