import type { Tags } from '../aws/inventory.ts';
import type { Forecast } from './forecast.ts';
import type { OwnerUsage } from './owner-usage.ts';

/** `info` is worth knowing, `warning` wants action in working hours, `critical` now. */
export type Severity = 'info' | 'warning' | 'critical';

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

/** Orders severities, the mildest first: negative when `a` is milder than `b`. */
export const compareSeverity = (a: Severity, b: Severity): number => RANK[a] - RANK[b];

export interface Subject {
  readonly type:
    | 'subnet'
    | 'vpc'
    | 'cluster'
    | 'node-group'
    | 'interface'
    | 'load-balancer'
    | 'target'
    | 'monitor';
  readonly id: string;
  readonly name: string | null;
  readonly accountId: string;
  readonly region: string;
  readonly vpcId: string | null;
  /** The `Name` tag of the VPC. Absent where it has none, or is not known. */
  readonly vpcName?: string;
  readonly clusterName: string | null;
  /** The subnets it is about, so that a filter or a selector on a subnet finds it. */
  readonly subnetIds: readonly string[];
  /** Its ranges, the tags that some selector of the policy names, and every cluster that uses it: what selectors match besides ids. */
  readonly cidrBlocks?: readonly string[];
  readonly tags?: Tags;
  readonly clusterNames?: readonly string[];
  /** Namespaces that hold much of its addresses for pods, or whose pods wait: only where some selector asks for them. */
  readonly namespaces?: readonly string[];
}

/** One number or word behind a statement: every number in a message can be traced to one of these. */
export interface Evidence {
  readonly name: string;
  readonly value: number | string | null;
  /** For example `addresses`, `prefixes`, `percent`, `hours`. */
  readonly unit?: string;
  /** A forecast made it: a new value alone is no reason to notify again. */
  readonly estimate?: boolean;
  /** A figure for programs, which follows from others or is of no use at once: messages leave it out. */
  readonly detail?: boolean;
}

/**
 * What must be so for a remedy to work, and whether it was so on this very inventory (`null`: cannot be checked from
 * here).
 */
export interface Precondition {
  readonly text: string;
  readonly holds: boolean | null;
}

/** What a remedy adds at least to what can be assigned, right after its commands. `null`: it adds some, but how much is not known. */
export interface Gains {
  readonly addresses: number | null;
  readonly prefixes: number | null;
}

export interface Remedy {
  readonly title: string;
  /** What it does, in one or two sentences. */
  readonly effect: string;
  /** What there is after it, as the planner computes it: nodes that fit, and for how long the supply lasts. Absent: not known. */
  readonly afterwards?: string;
  /** What it costs, in money and effort. */
  readonly price?: string;
  /** When it is the right one. */
  readonly when?: string;
  readonly gains?: Gains;
  /** New ranges that it gives out. No two remedies of a run give out overlapping ones. */
  readonly ranges?: readonly string[];
  /** Exact commands, ready to paste in this order into a POSIX shell. Later ones use variables that earlier ones set. */
  readonly commands: readonly string[];
  readonly preconditions: readonly Precondition[];
}

/** What a remedy does, and what there is after it. */
export const effectOf = ({ effect, afterwards }: Remedy): string =>
  afterwards === undefined ? effect : `${effect} ${afterwards}`;

/** One thing that is wrong or will be. */
export interface Finding {
  /** Stable over scans: `<kind>/<subject type>/<subject id>`. */
  readonly id: string;
  readonly kind: string;
  /** What is wrong, in a few words, for several findings at once: `few addresses left`. Absent in findings of earlier versions. */
  readonly summary?: string;
  readonly severity: Severity;
  readonly subject: Subject;
  /** One line: what, where. */
  readonly title: string;
  /** Two or three sentences: why it matters, with the numbers. */
  readonly explanation: string;
  readonly evidence: readonly Evidence[];
  /** Best first. */
  readonly remedies: readonly Remedy[];
  /** The outlook of the supply that it is about: what a message says of when it runs out, and how sure that is. */
  readonly forecast?: Forecast;
  /** Owners of the addresses, the largest first; a handful, since messages show no more. */
  readonly owners?: readonly OwnerUsage[];
  /** What else is wrong with the same supply of the same subject, beneath this; absent where nothing is. */
  readonly also?: readonly AlsoFound[];
}

/** A finding that stands beneath another one. */
export interface AlsoFound {
  readonly kind: string;
  readonly title: string;
  /** The finding above has its figures already: messages leave it out. */
  readonly repeats?: boolean;
}

/** A finding with others of the same subject and supply beneath it. */
export const withAlso = (
  finding: Finding,
  others: readonly { readonly finding: Finding; readonly repeats: boolean }[],
): Finding =>
  others.length === 0
    ? finding
    : {
        ...finding,
        also: others.map(({ finding: { kind, title }, repeats }) => ({
          kind,
          title,
          ...(repeats ? { repeats } : {}),
        })),
      };

/** A figure that is no longer what it was. */
export interface EvidenceChange {
  readonly name: string;
  readonly unit?: string;
  readonly before: number | string | null;
  readonly now: number | string | null;
}

/** Whether a finding says something new: another title, and a measured figure that is another one. */
export const hasChanged = (before: Finding, now: Finding): boolean => {
  if (before.kind !== now.kind) return true;
  const figures = (finding: Finding): string =>
    JSON.stringify(finding.evidence.filter(({ estimate }) => estimate !== true));
  return before.title !== now.title && figures(before) !== figures(now);
};

/** What changed between two looks at the same thing, in the order of `before`. Figures that only one of them has are left out. */
export const evidenceChanges = (
  before: readonly Evidence[],
  now: readonly Evidence[],
): readonly EvidenceChange[] => {
  const current = new Map(now.map((entry) => [entry.name, entry]));
  return before.flatMap((entry) => {
    const match = current.get(entry.name);
    if (match === undefined || match.value === entry.value) return [];
    const unit = match.unit ?? entry.unit;
    return [
      { name: entry.name, ...(unit === undefined ? {} : { unit }), before: entry.value, now: match.value },
    ];
  });
};
