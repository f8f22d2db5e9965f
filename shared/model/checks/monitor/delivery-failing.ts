import { DEFAULT_DESTINATION } from '../../alert/default-destination.ts';
import type { Target } from '../../aws/inventory.ts';
import { quoted } from '../../base/shell-words.ts';
import { listOf } from '../../base/text/names.ts';
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
  const waiting = [
    ...failing
      .toSorted(
        (a, b) => Number(a.transition.at > b.transition.at) - Number(a.transition.at < b.transition.at),
      )
      .map(({ transition: { finding, subject } }) => `${finding.title} (${placeOf(subject)})`),
    ...elsewhere.flatMap(({ target, titles = [] }) =>
      titles.map((title) => (target === undefined ? title : `${title} (${placeOf(target)})`)),
    ),
  ];
  const refusing = destinationsOf(causes);
  const configured = refusing.filter((name) => CONFIGURED.test(name) && name !== DEFAULT_DESTINATION);
  const { severity } = settings('delivery-failing', subject);
  const outcome = found(subject, severity, evidence, () => ({
    title: `Headroom: ${count(undelivered, 'alert update')} could not be delivered`,
    explanation: `${waiting.length === 0 ? '' : `Not delivered${refusing.length === 0 ? '' : ` to ${listOf(refusing, NAMES_SHOWN)}`}: ${[...new Set(waiting)].slice(0, TITLES_SHOWN).join('; ')}. `}The oldest has waited since ${utcTime(oldest)}. Each is tried again until it is accepted. ${[...errors].slice(0, NAMES_SHOWN).join(' ')}`,
    remedies: () => [
      {
        title: 'Fix the destination that refuses',
        effect: `${configured.length === 0 ? '' : 'The test shows whether it is fixed. '}Waiting alerts are then sent within 15 minutes.`,
        commands: [
          configured.length === 0
            ? 'headroom doctor'
            : ['headroom test-message', ...configured.map(quoted)].join(' '),
        ],
        preconditions: [],
      },
    ],
  }));
  // Entries that an earlier version stored name no cause.
  return causes.size === 0 ? outcome : { ...outcome, causes: [...causes].toSorted() };
};

const placeOf = ({ accountId, region }: Target): string => `${accountId} ${region}`;

/** More titles in a message are not read. */
const TITLES_SHOWN = 2;

/** The destinations that refuse, as the causes name them. */
const destinationsOf = (causes: ReadonlySet<string>): readonly string[] =>
  [
    ...new Set([...causes].map((cause) => cause.slice(0, cause.lastIndexOf(': ')).replace(/^The /, 'the '))),
  ].toSorted();

/** The name of a destination in headroom.yml. The default one is not there, and its cause is called otherwise. */
const CONFIGURED = /^[A-Za-z0-9][\w-]{0,63}$/;
