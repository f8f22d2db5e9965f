import { afterEach, expect, test, vi } from 'vitest';
import { demo } from '../../../lab/estates/demo.ts';
import { type Lab, type LabOptions, startLab } from '../../../lab/lab.ts';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { createTargetSources } from '../../../shared/aws/target-sources.ts';
import type { KubernetesSettings } from '../../../shared/config/headroom-yml.ts';
import { collectFacts, type TargetFacts } from '../../../shared/pipeline/collect.ts';
import { NO_PAST, scanTarget } from '../../../shared/pipeline/scan-target.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { CacheStore } from '../../../shared/state/state-store.ts';
import { valueIn } from '../../contract/kubernetes/source-conformance.ts';
import { awsEnvironment } from '../../fixtures/headroom-command.ts';

const ACCOUNT = '111122223333';
const target = { accountId: ACCOUNT, region: 'eu-west-1' };
const ALL: KubernetesSettings = { clusters: 'all', ipamd: false, labels: null };

let lab: Lab | null = null;
afterEach(async () => {
  vi.unstubAllEnvs();
  await lab?.close();
  lab = null;
});

const startDemo = async (options: Partial<LabOptions> = {}): Promise<Lab> => {
  lab = await startLab({ estate: demo, ...options });
  lab.clock.advance(3 * 24 * 3_600_000);
  for (const [name, value] of Object.entries(awsEnvironment(lab.url, ACCOUNT))) vi.stubEnv(name, value);
  return lab;
};

const factsOf = async (
  kubernetes: KubernetesSettings | null,
  cache: CacheStore | null = null,
  now = 1_000,
): Promise<TargetFacts> => {
  const clients = createTargetClients({ region: target.region, meter: new CallMeter() });
  try {
    const sources = createTargetSources(target, clients, { kubernetes });
    return await collectFacts({ target, scope: {}, sources, cache, now });
  } finally {
    clients.destroy();
  }
};

const kubernetesCalls = ({ calls }: Lab): readonly string[] =>
  calls.filter(({ service }) => service === 'kubernetes').map(({ action }) => action);

test('no Kubernetes API is asked unless headroom.yml says so', async () => {
  const started = await startDemo();
  expect((await factsOf(null)).kubernetes).toBeUndefined();
  expect(kubernetesCalls(started)).toEqual([]);
});

test('every pod of every cluster is read, on the instance that EC2 knows', async () => {
  await startDemo();
  const { kubernetes, instances, eksClusters, problems } = await factsOf(ALL);
  expect(problems).toEqual([]);
  expect([...(kubernetes?.keys() ?? [])].toSorted()).toEqual(eksClusters?.map(({ name }) => name).toSorted());
  const readings = [...(kubernetes?.values() ?? [])];
  const nodes = readings.flatMap((reading) => valueIn(reading.nodes));
  expect(nodes.length).toBeGreaterThan(0);
  expect(nodes.filter(({ instanceId }) => instances?.has(instanceId ?? '') !== true)).toEqual([]);
  const pods = readings.flatMap((reading) => valueIn(reading.pods));
  expect(pods.length).toBeGreaterThan(nodes.length);
  expect(pods.every(({ addresses }) => addresses.length === 1)).toBe(true);
});

test('only the clusters that are named are read', async () => {
  await startDemo();
  const [first = ''] = [...((await factsOf(ALL)).kubernetes?.keys() ?? [])];
  const { kubernetes } = await factsOf({ ...ALL, clusters: [first, 'another'] });
  expect([...(kubernetes?.keys() ?? [])]).toEqual([first]);
});

test('workloads are read once an hour, and are there in every scan', async () => {
  const started = await startDemo();
  const { cache } = createMemoryStateStore();
  const counted = async (now: number): Promise<number> => {
    const before = kubernetesCalls(started).length;
    const { kubernetes } = await factsOf(ALL, cache, now);
    for (const reading of kubernetes?.values() ?? []) expect(valueIn(reading.workloads).length).toBe(5);
    return kubernetesCalls(started)
      .slice(before)
      .filter((call) => call.endsWith('/deployments')).length;
  };
  const clusters = (await factsOf(ALL)).kubernetes?.size;
  expect(await counted(1_000)).toBe(clusters);
  expect(await counted(1_800_000)).toBe(0);
  expect(await counted(3_700_000)).toBe(clusters);
});

test('a cluster that grants no permission is unknown and costs the scan nothing else', async () => {
  const started = await startDemo({ kubernetesRights: () => false });
  const { kubernetes, subnets, problems } = await factsOf(ALL);
  expect(subnets.length).toBeGreaterThan(0);
  expect(problems).toEqual([]);
  for (const reading of kubernetes?.values() ?? [])
    expect(reading.pods).toMatchObject({ known: false, unread: { reason: 'forbidden' } });
  expect(
    started.calls.filter(({ service, status }) => service === 'kubernetes' && status === 403),
  ).not.toEqual([]);
});

test('a scan names the missing permissions of each cluster as unknowns', async () => {
  await startDemo({ kubernetesRights: ({ resource }) => resource !== 'events' });
  const clients = createTargetClients({ region: target.region, meter: new CallMeter() });
  const sources = createTargetSources(target, clients, { kubernetes: ALL });
  const { assessment } = await scanTarget({
    target,
    scope: {},
    sources,
    past: NO_PAST,
    cache: null,
    now: Date.UTC(2026, 10, 20),
  });
  clients.destroy();
  expect(assessment.clusters.length).toBeGreaterThan(0);
  for (const { unknowns } of assessment.clusters)
    expect(unknowns).toContainEqual({
      field: 'kubernetes.sandboxFailures',
      reason: 'the permission `list events` is missing',
    });
});
