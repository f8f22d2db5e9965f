import { evaluate } from '../alerts/evaluate.ts';
import { reduceAlert } from '../alerts/lifecycle.ts';
import { lifecycleSettingsFor } from '../alerts/policy-lookup.ts';
import type { Alert, AlertLevel, TransitionKind } from '../model/alert/alert.ts';
import type { AlertPolicy } from '../model/alert/policy.ts';
import { estateOf } from '../model/checks/estate.ts';
import { forecast } from '../model/forecast/forecast.ts';
import { type Outlook, outlookOf } from '../model/forecast/outlook.ts';
import { HistoryBuilder, HOUR } from '../model/forecast/supply-history.ts';
import type { SubnetAssessment, TargetAssessment } from '../model/result/assessment.ts';
import type { Forecast, Sample } from '../model/result/forecast.ts';

export interface ReplayInput {
  /** In any order; of several at one moment the first counts. */
  readonly samples: readonly Sample[];
  /** What the supply could ever be, in its own unit. */
  readonly capacity: number;
  readonly supply: 'addresses' | 'prefixes';
  readonly policy: AlertPolicy;
}

/** One line of `headroom replay`. */
export interface ReplayTransition {
  readonly at: string;
  readonly rule: string;
  readonly severity: AlertLevel;
  readonly transition: Exclude<TransitionKind, 'repeated'>;
  readonly exhaustionAt: string | null;
  readonly earliest: string | null;
  readonly latest: string | null;
  readonly available: number;
}

/**
 * Runs a recorded series through the forecast, the rules and the lifecycle of production, as if each sample were a scan:
 * what would have been said, and when. Repeats are left out: nothing changed.
 *
 * The forecast reads closed hours only, so it is made once an hour here, and is what any scan within that hour would get;
 * the surge is looked for at every sample.
 */
export const replay = ({ samples, capacity, supply, policy }: ReplayInput): ReplayTransition[] => {
  const history = new HistoryBuilder();
  const alerts = new Map<string, Alert>();
  const transitions: ReplayTransition[] = [];
  let hour = Number.NaN;
  let outlook: Outlook | null = null;
  for (const sample of samples.toSorted((a, b) => a.at - b.at)) {
    history.add(sample);
    const now = sample.at;
    if (outlook === null || Math.floor(now / HOUR) !== hour) {
      hour = Math.floor(now / HOUR);
      outlook = outlookOf(history.history(), capacity, now);
    }
    const outcome = forecast(history.history(), capacity, now, { outlook });
    const assessment = assessmentOf(sample, capacity, supply, outcome);
    for (const observation of evaluate(estateOf(assessment), policy).observations) {
      const known = alerts.get(observation.key) ?? null;
      const reduction = reduceAlert(
        known,
        observation,
        { ...lifecycleSettingsFor(observation, policy), repeatEvery: 0 },
        now,
      );
      // Nothing is sent here: what waits to be sent is taken as delivered.
      if (reduction.alert !== null) alerts.set(observation.key, { ...reduction.alert, outbox: [] });
      for (const { transition, rule, severity } of reduction.transitions) {
        if (transition !== 'repeated')
          transitions.push(lineOf({ transition, rule, severity }, sample, outcome));
      }
    }
  }
  return transitions;
};

const lineOf = (
  { transition, rule, severity }: Pick<ReplayTransition, 'transition' | 'rule' | 'severity'>,
  { at, value }: Sample,
  { exhaustionAt, earliest, latest, surge }: Forecast,
): ReplayTransition => ({
  at: new Date(at).toISOString(),
  rule,
  severity,
  transition,
  // A surge is of its own making: what the forecast by the day expects is not what it warns of.
  exhaustionAt: rule.endsWith('-surge') ? (surge?.exhaustionAt ?? exhaustionAt) : exhaustionAt,
  earliest,
  latest,
  available: value,
});

/** The subnet that the series stands for: only the supply that was recorded is known of it. */
const assessmentOf = (
  { at, value }: Sample,
  capacity: number,
  supply: 'addresses' | 'prefixes',
  outcome: Forecast,
): TargetAssessment => {
  const addresses = supply === 'addresses';
  const subnet: SubnetAssessment = {
    subnetId: 'subnet-replayed',
    name: null,
    accountId: '',
    region: '',
    vpcId: 'vpc-replayed',
    ownerId: null,
    availabilityZone: null,
    availabilityZoneId: null,
    outpostArn: null,
    cidrBlock: '',
    ipv6CidrBlocks: [],
    ipv6Native: false,
    tags: {},
    total: null,
    usable: addresses ? capacity : null,
    used: addresses ? capacity - value : null,
    available: addresses ? value : null,
    availableSingle: addresses ? value : null,
    awsAvailable: null,
    unaccounted: null,
    awsCounts: null,
    prefixes: addresses
      ? null
      : { assigned: capacity - value, free: value, freeInReservation: 0, freeUnreserved: value },
    blocks: addresses
      ? null
      : { free: value, prefix: capacity - value, full: 0, fragmented: 0, awsReserved: 2 },
    largestFreeBlock: null,
    fragmentationIndex: null,
    stranded: null,
    reservations: null,
    owners: null,
    leakedInterfaces: null,
    usesPrefixes: !addresses,
    confidence: 'exact',
    unknowns: [],
    forecast: addresses ? { addresses: outcome } : { prefixes: outcome },
  };
  return {
    target: { accountId: '', region: '', status: 'ok', errors: [] },
    scannedAt: new Date(at).toISOString(),
    vpcs: [],
    subnets: [subnet],
    clusters: [],
    leakedInterfaces: [],
    findings: [],
    maps: [],
  };
};
