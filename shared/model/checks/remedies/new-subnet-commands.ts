import type { Tags } from '../../aws/inventory.ts';
import { aws, keep, type ShellVariable } from '../../base/commands.ts';
import { displayableCommands } from '../../base/shell-words.ts';
import { CNI_ROLE_TAG } from '../../owners/cluster-membership.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { Estate } from '../estate.ts';
import { clustersUsing } from './cluster-subnets.ts';
import { cniTags } from './discovery.ts';
import { eniConfigCommands } from './eni-configs.ts';
import { groupsIn, podClusters, startsNodes, type Use } from './new-subnet-use.ts';
import { nodeClassCommands } from './node-classes.ts';
import { routeTableOf } from './routes.ts';

interface NewSubnet {
  readonly range: string;
  readonly zone: string;
}

const SUBNET_ID: ShellVariable = { variable: 'SUBNET_ID' };

/** Creates the subnet with its tags, its routes, and what makes nodes or pods use it. */
export const createCommands = (
  estate: Estate,
  subnet: SubnetAssessment,
  use: Use,
  { range, zone }: NewSubnet,
  variable: ShellVariable = SUBNET_ID,
): readonly string[] => {
  const { region, vpcId, outpostArn } = subnet;
  const table = routeTableOf(estate, subnet);
  const ipv6 = ipv6RangeFor(estate, subnet, range);
  return [
    keep(
      variable,
      'ec2',
      'create-subnet',
      region,
      {
        'vpc-id': vpcId,
        'cidr-block': range,
        'availability-zone': zone,
        ...(ipv6 === null ? {} : { 'ipv6-cidr-block': ipv6 }),
        ...(outpostArn === null ? {} : { 'outpost-arn': outpostArn }),
        'tag-specifications': tagSpecification(tagsFor(estate, subnet, use, range)),
      },
      'Subnet.SubnetId',
    ),
    ...(ipv6 === null
      ? []
      : [
          aws('ec2', 'modify-subnet-attribute', region, {
            'subnet-id': variable,
            'assign-ipv6-address-on-creation': [],
          }),
        ]),
    ...(startsNodes(use) && subnet.mapPublicIpOnLaunch === true
      ? [
          aws('ec2', 'modify-subnet-attribute', region, {
            'subnet-id': variable,
            'map-public-ip-on-launch': [],
          }),
        ]
      : []),
    ...(table === null || table.main
      ? []
      : [
          aws('ec2', 'associate-route-table', region, {
            'route-table-id': table.routeTableId,
            'subnet-id': variable,
          }),
        ]),
    ...(use === 'eni-config'
      ? podClusters(estate, subnet).flatMap((cluster) => eniConfigCommands(estate, cluster, subnet, variable))
      : []),
    ...(use === 'nodes' ? scalingGroupCommands(estate, subnet, variable) : []),
    ...(startsNodes(use) ? nodeClassCommands(estate, subnet, variable) : []),
  ];
};

/**
 * The new subnet has an IPv6 block where the one that is short has one: nodes of an IPv6 cluster cannot start without. Source:
 * EKS user guide, IPv6 clusters: subnets have IPv6 blocks and assign addresses of them by themselves.
 */
export const ipv6RangeFor = (estate: Estate, subnet: SubnetAssessment, range: string): string | null =>
  subnet.ipv6CidrBlocks.length === 0
    ? null
    : estate.ranges.ipv6SubnetRange({
        vpcId: subnet.vpcId,
        purpose: range,
        blocks: estate.vpcs.get(subnet.vpcId)?.ipv6CidrBlocks ?? [],
        taken: estate.subnetsOfVpc(subnet.vpcId).flatMap(({ ipv6CidrBlocks }) => ipv6CidrBlocks),
      });

/** As JSON: unlike the short form it takes commas, brackets and quotes in a name. */
const tagSpecification = (tags: Tags): string =>
  JSON.stringify([
    { ResourceType: 'subnet', Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) },
  ]);

/** Tags that Kubernetes, Karpenter and the CNI select subnets by. */
const COPIED_TAG = /^(?:kubernetes\.io\/|k8s\.io\/|karpenter\.sh\/|cni\.networking\.k8s\.aws\/)/;

const tagsFor = (estate: Estate, subnet: SubnetAssessment, use: Use, range: string): Tags => {
  const copied = Object.entries(subnet.tags).filter(
    ([key]) => use !== 'control-plane' && COPIED_TAG.test(key) && key !== CNI_ROLE_TAG,
  );
  return {
    Name: freshName(estate, subnet, range),
    ...Object.fromEntries(copied),
    ...(use === 'discovery' ? cniTags(estate, clustersUsing(estate, subnet), subnet) : {}),
  };
};

/** The name of the subnet that is short, with the first number that no subnet of the VPC has, nor one of another remedy. */
const freshName = (estate: Estate, subnet: SubnetAssessment, range: string): string => {
  const names = new Set(estate.subnetsOfVpc(subnet.vpcId).map(({ name }) => name));
  // A name that cannot be copied would hide every command of the remedy.
  const base =
    subnet.name === null || displayableCommands([subnet.name]) === null ? subnet.subnetId : subnet.name;
  return estate.ranges.subnetName({ vpcId: subnet.vpcId, range }, base, names);
};

/** Auto Scaling groups of the clusters take the new subnet in; EKS does not let managed node groups change theirs. */
const scalingGroupCommands = (
  estate: Estate,
  subnet: SubnetAssessment,
  variable: ShellVariable,
): readonly string[] =>
  groupsIn(estate, subnet)
    .filter(({ kind }) => kind === 'auto-scaling-group')
    .map(({ group, subnetIds }) =>
      aws('autoscaling', 'update-auto-scaling-group', subnet.region, {
        'auto-scaling-group-name': group,
        'vpc-zone-identifier': { parts: [`${subnetIds.join(',')},`, variable] },
      }),
    );
