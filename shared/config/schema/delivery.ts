import * as z from 'zod';
import { DAYS, type DeliveryTimes } from '../../model/alert/policy.ts';
import { DEFAULT_DELIVERY } from '../default-policy.ts';
import { clock, listOf, oneOf, section, timeZone, together } from './scalars.ts';

/** When a destination gets what can wait: for all destinations under `alerts.delivery`, and for one in its own mapping. */

type Day = (typeof DAYS)[number];

export const daysOfTheWeek = listOf(oneOf(DAYS), `one of ${DAYS.join(', ')}, or a list of them`);

export const dayNumbers = (days: readonly Day[]): readonly number[] => days.map((day) => DAYS.indexOf(day));

export const WORKING_DAYS: readonly Day[] = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'];

const REPEAT_WORDS = ['never', 'by-rule'] as const;
const REPEAT = `one of ${REPEAT_WORDS.join(', ')}, or a mapping with the time of day`;

const repeatTime = section({
  at: clock.describe('The time of day at which alerts that still fire are notified again.'),
  days: daysOfTheWeek.optional().describe('The days on which that happens. Default: Monday to Friday.'),
  timeZone: timeZone.optional().describe('The time zone of the time. Default: UTC.'),
  severity: oneOf(['warning', 'critical'])
    .optional()
    .describe('The lowest severity that is repeated. Default: critical.'),
}).transform(
  ({
    at,
    days = [...WORKING_DAYS],
    timeZone: zone = 'UTC',
    severity = 'critical',
  }): DeliveryTimes['repeat'] => ({
    at,
    days: dayNumbers(days),
    timeZone: zone,
    severity,
  }),
);

const quietHours = together(
  section({
    start: clock.describe('The start of the quiet hours.'),
    end: clock.describe('Their end, on the next day if it is earlier than the start.'),
    days: daysOfTheWeek.optional().describe('The days on which they start. Default: every day.'),
    timeZone: timeZone.optional().describe('The time zone of both. Default: UTC.'),
    wake: oneOf(['critical', 'nothing'])
      .optional()
      .describe(
        'Whether an alert that becomes critical is sent during the quiet hours. Default: critical, so it is.',
      ),
  }),
  ({ start, end }) =>
    start === undefined || start !== end
      ? []
      : [
          {
            path: ['end'],
            message: 'is the same as its start, so there are no quiet hours; leave them out.',
          },
        ],
).transform(
  ({
    start,
    end,
    days = [...DAYS],
    timeZone: zone = 'UTC',
    wake = 'critical',
  }): DeliveryTimes['quietHours'] => ({
    start,
    end,
    days: dayNumbers(days),
    timeZone: zone,
    wake,
  }),
);

export const deliveryFields = {
  repeat: z
    .union([z.enum(REPEAT_WORDS), repeatTime], { error: REPEAT })
    .optional()
    .describe(
      'When alerts that still fire with other figures are notified again: never, by-rule, or at a time of day. Default: critical alerts on working days at 09:00 UTC.',
    ),
  quietHours: quietHours
    .optional()
    .describe('Hours in which notifications wait. Steps that cancel each other out are not sent at all.'),
};

interface Given {
  readonly repeat?: DeliveryTimes['repeat'] | undefined;
  readonly quietHours?: DeliveryTimes['quietHours'] | undefined;
}

/** The given settings over those of all destinations. */
export const deliveryTimes = (
  { repeat, quietHours: quiet }: Given,
  otherwise: DeliveryTimes = DEFAULT_DELIVERY,
): DeliveryTimes => ({
  repeat: repeat ?? otherwise.repeat,
  quietHours: quiet === undefined ? otherwise.quietHours : quiet,
});

export const deliverySchema = section(deliveryFields);
