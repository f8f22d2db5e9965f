import type { ConnectedVpc, VpcConnection } from './inventory.ts';

/** One VPC on a transit gateway, and when a scan last saw it there (epoch milliseconds). */
export interface SeenMember extends ConnectedVpc {
  readonly seenAt: number;
}

/**
 * What the scans of all accounts know of one transit gateway. EC2 shows an account only its own attachments, and the
 * gateway's owner all of them but not the ranges of other accounts' VPCs. Only together do they know both.
 */
export interface GatewayMembers {
  readonly vpcs: readonly SeenMember[];
  /** When the gateway's owner last listed all of them; `null`: no scan of the owner's account is known. */
  readonly allSeenAt: number | null;
}

/** A member that no scan has seen for so long has left. */
const FORGOTTEN_AFTER_MILLISECONDS = 24 * 3_600_000;

/** What is known after one account's scan has seen the gateway. */
export const withSeen = (known: GatewayMembers | null, seen: VpcConnection, now: number): GatewayMembers => {
  const before = (known?.vpcs ?? []).filter(({ seenAt }) => now - seenAt < FORGOTTEN_AFTER_MILLISECONDS);
  const fresh = seen.vpcs.map(
    (vpc): SeenMember => ({
      ...vpc,
      cidrBlocks: vpc.cidrBlocks ?? before.find(({ vpcId }) => vpcId === vpc.vpcId)?.cidrBlocks ?? null,
      seenAt: now,
    }),
  );
  const isListed = (vpcId: string): boolean => seen.vpcs.some((vpc) => vpc.vpcId === vpcId);
  // The owner sees every attachment: what is not among them is gone.
  const others = seen.membersKnown === true ? [] : before.filter(({ vpcId }) => !isListed(vpcId));
  return {
    vpcs: [...fresh, ...others].toSorted((a, b) => (a.vpcId < b.vpcId ? -1 : 1)),
    allSeenAt: seen.membersKnown === true ? now : (known?.allSeenAt ?? null),
  };
};

/** The connection with every member that any scan knows of. */
export const withMembers = (
  connection: VpcConnection,
  { allSeenAt, vpcs }: GatewayMembers,
  now: number,
): VpcConnection => ({
  ...connection,
  vpcs: vpcs.map(({ vpcId, accountId, cidrBlocks }) => ({ vpcId, accountId, cidrBlocks })),
  membersKnown: allSeenAt !== null && now - allSeenAt < FORGOTTEN_AFTER_MILLISECONDS,
});
