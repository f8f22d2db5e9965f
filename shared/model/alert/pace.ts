import { FAST_WINDOW_MINUTES } from '../forecast/surge.ts';
import type { AlertPolicy } from './policy.ts';

/**
 * The rules that scans at this pace cannot serve, each in a sentence that says what to change; empty: all rules can work.
 *
 * @param seconds between the starts of two scans
 */
export const paceProblems = (seconds: number, { rules }: Pick<AlertPolicy, 'rules'>): readonly string[] => {
  const { coverage, 'addresses-surge': addresses, 'prefixes-surge': prefixes } = rules;
  const problems: string[] = [];
  if (coverage.enabled && coverage.staleAfter < 2 * seconds)
    problems.push(
      `A target counts as stale after ${timeInWords(coverage.staleAfter)} (alerts.rules.coverage.staleAfter), and scans are ${timeInWords(seconds)} apart: set staleAfter to ${timeInWords(3 * seconds)} at least, or scan more often.`,
    );
  if ((addresses.enabled || prefixes.enabled) && seconds > (FAST_WINDOW_MINUTES * 60) / 2)
    problems.push(
      `A surge is looked for within ${FAST_WINDOW_MINUTES} minutes, and scans are ${timeInWords(seconds)} apart. Scan at least every ${FAST_WINDOW_MINUTES / 2} minutes, or set enabled: false for alerts.rules.addresses-surge and prefixes-surge.`,
    );
  return problems;
};

/**
 * After how many seconds without a scan a target counts as stale, where scans start so many seconds apart: what the policy
 * says, and never sooner than the third scan.
 */
export const staleAfterAt = (seconds: number, { rules }: Pick<AlertPolicy, 'rules'>): number =>
  Math.max(rules.coverage.staleAfter, 3 * seconds);

/** Seconds as `90 minutes`, `3 hours` or, where they are no whole minutes, `90 seconds`. */
export const timeInWords = (seconds: number): string => {
  const value = seconds / 60;
  if (!Number.isInteger(value)) return `${seconds} second${seconds === 1 ? '' : 's'}`;
  return value >= 120 && value % 60 === 0
    ? `${value / 60} hours`
    : `${value} minute${value === 1 ? '' : 's'}`;
};
