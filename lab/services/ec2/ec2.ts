import { ec2Query } from '../../http/protocol.ts';
import type { LabService } from '../../service.ts';
import { describeRegions, getManagedResourceVisibility } from './account-settings.ts';
import { describeAddresses } from './addresses.ts';
import {
  describeTransitGatewayAttachments,
  describeTransitGatewayVpcAttachments,
  describeVpcPeeringConnections,
} from './connections.ts';
import {
  describeFleetHistory,
  describeFleets,
  describeSpotFleetRequestHistory,
  describeSpotFleetRequests,
  describeSpotInstanceRequests,
} from './fleets.ts';
import { describeInstanceTypes } from './instance-types.ts';
import { describeInstances } from './instances.ts';
import { describeIpamPools, getIpamPoolAllocations, getIpamPoolCidrs } from './ipam-pools.ts';
import { describeLaunchTemplateVersions } from './launch-templates.ts';
import { describeNetworkInterfaces } from './network-interfaces.ts';
import {
  associateRouteTable,
  associateVpcCidrBlock,
  createSubnet,
  createSubnetCidrReservation,
  createTags,
  deleteNetworkInterface,
  deleteSubnetCidrReservation,
  deleteTags,
} from './orders.ts';
import { describeRouteTables } from './route-tables.ts';
import { describeSubnets, getSubnetCidrReservations } from './subnets.ts';
import { describeVpcEndpoints } from './vpc-endpoints.ts';
import { describeVpcs } from './vpcs.ts';

export const ec2: LabService = {
  name: 'ec2',
  signingName: 'ec2',
  iamPrefix: 'ec2',
  protocols: [ec2Query('http://ec2.amazonaws.com/doc/2016-11-15/')],
  actions: {
    AssociateRouteTable: associateRouteTable,
    AssociateVpcCidrBlock: associateVpcCidrBlock,
    CreateSubnet: createSubnet,
    CreateSubnetCidrReservation: createSubnetCidrReservation,
    CreateTags: createTags,
    DeleteNetworkInterface: deleteNetworkInterface,
    DeleteSubnetCidrReservation: deleteSubnetCidrReservation,
    DeleteTags: deleteTags,
    DescribeAddresses: describeAddresses,
    DescribeFleetHistory: describeFleetHistory,
    DescribeFleets: describeFleets,
    DescribeInstanceTypes: describeInstanceTypes,
    DescribeInstances: describeInstances,
    DescribeIpamPools: describeIpamPools,
    DescribeLaunchTemplateVersions: describeLaunchTemplateVersions,
    DescribeNetworkInterfaces: describeNetworkInterfaces,
    DescribeRegions: describeRegions,
    DescribeRouteTables: describeRouteTables,
    DescribeSpotFleetRequestHistory: describeSpotFleetRequestHistory,
    DescribeSpotFleetRequests: describeSpotFleetRequests,
    DescribeSpotInstanceRequests: describeSpotInstanceRequests,
    DescribeSubnets: describeSubnets,
    DescribeTransitGatewayAttachments: describeTransitGatewayAttachments,
    DescribeTransitGatewayVpcAttachments: describeTransitGatewayVpcAttachments,
    DescribeVpcEndpoints: describeVpcEndpoints,
    DescribeVpcPeeringConnections: describeVpcPeeringConnections,
    DescribeVpcs: describeVpcs,
    GetIpamPoolAllocations: getIpamPoolAllocations,
    GetIpamPoolCidrs: getIpamPoolCidrs,
    GetManagedResourceVisibility: getManagedResourceVisibility,
    GetSubnetCidrReservations: getSubnetCidrReservations,
  },
};
