import { HeadroomError } from '../model/base/errors.ts';

/** One thing that is wrong in a file, and where. */
export interface ConfigurationProblem {
  /** Counted from 1. */
  readonly line: number;
  /** `alerts.rules.addresses-low.warning.below`; empty: the file as a whole. */
  readonly field: string;
  /** What it was, and what is allowed, as a sentence. */
  readonly message: string;
}

/** A configuration that cannot be used. It carries everything that is wrong with it, and nothing of it takes effect. */
export class ConfigurationError extends HeadroomError {
  readonly source: string;
  /** In the order of the file. */
  readonly problems: readonly ConfigurationProblem[];

  constructor(source: string, problems: readonly ConfigurationProblem[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    const list = problems.map(({ line, message }) => `\n  ${source}:${line}: ${message}`).join('');
    super(
      'configuration-invalid',
      `The configuration ${source} has ${count}, so Headroom does not use it:${list}`,
      'Correct these lines. docs/configuration.md describes every setting; docs/schema/headroom-yml.schema.json checks them in an editor.',
    );
    this.name = 'ConfigurationError';
    this.source = source;
    this.problems = problems;
  }
}
