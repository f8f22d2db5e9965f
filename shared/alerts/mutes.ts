import type { Mute } from '../model/alert/policy.ts';
import { matches, type Selectable } from './selectors.ts';

/** The first mute that keeps this quiet at the given moment (epoch milliseconds); `null`: none does. */
export const mutedBy = (selectable: Selectable, mutes: readonly Mute[], at: number): Mute | null =>
  mutes.find((mute) => isInForce(mute, at) && matches(mute.match, selectable)) ?? null;

/**
 * Whether a mute applies at a moment: from its beginning, up to but not including its end. A weekly window counts only
 * between the two. One that ends before it begins goes over midnight and belongs to the day on which it begins; its hours
 * are those of its time zone's wall clock, daylight saving included.
 */
export const isInForce = ({ from, until, weekly }: Mute, at: number): boolean => {
  if (from !== null && at < Date.parse(from)) return false;
  if (until !== null && at >= Date.parse(until)) return false;
  return weekly === null || isInWindow(weekly, at);
};

type WeeklyWindow = NonNullable<Mute['weekly']>;

const DAYS_OF_A_WEEK = 7;

const isInWindow = ({ days, start, end, timeZone }: WeeklyWindow, at: number): boolean => {
  const { day, time } = wallClock(at, timeZone);
  if (start < end) return days.includes(day) && start <= time && time < end;
  const dayBefore = (day + DAYS_OF_A_WEEK - 1) % DAYS_OF_A_WEEK;
  return (days.includes(day) && time >= start) || (days.includes(dayBefore) && time < end);
};

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** Making a formatter takes twenty times as long as using one (131 and 7 microseconds), and a scan asks thousands of times. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** The day (0 Sunday) and the time (`HH:MM`) that the clocks of a time zone show. */
const wallClock = (at: number, timeZone: string): { readonly day: number; readonly time: string } => {
  const formatter =
    formatters.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  formatters.set(timeZone, formatter);
  const parts = new Map(formatter.formatToParts(at).map(({ type, value }) => [type, value]));
  return {
    day: WEEKDAYS.indexOf(parts.get('weekday') ?? ''),
    time: `${parts.get('hour')}:${parts.get('minute')}`,
  };
};
