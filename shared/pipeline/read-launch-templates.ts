import * as z from 'zod/mini';
import type { InventorySource } from '../inventory/inventory-source.ts';
import type {
  AutoScalingGroup,
  LaunchTemplate,
  LaunchTemplateVersion,
  Target,
} from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';

/** A numbered version never changes; after a day, one that is not used any more is forgotten. */
const NUMBERED_MILLISECONDS = 24 * 3_600_000;
/** `$Latest` and `$Default` may stand for another version at any time. */
const MOVING_MILLISECONDS = 3_600_000;

/** Each template that the groups name, once. */
export const templatesOf = (groups: readonly AutoScalingGroup[]): readonly LaunchTemplateVersion[] => [
  ...new Map(
    groups
      .flatMap(({ launchTemplates }) => launchTemplates ?? [])
      .map((template) => [`${template.launchTemplateId}/${template.version}`, template]),
  ).values(),
];

const TEMPLATE: RecordForm<LaunchTemplate> = z.object({
  launchTemplateId: z.string(),
  version: z.string(),
  interfaces: z.array(
    z.object({
      deviceIndex: z.number(),
      networkCardIndex: z.number(),
      interfaceType: z.string(),
      subnetId: z.nullable(z.string()),
      secondaries: z.number(),
      prefixes: z.number(),
    }),
  ),
});

interface ReadInput {
  readonly target: Target;
  readonly inventory: InventorySource;
  readonly cache: CacheStore | null;
  readonly now: number;
}

/**
 * What launch templates add to the instances of groups. One call for each that is not in the cache. `null`: they may not be read, or
 * this source never asked. That is no problem of the scan: what running nodes show counts anyway.
 */
export const readLaunchTemplates = async (
  { target: { accountId, region }, inventory, cache, now }: ReadInput,
  groups: readonly AutoScalingGroup[],
): Promise<readonly LaunchTemplate[] | null> => {
  const found: LaunchTemplate[] = [];
  const keyOf = ({ launchTemplateId, version }: LaunchTemplateVersion): string =>
    `launch-template/${accountId}/${region}/${launchTemplateId}/${version}`;
  const missing: LaunchTemplateVersion[] = [];
  for (const wanted of templatesOf(groups)) {
    const cached = await cache?.get(keyOf(wanted), now, TEMPLATE);
    if (cached == null) missing.push(wanted);
    else found.push(cached);
  }
  if (missing.length === 0) return found;
  try {
    const read = await inventory.launchTemplates(missing);
    if (read === null) return null;
    for (const template of read) {
      found.push(template);
      const life = template.version.startsWith('$') ? MOVING_MILLISECONDS : NUMBERED_MILLISECONDS;
      await cache?.put(keyOf(template), template, now + life);
    }
    return found;
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    return null;
  }
};
