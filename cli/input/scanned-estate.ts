import pLimit from 'p-limit';
import { CallMeter } from '../../shared/aws/call-meter.ts';
import type { ReachableTarget, UnreachableTarget } from '../../shared/aws/reachable-targets.ts';
import type { HeadroomConfiguration } from '../../shared/config/headroom-yml.ts';
import { createEstateSources } from '../../shared/inventory/estate.ts';
import { readEstate } from '../../shared/inventory/estate-file.ts';
import { number } from '../../shared/model/base/text/numbers.ts';
import { estateOf } from '../../shared/model/checks/estate.ts';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import type { NotChecked } from '../../shared/model/result/not-checked.ts';
import type { AssessedTarget } from '../../shared/model/target/target-assessor.ts';
import { checkTarget } from '../../shared/pipeline/check-target.ts';
import { shareGateways } from '../../shared/pipeline/join-gateways.ts';
import { type ScanDocument, scanDocument } from '../../shared/pipeline/scan-document.ts';
import { failedAssessment, NO_PAST, scanTarget } from '../../shared/pipeline/scan-target.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';
import type { CacheStore } from '../../shared/state/state-store.ts';
import { type Session, UsageError } from '../base/command-line.ts';
import { withCredentialHint } from '../output/credential-hint.ts';
import { createProgress } from '../output/progress.ts';
import { type ReadConfiguration, readConfiguration } from './configuration.ts';
import { otherKubernetesAccess } from './kubernetes-access.ts';
import { kubernetesSettings } from './kubernetes-options.ts';
import { nearestOf } from './nearest-name.ts';
import { openConfigured } from './open-targets.ts';
import type { ScanOptions } from './scan-options.ts';

/** Targets scanned at the same time: each has clients of its own, and each account and Region a quota of its own. */
const TARGETS_AT_ONCE = 4;

export interface ScannedTarget {
  readonly assessment: TargetAssessment;
  /** What it took; `null` for a target that could not even be opened. */
  readonly reached: ReachableTarget | null;
}

interface OpenedTargets {
  readonly opened: readonly ReachableTarget[];
  readonly failed: readonly UnreachableTarget[];
  /** The present of the scan in epoch milliseconds: that of the file, where it is one. */
  readonly now: number;
}

/** @throws UsageError for a VPC that is nowhere, with the nearest one, where all was read in full */
const refuseUnknownVpcs = async (
  wanted: readonly string[] | null,
  where: string,
  assessments: readonly TargetAssessment[],
  sources: readonly ReachableTarget[],
): Promise<void> => {
  if (wanted === null || assessments.length === 0) return;
  if (assessments.some(({ target }) => target.status !== 'ok')) return;
  const known = new Set(
    assessments.flatMap(({ vpcs, subnets }) => [...vpcs, ...subnets].map(({ vpcId }) => vpcId)),
  );
  const unknown = wanted.filter((vpcId) => !known.has(vpcId));
  if (unknown.length === 0) return;
  const listed = await Promise.all(
    // Only a help to find the right one: without it the refusal is the same.
    sources.map((reached) => reached.sources.inventory.vpcs({}).catch(() => [])),
  );
  const there = listed.flat().map(({ vpcId }) => vpcId);
  throw new UsageError(
    unknown.map((vpcId) => `Nothing matches ${where} ${vpcId}.${nearestOf(vpcId, there)}`).join('\n'),
    'Check the id, the account and the Region; `headroom scan` without --vpc lists every VPC.',
  );
};

/** The targets that a file holds, of the Regions that were asked for. */
const openEstate = async (path: string, regions: readonly string[] | undefined): Promise<OpenedTargets> => {
  const estate = await readEstate(path);
  const targets = estate.targets.filter(
    ({ target }) => regions === undefined || regions.includes(target.region),
  );
  if (targets.length === 0) {
    const held = [...new Set(estate.targets.map(({ target }) => target.region))].join(', ');
    throw new UsageError(
      `${path} holds nothing of ${regions?.join(', ') ?? 'any Region'}.`,
      held === '' ? 'Collect the estate again.' : `Choose from its contents: ${held}.`,
    );
  }
  const opened = targets.map((target) => ({
    target: target.target,
    sources: createEstateSources(target),
    meter: new CallMeter(),
    close: () => {},
  }));
  return { opened, failed: [], now: Date.parse(estate.collectedAt) };
};

/** Opens whatever the options name: AWS, or a file in its place. */
const open = async (
  options: ScanOptions,
  configuration: HeadroomConfiguration,
  { io }: Session,
): Promise<OpenedTargets> => {
  const other = otherKubernetesAccess(options, configuration.kubernetes, io);
  const { opened, failed, now } = await openSources(options, configuration, io.now());
  if (other === null) return { opened, failed, now };
  const kubernetes = other([...opened, ...failed].map(({ target }) => target));
  const reading = opened.map((reached) => ({ ...reached, sources: { ...reached.sources, kubernetes } }));
  return { opened: reading, failed, now };
};

const openSources = async (
  options: ScanOptions,
  configuration: HeadroomConfiguration,
  now: number,
): Promise<OpenedTargets> => {
  if (options.from !== undefined) return openEstate(options.from, options.region);
  const kubernetes = kubernetesSettings(options, configuration.kubernetes);
  return { ...(await openConfigured(options, { ...configuration, kubernetes }, now)), now };
};

interface ScannedTargets {
  readonly scanned: readonly (ScannedTarget & AssessedTarget)[];
  /** What the targets share, and nothing of it outlives the command. */
  readonly cache: CacheStore;
  readonly now: number;
}

/** Scans everything the options ask for, with progress on a terminal. */
const scanTargets = async (
  options: ScanOptions,
  configuration: HeadroomConfiguration,
  session: Session,
): Promise<ScannedTargets> => {
  const { io } = session;
  const { opened, failed, now } = await open(options, configuration, session);
  const vpcIds = options.vpc ?? configuration.scan.vpcIds;
  const progress = createProgress(io);
  const limit = pLimit(TARGETS_AT_ONCE);
  const { cache } = createMemoryStateStore();
  let finished = 0;
  try {
    // Each scan is to know what every other account has on the same gateways, whichever comes first.
    if (opened.length > 1) {
      for (const { sources } of opened) await shareGateways(sources.inventory, cache, now);
    }
    const scanned = await Promise.all(
      opened.map((reached) =>
        limit(async () => {
          const { accountId, region } = reached.target;
          const say = (count: number) =>
            progress.show(
              `scanning ${accountId} ${region}: ${number(count)} interfaces (${finished} of ${opened.length} done)`,
            );
          say(0);
          const assessed = await scanTarget({
            target: reached.target,
            scope: vpcIds === null ? {} : { vpcIds },
            sources: reached.sources,
            past: NO_PAST,
            cache,
            now,
            onInterfaces: say,
          });
          finished += 1;
          return { ...assessed, reached };
        }),
      ),
    );
    await refuseUnknownVpcs(
      vpcIds,
      options.vpc === undefined ? 'scan.vpcs of headroom.yml:' : '--vpc',
      scanned.map(({ assessment }) => assessment),
      failed.length > 0 ? [] : opened,
    );
    const unreached = failed.map(({ target, problem }) => {
      const assessment = failedAssessment(target, [problem], now);
      return { assessment, estate: estateOf(assessment), reached: null };
    });
    return { scanned: [...scanned, ...unreached], cache, now };
  } finally {
    progress.clear();
    for (const reached of opened) reached.close();
  }
};

const withHints = (assessment: TargetAssessment): TargetAssessment => {
  const { target } = assessment;
  const errors = target.errors.map((problem) => withCredentialHint(problem, target));
  return { ...assessment, target: { ...target, errors } };
};

export interface ScannedEstate {
  readonly document: ScanDocument;
  readonly notChecked: readonly NotChecked[];
  readonly assessments: readonly TargetAssessment[];
  readonly scanned: readonly ScannedTarget[];
  readonly configuration: ReadConfiguration;
  /** Epoch milliseconds: the present of the scan. */
  readonly now: number;
}

/** Scans, and runs the checks under the configured policy. A wrong configuration is refused before anything is read. */
export const scanToDocument = async (options: ScanOptions, session: Session): Promise<ScannedEstate> => {
  const configuration = await readConfiguration(options.config);
  const { scanned: raw, cache, now } = await scanTargets(options, configuration, session);
  const scanned: ScannedTarget[] = [];
  const unchecked: NotChecked[] = [];
  // One after the other: no two offer the same new block.
  for (const target of raw) {
    const { assessment, notChecked } = await checkTarget(target, configuration.alerts, cache, now);
    scanned.push({
      reached: target.reached,
      assessment: options.from === undefined ? withHints(assessment) : assessment,
    });
    unchecked.push(...notChecked);
  }
  const assessments = scanned.map(({ assessment }) => assessment);
  return {
    document: scanDocument(assessments, new Date(now).toISOString()),
    notChecked: unchecked,
    assessments,
    scanned,
    configuration,
    now,
  };
};
