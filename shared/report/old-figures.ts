import { shortDuration } from '../model/base/text/durations.ts';
import { shorten } from '../model/base/text/names.ts';
import { utcMinute } from '../model/base/text/times.ts';
import type { TargetAssessment } from '../model/result/assessment.ts';
import { type Html, html } from './html.ts';

/** A reader must never take old figures for those of now: every subnet that has them says how old they are. */
export const oldMark = ({ figuresFrom }: { readonly figuresFrom?: string }, now: number): Html | null =>
  figuresFrom === undefined
    ? null
    : html`<span class="chip old" title="Figures of ${utcMinute(figuresFrom)}">${shortDuration(Math.max(0, now - Date.parse(figuresFrom)))} old</span> `;

/** So many have a line. */
const SHOWN = 20;
const LONGEST_REASON = 400;

/** Which targets cannot be read, how old the figures of each are, and why; `null`: no figures are old. */
export const oldFigures = (assessments: readonly TargetAssessment[], now: number): Html | null => {
  const old = assessments.flatMap(({ target }) =>
    target.figuresFrom === undefined ? [] : [{ ...target, figuresFrom: target.figuresFrom }],
  );
  if (old.length === 0) return null;
  return html`<div class="old-figures" role="note">${old
    .slice(0, SHOWN)
    .map(
      ({ accountId, region, figuresFrom, errors }) =>
        html`<p>${oldMark({ figuresFrom }, now)}<b>${accountId} ${region} cannot be read.</b> Its figures are of ${utcMinute(figuresFrom)}, and no all-clear. ${shorten(errors[0]?.message ?? '', LONGEST_REASON)}</p>`,
    )}${old.length > SHOWN ? html`<p>And ${old.length - SHOWN} more accounts and Regions.</p>` : null}</div>`;
};
