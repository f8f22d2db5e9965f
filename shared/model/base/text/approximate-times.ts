const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Beyond this a time of day promises more than a forecast knows. */
const HOURS_WITH_A_CLOCK = 48;
const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;

/**
 * A time ahead, as exact as a sentence needs it: `16:40 UTC`, `16:40 UTC tomorrow`, `Tue 24 Nov`.
 * Text that is not a time is returned as it is.
 *
 * @param now ISO 8601: the moment that `tomorrow` counts from
 */
export const approximateTime = (iso: string, now: string): string => {
  const at = Date.parse(iso);
  const from = Date.parse(now);
  if (Number.isNaN(at) || Number.isNaN(from)) return iso;
  const time = new Date(at);
  const clock = `${time.toISOString().slice(11, 16)} UTC`;
  const days = Math.floor(at / DAY) - Math.floor(from / DAY);
  if (days === 0) return clock;
  if (days === 1) return `${clock} tomorrow`;
  const date = `${WEEKDAYS[time.getUTCDay()]} ${time.getUTCDate()} ${MONTHS[time.getUTCMonth()]}`;
  return at - from < HOURS_WITH_A_CLOCK * HOUR ? `${date} ${clock}` : date;
};
