import type { InstanceScope, InventoryScope, InventorySource } from '../inventory/inventory-source.ts';
import type { Instance, Subnet } from '../model/aws/inventory.ts';
import { SharedTags } from '../model/aws/shared-tags.ts';
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
  const { kept, notRunning, plan } = reading;
  const instances = await (kept === null || plan === 'all' || notRunning === null
    ? readAll(input)
    : readChanged(input.inventory, subnets, kept, plan, notRunning));
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

/** Every instance of the target that is not running. */
export const readNotRunning = ({ inventory, scope }: ReadInstancesInput): Promise<Instances> =>
  readListings(inventory, [{ ...scope, states: NOT_RUNNING }]);

/** Every instance of the target, those of subnets that are not read again from what earlier scans kept. */
const readChanged = async (
  inventory: ReadInstancesInput['inventory'],
  subnets: readonly Subnet[],
  kept: KeptTarget,
  plan: ReadonlySet<string>,
  notRunning: ReadonlyMap<string, Instance>,
): Promise<Instances> => {
  const keptIn = (subnetId: string): PackedInstances => kept.subnets.get(subnetId)?.instances ?? NO_INSTANCES;
  // One that has ended is in no subnet any more.
  const instances: Instances = new Map([...notRunning].filter(([, { subnetId }]) => subnetId === null));
  for (const { subnetId } of subnets) {
    if (plan.has(subnetId)) continue;
    eachPackedInstance(keptIn(subnetId), (instance) => instances.set(instance.instanceId, instance));
  }
  const instancesIn = (subnetId: string): number => countInstances(keptIn(subnetId));
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
  const shared = new SharedTags();
  await Promise.all(
    listings.map((scope) =>
      inventory.eachInstance(scope, (instance) => {
        instances.set(instance.instanceId, { ...instance, tags: shared.of(instance.tags) });
      }),
    ),
  );
  return instances;
};
