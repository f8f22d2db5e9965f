import type { InventoryScope } from '../inventory/inventory-source.ts';
import type { NetworkInterface, Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { estateOf } from '../model/checks/estate.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import type { SubnetHistory } from '../model/result/forecast.ts';
import type { PastScan } from '../model/result/past-scan.ts';
import { OLDEST_MAP } from '../model/target/reading-plan.ts';
import { type AssessedTarget, TargetAssessor } from '../model/target/target-assessor.ts';
import type { CacheStore } from '../state/state-store.ts';
import { collectFacts, type TargetFacts, type TargetSources } from './collect.ts';
import { missingVpcs, refuseEmptiedInterfaces, refuseEmptiedSubnets } from './emptied-listings.ts';
import { joinInterfaces, type KeptReading } from './join-interfaces.ts';
import type { KeptMaps } from './kept-maps.ts';
import { keepRefusals } from './kept-refusals.ts';
import { readAllInterfaces } from './read-interfaces.ts';
import { SUBNET_GONE } from './read-reservations.ts';

/** What earlier scans of the target left behind. */
export interface TargetPast {
  readonly previous: PastScan | null;
  readonly histories: (subnetIds: readonly string[]) => Promise<ReadonlyMap<string, SubnetHistory>>;
}

export const NO_PAST: TargetPast = { previous: null, histories: () => Promise.resolve(new Map()) };

export interface ScanTargetInput {
  readonly target: Target;
  readonly scope: InventoryScope;
  /** `null`: the target could not be opened; `doubt` says why. */
  readonly sources: TargetSources | null;
  readonly past: TargetPast;
  readonly cache: CacheStore | null;
  readonly now: number;
  /** Why the plan was not sure of this target: its scan counts as partial at best. */
  readonly doubt?: Problem;
  /** Called now and then with the number of interfaces read so far. */
  readonly onInterfaces?: (count: number) => void;
  /** From how many interfaces on they are listed in parts; see `interfaceListings`. */
  readonly manyInterfaces?: number;
  /** What earlier scans kept of interfaces: with it, only those of subnets that changed are read. */
  readonly maps?: KeptMaps | undefined;
  /** The most subnets whose reservations are asked for; absent: all that are due. */
  readonly mostReservations?: number | undefined;
}

/** How often `onInterfaces` hears of progress. */
const PROGRESS_STEP = 500;

/** A target of which nothing could be learned: it has no figures at all, and says why. */
export const failedAssessment = (
  target: Target,
  errors: readonly Problem[],
  now: number,
): TargetAssessment => ({
  target: { accountId: target.accountId, region: target.region, status: 'failed', errors },
  scannedAt: new Date(now).toISOString(),
  vpcs: [],
  subnets: [],
  clusters: [],
  leakedInterfaces: [],
  findings: [],
  maps: [],
});

interface AssessedInterfaces {
  readonly assessor: TargetAssessor;
  /** `null`: all were read in this scan, or none could be. */
  readonly reading: KeptReading | null;
}

/** @returns `null`: all were read in this scan */
const readInterfaces = async (
  { cache, manyInterfaces, maps, now, past, scope, target }: ScanTargetInput,
  inventory: TargetSources['inventory'],
  facts: TargetFacts,
  add: (networkInterface: NetworkInterface) => void,
): Promise<KeptReading | null> => {
  const { interfaces: read, reading } = facts;
  if (read instanceof HeadroomError) throw read;
  if (maps !== undefined && reading !== undefined && read !== undefined)
    return joinInterfaces({ target, facts, reading, read, maps, cache, now }, add);
  const vpcIds = [...facts.vpcs, ...facts.subnets].map(({ vpcId }) => vpcId);
  await readAllInterfaces({ scope, inventory, vpcIds, previous: past.previous, manyInterfaces }, add);
  return null;
};

const assessInterfaces = async (
  input: ScanTargetInput,
  { inventory }: TargetSources,
  facts: TargetFacts,
  problems: Problem[],
): Promise<AssessedInterfaces> => {
  const {
    now,
    onInterfaces,
    past: { previous },
    target,
  } = input;
  const assessor = new TargetAssessor({ target, facts, interfacesListed: true, previous, now });
  let count = 0;
  try {
    const add = (networkInterface: NetworkInterface): void => {
      assessor.add(networkInterface);
      count += 1;
      if (count % PROGRESS_STEP === 0) onInterfaces?.(count);
    };
    const reading = await readInterfaces(input, inventory, facts, add);
    if (count === 0) refuseEmptiedInterfaces(target, facts, previous);
    return { assessor, reading };
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    problems.push(problemOf(error));
    // A listing that broke off would read as free addresses: throw all of it away and say that nothing is known.
    return {
      assessor: new TargetAssessor({ target, facts, interfacesListed: false, previous, now }),
      reading: null,
    };
  }
};

/** What is missing is said once, however many parts of the scan missed it. */
const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((problem) => [`${problem.code} ${problem.message}`, problem])).values(),
];

/** A target of which nothing was learned, with the ages of its leaks: one failed scan must not make them young again. */
const nothingLearned = (
  { target, past, now, doubt }: ScanTargetInput,
  problems: readonly Problem[],
): TargetAssessment => ({
  ...failedAssessment(target, distinct([...(doubt === undefined ? [] : [doubt]), ...problems]), now),
  leakedInterfaces: past.previous?.leakedInterfaces ?? [],
});

const assessed = (assessment: TargetAssessment): AssessedTarget => ({
  assessment,
  estate: estateOf(assessment),
});

/**
 * Scans one target: reads it and assesses what was read. Never throws for what AWS refused or failed to answer: that is
 * part of the result. A defect of ours does throw.
 */
export const scanTarget = async (input: ScanTargetInput): Promise<AssessedTarget> => {
  const { target, past, doubt, sources } = input;
  if (sources === null) return assessed(nothingLearned(input, []));
  let facts: TargetFacts;
  try {
    facts = await collectFacts({
      ...input,
      sources,
      previous: past.previous,
      reservationLife: input.maps === undefined ? undefined : OLDEST_MAP,
    });
    refuseEmptiedSubnets(target, input.scope, facts, past.previous);
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return assessed(nothingLearned(input, [problemOf(error)]));
  }
  const missing = missingVpcs(target, facts, past.previous);
  const problems = [
    ...(doubt === undefined ? [] : [doubt]),
    ...facts.problems,
    ...(missing === null ? [] : [problemOf(missing)]),
  ];
  const { assessor, reading } = await assessInterfaces(input, sources, facts, problems);
  const histories = await past.histories(facts.subnets.map(({ subnetId }) => subnetId));
  const complete = problems.every(({ code }) => code === SUBNET_GONE);
  const finished = assessor.finish({
    target: { ...target, status: complete ? 'ok' : 'partial', errors: distinct(problems) },
    histories,
    readAt: reading?.readAt,
  });
  await reading?.keep(finished.assessment.subnets);
  if (input.cache !== null)
    await keepRefusals({
      target,
      cache: input.cache,
      failures: facts.allocationFailures?.failures ?? [],
      eksClusters: facts.eksClusters ?? [],
      subnetIds: new Set(facts.subnets.map(({ subnetId }) => subnetId)),
      now: input.now,
    });
  return finished;
};
