import type { LabRoute, LabRouteTable } from '../../estate/records.ts';
import { type PageLimits, pageOf } from '../../http/pages.ts';
import { textList } from '../../http/parameters.ts';
import type { XmlRecord } from '../../http/xml.ts';
import type { Action } from '../../service.ts';
import { eachOf } from './each-of.ts';
import { type FilterValues, passesFilters, passesIds, tagSet } from './filters.ts';

/** EC2 API reference, DescribeRouteTables: 5 to 100 a page. */
const PAGE: PageLimits = {
  parameter: 'MaxResults',
  token: 'NextToken',
  minimum: 5,
  maximum: 100,
  otherwise: 100,
};

const FILTERS: FilterValues<LabRouteTable> = {
  'vpc-id': ({ vpcId }) => [vpcId],
  'route-table-id': ({ routeTableId }) => [routeTableId],
  'association.subnet-id': ({ subnetIds }) => subnetIds,
  'association.main': ({ main }) => [String(main)],
  'route.destination-cidr-block': ({ routes }) => routes.map(({ destination }) => destination),
  'route.vpc-peering-connection-id': ({ routes }) => routes.map(({ target }) => target),
};

/** Which element names the target, by how its id begins. */
const TARGET_ELEMENTS: readonly (readonly [prefix: string, element: string])[] = [
  ['nat-', 'natGatewayId'],
  ['tgw-', 'transitGatewayId'],
  ['pcx-', 'vpcPeeringConnectionId'],
  ['eni-', 'networkInterfaceId'],
];

const routeItem = ({ destination, target }: LabRoute): XmlRecord => {
  const element = TARGET_ELEMENTS.find(([prefix]) => target.startsWith(prefix))?.[1] ?? 'gatewayId';
  return {
    destinationCidrBlock: destination,
    [element]: target,
    state: 'active',
    origin: target === 'local' ? 'CreateRouteTable' : 'CreateRoute',
  };
};

export const describeRouteTables: Action = ({ parameters, view }) => {
  const { routeTables } = view();
  const chosen = passesIds(
    textList(parameters, 'RouteTableId'),
    eachOf(routeTables),
    ({ routeTableId }) => routeTableId,
    { code: 'InvalidRouteTableID.NotFound', noun: 'routeTable ID' },
  );
  const filtered = passesFilters(parameters, FILTERS);
  const page = pageOf(
    routeTables,
    'DescribeRouteTables',
    parameters,
    PAGE,
    (table) => chosen(table) && filtered(table),
  );
  return {
    routeTableSet: page.map((table) => ({
      routeTableId: table.routeTableId,
      vpcId: table.vpcId,
      ownerId: table.ownerId,
      routeSet: table.routes.map(routeItem),
      associationSet: [
        ...(table.main ? [association(table.routeTableId, null)] : []),
        ...table.subnetIds.map((subnetId) => association(table.routeTableId, subnetId)),
      ],
      tagSet: tagSet(table.tags),
    })),
    nextToken: page.nextToken,
  };
};

const association = (routeTableId: string, subnetId: string | null): XmlRecord => ({
  routeTableAssociationId: (subnetId ?? routeTableId).replace(/^(?:subnet|rtb)-/, 'rtbassoc-'),
  routeTableId,
  subnetId,
  main: subnetId === null,
  associationState: { state: 'associated' },
});
