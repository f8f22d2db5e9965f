import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { main } from '../../cli/main.ts';
import type { KubernetesObject } from '../../lab/services/kubernetes/kinds.ts';
import { PrometheusExporter } from '../../shared/metrics/prometheus-exporter.ts';
import { anAssessment } from '../fixtures/assessments.ts';
import { anEksCluster } from '../fixtures/cluster-records.ts';
import { aCluster } from '../fixtures/findings-input.ts';
import { nodeObject, podObject, sandboxEvent } from '../fixtures/kubernetes/objects.ts';
import { aPodUse } from '../fixtures/kubernetes-reading.ts';
import { mixedEstate } from '../fixtures/mixed-estate.ts';
import { FORGED, hostileName } from './hostile-estate.ts';

/** A person who may create a pod chooses its name, labels and namespace, and a part of its events. */
const NAMES = fc.sample(hostileName, { numRuns: 12, seed: 20_261_127 });

const list = (kind: string, items: readonly KubernetesObject[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: `${kind}List`, metadata: {}, items });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-hostile-pods-'));
  const answers = join(folder, 'answers');
  mkdirSync(answers);
  const named = NAMES.map((name) => `x${name.toWellFormed()}`);
  const pods = named.map((name) =>
    podObject({ name, namespace: name, node: 0, phase: 'Pending', labels: { team: name } }),
  );
  const events = named.map((name) => ({
    ...sandboxEvent,
    metadata: { name, namespace: name },
    involvedObject: { kind: 'Pod', namespace: name, name },
    message: `failed to assign an IP address to container ${name}`,
  }));
  writeFileSync(join(answers, 'version.json'), JSON.stringify({ gitVersion: 'v1.34.0' }));
  writeFileSync(join(answers, 'apis.json'), JSON.stringify({ kind: 'APIGroupList', groups: [] }));
  writeFileSync(join(answers, 'pods.json'), list('Pod', pods));
  writeFileSync(join(answers, 'nodes.json'), list('Node', [nodeObject(0)]));
  writeFileSync(join(answers, 'events.json'), list('Event', events));
  writeFileSync(
    join(folder, 'estate.json'),
    JSON.stringify({
      schema: 'headroom/estate@1',
      collectedAt: '2026-11-27T00:30:00.000Z',
      redacted: false,
      targets: [{ ...mixedEstate, eksClusters: [anEksCluster()] }],
    }),
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = async (args: readonly string[], colour: boolean): Promise<string> => {
  let out = '';
  const files = ['--from', join(folder, 'estate.json'), '--kubernetes-from', join(folder, 'answers')];
  await main([...args, ...files], {
    out: (text) => {
      out += text;
    },
    err: () => undefined,
    env: {},
    now: () => Date.parse('2026-11-27T00:30:00.000Z'),
    colour,
    progress: false,
    columns: colour ? 120 : null,
  });
  return out;
};

/** What a terminal would obey, what a reader cannot see, and lines that the program did not begin. */
const violationsIn = (text: string): readonly string[] => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the styles that the program itself writes
  const own = text.replace(/\u001B\[(?:[123]|2[23]|3[0-9])m/g, '');
  const hidden = own.match(/[[\p{Cc}\u2028\u2029]--[\n]]/gv);
  return [
    ...(hidden ?? []).map((each) => JSON.stringify(each)),
    ...own.split('\n').filter((line) => line.startsWith(FORGED)),
  ];
};

describe('hostile names of pods, namespaces, labels and events', () => {
  test.each([
    ['pods'],
    ['pods --by namespace'],
    ['pods --output csv'],
    ['pods --output yaml'],
    ['pods --output json'],
    ['owners --by namespace'],
    ['scan'],
  ])('are inert in headroom %s', async (command) => {
    for (const colour of [false, true]) {
      expect(violationsIn(await run(command.split(' '), colour))).toEqual([]);
    }
  });

  test('are shown, so that the test above looks at something', async () => {
    expect(await run(['pods'], false)).toContain(FORGED);
    expect(await run(['pods'], false)).toContain(`${NAMES.length} pods wait for an address`);
  });

  test('are labels of Prometheus, and no series of their own', async () => {
    const holders = NAMES.map((name) => ({ name, addresses: 1 }));
    const cluster = aCluster({ pods: aPodUse({ namespaces: holders, workloads: holders, teams: holders }) });
    const text = await new PrometheusExporter().render({
      figures: [anAssessment({ clusters: [cluster] })],
      targets: [],
      staleAfter: null,
      alerts: [],
      runs: [],
    });
    expect(text).toContain('headroom_cluster_namespace_addresses{');
    expect(violationsIn(text)).toEqual([]);
  });
});
