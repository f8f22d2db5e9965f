import type { SubnetAssessment, TargetAssessment } from '../model/result/assessment.ts';
import { compareSeverity, type Finding, type Severity } from '../model/result/finding.ts';
import type { Forecast } from '../model/result/forecast.ts';

/** A subnet as people look at it: with what was found of it, and its outlook. */
export interface RankedSubnet {
  /** The same subnet can be in two accounts that share a VPC: this tells them apart. */
  readonly key: string;
  readonly subnet: SubnetAssessment;
  readonly findings: readonly Finding[];
  readonly severity: Severity | null;
  /** The supply that runs out first, where that is known: else that of single addresses. */
  readonly first: { readonly supply: 'addresses' | 'prefixes'; readonly forecast: Forecast | undefined };
  readonly scannedAt: string;
}

export const subnetKey = ({
  accountId,
  region,
  subnetId,
}: Pick<SubnetAssessment, 'accountId' | 'region' | 'subnetId'>): string =>
  `${accountId}/${region}/${subnetId}`;

const endOf = (forecast: Forecast | undefined): number =>
  forecast?.exhaustionAt == null ? Number.POSITIVE_INFINITY : Date.parse(forecast.exhaustionAt);

/** An outlook on prefixes says something only where prefixes are used. */
const firstToRunOut = ({ forecast, usesPrefixes }: SubnetAssessment): RankedSubnet['first'] =>
  usesPrefixes === true && endOf(forecast.prefixes) < endOf(forecast.addresses)
    ? { supply: 'prefixes', forecast: forecast.prefixes }
    : { supply: 'addresses', forecast: forecast.addresses };

const freeShare = ({ available, usable }: SubnetAssessment): number =>
  available === null || usable === null || usable === 0 ? 2 : available / usable;

const worstOf = (findings: readonly Finding[]): Severity | null =>
  findings.reduce<Severity | null>(
    (worst, { severity }) => (worst === null || compareSeverity(severity, worst) > 0 ? severity : worst),
    null,
  );

const rank = (severity: Severity | null): number =>
  severity === 'critical' ? 0 : severity === 'warning' ? 1 : 2;

const sooner = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/**
 * Every subnet, the one to look at first at the top: by what was found of it, then by when it runs out, then by the
 * share that is free. What is unknown comes last; it has a section of its own.
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
  return ranked.toSorted(
    (a, b) =>
      rank(a.severity) - rank(b.severity) ||
      sooner(endOf(a.first.forecast), endOf(b.first.forecast)) ||
      freeShare(a.subnet) - freeShare(b.subnet) ||
      sooner(Number(a.key > b.key), Number(b.key > a.key)),
  );
};
