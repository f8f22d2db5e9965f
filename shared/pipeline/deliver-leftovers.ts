import pLimit from 'p-limit';
import type { Target } from '../model/aws/inventory.ts';
import type { Problem } from '../model/base/errors.ts';
import { attempt } from './attempt.ts';
import { type DeliveryReport, NOTHING_DELIVERED } from './deliver-outbox.ts';
import { type RaiseForDeliveryInput, raiseForDelivery } from './raise-and-deliver.ts';

const TARGETS_AT_ONCE = 8;

/**
 * Delivers what waits in the outboxes of targets that nothing scans any more: a message may have been refused just
 * before its account left the selection. Their alerts stay as they are, since nothing is known of them.
 */
export const deliverLeftovers = async (
  targets: readonly Target[],
  input: Omit<RaiseForDeliveryInput, 'target' | 'stored' | 'observations' | 'isGone'>,
): Promise<DeliveryReport> => {
  const problems: Problem[] = [];
  const limit = pLimit(TARGETS_AT_ONCE);
  const reports = await Promise.all(
    targets.map((target) => limit(async () => attempt(problems, () => deliverFor(target, input)))),
  );
  return together([{ ...NOTHING_DELIVERED, problems }, ...reports.filter((report) => report !== null)]);
};

const deliverFor = async (
  target: Target,
  input: Parameters<typeof deliverLeftovers>[1],
): Promise<DeliveryReport> => {
  const stored = await input.store.list(target);
  if (stored.every(({ alert }) => alert.outbox.length === 0)) return NOTHING_DELIVERED;
  const raised = await raiseForDelivery({ ...input, target, stored, observations: [], isGone: () => false });
  const delivery = await raised.deliver();
  return { ...delivery, problems: [...raised.problems, ...delivery.problems] };
};

/** Several reports as one. */
export const together = (reports: readonly DeliveryReport[]): DeliveryReport => ({
  sent: reports.reduce((sum, { sent }) => sum + sent, 0),
  delivered: reports.flatMap(({ delivered }) => delivered),
  undelivered: reports.flatMap(({ undelivered }) => undelivered),
  problems: reports.flatMap(({ problems }) => problems),
  postponed: reports.reduce((sum, { postponed }) => sum + postponed, 0),
});
