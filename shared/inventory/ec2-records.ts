import type {
  LaunchTemplateVersion as AwsLaunchTemplateVersion,
  VpcEndpoint as AwsVpcEndpoint,
  Address as Ec2Address,
  Instance as Ec2Instance,
  NetworkInterface as Ec2NetworkInterface,
  SubnetCidrReservation as Ec2Reservation,
  Subnet as Ec2Subnet,
  Vpc as Ec2Vpc,
  InstanceTypeInfo,
} from '@aws-sdk/client-ec2';
import { MalformedAnswerError } from '../model/aws/aws-failure.ts';
import type {
  ElasticAddress,
  Instance,
  InstanceLimits,
  InterfaceAttachment,
  LaunchTemplate,
  LaunchTemplateVersion,
  NetworkInterface,
  PrivateAddress,
  Subnet,
  SubnetCidrReservation,
  Vpc,
  VpcEndpoint,
} from '../model/aws/inventory.ts';
import { maxPodsIn } from '../model/aws/user-data.ts';
import { supportsPrefixes } from '../model/cluster/instance-limits.ts';
import { tagRecord, tagsOfInterest } from './tag-record.ts';

/** From the SDK's shapes to plain records. An identifier that must be there and is not makes the answer malformed. */

export const vpcRecord = (vpc: Ec2Vpc): Vpc => {
  const tags = tagRecord(vpc.Tags);
  const primary = vpc.CidrBlock;
  const associated = (vpc.CidrBlockAssociationSet ?? [])
    .filter((association) => association.CidrBlockState?.State === 'associated')
    .flatMap(({ CidrBlock }) => CidrBlock ?? []);
  const secondary = associated.filter((cidr) => cidr !== primary);
  return {
    vpcId: required(vpc.VpcId, 'a VPC without vpcId'),
    ownerId: known(vpc.OwnerId),
    name: tags['Name'] ?? null,
    cidrBlocks: primary === undefined ? associated : [primary, ...secondary],
    ipv6CidrBlocks: (vpc.Ipv6CidrBlockAssociationSet ?? [])
      .filter((association) => association.Ipv6CidrBlockState?.State === 'associated')
      .flatMap(({ Ipv6CidrBlock }) => Ipv6CidrBlock ?? []),
    tags,
  };
};

export const elasticAddressRecord = (address: Ec2Address): ElasticAddress => ({
  allocationId: required(address.AllocationId, 'an Elastic IP address without allocationId'),
  name: tagRecord(address.Tags)['Name'] ?? null,
  associationId: known(address.AssociationId),
  networkInterfaceId: known(address.NetworkInterfaceId),
  serviceManaged: known(address.ServiceManaged),
});

export const subnetRecord = (subnet: Ec2Subnet): Subnet => {
  const tags = tagRecord(subnet.Tags);
  return {
    subnetId: required(subnet.SubnetId, 'a subnet without subnetId'),
    vpcId: required(subnet.VpcId, `subnet ${subnet.SubnetId} without vpcId`),
    ownerId: known(subnet.OwnerId),
    name: tags['Name'] ?? null,
    // An IPv6-only subnet has none; EC2 then leaves the element out or empty.
    cidrBlock: known(subnet.CidrBlock),
    ipv6CidrBlocks: (subnet.Ipv6CidrBlockAssociationSet ?? [])
      .filter((association) => association.Ipv6CidrBlockState?.State === 'associated')
      .flatMap(({ Ipv6CidrBlock }) => Ipv6CidrBlock ?? []),
    ipv6Native: subnet.Ipv6Native ?? false,
    availabilityZone: known(subnet.AvailabilityZone),
    availabilityZoneId: known(subnet.AvailabilityZoneId),
    outpostArn: known(subnet.OutpostArn),
    ...(subnet.MapPublicIpOnLaunch === true && { mapPublicIpOnLaunch: true }),
    awsAvailable: count(
      subnet.AvailableIpAddressCount,
      `subnet ${subnet.SubnetId} with an availableIpAddressCount that is no count`,
    ),
    tags,
  };
};

export const interfaceRecord = (networkInterface: Ec2NetworkInterface): NetworkInterface => ({
  networkInterfaceId: required(
    networkInterface.NetworkInterfaceId,
    'a network interface without networkInterfaceId',
  ),
  subnetId: required(
    networkInterface.SubnetId,
    `network interface ${networkInterface.NetworkInterfaceId} without subnetId`,
  ),
  vpcId: known(networkInterface.VpcId),
  ownerId: known(networkInterface.OwnerId),
  interfaceType: networkInterface.InterfaceType || 'interface',
  status: networkInterface.Status ?? '',
  description: networkInterface.Description ?? '',
  requesterId: known(networkInterface.RequesterId),
  requesterManaged: networkInterface.RequesterManaged ?? false,
  operatorPrincipal: known(networkInterface.Operator?.Principal),
  attachment: attachmentRecord(networkInterface.Attachment),
  // An address that exists but is not shown stays, as an empty text: the model says that it cannot place it.
  privateAddresses: (networkInterface.PrivateIpAddresses ?? []).map(
    ({ PrivateIpAddress, Primary }): PrivateAddress => ({
      address: PrivateIpAddress ?? '',
      primary: Primary ?? false,
    }),
  ),
  ipv4Prefixes: (networkInterface.Ipv4Prefixes ?? []).map(({ Ipv4Prefix }) => Ipv4Prefix ?? ''),
  ipv6AddressCount: networkInterface.Ipv6Addresses?.length ?? 0,
  ipv6Prefixes: (networkInterface.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => Ipv6Prefix ?? ''),
  tags: tagRecord(networkInterface.TagSet),
});

const attachmentRecord = (attachment: Ec2NetworkInterface['Attachment']): InterfaceAttachment | null =>
  attachment === undefined
    ? null
    : {
        attachmentId: known(attachment.AttachmentId),
        instanceId: known(attachment.InstanceId),
        instanceOwnerId: known(attachment.InstanceOwnerId),
        deviceIndex: attachment.DeviceIndex ?? null,
        networkCardIndex: attachment.NetworkCardIndex ?? null,
        deleteOnTermination: attachment.DeleteOnTermination ?? null,
      };

export const reservationRecord = (reservation: Ec2Reservation, subnetId: string): SubnetCidrReservation => {
  const id = required(
    reservation.SubnetCidrReservationId,
    `a CIDR reservation of ${subnetId} without subnetCidrReservationId`,
  );
  const type = reservation.ReservationType;
  // A third type would change what is free; guessing would make the figures wrong without a word.
  if (type !== 'prefix' && type !== 'explicit')
    throw new MalformedAnswerError(
      `EC2 answered CIDR reservation ${id} of the unknown type ${JSON.stringify(type)}`,
    );
  return {
    reservationId: id,
    subnetId: reservation.SubnetId ?? subnetId,
    cidr: required(reservation.Cidr, `CIDR reservation ${id} without cidr`),
    type,
  };
};

export const instanceRecord = (instance: Ec2Instance, ownerId: string | undefined): Instance => ({
  instanceId: required(instance.InstanceId, 'an instance without instanceId'),
  instanceType: required(instance.InstanceType, `instance ${instance.InstanceId} without instanceType`),
  state: required(instance.State?.Name, `instance ${instance.InstanceId} without state`),
  subnetId: known(instance.SubnetId),
  vpcId: known(instance.VpcId),
  availabilityZone: known(instance.Placement?.AvailabilityZone),
  ownerId: known(ownerId),
  platform: known(instance.Platform),
  tags: tagsOfInterest(instance.Tags),
});

/** Limits of the default network card, as the VPC CNI takes them; `null` where EC2 answered too little. */
export const instanceLimitsRecord = (info: InstanceTypeInfo): InstanceLimits | null => {
  const type = required(info.InstanceType, 'an instance type without instanceType');
  const network = info.NetworkInfo;
  const cards = network?.NetworkCards ?? [];
  const defaultCard = cards.find((card) => card.NetworkCardIndex === (network?.DefaultNetworkCardIndex ?? 0));
  const maxEnis = defaultCard?.MaximumNetworkInterfaces ?? network?.MaximumNetworkInterfaces;
  const ipv4PerEni = network?.Ipv4AddressesPerInterface;
  if (maxEnis === undefined || ipv4PerEni === undefined) return null;
  const bareMetal = info.BareMetal ?? false;
  const hypervisor = info.Hypervisor ?? 'unknown';
  return {
    type,
    maxEnis,
    ipv4PerEni,
    hypervisor,
    bareMetal,
    networkCards: network?.MaximumNetworkCards ?? Math.max(1, cards.length),
    prefixDelegation: supportsPrefixes(hypervisor, bareMetal),
    // No API answers trunking and branch interfaces: a type that the shipped table lacks is not assumed to have them.
    trunk: false,
    branchEnis: null,
    vcpus: info.VCpuInfo?.DefaultVCpus ?? null,
  };
};

/** EC2 writes what it does not know as an empty element as often as it leaves it out. */
const known = (value: string | undefined): string | null =>
  value === undefined || value === '' ? null : value;

/** A count that is not one would be published as a figure: the SDK makes `NaN` of what it cannot read. */
const count = (value: number | undefined, what: string): number | null => {
  if (value === undefined) return null;
  if (!Number.isSafeInteger(value) || value < 0) throw new MalformedAnswerError(`EC2 answered ${what}`);
  return value;
};

/** The value, or the error that refuses the whole answer: a record without an identity cannot be counted. */
export const required = (value: string | undefined, what: string): string => {
  if (value === undefined || value === '') throw new MalformedAnswerError(`EC2 answered ${what}`);
  return value;
};

/** The list, or the error: EC2 writes an empty list, too. Without it, this is not the answer to that question. */
export const listOf = <Item>(items: Item[] | undefined, element: string): Item[] => {
  if (items === undefined) throw new MalformedAnswerError(`EC2 answered without ${element}`);
  return items;
};

/** A template that names no interface gets one in the subnet where the instance starts; it is not listed. */
export const launchTemplateRecord = (
  wanted: LaunchTemplateVersion,
  { LaunchTemplateData }: AwsLaunchTemplateVersion,
): LaunchTemplate => ({
  ...wanted,
  interfaces: (LaunchTemplateData?.NetworkInterfaces ?? []).map((each, index) => ({
    deviceIndex: each.DeviceIndex ?? index,
    networkCardIndex: each.NetworkCardIndex ?? 0,
    interfaceType: each.InterfaceType ?? 'interface',
    subnetId: each.SubnetId ?? null,
    secondaries:
      each.SecondaryPrivateIpAddressCount ?? Math.max(0, (each.PrivateIpAddresses ?? []).length - 1),
    prefixes: each.Ipv4PrefixCount ?? (each.Ipv4Prefixes ?? []).length,
  })),
  ...maxPodsOf(LaunchTemplateData?.UserData),
});

const maxPodsOf = (userData: string | undefined): Pick<LaunchTemplate, 'maxPods'> => {
  const maxPods = userData === undefined ? null : maxPodsIn(Buffer.from(userData, 'base64').toString());
  return maxPods === null ? {} : { maxPods };
};

export const vpcEndpointRecord = (endpoint: AwsVpcEndpoint): VpcEndpoint => {
  const vpcEndpointId = required(endpoint.VpcEndpointId, 'an endpoint without vpcEndpointId');
  return {
    vpcEndpointId,
    vpcId: required(endpoint.VpcId, `endpoint ${vpcEndpointId} without vpcId`),
    type: endpoint.VpcEndpointType ?? 'Gateway',
    name: tagRecord(endpoint.Tags)['Name'] ?? null,
    prefixes: (endpoint.Ipv4Prefixes ?? []).flatMap(({ SubnetId, IpPrefixes = [] }) =>
      SubnetId === undefined ? [] : IpPrefixes.map((cidr) => ({ subnetId: SubnetId, cidr })),
    ),
  };
};
