import type { AlertLevel, Transition, TransitionKind } from '../model/alert/alert.ts';
import { words } from '../model/base/text/names.ts';
import type { Subject } from '../model/result/finding.ts';
import { resourceName } from '../model/result/resource-name.ts';
import { inertLine, truncate } from './inert-text.ts';

/** The first line of a message: the only one that many people read. */

const LEADS: Readonly<Record<Exclude<TransitionKind, 'resolved'>, Readonly<Record<AlertLevel, string>>>> = {
  firing: { critical: 'Critical', warning: 'Warning', ok: 'OK' },
  escalated: { critical: 'Now critical', warning: 'Now a warning', ok: 'OK' },
  deescalated: { critical: 'Still critical', warning: 'Eased to a warning', ok: 'OK' },
  repeated: { critical: 'Still critical', warning: 'Still a warning', ok: 'OK' },
};

/** How a notification begins: `Critical`, `Eased to a warning`, `Resolved`. */
export const leadOf = ({ transition, severity, previousSeverity }: Transition): string => {
  if (transition === 'resolved') return 'Resolved';
  // Another check leads at the same level: the level itself is nothing new.
  const isNewLevel = severity !== previousSeverity || transition === 'repeated';
  return LEADS[isNewLevel ? transition : 'firing'][severity];
};

const TITLE_LIMIT = 240;

/**
 * What it is about. The finding of an alert that is over tells of what was: there the kind and the name have to do, so
 * that a reader does not take the old alarm for a new one.
 */
export const titleOf = ({ transition, finding, subject }: Transition): string =>
  truncate(
    inertLine(
      transition === 'resolved' ? `${resourceName(subject)}: ${summaryOf(finding.kind)}` : finding.title,
    ),
    TITLE_LIMIT,
  );

/** What is wrong, in a few words: for many subjects at once, and for what is over. A kind that is not here is named as it is. */
const SUMMARIES: Readonly<Record<string, string>> = {
  'addresses-surge': 'addresses are used up fast',
  'addresses-exhausted': 'no address left',
  'addresses-low': 'few addresses left',
  'addresses-exhaustion': 'addresses will run out',
  'prefixes-surge': 'prefixes are used up fast',
  'prefixes-exhausted': 'no free prefix',
  'prefixes-low': 'few free prefixes left',
  'prefixes-exhaustion': 'prefixes will run out',
  fragmented: 'addresses free, but no prefix',
  fragmentation: 'addresses free, but no prefix',
  'vpc-addresses-low': 'few addresses left',
  'eks-health': 'EKS finds no free address',
  'committed-demand': 'the maximum size does not fit',
  'upgrade-readiness': 'no room for an upgrade',
  'load-balancer-subnet': 'load balancers cannot grow',
  'leaked-interfaces': 'leaked interfaces',
  'warm-pool-waste': 'many addresses kept warm',
  'unusable-prefixes': 'prefixes held that no pod can use',
  'zone-imbalance': 'one zone runs out first',
  'lone-subnet': 'only one subnet in the zone',
  'overlapping-ranges': 'ranges overlap',
  'vpc-cidr-limit': 'at the limit of ranges',
  'network-address-usage': 'network address usage near its quota',
  'scan-failed': 'scans fail',
  coverage: 'not watched',
  'delivery-failing': 'messages do not arrive',
  'dead-letters': 'scans failed repeatedly',
};

const summaryOf = (kind: string): string =>
  new Map(Object.entries(SUMMARIES)).get(kind) ?? words(inertLine(kind));

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
  const what = same(({ rule }) => rule) ? summaryOf(first.rule) : 'several alerts';
  const who = same(({ subject }) => subject.type) ? PLURALS[first.subject.type] : 'places';
  return `${lead}: ${subjects.size + omitted} ${who}${whereOf(first.subject, same)}: ${what}`;
};

const whereOf = (subject: Subject, same: (read: (transition: Transition) => unknown) => boolean): string => {
  const shown = (text: string): string => truncate(inertLine(text), NAME_LIMIT);
  if (subject.type !== 'vpc' && subject.vpcId !== null && same((other) => other.subject.vpcId))
    return ` of ${shown(subject.vpcId)}`;
  if (!same((other) => other.subject.accountId)) return ' of several accounts';
  if (!same((other) => other.subject.region)) return ` of account ${shown(subject.accountId)}`;
  return ` of account ${shown(subject.accountId)} in ${shown(subject.region)}`;
};
