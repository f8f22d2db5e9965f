import type { DailyTime, WeeklyWindow } from '../model/alert/policy.ts';

const DAYS_OF_A_WEEK = 7;

/** Whether a moment (epoch milliseconds) is within hours of the week. Those over midnight belong to the day on which they begin. */
export const isInWindow = ({ days, start, end, timeZone }: WeeklyWindow, at: number): boolean => {
  const { day, time } = wallClock(at, timeZone);
  if (start < end) return days.includes(day) && start <= time && time < end;
  const dayBefore = (day + DAYS_OF_A_WEEK - 1) % DAYS_OF_A_WEEK;
  return (days.includes(day) && time >= start) || (days.includes(dayBefore) && time < end);
};

const HOUR_MINUTES = 60;

/**
 * Whether a moment (epoch milliseconds) is within the hour that begins at this time of day. A scan seldom runs at the very
 * minute, and what was missed by more than an hour waits for the next day.
 */
export const isInHourFrom = ({ days, at: start, timeZone }: DailyTime, at: number): boolean => {
  const { day, time } = wallClock(at, timeZone);
  const since = minutesOf(time) - minutesOf(start);
  return days.includes(day) && since >= 0 && since < HOUR_MINUTES;
};

/**
 * The day, `2026-11-27` by the clocks of the time zone, whose time of day lies at most so many minutes before this moment
 * (epoch milliseconds); `null`: that is not so, or it is not one of the days.
 */
export const daySlot = (
  { days, at: start, timeZone }: DailyTime,
  at: number,
  minutes: number,
): string | null => {
  const { day, time } = wallClock(at, timeZone);
  const since = minutesOf(time) - minutesOf(start);
  if (!days.includes(day) || since < 0 || since >= minutes) return null;
  return new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' }).format(at);
};

const QUARTER = 900_000;

/**
 * 09:00 of the next such day (0 Sunday) by the clocks of a time zone, as epoch milliseconds. It goes from quarter to quarter, so
 * that daylight saving needs no rule of its own.
 */
export const nextMorningOf = (wanted: number, now: number, timeZone: string): number => {
  const isThen = (at: number): boolean => {
    const { day, time } = wallClock(at, timeZone);
    return day === wanted && time.startsWith('09');
  };
  let at = Math.floor(now / QUARTER) * QUARTER + QUARTER;
  while (!isThen(at) || isThen(at - QUARTER)) at += QUARTER;
  return at;
};

const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

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
