import { count } from './numbers.ts';

/** How long something takes: `duration` for sentences, `shortDuration` for tables and pictures. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * The two largest units: `3 days 4 hours`, `2 hours 10 minutes`, `45 minutes`. Ten days or more are whole days.
 * A negative duration counts as zero.
 */
export const duration = (milliseconds: number): string => {
  const minutes = Math.max(0, Math.round(milliseconds / MINUTE));
  if (minutes === 0) return 'less than a minute';
  if (minutes < 60) return count(minutes, 'minute');
  const span = minutes * MINUTE;
  if (span < DAY)
    return withRest(Math.floor(span / HOUR), 'hour', Math.round((span % HOUR) / MINUTE), 'minute');
  const hours = Math.round(span / HOUR);
  if (hours >= 240) return count(Math.round(hours / 24), 'day');
  return withRest(Math.floor(hours / 24), 'day', hours % 24, 'hour');
};

const withRest = (value: number, noun: string, rest: number, restNoun: string): string =>
  rest === 0 ? count(value, noun) : `${count(value, noun)} ${count(rest, restNoun)}`;

/** The same in little space: `2 d 4 h`, `17 h`, `5 h 10 min`, `12 min`. Minutes are dropped from twelve hours on. */
export const shortDuration = (milliseconds: number): string => {
  const minutes = Math.max(0, Math.round(milliseconds / MINUTE));
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return hours < 12 && minutes % 60 > 0 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return hours % 24 === 0 ? `${hours / 24} d` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
};

/** The milliseconds from one ISO 8601 time to another. `null` when either is not a time. */
export const elapsed = (from: string, to: string): number | null => {
  const milliseconds = Date.parse(to) - Date.parse(from);
  return Number.isNaN(milliseconds) ? null : milliseconds;
};
