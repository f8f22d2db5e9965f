import { DEFAULT_CNI_SETTINGS } from '../../shared/model/cni/cni-settings.ts';
import type { NewNodeSettings } from '../../shared/model/result/cluster.ts';
import { checkAll } from '../base/all-problems.ts';
import { optionalNumber } from './whole-number.ts';

/** The CNI's settings on the command line. */
export interface CniOptions {
  readonly podEni?: boolean;
  readonly warmEniTarget?: string;
  readonly warmIpTarget?: string;
  readonly minimumIpTarget?: string;
  readonly warmPrefixTarget?: string;
  readonly maxEni?: string;
}

/** @throws UsageError that names every target that is no number */
export const checkCniTargets = (options: CniOptions): void => {
  checkAll(
    () => optionalNumber('--warm-eni-target', options.warmEniTarget),
    () => optionalNumber('--warm-prefix-target', options.warmPrefixTarget),
    () => optionalNumber('--warm-ip-target', options.warmIpTarget),
    () => optionalNumber('--minimum-ip-target', options.minimumIpTarget),
    () => optionalNumber('--max-eni', options.maxEni, 1),
  );
};

/** @throws UsageError for a target that is no number */
export const cniTargetsOf = (
  options: CniOptions,
): Omit<NewNodeSettings, 'prefixDelegation' | 'customNetworking'> => ({
  podEni: options.podEni ?? false,
  warmEniTarget:
    optionalNumber('--warm-eni-target', options.warmEniTarget) ?? DEFAULT_CNI_SETTINGS.warmEniTarget,
  warmPrefixTarget:
    optionalNumber('--warm-prefix-target', options.warmPrefixTarget) ?? DEFAULT_CNI_SETTINGS.warmPrefixTarget,
  warmIpTarget: optionalNumber('--warm-ip-target', options.warmIpTarget),
  minimumIpTarget: optionalNumber('--minimum-ip-target', options.minimumIpTarget),
  maxEni: optionalNumber('--max-eni', options.maxEni, 1),
});
