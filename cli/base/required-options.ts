import type { Command } from 'commander';
import { UsageError } from './command-line.ts';

/** Commander ends at the first required option that is missing: here all of them are named at once. */
export const requireAllOptions = (command: Command): void => {
  const required = command.options.filter(({ mandatory }) => mandatory);
  if (required.length === 0) return;
  for (const option of required) option.makeOptionMandatory(false);
  command.hook('preAction', () => {
    const missing = required.filter((option) => command.getOptionValue(option.attributeName()) === undefined);
    if (missing.length === 0) return;
    const names = missing.map(({ flags }) => `'${flags}'`);
    throw new UsageError(
      missing.length === 1
        ? `required option ${names.join()} not specified`
        : `required options ${names.join(', ')} not specified`,
      `\`${pathOf(command)} --help\` shows the options.`,
    );
  });
};

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;
