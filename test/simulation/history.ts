import type { Fault } from './chance.ts';
import { type SimulationInput, type SimulationReport, simulate } from './simulation.ts';

/** A run that once broke a rule: the few faults that it took. Kept so that the defect never comes back unnoticed. */
export interface History {
  /** What was wrong, and is not any more. */
  readonly defect: string;
  readonly rule: string;
  readonly seed: number;
  readonly cycles: number;
  readonly faults: readonly Fault[];
}

/** Runs of one reduction at most: a history that is a bit longer than it must be does as well. */
const RUNS = 600;

export const replayed = ({ seed, cycles, faults }: History): Promise<SimulationReport> =>
  simulate({ seed, cycles, only: faults });

/**
 * Takes faults out of a run that breaks a rule for as long as it still breaks the rule: halves first, then ever smaller
 * parts (delta debugging, A. Zeller, "Simplifying and Isolating Failure-Inducing Input", 2002).
 */
export const reduced = async (
  input: SimulationInput,
  { faults, cycles, violations }: SimulationReport,
): Promise<Omit<History, 'defect'>> => {
  const rule = violations[0]?.rule ?? '';
  let runs = 0;
  const stillBreaks = async (only: readonly Fault[]): Promise<boolean> => {
    runs += 1;
    // Without its faults, a run may make more scans until it comes to the same moment.
    const report = await simulate({ ...input, cycles: longest, only });
    return report.violations[0]?.rule === rule;
  };
  const longest = Math.ceil(1.2 * cycles);
  let kept = faults;
  for (
    let size = Math.ceil(kept.length / 2);
    size >= 1 && runs < RUNS;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let start = 0; start < kept.length && runs < RUNS; ) {
      const fewer = [...kept.slice(0, start), ...kept.slice(start + size)];
      if (await stillBreaks(fewer)) kept = fewer;
      else start += size;
    }
  }
  return { rule, seed: input.seed, cycles: longest, faults: kept };
};
