import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { LabOrder, LabStarted } from './lab-worker.ts';
import type { LabTotals, StoryLab } from './story-lab.ts';

/** The packaged demo has the same program beside its own. */
const PROGRAM = import.meta.url.endsWith('.ts') ? './lab-worker.ts' : './lab-worker.mjs';

/** The lab of the demo in a thread of its own: it answers on one core while the scans run on another. */
export const openDemoLab = async (): Promise<StoryLab> => {
  const worker = new Worker(new URL(PROGRAM, import.meta.url));
  const answer = async <Answer>(): Promise<Answer> => {
    const [message] = (await once(worker, 'message')) as [Answer];
    return message;
  };
  const { url, startsAt } = await answer<LabStarted>();
  const order = async (given: LabOrder): Promise<LabTotals> => {
    worker.postMessage(given);
    return answer<LabTotals>();
  };
  return {
    url,
    startsAt,
    moveTo: async (at) => void (await order({ moveTo: at })),
    totals: () => order({}),
    close: async () => void (await worker.terminate()),
  };
};
