import { HeadroomError, type Problem } from '../base/errors.ts';
import { type AwsCallContext, brief, problem, readFailedCall, where } from './failed-call.ts';
import { RECOGNISERS } from './failure-kinds.ts';

/**
 * What AWS, its SDK and the network answer when a call fails, in words that say which permission of which identity
 * in which account, and what to do. Errors are read by their shape alone, so the model needs no SDK.
 */

/** A call to AWS that did not succeed, after the retries. `cause` is what the SDK threw. */
export class AwsFailure extends HeadroomError {
  readonly context: AwsCallContext;

  constructor(problem: Problem, context: AwsCallContext, options?: ErrorOptions) {
    super(problem.code, problem.message, problem.action, options);
    this.name = 'AwsFailure';
    this.context = context;
  }
}

/** AWS handed out a page token that it had handed out before: following it would never end, and stopping would shorten the answer. */
export class RepeatedPageTokenError extends AwsFailure {
  constructor(context: AwsCallContext) {
    const failed = problem(
      'repeated-page-token',
      `${where(context)} repeated an earlier page token, so its answer would never end`,
      'Scan again. If it persists, check for a caching proxy between Headroom and AWS.',
    );
    super(failed, context);
    this.name = 'RepeatedPageTokenError';
  }
}

/** An answer that cannot be read in full: cut off, not XML, or without a part that must be there. Never a partial inventory. */
export class MalformedAnswerError extends HeadroomError {
  constructor(message: string, options?: ErrorOptions) {
    super(
      'malformed-answer',
      message,
      'Scan again. If it persists, check proxies and custom endpoints between Headroom and AWS.',
      options,
    );
    this.name = 'MalformedAnswerError';
  }
}

/** The failure to throw for a failed call: itself when it is one already, otherwise described. */
export const awsFailure = (error: unknown, context: AwsCallContext): AwsFailure =>
  error instanceof AwsFailure
    ? error
    : new AwsFailure(describeAwsFailure(error, context), context, { cause: error });

/** Describes a failed call. Total: whatever was thrown, there is an answer. */
export const describeAwsFailure = (error: unknown, context: AwsCallContext): Problem => {
  const failed = readFailedCall(error);
  for (const recognise of RECOGNISERS) {
    const problem = recognise(failed, context);
    if (problem !== null) return problem;
  }
  const status = failed.status === null ? '' : ` (HTTP ${failed.status})`;
  return problem(
    'aws-error',
    `${where(context)} failed with ${failed.name}${status}: ${brief(failed.message)}`,
    'Scan again; if it persists, look the error up in the documentation of that API.',
  );
};
