import { createHash } from 'node:crypto';
import { type SimulationInput, type SimulationReport, simulate } from './simulation.ts';

/** Everything that happens to any alert, line by line. */
export const traceOf = async (input: SimulationInput): Promise<readonly string[]> => {
  const lines: string[] = [];
  await simulate({ ...input, trace: (at, name, what) => lines.push(`${at} ${name} ${what}`) });
  return lines;
};

export interface TracedReport extends SimulationReport {
  /** A hash of everything that happened to any alert: two runs with one hash took the same path. */
  readonly path: string;
}

/** The same for runs that are too long to keep their lines. */
export const tracedReport = async (input: SimulationInput): Promise<TracedReport> => {
  const hash = createHash('sha256');
  const report = await simulate({
    ...input,
    trace: (at, name, what) => {
      hash.update(`${at} ${name} ${what}\n`);
    },
  });
  return { ...report, path: hash.digest('hex') };
};
