import { didYouMean } from '../../shared/config/nearest-word.ts';
import { DEPLOYMENT_FORMS, type DeploymentParameters } from './deployment-parameters.ts';

/** In place of `events` while the CloudFormation template is made, which has a parameter of its own there. */
export const EVENTS_PLACEHOLDER = 'placeholder-events';

const TAG = String.raw`\s*(?!aws:)[\p{L}\p{N}_.:/+@ -]{1,128}=[\p{L}\p{N}_.:/=+@ -]{0,256}`;

/** The forms of parameters that serverless.yml itself puts into the template, and the words for them. */
const OTHER_FORMS = {
  email: [/^[^\s@,]+@[^\s@,]+\.[^\s@,]+$/, 'one e-mail address'],
  events: [new RegExp(`^(off|refusals|all|${EVENTS_PLACEHOLDER})$`), 'off, refusals or all'],
  eventOrganizationId: [/^o-[a-z0-9]{10,32}$/, 'the id of an organization, such as o-a1b2c3d4e5'],
  tags: [
    new RegExp(`^${TAG}(,${TAG})*,?$`, 'iu'),
    'pairs such as team=network,cost-center=42. AWS takes no key that begins with aws:',
  ],
  overwriteConfiguration: [/^(true|false)$/, 'true or false'],
} as const satisfies Readonly<Record<string, readonly [RegExp, string]>>;

type CheckedParameters = DeploymentParameters & Partial<Record<keyof typeof OTHER_FORMS, string>>;

/** What is wrong with parameters, each in a sentence; empty: nothing. */
export const parameterProblems = (parameters: CheckedParameters): readonly string[] => {
  const forms: Readonly<Record<string, readonly [RegExp, string]>> = { ...DEPLOYMENT_FORMS, ...OTHER_FORMS };
  const values: Readonly<Record<string, string | undefined>> = { ...parameters };
  const problems = Object.entries(forms).flatMap(([name, [form, allowed]]) => {
    const value = values[name] ?? '';
    return value === '' || form.test(value) ? [] : [`${name} is "${value}"; it must be ${allowed}.`];
  });
  return (parameters.subnetIds === '') === (parameters.securityGroupIds === '')
    ? problems
    : [...problems, 'subnetIds and securityGroupIds belong together: give both, or none.'];
};

/**
 * Parameters of the command line that nothing reads, each in a sentence. The Serverless Framework passes over them: a deployment with
 * `--param=emial=...` would send no e-mail.
 *
 * @param given as they were given: `name=value`
 */
export const unknownParameters = (given: readonly string[], known: readonly string[]): readonly string[] =>
  given
    .map((text) => text.split('=', 1).join(''))
    .filter((name) => !known.includes(name))
    .map((name) => `There is no parameter ${name}.${didYouMean(name, known)}`);
