import type { TransitGatewayVpcAttachment, VpcPeeringConnection } from '@aws-sdk/client-ec2';
import type { Vpc, VpcConnection } from '../model/aws/inventory.ts';
import { required } from './ec2-records.ts';

/** One VPC on one transit gateway. */
export interface TransitGatewayAttachment {
  readonly transitGatewayId: string;
  readonly vpcId: string;
  readonly accountId: string | null;
}

export const peeringRecord = (peering: VpcPeeringConnection): VpcConnection => {
  const id = required(peering.VpcPeeringConnectionId, 'a peering connection without vpcPeeringConnectionId');
  return {
    kind: 'peering',
    id,
    vpcs: [peering.RequesterVpcInfo, peering.AccepterVpcInfo].flatMap((end) =>
      end === undefined
        ? []
        : {
            vpcId: required(end.VpcId, `peering connection ${id} without the vpcId of one end`),
            accountId: end.OwnerId ?? null,
            cidrBlocks:
              end.CidrBlockSet === undefined
                ? end.CidrBlock === undefined
                  ? []
                  : [end.CidrBlock]
                : end.CidrBlockSet.flatMap(({ CidrBlock }) => CidrBlock ?? []),
          },
    ),
  };
};

export const transitGatewayAttachmentRecord = (
  attachment: TransitGatewayVpcAttachment,
): TransitGatewayAttachment => ({
  transitGatewayId: required(attachment.TransitGatewayId, 'a VPC attachment without transitGatewayId'),
  vpcId: required(attachment.VpcId, 'a VPC attachment without vpcId'),
  accountId: attachment.VpcOwnerId ?? null,
});

/**
 * Which VPCs meet on which transit gateway. The ranges of a VPC that this account cannot describe are left empty:
 * they are known to the scan of its own account. A gateway with one VPC connects nothing.
 */
export const transitGatewayConnections = (
  attachments: readonly TransitGatewayAttachment[],
  vpcs: readonly Vpc[],
): readonly VpcConnection[] => {
  const cidrBlocks = new Map(vpcs.map((vpc) => [vpc.vpcId, vpc.cidrBlocks]));
  return [...Map.groupBy(attachments, ({ transitGatewayId }) => transitGatewayId)]
    .filter(([, attached]) => attached.length > 1)
    .map(([id, attached]) => ({
      kind: 'transit-gateway' as const,
      id,
      vpcs: attached.map(({ vpcId, accountId }) => ({
        vpcId,
        accountId,
        cidrBlocks: cidrBlocks.get(vpcId) ?? [],
      })),
    }));
};
