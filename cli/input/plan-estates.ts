import { openTargets, type UnreachableTarget } from '../../shared/aws/reachable-targets.ts';
import { defaultConfiguration } from '../../shared/config/headroom-yml.ts';
import { createEstateSources, isProblem, type TargetEstate } from '../../shared/inventory/estate.ts';
import { readEstate } from '../../shared/inventory/estate-file.ts';
import type { SubnetCidrReservation } from '../../shared/model/aws/inventory.ts';
import { type EstateInput, estateOf } from '../../shared/model/checks/estate.ts';
import { limitsOf } from '../../shared/model/cluster/instance-limits.ts';
import { PlanEstate } from '../../shared/model/plan/plan-estate.ts';
import type { TargetAssessment, TargetStatus } from '../../shared/model/result/assessment.ts';
import { collectEstate } from '../../shared/pipeline/collect-estate.ts';
import { failedAssessment, NO_PAST, scanTarget } from '../../shared/pipeline/scan-target.ts';
import { type Session, UsageError } from '../base/command-line.ts';
import { createProgress } from '../output/progress.ts';
import type { ScanOptions } from './scan-options.ts';
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
  /** With what could not be read of it: a name that is not found may be there. */
  readonly target: TargetStatus;
}

/** What earlier scans stored, without single addresses. */
export const storedSources = async (options: PlanSourceOptions): Promise<readonly PlanSource[]> => {
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
        found.push(sourceOf(latest));
      }
      return found;
    },
    { readOnly: true },
  );
};

/** An assessment of which single addresses are not known. */
const sourceOf = (assessment: TargetAssessment): PlanSource => {
  const estate = { ...estateOf(assessment), limits: (type: string) => limitsOf(type) };
  return {
    estate,
    plan: new PlanEstate({ ...estate, interfaces: null, reservations: new Map() }),
    target: assessment.target,
  };
};

/** What AWS answers now, or what an estate file holds. */
export const collectedSources = async (
  options: PlanSourceOptions,
  session: Session,
): Promise<readonly PlanSource[]> => {
  const { targets, unreached, now } =
    options.from === undefined ? await collectNow(options, session) : await collectedBefore(options);
  const sources = unreached.map(({ target, problem }) => sourceOf(failedAssessment(target, [problem], now)));
  for (const target of targets) {
    const { estate, assessment } = await scanTarget({
      target: target.target,
      scope: {},
      sources: createEstateSources(target),
      past: NO_PAST,
      cache: null,
      now,
    });
    sources.push({ estate, plan: planEstateOf(estate, target), target: assessment.target });
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
  readonly unreached: readonly UnreachableTarget[];
  readonly now: number;
}

const collectedBefore = async ({ from = '', region }: PlanSourceOptions): Promise<Collected> => {
  const estate = await readEstate(from);
  return {
    targets: estate.targets.filter(({ target }) => region === undefined || region.includes(target.region)),
    unreached: [],
    now: Date.parse(estate.collectedAt),
  };
};

const collectNow = async (options: PlanSourceOptions, { io }: Session): Promise<Collected> => {
  const { opened, failed } = await openTargets({
    regions: options.region ?? [],
    roleArns: options.roleArn ?? [],
    externalId: options.externalId,
    quotaShare: defaultConfiguration().scan.quotaShare,
  });
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
  return { targets, unreached: failed, now: io.now() };
};
