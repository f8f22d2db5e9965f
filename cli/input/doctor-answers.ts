import { HeadroomError, type Problem, problemOf } from '../../shared/model/base/errors.ts';
import type { DoctorCheck } from '../output/doctor-document.ts';

export const ok = (check: string, subject: string, message: string): DoctorCheck => ({
  check,
  subject,
  status: 'ok',
  message,
  action: null,
});

export const failed = (check: string, subject: string, { message, action }: Problem): DoctorCheck => ({
  check,
  subject,
  status: 'failed',
  message,
  action,
});

/** Runs one check; an error of ours is its answer. */
export const tried = async (
  check: string,
  subject: string,
  work: () => Promise<DoctorCheck>,
): Promise<DoctorCheck> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return failed(check, subject, problemOf(error));
  }
};
