import { expect, test } from 'vitest';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { pagerDutyEvents } from '../../../shared/notify/pagerduty.ts';
import {
  exampleFinding,
  exampleMessage,
  exampleTransition,
  subnetSubject,
} from '../../fixtures/messages/made-messages.ts';

const transitionOf = (subnetId: string, vpcName?: string) => {
  const subject = {
    ...subnetSubject(subnetId, `nodes-${subnetId.slice(-1)}`),
    ...(vpcName === undefined ? {} : { vpcName }),
  };
  const title = `${subject.name}: 3 of 123 addresses left`;
  return exampleTransition(exampleFinding(subject, { kind: 'addresses-low', severity: 'critical', title }));
};
const messageOf = (vpcName?: string) =>
  exampleMessage([transitionOf('subnet-0a', vpcName), transitionOf('subnet-0b', vpcName)]);

test('a message names the VPC of its subnets, with its ID beside it', () => {
  const { headline, entries } = composeMessage(messageOf('payments'));
  const { vpcId } = subnetSubject('subnet-0a', 'nodes-a');
  expect(headline).toContain('2 subnets of VPC payments: ');
  expect(entries[0]?.place).toContainEqual({ label: 'VPC', value: 'payments', id: vpcId });
  // Rules of PagerDuty may name the component, and VPCs of two accounts may have one name.
  expect(pagerDutyEvents(messageOf('payments'), 'key')[0]?.payload?.component).toBe(vpcId);
});

test('a VPC without a name has its ID', () => {
  const { vpcId } = subnetSubject('subnet-0a', 'nodes-a');
  expect(composeMessage(messageOf()).headline).toContain(`2 subnets of ${vpcId}: `);
  expect(composeMessage(messageOf()).entries[0]?.place).toContainEqual({ label: 'VPC', value: vpcId });
});
