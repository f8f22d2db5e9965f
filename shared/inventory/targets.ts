import { DescribeRegionsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import type { OrganizationsClient } from '@aws-sdk/client-organizations';
import pLimit from 'p-limit';
import { describingFailure } from '../model/aws/aws-pages.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { type PlannedTarget, scanRoleOf, type TargetSelection } from '../model/target/target-selection.ts';
import { listOf, required } from './ec2-records.ts';
import { organizationAccounts } from './organization-accounts.ts';

/** How many accounts are asked for their Regions at a time. */
const ACCOUNTS_AT_ONCE = 8;

export interface ResolveTargetsInput {
  readonly selection: TargetSelection;
  /** The account that Headroom runs in, and its own Region. */
  readonly hub: Target;
  /** Needed to select by organization; called only then. */
  readonly organizations: () => OrganizationsClient;
  /** The enabled Regions of an account, read through its role: see `enabledRegions`. Called only for `regions: 'enabled'`. */
  readonly regionsOf: (account: {
    readonly accountId: string;
    readonly roleArn: string | null;
  }) => Promise<readonly string[]>;
  readonly signal?: AbortSignal | undefined;
}

export interface ResolvedTargets {
  /** By account, then Region. */
  readonly targets: readonly PlannedTarget[];
  /** Accounts that should be scanned and cannot be; the others go on. */
  readonly unresolved: readonly { readonly accountId: string; readonly problem: Problem }[];
}

/**
 * Turns a selection into the list of targets, again on every run: an account that joins the organization is scanned
 * without a deployment.
 *
 * @throws AwsFailure when the accounts cannot be listed; an account whose Regions cannot be is `unresolved`.
 */
export const resolveTargets = async (input: ResolveTargetsInput): Promise<ResolvedTargets> => {
  const { selection, hub, regionsOf } = input;
  const { accounts, unresolved } = await selectedAccounts(input);
  const limit = pLimit(ACCOUNTS_AT_ONCE);
  const resolved = await Promise.all(
    accounts.map((account) =>
      limit(async () => {
        const target = { accountId: account.accountId, region: hub.region };
        const roleArn = scanRoleOf(selection.role, target, hub)?.roleArn ?? null;
        try {
          const regions =
            selection.regions === 'enabled'
              ? await regionsOf({ accountId: account.accountId, roleArn })
              : [...new Set(selection.regions)];
          return regions.map(
            (region): PlannedTarget => ({
              accountId: account.accountId,
              accountName: account.name,
              region,
              roleArn,
            }),
          );
        } catch (error) {
          if (!(error instanceof HeadroomError)) throw error;
          return { accountId: account.accountId, problem: problemOf(error) };
        }
      }),
    ),
  );
  return {
    targets: resolved.flatMap((result) => ('problem' in result ? [] : result)),
    unresolved: [...unresolved, ...resolved.flatMap((result) => ('problem' in result ? [result] : []))],
  };
};

/** The Regions that an account has enabled, in alphabetical order. @throws AwsFailure */
export const enabledRegions = (
  client: EC2Client,
  input: {
    readonly target: Target;
    readonly roleArn?: string | null;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<readonly string[]> =>
  describingFailure(
    { action: 'ec2:DescribeRegions', target: input.target, roleArn: input.roleArn ?? null },
    async () => {
      // Without `AllRegions`, EC2 leaves out those that the account has not opted into.
      const answer = await client.send(
        new DescribeRegionsCommand({}),
        input.signal === undefined ? {} : { abortSignal: input.signal },
      );
      return listOf(answer.Regions, 'regionInfo')
        .map(({ RegionName }) => required(RegionName, 'a Region without regionName'))
        .sort();
    },
  );

interface SelectedAccount {
  readonly accountId: string;
  readonly name: string | null;
}

const selectedAccounts = async ({
  selection,
  hub,
  organizations,
  signal,
}: ResolveTargetsInput): Promise<{
  readonly accounts: readonly SelectedAccount[];
  readonly unresolved: ResolvedTargets['unresolved'];
}> => {
  const named = (accountIds: readonly string[]): readonly SelectedAccount[] =>
    [...new Set(accountIds)].sort().map((accountId) => ({ accountId, name: null }));
  switch (selection.accounts.from) {
    case 'self':
      return { accounts: named([hub.accountId]), unresolved: [] };
    case 'list':
      return { accounts: named(selection.accounts.accountIds), unresolved: [] };
    case 'organization': {
      const { selected, unavailable } = await organizationAccounts({
        client: organizations(),
        selection: selection.accounts,
        hub,
        signal,
      });
      return { accounts: selected, unresolved: unavailable.map(unavailableAccount) };
    }
  }
};

const unavailableAccount = ({
  accountId,
  state,
}: {
  readonly accountId: string;
  readonly state: string | null;
}): ResolvedTargets['unresolved'][number] => ({
  accountId,
  problem: {
    code: 'account-unavailable',
    message:
      state === null
        ? `Account ${accountId} is to be included, but is not in this organization`
        : `Account ${accountId} is to be included, but its state is ${state}`,
    action: `Take ${accountId} out of the included accounts, or bring it into the organization.`,
  },
});
