import * as z from 'zod';
import type { Mute, PolicyOverride } from '../../model/alert/policy.ts';
import { dayNumbers, daysOfTheWeek, deliverySchema } from './delivery.ts';
import { rulesByName, rulesSchema } from './rules.ts';
import { clock, moment, section, text, timeZone, together } from './scalars.ts';
import { alertSelector, subjectSelector } from './selector.ts';

/** `alerts` of headroom.yml: rules, overrides, mutes and delivery. */

const weekly = together(
  section({
    days: daysOfTheWeek.describe('The days on which the window starts.'),
    start: clock.describe('The start of the window.'),
    end: clock.describe('The end of the window, on the next day if it is earlier than the start.'),
    timeZone: timeZone.optional().describe('The time zone of both.'),
  }),
  ({ start, end }) =>
    start === undefined || start !== end
      ? []
      : [
          {
            path: ['end'],
            message:
              'is the same as its start, so the window is empty; leave "weekly" out to mute around the clock.',
          },
        ],
).transform((window) => ({
  days: dayNumbers(window.days),
  start: window.start,
  end: window.end,
  timeZone: window.timeZone ?? 'UTC',
}));

const mute = together(
  section({
    match: alertSelector.describe('The alerts to mute.'),
    reason: text('a short reason', /\S/).describe('The reason, for people who find the mute later.'),
    from: moment.optional().describe('The start. Default: at once.'),
    until: moment.optional().describe('The end. Default: never.'),
    weekly: weekly.optional().describe('A window that repeats every week.'),
  }),
  ({ from, until }) =>
    typeof from !== 'string' || typeof until !== 'string' || !(Date.parse(from) >= Date.parse(until))
      ? []
      : [{ path: ['until'], message: `is ${until}, which is not after its from, ${from}.` }],
).transform(
  ({ match, reason, from, until, weekly: window }): Mute => ({
    match,
    reason,
    from: from ?? null,
    until: until ?? null,
    weekly: window ?? null,
  }),
);

const override = section({
  match: subjectSelector.describe('The subjects with other settings.'),
  rules: rulesSchema.transform(rulesByName).describe('The other settings, with the keys of alerts.rules.'),
}).transform(({ match, rules }): PolicyOverride => ({ match, rules: rules as PolicyOverride['rules'] }));

export const alertsSchema = section({
  rules: rulesSchema.transform(rulesByName).optional().describe('Settings of the rules for all subjects.'),
  overrides: z
    .array(override, { error: 'a list of overrides' })
    .optional()
    .describe('Other settings for the subjects that match. Later overrides win.'),
  mutes: z
    .array(mute, { error: 'a list of mutes' })
    .optional()
    .describe('Subjects without notifications, for a time.'),
  delivery: deliverySchema
    .optional()
    .describe('When destinations get what can wait. A destination may have settings of its own.'),
});
