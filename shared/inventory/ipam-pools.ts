import {
  DescribeIpamPoolsCommand,
  type EC2Client,
  GetIpamPoolAllocationsCommand,
  GetIpamPoolCidrsCommand,
} from '@aws-sdk/client-ec2';
import { eachItem } from '../model/aws/aws-pages.ts';
import type { IpamPool, Target } from '../model/aws/inventory.ts';
import { listOf } from './ec2-records.ts';

/** The three calls take this page size: GetIpamPoolAllocations from 1,000 on, the others up to 1,000 (EC2 API reference). */
const PAGE_SIZE = 1000;

/**
 * The IPv4 pools of IPAM that this account may see in this Region, with what was allocated from each.
 *
 * @param wanted ids of pools; empty: all of them
 * @throws AwsFailure when a call is refused, or when there is no pool with one of the ids
 */
export const readIpamPools = async (
  client: EC2Client,
  target: Target,
  wanted: readonly string[],
): Promise<readonly IpamPool[]> => {
  const pools: IpamPool[] = [];
  const found: Omit<IpamPool, 'cidrs' | 'allocations'>[] = [];
  await eachItem(
    { action: 'ec2:DescribeIpamPools', target },
    async (NextToken) => {
      const answer = await client.send(
        new DescribeIpamPoolsCommand({
          ...(wanted.length === 0 ? { MaxResults: PAGE_SIZE } : { IpamPoolIds: [...wanted] }),
          NextToken,
        }),
      );
      return { items: listOf(answer.IpamPools, 'ipamPoolSet'), nextToken: answer.NextToken };
    },
    (pool) => {
      const { AddressFamily, Description, IpamPoolId, IpamScopeType, Locale } = pool;
      if (AddressFamily === 'ipv6' || IpamPoolId === undefined) return;
      found.push({
        ipamPoolId: IpamPoolId,
        description: Description ?? null,
        locale: Locale === undefined || Locale === 'None' ? null : Locale,
        ...(IpamScopeType === 'public' && { public: true as const }),
        ...(pool.AllocationMinNetmaskLength !== undefined && {
          largestLength: pool.AllocationMinNetmaskLength,
        }),
        ...(pool.AllocationMaxNetmaskLength !== undefined && {
          smallestLength: pool.AllocationMaxNetmaskLength,
        }),
      });
    },
  );
  for (const pool of found) {
    const { ipamPoolId } = pool;
    const cidrs: string[] = [];
    const allocations: IpamPool['allocations'][number][] = [];
    await eachItem(
      { action: 'ec2:GetIpamPoolCidrs', target },
      async (NextToken) => {
        const answer = await client.send(
          new GetIpamPoolCidrsCommand({ IpamPoolId: ipamPoolId, MaxResults: PAGE_SIZE, NextToken }),
        );
        return { items: listOf(answer.IpamPoolCidrs, 'ipamPoolCidrSet'), nextToken: answer.NextToken };
      },
      ({ Cidr, State }) => {
        if (Cidr !== undefined && State === 'provisioned') cidrs.push(Cidr);
      },
    );
    await eachItem(
      { action: 'ec2:GetIpamPoolAllocations', target },
      async (NextToken) => {
        const answer = await client.send(
          new GetIpamPoolAllocationsCommand({ IpamPoolId: ipamPoolId, MaxResults: PAGE_SIZE, NextToken }),
        );
        return {
          items: listOf(answer.IpamPoolAllocations, 'ipamPoolAllocationSet'),
          nextToken: answer.NextToken,
        };
      },
      ({ Cidr, IpamPoolAllocationId, ResourceId }) => {
        if (Cidr !== undefined)
          allocations.push({ cidr: Cidr, resource: ResourceId ?? IpamPoolAllocationId ?? ipamPoolId });
      },
    );
    pools.push({ ...pool, cidrs, allocations });
  }
  return pools;
};
