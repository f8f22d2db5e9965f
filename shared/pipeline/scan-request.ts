import * as z from 'zod';
import { HeadroomError, type Problem } from '../model/base/errors.ts';

/** One target to scan, as plan-scan puts it on the queue. Roles and thresholds are not in it: scan-target reads them again. */
export interface ScanRequest {
  readonly schema: 'headroom/scan-request@1';
  /** The run that asked for it. */
  readonly runId: string;
  readonly accountId: string;
  readonly region: string;
  /** This target's share of the deployment's metric budget, in series of subnets. */
  readonly subnetSeries: number;
  /** Why the plan was not sure of this target; its scan counts as partial at best. */
  readonly doubt?: Problem | undefined;
}

const schema = z.object({
  schema: z.literal('headroom/scan-request@1'),
  runId: z.string().min(1).max(128),
  accountId: z.string().regex(/^\d{12}$/),
  region: z.string().regex(/^[a-z]{2,}(-[a-z]+)+-\d+$/),
  subnetSeries: z.number().int().min(0),
  doubt: z.object({ code: z.string(), message: z.string(), action: z.string() }).optional(),
});

/** A message on the queue is not one of ours. It goes to the dead-letter queue, where people can look at it. */
export class PoisonedScanRequest extends HeadroomError {
  constructor(problem: string, options?: ErrorOptions) {
    super(
      'scan-request-invalid',
      `A message on the queue is not a scan request: ${problem}.`,
      'Look at it in the dead-letter queue, and at who else may send to the queue.',
      options,
    );
    this.name = 'PoisonedScanRequest';
  }
}

/** @throws PoisonedScanRequest with what is wrong with it. */
export const parseScanRequest = (body: string): ScanRequest => {
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch (error) {
    throw new PoisonedScanRequest('it is not JSON', { cause: error });
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new PoisonedScanRequest(
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`).join('; '),
  );
};
