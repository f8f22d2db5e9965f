import { compareSeverity, type Finding, type Remedy } from '../model/finding.ts';
import { type Html, html } from './html.ts';

/** What is wrong or will be: why, the evidence, and each remedy with its preconditions and commands. */

/** So many are open from the start; the others open by a click, or by a search. */
const OPEN = 3;

const HOLDS = { true: '✓ holds', false: '✗ does not hold', null: '? can not be told' } as const;

const renderRemedy = ({ title, effect, preconditions, commands }: Remedy): Html =>
  html`<li><b>${title}</b><p>${effect}</p>${
    preconditions.length === 0
      ? null
      : html`<ul>${preconditions.map(({ text, holds }) => html`<li><span class="muted">${HOLDS[`${holds}`]}:</span> ${text}</li>`)}</ul>`
  }${commands.map(
    (command) =>
      html`<div class="command"><pre><code>${command}</code></pre><button type="button" data-copy aria-label="Copy the command">Copy</button></div>`,
  )}</li>`;

const renderFinding = (finding: Finding, open: boolean): Html => {
  const { severity, title, explanation, evidence, remedies, subject } = finding;
  const facts = evidence
    .map(({ name, value, unit }) => `${name} ${value ?? 'unknown'}${unit === undefined ? '' : ` ${unit}`}`)
    .join(' · ');
  return html`<details class="finding ${severity}" data-search="${[
    title,
    subject.id,
    subject.name,
    subject.accountId,
    subject.region,
    subject.vpcId,
    subject.clusterName,
    ...subject.subnetIds.slice(0, 8),
  ]
    .filter((word) => word !== null)
    .join(' ')
    .toLowerCase()}"${open ? html` open` : null}><summary><span class="chip ${severity}">${severity}</span><b>${title}</b></summary><p>${explanation}</p>${facts === '' ? null : html`<p class="where">${facts}</p>`}<p class="where">${subject.type} ${subject.id} · account ${subject.accountId} · ${subject.region}</p>${
    remedies.length === 0 ? null : html`<h4>What to do</h4><ol>${remedies.map(renderRemedy)}</ol>`
  }</details>`;
};

export const findingsSection = (findings: readonly Finding[]): Html => {
  const ordered = findings.toSorted(
    (a, b) => compareSeverity(b.severity, a.severity) || (a.id < b.id ? -1 : 1),
  );
  return html`<section id="findings"><h2>Findings</h2>${
    ordered.length === 0
      ? html`<p>Nothing found that is wrong or will be.</p>`
      : ordered.map((finding, index) => renderFinding(finding, index < OPEN && finding.severity !== 'info'))
  }</section>`;
};
