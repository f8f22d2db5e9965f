import type { LabVpc } from '../../estate/records.ts';
import { EC2_PAGE, pageOf } from '../../http/pages.ts';
import { textList } from '../../http/parameters.ts';
import type { Action } from '../../service.ts';
import { eachOf } from './each-of.ts';
import { type FilterValues, passesFilters, passesIds, tagSet } from './filters.ts';

const FILTERS: FilterValues<LabVpc> = {
  'vpc-id': ({ vpcId }) => [vpcId],
  'owner-id': ({ ownerId }) => [ownerId],
  cidr: ({ cidrBlocks }) => [cidrBlocks[0]?.cidrBlock ?? null],
  'cidr-block-association.cidr-block': ({ cidrBlocks }) => cidrBlocks.map(({ cidrBlock }) => cidrBlock),
  'cidr-block-association.state': ({ cidrBlocks }) => cidrBlocks.map(({ state }) => state),
  'is-default': ({ isDefault }) => [String(isDefault)],
  state: () => ['available'],
};

export const describeVpcs: Action = ({ parameters, view }) => {
  const { vpcs } = view();
  const chosen = passesIds(textList(parameters, 'VpcId'), eachOf(vpcs), ({ vpcId }) => vpcId, {
    code: 'InvalidVpcID.NotFound',
    noun: 'vpc ID',
  });
  const filtered = passesFilters(parameters, FILTERS);
  const page = pageOf(vpcs, 'DescribeVpcs', parameters, EC2_PAGE, (vpc) => chosen(vpc) && filtered(vpc));
  return {
    vpcSet: page.map((vpc) => ({
      vpcId: vpc.vpcId,
      ownerId: vpc.ownerId,
      state: 'available',
      cidrBlock: vpc.cidrBlocks[0]?.cidrBlock,
      cidrBlockAssociationSet: vpc.cidrBlocks.map(({ associationId, cidrBlock, state }) => ({
        associationId,
        cidrBlock,
        cidrBlockState: { state },
      })),
      ipv6CidrBlockAssociationSet: vpc.ipv6CidrBlocks.map((ipv6CidrBlock, index) => ({
        associationId: `${vpc.vpcId.replace('vpc-', 'vpc-cidr-assoc-')}${index}`,
        ipv6CidrBlock,
        ipv6CidrBlockState: { state: 'associated' },
        ipv6Pool: 'Amazon',
        networkBorderGroup: vpc.region,
      })),
      dhcpOptionsId: 'dopt-0a1b2c3d4e5f60718',
      instanceTenancy: 'default',
      isDefault: vpc.isDefault,
      tagSet: tagSet(vpc.tags),
    })),
    nextToken: page.nextToken,
  };
};
