import type { AddCommand } from '../../base/command-line.ts';
import { addDrainCommand } from './drain.ts';
import { addFailoverCommand } from './failover.ts';
import { addFitCommand } from './fit.ts';
import { addPlanNodeCommand } from './node.ts';
import { addReserveCommand } from './reserve.ts';
import { addSizeCommand } from './size.ts';
import { addUpgradeCommand } from './upgrade.ts';
import { addWhatIfCommand } from './what-if.ts';

/** `headroom plan`: answers before a change is made. Each question is a command of its own. */
export const addPlanCommand: AddCommand = (program, session) => {
  const plan = program
    .command('plan')
    .description('answers before a change: what fits, what runs dry, and in which order');
  addPlanNodeCommand(plan, session);
  addWhatIfCommand(plan, session);
  addSizeCommand(plan, session);
  addDrainCommand(plan, session);
  addFailoverCommand(plan, session);
  addFitCommand(plan, session);
  addUpgradeCommand(plan, session);
  addReserveCommand(plan, session);
};
