import * as z from 'zod';
import type { AccountSelection } from '../../model/target/target-selection.ts';
import { accountId, listOf, section, text, together } from './scalars.ts';

/** `targets` of headroom.yml: accounts, Regions, and the role to assume. */

// AWS Organizations: ou-<4 to 32>-<8 to 32>, r-<4 to 32>.
const organizationalUnit = text(
  'an organizational unit or root, such as ou-ab12-11111111 or r-ab12',
  /^(ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$/,
);
const accountOrUnit = text(
  'an account id of 12 digits, or an organizational unit such as ou-ab12-11111111',
  /^(\d{12}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32})$/,
);

const organization = section({
  organizationalUnits: listOf(organizationalUnit, 'an organizational unit, or a list of them')
    .optional()
    .describe(
      'Organizational units or roots, including all units below them. Default: the whole organization.',
    ),
  tags: z
    .record(z.string().min(1).max(128), text('the value of a tag as text; empty: any', /^[\s\S]{0,256}$/), {
      error: 'a mapping from tag keys to values',
    })
    .optional()
    .describe('Only accounts with all these tags. An empty value matches any value.'),
  include: listOf(accountId, 'an account id, or a list of them')
    .optional()
    .describe('Accounts that are always scanned, regardless of unit and tags.'),
  exclude: listOf(accountOrUnit, 'an account id or organizational unit, or a list of them')
    .optional()
    .describe('Accounts, or units including all units below them, that are not scanned.'),
}).transform(
  (given): AccountSelection => ({
    from: 'organization',
    organizationalUnits: given.organizationalUnits ?? [],
    tags: given.tags ?? {},
    include: given.include ?? [],
    exclude: given.exclude ?? [],
  }),
);

/** The role that `infra/lambda/spoke-role.yml` makes. */
export const DEFAULT_ROLE_NAME = 'HeadroomReader';

// STS AssumeRole: 2 to 64 of \w+=,.@- for session name and source identity, 2 to 1,224 of \w+=,.@:/- for the external ID.
const sessionWord = text('2 to 64 letters, digits and +=,.@_-', /^[\w+=,.@-]{2,64}$/);

export const targetsSchema = together(
  section({
    accounts: listOf(accountId, 'an account id, or a list of them')
      .optional()
      .describe('The IDs of the accounts to scan.'),
    organization: organization
      .optional()
      .describe('The accounts of an AWS organization, looked up in every run.'),
    regions: listOf(
      text('a Region, such as eu-west-1, or the word enabled', /^(enabled|[a-z]{2,}(-[a-z]+)+-\d+)$/),
      'a Region, a list of them, or the word enabled',
    )
      .optional()
      .describe(
        'The Regions to scan, or all that each account has enabled. Default: the Region that Headroom runs in.',
      ),
    roleName: text(
      'the name of an IAM role, with its path if it has one, such as HeadroomReader or headroom/reader',
      /^([\w+=,.@-]{1,128}\/){0,4}[\w+=,.@-]{1,64}$/,
    )
      .optional()
      .describe('The role that Headroom assumes in each account.'),
    externalId: text('2 to 1,224 letters, digits and +=,.@:/_-', /^[\w+=,.@:/-]{2,1224}$/)
      .optional()
      .describe('The external ID that the trust policy of the role asks for.'),
    sessionName: sessionWord.optional().describe('Appears in CloudTrail of the scanned account.'),
    sourceIdentity: sessionWord
      .optional()
      .describe('Appears in CloudTrail. A user of the session cannot change it.'),
  }),
  ({ accounts, organization: given, regions }) => [
    ...(accounts !== undefined && given !== undefined
      ? [
          {
            path: ['accounts'],
            message: 'and targets.organization are both given; keep one of them.',
          },
        ]
      : []),
    ...(Array.isArray(regions) && regions.length > 1 && regions.includes('enabled')
      ? [
          {
            path: ['regions'],
            message: 'has the word enabled and Regions by name; keep one or the other.',
          },
        ]
      : []),
  ],
);
