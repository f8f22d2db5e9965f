import { parentPort, workerData } from 'node:worker_threads';
import { simulate } from './simulation.ts';

/** One seed in a thread of its own. */
parentPort?.postMessage(await simulate(workerData));
