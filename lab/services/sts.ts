import { LabError } from '../http/lab-error.ts';
import { optionalText, requiredText } from '../http/parameters.ts';
import { awsQuery } from '../http/protocol.ts';
import type { Action, ActionContext, LabService } from '../service.ts';

/** STS API reference, AssumeRole: 900 seconds to 12 hours; a role assumed by a role gets an hour at most. */
const SHORTEST_SESSION = 900;
const LONGEST_SESSION = 43_200;
const LONGEST_CHAINED_SESSION = 3600;
const ROLE_ARN = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([\w+=,.@-]+)$/;

const getCallerIdentity: Action = ({ caller }) => ({
  Arn: caller.arn,
  UserId: caller.arn.includes(':assumed-role/') ? `AROALAB:${caller.arn.split('/').at(-1)}` : 'AIDALAB',
  Account: caller.accountId,
});

const sessionSeconds = ({ parameters, caller }: ActionContext): number => {
  const seconds = Number(optionalText(parameters, 'DurationSeconds') ?? LONGEST_CHAINED_SESSION);
  if (!Number.isInteger(seconds) || seconds < SHORTEST_SESSION || seconds > LONGEST_SESSION) {
    throw new LabError(
      'ValidationError',
      `1 validation error detected: Value '${seconds}' at 'durationSeconds' failed to satisfy constraint: Member must be between ${SHORTEST_SESSION} and ${LONGEST_SESSION}`,
    );
  }
  if (caller.arn.includes(':assumed-role/') && seconds > LONGEST_CHAINED_SESSION) {
    throw new LabError(
      'ValidationError',
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  return seconds;
};

/** A role that is not there, a wrong external ID and a trust policy that says no all sound the same: AWS does not tell. */
const assumeRole: Action = (context) => {
  const { parameters, caller, estate, identities, clock } = context;
  const roleArn = requiredText(parameters, 'RoleArn');
  const sessionName = requiredText(parameters, 'RoleSessionName');
  const seconds = sessionSeconds(context);
  const [, accountId = '', roleName = ''] = ROLE_ARN.exec(roleArn) ?? [];
  if (accountId === '') throw new LabError('ValidationError', `${roleArn} is invalid`);
  const account = estate.accounts.find((each) => each.accountId === accountId);
  const role = account?.roles.find(({ name }) => name === roleName);
  const externalId = optionalText(parameters, 'ExternalId');
  if (
    account?.state !== 'ACTIVE' ||
    role === undefined ||
    (role.externalId !== null && role.externalId !== externalId)
  ) {
    throw new LabError(
      'AccessDenied',
      `User: ${caller.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn}`,
      403,
    );
  }
  const arn = `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
  // Sessions end by the client's clock, which SDKs compare `Expiration` with, not by the estate's.
  const expiresAt = Date.now() + seconds * 1000;
  return {
    SourceIdentity: optionalText(parameters, 'SourceIdentity'),
    AssumedRoleUser: { AssumedRoleId: `AROALAB:${sessionName}`, Arn: arn },
    Credentials: {
      AccessKeyId: identities.open({ accountId, arn, expiresAt }),
      SecretAccessKey: 'lab-secret-access-key',
      SessionToken: `lab-session-token-${clock.now()}`,
      Expiration: new Date(expiresAt),
    },
  };
};

export const sts: LabService = {
  name: 'sts',
  signingName: 'sts',
  iamPrefix: 'sts',
  protocols: [awsQuery('https://sts.amazonaws.com/doc/2011-06-15/')],
  actions: { AssumeRole: assumeRole, GetCallerIdentity: getCallerIdentity },
};
