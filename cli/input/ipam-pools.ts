import { CallMeter } from '../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../shared/aws/clients.ts';
import { UNKNOWN_ACCOUNT } from '../../shared/aws/reachable-targets.ts';
import { readIpamPools } from '../../shared/inventory/ipam-pools.ts';
import { accountOfRole } from '../../shared/model/aws/arn.ts';
import type { IpamPool } from '../../shared/model/aws/inventory.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import { UsageError } from '../base/command-line.ts';

/** Where pools are asked for: the first Region and role, or the default chain of the SDK. */
export interface PoolRequest {
  readonly region: string | undefined;
  readonly roleArn: string | undefined;
  readonly externalId: string | undefined;
}

/** Pools, and the Region in which they were asked for. */
export interface FoundPools {
  readonly pools: readonly IpamPool[];
  readonly region: string;
}

/**
 * Pools of IPAM, with what was allocated from each.
 *
 * @param wanted ids of pools; empty: all that can be seen
 * @throws UsageError when there is no such pool
 * @throws HeadroomError when they cannot be read
 */
export const ipamPools = async (
  { region, roleArn, externalId }: PoolRequest,
  wanted: readonly string[],
): Promise<FoundPools> => {
  const clients = createTargetClients({
    region,
    meter: new CallMeter(),
    role: roleArn === undefined ? undefined : { roleArn, externalId: externalId ?? null },
  });
  const accountId = roleArn === undefined ? UNKNOWN_ACCOUNT : (accountOfRole(roleArn) ?? UNKNOWN_ACCOUNT);
  try {
    const pools = await readIpamPools(clients.ec2, { accountId, region: region ?? 'default' }, wanted);
    return { pools, region: await clients.ec2.config.region() };
  } catch (error) {
    if (error instanceof HeadroomError && /InvalidIpamPoolId/.test(error.message))
      throw new UsageError(
        `There is no IPAM pool ${wanted.join(', ')} here.`,
        'Give the Region of the pool with --region. `aws ec2 describe-ipam-pools` lists them.',
        { cause: error },
      );
    throw error;
  } finally {
    clients.destroy();
  }
};
