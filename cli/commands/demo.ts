import type { AddCommand } from '../base/command-line.ts';
import { UsageError } from '../base/command-line.ts';

/** `headroom demo`: two simulated weeks through the real pipeline. The caller of the process provides the demo. */
export const addDemoCommand: AddCommand = (program, { io }) => {
  program
    .command('demo')
    .description('two weeks of a simulated AWS on this machine, without an account')
    .action(async () => {
      if (io.demo === undefined)
        throw new UsageError(
          'This build has no demo.',
          'Run `npx vpc-headroom demo`, or `npm start` in a checkout.',
        );
      await io.demo();
    });
};
