import type { LabPeering, LabPeeringSide, LabTransitGatewayAttachment } from '../../estate/records.ts';
import { EC2_PAGE, pageOf } from '../../http/pages.ts';
import type { XmlRecord } from '../../http/xml.ts';
import type { Action } from '../../service.ts';
import { type FilterValues, passesFilters } from './filters.ts';

const PEERING_FILTERS: FilterValues<LabPeering & { readonly tags: Record<string, string> }> = {
  'requester-vpc-info.vpc-id': ({ requester }) => [requester.vpcId],
  'accepter-vpc-info.vpc-id': ({ accepter }) => [accepter.vpcId],
  'status-code': ({ status }) => [status],
  'vpc-peering-connection-id': ({ peeringId }) => [peeringId],
};

const side = ({ vpcId, ownerId, region, cidrBlocks }: LabPeeringSide): XmlRecord => ({
  ownerId,
  vpcId,
  region,
  cidrBlock: cidrBlocks[0],
  cidrBlockSet: cidrBlocks.map((cidrBlock) => ({ cidrBlock })),
});

export const describeVpcPeeringConnections: Action = ({ parameters, view }) => {
  const filtered = passesFilters(parameters, PEERING_FILTERS);
  const page = pageOf(view().peerings, 'DescribeVpcPeeringConnections', parameters, EC2_PAGE, (each) =>
    filtered({ ...each, tags: {} }),
  );
  return {
    vpcPeeringConnectionSet: page.map((peering) => ({
      vpcPeeringConnectionId: peering.peeringId,
      requesterVpcInfo: side(peering.requester),
      accepterVpcInfo: side(peering.accepter),
      status: { code: peering.status, message: peering.status },
      tagSet: [],
    })),
    nextToken: page.nextToken,
  };
};

const ATTACHMENT_FILTERS: FilterValues<
  LabTransitGatewayAttachment & { readonly tags: Record<string, string> }
> = {
  'vpc-id': ({ vpcId }) => [vpcId],
  'resource-id': ({ vpcId }) => [vpcId],
  'resource-type': () => ['vpc'],
  'resource-owner-id': ({ vpcOwnerId }) => [vpcOwnerId],
  state: ({ state }) => [state],
  'transit-gateway-id': ({ transitGatewayId }) => [transitGatewayId],
  'transit-gateway-attachment-id': ({ attachmentId }) => [attachmentId],
};

const attachmentPage = (
  action: string,
  item: (each: LabTransitGatewayAttachment) => XmlRecord,
  set: string,
): Action => {
  return ({ parameters, view }) => {
    const filtered = passesFilters(parameters, ATTACHMENT_FILTERS);
    const page = pageOf(view().transitGatewayAttachments, action, parameters, EC2_PAGE, (each) =>
      filtered({ ...each, tags: {} }),
    );
    return { [set]: page.map(item), nextToken: page.nextToken };
  };
};

export const describeTransitGatewayVpcAttachments = attachmentPage(
  'DescribeTransitGatewayVpcAttachments',
  (each) => ({
    transitGatewayAttachmentId: each.attachmentId,
    transitGatewayId: each.transitGatewayId,
    vpcId: each.vpcId,
    vpcOwnerId: each.vpcOwnerId,
    state: each.state,
    subnetIds: each.subnetIds,
    tagSet: [],
  }),
  'transitGatewayVpcAttachments',
);

export const describeTransitGatewayAttachments = attachmentPage(
  'DescribeTransitGatewayAttachments',
  (each) => ({
    transitGatewayAttachmentId: each.attachmentId,
    transitGatewayId: each.transitGatewayId,
    transitGatewayOwnerId: each.gatewayOwnerId ?? each.vpcOwnerId,
    resourceOwnerId: each.vpcOwnerId,
    resourceType: 'vpc',
    resourceId: each.vpcId,
    state: each.state,
    tagSet: [],
  }),
  'transitGatewayAttachments',
);
