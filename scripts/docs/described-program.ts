import { type CommandEntry, describeCommand } from '../../cli/base/command-tree.ts';
import { buildProgram } from '../../cli/main.ts';

const SILENT = {
  out: () => {},
  err: () => {},
  env: {},
  now: () => 0,
  colour: false,
  progress: false,
  columns: null,
};

const DESCRIBED = describeCommand(await buildProgram(SILENT, () => {}));

/** The command line's own description of itself. Nothing is run, and nothing is printed. */
export const describedProgram = (): CommandEntry => DESCRIBED;
