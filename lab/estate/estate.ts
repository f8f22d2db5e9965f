import type { Tags } from '../../shared/model/aws/inventory.ts';
import type { EstateView } from './estate-view.ts';
import type { World } from './world.ts';

interface LabRole {
  readonly name: string;
  /** `null`: the trust policy asks for none. */
  readonly externalId: string | null;
}

export interface LabAccount {
  readonly accountId: string;
  readonly name: string;
  /** Organizations' `State`; its `Status` was retired on 2026-09-09. */
  readonly state: 'PENDING_ACTIVATION' | 'ACTIVE' | 'SUSPENDED' | 'PENDING_CLOSURE' | 'CLOSED';
  /** The root or organizational unit that the account lies in. */
  readonly parentId: string;
  readonly tags: Tags;
  readonly regions: readonly string[];
  readonly roles: readonly LabRole[];
  /** IAM actions that are denied to all callers in the account: `ec2:DescribeSubnets`, `ec2:*`. */
  readonly deniedActions: readonly string[];
  /** `hidden`: interfaces and instances of managed services are left out unless a request asks for them. */
  readonly managedResourceVisibility: 'hidden' | 'visible';
}

export interface LabOrganizationalUnit {
  readonly unitId: string;
  readonly name: string;
  readonly parentId: string;
}

interface LabOrganization {
  readonly rootId: string;
  readonly managementAccountId: string;
  readonly units: readonly LabOrganizationalUnit[];
}

/** Accounts, and what is in them as a function of simulated time. */
export interface Estate {
  readonly name: string;
  readonly accounts: readonly LabAccount[];
  readonly organization: LabOrganization;
  /** The account of credentials that name none: where Headroom itself would be deployed. */
  readonly homeAccountId: string;
  view(accountId: string, region: string, now: number): EstateView;
  /** Carries out what a caller orders, as of now. Absent: this estate only tells, and takes no orders. */
  change?<Result>(now: number, alter: (world: World) => Result): Result;
}

/** How an estate is made, from the time at which its story begins. */
export interface EstateBlueprint {
  readonly name: string;
  readonly description: string;
  build(startsAt: number): Estate;
}

export const ROOT_ID = 'r-lab1';
export const SCAN_ROLE = 'HeadroomScan';
export const EXTERNAL_ID = 'headroom-lab';

/** An active account that lets Headroom's hub scan it. */
export const labAccount = (
  accountId: string,
  name: string,
  regions: readonly string[],
  changes: Partial<LabAccount> = {},
): LabAccount => ({
  accountId,
  name,
  regions,
  state: 'ACTIVE',
  parentId: ROOT_ID,
  tags: {},
  roles: [{ name: SCAN_ROLE, externalId: EXTERNAL_ID }],
  deniedActions: [],
  managedResourceVisibility: 'hidden',
  ...changes,
});
