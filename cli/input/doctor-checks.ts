import { CallMeter } from '../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../shared/aws/clients.ts';
import { probePermissions } from '../../shared/aws/permission-probe.ts';
import type { HeadroomConfiguration, KubernetesSettings } from '../../shared/config/headroom-yml.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../../shared/model/base/errors.ts';
import { count } from '../../shared/model/base/text/numbers.ts';
import { sentence } from '../../shared/model/base/text/sentence.ts';
import { targetName } from '../../shared/model/result/identity.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';
import type { DoctorCheck } from '../output/doctor-document.ts';
import { failed, ok } from './doctor-answers.ts';
import { checkDestination } from './doctor-destinations.ts';
import { checkFunctions } from './doctor-functions.ts';
import { checkKubernetes, checkNamedClusters } from './doctor-kubernetes.ts';
import { checkReader } from './doctor-reader.ts';
import { checkState } from './doctor-state.ts';
import { kubernetesSettings } from './kubernetes-options.ts';
import type { ScanOptions } from './scan-options.ts';
import type { StateOptions } from './state-store.ts';
import { type SelectedTargets, TargetSelector } from './target-selector.ts';

interface Refused {
  readonly action: string;
  readonly problem: Problem;
}

/** Calls that fail for one reason, such as a Region that is not enabled, need one thing to be done: it is said once. */
const refusals = (target: Target, refused: readonly Refused[]): readonly DoctorCheck[] =>
  [...Map.groupBy(refused, ({ problem }) => `${problem.code} ${problem.action}`).values()].flatMap(
    ([first, ...others]) => {
      if (first === undefined) return [];
      const { action, problem } = first;
      const subject = targetName(target);
      return others.length === 0
        ? [failed(`permission ${action}`, subject, problem, target)]
        : [
            failed(
              'permissions',
              subject,
              {
                ...problem,
                message: `${sentence(problem.message)} ${count(others.length, 'other call')} failed for the same reason.`,
              },
              target,
            ),
          ];
    },
  );

/** The calls of a scan in one target, the requests that AWS refused for its quota meanwhile, and its Kubernetes APIs. */
const checkTarget = async (
  target: Target,
  selected: SelectedTargets,
  kubernetes: KubernetesSettings | null,
  clustersSeen: Set<string>,
): Promise<readonly DoctorCheck[]> => {
  const subject = targetName(target);
  const role = selected.roleOf(target);
  const meter = new CallMeter();
  const clients = createTargetClients({ region: target.region, meter, role: role ?? undefined });
  try {
    const answers = await probePermissions(clients, target, role?.roleArn ?? null);
    const refused = answers.flatMap(({ action, problem }) => (problem === null ? [] : [{ action, problem }]));
    const through = role === null ? 'with your own credentials' : `through ${role.roleArn}`;
    const [first] = refused;
    // A role that cannot be assumed fails every call for one reason: it is said once.
    const isOneReason = first !== undefined && refused.length === answers.length;
    const permissions =
      first === undefined
        ? [ok('permissions', subject, `All ${answers.length} calls of a scan are allowed ${through}.`)]
        : isOneReason
          ? [failed('role', subject, first.problem, target)]
          : refusals(target, refused);
    const { throttles, calls } = meter.total();
    const quota =
      throttles === 0
        ? ok('quota', subject, `None of ${count(calls, 'request')} was throttled.`)
        : failed('quota', subject, {
            code: 'throttled',
            message: `AWS throttled ${count(throttles, 'request')} of ${calls}: something else uses up the quota of this account.`,
            action:
              'Find it in CloudTrail or in the usage metrics of EC2, or ask AWS for a higher request quota.',
          });
    if (isOneReason) return permissions;
    const clusters =
      kubernetes === null ? [] : await checkKubernetes(target, clients, kubernetes, clustersSeen);
    return [...permissions, quota, ...clusters];
  } finally {
    clients.destroy();
  }
};

export type DoctorOptions = Pick<
  ScanOptions,
  'region' | 'roleArn' | 'externalId' | 'allRegions' | 'organization' | 'kubernetes'
> &
  Omit<StateOptions, 'region'> & {
    /** The stack of a deployment, whose roles are asked about. */
    readonly stack?: string;
    /** The role in this account that a deployment reads it through. */
    readonly readerRole?: string;
  };

const stateOptionsOf = ({ state, table, region }: DoctorOptions): StateOptions => ({
  ...(state === undefined ? {} : { state }),
  ...(table === undefined ? {} : { table }),
  ...(region?.[0] === undefined ? {} : { region: region[0] }),
});

/** The roles that nothing but a service, or a function of the deployment, may assume. */
const checkRoles = async (
  { stack, readerRole }: Pick<DoctorOptions, 'stack' | 'readerRole'>,
  configuration: HeadroomConfiguration,
  { home, isIdentified, resolved, roleOf }: SelectedTargets,
  say: (text: string) => void,
): Promise<readonly DoctorCheck[]> => {
  if (!isIdentified) return [];
  const checks: DoctorCheck[] = [];
  if (stack !== undefined) {
    say(`asking IAM about the roles of the stack ${stack}`);
    const readers = new Set(resolved.targets.flatMap((target) => roleOf(target)?.roleArn ?? []));
    checks.push(...(await checkFunctions(stack, home, [...readers], configuration)));
  }
  if (readerRole !== undefined) {
    say(`asking IAM about the role ${readerRole}`);
    checks.push(...(await checkReader(readerRole, home, configuration.targets.role?.externalId ?? null)));
  }
  return checks;
};

/** Looks at everything that a scan and its alerts need. It reads little, writes nothing and sends nothing. */
export const runDoctor = async (
  options: DoctorOptions,
  configuration: HeadroomConfiguration,
  now: () => number,
  say: (text: string) => void,
): Promise<readonly DoctorCheck[]> => {
  const { signal } = new AbortController();
  const checks: DoctorCheck[] = [];
  const kubernetes = kubernetesSettings(options, configuration.kubernetes);
  const store =
    options.state !== undefined || options.table !== undefined
      ? await checkState(stateOptionsOf(options), now())
      : [];
  let selected: SelectedTargets;
  try {
    say('asking AWS for the account, the accounts to scan and their Regions');
    selected = await new TargetSelector().select({
      options,
      targets: configuration.targets,
      cache: createMemoryStateStore().cache,
      now: now(),
      signal,
    });
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return [failed('targets', 'selection', problemOf(error)), ...store];
  }
  const { home, resolved, isIdentified } = selected;
  const doubt = resolved.targets.find((target) => target.doubt !== undefined)?.doubt;
  if (isIdentified)
    checks.push(ok('credentials', targetName(home), `AWS knows them as those of account ${home.accountId}.`));
  else {
    const problem = doubt ?? resolved.unresolved[0]?.problem;
    checks.push(
      problem === undefined
        ? {
            check: 'credentials',
            subject: targetName(home),
            status: 'unknown',
            message: 'AWS did not tell the account of the credentials.',
            action: 'Run `aws sts get-caller-identity` with the same environment.',
          }
        : failed('credentials', targetName(home), problem, home),
    );
  }
  if (resolved.targets.length > 0)
    checks.push(
      ok(
        'targets',
        'selection',
        `${count(resolved.targets.length, 'account and Region', 'accounts and Regions')} would be scanned.`,
      ),
    );
  for (const { accountId, problem } of resolved.unresolved)
    if (isIdentified) checks.push(failed('account', accountId, problem));
  const clustersSeen = new Set<string>();
  for (const [index, { accountId, region }] of resolved.targets.entries()) {
    const target = { accountId, region };
    if (selected.roleOf(target) === null && !isIdentified) continue;
    say(`trying the calls of a scan in ${targetName(target)} (${index + 1} of ${resolved.targets.length})`);
    checks.push(...(await checkTarget(target, selected, kubernetes, clustersSeen)));
  }
  if (kubernetes !== null) checks.push(...checkNamedClusters(kubernetes, clustersSeen));
  checks.push(...(await checkRoles(options, configuration, selected, say)));
  for (const [name, destination] of configuration.destinations) {
    say(`asking for the destination ${name}`);
    checks.push(await checkDestination(name, destination, home, now, signal));
  }
  return [...checks, ...store];
};
