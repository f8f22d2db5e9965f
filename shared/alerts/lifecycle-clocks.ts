import { type Alert, type AlertLevel, type AlertSeverity, compareLevel } from '../model/alert/alert.ts';

/** Since when each level of an alert has been reached or clear: what `reduceAlert` waits by. */

/** Since when each level that is not announced yet has been reached without clearing; `null`: it is not. */
export type Clocks = Readonly<Record<AlertSeverity, string | null>>;

/** Since when each announced level has been clear without being reached again; absent: it is not. */
export type ClearClocks = NonNullable<Alert['clearing']>;

export const clocksOf = (alert: Alert): Clocks => ({
  warning: alert.status === 'pending' ? alert.since : null,
  critical: alert.candidate?.severity === 'critical' ? alert.candidate.since : null,
});

export const clocksAt = (
  at: string,
  before: Clocks,
  levels: { readonly announced: AlertLevel; readonly raise: AlertLevel; readonly hold: AlertLevel },
): Clocks => {
  const clock = (level: AlertSeverity): string | null => {
    if (compareLevel(level, levels.announced) <= 0) return null;
    if (compareLevel(levels.raise, level) >= 0) return before[level] ?? at;
    return compareLevel(levels.hold, level) >= 0 ? before[level] : null;
  };
  return { warning: clock('warning'), critical: clock('critical') };
};

export const clearingAt = (
  at: string,
  before: ClearClocks,
  levels: { readonly announced: AlertLevel; readonly raise: AlertLevel; readonly hold: AlertLevel | null },
): ClearClocks => {
  const clock = (level: AlertSeverity): string | undefined => {
    const isReached = compareLevel(levels.hold ?? levels.raise, level) >= 0;
    if (isReached || compareLevel(level, levels.announced) > 0) return undefined;
    return before[level] ?? (levels.hold === null ? undefined : at);
  };
  const [warning, critical] = [clock('warning'), clock('critical')];
  return { ...(warning === undefined ? {} : { warning }), ...(critical === undefined ? {} : { critical }) };
};

export const candidateOf = (clocks: Clocks): Alert['candidate'] => {
  if (clocks.critical !== null) return { severity: 'critical', since: clocks.critical };
  if (clocks.warning !== null) return { severity: 'warning', since: clocks.warning };
  return null;
};

/** The record with these clocks; without the field where none runs, so that a record that never clears is as short as before. */
export const withClearing = ({ clearing: _clearing, ...alert }: Alert, clearing: ClearClocks): Alert =>
  Object.keys(clearing).length === 0 ? alert : { ...alert, clearing };
