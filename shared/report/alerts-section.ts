import type { Alert } from '../model/alert/alert.ts';
import { shortDuration } from '../model/base/text/durations.ts';
import { count } from '../model/base/text/numbers.ts';
import { utcMinute } from '../model/base/text/times.ts';
import { identityOf, identityWithin } from '../model/result/identity.ts';
import { filterable, type Places } from './facets.ts';
import { nameHtml, runway } from './figures.ts';
import { type Html, html } from './html.ts';

/** What the live page knows of an alert beside the alert itself. */
export interface AlertView {
  /** The mute that holds its messages back; `null`: none does. */
  readonly muteOf: (alert: Alert) => {
    readonly reason: string;
    readonly until: string | null;
    /** Whether a person made it, so that a reader may end it. */
    readonly isPersonal: boolean;
  } | null;
  /** Its runbook, the console and the like. Relative addresses are on the page's own server. */
  readonly linksOf: (alert: Alert) => readonly { readonly label: string; readonly url: string }[];
  /** Whether readers of this page may acknowledge and mute. */
  readonly mayAct: boolean;
}

const STATIC: AlertView = { muteOf: () => null, linksOf: () => [], mayAct: false };

const stateOf = (alert: Alert, { muteOf }: AlertView): Html => {
  const mute = muteOf(alert);
  const { acknowledged } = alert;
  if (mute !== null)
    return html`muted${mute.until === null ? null : html` until ${utcMinute(mute.until)}`}: ${nameHtml(mute.reason)}`;
  return acknowledged === null ? html`not acknowledged` : html`acknowledged by ${nameHtml(acknowledged.by)}`;
};

const button = (alert: Alert, act: string, words: string, hours: number | null = null): Html =>
  html`<button type="button" data-act="${act}" data-alert="${identityOf(alert)}"${hours === null ? null : html` data-hours="${hours}"`} aria-label="${words}: ${alert.finding.title}">${words}</button>`;

const actions = (alert: Alert, { muteOf }: AlertView): Html =>
  html`<td class="acts">${alert.acknowledged === null ? button(alert, 'acknowledge', 'Acknowledge') : button(alert, 'withdraw', 'Take back')} ${muteOf(alert)?.isPersonal === true ? html`${button(alert, 'unmute', 'End the mute')} ` : null}${button(alert, 'mute', 'Mute 4 h', 4)} ${button(alert, 'mute', 'Mute 24 h', 24)}</td>`;

const row = (alert: Alert, places: Places, view: AlertView, now: number): Html => {
  const { severity, finding, since, subject } = alert;
  const level = severity === 'ok' ? null : severity;
  const facets = places.ofSubject(subject, level);
  const [only, ...others] = subject.subnetIds;
  const place = only === undefined || others.length > 0 ? null : identityWithin(subject, only);
  const words = [finding.title, subject.id, subject.name, finding.kind, ...Object.values(facets).flat()];
  const links = view.linksOf(alert);
  return html`<tr${filterable(facets, words)}><td><span class="chip ${severity}">${severity}</span></td><td>${place === null ? html`${finding.title}` : html`<a href="#${place}">${finding.title}</a>`}${links.length === 0 ? null : html`<br><small>${links.map(({ label, url }) => html`<a href="${url}" rel="noreferrer">${label}</a> `)}</small>`}</td><td data-label="Runs out">${finding.forecast === undefined ? '' : runway(finding.forecast, now)}</td><td data-label="For">${shortDuration(now - Date.parse(since))}</td><td data-label="State">${stateOf(alert, view)}</td>${view.mayAct ? actions(alert, view) : null}</tr>`;
};

/** So many have a row. */
const LISTED = 1_000;

/** Alerts that fire, the worst first; `null` where none does. */
export const alertsSection = (
  alerts: readonly Alert[],
  places: Places,
  now: number,
  view: AlertView = STATIC,
): Html | null => {
  const firing = alerts.filter(({ status }) => status === 'firing');
  if (firing.length === 0) return null;
  const ordered = firing.toSorted((a, b) =>
    a.severity === b.severity ? 0 : a.severity === 'critical' ? -1 : 1,
  );
  return html`<section id="alerts"><h2>Alerts firing</h2>${view.mayAct ? html`<p><label>Your name <input id="who" type="text" maxlength="60" autocomplete="name"></label> <span id="acted" role="status"></span></p>` : null}<div class="scroll" tabindex="0" role="region" aria-label="Alerts firing"><table class="alerts"><thead><tr><th scope="col">Severity</th><th scope="col">Alert</th><th scope="col">Runs out</th><th scope="col">For</th><th scope="col">State</th>${view.mayAct ? html`<th scope="col">What to do with it</th>` : null}</tr></thead><tbody>${ordered.slice(0, LISTED).map((alert) => row(alert, places, view, now))}</tbody></table></div>${ordered.length > LISTED ? html`<p class="muted">And ${count(ordered.length - LISTED, 'more alert')}: <code>headroom alerts</code> lists all.</p>` : null}</section>`;
};
