import type { Command } from 'commander';

/** Commander ends at the first required option that is missing: here all of them are named at once. */
export const requireAllOptions = (command: Command): void => {
  const required = command.options.filter(({ mandatory }) => mandatory);
  if (required.length === 0) return;
  for (const option of required) option.makeOptionMandatory(false);
  command.hook('preAction', () => {
    const missing = required.filter((option) => command.getOptionValue(option.attributeName()) === undefined);
    if (missing.length === 0) return;
    const names = missing.map(({ flags }) => `'${flags}'`).join(', ');
    // As commander itself ends, with its code.
    command.error(`error: required option${missing.length === 1 ? '' : 's'} ${names} not specified`, {
      code: 'commander.missingMandatoryOptionValue',
    });
  });
};
