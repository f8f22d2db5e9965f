import * as z from 'zod/mini';
import type { QuotaSource } from '../inventory/quota-source.ts';
import type { ServiceQuota, Target } from '../model/aws/inventory.ts';
import { type RequestRate, requestRates } from '../model/aws/service-quotas.ts';
import { HeadroomError } from '../model/base/errors.ts';
import type { RecordForm } from '../state/record-form.ts';
import type { CacheStore } from '../state/state-store.ts';

/** A raise takes days to be granted, and an hour more to be noticed is no matter. */
const QUOTAS_MILLISECONDS = 6 * 3_600_000;
/** A role that may not ask is asked again after this time. */
const REFUSAL_MILLISECONDS = 3_600_000;

const REFUSED = 'refused';

const REMEMBERED: RecordForm<readonly ServiceQuota[] | typeof REFUSED> = z.union([
  z.literal(REFUSED),
  z.array(
    z.object({ service: z.enum(['ec2', 'vpc']), code: z.string(), name: z.string(), value: z.number() }),
  ),
]);

interface ReadInput {
  readonly target: Target;
  readonly source: QuotaSource | undefined;
  /** Gets the request buckets of the account, from the cache as well. */
  readonly learnRates?: ((rates: ReadonlyMap<string, RequestRate>) => void) | undefined;
  readonly cache: CacheStore | null;
  readonly now: number;
}

/**
 * The quotas of an account in a Region. `null`: they may not be read, or this source never asked. That is no problem of the scan:
 * AWS's defaults count then, and are called so.
 */
export const readQuotas = async (input: ReadInput): Promise<readonly ServiceQuota[] | null> => {
  const quotas = await readOrRemembered(input);
  if (quotas !== null) input.learnRates?.(requestRates(quotas));
  return quotas;
};

const readOrRemembered = async ({
  target: { accountId, region },
  source,
  cache,
  now,
}: ReadInput): Promise<readonly ServiceQuota[] | null> => {
  if (source === undefined) return null;
  const key = `service-quotas/${accountId}/${region}`;
  const remembered = await cache?.get(key, now, REMEMBERED);
  if (remembered === REFUSED) return null;
  if (remembered != null) return remembered;
  try {
    const quotas = await source.quotas();
    if (quotas !== null) await cache?.put(key, quotas, now + QUOTAS_MILLISECONDS);
    return quotas;
  } catch (error) {
    if (!(error instanceof HeadroomError)) throw error;
    await cache?.put(key, REFUSED, now + REFUSAL_MILLISECONDS);
    return null;
  }
};
