import { expect, test, vi } from 'vitest';
import { labAccount } from '../../../lab/estate/estate.ts';
import { scenarioEstate } from '../../../lab/estate/scenario.ts';
import { fragmentedSubnet } from '../../../lab/estates/fragmented-subnet.ts';
import { startLab } from '../../../lab/lab.ts';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { createTargetSources } from '../../../shared/aws/target-sources.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import { runTarget } from '../../../shared/pipeline/run-target.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { labClient } from '../../fixtures/lab-clients.ts';

const ACCOUNT = '111122223333';
const target = { accountId: ACCOUNT, region: 'eu-west-1' };
const MINUTE = 60_000;

/** Scans the fragmented subnet of the lab every five minutes for an hour. */
const hourOfScans = async () => {
  const lab = await startLab({
    estate: scenarioEstate({
      name: 'fragmented',
      description: '',
      accounts: [labAccount(ACCOUNT, 'hub', [target.region])],
      scenarios: [fragmentedSubnet(ACCOUNT, target.region)],
    }),
  });
  const { credentials, region, endpoint } = labClient(lab, ACCOUNT);
  vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
  const clients = createTargetClients({ region, credentials, meter: new CallMeter() });
  const store = createMemoryStateStore();
  const messages: AlertMessage[] = [];
  try {
    let outcome: Awaited<ReturnType<typeof runTarget>> | null = null;
    for (let minute = 0; minute <= 60; minute += 5) {
      outcome = await runTarget({
        target,
        scope: {},
        runId: `run-${minute}`,
        policy: DEFAULT_POLICY,
        publish: { namespace: 'Test', compat: false, subnetSeries: 0 },
        links: { dashboard: null },
        ports: {
          sources: createTargetSources(target, clients),
          store,
          sink: null,
          notifier: {
            send: async (message) => {
              messages.push(message);
            },
          },
          clock: () => lab.clock.now(),
        },
      });
      lab.clock.advance(5 * MINUTE);
    }
    if (outcome === null) throw new Error('There was no scan.');
    return { ...outcome, messages };
  } finally {
    clients.destroy();
    vi.unstubAllEnvs();
    await lab.close();
  }
};

test('a fragmented subnet is one finding and one alert, with the other checks beneath it', async () => {
  const { assessment, alerts, messages } = await hourOfScans();
  const subnetId = assessment.subnets.find(({ name }) => name === 'data-a')?.subnetId;
  const isAboutIt = ({ subject }: { readonly subject: { readonly type: string; readonly id: string } }) =>
    subject.type === 'subnet' && subject.id === subnetId;

  const findings = assessment.findings.filter(isAboutIt);
  expect(findings.map(({ kind, severity }) => [kind, severity])).toEqual([
    ['prefixes-exhausted', 'critical'],
  ]);
  expect(findings[0]?.title).toBe('data-a (data): no free prefix, new nodes get no pod addresses');
  expect(findings[0]?.also?.map(({ kind }) => kind)).toEqual(['fragmentation']);

  expect(alerts.filter(isAboutIt).map(({ key, status }) => [key, status])).toEqual([
    [`prefixes/subnet/${subnetId}`, 'firing'],
  ]);
  const sent = messages.flatMap(({ transitions }) => transitions).filter(isAboutIt);
  expect(sent.map(({ transition, finding }) => [transition, finding.also?.map(({ kind }) => kind)])).toEqual([
    ['firing', ['fragmentation']],
  ]);
});
