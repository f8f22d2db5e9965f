import type { AlertSeverity, Transition } from '../model/alert/alert.ts';
import { compareLevel } from '../model/alert/alert.ts';
import { DEFAULT_DESTINATION } from '../model/alert/default-destination.ts';
import type { AlertPolicy, DeliveryTimes } from '../model/alert/policy.ts';
import { isInHourFrom, isInWindow } from './wall-clock.ts';

type Delivery = AlertPolicy['delivery'];

/** The times of a destination. The default one also goes by the empty name, as in `OutboxEntry.deliveredTo`. */
const timesOf = (destination: string, { otherwise, byDestination }: Delivery): DeliveryTimes =>
  byDestination.get(destination === '' ? DEFAULT_DESTINATION : destination) ?? otherwise;

/** Whether a destination wants to hear again at this moment of an alert that still fires at this level. */
export const wantsRepeat = (
  destination: string,
  severity: AlertSeverity,
  delivery: Delivery,
  at: number,
): boolean => {
  const { repeat } = timesOf(destination, delivery);
  if (repeat === 'never') return false;
  if (repeat === 'by-rule') return true;
  return compareLevel(severity, repeat.severity) >= 0 && isInHourFrom(repeat, at);
};

/** Whether a transition waits for the end of a destination's quiet hours. What is newly critical wakes, unless nothing does. */
export const waitsForMorning = (
  destination: string,
  { transition, severity }: Pick<Transition, 'transition' | 'severity'>,
  delivery: Delivery,
  now: number,
): boolean => {
  const { quietHours } = timesOf(destination, delivery);
  if (quietHours === null || !isInWindow(quietHours, now)) return false;
  const isNewlyCritical = severity === 'critical' && (transition === 'firing' || transition === 'escalated');
  return quietHours.wake === 'nothing' || !isNewlyCritical;
};
