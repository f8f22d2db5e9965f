import type { Alert } from '../model/alert/alert.ts';
import { shortDuration } from '../model/base/text/durations.ts';
import { shorten } from '../model/base/text/names.ts';
import { count, number, percent, percentOf } from '../model/base/text/numbers.ts';
import { utcMinute } from '../model/base/text/times.ts';
import type { SubnetAssessment, TargetAssessment } from '../model/result/assessment.ts';
import { compareSeverity, type Finding } from '../model/result/finding.ts';
import type { SubnetHistory } from '../model/result/forecast.ts';
import { addressSupply } from '../model/subnet/address-supply.ts';
import { mapShapes } from './address-map-svg.ts';
import { availableIn, figure, ipv4Figure, nameHtml, ofUsable } from './figures.ts';
import { renderRemedy } from './findings-section.ts';
import { historyChart, type LowShares } from './history-chart.ts';
import { Html, html } from './html.ts';
import { oldFigures, oldMark } from './old-figures.ts';
import { outlookStrip } from './outlook-strip.ts';
import { subnetPods } from './pods-parts.ts';
import { widgetStyle } from './stylesheet.ts';
import { subnetDetail } from './subnet-detail.ts';
import type { WidgetRequest } from './widget-request.ts';
import { type RankedSubnet, subnetKey, worstFirst } from './worst-first.ts';

export interface WidgetInput {
  readonly request: WidgetRequest;
  /** Of every target that the request is about. */
  readonly assessments: readonly TargetAssessment[];
  /** Alerts of these targets, with the end of the mute that holds one back; `null`: the state could not be read, or was not asked for. */
  readonly alerts?: readonly WidgetAlert[] | null;
  /** By `subnetKey`: of those subnets whose past is shown. */
  readonly histories?: ReadonlyMap<string, SubnetHistory>;
  /** Below these shares of the capacity a subnet is low. */
  readonly lowShares?: LowShares;
  /** The subnets in the graphs of the fleet board; absent: all. */
  readonly graphed?: ReadonlySet<SubnetAssessment>;
  /** The runbook that was asked for; `null` or absent: there is none of that name. */
  readonly runbook?: { readonly title: string; readonly sections: Html } | null;
  /** The widget's own function: what a click calls. */
  readonly endpoint: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

export interface WidgetAlert {
  readonly alert: Alert;
  /** ISO 8601; `null`: no mute of a person holds it back. */
  readonly mutedUntil: string | null;
}

const NO_SHARES: LowShares = { warning: null, critical: null };

type Place = Partial<Record<'accountId' | 'region' | 'vpcId' | 'subnetId' | 'view' | 'check', string>>;

const WORST_SHOWN = 15;
const SUBNETS_SHOWN = 100;
const VPCS_SHOWN = 25;
/** Targets that could not be scanned in full: the others are counted. */
const TROUBLED_SHOWN = 20;
const LONGEST_REASON = 400;

/** A button, and what CloudWatch does when it is chosen: `cwdb-action` belongs to the element before it. */
const go = (endpoint: string, place: Place, words: Html): Html =>
  html`<button type="button" class="go">${words}</button><cwdb-action action="call" display="widget" endpoint="${endpoint}">${JSON.stringify(place)}</cwdb-action>`;

const placeOf = ({ subnet }: RankedSubnet): Place => ({
  accountId: subnet.accountId,
  region: subnet.region,
  subnetId: subnet.subnetId,
});

const subnetTable = (ranked: readonly RankedSubnet[], endpoint: string, now: number): Html =>
  html`<div class="scroll"><table><thead><tr><th>Subnet</th><th>State</th><th>Runs out</th><th class="n">Available</th><th class="n">Free prefixes</th><th>Where</th></tr></thead><tbody>${ranked.map(
    (each) => {
      const { subnet, severity, first } = each;
      const supply = addressSupply(subnet);
      const free = supply === null ? null : percentOf(supply.available, supply.usable);
      return html`<tr><td>${go(endpoint, placeOf(each), nameHtml(subnet.name, subnet.subnetId))}</td><td>${severity === null ? null : html`<span class="chip ${severity}">${severity}</span> `}${oldMark(subnet, now)}</td><td>${outlookStrip(subnet, first.forecast, now)}</td><td class="n">${availableIn(subnet)}${ofUsable(subnet)}<span class="bar ${severity ?? ''}"><i style="width:${free === null ? 0 : Math.round(100 - free)}%"></i></span></td><td class="n">${ipv4Figure(subnet, subnet.prefixes?.free ?? null)}</td><td class="where">${subnet.cidrBlock ?? 'IPv6 only'}<br>${subnet.accountId} ${subnet.availabilityZone ?? subnet.region}</td></tr>`;
    },
  )}</tbody></table></div>`;

/** How old the figures are, and what could not be scanned: a fleet without it would look complete. */
const coverage = (assessments: readonly TargetAssessment[], now: number): Html => {
  const oldest = assessments.reduce(
    (oldest, { scannedAt, target }) => Math.min(oldest, Date.parse(target.figuresFrom ?? scannedAt)),
    Number.POSITIVE_INFINITY,
  );
  const troubled = assessments.filter(
    ({ target }) => target.status !== 'ok' && target.figuresFrom === undefined,
  );
  return html`${oldFigures(assessments, now)}<p class="where">${count(assessments.length, 'scan')}, the oldest ${shortDuration(now - oldest)} ago.</p>${troubled
    .slice(0, TROUBLED_SHOWN)
    .map(
      ({ target }) =>
        html`<p><span class="chip warning">${target.status}</span> ${target.accountId} ${target.region}: ${shorten(target.errors[0]?.message ?? 'no reason given', LONGEST_REASON)}</p>`,
    )}${troubled.length > TROUBLED_SHOWN ? html`<p><span class="chip warning">not ok</span> and ${troubled.length - TROUBLED_SHOWN} more.</p>` : null}`;
};

const vpcTable = (assessments: readonly TargetAssessment[], endpoint: string): Html => {
  const vpcs = assessments
    .flatMap((assessment) => assessment.vpcs)
    .toSorted(
      (a, b) => (percentOf(a.available, a.usable) ?? 101) - (percentOf(b.available, b.usable) ?? 101),
    );
  return html`<h3>VPCs</h3><div class="scroll"><table><thead><tr><th>VPC</th><th class="n">Available</th><th class="n">Subnets</th><th>Where</th></tr></thead><tbody>${vpcs
    .slice(0, VPCS_SHOWN)
    .map(
      ({ vpcId, name, accountId, region, available, usable, subnets }) =>
        html`<tr><td>${go(endpoint, { accountId, region, vpcId }, nameHtml(name, vpcId))}</td><td class="n">${figure(available)} of ${figure(usable)}</td><td class="n">${subnets}</td><td class="where">${accountId} ${region}</td></tr>`,
    )}</tbody></table></div>${vpcs.length > VPCS_SHOWN ? html`<p class="muted">And ${vpcs.length - VPCS_SHOWN} more with a larger share free.</p>` : null}`;
};

const fleet = ({ assessments, endpoint, now }: WidgetInput): Html => {
  const ranked = worstFirst(assessments);
  return html`${coverage(assessments, now)}<h3>Worst subnets of ${number(ranked.length)}</h3>${subnetTable(ranked.slice(0, WORST_SHOWN), endpoint, now)}${vpcTable(assessments, endpoint)}`;
};

const vpc = ({ assessments, endpoint, now, request }: WidgetInput): Html => {
  const ranked = worstFirst(assessments).filter(({ subnet }) => subnet.vpcId === request.vpcId);
  const known = assessments.flatMap(({ vpcs }) => vpcs).find(({ vpcId }) => vpcId === request.vpcId);
  if (ranked.length === 0) return html`<p>No scan has a subnet of ${request.vpcId}.</p>`;
  return html`<h3>${nameHtml(known?.name ?? null, request.vpcId ?? '')}</h3><p class="where">${request.vpcId} · ${known?.cidrBlocks.join(', ') ?? ''}</p>${oldFigures(
    assessments.filter(({ subnets }) => subnets.some(({ vpcId }) => vpcId === request.vpcId)),
    now,
  )}${subnetTable(ranked.slice(0, SUBNETS_SHOWN), endpoint, now)}${ranked.length > SUBNETS_SHOWN ? html`<p class="muted">And ${ranked.length - SUBNETS_SHOWN} more, in a better state.</p>` : null}`;
};

const ALERTS_SHOWN = 50;
const FINDINGS_SHOWN = 30;

const alertState = ({ alert: { acknowledged, status }, mutedUntil }: WidgetAlert): string => {
  if (mutedUntil !== null) return `muted until ${utcMinute(mutedUntil)}`;
  if (status === 'pending') return 'waits';
  return acknowledged === null ? 'firing' : 'acknowledged';
};

const whatToDo = ({ explanation, remedies }: Finding): Html =>
  html`<p>${explanation}</p>${remedies.length === 0 ? null : html`<ol>${remedies.slice(0, 3).map(renderRemedy)}</ol>`}`;

const alertRow = (each: WidgetAlert, endpoint: string, now: number): Html => {
  const { severity, finding, subject, since, acknowledged } = each.alert;
  const [subnetId, ...others] = subject.subnetIds;
  const place: Place =
    subnetId !== undefined && others.length === 0
      ? { accountId: subject.accountId, region: subject.region, subnetId }
      : {
          accountId: subject.accountId,
          region: subject.region,
          ...(subject.vpcId === null ? {} : { vpcId: subject.vpcId }),
        };
  return html`<tr><td><span class="chip ${severity}">${severity === 'ok' ? 'waits' : severity}</span></td><td><details><summary>${finding.title}</summary>${whatToDo(finding)}</details></td><td>${alertState(each)}${acknowledged === null ? null : html` by ${nameHtml(acknowledged.by)}`}</td><td>${shortDuration(now - Date.parse(since))}</td><td>${go(endpoint, place, html`map and history`)} ${go(endpoint, { view: 'runbook', check: finding.kind }, html`runbook`)}<br><span class="where">${subject.accountId} ${subject.region}</span></td></tr>`;
};

/** What fires, in which state, and what was found beside it. */
const alertsView = ({ assessments, alerts = null, endpoint, now }: WidgetInput): Html => {
  const open = (alerts ?? [])
    .filter(({ alert }) => alert.status !== 'resolved')
    .toSorted((a, b) => ORDER.indexOf(a.alert.severity) - ORDER.indexOf(b.alert.severity));
  const alerted = new Set(open.map(({ alert }) => alert.finding.id));
  const findings = assessments
    .flatMap((assessment) => assessment.findings)
    .filter(({ id }) => !alerted.has(id))
    .toSorted((a, b) => compareSeverity(b.severity, a.severity));
  return html`${coverage(assessments, now)}<h3>Alerts</h3>${
    alerts === null
      ? html`<p class="unknown">The alerts could not be read.</p>`
      : open.length === 0
        ? html`<p>No alert fires.</p>`
        : html`<div class="scroll"><table><thead><tr><th>Severity</th><th>Alert</th><th>State</th><th>For</th><th>Where</th></tr></thead><tbody>${open.slice(0, ALERTS_SHOWN).map((each) => alertRow(each, endpoint, now))}</tbody></table></div>${open.length > ALERTS_SHOWN ? html`<p class="muted">And ${open.length - ALERTS_SHOWN} more.</p>` : null}`
  }<h3>Findings without an alert</h3>${
    findings.length === 0
      ? html`<p>No findings.</p>`
      : findings
          .slice(0, FINDINGS_SHOWN)
          .map(
            (finding) =>
              html`<details><summary><span class="chip ${finding.severity}">${finding.severity}</span> ${finding.title}</summary>${whatToDo(finding)}</details>`,
          )
  }${findings.length > FINDINGS_SHOWN ? html`<p class="muted">And ${findings.length - FINDINGS_SHOWN} more.</p>` : null}`;
};
const ORDER: readonly string[] = ['critical', 'warning', 'ok'];

const chartOf = (
  subnet: SubnetAssessment,
  { histories, lowShares = NO_SHARES, now }: WidgetInput,
): Html | null => historyChart(histories?.get(subnetKey(subnet))?.addresses, subnet.usable, lowShares, now);

/** The worst subnets of a request that have a past to show. */
export const withHistory = (
  assessments: readonly TargetAssessment[],
  request: WidgetRequest,
): readonly RankedSubnet[] =>
  worstFirst(assessments)
    .filter(({ subnet }) => request.vpcId === null || subnet.vpcId === request.vpcId)
    .filter(({ subnet }) => request.subnetId === null || subnet.subnetId === request.subnetId)
    .filter(({ subnet }) => subnet.cidrBlock !== null)
    .slice(0, HISTORIES_SHOWN);
const HISTORIES_SHOWN = 12;

/** The past of the worst subnets: longer than a query over metrics reaches, and by name. */
const historyView = (input: WidgetInput): Html => {
  const { assessments, endpoint, now, request, lowShares = NO_SHARES } = input;
  const shown = withHistory(assessments, request);
  const limits = [
    lowShares.warning === null ? null : percent(lowShares.warning),
    lowShares.critical === null ? null : percent(lowShares.critical),
  ].filter((limit) => limit !== null);
  return html`${coverage(assessments, now)}<p class="where">Available addresses: the lowest of each day.${limits.length === 0 ? null : html` The broken lines are the usual thresholds, ${limits.join(' and ')}.`}</p><div class="charts">${shown.map(
    (each) => {
      const { subnet, severity } = each;
      return html`<article>${severity === null ? null : html`<span class="chip ${severity}">${severity}</span> `}${go(endpoint, placeOf(each), nameHtml(subnet.name, subnet.subnetId))} <span class="where">${subnet.subnetId}</span>${chartOf(subnet, input) ?? html`<p class="unknown">Nothing was recorded yet.</p>`}</article>`;
    },
  )}</div>`;
};

const named = ({ subnet }: RankedSubnet): Html =>
  html`<li>${subnet.subnetId} <b>${nameHtml(subnet.name, 'no name')}</b> <span class="where">${subnet.accountId} ${subnet.availabilityZone ?? subnet.region}</span></li>`;

/** The names of the subnets that the graphs of a board show by id: of a VPC all, of a fleet the worst by each graph. */
const namesView = ({ assessments, request, graphed }: WidgetInput): Html => {
  const shown = worstFirst(assessments).filter(({ subnet }) =>
    request.vpcId === null ? (graphed?.has(subnet) ?? true) : subnet.vpcId === request.vpcId,
  );
  return shown.length === 0
    ? html`<p>No scan has a subnet of ${request.vpcId ?? 'any VPC'}.</p>`
    : html`<ul class="names">${shown.slice(0, SUBNETS_SHOWN).map(named)}</ul>`;
};

const runbookView = ({ request, runbook = null }: WidgetInput): Html =>
  runbook === null
    ? html`<p>There is no check ${request.check ?? 'without a name'}.</p>`
    : html`<h3>Runbook: ${runbook.title}</h3>${runbook.sections}`;

const subnet = (input: WidgetInput): Html => {
  const { assessments, endpoint, now, request } = input;
  for (const assessment of assessments) {
    const found = assessment.subnets.find(({ subnetId }) => subnetId === request.subnetId);
    if (found === undefined) continue;
    const map = assessment.maps.find(({ subnetId }) => subnetId === request.subnetId);
    const own = assessment.findings.filter(({ subject }) => subject.id === request.subnetId);
    const { accountId, region, vpcId } = found;
    return html`${oldFigures([assessment], now)}<p class="crumbs">${go(endpoint, { accountId, region, vpcId }, html`${vpcId}`)} › ${found.subnetId}, scanned ${shortDuration(now - Date.parse(found.figuresFrom ?? assessment.scannedAt))} ago</p><h3>${nameHtml(found.name, found.subnetId)}</h3>${own.map(
      ({ severity, title }) => html`<p><span class="chip ${severity}">${severity}</span> ${title}</p>`,
    )}${subnetDetail(
      found,
      map,
      now,
      html`${subnetPods(
        found,
        assessments.flatMap(({ clusters }) => clusters),
      )}<h4>The last 60 days</h4>${chartOf(found, input) ?? html`<p class="unknown">Nothing was recorded yet.</p>`}${mapShapes()}`,
    )}`;
  }
  return html`<p>No scan knows ${request.subnetId}.</p>`;
};

/**
 * The widget's HTML. CloudWatch takes scripts, frames and `<use>` out of it ("Security and JavaScript for custom
 * CloudWatch widgets"), so that drawing is SVG and CSS, and what is chosen is a `cwdb-action`.
 */
export const widgetHtml = (input: WidgetInput): string => {
  const { request, assessments, endpoint } = input;
  const views = {
    alerts: alertsView,
    history: historyView,
    names: namesView,
    runbook: runbookView,
    table: request.vpcId === null ? fleet : vpc,
  };
  const view = request.subnetId !== null ? subnet : views[request.view];
  const body =
    assessments.length === 0 && view !== runbookView
      ? html`<p>Nothing has been scanned yet${request.accountId === null && request.region === null ? '' : ' here'}. The first scan ends a few minutes after the deployment.</p>`
      : view(input);
  const back =
    view === subnet || view === vpc || view === runbookView
      ? html`<p class="crumbs">${go(endpoint, {}, html`All subnets`)}</p>`
      : null;
  return html`<style>${new Html(widgetStyle(request.theme))}</style><div class="hr">${back}${body}</div>`
    .text;
};
