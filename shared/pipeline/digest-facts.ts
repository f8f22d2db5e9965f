import { selectableSubjects } from '../alerts/selectable-subject.ts';
import { matches } from '../alerts/selectors.ts';
import type { Alert } from '../model/alert/alert.ts';
import type { Selector } from '../model/alert/policy.ts';
import { Estate, estateOf } from '../model/checks/estate.ts';
import { isWaste } from '../model/checks/waste.ts';
import type { SubnetAssessment, TargetAssessment } from '../model/result/assessment.ts';
import type { Finding, Subject } from '../model/result/finding.ts';
import { identityWithin } from '../model/result/identity.ts';

/** A supply that runs out within the time that a digest looks ahead. */
export interface ScarceSupply {
  readonly name: string;
  readonly supply: 'addresses' | 'prefixes';
  /** ISO 8601. */
  readonly at: string;
}

/** What a digest says of one target, or of several together. */
export interface DigestFacts {
  readonly subnets: number;
  readonly scarce: readonly ScarceSupply[];
  /** Subnets of which it is not known whether they run out: too little was seen of them, or they could not be measured. */
  readonly withoutForecast: number;
  readonly findings: readonly { readonly identity: string; readonly finding: Finding }[];
  readonly waste: readonly Finding[];
  readonly leaked: { readonly interfaces: number; readonly addresses: number };
  readonly firing: readonly Alert[];
}

/** How far a digest looks ahead (milliseconds): a new subnet is planned within a month. */
const AHEAD = 30 * 24 * 3_600_000;

/** What the selector lets through of a target's last scan and of its alerts. Pure. @param now epoch milliseconds */
export const digestFacts = (
  assessment: TargetAssessment,
  alerts: readonly Alert[],
  match: Selector,
  now: number,
): DigestFacts => {
  const estate = new Estate(estateOf(assessment));
  const selectable = selectableSubjects(
    estate,
    new Set(Object.keys(match.tags ?? {})),
    match.namespace !== undefined,
  );
  const passes = (
    subject: Subject,
    rules: readonly string[],
    severity: Alert['severity'] | 'info',
  ): boolean =>
    matches(match, {
      subject: selectable(subject),
      rules,
      ...(severity === 'warning' || severity === 'critical' ? { severity } : {}),
    });
  const { rule: _rule, severity: _severity, ...ofSubjects } = match;
  const subnets = assessment.subnets.filter((subnet) =>
    matches(ofSubjects, { subject: selectable(subjectOf(subnet, estate)), rules: [] }),
  );
  const covered = new Set(subnets.map(({ subnetId }) => subnetId));
  const findings = assessment.findings.filter(({ subject, kind, severity }) =>
    passes(subject, [kind], severity),
  );
  const leaked = assessment.leakedInterfaces.filter((each) => each.leaked && covered.has(each.subnetId));
  return {
    subnets: subnets.length,
    scarce: subnets.flatMap((subnet) => scarceSupplies(subnet, now)),
    withoutForecast: subnets.filter(
      ({ ipv6Native, forecast }) =>
        !ipv6Native &&
        (forecast.addresses?.exhaustionAt ?? null) === null &&
        (forecast.addresses?.probabilityWithin ?? null) === null,
    ).length,
    findings: findings
      .filter(({ severity }) => severity !== 'info')
      .map((finding) => ({ identity: identityWithin(finding.subject, finding.id), finding })),
    waste: findings.filter(isWaste),
    leaked: {
      interfaces: leaked.length,
      addresses: leaked.reduce((sum, { addresses }) => sum + addresses, 0),
    },
    firing: alerts.filter(
      ({ status, subject, rule, finding, severity }) =>
        status === 'firing' && passes(subject, [rule, finding.kind], severity),
    ),
  };
};

const subjectOf = (subnet: SubnetAssessment, estate: Estate): Subject => ({
  type: 'subnet',
  id: subnet.subnetId,
  name: subnet.name,
  accountId: subnet.accountId,
  region: subnet.region,
  vpcId: subnet.vpcId,
  clusterName: null,
  clusterNames: estate.clustersOf(subnet.subnetId),
  subnetIds: [subnet.subnetId],
});

const scarceSupplies = (
  { name, subnetId, forecast }: SubnetAssessment,
  now: number,
): readonly ScarceSupply[] =>
  (['addresses', 'prefixes'] as const).flatMap((supply) => {
    const at = forecast[supply]?.exhaustionAt ?? null;
    return at !== null && Date.parse(at) - now <= AHEAD ? [{ name: name ?? subnetId, supply, at }] : [];
  });

/** The facts of several targets as one. */
export const joinedFacts = (all: readonly DigestFacts[]): DigestFacts => ({
  subnets: all.reduce((sum, { subnets }) => sum + subnets, 0),
  scarce: all.flatMap(({ scarce }) => scarce).toSorted((a, b) => (a.at < b.at ? -1 : 1)),
  withoutForecast: all.reduce((sum, { withoutForecast }) => sum + withoutForecast, 0),
  findings: all.flatMap(({ findings }) => findings),
  waste: all.flatMap(({ waste }) => waste),
  leaked: {
    interfaces: all.reduce((sum, { leaked }) => sum + leaked.interfaces, 0),
    addresses: all.reduce((sum, { leaked }) => sum + leaked.addresses, 0),
  },
  firing: all.flatMap(({ firing }) => firing),
});
