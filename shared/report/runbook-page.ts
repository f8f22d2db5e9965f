import type { Finding } from '../model/result/finding.ts';
import { renderRemedy } from './findings-section.ts';
import { Html, html } from './html.ts';
import type { Runbook, RunbookCommand } from './runbook.ts';
import { reportStyle } from './stylesheet.ts';

/** So many findings have their remedies on the page. */
const FINDINGS_SHOWN = 10;

const commands = (lines: readonly RunbookCommand[]): Html =>
  html`<ul>${lines.map(({ command, shows }) => html`<li><code>${command}</code>: ${shows}</li>`)}</ul>`;

const present = ({ title, explanation, remedies, severity }: Finding): Html =>
  html`<article class="finding ${severity}"><h3><span class="chip ${severity}">${severity}</span> ${title}</h3><p>${explanation}</p>${remedies.length === 0 ? null : html`<ol>${remedies.map(renderRemedy)}</ol>`}</article>`;

/** The runbook of a check, with what the check finds at present. It has no script and loads nothing. */
export const runbookSections = (
  { impact, about, condition, unknown, look, quiet }: Runbook,
  findings: readonly Finding[],
): Html => {
  const more = findings.length - FINDINGS_SHOWN;
  return html`<section><p><b>${impact}</b></p></section><section><h2>When it fires</h2><ul><li>About: ${about}</li><li>Found: ${condition}</li><li>Unknown: ${unknown}</li></ul></section><section><h2>Look first</h2>${commands(look)}</section><section><h2>What to do</h2>${
    findings.length === 0
      ? html`<p>The check finds nothing at present. An alert has its remedies in its message.</p>`
      : findings.slice(0, FINDINGS_SHOWN).map(present)
  }${more > 0 ? html`<p class="muted">And ${more} more.</p>` : null}</section><section><h2>While you work on it</h2>${commands(quiet)}</section>`;
};

/** The runbook of a check as a page of its own. */
export const runbookPage = (runbook: Runbook, findings: readonly Finding[]): string => {
  const { kind, title, rule } = runbook;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer"><title>Runbook: ${title}</title><link rel="icon" href="data:,"><style>${new Html(reportStyle())}</style></head>
<body class="hr"><header class="top"><h1>Runbook: ${title}</h1><p class="where">check ${kind} · rule ${rule} in headroom.yml · <a href="../">live page</a></p></header>
<main>${runbookSections(runbook, findings)}</main></body></html>
`.text;
};
