import { printable } from '../../shared/model/base/invisible-characters.ts';
import { shortDuration } from '../../shared/model/base/text/durations.ts';
import { count, percent, verb } from '../../shared/model/base/text/numbers.ts';
import { utcMinute } from '../../shared/model/base/text/times.ts';
import { CHECKS } from '../../shared/model/checks/checks.ts';
import type { SubnetAssessment } from '../../shared/model/result/assessment.ts';
import { compareSeverity, type Finding, type Severity } from '../../shared/model/result/finding.ts';
import { subjectIdentity } from '../../shared/model/result/identity.ts';
import type { Unknown } from '../../shared/model/result/unknown.ts';
import { addressSupply } from '../../shared/model/subnet/address-supply.ts';
import { inDoubt, largestFreeText } from '../../shared/model/subnet/free-range.ts';
import { compareUrgency, firstToRunOut, type JudgedSubnet } from '../../shared/model/subnet/urgency.ts';
import type { ScanDocument } from '../../shared/pipeline/scan-document.ts';
import type { Io } from '../base/io.ts';
import { paint } from '../base/io.ts';
import { placeIn } from './finding-text.ts';
import { firstAndOthers } from './first-and-others.ts';
import { type Listing, type ListingColumn, listingTable } from './listing.ts';
import { problemText } from './problem-text.ts';
import { wholeNumber } from './table.ts';

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

/** The worst that was found of a subnet, by the supply that it is about. */
type SubnetLevels = ReadonlyMap<'addresses' | 'prefixes' | 'any', Severity>;

const SUPPLY_OF: ReadonlyMap<string, 'addresses' | 'prefixes'> = new Map(
  CHECKS.flatMap(({ kind, supply }) => (supply === undefined ? [] : [[kind, supply] as const])),
);

const levelsOf = (findings: readonly Finding[], subnetId: string): SubnetLevels => {
  const levels = new Map<'addresses' | 'prefixes' | 'any', Severity>();
  for (const { kind, severity, subject } of findings) {
    if (subject.type !== 'subnet' || subject.id !== subnetId) continue;
    for (const part of ['any', SUPPLY_OF.get(kind)] as const) {
      if (part === undefined) continue;
      const known = levels.get(part);
      if (known === undefined || compareSeverity(severity, known) > 0) levels.set(part, severity);
    }
  }
  return levels;
};

/** One subnet as a row, with the level of each of its figures. */
export interface SubnetRow {
  readonly subnet: SubnetAssessment;
  readonly levels: SubnetLevels;
}

const styleOf =
  (part: 'addresses' | 'prefixes' | 'any') =>
  ({ levels }: SubnetRow): 'red' | 'yellow' | 'cyan' | null => {
    const level = levels.get(part);
    return level === undefined ? null : STYLE[level];
  };

/** When the supply that ends first is empty: now where one is. */
const endOf = (subnet: SubnetAssessment, now: number): string | null => {
  const { forecast, isEmpty } = firstToRunOut(subnet);
  return isEmpty ? new Date(now).toISOString() : (forecast?.exhaustionAt ?? null);
};

/** Addresses in use at places that the scan does not know: free blocks may be smaller by them. */
const unseenIn = ({ unaccounted }: SubnetAssessment): number | null =>
  unaccounted === null ? null : Math.max(0, unaccounted);

export const subnetColumns = (now: number): readonly ListingColumn<SubnetRow>[] => [
  { title: 'NAME', cell: ({ subnet }) => subnet.name, shortest: 12 },
  {
    title: 'LEVEL',
    wide: true,
    cell: ({ levels }) => levels.get('any') ?? 'ok',
    style: styleOf('any'),
    order: ({ levels }) => rankOf(levels),
  },
  { title: 'ZONE', leaveOut: 3, cell: ({ subnet }) => subnet.availabilityZone },
  {
    title: 'RANGE',
    leaveOut: 5,
    cell: ({ subnet }) => subnet.cidrBlock ?? (subnet.ipv6Native ? 'IPv6 only' : null),
  },
  {
    title: 'USED',
    align: 'right',
    leaveOut: 4,
    cell: ({ subnet }) => wholeNumber(subnet.used),
    value: ({ subnet }) => subnet.used,
  },
  {
    title: 'AVAILABLE',
    align: 'right',
    cell: ({ subnet }) => wholeNumber(addressSupply(subnet)?.available),
    value: ({ subnet }) => addressSupply(subnet)?.available ?? null,
    style: styleOf('addresses'),
  },
  {
    title: 'PREFIXES',
    align: 'right',
    cell: ({ subnet }) => wholeNumber(subnet.prefixes?.free),
    value: ({ subnet }) => subnet.prefixes?.free ?? null,
    style: styleOf('prefixes'),
  },
  {
    title: 'LARGEST',
    leaveOut: 6,
    cell: ({ subnet }) => largestFreeText(subnet)?.replace(/^.*\//, '/') ?? null,
  },
  {
    title: 'FRAGMENTED',
    align: 'right',
    leaveOut: 7,
    cell: ({ subnet: { fragmentationIndex } }) =>
      fragmentationIndex === null ? null : percent(fragmentationIndex),
    value: ({ subnet }) => subnet.fragmentationIndex,
  },
  {
    title: 'UNSEEN',
    align: 'right',
    wide: true,
    cell: ({ subnet }) => wholeNumber(unseenIn(subnet)),
    value: ({ subnet }) => unseenIn(subnet),
  },
  {
    title: 'RUNS OUT IN',
    align: 'right',
    leaveOut: 2,
    cell: ({ subnet }) => runwayText(endOf(subnet, now), now),
    value: ({ subnet }) => endOf(subnet, now),
  },
  { title: 'REGION', leaveOut: 8, cell: ({ subnet }) => subnet.region },
  { title: 'ACCOUNT', leaveOut: 9, cell: ({ subnet }) => subnet.accountId },
  { title: 'VPC', wide: true, cell: ({ subnet }) => subnet.vpcId },
  { title: 'SUBNET', leaveOut: 1, cell: ({ subnet }) => subnet.subnetId },
];

const rankOf = (levels: SubnetLevels): number => {
  const level = levels.get('any');
  return level === undefined ? 3 : ['critical', 'warning', 'info'].indexOf(level);
};

const judged = ({ subnet, levels }: SubnetRow): JudgedSubnet => ({
  subnet,
  severity: levels.get('any') ?? null,
});

/** The subnets of a scan, the worst first: what is empty now, then by level, then by when it runs out. */
export const subnetListing = (document: ScanDocument): Listing<SubnetRow> => ({
  columns: subnetColumns(Date.parse(document.scannedAt)),
  rows: document.subnets
    .map((subnet) => ({ subnet, levels: levelsOf(document.findings, subnet.subnetId) }))
    .toSorted((a, b) => compareUrgency(judged(a), judged(b))),
  nameOf: ({ subnet }) => subnet.subnetId,
});

const summaryOf = ({ targets, subnets, scannedAt }: ScanDocument): string => {
  const accounts = new Set(targets.map(({ accountId }) => accountId)).size;
  const regions = new Set(targets.map(({ region }) => region)).size;
  // A shared subnet is in the scans of its owner and of every participant.
  const different = new Set(subnets.map(({ subnetId }) => subnetId)).size;
  return `${count(different, 'subnet')} in ${count(accounts, 'account')} and ${count(regions, 'Region')}, scanned ${utcMinute(scannedAt)}`;
};

/** Findings by subject, the worst first: what is wrong, the first thing to do about it, and what else is said of the same thing. */
export const renderFindings = (
  io: Io,
  { findings, targets }: Pick<ScanDocument, 'findings' | 'targets'>,
): string => {
  const dye = paint(io);
  const placeOf = placeIn(targets);
  const bySubject = Map.groupBy(findings, ({ subject }) => subjectIdentity(subject));
  return [...bySubject.values()]
    .map(([worst, ...others]) => {
      if (worst === undefined) return '';
      const remedy = worst.remedies[0];
      const place = placeOf(worst.subject);
      const lines = [
        `${dye(STYLE[worst.severity], worst.severity.padEnd(8))}  ${printable(worst.title)}`,
        ...(worst.also ?? []).map(
          ({ title }) => `${' '.repeat(10)}${dye('dim', 'also')} ${printable(title)}`,
        ),
        ...others.map(
          ({ severity, title }) => `${' '.repeat(10)}${dye(STYLE[severity], 'also')} ${printable(title)}`,
        ),
        ...[place, remedy?.title].flatMap((line) =>
          line == null ? [] : [`${' '.repeat(10)}${dye('dim', printable(line))}`],
        ),
      ];
      return `${lines.join('\n')}\n`;
    })
    .join('');
};

/** Where the scan went well and saw no subnet: it may have looked in the wrong place. `null`: there are subnets, or none was seen. */
const emptyEstate = ({
  targets,
  vpcs,
  subnets,
}: Pick<ScanDocument, 'targets' | 'vpcs' | 'subnets'>): string | null => {
  const scanned = targets.filter(({ status }) => status !== 'failed');
  if (subnets.length > 0 || scanned.length === 0) return null;
  const where = scanned.map(({ accountId, region }) => `${accountId} ${region}`).join(', ');
  return vpcs.length === 0
    ? `No VPCs in ${printable(where)}. Is the Region right? \`--all-regions\` scans them all.\n`
    : `The ${count(vpcs.length, 'VPC')} in ${printable(where)} ${verb(vpcs.length, 'has')} no subnets.\n`;
};

/** In place of findings. That nothing was found in nothing is no all-clear. */
export const nothingFound = (document: Pick<ScanDocument, 'targets' | 'vpcs' | 'subnets'>): string =>
  emptyEstate(document) ?? nothingFoundIn(document);

/** The same of what is there. */
export const nothingFoundIn = ({ targets }: Pick<ScanDocument, 'targets'>): string =>
  targets.every(({ status }) => status === 'ok')
    ? 'Nothing found.\n'
    : 'Nothing found in what could be read.\n';

/** In place of clusters. Where a reading failed, it is not known that there are none. */
export const noClusters = ({ targets }: Pick<ScanDocument, 'targets'>): string =>
  targets.some(({ errors }) => errors.length > 0)
    ? 'No clusters are known: something could not be read.\n'
    : 'No clusters found: EKS lists none, and no tags name one.\n';

export const renderProblems = (io: Io, document: Pick<ScanDocument, 'targets'>): string =>
  document.targets
    .flatMap((target) => target.errors.map((problem) => problemText(io, problem, target)))
    .join('');

/** What could not be measured, grouped by reason: fifty subnets with one cause are one line. */
const renderUnknowns = (io: Io, { subnets }: Pick<ScanDocument, 'subnets'>): string =>
  unknownLines(
    io,
    subnets.map(({ subnetId, unknowns }) => ({ where: subnetId, unknowns })),
  );

/** The same of clusters as well: what no finding can be about, because it is not known. */
export const renderAllUnknowns = (
  io: Io,
  { subnets, clusters }: Pick<ScanDocument, 'subnets' | 'clusters'>,
): string =>
  unknownLines(io, [
    ...subnets.map(({ subnetId, unknowns }) => ({ where: subnetId, unknowns })),
    ...clusters.map(({ clusterName, unknowns }) => ({ where: clusterName, unknowns })),
  ]);

const unknownLines = (
  io: Io,
  places: readonly { readonly where: string; readonly unknowns: readonly Unknown[] }[],
): string => {
  const dye = paint(io);
  const byReason = new Map<string, Set<string>>();
  for (const { where, unknowns } of places) {
    for (const { reason } of inDoubt(unknowns))
      byReason.set(reason, (byReason.get(reason) ?? new Set()).add(where));
  }
  return [...byReason]
    .map(
      ([reason, named]) =>
        `${dye('yellow', 'unknown')}  ${printable(`${firstAndOthers(named)}: ${reason}`)}\n`,
    )
    .join('');
};

/** What stands below the subnets: what was found, what is not known, and what was scanned. */
export const scanNotes = (io: Io, document: ScanDocument): string => {
  const dye = paint(io);
  const parts: string[] = [];
  const empty = emptyEstate(document);
  if (empty !== null) parts.push(empty);
  if (document.findings.length > 0) {
    parts.push(
      `${renderFindings(io, document)}${dye('dim', 'Evidence, all remedies and their commands: headroom findings')}\n`,
    );
  }
  const notes = renderUnknowns(io, document) + renderProblems(io, document);
  if (notes !== '') parts.push(notes);
  if (document.subnets.length > 0) parts.push(`${dye('dim', summaryOf(document))}\n`);
  return parts.join('\n');
};

/** The subnets, the worst first, as people read them. */
export const renderScan = (io: Io, document: ScanDocument): string =>
  [
    ...(document.subnets.length === 0
      ? []
      : [listingTable(io, subnetListing(document), { wide: false, headers: true })]),
    scanNotes(io, document),
  ].join('\n');
