import type { Tags, Target } from '../aws/inventory.ts';
import type { Problem } from '../base/errors.ts';

/** Which accounts and Regions are scanned, as `headroom.yml` says it. */
export interface TargetSelection {
  readonly accounts: AccountSelection;
  /** `enabled`: those that each account has enabled. */
  readonly regions: 'enabled' | readonly string[];
  /** The role to read each account through; `null`: with our own credentials, which then reach our own account only. */
  readonly role: ScanRole | null;
}

export type AccountSelection =
  /** The account that Headroom runs in. */
  | { readonly from: 'self' }
  | { readonly from: 'list'; readonly accountIds: readonly string[] }
  | OrganizationSelection;

/** The active accounts of an AWS organization: those in the units that carry the tags, and `include`, without `exclude`. */
export interface OrganizationSelection {
  readonly from: 'organization';
  /** Organizational units or roots (`ou-...`, `r-...`), with all that is below them; empty: the whole organization. */
  readonly organizationalUnits: readonly string[];
  /** Tags that an account must carry, all of them; an empty value stands for any. */
  readonly tags: Tags;
  /** Accounts that are always scanned, regardless of unit and tags. */
  readonly include: readonly string[];
  /** Accounts, or units including all units below them, that are not scanned. Stronger than `include`. */
  readonly exclude: readonly string[];
}

export interface ScanRole {
  /** With its path, if it has one: `headroom/reader`. The same in every account. */
  readonly name: string;
  readonly externalId: string | null;
  readonly sessionName: string | null;
  readonly sourceIdentity: string | null;
}

/** A target, and the role to read it through. */
export interface PlannedTarget extends Target {
  readonly accountName: string | null;
  readonly roleArn: string | null;
  /** Why it is not certain that this target can be scanned, or is still to be: what lists it could not be asked. */
  readonly doubt?: Problem;
}

/** The ARN of the scan role in an account. Partitions: AWS General Reference, "Amazon Resource Names". */
export const scanRoleArn = (role: Pick<ScanRole, 'name'>, { accountId, region }: Target): string =>
  `arn:${partitionOf(region)}:iam::${accountId}:role/${role.name}`;

/**
 * The role to read a target through, with its ARN. `null`: our own credentials. Our own account is read with those: it
 * needs no role, and often has none.
 */
export const scanRoleOf = (
  role: ScanRole | null,
  target: Target,
  home: Target,
): (ScanRole & { readonly roleArn: string }) | null =>
  role === null || target.accountId === home.accountId
    ? null
    : { ...role, roleArn: scanRoleArn(role, target) };

const partitionOf = (region: string): string => {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  if (region.startsWith('us-iso-')) return 'aws-iso';
  if (region.startsWith('us-isob-')) return 'aws-iso-b';
  if (region.startsWith('eusc-')) return 'aws-eusc';
  return 'aws';
};
