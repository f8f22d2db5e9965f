import { compareLevel, worstLevel } from '../model/alert/alert.ts';
import type { Digest, DigestSection } from '../model/alert/digest.ts';
import { approximateTime } from '../model/base/text/approximate-times.ts';
import { elapsed, shortDuration } from '../model/base/text/durations.ts';
import { count, quantity, verb } from '../model/base/text/numbers.ts';
import { howWatched } from '../model/checks/monitor/how-watched.ts';
import { compareSeverity } from '../model/result/finding.ts';
import { incidentOf } from '../model/result/identity.ts';
import type { TargetCoverage } from '../model/target/coverage.ts';
import type { DigestFacts } from './digest-facts.ts';

/** Lines of one part. The rest is counted: a digest is read in a minute. */
const LINES = 8;

export interface DigestInput {
  readonly name: string;
  readonly facts: DigestFacts;
  /** The targets that it covers; `null`: not known. */
  readonly coverage: readonly TargetCoverage[] | null;
  /** Targets whose last scan could not be read. */
  readonly unread: number;
  /** The findings of the digest before; `null`: this is the first one. */
  readonly known: ReadonlySet<string> | null;
  /** ISO 8601. */
  readonly at: string;
}

/** A digest in words. Pure. */
export const composeDigest = ({ name, facts, coverage, unread, known, at }: DigestInput): Digest => {
  const added =
    known === null ? facts.findings : facts.findings.filter(({ identity }) => !known.has(identity));
  const incidents = Map.groupBy(facts.firing, incidentOf);
  const level = worstLevel(facts.firing.map(({ severity }) => severity));
  return {
    title: `Digest ${name}: ${count(facts.scarce.length, 'shortage')} within 30 days, ${count(added.length, known === null ? 'finding' : 'new finding')}, ${count(incidents.size, 'open incident')}`,
    level,
    sections: [
      section(
        'Runs out within 30 days',
        facts.scarce.map(({ name: subnet, supply, at: end }) =>
          end <= at ? `${subnet}: no ${supply} left` : `${subnet}: ${supply} by ${approximateTime(end, at)}`,
        ),
        // No forecast is no all-clear.
        facts.withoutForecast === facts.subnets && facts.subnets > 0
          ? 'Not known.'
          : 'No subnet is expected to run out.',
        facts.withoutForecast === 0
          ? []
          : [`${count(facts.withoutForecast, 'subnet')} of ${facts.subnets} without a forecast yet`],
      ),
      section(
        known === null ? 'Findings' : 'New findings',
        added
          .map(({ finding }) => finding)
          .toSorted((a, b) => compareSeverity(b.severity, a.severity))
          .map(({ title }) => title),
        'None.',
      ),
      section(
        'Leaks and waste',
        [
          ...(facts.leaked.interfaces === 0
            ? []
            : [
                `${count(facts.leaked.interfaces, 'leaked interface')} with ${quantity(facts.leaked.addresses, 'addresses')}`,
              ]),
          ...facts.waste.map(({ title }) => title),
        ],
        'None was found.',
      ),
      section(
        'Open incidents',
        [...incidents.values()]
          .map((alerts) => alerts.toSorted((a, b) => compareLevel(b.severity, a.severity)))
          .toSorted(([a], [b]) => compareLevel(b?.severity ?? 'ok', a?.severity ?? 'ok'))
          .flatMap(([worst]) =>
            worst === undefined
              ? []
              : [
                  `${worst.severity}, for ${shortDuration(elapsed(worst.since, at) ?? 0)}${worst.acknowledged === null ? '' : `, acknowledged by ${worst.acknowledged.by}`}: ${worst.finding.title}`,
                ],
          ),
        'None.',
      ),
      section('Coverage', coverageLines(facts, coverage, unread), 'No account is scanned.'),
    ],
  };
};

const section = (
  heading: string,
  lines: readonly string[],
  none: string,
  limits: readonly string[] = [],
): DigestSection => ({
  heading,
  lines:
    lines.length === 0
      ? [none, ...limits]
      : [
          ...lines.slice(0, LINES),
          ...(lines.length > LINES ? [`${lines.length - LINES} more: \`headroom findings\` lists them`] : []),
          ...limits,
        ],
});

/** What is not watched is said: an empty digest must not read as an all-clear. */
const coverageLines = (
  { subnets }: DigestFacts,
  coverage: readonly TargetCoverage[] | null,
  unread: number,
): readonly string[] => {
  if (coverage === null) return ['It is not known which accounts are scanned.'];
  const targets = coverage.filter(({ state }) => state !== 'gone');
  const watched = targets.filter(({ state }) => state === 'fresh');
  const others = targets.filter(({ state }) => state !== 'fresh');
  return [
    `${watched.length} of ${count(targets.length, 'scan')} ${verb(watched.length, 'is')} recent and complete, with ${count(subnets, 'subnet')}`,
    ...others.map(howWatched),
    ...(unread === 0 ? [] : [`${count(unread, 'scan')} could not be read for this digest`]),
  ];
};
