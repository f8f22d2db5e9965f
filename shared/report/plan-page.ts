import type { PlanReport, PlanTable } from '../model/plan/plan-report.ts';
import type { AddressMap } from '../model/result/assessment.ts';
import { addressMapSvg, mapShapes } from './address-map-svg.ts';
import { Html, html } from './html.ts';
import { reportStyle } from './stylesheet.ts';

/** The map of one subnet before a change and after it; `null`: not known, or not there yet. */
export interface PlanMap {
  readonly subnetId: string;
  readonly before: AddressMap | null;
  readonly after: AddressMap | null;
  /** What the second one shows; `null`: a plan that says no more than that it comes after the first. */
  readonly caption: string | null;
}

/** More maps than this, and the page is no longer read. */
const MAPS_SHOWN = 12;

const table = ({ title, columns, rows }: PlanTable): Html =>
  html`<section><h2>${title}</h2><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table><thead><tr>${columns.map((column) => html`<th scope="col" class="${column.align === 'right' ? 'n' : ''}">${column.title}</th>`)}</tr></thead><tbody>${rows.map((cells) => html`<tr>${cells.map((cell, index) => html`<td class="${columns[index]?.align === 'right' ? 'n' : ''}">${cell === null ? html`<span class="unknown">unknown</span>` : cell}</td>`)}</tr>`)}</tbody></table></div></section>`;

const list = (title: string, lines: readonly string[]): Html | null =>
  lines.length === 0
    ? null
    : html`<section><h2>${title}</h2><ul>${lines.map((line) => html`<li>${line}</li>`)}</ul></section>`;

const mapPair = ({ subnetId, before, after, caption }: PlanMap): Html =>
  html`<section><h3>${subnetId}</h3><div class="columns"><figure><figcaption>Before</figcaption>${before === null ? html`<p class="muted">The subnet does not exist yet.</p>` : html`<div class="map-frame">${addressMapSvg(before)}</div>`}</figure><figure><figcaption>After</figcaption>${after === null ? html`<p class="muted">Not known.</p>` : html`<div class="map-frame">${addressMapSvg(after)}</div>${caption === null ? null : html`<p class="muted">${caption}</p>`}`}</figure></div></section>`;

/** A plan as one self-contained HTML file, with the map of each subnet before and after. It has no script and loads nothing. */
export const planPage = (report: PlanReport, maps: readonly PlanMap[]): string => {
  const { answer, commands, fits, notes, rules, tables, title, unknowns } = report;
  const state = fits === null ? null : fits ? ['ok', 'fits'] : ['critical', 'does not fit'];
  const shown = maps.slice(0, MAPS_SHOWN);
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><title>${title}</title><link rel="icon" href="data:,"><style>${new Html(reportStyle())}</style></head>
<body class="hr"><header class="top"><h1>${title}</h1><p>${state === null ? null : html`<span class="chip ${state[0] ?? ''}">${state[1] ?? ''}</span> `}${answer}</p></header>
<main>${tables.filter(({ rows }) => rows.length > 0).map(table)}${shown.length === 0 ? null : html`<section><h2>Address maps</h2>${mapShapes()}${shown.map(mapPair)}${maps.length > shown.length ? html`<p class="muted">${maps.length - shown.length} more subnets are in the tables.</p>` : null}</section>`}${list('Notes', notes)}${list('Not known', unknowns)}${commands.length === 0 ? null : html`<section><h2>Commands, in this order</h2><pre>${commands.join('\n')}</pre></section>`}${list(
    'Rules behind the figures',
    rules.map(({ text, source }) => `${text} (${source})`),
  )}</main></body></html>
`;
  return page.text;
};
