import * as z from 'zod/mini';
import type { ResolvedTargets } from '../inventory/targets.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../model/base/errors.ts';
import { targetName } from '../model/result/identity.ts';
import type { TargetSelection } from '../model/target/target-selection.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';

/** When each target was first planned is remembered for this long after it was last planned. */
const PLANNED_MILLISECONDS = 30 * 24 * 3_600_000;

const PLANNED_KEY = 'planned-targets';

/** When each target was first planned (ISO 8601), by its name. */
type Planned = Readonly<Record<string, string>>;

const PLANNED: RecordForm<Planned> = z.record(z.string(), z.string());

const readPlanned = async (cache: CacheStore, now: number): Promise<Planned> =>
  (await cache.get(PLANNED_KEY, now, PLANNED)) ?? {};

/**
 * Remembers what is planned now, and forgets what is not.
 *
 * @returns when each of them was first planned
 * @throws HeadroomError when the store could not be used
 */
export const rememberPlanned = async (
  cache: CacheStore,
  targets: readonly Target[],
  now: number,
): Promise<ReadonlyMap<string, string>> => {
  const known = await readPlanned(cache, now);
  const planned: Planned = Object.fromEntries(
    targets.map((target) => [targetName(target), known[targetName(target)] ?? new Date(now).toISOString()]),
  );
  await cache.put(PLANNED_KEY, planned, now + PLANNED_MILLISECONDS);
  return new Map(Object.entries(planned));
};

/** The targets of the last plan; none where the store cannot tell. */
const lastPlanned = async (cache: CacheStore, now: number): Promise<readonly Target[]> => {
  try {
    return Object.keys(await readPlanned(cache, now)).map((name) => {
      const [accountId = '', region = ''] = name.split('/');
      return { accountId, region };
    });
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return [];
  }
};

/** A message on the queue asks for a target that this deployment does not scan. */
export class TargetNotPlanned extends HeadroomError {
  constructor(target: Target) {
    super(
      'target-not-planned',
      `${targetName(target)} is neither configured in headroom.yml nor among the targets of the last plan.`,
      'Nothing was read. If it was taken out of headroom.yml, ignore this. Otherwise look at who else may send to the queue.',
    );
    this.name = 'TargetNotPlanned';
  }
}

interface Selected extends Pick<TargetSelection, 'accounts'> {
  /** `null`: the Region that Headroom runs in. */
  readonly regions: TargetSelection['regions'] | null;
  readonly home: Target;
  readonly cache: CacheStore;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Refuses a target that was not chosen: no role is assumed for it, and no external ID leaves the account.
 *
 * @throws TargetNotPlanned; HeadroomError when the last plan is needed and cannot be read
 */
export const refuseUnplanned = async (
  target: Target,
  { accounts, regions, home, cache, now }: Selected,
): Promise<void> => {
  const accountIds = accounts.from === 'list' ? accounts.accountIds : [home.accountId];
  const isConfigured =
    accounts.from !== 'organization' &&
    regions !== 'enabled' &&
    accountIds.includes(target.accountId) &&
    (regions ?? [home.region]).includes(target.region);
  if (isConfigured) return;
  if (!Object.hasOwn(await readPlanned(cache, now), targetName(target))) throw new TargetNotPlanned(target);
};

export interface ResolveOrRememberInput {
  /** Asks AWS which targets there are. @throws HeadroomError */
  readonly resolve: () => Promise<ResolvedTargets>;
  readonly cache: CacheStore;
  /** Where Headroom itself runs. */
  readonly home: Target;
  /** The role that a target is read through; `null`: our own credentials. */
  readonly roleArnOf: (target: Target) => string | null;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * The targets to scan. Where AWS does not say which there are, the targets of the last plan stay: a list that could not
 * be read does not mean that it is empty. An account whose Regions could not be listed keeps the ones that it had,
 * each with a doubt; one that never had any is tried in the Region that Headroom runs in.
 *
 * @throws HeadroomError when no account could be listed, and no earlier plan is known
 */
export const resolveOrRemember = async (input: ResolveOrRememberInput): Promise<ResolvedTargets> => {
  const { resolve, cache, home, roleArnOf, now } = input;
  const planned = (target: Target, doubt?: Problem) => ({
    accountId: target.accountId,
    region: target.region,
    accountName: null,
    roleArn: roleArnOf(target),
    ...(doubt === undefined ? {} : { doubt }),
  });
  const known = await lastPlanned(cache, now);
  try {
    const resolved = await resolve();
    const doubtful = resolved.unresolved
      .filter(({ problem }) => problem.code !== 'account-unavailable')
      .flatMap(({ accountId, problem }) => {
        const ofAccount = known.filter((target) => target.accountId === accountId);
        const targets = ofAccount.length > 0 ? ofAccount : [{ accountId, region: home.region }];
        return targets.map((target) => planned(target, problem));
      });
    return { ...resolved, targets: [...resolved.targets, ...doubtful] };
  } catch (error) {
    if (!(error instanceof HeadroomError) || known.length === 0) throw error;
    // Which accounts there are is unknown; that those of the last plan are among them is not in doubt.
    return {
      targets: known.map((target) => planned(target)),
      unresolved: [{ accountId: home.accountId, problem: problemOf(error) }],
    };
  }
};
