import { DEFAULT_CNI_SETTINGS } from '../../shared/model/cni/cni-settings.ts';
import type { NewNodeSettings } from '../../shared/model/result/cluster.ts';
import { checkAll } from '../base/all-problems.ts';
import { UsageError } from '../base/command-line.ts';

/** More than any node or subnet has; the answers no longer change. */
const MOST = 100_000;

/** @throws UsageError unless it is a whole number in these bounds */
export const wholeNumberOf = (option: string, text: string, least = 0, most = MOST): number => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most)
    throw new UsageError(
      `${option} ${text} is not a whole number from ${least} to ${most.toLocaleString('en')}.`,
      `Give a number, such as ${option} ${Math.max(least, 2)}.`,
    );
  return value;
};

/** The same for an option that may be left out. */
export const optionalNumber = (option: string, text: string | undefined, least = 0): number | null =>
  text === undefined ? null : wholeNumberOf(option, text, least);

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
export const checkCniTargets = (options: CniOptions): void =>
  checkAll(
    () => optionalNumber('--warm-eni-target', options.warmEniTarget),
    () => optionalNumber('--warm-prefix-target', options.warmPrefixTarget),
    () => optionalNumber('--warm-ip-target', options.warmIpTarget),
    () => optionalNumber('--minimum-ip-target', options.minimumIpTarget),
    () => optionalNumber('--max-eni', options.maxEni, 1),
  );

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
