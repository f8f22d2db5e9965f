import * as z from 'zod/mini';
import type { CallBudget } from '../../shared/aws/call-budget.ts';
import { CallMeter } from '../../shared/aws/call-meter.ts';
import { type AssumedRole, createEc2Client, createTargetClients } from '../../shared/aws/clients.ts';
import { resolveConfiguredTargets } from '../../shared/aws/configured-targets.ts';
import { homeIn, homeRegion, UNKNOWN_ACCOUNT } from '../../shared/aws/reachable-targets.ts';
import { createTargetSources } from '../../shared/aws/target-sources.ts';
import type { HeadroomConfiguration } from '../../shared/config/headroom-yml.ts';
import { DEFAULT_ROLE_NAME } from '../../shared/config/schema/targets.ts';
import { enabledRegions, type ResolvedTargets } from '../../shared/inventory/targets.ts';
import { accountOfRole } from '../../shared/model/aws/arn.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';
import { HeadroomError, type Problem, problemOf } from '../../shared/model/base/errors.ts';
import {
  type OrganizationSelection,
  type PlannedTarget,
  scanRoleOf,
} from '../../shared/model/target/target-selection.ts';
import type { TargetSources } from '../../shared/pipeline/collect.ts';
import { resolveOrRemember } from '../../shared/pipeline/planned-targets.ts';
import type { RecordForm } from '../../shared/state/record-form.ts';
import type { CacheStore } from '../../shared/state/state-store.ts';

export interface SelectInput {
  readonly options: {
    readonly region?: readonly string[];
    readonly roleArn?: readonly string[];
    readonly externalId?: string;
    readonly allRegions?: boolean;
    readonly organization?: boolean;
  };
  readonly targets: HeadroomConfiguration['targets'];
  readonly cache: CacheStore;
  readonly now: number;
  /** Ends the requests that list accounts and Regions. */
  readonly signal: AbortSignal;
}

export interface SelectedTargets {
  /** Where Headroom itself runs. Its account is `unknown` until AWS has answered once. */
  readonly home: Target;
  readonly resolved: ResolvedTargets;
  /**
   * Whether AWS gave our own account just now. Where it did not, targets that need our own credentials are not opened.
   */
  readonly isIdentified: boolean;
  /** The role that a target is read through; `null`: our own credentials. */
  readonly roleOf: (target: Target) => AssumedRole | null;
}

export interface OpenTarget {
  /** `null`: it cannot be opened, and its doubt says why. */
  readonly sources: TargetSources | null;
  readonly meter: CallMeter;
  close(): void;
}

/** Where the last account from AWS is remembered, and for how long. */
const HOME_KEY = 'serve-home';
const HOME_MILLISECONDS = 30 * 24 * 3_600_000;
const HOME: RecordForm<Target> = z.object({ accountId: z.string(), region: z.string() });

/** What is scanned: the options of the command line, or what headroom.yml selects. */
export class TargetSelector {
  #home: Target | null = null;

  /** @throws HeadroomError when there is no Region, or no account was ever listed */
  async select(input: SelectInput): Promise<SelectedTargets> {
    const { options, cache, now, signal } = input;
    const targets = selectionOf(options, input.targets);
    const configured = targets.regions === 'enabled' ? undefined : targets.regions?.[0];
    const region = await homeRegion(options.region?.[0] ?? configured);
    const { home, problem } = await this.#identify(region, cache, now);
    const regions = options.region ?? targets.regions ?? [region];
    const ofOptions = rolesOf(options);
    const roleOf = (target: Target): AssumedRole | null =>
      ofOptions === null ? scanRoleOf(targets.role, target, home) : (ofOptions.get(target.accountId) ?? null);
    const roleArnOf = (target: Target): string | null => roleOf(target)?.roleArn ?? null;
    const planned = (accountId: string, region: string): PlannedTarget => ({
      accountId,
      region,
      accountName: null,
      roleArn: roleArnOf({ accountId, region }),
    });
    const resolve = async (): Promise<ResolvedTargets> => {
      if (ofOptions !== null) {
        if (regions === 'enabled') return enabledForRoles(ofOptions, { region, planned, signal });
        const wanted = [...new Set(regions)];
        return {
          targets: [...ofOptions.keys()].flatMap((account) => wanted.map((each) => planned(account, each))),
          unresolved: [],
        };
      }
      if (problem !== null && targets.accounts.from === 'self') {
        // Without our own account's number nothing can be asked about it: its credentials may be another's by now.
        return regions === 'enabled'
          ? { targets: [], unresolved: [{ accountId: home.accountId, problem }] }
          : { targets: [...new Set(regions)].map((each) => planned(home.accountId, each)), unresolved: [] };
      }
      return resolveConfiguredTargets({
        targets: { ...targets, regions },
        home,
        meter: new CallMeter(),
        signal,
      });
    };
    const resolved = await resolveOrRemember({ resolve, cache, home, roleArnOf, now });
    return {
      home,
      isIdentified: problem === null,
      roleOf,
      resolved: {
        ...resolved,
        targets: resolved.targets.map((target) =>
          problem !== null && target.roleArn === null ? { ...target, doubt: problem } : target,
        ),
      },
    };
  }

  /** Our own account. Once known it stays known: what cannot be asked now has not changed. */
  async #identify(
    region: string,
    cache: CacheStore,
    now: number,
  ): Promise<{ readonly home: Target; readonly problem: Problem | null }> {
    try {
      const home = await homeIn(region);
      this.#home = home;
      await quietly(() => cache.put(HOME_KEY, home, now + HOME_MILLISECONDS));
      return { home, problem: null };
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      const known = this.#home ?? (await quietly(() => cache.get(HOME_KEY, now, HOME)));
      const accountId = known?.accountId ?? UNKNOWN_ACCOUNT;
      return { home: { accountId, region }, problem: problemOf(error) };
    }
  }
}

/** What headroom.yml selects, with what `--all-regions` and `--organization` put in its place. */
export const selectionOf = (
  { allRegions, organization, externalId }: SelectInput['options'],
  targets: HeadroomConfiguration['targets'],
): HeadroomConfiguration['targets'] => ({
  ...targets,
  ...(allRegions === true ? { regions: 'enabled' } : {}),
  ...(organization === true
    ? {
        accounts: targets.accounts.from === 'organization' ? targets.accounts : WHOLE_ORGANIZATION,
        role: {
          ...(targets.role ?? { name: DEFAULT_ROLE_NAME, sessionName: null, sourceIdentity: null }),
          externalId: externalId ?? targets.role?.externalId ?? null,
        },
      }
    : {}),
});

const WHOLE_ORGANIZATION: OrganizationSelection = {
  from: 'organization',
  organizationalUnits: [],
  tags: {},
  include: [],
  exclude: [],
};

/** All Regions that the account of each role has enabled. An account that does not tell them is unresolved. */
const enabledForRoles = async (
  roles: ReadonlyMap<string, AssumedRole>,
  {
    region,
    planned,
    signal,
  }: {
    readonly region: string;
    readonly planned: (accountId: string, region: string) => PlannedTarget;
    readonly signal: AbortSignal;
  },
): Promise<ResolvedTargets> => {
  const targets: PlannedTarget[] = [];
  const unresolved: { accountId: string; problem: Problem }[] = [];
  for (const [accountId, role] of roles) {
    const ec2 = createEc2Client({ region, meter: new CallMeter(), role });
    try {
      const regions = await enabledRegions(ec2, {
        target: { accountId, region },
        roleArn: role.roleArn,
        signal,
      });
      targets.push(...regions.map((each) => planned(accountId, each)));
    } catch (error) {
      if (!(error instanceof HeadroomError)) throw error;
      unresolved.push({ accountId, problem: problemOf(error) });
    } finally {
      ec2.destroy();
    }
  }
  return { targets, unresolved };
};

/** The roles of the command line by their accounts; `null`: none are given. */
const rolesOf = ({ roleArn, externalId }: SelectInput['options']): ReadonlyMap<string, AssumedRole> | null =>
  roleArn === undefined
    ? null
    : new Map(
        roleArn.map((arn) => [accountOfRole(arn) ?? '', { roleArn: arn, externalId: externalId ?? null }]),
      );

/** A store that fails is reported by the scans that use it; here it only cannot help. */
const quietly = async <Answer>(work: () => Promise<Answer>): Promise<Answer | null> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return null;
  }
};

/**
 * Opens one target, with clients of its own. A target of our own account is not opened while AWS does not tell that
 * account: what was read could belong to another one.
 */
export const openTarget = (
  target: Target,
  { roleOf, isIdentified }: Pick<SelectedTargets, 'roleOf' | 'isIdentified'>,
  {
    budget,
    signal,
    kubernetes,
  }: {
    readonly budget: CallBudget;
    readonly signal: AbortSignal;
    readonly kubernetes: HeadroomConfiguration['kubernetes'];
  },
): OpenTarget => {
  const meter = new CallMeter();
  const role = roleOf(target);
  if (role === null && !isIdentified) return { sources: null, meter, close: () => {} };
  const clients = createTargetClients({ region: target.region, meter, budget, role: role ?? undefined });
  return {
    sources: createTargetSources(target, clients, { roleArn: role?.roleArn ?? null, signal, kubernetes }),
    meter,
    close: () => clients.destroy(),
  };
};
