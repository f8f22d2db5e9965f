import type { InventoryScope, InventorySource } from '../inventory/inventory-source.ts';
import type { NetworkInterface, Subnet } from '../model/aws/inventory.ts';
import type { PastScan } from '../model/result/past-scan.ts';
import { countPacked, InterfacePacker, type PackedInterfaces } from '../model/subnet/packed-interfaces.ts';
import { interfaceListings, subnetListings } from './interface-listings.ts';
import type { TargetReading } from './target-reading.ts';

export interface ReadInterfacesInput {
  readonly scope: InventoryScope;
  readonly inventory: Pick<InventorySource, 'eachInterface'>;
  /** Every VPC that interfaces can be in. */
  readonly vpcIds: readonly string[];
  readonly previous: Pick<PastScan, 'subnets'> | null;
  readonly manyInterfaces?: number | undefined;
}

/** Hands over every interface of the target, as AWS lists them now. @throws HeadroomError when a listing broke off */
export const readAllInterfaces = async (
  { inventory, manyInterfaces, previous, scope, vpcIds }: ReadInterfacesInput,
  receive: (networkInterface: NetworkInterface) => void,
): Promise<void> => {
  const listings = interfaceListings(scope, vpcIds, previous, manyInterfaces);
  await Promise.all(listings.map((part) => inventory.eachInterface(part, receive)));
};

/** The interfaces of the subnets that were read again, by subnet. */
export type ReadSubnets = ReadonlyMap<string, PackedInterfaces>;

/**
 * The interfaces of the subnets that are read again. They are packed as they arrive, so that nothing else has to be known by then: the
 * instances that they belong to are listed at the same time.
 *
 * @throws HeadroomError when a listing broke off
 */
export const readChangedInterfaces = async (
  input: ReadInterfacesInput,
  subnets: readonly Subnet[],
  { kept, plan }: TargetReading,
): Promise<ReadSubnets> => {
  const packers = new Map<string, InterfacePacker>();
  for (const subnet of subnets)
    if (plan === 'all' || plan.has(subnet.subnetId))
      packers.set(subnet.subnetId, new InterfacePacker(subnet));
  // One in a subnet that was created after subnets were listed waits for the next scan.
  const take = (networkInterface: NetworkInterface): void =>
    packers.get(networkInterface.subnetId)?.add(networkInterface);
  if (plan === 'all') await readAllInterfaces(input, take);
  else {
    const interfacesIn = (subnetId: string): number => {
      const known = kept?.subnets.get(subnetId);
      return known === undefined ? 0 : countPacked(known.interfaces);
    };
    await Promise.all(
      subnetListings([...plan], interfacesIn).map((subnetIds) =>
        input.inventory.eachInterface({ subnetIds }, take),
      ),
    );
  }
  return new Map([...packers].map(([subnetId, packer]) => [subnetId, packer.finish()]));
};
