import { parentPort } from 'node:worker_threads';
import { type SimulationInput, simulate } from './simulation.ts';

const run = async (input: SimulationInput): Promise<void> => {
  parentPort?.postMessage(await simulate(input));
};

/** Runs one seed after the other: the code is compiled and warm from the second one on. */
parentPort?.on('message', (input: SimulationInput | null) => {
  if (input === null) parentPort?.close();
  else void run(input);
});
