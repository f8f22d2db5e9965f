import {
  GetQueueAttributesCommand,
  SendMessageBatchCommand,
  type SendMessageBatchCommandOutput,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type AwsFailure, awsFailure } from '../model/aws/aws-failure.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';
import type { PlanInput } from '../pipeline/plan.ts';
import type { ScanRequest } from '../pipeline/scan-request.ts';
import { clientSettings } from './client-settings.ts';

/** SQS API reference, SendMessageBatch: at most ten messages. */
const MESSAGES_PER_BATCH = 10;

/** Some targets could not be put on the queue, and will not be scanned by this run. */
export class TargetsNotQueued extends HeadroomError {
  constructor(count: number, reason: string) {
    super(
      'targets-not-queued',
      `${count} targets could not be put on the queue (${reason}).`,
      'Check that the role of plan-scan may call sqs:SendMessage on the queue; the next run tries again.',
    );
    this.name = 'TargetsNotQueued';
  }
}

const enqueueOn =
  (client: SQSClient, queueUrl: string, home: Target) =>
  async (requests: readonly ScanRequest[]): Promise<void> => {
    const refused: string[] = [];
    let failure: AwsFailure | null = null;
    for (let start = 0; start < requests.length; start += MESSAGES_PER_BATCH) {
      const batch = requests.slice(start, start + MESSAGES_PER_BATCH);
      const Entries = batch.map((request, index) => ({
        Id: String(index),
        MessageBody: JSON.stringify(request),
      }));
      try {
        const answer = await client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
        refused.push(...notTaken(answer, Entries));
      } catch (error) {
        // One batch that fails must not keep the targets of the others from being scanned.
        failure = awsFailure(error, { action: 'sqs:SendMessage', target: home });
        refused.push(...batch.map(() => failure?.message ?? ''));
      }
    }
    if (failure !== null && refused.length === requests.length) throw failure;
    if (refused.length > 0) throw new TargetsNotQueued(refused.length, refused[0] ?? '');
  };

/** Why messages are not on the queue. SQS names each message that it took: only these are there. */
const notTaken = (
  { Successful = [], Failed = [] }: SendMessageBatchCommandOutput,
  entries: readonly { readonly Id: string }[],
): readonly string[] => {
  const taken = new Set(Successful.map(({ Id }) => Id));
  return entries
    .filter(({ Id }) => !taken.has(Id))
    .map(({ Id }) => {
      const { Message, Code } = Failed.find((failed) => failed.Id === Id) ?? {};
      return Message ?? Code ?? 'SQS did not say that it took it';
    });
};

const deadLettersIn = (client: SQSClient, queueUrl: string, home: Target) => async () => {
  try {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    const messages = Attributes?.ApproximateNumberOfMessages;
    return messages === undefined ? null : { queueUrl, messages: Number(messages) };
  } catch (error) {
    throw awsFailure(error, { action: 'sqs:GetQueueAttributes', target: home });
  }
};

/** The deployment's queue of targets, and the one where targets end that failed repeatedly. */
export interface TargetQueue extends Pick<PlanInput, 'enqueue' | 'deadLetters'> {
  /** Ends idle connections. */
  destroy(): void;
}

export const createTargetQueue = (
  urls: { readonly queueUrl: string; readonly deadLetterQueueUrl: string | null },
  home: Target,
): TargetQueue => {
  const client = new SQSClient(clientSettings());
  return {
    enqueue: enqueueOn(client, urls.queueUrl, home),
    deadLetters:
      urls.deadLetterQueueUrl === null ? null : deadLettersIn(client, urls.deadLetterQueueUrl, home),
    destroy: () => client.destroy(),
  };
};
