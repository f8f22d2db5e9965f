import type { LabIpamPool } from '../../estate/records.ts';
import { LabError } from '../../http/lab-error.ts';
import { EC2_PAGE, type PageLimits, pageOf } from '../../http/pages.ts';
import { requiredText, textList } from '../../http/parameters.ts';
import type { Action } from '../../service.ts';
import { eachOf } from './each-of.ts';

/** EC2 API reference, GetIpamPoolAllocations: 1,000 to 100,000 a page. */
const ALLOCATIONS_PAGE: PageLimits = { ...EC2_PAGE, minimum: 1000, maximum: 100_000 };

const notFound = (ipamPoolId: string): LabError =>
  new LabError('InvalidIpamPoolId.NotFound', `The ipam-pool-id '${ipamPoolId}' does not exist.`);

const poolNamed = (pools: Iterable<LabIpamPool>, ipamPoolId: string): LabIpamPool => {
  for (const pool of pools) if (pool.ipamPoolId === ipamPoolId) return pool;
  throw notFound(ipamPoolId);
};

export const describeIpamPools: Action = ({ parameters, view }) => {
  const ids = textList(parameters, 'IpamPoolId');
  const all = [...eachOf(view().ipamPools)];
  const missing = ids.find((id) => all.every(({ ipamPoolId }) => ipamPoolId !== id));
  if (missing !== undefined) throw notFound(missing);
  const pools = all.filter(({ ipamPoolId }) => ids.length === 0 || ids.includes(ipamPoolId));
  const page = pageOf(pools, 'DescribeIpamPools', parameters, EC2_PAGE);
  return {
    ipamPoolSet: page.map((pool) => ({
      ipamPoolId: pool.ipamPoolId,
      ownerId: pool.ownerId,
      addressFamily: pool.addressFamily ?? 'ipv4',
      ipamScopeType: pool.scope ?? 'private',
      locale: pool.locale ?? pool.region,
      state: 'create-complete',
      ...(pool.description === undefined ? {} : { description: pool.description }),
      ...(pool.largestLength === undefined ? {} : { allocationMinNetmaskLength: pool.largestLength }),
      ...(pool.smallestLength === undefined ? {} : { allocationMaxNetmaskLength: pool.smallestLength }),
    })),
    nextToken: page.nextToken,
  };
};

export const getIpamPoolCidrs: Action = ({ parameters, view }) => {
  const { cidrs } = poolNamed(eachOf(view().ipamPools), requiredText(parameters, 'IpamPoolId'));
  const page = pageOf(cidrs, 'GetIpamPoolCidrs', parameters, EC2_PAGE);
  return {
    ipamPoolCidrSet: page.map((cidr) => ({ cidr, state: 'provisioned' })),
    nextToken: page.nextToken,
  };
};

export const getIpamPoolAllocations: Action = ({ parameters, view }) => {
  const { allocations, ownerId, region } = poolNamed(
    eachOf(view().ipamPools),
    requiredText(parameters, 'IpamPoolId'),
  );
  const page = pageOf(allocations, 'GetIpamPoolAllocations', parameters, ALLOCATIONS_PAGE);
  return {
    ipamPoolAllocationSet: page.map(({ cidr, resourceId, resourceType }) => ({
      cidr,
      ipamPoolAllocationId: `ipam-pool-alloc-${resourceId}`,
      resourceId,
      resourceType,
      resourceRegion: region,
      resourceOwner: ownerId,
    })),
    nextToken: page.nextToken,
  };
};
