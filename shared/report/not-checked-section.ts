import { displayName } from '../model/base/text/names.ts';
import type { NotChecked } from '../model/result/not-checked.ts';
import { filterable, type Places, union } from './facets.ts';
import { type Html, html } from './html.ts';

const NAMED = 6;

const row = ({ label, reason, subjects }: NotChecked, places: Places): Html => {
  const names = subjects.slice(0, NAMED).map(({ id, name }) => displayName(name, id));
  // Without a level, as nothing is known to be well.
  const facets = { ...union(subjects.map((subject) => places.ofSubject(subject, null))), severity: [] };
  return html`<tr${filterable(facets, [label, reason, ...names])}><td>${label}</td><td>${reason}</td><td class="n">${subjects.length}</td><td class="where">${names.join(', ')}${subjects.length > NAMED ? ', ...' : ''}</td></tr>`;
};

/** The checks that could say nothing of some resources, and why: that nothing was found there is no all-clear. */
export const notCheckedSection = (notChecked: readonly NotChecked[], places: Places): Html | null =>
  notChecked.length === 0
    ? null
    : html`<section id="not-checked"><h2>Checks that could not be made</h2><div class="scroll" tabindex="0" role="region" aria-label="Checks that could not be made"><table><thead><tr><th scope="col">Check</th><th scope="col">Why</th><th scope="col" class="n">Resources</th><th scope="col">Which</th></tr></thead><tbody>${notChecked.map((each) => row(each, places))}</tbody></table></div></section>`;
