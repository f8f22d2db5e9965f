import { describe, expect, test } from 'vitest';
import { assumeReaders } from '../../infra/lambda/assume-readers.ts';

const ORGANIZATION = {
  from: 'organization',
  organizationalUnits: [],
  tags: {},
  include: [],
  exclude: [],
} as const;

/** The roles of a statement that are open to more than an account or the hub's own organization. */
const openRoles = ({
  Resource,
  Condition,
}: ReturnType<typeof assumeReaders> & { readonly Condition?: object }) =>
  Resource.map((role) => role['Fn::Sub']).filter(
    (arn) =>
      !/:iam::(?:\d{12}|\$\{AWS::AccountId\}):role\//.test(arn) &&
      !JSON.stringify(Condition ?? {}).includes('aws:ResourceOrgID'),
  );

describe('the hub may assume the reader role', () => {
  test('in the listed accounts, each by its number', () => {
    const statement = assumeReaders(
      { from: 'list', accountIds: ['111122223333', '222233334444'] },
      'network/Reader',
    );
    expect(statement.Resource.map((role) => role['Fn::Sub'].replace(/\$\{AWS::Partition\}/, 'aws'))).toEqual([
      'arn:aws:iam::111122223333:role/network/Reader',
      'arn:aws:iam::222233334444:role/network/Reader',
    ]);
    expect(openRoles(statement)).toEqual([]);
  });

  test('in its own account, where it scans no other', () => {
    expect(openRoles(assumeReaders({ from: 'self' }, 'Reader'))).toEqual([]);
  });

  test('in its own organization, where it scans that', () => {
    const statement = assumeReaders(ORGANIZATION, 'Reader');
    expect(statement).toMatchObject({
      Condition: {
        StringEquals: { 'aws:ResourceOrgID': { 'Fn::Join': ['', ['$', '{aws:PrincipalOrgID}']] } },
      },
    });
    expect(openRoles(statement)).toEqual([]);
  });

  test('a planted statement for every account is found', () => {
    const { Condition: _, ...open } = assumeReaders(ORGANIZATION, 'Reader') as ReturnType<
      typeof assumeReaders
    > & {
      readonly Condition: object;
    };
    expect(openRoles(open)).toHaveLength(1);
  });
});
