import { count } from '../../base/text/numbers.ts';
import { utcTime } from '../../base/text/times.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import { type MonitorContext, monitorSubject, NAMES_SHOWN } from './monitor-context.ts';

/** Messages that could not be delivered. */
export const deliveryFailing: Check<MonitorContext> = {
  kind: 'delivery-failing',
  label: 'Alerts are not delivered',
  summary: 'alerts are not delivered',
  clear: () => 'all alerts are delivered',
  about: 'the monitor itself',
  condition: 'Messages were refused by their destination and wait.',
  unknown: 'The outboxes could not be read.',
  impact: 'No alert is lost, but no notification arrives. A metric shows the same, in case no channel works.',
  settings: 'delivery-failing',
  find: (context) => [result(context)],
};

const result = ({ status, settings }: MonitorContext): CheckResult => {
  const subject = monitorSubject(status);
  if (status.undelivered === null) return notMeasured(subject, 'The outboxes could not be read.');
  const failing = status.undelivered
    .flatMap(({ outbox }) => outbox)
    .filter(({ lastError }) => lastError !== null);
  const elsewhere = status.undeliveredElsewhere ?? [];
  const [oldest = null] = [
    ...failing.map(({ transition }) => transition.at),
    ...elsewhere.map((there) => there.oldest),
  ].toSorted();
  const undelivered = elsewhere.reduce((sum, there) => sum + there.count, failing.length);
  const attempts = [
    ...failing.map((entry) => entry.attempts),
    ...elsewhere.map(({ mostAttempts }) => mostAttempts),
  ].reduce((most, each) => Math.max(most, each), 0);
  const evidence = [
    { name: 'undelivered', value: undelivered, unit: 'transitions' },
    { name: 'mostAttempts', value: attempts, unit: 'attempts' },
    { name: 'oldest', value: oldest },
  ];
  if (oldest === null) return healthy(subject, evidence);
  const errors = new Set([
    ...failing.map(({ lastError }) => lastError),
    ...elsewhere.flatMap((there) => there.errors),
  ]);
  const causes = new Set([
    ...failing.flatMap((entry) => entry.failing ?? []),
    ...elsewhere.flatMap((there) => there.causes),
  ]);
  const { severity } = settings('delivery-failing', subject);
  const outcome = found(subject, severity, evidence, () => ({
    title: `Headroom: ${count(undelivered, 'alert update')} could not be delivered`,
    explanation: `The oldest has waited since ${utcTime(oldest)}. Each is tried again until it is accepted. ${[...errors].slice(0, NAMES_SHOWN).join(' ')}`,
    remedies: () => [
      {
        title: 'Fix the destination that refuses',
        effect: 'Waiting alerts are then sent within 15 minutes.',
        commands: ['aws sns list-topics --query "Topics[].TopicArn" --output table'],
        preconditions: [],
      },
    ],
  }));
  // Entries that an earlier version stored name no cause.
  return causes.size === 0 ? outcome : { ...outcome, causes: [...causes].toSorted() };
};
