import type { LabAccount } from '../estate/estate.ts';
import { LabError } from '../http/lab-error.ts';
import { type PageLimits, pageOf } from '../http/pages.ts';
import { requiredText } from '../http/parameters.ts';
import { awsJson } from '../http/protocol.ts';
import type { XmlRecord } from '../http/xml.ts';
import type { Action, ActionContext, LabService } from '../service.ts';

/** Organizations API reference: `MaxResults` is 1 to 20. */
const PAGE: PageLimits = {
  parameter: 'MaxResults',
  token: 'NextToken',
  minimum: 1,
  maximum: 20,
  otherwise: 20,
};

const ORGANIZATION_ID = 'o-lab1234567';

const managed = (context: ActionContext): ActionContext['estate'] => {
  if (context.accountId !== context.estate.organization.managementAccountId) {
    throw new LabError('AccessDeniedException', "You don't have permissions to access this resource.", 400);
  }
  return context.estate;
};

const arn = ({ estate }: ActionContext, kind: string, id: string): string =>
  `arn:aws:organizations::${estate.organization.managementAccountId}:${kind}/${ORGANIZATION_ID}/${id}`;

const accountItem =
  (context: ActionContext) =>
  (account: LabAccount): XmlRecord => ({
    Id: account.accountId,
    Arn: arn(context, 'account', account.accountId),
    Name: account.name,
    Email: `${account.accountId}@example.com`,
    State: account.state,
    JoinedMethod: 'CREATED',
    JoinedTimestamp: new Date(Date.UTC(2024, 0, 1)),
  });

const checkParent = ({ estate, parameters }: ActionContext): string => {
  const parentId = requiredText(parameters, 'ParentId');
  const { rootId, units } = estate.organization;
  if (parentId !== rootId && !units.some(({ unitId }) => unitId === parentId)) {
    throw new LabError('ParentNotFoundException', "You specified parent that doesn't exist.");
  }
  return parentId;
};

const listRoots: Action = (context) => {
  const { rootId } = managed(context).organization;
  return { Roots: [{ Id: rootId, Arn: arn(context, 'root', rootId), Name: 'Root', PolicyTypes: [] }] };
};

const listAccounts: Action = (context) => {
  const page = pageOf(managed(context).accounts, 'ListAccounts', context.parameters, PAGE);
  return { Accounts: page.map(accountItem(context)), NextToken: page.nextToken };
};

const listAccountsForParent: Action = (context) => {
  const { accounts } = managed(context);
  const parent = checkParent(context);
  const page = pageOf(
    accounts,
    'ListAccountsForParent',
    context.parameters,
    PAGE,
    ({ parentId }) => parentId === parent,
  );
  return { Accounts: page.map(accountItem(context)), NextToken: page.nextToken };
};

const listOrganizationalUnitsForParent: Action = (context) => {
  const { units } = managed(context).organization;
  const parent = checkParent(context);
  const page = pageOf(
    units,
    'ListOrganizationalUnitsForParent',
    context.parameters,
    PAGE,
    ({ parentId }) => parentId === parent,
  );
  return {
    OrganizationalUnits: page.map(({ unitId, name }) => ({
      Id: unitId,
      Name: name,
      Arn: arn(context, 'ou', unitId),
    })),
    NextToken: page.nextToken,
  };
};

const listTagsForResource: Action = (context) => {
  const resourceId = requiredText(context.parameters, 'ResourceId');
  const account = managed(context).accounts.find(({ accountId }) => accountId === resourceId);
  if (account === undefined)
    throw new LabError('TargetNotFoundException', "You specified a target that doesn't exist.");
  return { Tags: Object.entries(account.tags).map(([Key, Value]) => ({ Key, Value })) };
};

const describeOrganization: Action = (context) => {
  const { managementAccountId } = context.estate.organization;
  return {
    Organization: {
      Id: ORGANIZATION_ID,
      Arn: arn(context, 'organization', ''),
      FeatureSet: 'ALL',
      MasterAccountId: managementAccountId,
    },
  };
};

export const organizations: LabService = {
  name: 'organizations',
  signingName: 'organizations',
  iamPrefix: 'organizations',
  protocols: [awsJson('1.1')],
  actions: {
    DescribeOrganization: describeOrganization,
    ListAccounts: listAccounts,
    ListAccountsForParent: listAccountsForParent,
    ListOrganizationalUnitsForParent: listOrganizationalUnitsForParent,
    ListRoots: listRoots,
    ListTagsForResource: listTagsForResource,
  },
};
