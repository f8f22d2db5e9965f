import type { ConnectedVpc, VpcConnection } from '../aws/inventory.ts';

/** VPCs on the connections of a VPC that this account may not describe: their ranges are not known. */
export const undescribedNeighbours = (
  connections: readonly VpcConnection[],
  vpcId: string | null,
): readonly ConnectedVpc[] =>
  connections
    .filter(({ vpcs }) => vpcs.some((vpc) => vpc.vpcId === vpcId))
    .flatMap(({ vpcs }) => vpcs.filter(({ cidrBlocks }) => cidrBlocks === null));

/**
 * Why some ranges of networks that are connected to a VPC are not known, as a sentence; `null`: all are. A range that looks free
 * may be in use there.
 *
 * @param connections those of the scan; `null`: they could not be read
 */
export const unreadNeighbours = (
  connections: readonly VpcConnection[] | null,
  vpcId: string | null,
): string | null => {
  if (connections === null) return `The connections of ${vpcId ?? 'the VPCs'} could not be read.`;
  const own = connections.filter(({ vpcs }) => vpcs.some((vpc) => vpc.vpcId === vpcId));
  const unknown = own
    .flatMap(({ vpcs }) => vpcs)
    .filter((vpc) => vpc.vpcId !== vpcId && (vpc.cidrBlocks ?? []).length === 0);
  if (unknown.length > 0) {
    const names = unknown.map((vpc) => `${vpc.vpcId} of account ${vpc.accountId ?? 'unknown'}`);
    return `The ranges of ${names.join(', ')} are unknown.`;
  }
  const open = own.filter(({ kind, membersKnown }) => kind === 'transit-gateway' && membersKnown !== true);
  return open.length === 0
    ? null
    : `Other accounts may have VPCs on ${open.map(({ id }) => id).join(', ')} that no scan has seen.`;
};
