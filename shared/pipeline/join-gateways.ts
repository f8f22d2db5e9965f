import * as z from 'zod/mini';
import type { InventorySource } from '../inventory/inventory-source.ts';
import type { VpcConnection } from '../model/aws/inventory.ts';
import { type GatewayMembers, withMembers, withSeen } from '../model/aws/transit-gateways.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';
import { attempt } from './attempt.ts';

/** As long as members are remembered that no scan sees any more. */
const KEPT_MILLISECONDS = 24 * 3_600_000;

/** A record that says nothing new is written again only after this time, so that it does not lapse. */
const REFRESHED_AFTER_MILLISECONDS = 3_600_000;

const MEMBERS: RecordForm<GatewayMembers> = z.object({
  vpcs: z.array(
    z.object({
      vpcId: z.string(),
      accountId: z.nullable(z.string()),
      cidrBlocks: z.nullable(z.array(z.string())),
      seenAt: z.number(),
    }),
  ),
  allSeenAt: z.nullable(z.number()),
});

/**
 * Joins what this scan sees of its transit gateways with what the scans of other accounts saw: one small record for each
 * gateway, read at every scan and written when it changes. Two scans that write at once may lose the other's part until
 * its next scan. That never makes an unknown range look known.
 */
export const joinGateways = async (
  connections: readonly VpcConnection[],
  cache: CacheStore | null,
  now: number,
): Promise<readonly VpcConnection[]> => {
  if (cache === null) return connections;
  const joined: VpcConnection[] = [];
  for (const connection of connections) {
    joined.push(connection.kind === 'transit-gateway' ? await join(connection, cache, now) : connection);
  }
  return joined;
};

/** Tells the other scans of one command what one target sees. What cannot be read here, its own scan reports. */
export const shareGateways = async (
  inventory: Pick<InventorySource, 'vpcConnections'>,
  cache: CacheStore,
  now: number,
): Promise<void> => {
  await attempt([], async () => joinGateways(await inventory.vpcConnections({}), cache, now));
};

const join = async (connection: VpcConnection, cache: CacheStore, now: number): Promise<VpcConnection> => {
  const key = `transit-gateway/${connection.id}`;
  const known = await cache.get(key, now, MEMBERS);
  const members = withSeen(known, connection, now);
  if (known === null || isChange(known, members)) await cache.put(key, members, now + KEPT_MILLISECONDS);
  return withMembers(connection, members, now);
};

const isChange = (known: GatewayMembers, members: GatewayMembers): boolean =>
  JSON.stringify(coarse(known)) !== JSON.stringify(coarse(members));

/** Without the part of a moment that is no change. */
const coarse = ({ allSeenAt, vpcs }: GatewayMembers): unknown => [
  allSeenAt === null ? null : hourOf(allSeenAt),
  vpcs.map(({ seenAt, ...vpc }) => ({ ...vpc, seenIn: hourOf(seenAt) })),
];

const hourOf = (at: number): number => Math.floor(at / REFRESHED_AFTER_MILLISECONDS);
