import type { InstanceScope, InventoryScope, InventorySource } from '../inventory/inventory-source.ts';
import type { Instance, Subnet } from '../model/aws/inventory.ts';
import type { PastScan } from '../model/result/past-scan.ts';
import {
  countInstances,
  eachPackedInstance,
  NO_INSTANCES,
  type PackedInstances,
} from '../model/subnet/packed-instances.ts';
import type { KeptTarget } from '../model/target/reading-plan.ts';
import { interfaceListings, subnetListings } from './interface-listings.ts';
import type { TargetReading } from './target-reading.ts';

export interface ReadInstancesInput {
  readonly scope: InventoryScope;
  readonly inventory: Pick<InventorySource, 'eachInstance'>;
  readonly vpcIds: readonly string[];
  readonly previous: Pick<PastScan, 'subnets'> | null;
  readonly manyInterfaces?: number | undefined;
}

type Instances = Map<string, Instance>;

/** @param reading absent: all are read */
export const readInstances = async (
  input: ReadInstancesInput,
  subnets: readonly Subnet[],
  reading: TargetReading | undefined,
): Promise<Instances> => {
  if (reading === undefined) return readAll(input);
  const { kept, plan } = reading;
  const instances = await (kept === null || plan === 'all'
    ? readAll(input)
    : readChanged(input, subnets, kept, plan));
  // The same order in every scan, whichever of them are read: what a scan says of nodes, it says in this order.
  return new Map([...instances].toSorted(([a], [b]) => (a < b ? -1 : 1)));
};

/** Every instance of the target, as EC2 lists them now. */
const readAll = ({
  scope,
  inventory,
  vpcIds,
  previous,
  manyInterfaces,
}: ReadInstancesInput): Promise<Instances> =>
  readListings(inventory, interfaceListings(scope, vpcIds, previous, manyInterfaces));

/** EC2 API reference, `InstanceState`: every state but `running`. Few instances are in one of them. */
const NOT_RUNNING = ['pending', 'shutting-down', 'terminated', 'stopping', 'stopped'];

/**
 * Every instance of the target. Those of quiet subnets come from what earlier scans kept, and one list of all that are not running
 * shows whether that is still so: a subnet in which an instance started, stopped or ended since then is read again.
 *
 * @param plan the subnets that are read again; gets those that the states of instances add
 */
const readChanged = async (
  input: ReadInstancesInput,
  subnets: readonly Subnet[],
  kept: KeptTarget,
  plan: Set<string>,
): Promise<Instances> => {
  const { scope, inventory } = input;
  const quiet = subnets.filter(({ subnetId }) => !plan.has(subnetId));
  const keptIn = (subnetId: string): PackedInstances | null => kept.subnets.get(subnetId)?.instances ?? null;
  if (quiet.some(({ subnetId }) => keptIn(subnetId) === null)) return readAll(input);
  const instances = await readListings(inventory, [{ ...scope, states: NOT_RUNNING }]);
  const states = new Map([...instances].map(([instanceId, { state }]) => [instanceId, state]));
  // One that has ended is in no subnet any more, and one that is kept is looked at below.
  const started = new Map([...instances].map(([instanceId, { subnetId }]) => [instanceId, subnetId]));
  const unchanged: Instance[] = [];
  for (const { subnetId } of quiet) {
    eachPackedInstance(keptIn(subnetId) ?? NO_INSTANCES, (instance) => {
      started.delete(instance.instanceId);
      if ((states.get(instance.instanceId) ?? 'running') !== instance.state) plan.add(subnetId);
      else unchanged.push(instance);
    });
  }
  const startedIn = new Set(started.values());
  for (const { subnetId } of quiet) if (startedIn.has(subnetId)) plan.add(subnetId);
  for (const instance of unchanged)
    if (!plan.has(instance.subnetId ?? '') && !instances.has(instance.instanceId))
      instances.set(instance.instanceId, instance);
  const instancesIn = (subnetId: string): number => countInstances(keptIn(subnetId) ?? NO_INSTANCES);
  const listings = subnetListings([...plan], instancesIn).map((subnetIds) => ({ subnetIds }));
  for (const [instanceId, instance] of await readListings(inventory, listings))
    instances.set(instanceId, instance);
  return instances;
};

const readListings = async (
  inventory: ReadInstancesInput['inventory'],
  listings: readonly InstanceScope[],
): Promise<Instances> => {
  const instances: Instances = new Map();
  await Promise.all(
    listings.map((scope) =>
      inventory.eachInstance(scope, (instance) => instances.set(instance.instanceId, instance)),
    ),
  );
  return instances;
};
