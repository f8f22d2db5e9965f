import { parentPort } from 'node:worker_threads';
import { type SimulationInput, simulate } from './simulation.ts';
import { tracedReport } from './trace.ts';

/** One seed for a thread. `isTraced`: the report has a hash of the path that the run took. */
export interface ThreadInput extends SimulationInput {
  readonly isTraced?: boolean;
}

const run = async ({ isTraced = false, ...input }: ThreadInput): Promise<void> => {
  parentPort?.postMessage(await (isTraced ? tracedReport(input) : simulate(input)));
};

/** Runs one seed after the other: the code is compiled and warm from the second one on. */
parentPort?.on('message', (input: ThreadInput | null) => {
  if (input === null) parentPort?.close();
  else void run(input);
});
