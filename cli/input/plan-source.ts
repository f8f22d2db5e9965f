import type { Command } from 'commander';
import { openTargets } from '../../shared/aws/reachable-targets.ts';
import { didYouMean } from '../../shared/config/nearest-word.ts';
import { createEstateSources, isProblem, type TargetEstate } from '../../shared/inventory/estate.ts';
import { readEstate } from '../../shared/inventory/estate-file.ts';
import type { SubnetCidrReservation } from '../../shared/model/aws/inventory.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import { type EstateInput, estateOf } from '../../shared/model/checks/estate.ts';
import { limitsOf } from '../../shared/model/cluster/instance-limits.ts';
import { PlanEstate } from '../../shared/model/plan/plan-estate.ts';
import type { ClusterAssessment } from '../../shared/model/result/cluster.ts';
import { collectEstate } from '../../shared/pipeline/collect-estate.ts';
import { NO_PAST, scanTarget } from '../../shared/pipeline/scan-target.ts';
import { type Session, UsageError } from '../base/command-line.ts';
import { createProgress } from '../output/progress.ts';
import { addTargetOptions, checkTargetOptions, type ScanOptions } from './scan-options.ts';
import { withStateStore } from './state-store.ts';

/** The options of every plan that is made for what exists. */
export interface PlanSourceOptions extends Omit<ScanOptions, 'format' | 'vpc' | 'config'> {
  readonly state?: string;
  readonly table?: string;
}

/** One target as a plan sees it. */
export interface PlanSource {
  /** What remedies look at. */
  readonly estate: EstateInput;
  readonly plan: PlanEstate;
}

export const addPlanSourceOptions = (command: Command): Command =>
  addTargetOptions(command, { format: false, vpc: false })
    .option(
      '-s, --state <file>',
      'plan from the state of `headroom serve`: with runway, without single addresses',
    )
    .option('-t, --table <name>', 'plan from the state of a deployment, in this DynamoDB table');

/**
 * Reads what the options name: AWS, an estate file or stored scans. Whatever could not be read is unknown to the plan.
 *
 * @throws UsageError when they name nothing, or two sources
 */
export const readPlanSources = async (
  options: PlanSourceOptions,
  session: Session,
): Promise<readonly PlanSource[]> => {
  const { region, roleArn, externalId, from } = options;
  checkTargetOptions({
    ...(region === undefined ? {} : { region }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(from === undefined ? {} : { from }),
    format: 'table',
  });
  const sources =
    options.state !== undefined || options.table !== undefined
      ? await storedSources(options)
      : await collectedSources(options, session);
  if (sources.length === 0)
    throw new UsageError('Nothing could be read to plan from.', 'Run `headroom scan` to see why.');
  return sources;
};

const storedSources = async (options: PlanSourceOptions): Promise<readonly PlanSource[]> => {
  const { state, table, region, from, roleArn } = options;
  if (from !== undefined || roleArn !== undefined)
    throw new UsageError(
      `${from === undefined ? '--role-arn' : '--from'} is given together with ${table === undefined ? '--state' : '--table'}.`,
      'Plan either from stored scans or from a new scan.',
    );
  return withStateStore(
    {
      ...(state === undefined ? {} : { state }),
      ...(table === undefined ? {} : { table }),
      ...(region?.[0] === undefined ? {} : { region: region[0] }),
    },
    async (store) => {
      const found: PlanSource[] = [];
      for (const { target } of await store.assessments.targets()) {
        if (region !== undefined && !region.includes(target.region)) continue;
        const latest = await store.assessments.latest(target);
        if (latest === null) continue;
        const estate = { ...estateOf(latest), limits: (type: string) => limitsOf(type) };
        found.push({
          estate,
          plan: new PlanEstate({ ...estate, interfaces: null, reservations: new Map() }),
        });
      }
      return found;
    },
    { readOnly: true },
  );
};

const collectedSources = async (
  options: PlanSourceOptions,
  session: Session,
): Promise<readonly PlanSource[]> => {
  const { targets, now } =
    options.from === undefined ? await collectNow(options, session) : await collectedBefore(options);
  const sources: PlanSource[] = [];
  for (const target of targets) {
    const { estate } = await scanTarget({
      target: target.target,
      scope: {},
      sources: createEstateSources(target),
      past: NO_PAST,
      cache: null,
      now,
    });
    sources.push({ estate, plan: planEstateOf(estate, target) });
  }
  return sources;
};

const planEstateOf = (estate: EstateInput, { interfaces, reservations }: TargetEstate): PlanEstate => {
  const known = new Map<string, readonly SubnetCidrReservation[]>();
  for (const [subnetId, recorded] of Object.entries(reservations))
    if (!isProblem(recorded)) known.set(subnetId, recorded);
  return new PlanEstate({
    ...estate,
    interfaces: isProblem(interfaces) ? null : interfaces,
    reservations: known,
  });
};

interface Collected {
  readonly targets: readonly TargetEstate[];
  readonly now: number;
}

const collectedBefore = async ({ from = '', region }: PlanSourceOptions): Promise<Collected> => {
  const estate = await readEstate(from);
  return {
    targets: estate.targets.filter(({ target }) => region === undefined || region.includes(target.region)),
    now: Date.parse(estate.collectedAt),
  };
};

const collectNow = async (options: PlanSourceOptions, { io }: Session): Promise<Collected> => {
  const { opened, failed } = await openTargets({
    regions: options.region ?? [],
    roleArns: options.roleArn ?? [],
    externalId: options.externalId,
  });
  for (const { target, problem } of failed)
    io.err(`problem  ${target.accountId} ${target.region}: ${problem.message}\n         ${problem.action}\n`);
  const progress = createProgress(io);
  const targets: TargetEstate[] = [];
  try {
    for (const { target, sources } of opened) {
      progress.show(`reading ${target.accountId} ${target.region}`);
      targets.push(await collectEstate(target, sources));
    }
  } finally {
    progress.clear();
    for (const { close } of opened) close();
  }
  return { targets, now: io.now() };
};

/** A cluster with the target that it was found in. */
export interface PlannedCluster {
  readonly source: PlanSource;
  readonly cluster: ClusterAssessment;
}

/** @throws UsageError when no cluster, or more than one, has the name */
export const clusterNamed = (sources: readonly PlanSource[], name: string | undefined): PlannedCluster => {
  const all = sources.flatMap((source) => source.estate.clusters.map((cluster) => ({ source, cluster })));
  const found = name === undefined ? all : all.filter(({ cluster }) => cluster.clusterName === name);
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0) return only;
  const names = [...new Set(all.map(({ cluster }) => cluster.clusterName))];
  if (only !== undefined && name !== undefined)
    throw new UsageError(
      `More than one cluster is called ${name}.`,
      'Choose one with --region, or with the role of one account.',
    );
  if (names.length === 0) throw new UsageError('There is no cluster here.', 'Check account and Region.');
  const which = `There is ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}.`;
  throw new UsageError(
    name === undefined
      ? `The plan needs the name of a cluster. ${which}`
      : `Nothing matches --cluster ${name}.${didYouMean(name, names) || ` ${which}`}`,
    'Name one with --cluster.',
  );
};

/** @throws UsageError when no subnet has the id */
export const subnetNamed = (
  sources: readonly PlanSource[],
  subnetId: string,
): { readonly source: PlanSource; readonly subnetId: string } => {
  const source = sources.find(({ plan }) => plan.subnets.has(subnetId));
  if (source !== undefined) return { source, subnetId };
  const ids = sources.flatMap(({ plan }) => [...plan.subnets.keys()]);
  throw new UsageError(
    `Nothing matches --subnet ${subnetId}.${didYouMean(subnetId, ids)}`,
    '`headroom scan` lists the subnets.',
  );
};

/**
 * What a plan answers. That nothing can be planned for the question is a matter of the command line.
 *
 * @throws UsageError in the place of `plan-impossible`
 */
export const planned = <Answer>(work: () => Answer): Answer => {
  try {
    return work();
  } catch (error) {
    if (error instanceof HeadroomError && error.code === 'plan-impossible')
      throw new UsageError(error.message, error.action, { cause: error });
    throw error;
  }
};
