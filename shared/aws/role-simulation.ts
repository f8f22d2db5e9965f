import { type IAMClient, paginateSimulatePrincipalPolicy } from '@aws-sdk/client-iam';
import { awsFailure } from '../model/aws/aws-failure.ts';
import { answeredList } from '../model/aws/aws-pages.ts';
import type { AwsCallContext } from '../model/aws/failed-call.ts';

/** Actions on one resource, `*` where the actions cannot be bound to one. */
export interface SimulatedCalls {
  readonly actions: readonly string[];
  readonly resource: string;
}

/** Which policy refuses: none allows, one denies, or the permissions boundary or the organization's policies do not allow. */
export type RefusedBy = 'nothing allows' | 'denial' | 'boundary' | 'organization';

export interface SimulatedRefusal {
  /** As IAM writes it: `sqs:SendMessage`. */
  readonly action: string;
  readonly resource: string;
  readonly by: RefusedBy;
}

/**
 * Asks IAM which of the calls a role may not make. IAM knows the policies of the role, its permissions boundary and the
 * service control policies; it does not know the policies of queues, keys and tables (IAM API Reference,
 * SimulatePrincipalPolicy).
 *
 * @param context values of condition keys, such as `cloudwatch:namespace`
 * @throws AwsFailure when IAM may not be asked
 */
export const simulateRole = async (
  iam: IAMClient,
  roleArn: string,
  calls: readonly SimulatedCalls[],
  context: Readonly<Record<string, string>>,
  failure: Omit<AwsCallContext, 'action'>,
): Promise<readonly SimulatedRefusal[]> => {
  const refusals: SimulatedRefusal[] = [];
  const ContextEntries = Object.entries(context).map(([ContextKeyName, value]) => ({
    ContextKeyName,
    ContextKeyType: 'string' as const,
    ContextKeyValues: [value],
  }));
  for (const { actions, resource } of calls) {
    const input = {
      PolicySourceArn: roleArn,
      ActionNames: [...actions],
      ResourceArns: [resource],
      ContextEntries,
    };
    try {
      for await (const page of paginateSimulatePrincipalPolicy({ client: iam }, input))
        for (const result of answeredList(page.EvaluationResults, 'EvaluationResults', page.Marker)) {
          if (result.EvalDecision === 'allowed') continue;
          refusals.push({
            action: result.EvalActionName ?? actions.join(', '),
            resource,
            by:
              result.OrganizationsDecisionDetail?.AllowedByOrganizations === false
                ? 'organization'
                : result.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary === false
                  ? 'boundary'
                  : result.EvalDecision === 'explicitDeny'
                    ? 'denial'
                    : 'nothing allows',
          });
        }
    } catch (error) {
      throw awsFailure(error, { ...failure, action: 'iam:SimulatePrincipalPolicy' });
    }
  }
  return refusals;
};
