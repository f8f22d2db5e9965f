import { displayableCommands, NOT_DISPLAYED } from '../model/base/shell-words.ts';
import { figuresText } from '../model/base/text/figures.ts';
import { count } from '../model/base/text/numbers.ts';
import { compareSeverity, effectOf, type Finding, type Remedy } from '../model/result/finding.ts';
import { filterable, type Places } from './facets.ts';
import { type Html, html } from './html.ts';

/** What is wrong or will be: why, the evidence, and each remedy with its preconditions and commands. */

/** So many are open from the start; the others open by a click, or by a search. */
const OPEN = 3;

/** So many have their bodies in the page from the start, also where scripts are off. */
const WHOLE = 40;

/** So many have a line in the page. The page counts the others. */
const LISTED = 1_000;

const HOLDS = { true: '✓ holds', false: '✗ not met', null: '? unknown' } as const;

export const renderRemedy = (remedy: Remedy): Html => {
  const { title, preconditions, commands } = remedy;
  const displayed = displayableCommands(commands);
  return html`<li><b>${title}</b><p>${effectOf(remedy)}</p>${
    preconditions.length === 0
      ? null
      : html`<ul>${preconditions.map(({ text, holds }) => html`<li><span class="muted">${HOLDS[`${holds}`]}:</span> ${text}</li>`)}</ul>`
  }${
    displayed === null
      ? html`<p>${NOT_DISPLAYED}</p>`
      : displayed.map(
          (command) =>
            html`<div class="command"><pre><code>${command}</code></pre><button type="button" data-copy aria-label="Copy the command">Copy</button></div>`,
        )
  }</li>`;
};

const wordsOf = ({ title, subject }: Finding): readonly (string | null)[] => [
  title,
  subject.id,
  subject.name,
  subject.accountId,
  subject.region,
  subject.vpcId,
  subject.clusterName,
  ...subject.subnetIds.slice(0, 8),
];

const body = ({ explanation, evidence, remedies, subject, also = [] }: Finding): Html => {
  const facts = figuresText(evidence, ' · ');
  return html`<p>${explanation}</p>${also.length === 0 ? null : html`<ul>${also.map(({ title }) => html`<li>Also: ${title}</li>`)}</ul>`}${facts === '' ? null : html`<p class="where">${facts}</p>`}<p class="where">${subject.type} ${subject.id} · account ${subject.accountId} · ${subject.region}</p>${
    remedies.length === 0 ? null : html`<h4>What to do</h4><ol>${remedies.map(renderRemedy)}</ol>`
  }`;
};

export interface FindingsSection {
  readonly section: Html;
  /** The bodies that are inserted when a reader opens them, by their keys. */
  readonly later: ReadonlyMap<string, string>;
  /** The findings that are counted and not listed. */
  readonly rest: readonly Finding[];
}

/** Worst first. Of many findings, the bodies of all but the first come later: a page must open fast however long it is. */
export const findingsSection = (findings: readonly Finding[], places: Places): FindingsSection => {
  const ordered = findings.toSorted(
    (a, b) => compareSeverity(b.severity, a.severity) || (a.id < b.id ? -1 : 1),
  );
  const rest = ordered.slice(LISTED);
  const later = new Map<string, string>();
  const render = (finding: Finding, index: number): Html => {
    const open = index < OPEN && finding.severity !== 'info';
    const key = `finding/${index}`;
    if (index >= WHOLE) later.set(key, body(finding).text);
    return html`<details class="finding ${finding.severity}"${filterable(places.ofSubject(finding.subject, finding.severity), wordsOf(finding))}${open ? html` open` : null}><summary><span class="chip ${finding.severity}">${finding.severity}</span><b>${finding.title}</b></summary>${
      index < WHOLE ? body(finding) : html`<div data-lazy="${key}"></div>`
    }</details>`;
  };
  const section = html`<section id="findings"><h2>Findings</h2>${
    ordered.length === 0 ? html`<p>No findings.</p>` : ordered.slice(0, LISTED).map(render)
  }${rest.length === 0 ? null : html`<p class="muted">And ${count(rest.length, 'more finding')}: <code>headroom findings</code> lists all.</p>`}</section>`;
  return { section, later, rest };
};
