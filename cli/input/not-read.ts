import { HeadroomError } from '../../shared/model/base/errors.ts';
import type { TargetStatus } from '../../shared/model/result/assessment.ts';

/**
 * What was not found may be in what could not be read. The problems themselves are printed before.
 *
 * @param what `Subnet nodes-a is not`
 * @throws HeadroomError `not-read` where something could not be read
 */
export const refuseUnread = (targets: readonly TargetStatus[], what: string): void => {
  if (targets.every(({ status }) => status === 'ok')) return;
  throw new HeadroomError(
    'not-read',
    `${what} in what could be read.`,
    'Fix the problems above, and run the command again.',
  );
};
