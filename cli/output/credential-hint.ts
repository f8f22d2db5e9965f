import { didYouMean } from '../../shared/config/nearest-word.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import type { Problem } from '../../shared/model/base/errors.ts';
import { REGIONS } from '../input/regions.ts';

const OF_CREDENTIALS: ReadonlySet<string> = new Set([
  'access-denied',
  'expired-credentials',
  'invalid-credentials',
  'no-credentials',
]);

const OF_REGIONS: ReadonlySet<string> = new Set(['unreachable', 'region-not-enabled', 'invalid-credentials']);

/** Which credentials the AWS SDK takes, by its environment. */
const credentialsInUse = (): string => {
  const { AWS_PROFILE, AWS_ACCESS_KEY_ID } = process.env;
  if ((AWS_PROFILE ?? '') !== '') return `the profile "${AWS_PROFILE}"`;
  if ((AWS_ACCESS_KEY_ID ?? '') !== '') return 'the environment (AWS_ACCESS_KEY_ID)';
  return 'the default profile, or of the role of this machine; --profile names another profile';
};

/** What helps with a problem that its own words cannot know: the profile in use, and a Region that was mistyped. */
export const credentialHint = (code: string, target: Target | null): string | null => {
  const hints = [
    ...(OF_CREDENTIALS.has(code) ? [`The credentials are those of ${credentialsInUse()}.`] : []),
    ...(OF_REGIONS.has(code) && target !== null && !REGIONS.includes(target.region)
      ? [`Headroom does not know the Region ${target.region}.${didYouMean(target.region, REGIONS)}`]
      : []),
  ];
  return hints.length === 0 ? null : hints.join(' ');
};

/** A problem of a call that was made now, with that hint. What a file or a stored scan tells was not done with these credentials. */
export const withCredentialHint = (problem: Problem, target: Target | null = null): Problem => {
  const { code, message, action } = problem;
  const hint = credentialHint(code, target);
  return hint === null ? problem : { code, message, action: `${action} ${hint}`.trim() };
};
