import type { LabSubnet } from '../../estate/records.ts';
import { LabError } from '../../http/lab-error.ts';
import { EC2_PAGE, pageOf } from '../../http/pages.ts';
import { requiredText, textList } from '../../http/parameters.ts';
import type { Action } from '../../service.ts';
import { eachOf } from './each-of.ts';
import { type FilterValues, passesFilters, passesIds, tagSet } from './filters.ts';

const FILTERS: FilterValues<LabSubnet> = {
  'vpc-id': ({ vpcId }) => [vpcId],
  'subnet-id': ({ subnetId }) => [subnetId],
  'owner-id': ({ ownerId }) => [ownerId],
  'availability-zone': ({ availabilityZone }) => [availabilityZone],
  'availability-zone-id': ({ availabilityZoneId }) => [availabilityZoneId],
  'cidr-block': ({ cidrBlock }) => [cidrBlock],
  'ipv6-native': ({ cidrBlock }) => [String(cidrBlock === null)],
  state: () => ['available'],
};

export const describeSubnets: Action = ({ parameters, view }) => {
  const { subnets } = view();
  const chosen = passesIds(textList(parameters, 'SubnetId'), eachOf(subnets), ({ subnetId }) => subnetId, {
    code: 'InvalidSubnetID.NotFound',
    noun: 'subnet ID',
  });
  const filtered = passesFilters(parameters, FILTERS);
  const page = pageOf(
    subnets,
    'DescribeSubnets',
    parameters,
    EC2_PAGE,
    (subnet) => chosen(subnet) && filtered(subnet),
  );
  return {
    subnetSet: page.map((subnet) => ({
      subnetId: subnet.subnetId,
      subnetArn: `arn:aws:ec2:${subnet.region}:${subnet.ownerId}:subnet/${subnet.subnetId}`,
      state: 'available',
      ownerId: subnet.ownerId,
      vpcId: subnet.vpcId,
      cidrBlock: subnet.cidrBlock,
      ipv6CidrBlockAssociationSet: subnet.ipv6CidrBlocks.map((ipv6CidrBlock, index) => ({
        associationId: `${subnet.subnetId.replace('subnet-', 'subnet-cidr-assoc-')}${index}`,
        ipv6CidrBlock,
        ipv6CidrBlockState: { state: 'associated' },
      })),
      availableIpAddressCount: subnet.availableIpAddressCount,
      availabilityZone: subnet.availabilityZone,
      availabilityZoneId: subnet.availabilityZoneId,
      outpostArn: subnet.outpostArn,
      defaultForAz: false,
      mapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
      assignIpv6AddressOnCreation: subnet.cidrBlock === null,
      enableDns64: false,
      ipv6Native: subnet.cidrBlock === null,
      mapCustomerOwnedIpOnLaunch: false,
      privateDnsNameOptionsOnLaunch: {
        hostnameType: subnet.cidrBlock === null ? 'resource-name' : 'ip-name',
        enableResourceNameDnsARecord: false,
        enableResourceNameDnsAAAARecord: false,
      },
      tagSet: tagSet(subnet.tags),
    })),
    nextToken: page.nextToken,
  };
};

export const getSubnetCidrReservations: Action = ({ parameters, view }) => {
  const subnetId = requiredText(parameters, 'SubnetId');
  const reservations = view().reservations(subnetId);
  if (reservations === null) {
    throw new LabError('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`);
  }
  const page = pageOf(reservations, 'GetSubnetCidrReservations', parameters, EC2_PAGE);
  return {
    subnetIpv4CidrReservationSet: page.map((reservation) => ({
      subnetCidrReservationId: reservation.reservationId,
      subnetId: reservation.subnetId,
      cidr: reservation.cidr,
      reservationType: reservation.type,
      ownerId: reservation.ownerId,
      description: '',
      tagSet: [],
    })),
    subnetIpv6CidrReservationSet: [],
    nextToken: page.nextToken,
  };
};
