import type { Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../../shared/model/base/errors.ts';
import { withCredentialHint } from '../output/credential-hint.ts';
import type { DoctorCheck } from '../output/doctor-document.ts';

export const ok = (check: string, subject: string, message: string): DoctorCheck => ({
  check,
  subject,
  status: 'ok',
  message,
  action: null,
});

/** @param target where it failed: names the credentials in use, and a Region that was mistyped */
export const failed = (
  check: string,
  subject: string,
  problem: Problem,
  target: Target | null = null,
): DoctorCheck => {
  const { message, action } = withCredentialHint(problem, target);
  return { check, subject, status: 'failed', message, action };
};

/** Runs one check; an error of ours is its answer. */
export const tried = async (
  check: string,
  subject: string,
  work: () => Promise<DoctorCheck>,
): Promise<DoctorCheck> => {
  try {
    return await work();
  } catch (error) {
    return refused(check, subject, error);
  }
};

/** The same for several checks. */
export const triedAll = async (
  check: string,
  subject: string,
  work: () => Promise<readonly DoctorCheck[]>,
): Promise<readonly DoctorCheck[]> => {
  try {
    return await work();
  } catch (error) {
    return [refused(check, subject, error)];
  }
};

const refused = (check: string, subject: string, error: unknown): DoctorCheck => {
  if (!(error instanceof HeadroomError)) throw error;
  return failed(check, subject, problemOf(error));
};
