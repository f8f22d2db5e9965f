import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Alert } from '../model/alert/alert.ts';
import { number, percentOf } from '../model/base/text/numbers.ts';
import { utcMinute } from '../model/base/text/times.ts';
import { teamOf } from '../model/owners/team-tag.ts';
import type { AddressMap, SubnetAssessment, TargetAssessment } from '../model/result/assessment.ts';
import type { ClusterAssessment } from '../model/result/cluster.ts';
import type { SubnetHistory } from '../model/result/forecast.ts';
import { type Place, targetName } from '../model/result/identity.ts';
import type { NotChecked } from '../model/result/not-checked.ts';
import { addressSupply } from '../model/subnet/address-supply.ts';
import { possibleBlocks } from '../model/subnet/fragmentation.ts';
import { hasNoFreeRange } from '../model/subnet/free-range.ts';
import { mapShapes } from './address-map-svg.ts';
import { type AlertView, alertsSection } from './alerts-section.ts';
import { pageScript } from './behaviour/page-script.ts';
import { clustersSection } from './clusters-section.ts';
import { holdersBySubnet, ownersSection, summarySection, unknownSection } from './estate-sections.ts';
import { type Facets, filterable, filterBar, Places, union } from './facets.ts';
import { availableIn, ipv4Figure, nameHtml, ofUsable } from './figures.ts';
import { findingsSection } from './findings-section.ts';
import { type CountedSubnet, changeText, groupsSection } from './groups-section.ts';
import { historyPicture } from './history-picture.ts';
import { Html, html } from './html.ts';
import { notCheckedSection } from './not-checked-section.ts';
import { oldFigures, oldMark } from './old-figures.ts';
import { outlookStrip } from './outlook-strip.ts';
import { subnetPods } from './pods-parts.ts';
import { restOfPage } from './rest-of-page.ts';
import { runwaySection } from './runway-section.ts';
import { reportStyle } from './stylesheet.ts';
import { mapOrReason, readBefore, subnetDetail } from './subnet-detail.ts';
import { type ReportedTarget, targetsOf, targetsSection } from './targets-section.ts';
import { sinceLastWeek } from './week-before.ts';
import { type RankedSubnet, subnetKey, worstFirst } from './worst-first.ts';

export interface ReportInput {
  readonly assessments: readonly TargetAssessment[];
  readonly alerts: readonly Alert[];
  /** Checks that could say nothing of some resources. Absent: not known, because stored scans do not keep them. */
  readonly notChecked?: readonly NotChecked[];
  /** By `subnetKey`; empty where nothing remembers the past. */
  readonly histories: ReadonlyMap<string, SubnetHistory>;
  /** Where the figures come from, in a few words: `a live scan`. */
  readonly source: string;
  /** Epoch milliseconds: the present, as the report sees it. */
  readonly now: number;
  /** The page of a server: absent in a file. */
  readonly live?: LivePage;
}

/** What the page of a server has and a file has not. */
export interface LivePage extends AlertView {
  readonly targets: readonly ReportedTarget[];
  /** What the page sends with an action, so that no other page can; `null`: readers may not act. */
  readonly token: string | null;
  /** Differs from that of the server once there is something new. */
  readonly version: string;
}

/** Subnets with a row and their details in the page: the worst. The others are data for its script. */
const ROWS_SHOWN = 2_000;

/** Subnets that are shown with their map from the start. */
const WORST_SHOWN = 6;

const subnetCard = (ranked: RankedSubnet, places: Places, map: AddressMap | undefined, now: number): Html => {
  const { subnet, severity, first } = ranked;
  return html`<article class="card ${severity ?? ''}"${filterable(places.ofSubnet(ranked), [subnet.subnetId, subnet.name, subnet.cidrBlock, subnet.vpcId, subnet.accountId])}><h3>${severity === null ? null : html`<span class="chip ${severity}">${severity}</span> `}${oldMark(subnet, now)}<a href="#${ranked.key}">${nameHtml(subnet.name, subnet.subnetId)}</a></h3><p class="where">${subnet.subnetId} · ${subnet.cidrBlock ?? 'IPv6 only'} · ${subnet.availabilityZone ?? ''} · account ${subnet.accountId}${readBefore(subnet) === null ? null : ` · ${readBefore(subnet)}`}</p><div class="facts"><div><b>${availableIn(subnet)}</b>${ofUsable(subnet)} available</div><div><b>${ipv4Figure(subnet, subnet.prefixes?.free ?? null)}</b> free prefixes</div><div><span class="muted">${first.supply} run out:</span> ${outlookStrip(subnet, first.forecast, now)}</div></div>${mapOrReason(subnet, map)}${ranked.findings.slice(0, 3).map(({ title }) => html`<p>${title}</p>`)}</article>`;
};

const subnetRow = ({ ranked, facets, change }: CountedSubnet, hasPast: boolean, now: number): Html => {
  const { key, subnet, severity, first } = ranked;
  const supply = addressSupply(subnet);
  const free = supply === null ? null : percentOf(supply.available, supply.usable);
  const end = first.forecast?.exhaustionAt == null ? '' : Date.parse(first.forecast.exhaustionAt);
  const team = teamOf(subnet.tags);
  const words = [
    subnet.subnetId,
    subnet.name,
    subnet.cidrBlock,
    subnet.vpcId,
    subnet.accountId,
    subnet.region,
    subnet.availabilityZone,
    ...facets.cluster,
    team,
    severity,
  ];
  return html`<tr data-key="${key}"${filterable(facets, words)} data-team="${team ?? ''}" data-available="${supply?.available ?? ''}"${supply === null && subnet.cidrBlock !== null ? html` data-unknown=""` : null} data-usable="${supply?.usable ?? ''}" data-change="${change ?? ''}" data-end="${end}"><td class="id" data-v="${subnet.name ?? subnet.subnetId}"><button type="button" class="open" aria-expanded="false">${nameHtml(subnet.name, subnet.subnetId)}</button><br><small>${subnet.subnetId}</small></td><td data-v="${severity === 'critical' ? 0 : severity === 'warning' ? 1 : 2}">${severity === null ? null : html`<span class="chip ${severity}">${severity}</span> `}${oldMark(subnet, now)}</td><td data-v="${end}">${outlookStrip(subnet, first.forecast, now)}</td><td class="n" data-v="${free ?? ''}">${availableIn(subnet)}<small>${ofUsable(subnet)}</small><span class="bar ${severity ?? ''}"><i style="width:${free === null ? 0 : Math.round(100 - free)}%"></i></span></td>${hasPast ? html`<td class="n" data-v="${change ?? ''}">${changeText(change)}</td>` : null}<td class="n" data-v="${subnet.prefixes?.free ?? ''}">${ipv4Figure(subnet, subnet.prefixes?.free ?? null)}</td><td class="n wide" data-v="${subnet.fragmentationIndex ?? ''}">${hasNoFreeRange(subnet) ? html`<span class="muted">none free</span>` : subnet.fragmentationIndex === null ? ipv4Figure(subnet, null) : html`${Math.round(100 * subnet.fragmentationIndex)} %`}</td><td class="wide">${subnet.cidrBlock ?? 'IPv6 only'}</td><td class="wide"><small>${subnet.vpcId}<br>${subnet.accountId} ${subnet.availabilityZone ?? subnet.region}</small></td></tr>`;
};

const subnetsSection = (
  counted: readonly CountedSubnet[],
  vpcNames: Readonly<Record<string, string>>,
  hasPast: boolean,
  now: number,
  others: number,
): Html =>
  html`<section id="subnets"><h2>All subnets</h2><p class="muted">Worst first. Open a subnet for its map, owners and forecast. Sort by any column. ${others === 0 ? null : html`These are the worst ${number(counted.length)} of ${number(counted.length + others)}; search, filters and sums look at all. `}<button type="button" id="by-vpc" aria-pressed="false">Group by VPC</button> <span id="found" role="status"></span></p><div class="scroll" tabindex="0" role="region" aria-label="All subnets"><table class="subnets sortable" data-vpcs="${JSON.stringify(vpcNames)}"><thead><tr><th scope="col">Subnet</th><th scope="col">State</th><th scope="col">Runs out</th><th scope="col" class="n">Available</th>${hasPast ? html`<th scope="col" class="n">Since last week</th>` : null}<th scope="col" class="n">Free prefixes</th><th scope="col" class="n wide">Fragmented</th><th scope="col" class="wide">Range</th><th scope="col" class="wide">Where</th></tr></thead><tbody>${counted.map((each) => subnetRow(each, hasPast, now))}</tbody></table></div>${others === 0 ? null : html`<p><button type="button" id="more">Show more</button></p>`}</section>`;

const vpcNamesOf = (assessments: readonly TargetAssessment[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    assessments.flatMap(({ vpcs }) =>
      vpcs.flatMap(({ vpcId, name }) => (name === null ? [] : [[vpcId, name]])),
    ),
  );

/** What a reader sees who opens a subnet. */
export const detailBody = ({
  subnet,
  map,
  history,
  clustersWithPods,
  now,
}: {
  readonly subnet: SubnetAssessment;
  readonly map: AddressMap | undefined;
  readonly history: SubnetHistory | undefined;
  /** The clusters whose pods are known. */
  readonly clustersWithPods: readonly ClusterAssessment[];
  readonly now: number;
}): string => {
  const pictures = html`${subnetPods(subnet, clustersWithPods)}${historyPicture(history?.addresses, addressSupply(subnet)?.usable ?? null, 'addresses', subnet.forecast.addresses, now)}${
    subnet.usesPrefixes === true
      ? historyPicture(history?.prefixes, possibleBlocks(subnet), 'prefixes', subnet.forecast.prefixes, now)
      : null
  }`;
  return html`<div class="detail-body">${subnetDetail(subnet, map, now, pictures)}</div>`.text;
};

/** A data block is not parsed as markup, so that thousands of details cost nothing until one is opened. */
const dataBlock = (details: Readonly<Record<string, string>>): Html =>
  new Html(
    `<script type="application/octet-stream" id="details">${gzipSync(JSON.stringify(details)).toString('base64')}</script>`,
  );

/**
 * Nothing is loaded and nothing is sent; the one script is the one that was written here. The page of a server asks that
 * server for changes, and sends it what readers do.
 */
const contentPolicy = (script: string, isLive: boolean): string =>
  [
    "default-src 'none'",
    ...(isLive ? ["connect-src 'self'"] : []),
    `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
    "style-src 'unsafe-inline'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');

const SECTIONS = [
  ...['runway', 'summary', 'alerts', 'subnets', 'groups', 'worst', 'findings', 'clusters', 'owners'],
  ...['targets', 'unknown'],
];

/** A button to draw the page again, and whether it does so by itself. */
const liveBar = ({ version }: LivePage): Html =>
  html`<p class="live" data-version="${version}"><button type="button" id="refresh">Refresh</button> <label><input type="checkbox" id="auto" checked> and after each scan</label> <a href="scan.json">scan.json</a> <a href="alerts.json">alerts.json</a> <a href="metrics">metrics</a></p>`;

/**
 * The report as one self-contained HTML file: it needs no network, runs from `file://`, and shows whatever names it is
 * given as text. Details of subnets are drawn here and laid out by the browser only when one is opened.
 */
export const reportPage = ({
  assessments,
  alerts,
  notChecked = [],
  histories,
  source,
  now,
  live,
}: ReportInput): string => {
  const ranked = worstFirst(assessments);
  const places = new Places(assessments);
  const counted = ranked.map(
    (each): CountedSubnet => ({
      ranked: each,
      facets: places.ofSubnet(each),
      change: sinceLastWeek(histories.get(each.key), now),
    }),
  );
  const facetsByKey = new Map(counted.map(({ ranked: { key }, facets }) => [key, facets] as const));
  const facetsOfSubnets = (place: Place, subnetIds: readonly string[]): readonly Facets[] =>
    subnetIds.flatMap((subnetId) => facetsByKey.get(subnetKey({ ...place, subnetId })) ?? []);
  const byTarget = Map.groupBy(counted, ({ ranked: { subnet } }) => targetName(subnet));
  const hasPast = counted.some(({ change }) => change !== null);
  const maps = new Map(
    assessments.flatMap(({ target, maps: drawn }) =>
      drawn.map((map) => [subnetKey({ ...target, subnetId: map.subnetId }), map] as const),
    ),
  );
  const clustersWithPods = assessments.flatMap(({ clusters }) => clusters.filter(({ pods }) => pods != null));
  const shown = counted.slice(0, ROWS_SHOWN);
  const others = counted.slice(ROWS_SHOWN);
  const details = Object.fromEntries(
    shown.map(({ ranked: { key, subnet } }) => [
      key,
      detailBody({ subnet, map: maps.get(key), history: histories.get(key), clustersWithPods, now }),
    ]),
  );
  const findings = findingsSection(
    assessments.flatMap((assessment) => assessment.findings),
    places,
  );
  const rest =
    others.length + findings.rest.length === 0
      ? {}
      : { rest: restOfPage(others, findings.rest, places, now) };
  const firing = alertsSection(alerts, places, now, live);
  const worst = ranked.filter(({ subnet }) => addressSupply(subnet) !== null).slice(0, WORST_SHOWN);
  const unread = assessments.filter(({ target }) => target.status !== 'ok').length;
  const script = pageScript();
  const scannedAt = assessments.map((assessment) => assessment.scannedAt).toSorted();
  const from = scannedAt[0];
  const to = scannedAt.at(-1);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${contentPolicy(script, live !== undefined)}"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><title>Headroom report</title><link rel="icon" href="data:,"><style>${new Html(reportStyle())}</style></head>
<body class="hr"${live?.token == null ? null : html` data-token="${live.token}"`}><a class="skip" href="#subnets">Skip to the subnets</a><header class="top"><h1>Headroom report</h1><p class="where">From ${source}${from === undefined || to === undefined ? null : from === to ? html`, scanned ${utcMinute(from)}` : html`, scanned from ${utcMinute(from)} to ${utcMinute(to)}`}${live === undefined ? html` · written ${utcMinute(new Date(now).toISOString())}` : null}</p>${live === undefined ? null : liveBar(live)}</header>
<nav aria-label="Sections"><div><label for="search" class="muted">Search</label><input id="search" type="search" placeholder="subnet, name, range, VPC, account, cluster" autocomplete="off">${SECTIONS.filter((section) => section !== 'alerts' || firing !== null).map((section) => html`<a href="#${section}">${section}</a> `)}${filterBar(union([...facetsByKey.values()]))}</div></nav>
<main>${oldFigures(assessments, now)}${runwaySection(ranked, places, now, unread)}${summarySection(assessments, ranked, now)}${firing}${subnetsSection(shown, vpcNamesOf(assessments), hasPast, now, others.length)}${groupsSection(counted)}<section id="worst"><h2>Maps of the worst subnets</h2>${mapShapes()}<div class="cards">${worst.map((subnet) => subnetCard(subnet, places, maps.get(subnet.key), now))}</div></section>${findings.section}${clustersSection(
    assessments.flatMap(({ clusters }) => clusters),
    assessments.every(({ target }) => target.errors.length === 0),
    (cluster) => ({
      ...union(facetsOfSubnets(cluster, cluster.subnetIds)),
      account: [cluster.accountId],
      cluster: [cluster.clusterName],
    }),
  )}${ownersSection(ranked, unread, shown.length)}${targetsSection(
    live?.targets ?? targetsOf(assessments),
    (target) => (byTarget.get(targetName(target)) ?? []).map(({ facets }) => facets),
    now,
  )}${unknownSection(assessments, (subnet) => facetsByKey.get(subnetKey(subnet)) ?? union([]))}${notCheckedSection(notChecked, places)}</main>
<footer><p>Each cell of a map is a /28 block of 16 addresses, in address order. Only a whole free block can become a prefix. Unknown is never zero: a missing figure has its reason.</p><noscript><p>Scripts are off. Search, sorting and the details of subnets need them.</p></noscript></footer>${dataBlock({ ...details, ...Object.fromEntries(findings.later), holders: holdersBySubnet(shown.map(({ ranked: each }) => each)), ...rest })}<script>${new Html(script)}</script></body></html>
`;
  return page.text;
};
