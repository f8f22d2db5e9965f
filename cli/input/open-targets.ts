import { CallBudgets } from '../../shared/aws/call-budget.ts';
import {
  type OpenedTargets,
  openTargets,
  type ReachableTarget,
  type UnreachableTarget,
} from '../../shared/aws/reachable-targets.ts';
import type { HeadroomConfiguration } from '../../shared/config/headroom-yml.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';
import { openTarget, type SelectInput, selectionOf, TargetSelector } from './target-selector.ts';

type Selection = HeadroomConfiguration['targets'];

/**
 * Opens what the options name, or what `targets` of headroom.yml selects where they name nothing, as `headroom serve`
 * does.
 *
 * @throws HeadroomError when there is no Region, or the accounts cannot be listed
 */
export const openConfigured = async (
  options: SelectInput['options'],
  { scan, targets, kubernetes }: Pick<HeadroomConfiguration, 'scan' | 'targets' | 'kubernetes'>,
  now: number,
): Promise<OpenedTargets> =>
  isSelection(options, selectionOf(options, targets))
    ? openSelection(options, targets, { quotaShare: scan.quotaShare, kubernetes }, now)
    : openTargets({
        regions: options.region ?? [],
        roleArns: options.roleArn ?? [],
        externalId: options.externalId,
        quotaShare: scan.quotaShare,
        kubernetes,
      });

/** Whether accounts or Regions are to be looked up, and not only named. */
const isSelection = (options: SelectInput['options'], { accounts, regions }: Selection): boolean =>
  options.allRegions === true ||
  (options.roleArn === undefined &&
    (accounts.from !== 'self' || (regions !== null && options.region === undefined)));

const openSelection = async (
  options: SelectInput['options'],
  targets: Selection,
  { quotaShare, kubernetes }: { readonly quotaShare: number } & Pick<HeadroomConfiguration, 'kubernetes'>,
  now: number,
): Promise<OpenedTargets> => {
  const { signal } = new AbortController();
  const selected = await new TargetSelector().select({
    options,
    targets,
    cache: createMemoryStateStore().cache,
    now,
    signal,
  });
  const { home, resolved } = selected;
  const budgets = new CallBudgets();
  const opened: ReachableTarget[] = [];
  const failed: UnreachableTarget[] = resolved.unresolved.map(({ accountId, problem }) => ({
    target: { accountId, region: home.region },
    problem,
  }));
  for (const { accountId, region, doubt } of resolved.targets) {
    const target = { accountId, region };
    const { sources, meter, close } = openTarget(target, selected, {
      budget: budgets.of(target, quotaShare),
      signal,
      kubernetes,
    });
    if (sources !== null) opened.push({ target, sources, meter, close });
    else {
      close();
      if (doubt !== undefined) failed.push({ target, problem: doubt });
    }
  }
  return { opened, failed };
};
