import type { SubnetAssessment, TargetAssessment } from '../model/result/assessment.ts';
import { compareSeverity, type Finding, type Severity } from '../model/result/finding.ts';
import type { Forecast } from '../model/result/forecast.ts';
import { compareUrgency, firstToRunOut } from '../model/subnet/urgency.ts';

/** A subnet as people look at it: with what was found of it, and its outlook. */
export interface RankedSubnet {
  /** The same subnet can be in two accounts that share a VPC: this tells them apart. */
  readonly key: string;
  readonly subnet: SubnetAssessment;
  readonly findings: readonly Finding[];
  readonly severity: Severity | null;
  /** The supply that is empty or runs out first, where that is known: else that of single addresses. */
  readonly first: { readonly supply: 'addresses' | 'prefixes'; readonly forecast: Forecast | undefined };
  readonly scannedAt: string;
}

export const subnetKey = ({
  accountId,
  region,
  subnetId,
}: Pick<SubnetAssessment, 'accountId' | 'region' | 'subnetId'>): string =>
  `${accountId}/${region}/${subnetId}`;

const worstOf = (findings: readonly Finding[]): Severity | null =>
  findings.reduce<Severity | null>(
    (worst, { severity }) => (worst === null || compareSeverity(severity, worst) > 0 ? severity : worst),
    null,
  );

/**
 * Every subnet, the one to look at first at the top: what is empty now, then by what was found of it, then by
 * when it runs out, then by the share that is free. What is unknown comes last; it has a section of its own.
 */
export const worstFirst = (assessments: readonly TargetAssessment[]): readonly RankedSubnet[] => {
  const ranked = assessments.flatMap(({ subnets, findings, scannedAt }) => {
    const bySubnet = new Map<string, Finding[]>();
    for (const finding of findings) {
      if (finding.subject.type !== 'subnet') continue;
      const known = bySubnet.get(finding.subject.id);
      if (known === undefined) bySubnet.set(finding.subject.id, [finding]);
      else known.push(finding);
    }
    return subnets.map((subnet): RankedSubnet => {
      const own = bySubnet.get(subnet.subnetId) ?? [];
      return {
        key: subnetKey(subnet),
        subnet,
        findings: own,
        severity: worstOf(own),
        first: firstToRunOut(subnet),
        scannedAt,
      };
    });
  });
  return ranked.toSorted((a, b) => compareUrgency(a, b) || Number(a.key > b.key) - Number(b.key > a.key));
};

/** A shared subnet is in the scans of its owner and of every participant. Here it is once, and as its owner sees it, if that was scanned. */
export const eachOnce = (ranked: readonly RankedSubnet[]): readonly RankedSubnet[] => {
  const bySubnet = new Map<string, RankedSubnet>();
  for (const each of ranked) {
    const { ownerId, subnetId } = each.subnet;
    if (ownerId === null || !bySubnet.has(subnetId)) bySubnet.set(subnetId, each);
  }
  return [...bySubnet.values()];
};
