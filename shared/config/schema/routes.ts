import { DAYS, type Route, type WeeklyWindow } from '../../model/alert/policy.ts';
import { dayNumbers, daysOfTheWeek } from './delivery.ts';
import { clock, listOf, NAME, NAME_WORDS, section, text, timeZone, together, yesOrNo } from './scalars.ts';
import { alertSelector } from './selector.ts';

/** `routes` of headroom.yml. */

const routeHours = together(
  section({
    start: clock.describe('The start of the hours.'),
    end: clock.describe('Their end, on the next day if it is earlier than the start.'),
    days: daysOfTheWeek.optional().describe('The days on which they start. Default: every day.'),
    timeZone: timeZone.optional().describe('The time zone of both. Default: UTC.'),
  }),
  ({ start, end }) =>
    start === undefined || start !== end
      ? []
      : [{ path: ['end'], message: 'is the same as its start; leave the hours out for the whole day.' }],
).transform(
  ({ start, end, days = [...DAYS], timeZone: zone = 'UTC' }): WeeklyWindow => ({
    start,
    end,
    days: dayNumbers(days),
    timeZone: zone,
  }),
);

export const routeSchema = section({
  match: alertSelector.optional().describe('The alerts of this route. Default: all alerts.'),
  to: listOf(text(NAME_WORDS, NAME), 'the name of a destination, or a list of them').describe(
    'The destinations of this route.',
  ),
  continue: yesOrNo.optional().describe('Whether later routes are evaluated as well.'),
  hours: routeHours
    .optional()
    .describe('Hours of the week in which this route applies to what is announced. Default: always.'),
}).transform(
  (given): Route => ({
    match: given.match ?? {},
    to: given.to,
    continue: given.continue ?? false,
    ...(given.hours === undefined ? {} : { hours: given.hours }),
  }),
);
