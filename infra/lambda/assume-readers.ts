import type { AccountSelection } from '../../shared/model/target/target-selection.ts';

export const ASSUME_READERS_SID = 'ReadOtherAccounts';

/** A role, as CloudFormation puts it together where the partition is known. */
const roleIn = (account: string, role: string) => ({
  'Fn::Sub': `arn:$${'{AWS::Partition}'}:iam::${account}:role/${role}`,
});

/**
 * The statement that lets a function assume the role of other accounts: in the accounts that headroom.yml lists, each by its
 * number, or in those of the hub's own organization. A role of the same name elsewhere trusts us in vain.
 */
export const assumeReaders = (accounts: AccountSelection, role: string) => {
  const statement = {
    Sid: ASSUME_READERS_SID,
    Effect: 'Allow',
    Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
  };
  switch (accounts.from) {
    case 'self':
      return { ...statement, Resource: [roleIn(`$${'{AWS::AccountId}'}`, role)] };
    case 'list':
      return { ...statement, Resource: accounts.accountIds.map((account) => roleIn(account, role)) };
    case 'organization':
      return {
        ...statement,
        Resource: [roleIn('*', role)],
        // IAM user guide, "AWS global condition context keys". The deployment tool would read the variable as one of its own.
        Condition: {
          StringEquals: { 'aws:ResourceOrgID': { 'Fn::Join': ['', ['$', '{aws:PrincipalOrgID}']] } },
        },
      };
  }
};
