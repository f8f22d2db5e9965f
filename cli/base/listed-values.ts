import { Option } from 'commander';

/**
 * An option with the only values that it takes, as help, completions and the manual page show them. They are for the help
 * alone, not for commander's own check: a command says all that is wrong with its options at once.
 */
export const listedValues = (flags: string, description: string, values: readonly string[]): Option =>
  Object.assign(new Option(flags, description), { argChoices: [...values] });
