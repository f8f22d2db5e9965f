import { describe, expect, test } from 'vitest';
import { writeAlertDocument } from '../../../shared/notify/alert-document.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { readTopicMessage } from '../../../shared/notify/topic-message.ts';
import { cloudWatchAlarm } from '../../fixtures/messages/cloudwatch-alarm.ts';
import { messageNamed } from '../../fixtures/messages/message-named.ts';

const told = (overrides: Readonly<Record<string, unknown>> = {}) =>
  composeMessage(readTopicMessage(JSON.stringify(cloudWatchAlarm(overrides))));

test('an alert of ours is read as it was written', () => {
  expect(readTopicMessage(writeAlertDocument(messageNamed('surge'), 'h'))).toEqual(messageNamed('surge'));
});

describe('a CloudWatch alarm on the monitor itself', () => {
  test('gives the problem, the place, the start, and where to look', () => {
    const { headline, level, entries, links } = told();
    expect(headline).toBe(
      'Critical: Headroom has not scanned any target in full for half an hour, so the subnets are not watched',
    );
    expect(level).toBe('critical');
    expect(entries[0]).toMatchObject({
      explanation:
        'Look at the logs of headroom-plan-scan and headroom-scan-target. Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching].',
      timing: { label: 'Since', value: 'Fri 20 Nov 2026 14:30 UTC' },
      place: [
        { label: 'Monitor', value: 'headroom-nothing-scanned' },
        { label: 'Account', value: '111122223333, eu-west-1' },
      ],
    });
    expect(links).toEqual([
      {
        label: 'Alarm',
        url: 'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#alarmsV2:alarm/headroom-nothing-scanned',
      },
    ]);
  });

  test('that is over sends the end, without an unknown duration', () => {
    const { headline, level, entries } = told({ NewStateValue: 'OK', OldStateValue: 'ALARM' });
    expect([headline, level]).toEqual(['Resolved: headroom-nothing-scanned: the alarm is OK again', 'ok']);
    expect(entries[0]?.timing).toMatchObject({ label: 'Resolved', value: 'Fri 20 Nov 2026 14:30 UTC' });
  });

  test('that cannot tell is a warning', () => {
    expect(told({ NewStateValue: 'INSUFFICIENT_DATA' })).toMatchObject({ level: 'warning' });
  });

  test.each([{ AlarmDescription: null }, { AlarmDescription: undefined }, { AlarmDescription: '' }])(
    'without a description (%o) is named by its name and state',
    (overrides) => {
      expect(told(overrides).headline).toBe('Critical: The alarm headroom-nothing-scanned is in state ALARM');
    },
  );

  test.each([
    ['aws-cn', 'cn-north-1', 'https://cn-north-1.console.amazonaws.cn/'],
    ['aws-us-gov', 'us-gov-west-1', 'https://us-gov-west-1.console.amazonaws-us-gov.com/'],
  ])('of the partition %s leads to the console of that partition', (partition, region, console) => {
    const AlarmArn = `arn:${partition}:cloudwatch:${region}:111122223333:alarm:x`;
    expect(told({ AlarmArn }).links[0]?.url.startsWith(console)).toBe(true);
  });

  test('has one thread for its whole life, and its own message id at every change', () => {
    const raised = readTopicMessage(JSON.stringify(cloudWatchAlarm()));
    const cleared = readTopicMessage(
      JSON.stringify(
        cloudWatchAlarm({ NewStateValue: 'OK', StateChangeTime: '2026-11-20T15:00:00.000+0000' }),
      ),
    );
    expect(cleared.threadId).toBe(raised.threadId);
    expect(cleared.messageId).not.toBe(raised.messageId);
  });

  test.each([{ NewStateReason: undefined }, { StateChangeTime: 'yesterday' }, { NewStateValue: 'FINE' }])(
    'that is none, by %o, is refused like any other message',
    (overrides) => {
      const notification = JSON.stringify(cloudWatchAlarm(overrides));
      expect(() => readTopicMessage(notification)).toThrow(
        'The message is not a Headroom alert: schema must be headroom/alert@1',
      );
    },
  );
});
