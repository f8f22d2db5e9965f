import { aws, keep } from '../../base/commands.ts';
import { count } from '../../base/text/numbers.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from '../check.ts';
import { type MonitorContext, monitorSubject } from './monitor-context.ts';

/** The queue that messages are moved from: `start-message-move-task` takes its ARN, and its URL is what is known. */
const QUEUE_ARN = { variable: 'QUEUE_ARN' };

/** Scans that failed repeatedly, and wait in the dead-letter queue. */
export const deadLetters: Check<MonitorContext> = {
  kind: 'dead-letters',
  label: 'Scans moved to the dead-letter queue',
  summary: 'scans failed repeatedly',
  clear: () => 'the dead-letter queue is empty',
  about: 'the monitor itself',
  condition: 'Scans failed as often as the queue allows and wait in the dead-letter queue.',
  unknown: 'The queue could not be read.',
  impact:
    'The same targets are planned again with every run. The messages in the queue show why their scans failed.',
  settings: 'dead-letters',
  find: (context) => [result(context)],
};

const result = ({ status, settings }: MonitorContext): CheckResult => {
  const subject = monitorSubject(status);
  if (status.deadLetters === null) return notMeasured(subject, 'The queue could not be read.');
  const { messages, queueUrl } = status.deadLetters;
  const evidence = [{ name: 'deadLetters', value: messages, unit: 'messages' }];
  if (messages === 0) return healthy(subject, evidence);
  return found(subject, settings('dead-letters', subject).severity, evidence, () => ({
    title: `Headroom: ${count(messages, 'scan')} failed repeatedly and moved to the dead-letter queue`,
    explanation:
      'Each failed as often as the queue allows. The same targets are planned again with every run. The messages in the queue show why they failed.',
    remedies: () => [
      {
        title: 'Read why, then empty the queue',
        effect:
          'The first command shows the messages without removing them. The others move them back to the queue, so that these scans run once more.',
        commands: [
          aws('sqs', 'receive-message', subject.region, {
            'queue-url': queueUrl,
            'max-number-of-messages': 10,
            'visibility-timeout': 0,
          }),
          keep(
            QUEUE_ARN,
            'sqs',
            'get-queue-attributes',
            subject.region,
            { 'queue-url': queueUrl, 'attribute-names': 'QueueArn' },
            'Attributes.QueueArn',
          ),
          aws('sqs', 'start-message-move-task', subject.region, { 'source-arn': QUEUE_ARN }),
        ],
        preconditions: [],
      },
    ],
  }));
};
