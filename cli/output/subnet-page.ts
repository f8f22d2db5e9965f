import { printable } from '../../shared/model/base/invisible-characters.ts';
import { quoted } from '../../shared/model/base/shell-words.ts';
import { nameAndId } from '../../shared/model/base/text/names.ts';
import { number, percent, percentOf } from '../../shared/model/base/text/numbers.ts';
import { utcMinute } from '../../shared/model/base/text/times.ts';
import type { SubnetAssessment, TargetStatus } from '../../shared/model/result/assessment.ts';
import { chancesText, expectationText } from '../../shared/model/result/expectation.ts';
import type { Forecast } from '../../shared/model/result/forecast.ts';
import { addressSupply } from '../../shared/model/subnet/address-supply.ts';
import { hasNoFreeRange, inDoubt, largestFreeText } from '../../shared/model/subnet/free-range.ts';
import { ownerLabel } from '../../shared/report/figures.ts';
import { growthRows } from '../../shared/report/growth-text.ts';
import { type Io, paint } from '../base/io.ts';
import { renderAddressMap } from './address-map.ts';
import { renderFinding } from './finding-text.ts';
import { renderNotChecked } from './not-checked-text.ts';
import { nothingFoundIn } from './scan-table.ts';
import { sparkLine } from './spark-line.ts';
import type { ExplainDocument } from './subnet-documents.ts';
import { renderTable } from './table.ts';

const DAYS = 14;
const OWNERS_SHOWN = 12;
const LABEL = 14;

const line = (label: string, text: string): string => `${label.padEnd(LABEL)}${printable(text)}\n`;
const figure = (value: number | null | undefined): string => (value == null ? 'unknown' : number(value));

const supplyLines = (subnet: SubnetAssessment): string => {
  if (subnet.cidrBlock === null) return line('addresses', 'none: an IPv6-only subnet has no IPv4 addresses');
  const supply = addressSupply(subnet);
  const share = supply === null ? null : percentOf(supply.available, supply.usable);
  const { prefixes, fragmentationIndex, reservations } = subnet;
  const unknowns = inDoubt(subnet.unknowns);
  return [
    line(
      'addresses',
      `${figure(supply?.available)} of ${figure(supply?.usable)} available${share === null ? '' : ` (${share.toFixed(1)} %)`}, ${usedText(subnet, supply)}`,
    ),
    line(
      'prefixes',
      `${figure(prefixes?.free)} free, ${figure(prefixes?.assigned)} held; largest free block ${largestFreeText(subnet) ?? 'unknown'}${hasNoFreeRange(subnet) ? '' : `; ${fragmentationIndex === null ? 'fragmentation unknown' : `${percent(fragmentationIndex)} of the free addresses in no whole block`}`}`,
    ),
    ...(reservations ?? []).map(({ cidr, type, available }) =>
      line('reservation', `${cidr}, ${type}, ${number(available)} available in it`),
    ),
    ...[...new Set(unknowns.map(({ reason }) => reason))].map((reason) => line('unknown', reason)),
  ].join('');
};

/** Where the interfaces are not known, AWS's own count tells what is left, and so what is not. */
const usedText = (
  { usable, used, usableSingle }: SubnetAssessment,
  supply: ReturnType<typeof addressSupply>,
): string => {
  if (used === null && supply !== null)
    return `${number(supply.usable - supply.available)} in use or reserved, by AWS's own count`;
  const isApart = usableSingle != null && usableSingle !== usable;
  return `${figure(used)} in use${isApart ? ', in and outside of reservations' : ''}`;
};

const outlook = (label: string, forecast: Forecast | undefined, now: number): string => {
  if (forecast === undefined) return line(label, 'unknown: no earlier scans are known here');
  const { probabilityWithin, reason } = forecast;
  if (probabilityWithin === null) return line(label, `unknown: ${reason}`);
  const isEmpty = forecast.basis?.available != null && forecast.basis.available <= 0;
  return [
    line(label, expectationText(forecast, now)),
    ...(isEmpty ? [] : [line('', chancesText(probabilityWithin)), line('', reason)]),
  ].join('');
};

const whyNoOwners = ({ unknowns }: SubnetAssessment): string =>
  unknowns.find(({ field }) => field === 'owners')?.reason ?? 'not known';

/** What groups may still take here if all of them go to their maximum. */
const mayGrow = (
  io: Pick<Io, 'colour' | 'columns'>,
  subnet: SubnetAssessment,
  { status }: TargetStatus,
): string => {
  const { mayGrow: growth, owners } = subnet;
  if (growth !== undefined) {
    const table = renderTable(
      io,
      [
        { title: 'GROUP', cell: ({ group }) => group },
        {
          title: 'MORE NODES',
          align: 'right',
          cell: ({ moreNodes }) => number(moreNodes),
        },
        { title: 'AT THE START', align: 'right', cell: ({ atStart }) => atStart },
        { title: 'FULL OF PODS', align: 'right', cell: ({ whenFull }) => whenFull },
      ],
      growthRows(growth),
    );
    return status === 'ok'
      ? table
      : `${table}${line('unknown', 'There may be more groups: something could not be read.')}`;
  }
  if (owners === null) return line('unknown', whyNoOwners(subnet));
  return status === 'ok'
    ? 'No node group or Auto Scaling group can still grow here.\n'
    : line('unknown', 'No group that can still grow here is known: something could not be read.');
};

const noHistory = 'unknown: this scan is the first one here; --state or --table reads stored scans';

/** Everything about one subnet on a page. */
export const renderSubnetPage = (
  io: Pick<Io, 'colour' | 'columns'>,
  { subnet, map, clusters, findings, notChecked, alerts, history, scannedAt }: ExplainDocument,
  /** What the figures are from. */
  target: TargetStatus,
  now: number,
): string => {
  const dye = paint(io);
  const heading = (text: string): string => `\n${dye('bold', text)}\n`;
  const unchecked = renderNotChecked(io, notChecked ?? []);
  const owners = (subnet.owners ?? []).slice(0, OWNERS_SHOWN);
  const width = Math.max(20, Math.min(84, (io.columns ?? 80) - LABEL - 45));
  const past = (supply: 'addresses' | 'prefixes'): string =>
    history === null
      ? noHistory
      : (sparkLine(history[supply], now, { days: DAYS, width }) ??
        `unknown: nothing was measured in ${DAYS} days`);
  return [
    `${dye('bold', printable(nameAndId(subnet.name, subnet.subnetId)))}\n`,
    line(
      'where',
      `account ${subnet.accountId}, ${subnet.region}, ${subnet.availabilityZone ?? 'no zone'}, ${subnet.vpcId}`,
    ),
    line('range', subnet.cidrBlock ?? 'IPv6 only'),
    line('clusters', clusters.length === 0 ? 'none known' : clusters.join(', ')),
    line('scanned', utcMinute(scannedAt)),
    ...(subnet.interfacesReadAt === undefined
      ? []
      : [line('interfaces', `read ${utcMinute(subnet.interfacesReadAt)}, by an earlier scan`)]),
    heading('Supply'),
    supplyLines(subnet),
    ...(map === null ? [] : [heading('Address map'), renderAddressMap(io, map)]),
    heading('Holders'),
    subnet.owners === null
      ? line('unknown', whyNoOwners(subnet))
      : owners.length === 0
        ? 'No addresses are in use.\n'
        : renderTable(
            io,
            [
              { title: 'HOLDER', cell: (owner) => ownerLabel(owner) },
              { title: 'ADDRESSES', align: 'right', cell: ({ addresses }) => number(addresses) },
              {
                title: 'OF SUBNET',
                align: 'right',
                cell: ({ addresses }) => {
                  const part = percentOf(addresses, subnet.usable);
                  return part === null ? null : `${part.toFixed(1)} %`;
                },
              },
            ],
            owners,
          ),
    ...((subnet.owners?.length ?? 0) > OWNERS_SHOWN
      ? [
          `and ${number((subnet.owners?.length ?? 0) - OWNERS_SHOWN)} more: headroom owners --subnet ${quoted(subnet.subnetId)}\n`,
        ]
      : []),
    heading('May grow'),
    mayGrow(io, subnet, target),
    ...(subnet.cidrBlock === null
      ? []
      : [
          heading('History'),
          line('addresses', past('addresses')),
          ...(subnet.usesPrefixes === true ? [line('prefixes', past('prefixes'))] : []),
          heading('Forecast'),
          outlook('addresses', subnet.forecast.addresses, now),
          ...(subnet.usesPrefixes === true ? [outlook('prefixes', subnet.forecast.prefixes, now)] : []),
        ]),
    ...(alerts.length === 0
      ? []
      : [
          heading('Alerts'),
          ...alerts.map(({ severity, status, since, finding }) =>
            line(severity, `${status} since ${utcMinute(since)}: ${finding.title}`),
          ),
        ]),
    heading('Findings and remedies'),
    findings.length === 0
      ? nothingFoundIn({ targets: [target] })
      : findings.map((finding) => renderFinding(io, finding)).join('\n'),
    unchecked === '' ? '' : `\n${unchecked}`,
  ].join('');
};
