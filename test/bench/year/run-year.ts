import { acknowledge } from '../../../shared/alerts/acknowledgement.ts';
import { evaluate } from '../../../shared/alerts/evaluate.ts';
import type { AlertPolicy } from '../../../shared/model/alert/policy.ts';
import { estateOf } from '../../../shared/model/checks/estate.ts';
import { forecast } from '../../../shared/model/forecast/forecast.ts';
import { type Outlook, outlookOf } from '../../../shared/model/forecast/outlook.ts';
import { HistoryBuilder } from '../../../shared/model/forecast/supply-history.ts';
import type { SubnetAssessment } from '../../../shared/model/result/assessment.ts';
import { summarizeVpc } from '../../../shared/model/subnet/vpc-summary.ts';
import { raiseForDelivery } from '../../../shared/pipeline/raise-and-deliver.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { AlertStore } from '../../../shared/state/state-store.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { aCluster } from '../../fixtures/findings-input.ts';
import { DAY, FIVE_MINUTES, HOUR } from '../alerts/shapes/load-series.ts';
import { channelOf, type Shown } from './channel.ts';
import type { Happening, SimulatedVpc } from './estate.ts';

export interface YearOfVpc {
  readonly happenings: readonly Happening[];
  readonly shown: readonly Shown[];
}

export interface YearOptions {
  readonly start: number;
  readonly days: number;
  readonly policy: AlertPolicy;
  /** Whether a person acknowledges critical alerts. */
  readonly acknowledges: boolean;
  /**
   * Whether scans are an hour apart while nothing happens, and a quarter of an hour while something takes days. Every
   * measurement is still in the history.
   */
  readonly quick: boolean;
}

const TARGET = { accountId: '111111111111', region: 'eu-west-1' };
const VPC = {
  vpcId: 'vpc-01',
  name: 'shop',
  ownerId: null,
  cidrBlocks: ['10.0.0.0/16'],
  ipv6CidrBlocks: [],
  tags: {},
};

/** A person acknowledges what has been critical for this long (milliseconds). */
const ACKNOWLEDGED_AFTER = 20 * 60_000;

/**
 * Scans a VPC every five minutes, from the forecast by way of the checks, the life of alerts, routes, quiet hours and the
 * outbox to a channel in Slack. The forecast by the day is made once an hour: it reads closed hours only.
 */
export const runYear = async (
  { subnets, happenings }: SimulatedVpc,
  { start, days, policy, acknowledges, quick }: YearOptions,
): Promise<YearOfVpc> => {
  let now = start;
  const store = createMemoryStateStore();
  const { app, shown } = channelOf(() => now);
  const pasts = subnets.map(() => ({ history: new HistoryBuilder(), outlook: null as Outlook | null }));
  const subnetIds = subnets.map((_, index) => subnetIdOf(index));
  for (; now < start + days * DAY; now += FIVE_MINUTES) {
    const measured = subnets.map(({ capacity, used }, index) => {
      const past = pasts[index];
      if (past === undefined) throw new Error('each subnet has a past');
      const available = capacity - used(now);
      past.history.add({ at: now, value: available });
      return { capacity, available, past };
    });
    if (quick && now % paceAt(happenings, now) >= FIVE_MINUTES) continue;
    const assessed = measured.map(({ capacity, available, past }, index): SubnetAssessment => {
      if (past.outlook === null || now % HOUR < FIVE_MINUTES)
        past.outlook = outlookOf(past.history.history(), capacity, now);
      return subnetAssessment(
        index,
        capacity,
        available,
        forecast(past.history.history(), capacity, now, { outlook: past.outlook }),
      );
    });
    const assessment = anAssessment({
      scannedAt: new Date(now).toISOString(),
      subnets: assessed,
      // Nodes of one EKS cluster in all three: what takes the whole VPC is one job or one group of nodes.
      clusters: [aCluster({ clusterName: 'shop', subnetIds, nodeSubnetIds: subnetIds })],
      vpcs: [
        summarizeVpc(
          VPC,
          TARGET,
          assessed.map((each) => ({ assessment: each, networkAddressUnits: null })),
        ),
      ],
    });
    const { deliver, transitions } = await raiseForDelivery({
      target: TARGET,
      observations: evaluate(estateOf(assessment), policy).observations,
      policy,
      stored: await store.alerts.list(TARGET),
      isGone: () => false,
      links: { dashboard: null },
      store: store.alerts,
      notifier: app,
      now,
      clock: () => now,
      runId: `run ${now}`,
    });
    if (
      transitions.length > 0 ||
      (await store.alerts.list(TARGET)).some(({ alert }) => alert.outbox.length > 0)
    )
      await deliver();
    if (acknowledges) await acknowledgeCritical(store.alerts, now);
  }
  return { happenings, shown };
};

/** What takes longer than this (milliseconds) is slow. */
const SLOW = 36 * HOUR;

/** How far apart quick scans are (milliseconds), from shortly before something begins until its alerts have ended. */
const paceAt = (happenings: readonly Happening[], at: number): number => {
  const now = happenings.find(({ from, over }) => at >= from - HOUR && at <= over + DAY);
  if (now === undefined) return HOUR;
  return now.full - now.from > SLOW && at < now.over ? 3 * FIVE_MINUTES : FIVE_MINUTES;
};

const acknowledgeCritical = async (alerts: AlertStore, now: number): Promise<void> => {
  for (const { alert, version } of await alerts.list(TARGET))
    if (
      alert.severity === 'critical' &&
      alert.acknowledged === null &&
      now - Date.parse(alert.lastNotifiedAt ?? '') >= ACKNOWLEDGED_AFTER
    )
      await alerts.commit(TARGET, acknowledge(alert, 'mia', now), version);
};

const subnetIdOf = (index: number): string => `subnet-0${index}`;

const subnetAssessment = (
  index: number,
  capacity: number,
  available: number,
  addresses: ReturnType<typeof forecast>,
): SubnetAssessment =>
  aSubnet({
    subnetId: subnetIdOf(index),
    name: `nodes-${'abc'[index]}`,
    usable: capacity,
    used: capacity - available,
    available,
    availableSingle: available,
    awsAvailable: available,
    prefixes: null,
    blocks: null,
    largestFreeBlock: null,
    fragmentationIndex: null,
    stranded: null,
    owners: null,
    forecast: { addresses },
  });
