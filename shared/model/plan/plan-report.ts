import type { Rule } from './rules.ts';

/** A table of a plan's answer. `null` cells are not known. */
export interface PlanTable {
  readonly title: string;
  readonly columns: readonly { readonly title: string; readonly align?: 'left' | 'right' }[];
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
  /** Sentences about figures: arithmetic, what to expect. */
  readonly notes: readonly string[];
  readonly unknowns: readonly string[];
  readonly commands: readonly string[];
  readonly rules: readonly Rule[];
  /** The subnets whose maps an HTML page shows. */
  readonly subnetIds: readonly string[];
}
