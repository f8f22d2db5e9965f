import pLimit from 'p-limit';
import type { Problem } from '../model/base/errors.ts';
import { attempt } from './attempt.ts';
import { type DeliveryReport, NOTHING_DELIVERED } from './deliver-outbox.ts';
import { isLongGone, isOfTarget, type TargetThatLeft } from './left-targets.ts';
import { type RaiseForDeliveryInput, raiseForDelivery } from './raise-and-deliver.ts';

const TARGETS_AT_ONCE = 8;

/**
 * Delivers what waits in the outboxes of targets that nothing scans any more: a message may have been refused just
 * before its account left the selection. Their alerts stay as they are for a day. Then they are closed, and the message
 * says that nothing is known to be over.
 */
export const deliverLeftovers = async (
  targets: readonly TargetThatLeft[],
  input: Omit<RaiseForDeliveryInput, 'target' | 'stored' | 'observations' | 'isGone' | 'isUnmonitored'>,
): Promise<DeliveryReport> => {
  const problems: Problem[] = [];
  const limit = pLimit(TARGETS_AT_ONCE);
  const reports = await Promise.all(
    targets.map((target) => limit(async () => attempt(problems, () => deliverFor(target, input)))),
  );
  return together([{ ...NOTHING_DELIVERED, problems }, ...reports.filter((report) => report !== null)]);
};

const deliverFor = async (
  target: TargetThatLeft,
  input: Parameters<typeof deliverLeftovers>[1],
): Promise<DeliveryReport> => {
  const { accountId, region, stored } = target;
  const isOver = isLongGone(target, input.now);
  const ends = isOver && stored.some(({ alert }) => isOfTarget(alert));
  if (!ends && stored.every(({ alert }) => alert.outbox.length === 0)) return NOTHING_DELIVERED;
  const raised = await raiseForDelivery({
    ...input,
    target: { accountId, region },
    stored,
    observations: [],
    isGone: (alert) => isOver && isOfTarget(alert),
    isUnmonitored: true,
  });
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
