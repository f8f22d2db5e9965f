import type { Command } from 'commander';
import { didYouMean } from '../../shared/config/nearest-word.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import type { TargetStatus } from '../../shared/model/result/assessment.ts';
import type { ClusterAssessment } from '../../shared/model/result/cluster.ts';
import { type Session, UsageError } from '../base/command-line.ts';
import { refuseUnread } from './not-read.ts';
import type { PlanSource, PlanSourceOptions } from './plan-estates.ts';
import { addTargetOptions, checkTargetOptions } from './scan-options.ts';

export const addPlanSourceOptions = (command: Command): Command =>
  addTargetOptions(command, { format: false, vpc: false })
    .option(
      '-s, --state <file>',
      'plan from the state of `headroom serve`: with runway, without single addresses',
    )
    .option('-t, --table <name>', 'plan from the state of a deployment, in this DynamoDB table');

/** @throws UsageError with all that is wrong with where to plan from */
export const checkPlanSource = ({ region, roleArn, externalId, from }: PlanSourceOptions): void =>
  checkTargetOptions({
    ...(region === undefined ? {} : { region }),
    ...(roleArn === undefined ? {} : { roleArn }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(from === undefined ? {} : { from }),
  });

/**
 * Reads what the options name: AWS, an estate file or stored scans. Whatever could not be read is unknown to the plan, and why
 * is printed before the plan.
 *
 * @throws UsageError when they name nothing, or two sources
 */
export const readPlanSources = async (
  options: PlanSourceOptions,
  session: Session,
): Promise<readonly PlanSource[]> => {
  const { storedSources, collectedSources } = await import('./plan-estates.ts');
  const sources =
    options.state !== undefined || options.table !== undefined
      ? await storedSources(options)
      : await collectedSources(options, session);
  if (sources.length === 0)
    throw new UsageError('Nothing could be read to plan from.', 'Run `headroom scan` to see why.');
  const { renderProblems } = await import('../output/scan-table.ts');
  session.io.err(renderProblems(session.io, { targets: targetsOf(sources) }));
  return sources;
};

/** A cluster with the target that it was found in. */
export interface PlannedCluster {
  readonly source: PlanSource;
  readonly cluster: ClusterAssessment;
}

const targetsOf = (sources: readonly PlanSource[]): readonly TargetStatus[] =>
  sources.map(({ target }) => target);

/**
 * @throws UsageError when no cluster, or more than one, has the name
 * @throws HeadroomError `not-read`
 */
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
  if (only === undefined)
    refuseUnread(targetsOf(sources), name === undefined ? 'No cluster is' : `Cluster ${name} is not`);
  if (names.length === 0) throw new UsageError('There is no cluster here.', 'Check account and Region.');
  const which = `There ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 5).join(', ')}${names.length > 5 ? ` and ${names.length - 5} more` : ''}.`;
  throw new UsageError(
    name === undefined
      ? `The plan needs the name of a cluster. ${which}`
      : `Nothing matches --cluster ${name}.${didYouMean(name, names) || ` ${which}`}`,
    'Name one with --cluster.',
  );
};

/**
 * @throws UsageError when no subnet has the id or the name, or several have the name
 * @throws HeadroomError `not-read`
 */
export const subnetNamed = (
  sources: readonly PlanSource[],
  wanted: string,
): { readonly source: PlanSource; readonly subnetId: string } => {
  const all = sources.flatMap((source) =>
    [...source.plan.subnets.values()].map((subnet) => ({ source, subnet })),
  );
  const found = all.filter(({ subnet: { name, subnetId } }) => subnetId === wanted || name === wanted);
  const ids = [...new Set(found.map(({ subnet }) => subnet.subnetId))];
  if (ids.length > 1)
    throw new UsageError(`${ids.length} subnets are called ${wanted}: ${ids.join(', ')}.`, 'Give the id.');
  // A shared subnet is seen by several accounts: its owner sees all of it.
  const only = found.find(({ subnet }) => subnet.ownerId === null) ?? found[0];
  if (only !== undefined) return { source: only.source, subnetId: only.subnet.subnetId };
  refuseUnread(targetsOf(sources), `Subnet ${wanted} is not`);
  const names = all.flatMap(({ subnet: { name, subnetId } }) =>
    name === null ? [subnetId] : [name, subnetId],
  );
  throw new UsageError(
    `Nothing matches --subnet ${wanted}.${didYouMean(wanted, names)}`,
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
