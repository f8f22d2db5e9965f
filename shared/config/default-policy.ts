import type { AlertPolicy, DeliveryTimes, RuleName } from '../model/alert/policy.ts';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Three scans at the usual five minutes: one odd scan does not notify anybody. */
const STEADY = 10 * MINUTE;

/** An evening's alert is repeated the next morning, an early one is not: see `repeatEvery`. */
const NEXT_MORNING = 12 * HOUR;

/** On working days at nine, what is still critical. Warnings are never repeated: the digest has them. */
export const DEFAULT_DELIVERY: DeliveryTimes = {
  repeat: { days: [1, 2, 3, 4, 5], at: '09:00', timeZone: 'UTC', severity: 'critical' },
  quietHours: null,
};

/**
 * What an empty headroom.yml means. Chosen for people on call: the forecast is what warns, days ahead; surges are said
 * within minutes; thresholds stay narrow: a subnet that is always 85 % full is no reason for a notification.
 *
 * - `addresses-low`. 5 and 2 % left. Fixed alarms at 80 and 90 % used go off at every high peak of a subnet that never
 *   runs out, and leave minutes in a surge. The floors are for small subnets: EKS refuses an upgrade with fewer than 5 free
 *   addresses in a cluster subnet, and with fewer than 3 not even one node and its first interface fit.
 * - `prefixes-low`. Free blocks vanish long before addresses do (at 10 % of random use a fifth is left, at 20 % almost
 *   none), so a share warns of nothing by itself. The floors matter: each new node takes a prefix, and one more to warm.
 * - `*-exhausted`. Nothing is left: what needs an address or a prefix fails at this very moment.
 * - `vpc-addresses-low`. As for one subnet, without floors: no VPC is that small.
 * - `fragmented`. From 32 free addresses on, two prefixes' worth, it is the fragmentation that hurts and not the shortage.
 *   Critical: nodes that take prefixes fail at this very moment.
 * - `*-exhaustion`. A week to plan a subnet in working hours, and two days for the forecast to be sure of it. Nine days
 *   instead of eight added no false warning (docs/adr/0034). The last day is for the on-call engineer. Three looks of the
 *   hourly forecast must agree. Over only when it has been clear for half a day: forecasts of a load with a rhythm come and
 *   go with it, and an improvement of one hour is nothing to act on.
 * - `*-surge`. The windows are most of the waiting time; a second scan must agree. A job that pauses for less than half a
 *   day is still the same job, as for the forecast. Where room came back and stayed, nothing waits.
 * - Thresholds clear with `clearMargin`, and after an hour: a supply that wavers about a threshold is one alert.
 * - `scan-failed`, `coverage`. A warning: a missing role must not wake the on-call engineer. Longer than a deployment
 *   takes.
 * - `delivery-failing`. Critical: it means that nothing else can be heard of.
 */
export const DEFAULT_POLICY: AlertPolicy = {
  rules: {
    'addresses-low': {
      enabled: true,
      warning: { percent: 5, count: 5 },
      critical: { percent: 2, count: 3 },
      pendingFor: STEADY,
      clearFor: HOUR,
      clearMargin: 0.25,
      repeatEvery: NEXT_MORNING,
    },
    'prefixes-low': {
      enabled: true,
      warning: { percent: 5, count: 4 },
      critical: { percent: 2, count: 2 },
      pendingFor: STEADY,
      clearFor: HOUR,
      clearMargin: 0.25,
      repeatEvery: NEXT_MORNING,
    },
    'vpc-addresses-low': {
      enabled: true,
      warning: { percent: 5 },
      critical: { percent: 2 },
      pendingFor: STEADY,
      clearFor: HOUR,
      clearMargin: 0.25,
      repeatEvery: NEXT_MORNING,
    },
    'addresses-exhausted': {
      enabled: true,
      severity: 'critical',
      pendingFor: STEADY,
      clearFor: HOUR,
      repeatEvery: NEXT_MORNING,
    },
    'prefixes-exhausted': {
      enabled: true,
      severity: 'critical',
      pendingFor: STEADY,
      clearFor: HOUR,
      repeatEvery: NEXT_MORNING,
    },
    fragmented: {
      enabled: true,
      severity: 'critical',
      minimumAvailable: 32,
      pendingFor: STEADY,
      clearFor: HOUR,
      repeatEvery: NEXT_MORNING,
    },
    'addresses-exhaustion': {
      enabled: true,
      warningWithin: 9 * 24,
      criticalWithin: 24,
      pendingFor: 2 * HOUR,
      clearFor: 12 * HOUR,
      repeatEvery: NEXT_MORNING,
    },
    'prefixes-exhaustion': {
      enabled: true,
      warningWithin: 9 * 24,
      criticalWithin: 24,
      pendingFor: 2 * HOUR,
      clearFor: 12 * HOUR,
      repeatEvery: NEXT_MORNING,
    },
    'addresses-surge': {
      enabled: true,
      pendingFor: 5 * MINUTE,
      clearFor: 12 * HOUR,
      repeatEvery: NEXT_MORNING,
    },
    'prefixes-surge': {
      enabled: true,
      pendingFor: 5 * MINUTE,
      clearFor: 12 * HOUR,
      repeatEvery: NEXT_MORNING,
    },
    findings: {
      enabled: true,
      minimumSeverity: 'critical',
      pendingFor: STEADY,
      clearFor: 0,
      repeatEvery: 7 * DAY,
    },
    'scan-failed': {
      enabled: true,
      severity: 'warning',
      pendingFor: 30 * MINUTE,
      clearFor: 0,
      repeatEvery: NEXT_MORNING,
    },
    coverage: {
      enabled: true,
      severity: 'warning',
      staleAfter: HOUR,
      pendingFor: 30 * MINUTE,
      clearFor: 0,
      repeatEvery: NEXT_MORNING,
    },
    'delivery-failing': {
      enabled: true,
      severity: 'critical',
      pendingFor: 15 * MINUTE,
      clearFor: 0,
      repeatEvery: NEXT_MORNING,
    },
    'dead-letters': {
      enabled: true,
      severity: 'warning',
      pendingFor: 0,
      clearFor: 0,
      repeatEvery: NEXT_MORNING,
    },
  },
  overrides: [],
  mutes: [],
  routes: [],
  delivery: { otherwise: DEFAULT_DELIVERY, byDestination: new Map() },
};

/** Every rule there is. */
export const RULE_NAMES = Object.keys(DEFAULT_POLICY.rules) as readonly RuleName[];
