import { parse } from 'yaml';
import { z } from 'zod';

/** What each workflow under `.github/workflows` must be. The rules are those of GitHub's "Secure use reference". */

const step = z.looseObject({
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const job = z.looseObject({
  'timeout-minutes': z.number().optional(),
  'runs-on': z.string().optional(),
  container: z.string().optional(),
  permissions: z.record(z.string(), z.string()).optional(),
  steps: z.array(step).default([]),
});
const workflow = z.looseObject({
  on: z.unknown(),
  permissions: z.unknown(),
  jobs: z.record(z.string(), job),
});

type Job = z.infer<typeof job>;
type Step = z.infer<typeof step>;

const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40}$/;

/** Values that other people choose: a title or a branch name with a quote in it ends the word of a shell. */
const UNTRUSTED = /\$\{\{\s*(?:github\.(?:event|head_ref)|inputs\.)/;

/** Scripts that a `run` line calls: a workflow only calls what contributors can call too. */
const unknownScripts = (run: string, scripts: ReadonlySet<string>): readonly string[] =>
  [...run.matchAll(/\bnpm (?:run (?:--silent )?)?([\w:-]+)/g)]
    .map(([, name = '']) => name)
    .filter((name) => !scripts.has(name) && !['publish', 'version'].includes(name));

const stepViolations = (
  { uses, run, with: inputs }: Step,
  scripts: ReadonlySet<string>,
): readonly string[] => [
  ...(uses !== undefined && !PINNED.test(uses) ? [`${uses} is not pinned by the hash of a commit`] : []),
  ...(uses?.startsWith('actions/checkout@') && inputs?.['persist-credentials'] !== false
    ? ['the checkout keeps its credentials: set persist-credentials to false']
    : []),
  ...(run !== undefined && UNTRUSTED.test(run)
    ? ['a run line contains text that others choose: use env']
    : []),
  ...unknownScripts(run ?? '', scripts).map((name) => `package.json has no script ${name}`),
];

const jobViolations = (name: string, each: Job, scripts: ReadonlySet<string>): readonly string[] =>
  [
    ...(each['timeout-minutes'] === undefined ? ['has no timeout-minutes'] : []),
    ...(each.permissions === undefined ? ['has no permissions of its own'] : []),
    ...(each['runs-on']?.endsWith('-latest') ? [`runs on ${each['runs-on']}, which changes by itself`] : []),
    ...(each.container === undefined || /@sha256:[0-9a-f]{64}$/.test(each.container)
      ? []
      : [`${each.container} is not pinned by its digest`]),
    ...each.steps.flatMap((found) => stepViolations(found, scripts)),
  ].map((rule) => `job ${name}: ${rule}`);

/** What is wrong with a workflow. Each action must also name its version in a comment, which a parser does not show. */
export const workflowViolations = (text: string, scripts: ReadonlySet<string>): readonly string[] => {
  const { on, permissions, jobs } = workflow.parse(parse(text));
  const unnamed = text.split('\n').filter((line) => /\buses:/.test(line) && !/# v\d+\.\d+\.\d+$/.test(line));
  return [
    ...(JSON.stringify(permissions) === '{}'
      ? []
      : ['the workflow gives every job permissions: start from none']),
    ...(JSON.stringify(on).includes('pull_request_target') ? ['pull_request_target runs with secrets'] : []),
    ...unnamed.map((line) => `${line.trim()} does not say which version that is`),
    ...Object.entries(jobs).flatMap(([name, each]) => jobViolations(name, each, scripts)),
  ];
};
