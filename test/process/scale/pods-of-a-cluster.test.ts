import { expect, test } from 'vitest';
import { startPodServer } from '../../bench/kubernetes/pod-server.ts';
import { readInProcess } from '../../bench/kubernetes/reader.ts';

/** `npm run bench:kubernetes` names the seconds; they depend on the machine, and this does not. */

const PODS = 50_000;
const AS_JSON = 5_000;

test('50,000 pods take less memory than the function has, and less processor time than a fifth of so many as JSON', async () => {
  const few = await startPodServer(AS_JSON);
  const json = await readInProcess(few.url, 'json');
  await few.stop();
  expect(json.found).toBe(AS_JSON);

  const many = await startPodServer(PODS);
  const read = await readInProcess(many.url, 'headroom');
  await many.stop();
  expect(read.found).toBe(PODS);
  expect(read.peak).toBeLessThan(256);
  expect(read.cpu / PODS).toBeLessThan(json.cpu / AS_JSON / 5);
}, 180_000);
