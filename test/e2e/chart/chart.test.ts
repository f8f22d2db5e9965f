import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { createLabClock } from '../../../lab/clock.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { layOutImage } from '../../../scripts/image/layout.ts';
import { ACCESS_NEEDS } from '../../../shared/kubernetes/access.ts';
import { accessManifests } from '../../../shared/kubernetes/access-manifests.ts';
import { freePort } from '../../fixtures/free-port.ts';
import { awsEnvironment } from '../../fixtures/headroom-command.ts';
import { threeAccounts } from '../../fixtures/three-accounts.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CHART = join(ROOT, 'infra/server/chart');
const RENDER = join(ROOT, '.chart-render/render');

type KubernetesObject = {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [key: string]: unknown;
};

/** The objects of the chart, as Kubernetes' own types take them. @throws what helm or a type refuses */
const rendered = (values: object, chart = CHART): readonly KubernetesObject[] =>
  JSON.parse(
    execFileSync(RENDER, [chart], { input: JSON.stringify(values), encoding: 'utf8', stdio: 'pipe' }),
  ) as readonly KubernetesObject[];

const kindsOf = (objects: readonly KubernetesObject[]): readonly string[] =>
  objects.map(({ kind }) => kind).toSorted();

/** A file in a ConfigMap. */
const fileOf = (objects: readonly KubernetesObject[], name: string, file: string): string => {
  const map = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === name);
  return String(Reflect.get(Object(map?.['data']), file));
};

const one = (objects: readonly KubernetesObject[], kind: string): unknown =>
  objects.find((object) => object.kind === kind);

const EVERYTHING = {
  config: { targets: { regions: ['eu-west-1'] } },
  region: 'eu-west-1',
  image: { repository: 'registry.example.com/headroom', digest: `sha256:${'0'.repeat(64)}` },
  imagePullSecrets: [{ name: 'registry' }],
  serviceAccount: {
    annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/headroom' },
  },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true },
  grafanaDashboard: { enabled: true },
  networkPolicy: { from: [{ namespaceSelector: {} }] },
  extraArgs: ['--publish'],
  env: [{ name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' }],
  podAnnotations: { team: 'network' },
  podLabels: { team: 'network' },
  nodeSelector: { 'kubernetes.io/arch': 'arm64' },
  tolerations: [{ operator: 'Exists' }],
  affinity: { nodeAffinity: {} },
  priorityClassName: 'system-cluster-critical',
};

describe('the chart', () => {
  test('makes what a plain installation needs', () => {
    expect(kindsOf(rendered({}))).toEqual([
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'Service',
      'ServiceAccount',
    ]);
  });

  test('takes every value', () => {
    const objects = rendered(EVERYTHING);
    expect(kindsOf(objects)).toEqual([
      'ConfigMap',
      'ConfigMap',
      'Deployment',
      'NetworkPolicy',
      'PersistentVolumeClaim',
      'PrometheusRule',
      'Service',
      'ServiceAccount',
      'ServiceMonitor',
    ]);
    expect(JSON.stringify(one(objects, 'Deployment'))).toContain('registry.example.com/headroom@sha256:');
  });

  test('brings the roles of readers as headroom access prints them, the counters of the CNI only where asked', () => {
    const rolesIn = (readers: object) => rendered({ readers }).filter(({ kind }) => kind.includes('Role'));
    const bare = ({ apiVersion, kind, metadata, rules, roleRef, subjects }: KubernetesObject) => ({
      apiVersion,
      kind,
      metadata: { name: metadata.name },
      rules,
      roleRef,
      subjects,
    });
    const printed = (needs: typeof ACCESS_NEEDS) =>
      accessManifests(needs).map((manifest) => bare(manifest as unknown as KubernetesObject));
    expect(rolesIn({})).toEqual([]);
    expect(rolesIn({ enabled: true }).map(bare)).toEqual(
      printed(ACCESS_NEEDS.filter(({ isOptional }) => !isOptional)),
    );
    expect(rolesIn({ enabled: true, ipamd: true }).map(bare)).toEqual(printed(ACCESS_NEEDS));
  });

  test('passes headroom.yml on as it was given', () => {
    const config = { alerts: { mutes: [{ reason: 'a "quoted" # text', until: '2027-01-01' }] } };
    expect(parse(fileOf(rendered({ config }), 'headroom', 'headroom.yml'))).toEqual(config);
  });

  test('brings the rules and the dashboard of infra/server unchanged', async () => {
    const objects = rendered(EVERYTHING);
    const rules: unknown = parse(
      await readFile(join(ROOT, 'infra/server/prometheus/headroom.rules.yml'), 'utf8'),
    );
    expect(one(objects, 'PrometheusRule')).toMatchObject({ spec: rules });
    expect(JSON.parse(fileOf(objects, 'headroom-dashboard', 'headroom.json'))).toEqual(
      JSON.parse(await readFile(join(ROOT, 'infra/server/grafana/headroom.json'), 'utf8')),
    );
  });

  test('has the version of the package', async () => {
    const chart = parse(await readFile(join(CHART, 'Chart.yaml'), 'utf8')) as Record<string, string>;
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect([chart['version'], chart['appVersion']]).toEqual([version, version]);
  });

  test('keeps its state on an emptyDir where no claim is wanted', () => {
    const objects = rendered({ persistence: { enabled: false } });
    expect(kindsOf(objects)).not.toContain('PersistentVolumeClaim');
    expect(JSON.stringify(one(objects, 'Deployment'))).toContain('{"emptyDir":{},"name":"data"}');
  });

  test.each([
    [{ intervall: '1m' }, /intervall/],
    [{ interval: 'often' }, /interval/],
    [{ image: { repository: '' } }, /repository/],
  ])('refuses the values %j', (values, problem) => {
    expect(() => rendered(values)).toThrow(problem);
  });
});

describe('a fault in a template is found', () => {
  let copy: string;
  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'headroom-chart-'));
    execFileSync('cp', ['-r', CHART, join(copy, 'headroom')]);
  });
  afterAll(() => rm(copy, { recursive: true, force: true }));

  test.each([
    ['a field that no type has', 'readOnlyRootFilesystem', 'readOnlyRootFileSystem'],
    ['a value that is not there', '.Values.interval', '.Values.interval.seconds'],
  ])('%s', async (_, good, bad) => {
    const path = join(copy, 'headroom/templates/deployment.yaml');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(good, bad));
    expect(() => rendered({}, join(copy, 'headroom'))).toThrow();
    await writeFile(path, text);
    expect(rendered({}, join(copy, 'headroom'))).not.toEqual([]);
  });
});

describe("the pod's command", () => {
  let lab: Lab;
  let workspace: string;
  beforeAll(async () => {
    lab = await startLab({ estate: threeAccounts, clock: createLabClock({ startsAt: Date.now() }) });
    workspace = await mkdtemp(join(tmpdir(), 'headroom-pod-'));
    await layOutImage(ROOT, join(workspace, 'image'));
  }, 300_000);
  afterAll(async () => {
    await lab.close();
    await rm(workspace, { recursive: true, force: true });
  });

  test('runs as the user of the pod, with its mounts, and scans', { timeout: 120_000 }, async () => {
    const pod = podOf(rendered({}));
    const { runAsUser: uid, runAsGroup: gid } = pod.securityContext;
    const mounts = { '/etc/headroom': join(workspace, 'config'), '/data': join(workspace, 'data') };
    for (const folder of Object.values(mounts)) await mkdir(folder);
    await writeFile(join(mounts['/etc/headroom'], 'headroom.yml'), '{}\n');
    if (process.getuid?.() === 0) await chown(mounts['/data'], uid, gid);
    await chmod(workspace, 0o755);
    const port = await freePort();
    const args = (pod.containers[0]?.args ?? []).map((word) =>
      Object.entries(mounts)
        .reduce((text, [mounted, here]) => text.replace(mounted, here), word)
        .replace('0.0.0.0:9464', `127.0.0.1:${port}`),
    );
    const child = spawn(process.execPath, [join(workspace, 'image/package/bin/headroom.mjs'), ...args], {
      // Only root can become another user.
      ...(process.getuid?.() === 0 ? { uid, gid } : {}),
      cwd: mounts['/data'],
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...awsEnvironment(lab.url), HOME: mounts['/data'] },
    });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    try {
      let metrics = '';
      const patience = AbortSignal.timeout(90_000);
      while (!metrics.includes('headroom_target_up{') && !patience.aborted) {
        await pause(200);
        metrics = await fetch(`http://127.0.0.1:${port}/metrics`).then(
          (answer) => answer.text(),
          () => '',
        );
      }
      expect(metrics, said).toMatch(/headroom_target_up\{[^}]*\} 1/);
      const owner = process.getuid?.() === 0 ? uid : process.getuid?.();
      expect((await stat(join(mounts['/data'], 'headroom.sqlite'))).uid).toBe(owner);
    } finally {
      child.kill('SIGTERM');
    }
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
  });
});

const podOf = (objects: readonly KubernetesObject[]): PodSpec => {
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  if (deployment === undefined) throw new Error('The chart has no Deployment.');
  return (deployment['spec'] as { readonly template: { readonly spec: PodSpec } }).template.spec;
};

interface PodSpec {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number };
  readonly containers: readonly { readonly args: readonly string[] }[];
}
