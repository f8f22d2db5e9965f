import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evaluateMonitor } from '../../../../shared/alerts/evaluate.ts';
import { DEFAULT_POLICY } from '../../../../shared/config/default-policy.ts';
import type { Alert } from '../../../../shared/model/alert/alert.ts';
import type { MonitorStatus } from '../../../../shared/model/checks/monitor/monitor-context.ts';
import { aFinding, anObservation, aSubnetSubject } from '../../../fixtures/observations.ts';
import { alertAfter } from '../../../fixtures/transitions.ts';
import { linesOf } from './answers.ts';

/**
 * What Headroom says of itself, as it was last reviewed. After a change that is meant, read the difference:
 * `npx vitest run --project unit test/unit/model/recorded -u`.
 */
const PROBLEMS = [
  {
    code: 'access-denied',
    message: 'X may not call ec2:DescribeVpcs.',
    action: 'Allow ec2:DescribeVpcs to X.',
  },
  { code: 'aws-throttled', message: 'EC2 throttles.', action: 'Scan less often.' },
];
const REGIONS = ['eu-west-1', 'us-east-1'];

const place = fc.record({
  accountId: fc.constantFrom('111111111111', '222222222222', '333333333333'),
  region: fc.constantFrom(...REGIONS),
});
const day = fc
  .integer({ min: 1, max: 28 })
  .map((each) => `2026-01-${String(each).padStart(2, '0')}T00:00:00.000Z`);

const target = fc
  .tuple(
    place,
    fc.record({
      state: fc.constantFrom(
        'fresh' as const,
        'partial' as const,
        'failed' as const,
        'stale' as const,
        'new' as const,
        'gone' as const,
      ),
      scannedAt: fc.option(day),
      problems: fc.subarray(PROBLEMS),
    }),
  )
  .map(([where, state]) => ({ ...where, ...state }));

const failing = fc
  .record({
    title: fc.constantFrom('private-a: 12 of 251 addresses left', 'private-b: no prefix is left'),
    at: day,
    subject: place,
    lastError: fc.option(fc.constantFrom('The pager is down.', 'Slack has revoked the webhook.')),
    attempts: fc.nat(12),
    causes: fc.option(
      fc.subarray(['pager: down', 'team chat: revoked', 'alerts: down', 'The topic of alerts: denied']),
    ),
  })
  .map(({ at, attempts, causes, lastError, subject, title }): Alert => {
    const alert = alertAfter(anObservation('warning'));
    return {
      ...alert,
      outbox: alert.outbox.map((entry) => ({
        ...entry,
        transition: {
          ...entry.transition,
          at,
          subject: aSubnetSubject(subject),
          finding: aFinding({ title }),
        },
        attempts,
        lastError,
        ...(causes === null ? {} : { failing: causes }),
      })),
    };
  });

const elsewhere = fc.record(
  {
    count: fc.integer({ min: 1, max: 4 }),
    oldest: day,
    mostAttempts: fc.nat(20),
    errors: fc.subarray(['The pager is down.', 'The queue is gone.']),
    causes: fc.subarray(['pager: down', 'hook: gone']),
    target: place,
    titles: fc.subarray(['private-c: 3 of 11 addresses left']),
  },
  { requiredKeys: ['count', 'oldest', 'mostAttempts', 'errors', 'causes'] },
);

const arbitraryStatus: fc.Arbitrary<MonitorStatus> = fc.record({
  home: fc.constant({ accountId: '111111111111', region: 'eu-west-1' }),
  coverage: fc.option(
    fc.uniqueArray(target, { maxLength: 7, selector: ({ accountId, region }) => `${accountId}/${region}` }),
    { freq: 8 },
  ),
  unknownVpcs: fc.option(fc.subarray(['vpc-1', 'vpc-2'])),
  left: fc.option(
    fc.array(
      fc.tuple(place, fc.integer({ min: 1, max: 3 })).map(([where, firing]) => ({ ...where, firing })),
      { maxLength: 2 },
    ),
  ),
  undelivered: fc.option(fc.array(failing, { maxLength: 4 }), { freq: 8 }),
  undeliveredElsewhere: fc.array(elsewhere, { maxLength: 2 }),
  deadLetters: fc.option(
    fc.record({
      queueUrl: fc.constant('https://sqs.eu-west-1.amazonaws.com/111111111111/dead'),
      messages: fc.nat(3),
    }),
    { freq: 8 },
  ),
});

const STATUSES = fc.sample(arbitraryStatus, { seed: 20_261_128, numRuns: 40 });

test('what is said of generated states of Headroom itself', async () => {
  const lines = STATUSES.flatMap((status, index) => [
    '',
    `State ${index + 1}`,
    ...evaluateMonitor(status, DEFAULT_POLICY).flatMap(({ finding, subject: _subject, ...parts }) => [
      ...linesOf(parts),
      ...(finding === null ? [] : linesOf({ ...finding, subject: finding.subject.id })),
    ]),
  ]);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('of-the-monitor.txt');
});
