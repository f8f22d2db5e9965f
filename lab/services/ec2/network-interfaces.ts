import type { LabInterface } from '../../estate/records.ts';
import { LabError } from '../../http/lab-error.ts';
import { EC2_PAGE, pageOf } from '../../http/pages.ts';
import { flag, textList } from '../../http/parameters.ts';
import type { XmlRecord } from '../../http/xml.ts';
import type { Action } from '../../service.ts';
import { eachOf } from './each-of.ts';
import { type FilterValues, passesFilters, passesIds, tagSet } from './filters.ts';

const FILTERS: FilterValues<LabInterface> = {
  'network-interface-id': ({ networkInterfaceId }) => [networkInterfaceId],
  'vpc-id': ({ vpcId }) => [vpcId],
  'subnet-id': ({ subnetId }) => [subnetId],
  'owner-id': ({ ownerId }) => [ownerId],
  'availability-zone': ({ availabilityZone }) => [availabilityZone],
  status: ({ status }) => [status],
  description: ({ description }) => [description],
  'interface-type': ({ interfaceType }) => [interfaceType],
  'requester-id': ({ requesterId }) => [requesterId],
  'requester-managed': ({ requesterManaged }) => [String(requesterManaged)],
  'attachment.instance-id': ({ attachment }) => [attachment?.instanceId ?? null],
  'private-ip-address': ({ addresses }) => [addresses[0] ?? null],
  'addresses.private-ip-address': ({ addresses }) => addresses,
  'operator.managed': ({ operator }) => [String(operator !== null)],
};

export const describeNetworkInterfaces: Action = ({ parameters, account, view }) => {
  const { interfaces } = view();
  const ids = textList(parameters, 'NetworkInterfaceId');
  if (ids.length > 0 && parameters['MaxResults'] !== undefined) {
    throw new LabError(
      'InvalidParameterCombination',
      'The parameter NetworkInterfaceIds cannot be used with the parameter MaxResults',
    );
  }
  const chosen = passesIds(ids, eachOf(interfaces), ({ networkInterfaceId }) => networkInterfaceId, {
    code: 'InvalidNetworkInterfaceID.NotFound',
    noun: 'networkInterface ID',
  });
  const filtered = passesFilters(parameters, FILTERS);
  const showsManaged =
    account.managedResourceVisibility === 'visible' || flag(parameters, 'IncludeManagedResources');
  const page = pageOf(
    interfaces,
    'DescribeNetworkInterfaces',
    parameters,
    EC2_PAGE,
    (each) => (showsManaged || each.operator?.hiddenByDefault !== true) && chosen(each) && filtered(each),
  );
  return { networkInterfaceSet: page.map(interfaceItem), nextToken: page.nextToken };
};

const privateDnsName = (address: string): string => `ip-${address.replaceAll('.', '-')}.ec2.internal`;

/** Any address will do for what is never looked at, as long as it belongs to this interface alone. */
const macAddress = (id: string): string => `02:${id.slice(-10).replace(/(..)(?=.)/g, '$1:')}`;

const interfaceItem = (each: LabInterface): XmlRecord => ({
  networkInterfaceId: each.networkInterfaceId,
  subnetId: each.subnetId,
  vpcId: each.vpcId,
  availabilityZone: each.availabilityZone,
  description: each.description,
  ownerId: each.ownerId,
  requesterId: each.requesterId,
  requesterManaged: each.requesterManaged,
  status: each.status,
  macAddress: macAddress(each.networkInterfaceId),
  privateIpAddress: each.addresses[0],
  privateDnsName: each.addresses[0] === undefined ? null : privateDnsName(each.addresses[0]),
  sourceDestCheck: true,
  groupSet: [{ groupId: 'sg-0a1b2c3d4e5f60718', groupName: 'default' }],
  attachment: each.attachment && {
    attachmentId: each.attachment.attachmentId,
    instanceId: each.attachment.instanceId,
    instanceOwnerId: each.attachment.instanceOwnerId,
    deviceIndex: each.attachment.deviceIndex,
    networkCardIndex: each.attachment.networkCardIndex,
    status: 'attached',
    attachTime: each.attachment.attachTime,
    deleteOnTermination: each.attachment.deleteOnTermination,
  },
  tagSet: tagSet(each.tags),
  privateIpAddressesSet: each.addresses.map((privateIpAddress, index) => ({
    privateIpAddress,
    privateDnsName: privateDnsName(privateIpAddress),
    primary: index === 0,
  })),
  ...(each.prefixes.length > 0 && { ipv4PrefixSet: each.prefixes.map((ipv4Prefix) => ({ ipv4Prefix })) }),
  ipv6AddressesSet: each.ipv6Addresses.map((ipv6Address) => ({ ipv6Address, isPrimaryIpv6: false })),
  ...(each.ipv6Prefixes.length > 0 && {
    ipv6PrefixSet: each.ipv6Prefixes.map((ipv6Prefix) => ({ ipv6Prefix })),
  }),
  interfaceType: each.interfaceType,
  operator: each.operator
    ? { managed: true, principal: each.operator.principal, hiddenByDefault: each.operator.hiddenByDefault }
    : { managed: false },
});
