import type { AddCommand } from '../base/command-line.ts';
import { addPlanNodeCommand } from './plan-node.ts';

/** `headroom plan`: answers before a change is made. Each question is a command of its own. */
export const addPlanCommand: AddCommand = (program, session) => {
  const plan = program.command('plan').description('answers before a change: what would be held');
  addPlanNodeCommand(plan, session);
};
