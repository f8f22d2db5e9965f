import * as z from 'zod';
import { DAYS } from '../../model/alert/policy.ts';
import { dayNumbers, WORKING_DAYS } from './delivery.ts';
import { clock, listOf, NAME, NAME_WORDS, oneOf, section, text, timeZone } from './scalars.ts';
import { alertSelector } from './selector.ts';

/** `digests` of headroom.yml. */

const digest = section({
  to: listOf(text(NAME_WORDS, NAME), 'the name of a destination, or a list of them').describe(
    'The destinations of this digest.',
  ),
  every: oneOf(['daily', 'weekly'])
    .optional()
    .describe('How often: daily is on working days. Default: weekly.'),
  day: oneOf(DAYS).optional().describe('The day of a weekly digest. Default: monday.'),
  at: clock.optional().describe('The time of day. Default: 09:00.'),
  timeZone: timeZone.optional().describe('The time zone of day and time. Default: UTC.'),
  match: alertSelector.optional().describe('The scope: a team by its tag, accounts, clusters. Default: all.'),
}).transform(
  ({ to, every = 'weekly', day = 'monday', at = '09:00', timeZone: zone = 'UTC', match = {} }) => ({
    to,
    at,
    timeZone: zone,
    match,
    days: dayNumbers(every === 'weekly' ? [day] : WORKING_DAYS),
  }),
);

export const digestsSchema = z.record(text(NAME_WORDS, NAME), digest, {
  error: 'a mapping from names to digests',
});
