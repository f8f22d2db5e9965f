import type { Rule } from './rules.ts';

export interface PlanColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** Left out in the terminal unless `--output wide` asks for it. */
  readonly wide?: boolean;
  /** What `--output name` prints. */
  readonly names?: boolean;
}

/** A table of a plan's answer. `null` cells are not known. */
export interface PlanTable {
  readonly title: string;
  readonly columns: readonly PlanColumn[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** A plan's answer for people: one shape for terminal, Markdown and HTML. */
export interface PlanReport {
  readonly title: string;
  /** The answer in a sentence or two. */
  readonly answer: string;
  /** Whether what was asked fits; `null` where the question is another one. */
  readonly fits: boolean | null;
  readonly tables: readonly PlanTable[];
  /** What CSV holds and what has names; left out: the first table. */
  readonly listing?: PlanTable;
  /** Sentences about figures: arithmetic, what to expect. */
  readonly notes: readonly string[];
  readonly unknowns: readonly string[];
  readonly commands: readonly string[];
  readonly rules: readonly Rule[];
  /** The subnets whose maps an HTML page shows. */
  readonly subnetIds: readonly string[];
}
