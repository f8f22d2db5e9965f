import type { AlertSeverity, Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import type { Target } from '../model/aws/inventory.ts';
import type { Finding, Subject } from '../model/result/finding.ts';
import { identityWithin, incidentOf, keyOf } from '../model/result/identity.ts';

/** The rule that a test message has in documents for programs: no check has this name. */
export const TEST_RULE = 'test-message';

export interface TestMessageInput {
  /** Unlike that of any other test: each is an incident of its own. */
  readonly id: string;
  readonly destination: string;
  readonly severity: AlertSeverity;
  readonly home: Target;
}

/**
 * A message that says that it is a test, and the end of what it opened. It has the form of an alert, so that it takes the way that
 * alerts take.
 */
export const testMessages = (input: TestMessageInput) => ({
  begin: (now: number): AlertMessage => messageOf(input, 'firing', now),
  end: (now: number, begunAt: number): AlertMessage => messageOf(input, 'resolved', now, begunAt),
});

const messageOf = (
  { id, destination, severity, home }: TestMessageInput,
  transition: 'firing' | 'resolved',
  now: number,
  begunAt = now,
): AlertMessage => {
  const subject: Subject = {
    type: 'monitor',
    id,
    name: 'Headroom',
    accountId: home.accountId,
    region: home.region,
    vpcId: null,
    clusterName: null,
    subnetIds: [],
  };
  const finding: Finding = {
    id: keyOf(TEST_RULE, subject),
    kind: TEST_RULE,
    summary: 'a test message',
    severity,
    subject,
    title: 'Headroom: this is a test, and no alert',
    explanation: `A person asked for it, to see whether messages reach the destination ${destination}. Nothing is wrong, and it closes by itself.`,
    evidence: [],
    remedies: [],
  };
  const isEnd = transition === 'resolved';
  const at = new Date(now).toISOString();
  const key = keyOf(TEST_RULE, subject);
  const step: Transition = {
    id: `${key}#${isEnd ? 2 : 1}`,
    key,
    rule: TEST_RULE,
    subject,
    transition,
    severity: isEnd ? 'ok' : severity,
    previousSeverity: isEnd ? severity : 'ok',
    at,
    since: new Date(begunAt).toISOString(),
    finding,
    announced: [severity],
    ...(isEnd ? { changes: [], clear: 'the test is over' } : {}),
  };
  const incident = incidentOf(step);
  return {
    threadId: incident,
    messageId: identityWithin(home, step.id),
    transitions: [step],
    destinations: [destination],
    links: [],
    quietThreads: isEnd ? [incident] : [],
    incidents: [{ id: incident, level: step.severity }],
  };
};
