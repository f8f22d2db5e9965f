import type { LabVpcEndpoint } from '../../estate/records.ts';
import { type PageLimits, pageOf } from '../../http/pages.ts';
import type { Action } from '../../service.ts';
import { type FilterValues, passesFilters, tagSet } from './filters.ts';

/** EC2 API reference, DescribeVpcEndpoints: at most 1,000 a page. */
const PAGE: PageLimits = {
  parameter: 'MaxResults',
  token: 'NextToken',
  minimum: 1,
  maximum: 1000,
  otherwise: 1000,
};

const FILTERS: FilterValues<LabVpcEndpoint> = {
  'vpc-id': ({ vpcId }) => [vpcId],
  'vpc-endpoint-id': ({ vpcEndpointId }) => [vpcEndpointId],
  'vpc-endpoint-type': ({ type }) => [type],
};

export const describeVpcEndpoints: Action = ({ parameters, view }) => {
  const filtered = passesFilters(parameters, FILTERS);
  const page = pageOf(view().vpcEndpoints, 'DescribeVpcEndpoints', parameters, PAGE, filtered);
  return {
    vpcEndpointSet: page.map((endpoint) => ({
      vpcEndpointId: endpoint.vpcEndpointId,
      vpcEndpointType: endpoint.type,
      vpcId: endpoint.vpcId,
      state: 'available',
      ownerId: endpoint.ownerId,
      ipv4PrefixSet: [...Map.groupBy(endpoint.prefixes, ({ subnetId }) => subnetId)].map(
        ([subnetId, prefixes]) => ({ subnetId, ipPrefixSet: prefixes.map(({ cidr }) => cidr) }),
      ),
      tagSet: tagSet(endpoint.tags),
    })),
    nextToken: page.nextToken,
  };
};
