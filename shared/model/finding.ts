/** `info` is worth knowing, `warning` wants action in working hours, `critical` now. */
export type Severity = 'info' | 'warning' | 'critical';

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

/** Orders severities, the mildest first: negative when `a` is milder than `b`. */
export const compareSeverity = (a: Severity, b: Severity): number => RANK[a] - RANK[b];

export interface Subject {
  readonly type: 'subnet' | 'vpc' | 'cluster' | 'node-group' | 'interface' | 'load-balancer' | 'target' | 'monitor';
  readonly id: string;
  readonly name: string | null;
  readonly accountId: string;
  readonly region: string;
  readonly vpcId: string | null;
  readonly clusterName: string | null;
  /** The subnets it is about, so that a filter or a selector on a subnet finds it. */
  readonly subnetIds: readonly string[];
}

/** One number or word behind a statement: every number in a message can be traced to one of these. */
export interface Evidence {
  readonly name: string;
  readonly value: number | string | null;
  /** For example `addresses`, `prefixes`, `percent`, `hours`. */
  readonly unit?: string;
}

/** What must be so for a remedy to work, and whether it was so on this very inventory (`null`: can not be told from here). */
export interface Precondition {
  readonly text: string;
  readonly holds: boolean | null;
}

export interface Remedy {
  readonly title: string;
  /** What it gains and what it costs, in one or two sentences. */
  readonly effect: string;
  /** Exact commands, ready to paste. */
  readonly commands: readonly string[];
  readonly preconditions: readonly Precondition[];
}

/** One thing that is wrong or will be. */
export interface Finding {
  /** Stable over scans: `<kind>/<subject type>/<subject id>`. */
  readonly id: string;
  readonly kind: string;
  readonly severity: Severity;
  readonly subject: Subject;
  /** One line: what, where. */
  readonly title: string;
  /** Two or three sentences: why it matters, with the numbers. */
  readonly explanation: string;
  readonly evidence: readonly Evidence[];
  /** Best first. */
  readonly remedies: readonly Remedy[];
}

/** The stable identity of a finding. */
export const findingId = (kind: string, subject: Pick<Subject, 'type' | 'id'>): string =>
  `${kind}/${subject.type}/${subject.id}`;
