import {
  type Account as AwsAccount,
  ListAccountsCommand,
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListTagsForResourceCommand,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import pLimit from 'p-limit';
import { answeredList, eachItem, type Page } from '../model/aws/aws-pages.ts';
import type { AwsCallContext } from '../model/aws/failed-call.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { OrganizationSelection } from '../model/target/target-selection.ts';
import { required } from './ec2-records.ts';

/** Organizations allows few requests a second, to all callers of an organization together. */
const CALLS_AT_ONCE = 2;

export interface Account {
  readonly accountId: string;
  readonly name: string | null;
  /** `ACTIVE`, or why it cannot be scanned: `PENDING_ACTIVATION`, `SUSPENDED`, `PENDING_CLOSURE`, `CLOSED`. */
  readonly state: string;
}

export interface OrganizationAccountsInput {
  readonly client: OrganizationsClient;
  readonly selection: OrganizationSelection;
  /** Where Headroom runs: the management account, or a delegated administrator. */
  readonly hub: Target;
  readonly signal?: AbortSignal | undefined;
}

/** Accounts to scan, and accounts that were named but cannot be scanned. */
export interface OrganizationAccounts {
  readonly selected: readonly Account[];
  /** Named in `include`, but not an active account of this organization. */
  readonly unavailable: readonly { readonly accountId: string; readonly state: string | null }[];
}

/**
 * The accounts of an organization that the selection names, in the order of their numbers. Only `ACTIVE` ones, by
 * `State`: `Status` was retired on 2026-09-09 and is not read.
 *
 * @throws AwsFailure
 */
export const organizationAccounts = async ({
  client,
  selection,
  hub,
  signal,
}: OrganizationAccountsInput): Promise<OrganizationAccounts> => {
  const options = signal === undefined ? {} : { abortSignal: signal };
  const limit = pLimit(CALLS_AT_ONCE);

  const all = async <Item>(
    action: string,
    request: (nextToken: string | undefined) => Promise<Page<Item>>,
  ): Promise<Item[]> => {
    const context: AwsCallContext = { action: `organizations:${action}`, target: hub };
    const items: Item[] = [];
    await eachItem(
      context,
      (nextToken) => limit(() => request(nextToken)),
      (item) => items.push(item),
    );
    return items;
  };

  const wholeOrganization = (): Promise<Account[]> =>
    all('ListAccounts', async (NextToken) => {
      const answer = await client.send(new ListAccountsCommand({ NextToken }), options);
      return {
        items: answeredList(answer.Accounts, 'accounts', answer.NextToken).map(accountRecord),
        nextToken: answer.NextToken,
      };
    });

  const below = async (parentId: string): Promise<Account[]> => {
    const accounts = await all('ListAccountsForParent', async (NextToken) => {
      const answer = await client.send(
        new ListAccountsForParentCommand({ ParentId: parentId, NextToken }),
        options,
      );
      return {
        items: answeredList(answer.Accounts, 'accounts', answer.NextToken).map(accountRecord),
        nextToken: answer.NextToken,
      };
    });
    const units = await all('ListOrganizationalUnitsForParent', async (NextToken) => {
      const answer = await client.send(
        new ListOrganizationalUnitsForParentCommand({ ParentId: parentId, NextToken }),
        options,
      );
      const items = answeredList(
        answer.OrganizationalUnits,
        'organizational units',
        answer.NextToken,
      ).flatMap(({ Id }) => Id ?? []);
      return { items, nextToken: answer.NextToken };
    });
    const inner = await Promise.all(units.map(below));
    return [...accounts, ...inner.flat()];
  };

  const tagsOf = async (accountId: string): Promise<ReadonlyMap<string, string>> => {
    const tags = await all('ListTagsForResource', async (NextToken) => {
      const answer = await client.send(
        new ListTagsForResourceCommand({ ResourceId: accountId, NextToken }),
        options,
      );
      return { items: answeredList(answer.Tags, 'tags', answer.NextToken), nextToken: answer.NextToken };
    });
    return new Map(tags.map(({ Key, Value }) => [Key ?? '', Value ?? '']));
  };

  const carriesTags = async ({ accountId }: Account): Promise<boolean> => {
    const wanted = Object.entries(selection.tags);
    if (wanted.length === 0) return true;
    const tags = await tagsOf(accountId);
    return wanted.every(([key, value]) => tags.has(key) && (value === '' || tags.get(key) === value));
  };

  const excludedUnits = selection.exclude.filter(isUnit);
  const [organization, inUnits, inExcludedUnits] = await Promise.all([
    selection.organizationalUnits.length === 0 || selection.include.length > 0 ? wholeOrganization() : [],
    Promise.all(selection.organizationalUnits.map(below)),
    Promise.all(excludedUnits.map(below)),
  ]);
  const excluded = new Set([
    ...selection.exclude,
    ...inExcludedUnits.flat().map(({ accountId }) => accountId),
  ]);
  const isCandidate = ({ accountId, state }: Account): boolean =>
    state === 'ACTIVE' && !excluded.has(accountId);

  const byNumber = new Map(organization.map((account) => [account.accountId, account]));
  const included = selection.include.filter((accountId) => !excluded.has(accountId));
  const members = (selection.organizationalUnits.length === 0 ? organization : inUnits.flat()).filter(
    isCandidate,
  );
  const tagged = await Promise.all(members.map(carriesTags));

  const selected = new Map<string, Account>();
  for (const account of members.filter((_, index) => tagged[index])) selected.set(account.accountId, account);
  for (const account of included.flatMap((accountId) => byNumber.get(accountId) ?? []).filter(isCandidate))
    selected.set(account.accountId, account);
  return {
    selected: [...selected.values()].sort((a, b) => (a.accountId < b.accountId ? -1 : 1)),
    unavailable: included
      .filter((accountId) => !selected.has(accountId))
      .map((accountId) => ({ accountId, state: byNumber.get(accountId)?.state ?? null })),
  };
};

/** Organizational units and roots: `ou-ab12-34cd56ef`, `r-ab12` (Organizations API reference, `ParentId`). */
const isUnit = (id: string): boolean => /^(ou|r)-/.test(id);

const accountRecord = (account: AwsAccount): Account => {
  const accountId = required(account.Id, 'an account without Id');
  return {
    accountId,
    name: account.Name ?? null,
    state: required(account.State, `account ${accountId} without State`),
  };
};
