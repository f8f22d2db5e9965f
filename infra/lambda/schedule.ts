const SECONDS: Readonly<Record<string, number>> = { minute: 60, hour: 3_600, day: 86_400 };

/**
 * How many seconds lie between two runs of an EventBridge Scheduler expression at most; `null`: the pace is unknown.
 * It is known of `rate(5 minutes)`, `cron(0/5 * * * ? *)` and `cron(7 * * * ? *)`.
 * Source: EventBridge Scheduler user guide, "Schedule types".
 */
export const scheduleSeconds = (expression: string): number | null => {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression.trim());
  if (rate !== null) {
    const seconds = Number(rate[1]) * (SECONDS[rate[2] ?? ''] ?? 0);
    return seconds > 0 ? seconds : null;
  }
  const minute = /^cron\((?:(?:\*|\d{1,2})\/(\d{1,2})|(\d{1,2})|(\*)) \* \* \* \? \*\)$/.exec(
    expression.trim(),
  );
  if (minute === null) return null;
  if (minute[3] !== undefined) return 60;
  // The step begins again with every hour, so the longest pause is the step itself, or the hour for one minute in it.
  const step = minute[1] === undefined ? 60 : Number(minute[1]);
  return step >= 1 && step <= 60 ? step * 60 : null;
};

interface Alarm {
  readonly Properties?: Record<string, unknown>;
}

/** An alarm on missing scans looks back at three of them at least. */
export const fitAlarm = (alarm: Alarm | undefined, schedule: string): void => {
  const properties = alarm?.Properties;
  const seconds = 3 * (scheduleSeconds(schedule) ?? 0);
  if (properties === undefined || seconds <= Number(properties['Period'])) return;
  properties['Period'] = seconds;
  properties['AlarmDescription'] = String(properties['AlarmDescription']).replace(
    'for half an hour',
    `for ${seconds / 60} minutes`,
  );
};
