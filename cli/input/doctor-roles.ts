import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { clientSettings } from '../../shared/aws/client-settings.ts';
import {
  type RefusedBy,
  type SimulatedCalls,
  type SimulatedRefusal,
  simulateRole,
} from '../../shared/aws/role-simulation.ts';
import { awsFailure } from '../../shared/model/aws/aws-failure.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../../shared/model/base/errors.ts';
import { count } from '../../shared/model/base/text/numbers.ts';
import type { DoctorCheck } from '../output/doctor-document.ts';
import { failed, ok } from './doctor-answers.ts';

/** Roles that only AWS services may assume cannot be tried, so IAM is asked about them. */
export interface RoleDirectory {
  /** @throws AwsFailure when IAM may not be asked, or knows no such role */
  read(roleName: string): Promise<{ readonly arn: string; readonly trust: string }>;
  /** @throws AwsFailure when IAM may not be asked */
  refusals(
    roleArn: string,
    calls: readonly SimulatedCalls[],
    context: Readonly<Record<string, string>>,
  ): Promise<readonly SimulatedRefusal[]>;
}

/** The roles of the account of our own credentials. */
export const withRoleDirectory = async <Result>(
  home: Target,
  work: (roles: RoleDirectory) => Promise<Result>,
): Promise<Result> => {
  const iam = new IAMClient(clientSettings({ region: home.region }));
  try {
    return await work({
      read: async (roleName) => {
        try {
          const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleName }));
          return {
            arn: Role?.Arn ?? '',
            trust: decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''),
          };
        } catch (error) {
          throw awsFailure(error, { action: 'iam:GetRole', target: home });
        }
      },
      refusals: (roleArn, calls, context) => simulateRole(iam, roleArn, calls, context, { target: home }),
    });
  } finally {
    iam.destroy();
  }
};

/**
 * What IAM answers about the calls of one role, as checks.
 *
 * @param subject the role, as people know it
 * @param remedy what to do where no policy of the role allows a call
 */
export const simulationChecks = async (
  subject: string,
  calls: readonly SimulatedCalls[],
  remedy: string,
  ask: () => Promise<readonly SimulatedRefusal[]>,
): Promise<readonly DoctorCheck[]> => {
  try {
    const refusals = await ask();
    const asked = new Set(calls.flatMap(({ actions }) => actions)).size;
    if (refusals.length === 0)
      return [ok('permissions', subject, `IAM allows ${count(asked, 'kind')} of calls to this role.`)];
    return refusals.map((refusal) =>
      failed(`permission ${refusal.action}`, subject, problemOfRefusal(subject, refusal, remedy)),
    );
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return [notAsked('permissions', subject, problemOf(error))];
  }
};

/** Who may not ask IAM learns nothing about the role: neither that it is well nor that it is not. */
export const notAsked = (check: string, subject: string, { message, action }: Problem): DoctorCheck => ({
  check,
  subject,
  status: 'unknown',
  message,
  action,
});

const problemOfRefusal = (
  subject: string,
  { action, resource, by }: SimulatedRefusal,
  remedy: string,
): Problem => {
  const where = resource === '*' ? '' : ` on ${resource}`;
  const { reason, advice } = reasonOf(subject, action, by, remedy);
  return {
    // Not `access-denied`: that is about the credentials of who asks.
    code: 'role-not-allowed',
    message: `${subject} may not call ${action}${where}: ${reason}.`,
    action: advice,
  };
};

const reasonOf = (
  subject: string,
  action: string,
  by: RefusedBy,
  remedy: string,
): { readonly reason: string; readonly advice: string } => {
  switch (by) {
    case 'nothing allows':
      return { reason: 'no policy of the role allows it', advice: remedy };
    case 'denial':
      return {
        reason: 'a policy of the role denies it',
        advice: `Find the statement that denies ${action}, and take ${subject} out of it.`,
      };
    case 'boundary':
      return {
        reason: 'the permissions boundary of the role does not allow it',
        advice: `Allow ${action} in the permissions boundary, or deploy with another one.`,
      };
    case 'organization':
      return {
        reason: 'a policy of the organization does not allow it',
        advice: `Ask the owner of the service control policies to allow ${action} to this role.`,
      };
  }
};
