import { quantile, type Score } from './score.ts';
import type { Kind } from './shapes/load-series.ts';

const KINDS: readonly Kind[] = ['growth', 'late growth', 'surge', 'high peak', 'step', 'bump'];

const hours = (value: number | null): string =>
  value === null ? '-' : value < 10 ? `${Math.round(value * 60)} min` : `${Math.round(value)} h`;

const lead = (score: Score, kind: Kind): string => {
  const leads = score.leads.get(kind) ?? [];
  return `${hours(quantile(leads, 0.5))} / ${hours(quantile(leads, 0.05))}`;
};

/** False episodes per subnet-month, over all series. */
export const falseRate = (score: Score): number =>
  [...score.falseEpisodes.values()].reduce((sum, count) => sum + count, 0) / score.subnetMonths;

/** One line per alarm: what it missed, how early it was (p50 / p5), how often it cried wolf. */
export const scoreTable = (rows: readonly { readonly name: string; readonly score: Score }[]): string => {
  const header = [
    'alarm',
    'missed',
    'growth',
    'late growth',
    'surge',
    'false/month',
    'too early',
    'false episodes by kind',
  ];
  const lines = rows.map(({ name, score }) => [
    name,
    `${score.missed} of ${score.exhausted}`,
    lead(score, 'growth'),
    lead(score, 'late growth'),
    lead(score, 'surge'),
    falseRate(score).toFixed(2),
    String(score.tooEarly),
    KINDS.map((kind) => `${kind} ${score.falseEpisodes.get(kind) ?? 0}`).join(', '),
  ]);
  const widths = header.map((title, column) =>
    Math.max(title.length, ...lines.map((line) => line[column]?.length ?? 0)),
  );
  return [header, ...lines]
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
