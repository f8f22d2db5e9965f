import type { Route as Ec2Route, RouteTable as Ec2RouteTable } from '@aws-sdk/client-ec2';
import type { Route, RouteTable } from '../model/aws/inventory.ts';
import { required } from './ec2-records.ts';

export const routeTableRecord = (table: Ec2RouteTable): RouteTable => {
  const associations = (table.Associations ?? []).filter(
    ({ AssociationState }) => AssociationState === undefined || AssociationState.State === 'associated',
  );
  return {
    routeTableId: required(table.RouteTableId, 'a route table without routeTableId'),
    vpcId: required(table.VpcId, `route table ${table.RouteTableId} without vpcId`),
    main: associations.some(({ Main }) => Main === true),
    subnetIds: associations.flatMap(({ SubnetId }) => SubnetId ?? []),
    routes: (table.Routes ?? []).flatMap((route) => routeRecord(route) ?? []),
  };
};

const routeRecord = (route: Ec2Route): Route | null => {
  const destination =
    route.DestinationCidrBlock ?? route.DestinationIpv6CidrBlock ?? route.DestinationPrefixListId;
  if (destination === undefined || destination === '') return null;
  const target =
    route.NatGatewayId ??
    route.TransitGatewayId ??
    route.VpcPeeringConnectionId ??
    route.EgressOnlyInternetGatewayId ??
    route.LocalGatewayId ??
    route.CarrierGatewayId ??
    route.CoreNetworkArn ??
    // A NAT instance has both: the interface is what the route names.
    route.NetworkInterfaceId ??
    route.GatewayId ??
    null;
  return { destination, target, active: route.State !== 'blackhole' };
};
