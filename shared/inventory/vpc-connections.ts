import type {
  TransitGatewayVpcAttachment,
  VpcPeeringConnection,
  VpcPeeringConnectionVpcInfo,
} from '@aws-sdk/client-ec2';
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
            cidrBlocks: rangesOf(end),
          },
    ),
    membersKnown: true,
  };
};

/** EC2 leaves the ranges out where the peer's account or Region does not tell them. */
const rangesOf = ({ CidrBlock, CidrBlockSet }: VpcPeeringConnectionVpcInfo): readonly string[] | null => {
  const ranges = CidrBlockSet?.flatMap((each) => each.CidrBlock ?? []) ?? [];
  if (ranges.length > 0) return ranges;
  return CidrBlock === undefined || CidrBlock === '' ? null : [CidrBlock];
};

export const transitGatewayAttachmentRecord = (
  attachment: TransitGatewayVpcAttachment,
): TransitGatewayAttachment => ({
  transitGatewayId: required(attachment.TransitGatewayId, 'a VPC attachment without transitGatewayId'),
  vpcId: required(attachment.VpcId, 'a VPC attachment without vpcId'),
  accountId: attachment.VpcOwnerId ?? null,
});

/**
 * Which VPCs meet on which transit gateway, as one account sees it. The ranges of a VPC that this account cannot describe
 * are `null`: the scan of its own account knows them. A gateway with one visible VPC is kept, because other accounts may
 * have attached theirs. An account that sees the attachment of another account owns the gateway, and sees all
 * attachments.
 */
export const transitGatewayConnections = (
  attachments: readonly TransitGatewayAttachment[],
  vpcs: readonly Vpc[],
  accountId: string,
): readonly VpcConnection[] => {
  const cidrBlocks = new Map(vpcs.map((vpc) => [vpc.vpcId, vpc.cidrBlocks]));
  return [...Map.groupBy(attachments, ({ transitGatewayId }) => transitGatewayId)].map(([id, attached]) => ({
    kind: 'transit-gateway' as const,
    id,
    vpcs: attached.map((each) => ({
      vpcId: each.vpcId,
      accountId: each.accountId,
      cidrBlocks: cidrBlocks.get(each.vpcId) ?? null,
    })),
    membersKnown: attached.some((each) => each.accountId !== null && each.accountId !== accountId),
  }));
};
