import type { Check } from '../check.ts';
import { coverage } from './coverage.ts';
import { deadLetters } from './dead-letters.ts';
import { deliveryFailing } from './delivery-failing.ts';
import type { MonitorContext } from './monitor-context.ts';

/** Every check of the monitor itself, in the order of the reference page. */
export const MONITOR_CHECKS: readonly Check<MonitorContext>[] = [coverage, deliveryFailing, deadLetters];
