import type { Transition } from '../../shared/model/alert/alert.ts';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import type { Exhaustion, Story } from './story.ts';

type Told = Pick<Story, 'startsAt' | 'exhaustions' | 'transitions' | 'before' | 'after'>;

/** Something that ran out during the story, and the first alert about it. */
export interface Shortage extends Exhaustion {
  readonly name: string;
  /** `undefined`: it came without an alert. */
  readonly first: Transition | undefined;
}

export interface Verdict {
  readonly shortages: readonly Shortage[];
  /** Supplies that were said to run out, and did not within the story. */
  readonly notCome: readonly string[];
}

const nameOf = (subnetId: string, assessments: readonly TargetAssessment[]): string =>
  assessments.flatMap(({ subnets }) => subnets).find((subnet) => subnet.subnetId === subnetId)?.name ??
  subnetId;

/** What came of the warnings: for everything that ran out when the first alert came, and what did not run out. */
export const verdictOf = ({ startsAt, exhaustions, transitions, before, after }: Told): Verdict => {
  const assessments = [...after, ...before];
  const shortages = exhaustions
    .filter(({ at }) => at > startsAt)
    .map((exhaustion): Shortage => {
      const { subnetId, supply, at } = exhaustion;
      const first = transitions.find(
        ({ transition, subject, rule, at: notifiedAt }) =>
          transition === 'firing' &&
          (subject.subnetIds.includes(subnetId) || subject.id === subnetId) &&
          (rule.startsWith(supply) || rule === 'fragmented') &&
          Date.parse(notifiedAt) <= at,
      );
      return { ...exhaustion, name: nameOf(subnetId, assessments), first };
    });
  const ranOut = new Set(exhaustions.map(({ subnetId, supply }) => `${subnetId} ${supply}`));
  const expected = transitions.flatMap(({ transition, rule, subject }) => {
    const supply = /^(addresses|prefixes)-(?:exhaustion|surge)$/.exec(rule)?.[1];
    return transition !== 'firing' || supply === undefined ? [] : [{ subnetId: subject.id, supply }];
  });
  const notCome = expected
    .filter(({ subnetId, supply }) => !ranOut.has(`${subnetId} ${supply}`))
    .map(({ subnetId, supply }) => `${nameOf(subnetId, assessments)} (${supply})`);
  return { shortages, notCome: [...new Set(notCome)] };
};

/** At least this much earlier (milliseconds) the first alert came of half of the shortages that were announced; `null`: none was. */
export const medianLead = ({ shortages }: Verdict): number | null => {
  const leads = shortages
    .flatMap(({ at, first }) => (first === undefined ? [] : [at - Date.parse(first.at)]))
    .toSorted((a, b) => a - b);
  return leads[Math.floor(leads.length / 2)] ?? null;
};
