import { shortDuration } from '../model/base/text/durations.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import { type Facets, filterable, union } from './facets.ts';
import { figure } from './figures.ts';
import { type Html, html } from './html.ts';

/** A target as the page shows it. */
export interface ReportedTarget {
  readonly accountId: string;
  readonly region: string;
  /** Why it is not watched; empty: it is. */
  readonly why: readonly string[];
  /** ISO 8601: the last scan; `null`: none has ended. */
  readonly scannedAt: string | null;
}

/** What scans say of their targets, where nothing watches them. */
export const targetsOf = (assessments: readonly TargetAssessment[]): readonly ReportedTarget[] =>
  assessments.map(({ target, scannedAt }) => ({
    accountId: target.accountId,
    region: target.region,
    why: target.status === 'ok' ? [] : [`the scan is ${target.status}`],
    scannedAt,
  }));

/** Every account and Region, with how it stands: those that are not watched come first. */
export const targetsSection = (
  targets: readonly ReportedTarget[],
  subnetsOf: (target: ReportedTarget) => readonly Facets[],
  now: number,
): Html => {
  const ordered = targets.toSorted(
    (a, b) =>
      Number(a.why.length === 0) - Number(b.why.length === 0) ||
      (`${a.accountId} ${a.region}` < `${b.accountId} ${b.region}` ? -1 : 1),
  );
  return html`<section id="targets"><h2>Accounts and Regions</h2><div class="scroll" tabindex="0" role="region" aria-label="Accounts and Regions"><table class="sortable"><thead><tr><th scope="col">Account</th><th scope="col">Region</th><th scope="col">State</th><th scope="col" class="n">Last scan</th><th scope="col" class="n">Subnets</th></tr></thead><tbody>${ordered.map(
    (target) => {
      const { accountId, region, why, scannedAt } = target;
      const subnets = subnetsOf(target);
      const facets = { ...union(subnets), account: [accountId], region: [region] };
      const age = scannedAt === null ? null : now - Date.parse(scannedAt);
      return html`<tr${filterable(facets, [accountId, region, ...why])} data-target="${why.length === 0 ? 'watched' : 'not'}"><td>${accountId}</td><td>${region}</td><td>${why.length === 0 ? html`<span class="chip ok">watched</span>` : html`<span class="chip warning">not watched</span> ${why.join('; ')}`}</td><td class="n" data-v="${age ?? ''}">${age === null ? figure(null, 'no scan has ended') : html`${shortDuration(Math.max(0, age))} ago`}</td><td class="n" data-v="${subnets.length}">${figure(subnets.length)}</td></tr>`;
    },
  )}</tbody></table></div></section>`;
};
