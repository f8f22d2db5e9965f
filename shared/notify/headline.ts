import type { AlertLevel, Transition, TransitionKind } from '../model/alert/alert.ts';
import { words } from '../model/base/text/names.ts';
import { count, number } from '../model/base/text/numbers.ts';
import type { Finding, Subject } from '../model/result/finding.ts';
import { subjectIdentity } from '../model/result/identity.ts';
import { resourceName } from '../model/result/resource-name.ts';
import { inertLine, truncate } from './inert-text.ts';
import { isWorseAtItsLevel } from './worse-at-its-level.ts';

/** The first line of a message: the only one that many people read. */

const LEADS: Readonly<Record<Exclude<TransitionKind, 'resolved'>, Readonly<Record<AlertLevel, string>>>> = {
  firing: { critical: 'Critical', warning: 'Warning', ok: 'OK' },
  escalated: { critical: 'Now critical', warning: 'Now a warning', ok: 'OK' },
  deescalated: { critical: 'Still critical', warning: 'Eased to a warning', ok: 'OK' },
  repeated: { critical: 'Still critical', warning: 'Still a warning', ok: 'OK' },
};

/** How a notification begins: `Critical`, `Eased to a warning`, `Resolved`. */
export const leadOf = (step: Transition): string => {
  const { transition, severity, isFirst, continuesAs, unmonitored } = step;
  if (continuesAs !== undefined) return 'Continues in another alert';
  if (unmonitored === true) return 'No longer monitored';
  if (transition === 'resolved') return 'Resolved';
  // Another check, or another cause, at the same level: the level itself is nothing new.
  if (isWorseAtItsLevel(step) || (transition === 'repeated' && isFirst === true)) return WORSE[severity];
  return LEADS[transition][severity];
};

const WORSE: Readonly<Record<AlertLevel, string>> = {
  critical: 'Worse, still critical',
  warning: 'Worse, still a warning',
  ok: 'OK',
};

const TITLE_LIMIT = 240;

/**
 * What it is about. The finding of an alert that is over, or that nothing holds up any more, describes the past: there the
 * title says what is so now.
 */
export const titleOf = (transition: Transition): string => {
  const { finding, subject, continuesAs, unmonitored, clear } = transition;
  const summary = summaryOf(finding);
  if (continuesAs !== undefined) return shown(`${resourceName(subject)}: ${summary}, not over`);
  if (unmonitored === true) return shown(`${resourceName(subject)}: ${summary}, and not known to be over`);
  if (!isPast(transition)) return shown(finding.title);
  return shown(`${resourceName(subject)}: ${clear ?? `no longer reported: ${summary}`}`);
};

const shown = (title: string): string => truncate(inertLine(title), TITLE_LIMIT);

/** Whether what the finding describes is no longer so. */
export const isPast = ({ transition, clear }: Transition): boolean =>
  transition === 'resolved' || clear !== undefined;

/** What is wrong, in a few words: for many subjects at once, and for what is over. */
const summaryOf = ({ summary, kind }: Finding): string => summary ?? words(inertLine(kind));

const PLURALS: Readonly<Record<Subject['type'], string>> = {
  subnet: 'subnets',
  vpc: 'VPCs',
  cluster: 'clusters',
  'node-group': 'node groups',
  interface: 'interfaces',
  'load-balancer': 'load balancers',
  target: 'targets',
  monitor: 'monitors',
};

const NAME_LIMIT = 64;

/**
 * Alerts of one subject, or of subjects that are not alike, say the title of the worst; those of several subnets, for example,
 * say what they have in common, and where. The worst comes first in `transitions`.
 */
export const groupHeadline = (transitions: readonly Transition[], omitted: number): string => {
  const [first, ...others] = transitions;
  if (first === undefined) return 'Headroom has no alerts';
  const lead = leadOf(first);
  const subjects = new Set(transitions.map(({ subject }) => subjectIdentity(subject)));
  const more = transitions.length + omitted - 1;
  const same = <Value>(read: (transition: Transition) => Value): boolean =>
    others.every((other) => read(other) === read(first));
  const isOneSubject = subjects.size === 1 && omitted === 0;
  if (isOneSubject || !same(({ subject }) => subject.type)) {
    const where = isOneSubject ? 'about it' : `in ${whereOf(first.subject, same)}`;
    const also = more === 0 ? '' : ` (and ${count(more, 'more alert')} ${where})`;
    return `${lead}: ${titleOf(first)}${also}`;
  }
  const who = `${number(subjects.size + omitted)} ${PLURALS[first.subject.type]}`;
  return `${lead}: ${who} of ${whereOf(first.subject, same)}: ${commonSummary(transitions)}`;
};

const SUMMARIES_SHOWN = 2;

const commonSummary = (transitions: readonly Transition[]): string => {
  const summaries = [...new Set(transitions.map(({ finding }) => inertLine(summaryOf(finding))))];
  return summaries.length <= SUMMARIES_SHOWN ? summaries.join(', ') : 'several alerts';
};

const whereOf = (subject: Subject, same: (read: (transition: Transition) => unknown) => boolean): string => {
  const shown = (text: string): string => truncate(inertLine(text), NAME_LIMIT);
  if (subject.type !== 'vpc' && subject.vpcId !== null && same((other) => other.subject.vpcId))
    return shown(subject.vpcName === undefined ? subject.vpcId : `VPC ${subject.vpcName}`);
  if (!same((other) => other.subject.accountId)) return 'several accounts';
  if (!same((other) => other.subject.region)) return `account ${shown(subject.accountId)}`;
  return `account ${shown(subject.accountId)} in ${shown(subject.region)}`;
};
