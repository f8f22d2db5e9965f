import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTargetQueue, type TargetQueue } from '../../../shared/aws/target-queue.ts';
import type { ScanRequest } from '../../../shared/pipeline/scan-request.ts';

const HOME = { accountId: '111111111111', region: 'eu-west-1' };
let answer = '{}';
let queue: TargetQueue;
const server = createServer((request, response) => {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(answer);
});

beforeEach(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', url);
  vi.stubEnv('AWS_REGION', HOME.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  queue = createTargetQueue({ queueUrl: `${url}/111111111111/targets`, deadLetterQueueUrl: null }, HOME);
});
afterEach(async () => {
  queue.destroy();
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
});

const request: ScanRequest = {
  schema: 'headroom/scan-request@1',
  runId: 'run-1',
  ...HOME,
  subnetSeries: 10,
};

test('messages that SQS names as taken are on the queue', async () => {
  const MD5OfMessageBody = createHash('md5').update(JSON.stringify(request)).digest('hex');
  answer = JSON.stringify({
    Successful: ['0', '1'].map((Id) => ({ Id, MessageId: Id, MD5OfMessageBody })),
  });
  await queue.enqueue([request, request]);
});

test.each([
  ['{}', 'SQS did not say that it took it'],
  ['{"ok":true}', 'SQS did not say that it took it'],
  ['{"Failed":[{"Id":"1","Code":"Throttled","Message":"slow down","SenderFault":false}]}', 'SQS did not say'],
])(
  'the answer %s with status 200 is no message taken: the run says that it queued none',
  async (body, why) => {
    answer = body;
    await expect(queue.enqueue([request, request])).rejects.toMatchObject({
      code: 'targets-not-queued',
      message: expect.stringMatching(new RegExp(`^2 targets .*${why}`)),
    });
  },
);
