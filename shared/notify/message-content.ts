import type { AlertLevel, Transition, TransitionKind } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import type { Digest, DigestSection } from '../model/alert/digest.ts';
import { compareLevel } from '../model/alert/most-urgent.ts';
import { displayableCommands, NOT_DISPLAYED } from '../model/base/shell-words.ts';
import { duration, elapsed } from '../model/base/text/durations.ts';
import { figureText } from '../model/base/text/figures.ts';
import { label } from '../model/base/text/names.ts';
import { quantity } from '../model/base/text/numbers.ts';
import { utcTime } from '../model/base/text/times.ts';
import { OWNER_KINDS } from '../model/owners/owner-kinds.ts';
import { type EvidenceChange, effectOf, type Finding, type Remedy } from '../model/result/finding.ts';
import { identityOf } from '../model/result/identity.ts';
import type { OwnerUsage } from '../model/result/owner-usage.ts';
import { groupHeadline, isPast, leadOf, titleOf } from './headline.ts';
import { inertId, inertLine, safeUrl, truncate } from './inert-text.ts';
import { forecastGap, outlookOf } from './outlook.ts';

/**
 * What a message says, before any channel decides how it looks: what, where, since when, when it will run out and how
 * sure that is, who holds the addresses, what to do first, and where to look. Every string is inert (`inert-text.ts`);
 * a renderer adds only the escaping of its own channel.
 */
export interface MessageContent {
  readonly messageId: string;
  readonly threadId: string;
  /** The worst level among the entries; `ok` when all of them are resolved. */
  readonly level: AlertLevel;
  readonly headline: string;
  /** Whether the headline is that of the first entry, which then needs none of its own. */
  readonly isFirstInHeadline: boolean;
  /** The headline and the outlook in one line: what a lock screen shows. */
  readonly summary: string;
  /** The worst first. */
  readonly entries: readonly MessageEntry[];
  /** How many more there were than the message could carry. */
  readonly omitted: number;
  readonly links: readonly { readonly label: string; readonly url: string }[];
  /** The parts of a digest, which has no entries; empty in a message about alerts. */
  readonly sections: readonly DigestSection[];
}

export interface Fact {
  readonly label: string;
  readonly value: string;
  /** The identifier of what `value` names, where it has both. */
  readonly id?: string;
  /** The time that `value` gives in UTC (ISO 8601), for channels that show it by the clock of the reader. */
  readonly moment?: string;
}

/** `prod-pods (subnet-0a1b)`. */
export const factText = ({ value, id }: Fact): string => (id === undefined ? value : `${value} (${id})`);

export interface MessageEntry {
  /** What it tells of, as it came: for identities. Its texts are not inert and must not be shown. */
  readonly transition: Transition;
  readonly key: string;
  readonly rule: string;
  readonly kind: TransitionKind;
  readonly level: AlertLevel;
  /** `Critical`, `Now critical`, `Resolved`, ... */
  readonly lead: string;
  readonly title: string;
  readonly explanation: string;
  /** Account and Region, VPC, subnet, cluster: the most specific first. */
  readonly place: readonly Fact[];
  /** Since when, or how long it lasted. */
  readonly timing: Fact;
  /** When the supply runs out, then how sure that is; empty where that is not the question, or all is well again. */
  readonly outlook: readonly string[];
  /** The evidence that no sentence has said: for programs, and for channels that show fields. */
  readonly figures: readonly Fact[];
  /** `Free prefixes: was 0, now 14`. */
  readonly changes: readonly Fact[];
  readonly owners: readonly string[];
  /** What to do first; `null` when there is nothing left to do, or nothing is known to help. */
  readonly remedy: RemedyContent | null;
  readonly moreRemedies: number;
}

export interface RemedyContent {
  readonly title: string;
  readonly effect: string;
  /** Exactly as they have to be typed, one line each; empty where there is none. */
  readonly commands: readonly string[];
  /** What could not be checked, or does not hold, and must before the remedy works. */
  readonly checks: readonly string[];
}

/** Names may have 256 characters (an AWS tag's value); a headline of only a name does not help. */
const NAME_LIMIT = 128;
const PROSE_LIMIT = 1_200;
/** A link that is longer is none of ours: a console link has about 120 characters. */
const URL_LIMIT = 1_000;
const OWNERS_SHOWN = 5;
const FIGURES_SHOWN = 10;

/** Puts a message into words. Pure: the same message reads the same whenever it is sent again. */
export const composeMessage = (message: AlertMessage): MessageContent => {
  if (message.digest !== undefined) return composeOf(message, message.digest);
  const transitions = message.transitions.toSorted(compareLevel);
  const entries = transitions.map((transition) => describe(transition, message.sentAt));
  const omitted = message.omittedTransitions ?? 0;
  const first = entries[0];
  const headline = groupHeadline(transitions, omitted);
  return {
    messageId: inertId(message.messageId),
    threadId: inertId(message.threadId),
    level: first?.level ?? 'ok',
    headline,
    isFirstInHeadline: first !== undefined && headline.startsWith(`${first.lead}: ${first.title}`),
    summary: [headline, ...(first?.outlook.slice(0, 1) ?? [])].join('. '),
    entries,
    omitted,
    links: linksOf(message),
    sections: [],
  };
};

const linksOf = ({ links }: AlertMessage): MessageContent['links'] =>
  links.flatMap((link) => {
    const url = safeUrl(link.url);
    return url === null || url.length > URL_LIMIT ? [] : [{ label: short(link.label), url }];
  });

const DIGEST_LINE = 300;

const composeOf = (message: AlertMessage, { title, level, sections }: Digest): MessageContent => ({
  messageId: inertId(message.messageId),
  threadId: inertId(message.threadId),
  level,
  headline: truncate(inertLine(title), DIGEST_LINE),
  isFirstInHeadline: false,
  summary: truncate(inertLine(title), DIGEST_LINE),
  entries: [],
  omitted: 0,
  links: linksOf(message),
  sections: sections.map(({ heading, lines }) => ({
    heading: short(heading),
    lines: lines.map((line) => truncate(inertLine(line), DIGEST_LINE)),
  })),
});

const describe = (transition: Transition, sentAt: string | undefined): MessageEntry => {
  const { finding, transition: kind } = transition;
  const over = isPast(transition);
  return {
    transition,
    key: inertId(identityOf(transition)),
    rule: inertLine(transition.rule),
    kind,
    level: transition.severity,
    lead: leadOf(transition),
    title: titleOf(transition),
    explanation: prose(explanationOf(transition)),
    place: placeOf(transition),
    timing: timingOf(transition, sentAt),
    outlook: over ? [] : outlookOf(finding.forecast, transition.at, finding.title).map(prose),
    figures: over ? [] : figuresOf(finding),
    changes: changesOf(transition).map(changeOf),
    owners: over ? [] : ownersOf(finding),
    remedy: over || finding.remedies[0] === undefined ? null : remedyOf(finding.remedies[0]),
    moreRemedies: over ? 0 : Math.max(0, finding.remedies.length - 1),
  };
};

const explanationOf = (transition: Transition): string => {
  const { finding, subject, continuesAs, unmonitored, transition: kind } = transition;
  if (continuesAs !== undefined) {
    return `Nothing has ended. This version of Headroom has one alert for all checks of a supply, and this alert continues there. ${finding.title}.`;
  }
  if (unmonitored === true) {
    return `${subject.accountId} in ${subject.region} is no longer a target of Headroom, so this alert closes a day after the last scan. It is not known whether it is over. Before: ${finding.title}.`;
  }
  if (!isPast(transition)) return `${finding.explanation}${forecastGap(finding.forecast)}${alsoIn(finding)}`;
  const past = `Before: ${finding.title}.`;
  return kind === 'resolved'
    ? past
    : `${past} Nothing is found now. The alert resolves when that has lasted for its clearing time.`;
};

/** Shares and times follow from the amounts. */
const DERIVED: readonly string[] = ['percent', 'hours'];

/** What has changed, without figures that follow from others and without what is no longer known. */
const changesOf = ({ changes = [], finding }: Transition): readonly EvidenceChange[] => {
  const details = new Set(finding.evidence.flatMap(({ name, detail }) => (detail === true ? [name] : [])));
  return changes
    .filter(({ name, now, unit }) => now !== null && !details.has(name) && !DERIVED.includes(unit ?? ''))
    .slice(0, FIGURES_SHOWN);
};

const short = (text: string): string => truncate(inertLine(text), NAME_LIMIT);
const prose = (text: string): string => truncate(inertLine(text), PROSE_LIMIT);

const placeOf = ({ subject }: Transition): readonly Fact[] => {
  const place: Fact[] = [];
  const add = (name: string, id: string | null, display: string | null = null): void => {
    if (id === null) return;
    if (place.some((fact) => fact.label === name)) return;
    const named = display !== null && display !== id;
    place.push({ label: name, value: short(named ? display : id), ...(named ? { id: short(id) } : {}) });
  };
  if (subject.type !== 'target') add(label(subject.type), subject.id, subject.name);
  const clusters = subject.clusterNames ?? [];
  if (clusters.length > 1) add('Clusters', someOf(clusters));
  else add('Cluster', subject.clusterName ?? clusters[0] ?? null);
  const [subnetId, ...otherSubnets] = subject.subnetIds;
  if (subnetId !== undefined) {
    add('Subnet', otherSubnets.length === 0 ? subnetId : `${subnetId} and ${otherSubnets.length} more`);
  }
  add('VPC', subject.vpcId, subject.vpcName ?? null);
  add('Account', `${subject.accountId}, ${subject.region}`);
  return place;
};

/** A shared subnet may have ten clusters in it. */
const CLUSTERS_SHOWN = 4;
const someOf = (names: readonly string[]): string =>
  [
    ...names.slice(0, CLUSTERS_SHOWN).map((name) => truncate(name, 24)),
    ...(names.length > CLUSTERS_SHOWN ? [`${names.length - CLUSTERS_SHOWN} more`] : []),
  ].join(', ');

/** A message that comes late says of when its figures are. An alert that got worse began milder than its title says. */
const timingOf = ({ transition, since, at }: Transition, sentAt: string | undefined): Fact => {
  const span = elapsed(since, transition === 'resolved' ? at : (sentAt ?? at));
  const lasted = span === null ? '' : duration(span);
  const figures = sentAt === undefined ? '' : `, figures of ${utcTime(at)}`;
  return transition === 'resolved'
    ? {
        label: 'Resolved',
        ...momentOf(at),
        value: short(`${utcTime(at)}${span === null || span <= 0 ? '' : `, after ${lasted}`}`),
      }
    : {
        label: transition === 'escalated' ? 'Alert since' : 'Since',
        ...momentOf(since),
        value: short(`${utcTime(since)}${span === null || span <= 0 ? '' : ` (${lasted})`}${figures}`),
      };
};

const momentOf = (iso: string): Pick<Fact, 'moment'> =>
  Number.isNaN(Date.parse(iso)) ? {} : { moment: iso };

/** The figures that no sentence of the message has said already. */
const figuresOf = (finding: Finding): readonly Fact[] => {
  const said = new Set(`${finding.title} ${finding.explanation}`.match(/[\d.,]{0,30}\d/g));
  return finding.evidence
    .filter(({ value }) => value === null || (!said.has(String(value)) && !said.has(quantity(value))))
    .slice(0, FIGURES_SHOWN)
    .map(({ name, value, unit }) => ({
      label: short(label(name)),
      value: short(figureText({ name, value, unit })),
    }));
};

/** What else is wrong with the same supply, without the name of the resource: the title has said it. */
const alsoIn = ({ title, also = [] }: Finding): string => {
  const shown = also.filter(({ repeats }) => repeats !== true);
  if (shown.length === 0) return '';
  const resource = title.slice(0, title.indexOf(': ') + 2);
  const rest = shown.map((beneath) =>
    beneath.title.startsWith(resource) ? beneath.title.slice(resource.length) : beneath.title,
  );
  return ` Also: ${rest.join('; ')}.`;
};

const changeOf = ({ name, before, now, unit }: EvidenceChange): Fact => {
  const shown = (value: number | string | null): string => short(figureText({ name, value, unit }));
  return { label: short(label(name)), value: `was ${shown(before)}, now ${shown(now)}` };
};

const ownersOf = (finding: Finding): readonly string[] => {
  const owners = finding.owners ?? [];
  const used = finding.evidence.find((evidence) => evidence.name === 'used')?.value;
  const lines = owners
    .slice(0, OWNERS_SHOWN)
    .map((owner) => ownerLine(owner, typeof used === 'number' ? used : null));
  const rest = owners.slice(OWNERS_SHOWN);
  if (rest.length === 0) return lines;
  const addresses = rest.reduce((sum, owner) => sum + owner.addresses, 0);
  return [...lines, `${rest.length} more: ${quantity(addresses, 'addresses')}`];
};

const ownerLine = (owner: OwnerUsage, used: number | null): string => {
  const percent = used === null || used <= 0 ? 0 : Math.round((100 * owner.addresses) / used);
  const share = percent === 0 ? '' : `${percent} %, `;
  return `${ownerName(owner)}: ${share}${quantity(owner.addresses, 'addresses')} on ${quantity(owner.interfaces, 'interfaces')}`;
};

const OWNER_LABELS: ReadonlyMap<string, string> = new Map(
  Object.entries(OWNER_KINDS).map(([kind, { label: name }]) => [kind, name]),
);

/** A kind that is not in the table comes from another version. */
const ownerName = ({ kind, name }: OwnerUsage): string => {
  const holder = OWNER_LABELS.get(kind) ?? short(label(kind));
  return name === null ? holder : `${holder} (${short(name)})`;
};

const remedyOf = (remedy: Remedy): RemedyContent => {
  const { title, commands, preconditions } = remedy;
  const displayed = displayableCommands(commands);
  return {
    title: short(title).replace(/\.$/, ''),
    effect: prose(effectOf(remedy)),
    commands: displayed ?? [],
    checks: [
      ...preconditions
        .filter(({ holds }) => holds !== true)
        .map(({ text, holds }) => prose(holds === false ? `Not met: ${text}` : `Check first: ${text}`)),
      ...(displayed === null ? [NOT_DISPLAYED] : []),
    ],
  };
};
