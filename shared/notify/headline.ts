import type { AlertLevel, Transition, TransitionKind } from '../model/alert/alert.ts';
import type { RuleName } from '../model/alert/policy.ts';
import { words } from '../model/base/text/names.ts';
import type { Subject } from '../model/result/finding.ts';
import { inertLine, truncate } from './inert-text.ts';

/** The first line of a message: the only one that many people read. */

const LEADS: Readonly<Record<Exclude<TransitionKind, 'resolved'>, Readonly<Record<AlertLevel, string>>>> = {
  firing: { critical: 'Critical', warning: 'Warning', ok: 'OK' },
  escalated: { critical: 'Now critical', warning: 'Now a warning', ok: 'OK' },
  deescalated: { critical: 'Still critical', warning: 'Eased to a warning', ok: 'OK' },
  repeated: { critical: 'Still critical', warning: 'Still a warning', ok: 'OK' },
};

/** How a notification begins: `Critical`, `Eased to a warning`, `Resolved`. */
export const leadOf = ({ transition, severity }: Transition): string =>
  transition === 'resolved' ? 'Resolved' : LEADS[transition][severity];

const TITLE_LIMIT = 240;

/**
 * What it is about. The finding of an alert that is over tells of what was: there the kind and the name have to do, so
 * that a reader does not take the old alarm for a new one.
 */
export const titleOf = ({ transition, finding, subject }: Transition): string =>
  truncate(
    inertLine(
      transition === 'resolved' ? `${words(finding.kind)} in ${subject.name ?? subject.id}` : finding.title,
    ),
    TITLE_LIMIT,
  );

/** What a rule says of many subjects at once. A rule that is not here is named as it is. */
const SAID_OF_MANY: Readonly<Partial<Record<RuleName, string>>> = {
  'addresses-low': 'few addresses left',
  'prefixes-low': 'few free prefixes left',
  fragmented: 'addresses free, but no prefix',
  'addresses-exhaustion': 'addresses will run out',
  'prefixes-exhaustion': 'prefixes will run out',
  'addresses-surge': 'addresses are being used up fast',
  'prefixes-surge': 'prefixes are being used up fast',
  'vpc-addresses-low': 'few addresses left',
  'scan-failed': 'scans fail',
  coverage: 'not scanned',
  'delivery-failing': 'messages do not arrive',
  'dead-letters': 'work failed repeatedly',
};

const saidOfMany = (rule: string): string =>
  new Map(Object.entries(SAID_OF_MANY)).get(rule) ?? words(inertLine(rule));

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
 * Alerts of one subject say the title of the worst; those of several say what they have in common, and where. The worst
 * comes first in `transitions`.
 */
export const groupHeadline = (transitions: readonly Transition[], omitted: number): string => {
  const [first, ...others] = transitions;
  if (first === undefined) return 'Headroom has no alerts';
  const lead = leadOf(first);
  const subjects = new Set(
    transitions.map(({ subject }) => `${subject.accountId}/${subject.region}/${subject.type}/${subject.id}`),
  );
  const more = transitions.length + omitted - 1;
  if (subjects.size === 1 && omitted === 0) {
    const also = more === 0 ? '' : ` (and ${more} more alert${more === 1 ? '' : 's'} about it)`;
    return `${lead}: ${titleOf(first)}${also}`;
  }
  const same = <Value>(read: (transition: Transition) => Value): boolean =>
    others.every((other) => read(other) === read(first));
  const what = same(({ rule }) => rule) ? saidOfMany(first.rule) : 'several alerts';
  const who = same(({ subject }) => subject.type) ? PLURALS[first.subject.type] : 'places';
  return `${lead}: ${what} in ${subjects.size + omitted} ${who}${whereOf(first.subject, same)}`;
};

const whereOf = (subject: Subject, same: (read: (transition: Transition) => unknown) => boolean): string => {
  const shown = (text: string): string => truncate(inertLine(text), NAME_LIMIT);
  if (subject.type !== 'vpc' && subject.vpcId !== null && same((other) => other.subject.vpcId))
    return ` of ${shown(subject.vpcId)}`;
  if (!same((other) => other.subject.accountId)) return ' of several accounts';
  if (!same((other) => other.subject.region)) return ` of account ${shown(subject.accountId)}`;
  return ` of account ${shown(subject.accountId)} in ${shown(subject.region)}`;
};
