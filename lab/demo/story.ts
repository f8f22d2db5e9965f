import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { SNSClient } from '@aws-sdk/client-sns';
import { CallMeter } from '../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../shared/aws/clients.ts';
import { createTargetSources } from '../../shared/aws/target-sources.ts';
import { DEFAULT_POLICY } from '../../shared/config/default-policy.ts';
import { DEFAULT_NAMESPACE } from '../../shared/metrics/catalogue.ts';
import { createCloudWatchSink } from '../../shared/metrics/cloudwatch-sink.ts';
import type { Alert, Transition } from '../../shared/model/alert/alert.ts';
import type { AlertMessage } from '../../shared/model/alert/alert-message.ts';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import type { SubnetHistory } from '../../shared/model/result/forecast.ts';
import { identityWithin } from '../../shared/model/result/identity.ts';
import type { Notifier } from '../../shared/notify/notifier.ts';
import { createSnsNotifier } from '../../shared/notify/sns-notifier.ts';
import { KeptMaps } from '../../shared/pipeline/kept-maps.ts';
import { runTarget } from '../../shared/pipeline/run-target.ts';
import { openSqliteStateStore } from '../../shared/state/sqlite/sqlite-state-store.ts';
import { EXTERNAL_ID, SCAN_ROLE } from '../estate/estate.ts';
import { DEMO_REGION, PAYMENTS_ACCOUNT, PLATFORM_ACCOUNT } from '../estates/demo.ts';
import { DAY, HOUR, MINUTE } from '../estates/pace.ts';
import { RUNAWAY } from '../estates/runaway-job.ts';
import { accessKeyOf } from '../http/identity.ts';
import { openDemoLab } from './lab-thread.ts';
import type { StoryLab } from './story-lab.ts';

/** The story: two weeks, scanned hourly, and every five minutes around the hours in which a job runs away. */
const STORY_DAYS = 14;
const ORDINARY_STEP = HOUR;
const CLOSE_STEP = 5 * MINUTE;
const CLOSE_FROM = RUNAWAY.from - HOUR;
const CLOSE_UNTIL = RUNAWAY.until + HOUR;

/**
 * The Kubernetes API of the cluster in which the job runs away, so that messages name it. Read only around the job: in every scan
 * it would be a quarter more requests.
 */
const IN_CLUSTERS = { clusters: ['batch'], ipamd: false, labels: null };

const TOPIC = `arn:aws:sns:${DEMO_REGION}:${PLATFORM_ACCOUNT}:headroom-alerts`;

/** When a supply was first found empty. */
export interface Exhaustion {
  readonly subnetId: string;
  readonly supply: 'addresses' | 'prefixes';
  readonly at: number;
}

export interface Story {
  readonly startsAt: number;
  readonly endsAt: number;
  readonly before: readonly TargetAssessment[];
  readonly after: readonly TargetAssessment[];
  readonly transitions: readonly Transition[];
  readonly messages: readonly { readonly at: number; readonly message: AlertMessage }[];
  readonly exhaustions: readonly Exhaustion[];
  readonly scans: number;
  readonly requests: number;
  readonly metricValues: number;
  /** How the alerts stand at the end, and what is remembered of each subnet: by `subnetKey`. */
  readonly alerts: readonly Alert[];
  readonly histories: ReadonlyMap<string, SubnetHistory>;
}

export interface StoryListener {
  onTime(at: number, done: number): void;
  onTransitions(transitions: readonly Transition[], at: number): void;
}

/** Another story than the demo's: `days` of the same two accounts. */
export interface StoryOptions {
  readonly openLab?: () => Promise<StoryLab>;
  readonly days?: number;
}

/** Whether the job runs at this time of the story, or is about to. */
const isClose = (elapsed: number): boolean => elapsed >= CLOSE_FROM && elapsed < CLOSE_UNTIL;

const momentsFrom = (startsAt: number, days: number): number[] => {
  const moments: number[] = [];
  for (let elapsed = 0; elapsed <= days * DAY; ) {
    moments.push(startsAt + elapsed);
    elapsed += isClose(elapsed) ? CLOSE_STEP : ORDINARY_STEP;
  }
  return moments;
};

/** The subnets of which something ran out that had not before, with what it was. */
const newlyExhausted = (
  assessments: readonly TargetAssessment[],
  known: Map<string, Exhaustion>,
  at: number,
): void => {
  for (const { subnetId, available, prefixes, usesPrefixes } of assessments.flatMap(
    ({ subnets }) => subnets,
  )) {
    if (available === 0 && !known.has(`${subnetId} addresses`)) {
      known.set(`${subnetId} addresses`, { subnetId, supply: 'addresses', at });
    }
    if (usesPrefixes === true && prefixes?.free === 0 && !known.has(`${subnetId} prefixes`)) {
      known.set(`${subnetId} prefixes`, { subnetId, supply: 'prefixes', at });
    }
  }
};

/**
 * Runs the real pipeline through the real SDK clients over the lab's simulated days: what differs from a deployment is
 * where the requests go, and that the clock is the lab's.
 */
export const runStory = async (
  listener: StoryListener,
  { openLab = openDemoLab, days = STORY_DAYS }: StoryOptions = {},
): Promise<Story> => {
  const lab = await openLab();
  const { startsAt } = lab;
  // A profile of the user's own would take precedence over the keys below.
  delete process.env['AWS_PROFILE'];
  delete process.env['AWS_SESSION_TOKEN'];
  process.env['AWS_ENDPOINT_URL'] = lab.url;
  process.env['AWS_ACCESS_KEY_ID'] = accessKeyOf(PLATFORM_ACCOUNT);
  process.env['AWS_SECRET_ACCESS_KEY'] = 'lab';
  process.env['AWS_REGION'] = DEMO_REGION;
  process.env['AWS_EC2_METADATA_DISABLED'] = 'true';

  const meter = new CallMeter();
  const roleArn = `arn:aws:iam::${PAYMENTS_ACCOUNT}:role/${SCAN_ROLE}`;
  const platform = createTargetClients({ region: DEMO_REGION, meter });
  const payments = createTargetClients({
    region: DEMO_REGION,
    meter,
    role: { roleArn, externalId: EXTERNAL_ID },
  });
  const targets = [
    { target: { accountId: PLATFORM_ACCOUNT, region: DEMO_REGION }, clients: platform, roleArn: null },
    { target: { accountId: PAYMENTS_ACCOUNT, region: DEMO_REGION }, clients: payments, roleArn },
  ].map(({ target, clients, roleArn: role }) => ({
    target,
    sources: createTargetSources(target, clients, { roleArn: role }),
    inClusters: createTargetSources(target, clients, { roleArn: role, kubernetes: IN_CLUSTERS }),
    messages: [] as AlertMessage[],
  }));

  const cloudWatch = new CloudWatchClient({});
  const sns = new SNSClient({});
  const topic = createSnsNotifier(sns, TOPIC);
  const messages: { at: number; message: AlertMessage }[] = [];
  const noting = (sent: AlertMessage[]): Notifier => ({
    async send(message, signal) {
      await topic.send(message, signal);
      sent.push(message);
    },
  });
  const store = openSqliteStateStore(':memory:');
  // As a deployment does: only the interfaces of subnets that changed are read.
  const maps = new KeptMaps();
  const transitions: Transition[] = [];
  const exhaustions = new Map<string, Exhaustion>();
  const moments = momentsFrom(startsAt, days);
  let before: readonly TargetAssessment[] = [];
  let after: readonly TargetAssessment[] = [];

  try {
    for (const [index, at] of moments.entries()) {
      await lab.moveTo(at);
      const outcomes = await Promise.all(
        targets.map(({ target, sources, inClusters, messages: sent }) =>
          runTarget({
            target,
            scope: {},
            runId: `demo-${index}`,
            policy: DEFAULT_POLICY,
            publish: { namespace: DEFAULT_NAMESPACE, compat: false, subnetSeries: 1000 },
            links: { dashboard: null },
            maps,
            ports: {
              sources: isClose(at - startsAt) ? inClusters : sources,
              store,
              sink: createCloudWatchSink(cloudWatch),
              notifier: noting(sent),
              clock: () => at,
            },
          }),
        ),
      );
      for (const { assessment, delivery, problems } of outcomes) {
        const problem = problems[0] ?? assessment.target.errors[0];
        if (problem !== undefined) throw new Error(`The demo's own AWS failed: ${problem.message}`);
        // Neither what another alert covers, nor reminders. That nothing is left now is a change.
        const sent = delivery.delivered.filter(
          ({ isFirst, transition }) => transition !== 'repeated' || isFirst === true,
        );
        transitions.push(...sent);
        if (sent.length > 0) listener.onTransitions(sent, at);
      }
      // Both targets are scanned at once, and reported in their order.
      for (const { messages: sent } of targets)
        messages.push(...sent.splice(0).map((message) => ({ at, message })));
      const assessments = outcomes.map(({ assessment }) => assessment);
      newlyExhausted(assessments, exhaustions, at);
      if (index === 0) before = assessments;
      after = assessments;
      listener.onTime(at, (index + 1) / moments.length);
    }
    const alerts: Alert[] = [];
    const histories = new Map<string, SubnetHistory>();
    for (const { target, subnets } of after) {
      alerts.push(...(await store.alerts.list(target)).map(({ alert }) => alert));
      const ids = subnets.map(({ subnetId }) => subnetId);
      for (const [subnetId, history] of await store.history.read(target, ids, startsAt))
        histories.set(identityWithin(target, subnetId), history);
    }
    return {
      alerts,
      histories,
      startsAt,
      endsAt: moments.at(-1) ?? startsAt,
      before,
      after,
      transitions,
      messages,
      exhaustions: [...exhaustions.values()],
      scans: moments.length * targets.length,
      ...(await lab.totals()),
    };
  } finally {
    await store.close();
    for (const client of [platform, payments, cloudWatch, sns]) client.destroy();
    await lab.close();
  }
};
