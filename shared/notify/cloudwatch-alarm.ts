import * as z from 'zod/mini';
import type { Transition } from '../model/alert/alert.ts';
import type { AlertMessage } from '../model/alert/alert-message.ts';
import { parseArn } from '../model/aws/arn.ts';
import { consoleHost } from '../model/aws/console.ts';
import type { Finding, Subject } from '../model/result/finding.ts';
import { identityWithin, keyOf, subjectPath } from '../model/result/identity.ts';

/**
 * CloudWatch's own alarms on the monitor publish to the same topic as its alerts, in CloudWatch's own form. Where people
 * read alerts they must see these, too: they speak when nothing of Headroom runs any more.
 */
const alarmSchema = z.object({
  AlarmName: z.string(),
  AlarmDescription: z.optional(z.nullable(z.string())),
  AWSAccountId: z.string(),
  NewStateValue: z.enum(['ALARM', 'OK', 'INSUFFICIENT_DATA']),
  OldStateValue: z.optional(z.string()),
  NewStateReason: z.string(),
  /** `2026-11-20T14:00:00.000+0000`. */
  StateChangeTime: z.string().check(z.refine((time) => !Number.isNaN(Date.parse(time)))),
  /** `Region` holds a display name, `EU (Ireland)`; the code is only here. */
  AlarmArn: z.string(),
});

type CloudWatchAlarm = z.infer<typeof alarmSchema>;

/** The notification of a CloudWatch alarm as an alert message; `null` when it is none. */
export const alarmMessage = (notification: unknown): AlertMessage | null => {
  const { success, data } = alarmSchema.safeParse(notification);
  if (!success) return null;
  const region = parseArn(data.AlarmArn)?.region ?? '';
  const host = consoleHost(region);
  const transition = transitionOf(data, region);
  return {
    threadId: identityWithin(transition.subject, subjectPath(transition.subject)),
    messageId: identityWithin(transition.subject, transition.id),
    transitions: [transition],
    destinations: [],
    links:
      host === null
        ? []
        : [
            {
              label: 'Alarm',
              url: `https://${host}/cloudwatch/home?region=${region}#alarmsV2:alarm/${encodeURIComponent(data.AlarmName)}`,
            },
          ],
  };
};

const STATES = {
  ALARM: { transition: 'firing', severity: 'critical' },
  INSUFFICIENT_DATA: { transition: 'firing', severity: 'warning' },
  OK: { transition: 'resolved', severity: 'ok' },
} as const;

const transitionOf = (alarm: CloudWatchAlarm, region: string): Transition => {
  const subject: Subject = {
    type: 'monitor',
    id: alarm.AlarmName,
    name: null,
    accountId: alarm.AWSAccountId,
    region,
    vpcId: null,
    clusterName: null,
    subnetIds: [],
  };
  const { transition, severity } = STATES[alarm.NewStateValue];
  const at = new Date(alarm.StateChangeTime).toISOString();
  const key = keyOf('cloudwatch-alarm', subject);
  return {
    id: `${key}#${at}`,
    key,
    rule: 'cloudwatch-alarm',
    subject,
    transition,
    severity,
    previousSeverity: alarm.OldStateValue === 'ALARM' ? 'critical' : 'ok',
    at,
    since: at,
    finding: findingOf(alarm, subject),
    ...(transition === 'resolved' ? { clear: 'the alarm is OK again' } : {}),
  };
};

const findingOf = (alarm: CloudWatchAlarm, subject: Subject): Finding => {
  // The descriptions of our own alarms say in their first sentence what is wrong, and then what to do.
  const [title = '', ...rest] = (alarm.AlarmDescription ?? '').split(/(?<=\.)\s+/);
  return {
    id: keyOf('cloudwatch-alarm', subject),
    kind: 'cloudwatch-alarm',
    severity: alarm.NewStateValue === 'INSUFFICIENT_DATA' ? 'warning' : 'critical',
    subject,
    title:
      title === ''
        ? `The alarm ${alarm.AlarmName} is in state ${alarm.NewStateValue}`
        : title.replace(/\.$/, ''),
    explanation: [...rest, alarm.NewStateReason].join(' '),
    evidence: [],
    remedies: [],
  };
};
