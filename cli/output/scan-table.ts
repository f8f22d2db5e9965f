import { printable } from '../../shared/model/base/invisible-characters.ts';
import { shortDuration } from '../../shared/model/base/text/durations.ts';
import { shorten } from '../../shared/model/base/text/names.ts';
import { count, percent } from '../../shared/model/base/text/numbers.ts';
import { utcMinute } from '../../shared/model/base/text/times.ts';
import type { SubnetAssessment } from '../../shared/model/result/assessment.ts';
import type { Finding, Severity } from '../../shared/model/result/finding.ts';
import { subjectIdentity } from '../../shared/model/result/identity.ts';
import { addressSupply } from '../../shared/model/subnet/address-supply.ts';
import type { ScanDocument } from '../../shared/pipeline/scan-document.ts';
import type { Io } from '../base/io.ts';
import { paint } from '../base/io.ts';
import { problemText } from './problem-text.ts';
import { type Column, renderTable, wholeNumber } from './table.ts';

const NAME_WIDTH = 28;
const STYLE: Readonly<Record<Severity, 'red' | 'yellow' | 'cyan'>> = {
  critical: 'red',
  warning: 'yellow',
  info: 'cyan',
};

/** The time until a supply runs out; `now` if none is left, and `null` when no end is expected. */
export const runwayText = (exhaustionAt: string | null, now: number): string | null => {
  if (exhaustionAt === null) return null;
  const left = Date.parse(exhaustionAt) - now;
  return left <= 0 ? 'now' : shortDuration(left);
};

const runwayOf = ({ forecast }: SubnetAssessment, now: number): string | null => {
  const ends = [forecast.addresses?.exhaustionAt, forecast.prefixes?.exhaustionAt].filter(
    (end) => end != null,
  );
  return ends.length === 0 ? null : runwayText(ends.toSorted()[0] ?? null, now);
};

const worstOf = (findings: readonly Finding[], subnetId: string): Severity | null => {
  const own = findings.filter(({ subject }) => subject.type === 'subnet' && subject.id === subnetId);
  return (
    (['critical', 'warning', 'info'] as const).find((severity) => own.some((f) => f.severity === severity)) ??
    null
  );
};

const columnsFor = (document: ScanDocument): Column<SubnetAssessment>[] => {
  const now = Date.parse(document.scannedAt);
  return [
    {
      title: 'SUBNET',
      cell: ({ subnetId }) => subnetId,
      style: ({ subnetId }) => {
        const worst = worstOf(document.findings, subnetId);
        return worst === null ? null : STYLE[worst];
      },
    },
    { title: 'NAME', cell: ({ name }) => (name === null ? null : shorten(name, NAME_WIDTH)) },
    { title: 'ZONE', cell: ({ availabilityZone }) => availabilityZone },
    { title: 'RANGE', cell: ({ cidrBlock, ipv6Native }) => cidrBlock ?? (ipv6Native ? 'IPv6 only' : null) },
    { title: 'USED', align: 'right', cell: ({ used }) => wholeNumber(used) },
    { title: 'AVAILABLE', align: 'right', cell: (subnet) => wholeNumber(addressSupply(subnet)?.available) },
    { title: 'PREFIXES', align: 'right', cell: ({ prefixes }) => wholeNumber(prefixes?.free) },
    { title: 'LARGEST', cell: ({ largestFreeBlock }) => largestFreeBlock?.replace(/^.*\//, '/') ?? null },
    {
      title: 'FRAGMENTED',
      align: 'right',
      cell: ({ fragmentationIndex }) => (fragmentationIndex === null ? null : percent(fragmentationIndex)),
    },
    { title: 'RUNS OUT IN', align: 'right', cell: (subnet) => runwayOf(subnet, now) },
  ];
};

const summaryOf = ({ targets, subnets, scannedAt }: ScanDocument): string => {
  const accounts = new Set(targets.map(({ accountId }) => accountId)).size;
  const regions = new Set(targets.map(({ region }) => region)).size;
  return `${count(subnets.length, 'subnet')} in ${count(accounts, 'account')} and ${count(regions, 'Region')}, scanned ${utcMinute(scannedAt)}`;
};

/** Findings by subject, the worst first: what is wrong, the first thing to do about it, and what else is said of the same thing. */
export const renderFindings = (io: Io, findings: readonly Finding[]): string => {
  const dye = paint(io);
  const bySubject = Map.groupBy(findings, ({ subject }) => subjectIdentity(subject));
  return [...bySubject.values()]
    .map(([worst, ...others]) => {
      if (worst === undefined) return '';
      const remedy = worst.remedies[0];
      const lines = [
        `${dye(STYLE[worst.severity], worst.severity.padEnd(8))}  ${printable(worst.title)}`,
        ...(worst.also ?? []).map(
          ({ title }) => `${' '.repeat(10)}${dye('dim', 'also')} ${printable(title)}`,
        ),
        ...others.map(
          ({ severity, title }) => `${' '.repeat(10)}${dye(STYLE[severity], 'also')} ${printable(title)}`,
        ),
        ...(remedy === undefined ? [] : [`${' '.repeat(10)}${dye('dim', printable(remedy.title))}`]),
      ];
      return `${lines.join('\n')}\n`;
    })
    .join('');
};

export const renderProblems = (io: Io, document: Pick<ScanDocument, 'targets'>): string =>
  document.targets
    .flatMap((target) => target.errors.map((problem) => problemText(io, problem, target)))
    .join('');

/** What could not be measured, grouped by reason: fifty subnets with one cause are one line. */
const renderUnknowns = (io: Io, { subnets }: ScanDocument): string => {
  const dye = paint(io);
  const byReason = new Map<string, { subnets: Set<string>; fields: Set<string> }>();
  for (const { subnetId, unknowns } of subnets) {
    for (const { field, reason } of unknowns) {
      const group = byReason.get(reason) ?? { subnets: new Set(), fields: new Set() };
      group.subnets.add(subnetId);
      group.fields.add(field);
      byReason.set(reason, group);
    }
  }
  return [...byReason]
    .map(([reason, group]) => {
      const [first, ...others] = group.subnets;
      const where = others.length === 0 ? first : `${first} and ${count(others.length, 'other')}`;
      return `${dye('yellow', 'unknown')}  ${printable(`${where}: ${reason}`)}\n`;
    })
    .join('');
};

/** The free share of the single addresses; what is not known comes last. */
const freeShare = (subnet: SubnetAssessment): number => {
  const supply = addressSupply(subnet);
  return supply === null || supply.usable === 0 ? 2 : supply.available / supply.usable;
};

/** The subnets, scarcest first, as people read them. */
export const renderScan = (io: Io, document: ScanDocument): string => {
  const dye = paint(io);
  const parts: string[] = [];
  const ranked = document.subnets.toSorted((a, b) => freeShare(a) - freeShare(b));
  const groups = Map.groupBy(ranked, ({ accountId, region, vpcId }) => `${accountId}  ${region}  ${vpcId}`);
  for (const [heading, subnets] of [...groups].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const vpc = document.vpcs.find(({ vpcId }) => vpcId === subnets[0]?.vpcId);
    const name = vpc?.name == null ? '' : `  ${shorten(printable(vpc.name), NAME_WIDTH)}`;
    parts.push(
      `${dye('bold', printable(heading))}${name}\n${renderTable(io, columnsFor(document), subnets)}`,
    );
  }
  const scanned = document.targets.filter(({ status }) => status !== 'failed');
  if (document.subnets.length === 0 && scanned.length > 0) {
    const where = scanned.map(({ accountId, region }) => `${accountId} ${region}`).join(', ');
    parts.push(
      document.vpcs.length === 0
        ? `No VPCs in ${printable(where)}. Is the Region right?\n`
        : `The ${count(document.vpcs.length, 'VPC')} in ${printable(where)} ${document.vpcs.length === 1 ? 'has' : 'have'} no subnets.\n`,
    );
  }
  if (document.findings.length > 0) {
    parts.push(
      `${renderFindings(io, document.findings)}${dye('dim', 'headroom findings shows the evidence, all remedies and their commands')}\n`,
    );
  }
  const notes = renderUnknowns(io, document) + renderProblems(io, document);
  if (notes !== '') parts.push(notes);
  if (document.subnets.length > 0) parts.push(`${dye('dim', summaryOf(document))}\n`);
  return parts.join('\n');
};
