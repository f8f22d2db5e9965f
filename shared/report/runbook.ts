import type { Check } from '../model/checks/check.ts';
import { CHECKS } from '../model/checks/checks.ts';
import { MONITOR_CHECKS } from '../model/checks/monitor/monitor-checks.ts';
import type { Finding, Remedy } from '../model/result/finding.ts';

type Described = Omit<Check<never>, 'find'>;

/** A line of a shell, and what it shows. */
export interface RunbookCommand {
  readonly command: string;
  readonly shows: string;
}

/** What to do about one kind of alert, for the reader who has just been woken by it. */
export interface Runbook {
  /** The check, and the name of the page. */
  readonly kind: string;
  readonly title: string;
  /** What happens if nothing is done. */
  readonly impact: string;
  readonly about: string;
  /** When it appears, and when nothing can be said. */
  readonly condition: string;
  readonly unknown: string;
  /** The rule of headroom.yml that has its settings. */
  readonly rule: string;
  /** What to look at first. */
  readonly look: readonly RunbookCommand[];
  /** What keeps it quiet while a person works on it. */
  readonly quiet: readonly RunbookCommand[];
  /** True of checks of Headroom itself: they are about no subnet. */
  readonly isAboutHeadroom: boolean;
}

const ALERTS: RunbookCommand = { command: 'headroom alerts', shows: 'every alert, the worst first' };

const CLUSTER: readonly RunbookCommand[] = [
  { command: 'headroom findings --cluster CLUSTER', shows: 'its findings, with the remedies' },
  { command: 'headroom clusters --cluster CLUSTER', shows: 'what its nodes hold, and what more would fit' },
];

const HEADROOM: readonly RunbookCommand[] = [
  { command: 'headroom doctor', shows: 'what a scan and its alerts need, and what is missing' },
];

/** What shows most of the subject of a check, by how its `about` begins. The first that fits counts. */
const LOOKS: readonly (readonly [RegExp, readonly RunbookCommand[]])[] = [
  [
    /^each subnet/,
    [
      { command: 'headroom explain SUBNET', shows: 'the figures, the forecast and the remedies of a subnet' },
      { command: 'headroom owners --subnet SUBNET', shows: 'who holds its addresses' },
      { command: 'headroom map SUBNET', shows: 'its blocks, and which of them are free' },
    ],
  ],
  [
    /^each VPC/,
    [
      { command: 'headroom findings --vpc VPC', shows: 'its findings, with the remedies' },
      { command: 'headroom scan --vpc VPC', shows: 'its subnets, the worst first' },
    ],
  ],
  [
    /^each cluster .*Kubernetes API/,
    [
      ...CLUSTER,
      {
        command: 'headroom pods --cluster CLUSTER --kubernetes',
        shows: 'which pods hold its addresses, and which wait',
      },
    ],
  ],
  [/^each (?:EKS )?cluster|^each managed node group/, CLUSTER],
  [
    /^each account/,
    [
      { command: 'headroom findings --account ACCOUNT', shows: 'its findings, with the remedies' },
      { command: 'headroom owners --account ACCOUNT', shows: 'who holds the addresses of each subnet' },
    ],
  ],
  [/^each target|^the monitor/, HEADROOM],
];

/** @throws Error for a subject that the table above does not have: a mistake of ours, found when a check is added */
const lookAt = (about: string): readonly RunbookCommand[] => {
  const look = LOOKS.find(([subject]) => subject.test(about))?.[1];
  if (look === undefined) throw new Error(`A runbook about ${about} has nothing to look at first.`);
  return [ALERTS, ...look];
};

const QUIET: readonly RunbookCommand[] = [
  { command: 'headroom ack 3', shows: 'by its number: stops repeats until it gets worse or ends' },
  { command: "headroom mute 3 --for 4h --reason 'why'", shows: 'sends nothing of it for four hours' },
];

/** What follows from `Check.restsOn`. */
const IN_DOUBT = 'While a listing that it needs cannot be read, its alerts neither end nor ease.';

const runbookOf = (
  { kind, label, impact, about, condition, unknown, settings, restsOn }: Described,
  isAboutHeadroom: boolean,
): Runbook => ({
  kind,
  title: label,
  impact,
  about,
  condition,
  unknown: restsOn === undefined ? unknown : `${unknown} ${IN_DOUBT}`,
  rule: settings,
  look: lookAt(about),
  quiet: QUIET,
  isAboutHeadroom,
});

/** A runbook of every check, by its kind, in the order of the checks. Made from the checks, so that the two agree. */
export const RUNBOOKS: ReadonlyMap<string, Runbook> = new Map([
  ...CHECKS.map((check) => [check.kind, runbookOf(check, false)] as const),
  ...MONITOR_CHECKS.map((check) => [check.kind, runbookOf(check, true)] as const),
]);

/** The remedies of some findings of one kind, in the order in which they are offered. Those that differ in figures are one. */
export const remediesIn = (findings: readonly Finding[]): readonly Remedy[] => {
  const byEffect = new Map<string, Remedy>();
  for (const remedy of findings.flatMap(({ remedies }) => remedies)) {
    const effect = withoutFigures(remedy.effect);
    if (!byEffect.has(effect)) byEffect.set(effect, remedy);
  }
  return [...byEffect.values()];
};

/** A sentence without the words that have a digit in them, which differ from case to case. */
const withoutFigures = (sentence: string): string =>
  sentence
    .split(/(\s+)/)
    .filter((word) => !/\d/.test(word))
    .join('');
