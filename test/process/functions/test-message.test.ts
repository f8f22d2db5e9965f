import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DeployedHeadroom, deployHeadroom } from '../../fixtures/deployed-headroom.ts';
import { HUB, THREE_ACCOUNTS_REGION as REGION, threeAccounts } from '../../fixtures/three-accounts.ts';

const AUDIT = `arn:aws:sns:${REGION}:${HUB}:network-audit`;

let headroom: DeployedHeadroom;
beforeEach(async () => {
  headroom = await deployHeadroom({
    estate: threeAccounts,
    accountId: HUB,
    configuration: `destinations:\n  audit: { sns: { topicArn: '${AUDIT}', format: text } }\n`,
  });
});
afterEach(() => headroom.close());

const sent = () =>
  headroom.lab.sns.map(
    ({ message }) => message.includes('this is a test') || message.includes('test is over'),
  );

describe('plan-scan, invoked with a test', () => {
  test('sends a test message and its end to the topic and to each destination, and begins no run', async () => {
    expect(await headroom.invokePlan({ testMessage: {} })).toEqual({
      schema: 'headroom/test-message@1',
      severity: 'warning',
      destinations: [
        { destination: 'default', status: 'sent', problem: null },
        { destination: 'audit', status: 'sent', problem: null },
      ],
    });
    expect(sent()).toEqual([true, true, true, true]);
    expect(await headroom.waiting('targets')).toBe(0);
  });

  test('sends only to those that are named', async () => {
    await headroom.invokePlan({ testMessage: { destinations: ['audit'], severity: 'critical' } });
    expect(headroom.lab.sns.map(({ topicArn }) => topicArn)).toEqual([AUDIT, AUDIT]);
  });

  test.each([
    [{ testMessage: { destinations: ['on-call'] } }, 'There is no destination on-call.'],
    [{ testMessage: { severity: 'info' } }, 'form that is not known'],
    [{ testMessage: null }, 'form that is not known'],
    [{ testMessage: {}, other: 1 }, 'form that is not known'],
  ])('refuses %j, and sends and plans nothing', async (event, sentence) => {
    await expect(headroom.invokePlan(event)).rejects.toThrow(sentence);
    expect([headroom.lab.sns, await headroom.waiting('targets')]).toEqual([[], 0]);
  });
});
