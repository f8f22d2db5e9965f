import { READER_ACTIONS } from '../../shared/aws/function-permissions.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError, problemOf } from '../../shared/model/base/errors.ts';
import type { DoctorCheck } from '../output/doctor-document.ts';
import { failed, ok } from './doctor-answers.ts';
import { notAsked, simulationChecks, withRoleDirectory } from './doctor-roles.ts';

interface TrustStatement {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const listOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : value === undefined ? [] : [value]).map(String);

/** Headroom names itself in CloudTrail by the source identity, which a trust policy must allow as well. */
const TRUSTED_ACTIONS = ['sts:AssumeRole', 'sts:SetSourceIdentity'];

const statementsOf = (trust: string): readonly TrustStatement[] => {
  try {
    const { Statement } = JSON.parse(trust) as { readonly Statement?: TrustStatement | TrustStatement[] };
    return Statement === undefined ? [] : [Statement].flat();
  } catch {
    return [];
  }
};

const REMEDY = 'Deploy the template for other accounts of this version again (docs/organisation.md).';

const checkTrust = (subject: string, trust: string, externalId: string | null): DoctorCheck => {
  const allowing = statementsOf(trust).filter(({ Effect }) => Effect === 'Allow');
  const allowed = new Set(allowing.flatMap(({ Action }) => listOf(Action)));
  const missing = TRUSTED_ACTIONS.filter((action) => !allowed.has(action) && !allowed.has('sts:*'));
  const conditions = allowing.flatMap(({ Condition = {} }) => Object.values(Condition));
  const expected = conditions.flatMap((each) => listOf(each['sts:ExternalId']));
  if (missing.length > 0)
    return failed('trust', subject, {
      code: 'trust-incomplete',
      message: `The trust policy of ${subject} does not allow ${missing.join(' and ')}.`,
      action: REMEDY,
    });
  // The external IDs stay out of the message: with one of them, others could use the role.
  if (externalId !== null && expected.length > 0 && !expected.includes(externalId))
    return failed('trust', subject, {
      code: 'wrong-external-id',
      message: `The trust policy of ${subject} expects another external ID than targets.externalId of headroom.yml.`,
      action:
        'Give both one value: targets.externalId, and the parameter ExternalId of the template of the role.',
    });
  const principals = conditions.flatMap((each) => listOf(each['aws:PrincipalArn']));
  return ok(
    'trust',
    subject,
    principals.length === 0 ? 'It can be assumed.' : `It can be assumed by ${principals.join(' and ')}.`,
  );
};

/** What IAM says of the role that a deployment reads this account through: who may assume it, and every call of a scan. */
export const checkReader = (
  roleName: string,
  home: Target,
  externalId: string | null,
): Promise<readonly DoctorCheck[]> =>
  withRoleDirectory(home, async (roles) => {
    const subject = `${roleName} ${home.accountId}`;
    try {
      const { arn, trust } = await roles.read(roleName);
      const calls = [{ actions: READER_ACTIONS, resource: '*' }];
      return [
        checkTrust(subject, trust, externalId),
        ...(await simulationChecks(subject, calls, REMEDY, () => roles.refusals(arn, calls, {}))),
      ];
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      const problem = problemOf(error);
      return [
        problem.code === 'not-found'
          ? failed('role', subject, {
              code: 'role-missing',
              message: `Account ${home.accountId} has no role ${roleName}.`,
              action: REMEDY,
            })
          : notAsked('role', subject, problem),
      ];
    }
  });
