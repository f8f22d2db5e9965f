import { afterEach, expect, test, vi } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { DEMO_REGION, PLATFORM_ACCOUNT } from '../../../lab/estates/demo.ts';
import { HOUR, MINUTE } from '../../../lab/estates/pace.ts';
import { type RunawayTimes, runawayJob } from '../../../lab/estates/runaway-job.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { createTargetSources } from '../../../shared/aws/target-sources.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { emailText } from '../../../shared/notify/plain-text.ts';
import { runTarget } from '../../../shared/pipeline/run-target.ts';
import { reportPage } from '../../../shared/report/report-page.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { awsEnvironment } from '../../fixtures/headroom-command.ts';

let lab: Lab | null = null;
afterEach(async () => {
  vi.unstubAllEnvs();
  await lab?.close();
  lab = null;
});

/** Earlier than in the demo, so that few scans suffice. */
const JOB: RunawayTimes = { from: 2 * HOUR, until: 6 * HOUR };

/** The demo's cluster with the runaway job, alone. */
const estate = scenarioEstate({
  name: 'runaway',
  description: 'the cluster of the demo in which a job runs away',
  accounts: [labAccount(PLATFORM_ACCOUNT, 'platform', [DEMO_REGION])],
  scenarios: [runawayJob(PLATFORM_ACCOUNT, DEMO_REGION, JOB)],
});

/** Scans until nothing is left, with the Kubernetes API of the cluster. */
const watchTheJob = async () => {
  const started = await startLab({ estate });
  lab = started;
  for (const [name, value] of Object.entries(awsEnvironment(started.url, PLATFORM_ACCOUNT)))
    vi.stubEnv(name, value);
  const target = { accountId: PLATFORM_ACCOUNT, region: DEMO_REGION };
  const clients = createTargetClients({ region: DEMO_REGION, meter: new CallMeter() });
  const sources = createTargetSources(target, clients, {
    kubernetes: { clusters: ['batch'], ipamd: false, labels: null },
  });
  const store = createMemoryStateStore();
  const messages: AlertMessage[] = [];
  let latest: TargetAssessment | null = null;
  const scan = async (elapsed: number): Promise<void> => {
    started.clock.set(started.clock.startsAt + elapsed);
    const { assessment } = await runTarget({
      target,
      scope: {},
      runId: `scan-${elapsed}`,
      policy: DEFAULT_POLICY,
      publish: { namespace: 'VpcHeadroom', compat: false, subnetSeries: 100 },
      links: { dashboard: null },
      ports: {
        sources,
        store,
        sink: { publish: async (data) => ({ published: data.length, requests: 1 }) },
        notifier: { send: async (message) => void messages.push(message) },
        clock: () => started.clock.now(),
      },
    });
    latest = assessment;
  };
  for (let elapsed = 0; elapsed <= JOB.from + 3 * HOUR; elapsed += 10 * MINUTE) await scan(elapsed);
  clients.destroy();
  if (latest === null) throw new Error('nothing was scanned');
  return { messages, assessment: latest as TargetAssessment, now: started.clock.now() };
};

test('the job that takes the addresses of the demo is named by its workload and namespace, in messages and in the report', async () => {
  const { assessment, messages, now } = await watchTheJob();
  const texts = messages.map((message) => emailText(composeMessage(message)).replaceAll(/\s+/g, ' '));
  const surge = messages.findIndex(({ transitions }) =>
    transitions.some(({ finding }) => finding.kind === 'addresses-surge'),
  );
  expect(texts[surge]).toMatch(
    /Workloads that grew: batch\/batch\/Job\/month-end-invoices \(\d+ addresses\)/,
  );
  const waiting = messages.findIndex(({ transitions }) =>
    transitions.some(({ finding }) => finding.kind === 'pods-waiting'),
  );
  expect(texts[waiting]).toMatch(/Workloads: batch\/Job\/month-end-invoices \(\d+ pods?\)/);
  const page = reportPage({
    assessments: [assessment],
    alerts: [],
    histories: new Map(),
    source: 'the demo',
    now,
  });
  for (const name of ['payments', 'shop/Deployment/web', 'batch/Job/month-end-invoices', 'storefront'])
    expect(page).toContain(`<bdi>${name}</bdi>`);
}, 180_000);
