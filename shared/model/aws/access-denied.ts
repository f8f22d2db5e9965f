import { placeOf, problem, type Recogniser } from './failed-call.ts';

/** A call that a policy does not allow: who may not do what, on what, and which policy is to be changed. */

const DENIED = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'UnauthorizedAccess',
  'AuthorizationError',
  'AuthorizationErrorException',
]);

/** IAM's own sentence: who, what, on what, and which policy said no. */
const NOT_AUTHORIZED =
  /User: (?<identity>\S{1,2048}) is not authorized to perform: (?<action>[\w-]{1,64}:\w{1,128})(?: on resource: (?<resource>\S{1,2048}))?/;

export const accessDenied: Recogniser = ({ name, message }, context) => {
  if (!DENIED.has(name)) return null;
  const said = NOT_AUTHORIZED.exec(message)?.groups;
  const action = said?.['action'] ?? context.action;
  const identity = said?.['identity'] ?? context.roleArn ?? 'the identity in use';
  const caller = identity.replace(/^the /, 'The ');
  const denial = explicitDenial(message);
  const missing = missingAllowance(message);
  const because =
    denial !== null ? `: ${denial} denies it` : missing !== null ? `: no ${missing} allows it` : '';
  const elsewhere =
    denial !== null
      ? `Remove ${action} from the denied actions of ${denial}. Another policy cannot override a denial.`
      : missing !== null
        ? `Allow ${action} in the ${missing} that applies to ${identity}.`
        : null;
  if (action === 'sts:AssumeRole') {
    const role = said?.['resource'] ?? context.roleArn ?? 'the scan role';
    return problem(
      'access-denied',
      `${caller} is not allowed to assume ${role}, which is needed for ${context.action}${placeOf(context)}${because}`,
      elsewhere ??
        `Check that ${role} exists, that its trust policy allows ${identity} with the configured external ID, and that ${identity} has sts:AssumeRole on it.`,
    );
  }
  if (context.action.startsWith('organizations:'))
    return problem(
      'access-denied',
      `${caller} is not allowed to call ${action} in account ${context.target.accountId}${because}`,
      elsewhere ??
        `Allow ${action} in the policy of ${policyOwner(identity)}. Run Headroom in the management account or in a delegated administrator account.`,
    );
  return problem(
    'access-denied',
    `${caller} is not allowed to call ${action}${placeOf(context)}${because}`,
    elsewhere ?? `Allow ${action} in the policy of ${policyOwner(identity)}.`,
  );
};

/** IAM names the session of a role, and policies belong to the role. The ARN of a session has no path, so the name stands alone. */
const policyOwner = (identity: string): string => {
  const [, account, role] =
    /^arn:[\w-]{1,20}:sts::(\d{12}):assumed-role\/([^/]{1,64})\//.exec(identity) ?? [];
  return role === undefined ? identity : `the role ${role} of account ${account}`;
};

/**
 * The policy that says no, with its article and its ARN where IAM gives one: "a service control policy". Source: IAM user
 * guide, "Troubleshoot access denied error messages".
 */
const explicitDenial = (message: string): string | null => {
  const said =
    /with an explicit deny in (?<policy>an? [a-z -]{0,60}(?:policy|boundary))(?:: (?<arn>arn:\S{1,2048}))?/i.exec(
      message,
    )?.groups;
  if (said === undefined) return null;
  const { policy = '', arn } = said;
  return arn === undefined ? policy : `${policy} (${arn})`;
};

/** The kind of policy that would have to allow the action, and does not, where it is not the identity's own. */
const missingAllowance = (message: string): string | null => {
  const kind = /because no (?<kind>[a-z -]{0,60}(?:policy|boundary)) allows the/i.exec(message)?.groups?.[
    'kind'
  ];
  return kind === undefined || kind.startsWith('identity-based') || kind.startsWith('resource-based')
    ? null
    : kind;
};
