import { type CommandEntry, describeCommand } from '../../cli/base/command-tree.ts';
import { buildProgram } from '../../cli/main.ts';

/** The command line's own description of itself. Nothing is run, and nothing is printed. */
export const describedProgram = (): CommandEntry => {
  const io = {
    out: () => {},
    err: () => {},
    env: {},
    now: () => 0,
    colour: false,
    progress: false,
    columns: null,
  };
  return describeCommand(buildProgram(io, () => {}));
};
