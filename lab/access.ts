import { LabError } from './http/lab-error.ts';
import type { LabService } from './service.ts';

/** Whether an IAM action such as `ec2:DescribeSubnets` matches a pattern such as `ec2:Describe*`. IAM ignores case. */
export const matchesAction = (pattern: string, action: string): boolean =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  ).test(action);

/** How each service words a missing permission. */
export const denied = (
  service: Pick<LabService, 'name' | 'iamPrefix'>,
  action: string,
  callerArn: string,
): LabError => {
  const permission = `${service.iamPrefix}:${action}`;
  const sentence = `User: ${callerArn} is not authorized to perform: ${permission} because no identity-based policy allows the ${permission} action`;
  switch (service.name) {
    case 'ec2':
      return new LabError(
        'UnauthorizedOperation',
        `You are not authorized to perform this operation. ${sentence}`,
        403,
      );
    case 'sts':
    case 'auto-scaling':
      return new LabError('AccessDenied', sentence, 403);
    case 'sns':
      return new LabError('AuthorizationError', sentence, 403);
    case 'eks':
      return new LabError('AccessDeniedException', sentence, 403);
    default:
      return new LabError('AccessDeniedException', sentence, 400);
  }
};
