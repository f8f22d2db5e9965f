// The lab of the demo as a thread: it says where it answers, and then takes one order after the other.

import { parentPort } from 'node:worker_threads';
import { demo } from '../estates/demo.ts';
import { openStoryLab } from './story-lab.ts';

/** Absent: the clock stays. Every order is answered with the totals. */
export interface LabOrder {
  readonly moveTo?: number;
}

export interface LabStarted {
  readonly url: string;
  readonly startsAt: number;
}

const { url, startsAt, moveTo, totals } = await openStoryLab(demo);
const obey = async (order: LabOrder): Promise<void> => {
  if (order.moveTo !== undefined) await moveTo(order.moveTo);
  parentPort?.postMessage(await totals());
};
parentPort?.on('message', (order: LabOrder) => void obey(order));
parentPort?.postMessage({ url, startsAt } satisfies LabStarted);
