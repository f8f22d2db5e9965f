import { describe, expect, test } from 'vitest';
import { waitsForMorning, wantsRepeat } from '../../../shared/alerts/delivery-times.ts';
import { DEFAULT_DELIVERY } from '../../../shared/config/default-policy.ts';
import type { DeliveryTimes } from '../../../shared/model/alert/policy.ts';

const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const only = (changes: Partial<DeliveryTimes>) => ({
  otherwise: { ...DEFAULT_DELIVERY, ...changes },
  byDestination: new Map<string, DeliveryTimes>(),
});
const at = (text: string): number => Date.parse(`${text}:00Z`);

describe('a repeat', () => {
  test('is wanted by default for critical alerts in the hour from nine on a working day', () => {
    const wants = (severity: 'warning' | 'critical', time: string) =>
      wantsRepeat('chat', severity, only({}), at(time));
    expect(wants('critical', '2026-11-27T09:00')).toBe(true);
    expect(wants('critical', '2026-11-27T09:59')).toBe(true);
    expect(wants('critical', '2026-11-27T08:59')).toBe(false);
    expect(wants('critical', '2026-11-27T10:00')).toBe(false);
    expect(wants('critical', '2026-11-28T09:00')).toBe(false);
    expect(wants('warning', '2026-11-27T09:00')).toBe(false);
  });

  test('follows the clocks of its time zone through daylight saving time', () => {
    const berlin = only({
      repeat: { at: '09:00', days: EVERY_DAY, timeZone: 'Europe/Berlin', severity: 'warning' },
    });
    expect(wantsRepeat('', 'warning', berlin, at('2026-07-01T07:00'))).toBe(true);
    expect(wantsRepeat('', 'warning', berlin, at('2026-12-01T07:00'))).toBe(false);
    expect(wantsRepeat('', 'warning', berlin, at('2026-12-01T08:00'))).toBe(true);
  });

  test('is a matter of each destination', () => {
    const delivery = {
      otherwise: { ...DEFAULT_DELIVERY, repeat: 'never' as const },
      byDestination: new Map<string, DeliveryTimes>([
        ['default', { ...DEFAULT_DELIVERY, repeat: 'by-rule' }],
      ]),
    };
    expect(wantsRepeat('', 'warning', delivery, at('2026-11-28T03:00'))).toBe(true);
    expect(wantsRepeat('default', 'warning', delivery, at('2026-11-28T03:00'))).toBe(true);
    expect(wantsRepeat('pager', 'critical', delivery, at('2026-11-27T09:00'))).toBe(false);
  });
});

describe('in quiet hours', () => {
  const night = { start: '22:00', end: '07:00', days: EVERY_DAY, timeZone: 'UTC' } as const;
  const waits = (
    transition: 'firing' | 'escalated' | 'deescalated' | 'resolved',
    severity: 'ok' | 'warning' | 'critical',
    wake: 'critical' | 'nothing' = 'critical',
    time = '2026-11-28T02:00',
  ) => waitsForMorning('chat', { transition, severity }, only({ quietHours: { ...night, wake } }), at(time));

  test('what is newly critical wakes, unless nothing does', () => {
    expect([waits('firing', 'critical'), waits('escalated', 'critical')]).toEqual([false, false]);
    expect([waits('firing', 'critical', 'nothing'), waits('escalated', 'critical', 'nothing')]).toEqual([
      true,
      true,
    ]);
  });

  test('everything else waits until they end', () => {
    expect([waits('firing', 'warning'), waits('deescalated', 'warning'), waits('resolved', 'ok')]).toEqual([
      true,
      true,
      true,
    ]);
    expect(waits('firing', 'warning', 'critical', '2026-11-28T07:00')).toBe(false);
  });

  test('nothing waits where there are none', () => {
    const transition = { transition: 'firing', severity: 'warning' } as const;
    expect(waitsForMorning('chat', transition, only({}), at('2026-11-28T02:00'))).toBe(false);
  });
});
