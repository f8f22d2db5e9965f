import { type Ipv4Range, rangeOf } from '../../cni/ipv4-range.ts';
import { LabError } from '../../http/lab-error.ts';
import { type Parameters, recordList, requiredText, textList } from '../../http/parameters.ts';
import type { Action, ActionContext } from '../../service.ts';
import { eachOf } from './each-of.ts';

/** How EC2 carries out orders: those that Headroom's remedies give, and no others. */

const contains = (outer: Ipv4Range, inner: Ipv4Range): boolean =>
  inner.base >= outer.base && inner.base + inner.size <= outer.base + outer.size;

const overlap = (a: Ipv4Range, b: Ipv4Range): boolean => a.base < b.base + b.size && b.base < a.base + a.size;

/** Only what the caller's account owns in the Region of the request can be changed. */
const owned = <Item extends { readonly ownerId: string }>(
  { accountId }: ActionContext,
  items: Iterable<Item>,
  isIt: (item: Item) => boolean,
  missing: LabError,
): Item => {
  for (const item of items) if (isIt(item) && item.ownerId === accountId) return item;
  throw missing;
};

const ownedVpc = (context: ActionContext, vpcId: string) =>
  owned(
    context,
    eachOf(context.view().vpcs),
    (vpc) => vpc.vpcId === vpcId,
    new LabError('InvalidVpcID.NotFound', `The vpc ID '${vpcId}' does not exist`),
  );

const ownedSubnet = (context: ActionContext, subnetId: string) =>
  owned(
    context,
    eachOf(context.view().subnets),
    (subnet) => subnet.subnetId === subnetId,
    new LabError('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`),
  );

const rangeIn = (parameters: Parameters, name: string): Ipv4Range => {
  const text = requiredText(parameters, name);
  try {
    return rangeOf(text);
  } catch {
    throw new LabError('InvalidParameterValue', `Value (${text}) for parameter ${name} is invalid.`);
  }
};

const tagsIn = (parameters: Parameters): Record<string, string> =>
  Object.fromEntries(
    recordList(parameters, 'TagSpecification')
      .flatMap((specification) => recordList(specification, 'Tag'))
      .map((tag) => [requiredText(tag, 'Key'), requiredText(tag, 'Value')]),
  );

export const createSubnet: Action = (context) => {
  const { parameters, change } = context;
  const vpc = ownedVpc(context, requiredText(parameters, 'VpcId'));
  const range = rangeIn(parameters, 'CidrBlock');
  const cidrBlock = requiredText(parameters, 'CidrBlock');
  const blocks = vpc.cidrBlocks.filter(({ state }) => state === 'associated');
  if (!blocks.some((block) => contains(rangeOf(block.cidrBlock), range))) {
    throw new LabError('InvalidSubnet.Range', `The CIDR '${cidrBlock}' is invalid.`);
  }
  for (const each of eachOf(context.view().subnets)) {
    if (each.vpcId === vpc.vpcId && each.cidrBlock !== null && overlap(rangeOf(each.cidrBlock), range)) {
      throw new LabError('InvalidSubnet.Conflict', `The CIDR '${cidrBlock}' conflicts with another subnet`);
    }
  }
  const { Name = '', ...tags } = tagsIn(parameters);
  const availabilityZone = requiredText(parameters, 'AvailabilityZone');
  const subnet = change((world) =>
    world.createSubnet({
      vpcId: vpc.vpcId,
      cidrBlock,
      name: Name,
      zone: availabilityZone.slice(-1),
      availabilityZone,
      tags,
    }),
  );
  return { subnet: { subnetId: subnet.subnetId, vpcId: vpc.vpcId, cidrBlock, state: 'available' } };
};

export const associateVpcCidrBlock: Action = (context) => {
  const { parameters, change } = context;
  const vpc = ownedVpc(context, requiredText(parameters, 'VpcId'));
  const range = rangeIn(parameters, 'CidrBlock');
  const cidrBlock = requiredText(parameters, 'CidrBlock');
  if (vpc.cidrBlocks.some((block) => overlap(rangeOf(block.cidrBlock), range))) {
    throw new LabError('InvalidVpc.Range', `The CIDR '${cidrBlock}' conflicts with a block of the VPC.`);
  }
  change((world) => {
    if (vpc.cidrBlocks.length >= world.cidrBlocksPerVpc) {
      throw new LabError(
        'CidrLimitExceeded',
        `This network '${vpc.vpcId}' has met its maximum number of allowed CIDRs: ${world.cidrBlocksPerVpc}`,
      );
    }
    world.associateCidrBlock(vpc.vpcId, cidrBlock);
  });
  return {
    vpcId: vpc.vpcId,
    cidrBlockAssociation: { cidrBlock, cidrBlockState: { state: 'associating' } },
  };
};

export const associateRouteTable: Action = (context) => {
  const routeTableId = requiredText(context.parameters, 'RouteTableId');
  const { subnetId } = ownedSubnet(context, requiredText(context.parameters, 'SubnetId'));
  owned(
    context,
    eachOf(context.view().routeTables),
    (table) => table.routeTableId === routeTableId,
    new LabError('InvalidRouteTableID.NotFound', `The routeTable ID '${routeTableId}' does not exist`),
  );
  context.change((world) => world.associateRouteTable(routeTableId, subnetId));
  return { associationId: subnetId.replace('subnet-', 'rtbassoc-') };
};

export const createSubnetCidrReservation: Action = (context) => {
  const { parameters, change } = context;
  const { subnetId, ownerId } = ownedSubnet(context, requiredText(parameters, 'SubnetId'));
  const cidr = requiredText(parameters, 'Cidr');
  const type = requiredText(parameters, 'ReservationType');
  if (type !== 'prefix' && type !== 'explicit') {
    throw new LabError('InvalidParameterValue', `Value (${type}) for parameter reservationType is invalid.`);
  }
  try {
    change((world) => world.reserve(subnetId, cidr, type));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new LabError('InvalidParameterValue', error.message);
  }
  return { subnetCidrReservation: { subnetId, cidr, reservationType: type, ownerId } };
};

export const deleteSubnetCidrReservation: Action = (context) => {
  const id = requiredText(context.parameters, 'SubnetCidrReservationId');
  const view = context.view();
  for (const { subnetId } of eachOf(view.subnets)) {
    for (const { cidr, reservationId } of eachOf(view.reservations(subnetId) ?? [])) {
      if (reservationId !== id) continue;
      ownedSubnet(context, subnetId);
      context.change((world) => world.pool(subnetId).unreserve(cidr));
      return { deletedSubnetCidrReservation: { subnetCidrReservationId: id, subnetId, cidr } };
    }
  }
  throw new LabError(
    'InvalidSubnetCidrReservationId.NotFound',
    `The subnet CIDR reservation '${id}' does not exist`,
  );
};

export const deleteNetworkInterface: Action = (context) => {
  const id = requiredText(context.parameters, 'NetworkInterfaceId');
  const each = owned(
    context,
    eachOf(context.view().interfaces),
    ({ networkInterfaceId }) => networkInterfaceId === id,
    new LabError('InvalidNetworkInterfaceID.NotFound', `The networkInterface ID '${id}' does not exist`),
  );
  if (each.status !== 'available') {
    throw new LabError('InvalidParameterValue', `Network interface '${id}' is currently in use.`);
  }
  context.change((world) => world.deleteInterface(id));
  return { return: true };
};

/** `Tag.n` with a value puts the tag on; DeleteTags without a value takes it away whatever its value is. */
const tagSubnets =
  (textOf: (tag: Parameters) => string | null): Action =>
  (context) => {
    const changes = Object.fromEntries(
      recordList(context.parameters, 'Tag').map((tag) => [requiredText(tag, 'Key'), textOf(tag)]),
    );
    const subnets = textList(context.parameters, 'ResourceId').map((id) => ownedSubnet(context, id));
    for (const { subnetId } of subnets) context.change((world) => world.tagSubnet(subnetId, changes));
    return { return: true };
  };

export const createTags = tagSubnets((tag) => requiredText(tag, 'Value'));
export const deleteTags = tagSubnets(() => null);
