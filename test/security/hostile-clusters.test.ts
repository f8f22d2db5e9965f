import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LatestScans } from '../../cli/serve/latest-scans.ts';
import { createPages } from '../../cli/serve/pages.ts';
import type { KubernetesObject } from '../../lab/services/kubernetes/kinds.ts';
import type { NetworkInterface } from '../../shared/model/aws/inventory.ts';
import type { TargetAssessment } from '../../shared/model/result/assessment.ts';
import { writeAlertDocument } from '../../shared/notify/alert-document.ts';
import { postableAlerts } from '../../shared/notify/alertmanager.ts';
import { amazonQNotification } from '../../shared/notify/amazon-q.ts';
import { composeMessage } from '../../shared/notify/message-content.ts';
import { pagerDutyEvents } from '../../shared/notify/pagerduty.ts';
import { emailSubject, emailText } from '../../shared/notify/plain-text.ts';
import { slackMessage } from '../../shared/notify/slack-blocks.ts';
import { teamsMessage } from '../../shared/notify/teams-card.ts';
import { terminalPreview } from '../../shared/notify/terminal-preview.ts';
import { composeDigest } from '../../shared/pipeline/compose-digest.ts';
import { drawDashboardWidget } from '../../shared/pipeline/dashboard-widget.ts';
import { digestFacts } from '../../shared/pipeline/digest-facts.ts';
import type { ScanDocument } from '../../shared/pipeline/scan-document.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';
import { anAssessment } from '../fixtures/assessments.ts';
import { anEksCluster } from '../fixtures/cluster-records.ts';
import { headroomInProcess } from '../fixtures/command-in-process.ts';
import { exampleMessage, exampleTransition } from '../fixtures/messages/made-messages.ts';
import { slackTexts, withoutSlackTimes } from '../fixtures/messages/slack-texts.ts';
import { mixedEstate } from '../fixtures/mixed-estate.ts';
import { FORGED, hostileName } from './hostile-estate.ts';
import { violationsIn } from './terminal-violations.ts';

/** Names of pods, namespaces, workloads, teams, nodes and events, in everything that shows what a cluster's API said. */

const NOW = '2026-01-01T00:30:00.000Z';
const INSTANCE = 'i-0123456789abcdef0';
const SUBNET = 'subnet-0a';
const CLUSTER = 'production';
/** Findings whose texts have such names. */
const MESSAGES = ['pods-waiting', 'nodes-overcommitted'];

/** Ways out of the text of a page. */
const TAGS = [
  '<script>forged()</script>',
  '"><img src=x onerror=forged()>',
  '</bdi></td><svg onload=forged()>',
];
const NAMES = [...TAGS, ...fc.sample(hostileName, { numRuns: 12, seed: 20_261_128 })].map(
  (name) => `x${name.toWellFormed()}`,
);
const nameAt = (index: number): string => NAMES[index % NAMES.length] ?? '';
const RUNNING = NAMES.map((_, index) => `10.0.0.${70 + index}`);

const objects = (): Readonly<Record<string, readonly KubernetesObject[]>> => {
  const pod = (index: number, address: string | null): KubernetesObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${nameAt(index)}-${address ?? 'waits'}`,
      namespace: nameAt(index + 1),
      labels: { team: nameAt(index + 2) },
      ownerReferences: [{ kind: nameAt(index + 3), name: nameAt(index + 4), controller: true }],
    },
    spec: { nodeName: nameAt(5) },
    status: {
      phase: address === null ? 'Pending' : 'Running',
      ...(address === null ? {} : { podIP: address, podIPs: [{ ip: address }] }),
    },
  });
  const waiting = NAMES.map((_, index) => pod(index, null));
  return {
    pods: [...waiting, ...RUNNING.map((address, index) => pod(index, address))],
    nodes: [
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: nameAt(5), labels: { team: nameAt(6), 'karpenter.sh/nodepool': nameAt(7) } },
        spec: { providerID: `aws:///eu-west-1a/${INSTANCE}` },
        status: { allocatable: { pods: '110' }, conditions: [{ type: 'Ready', status: 'True' }] },
      },
    ],
    namespaces: NAMES.map((name) => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name, labels: { team: name } },
    })),
    events: waiting.map(({ metadata: { name, namespace = '' } }, index) => ({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `event-${index}`, namespace },
      involvedObject: { kind: 'Pod', namespace, name },
      reason: 'FailedCreatePodSandBox',
      type: 'Warning',
      message: `failed to assign an IP address to container ${nameAt(index)}`,
      count: 3,
      firstTimestamp: '2026-01-01T00:10:00Z',
      lastTimestamp: '2026-01-01T00:20:00Z',
    })),
    deployments: NAMES.map((name, index) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: nameAt(index + 1), labels: { team: name } },
      spec: { replicas: 400, template: { spec: {} } },
    })),
    statefulsets: [],
    daemonsets: [],
    jobs: [],
    horizontalpodautoscalers: [],
    services: [],
    eniconfigs: NAMES.map((name) => ({
      apiVersion: 'crd.k8s.amazonaws.com/v1alpha1',
      kind: 'ENIConfig',
      metadata: { name },
      spec: { subnet: SUBNET },
    })),
  };
};

/** The estate of the other tests with an instance whose id a node can name, and an address for each pod that runs. */
const estateText = (): string => {
  const [node, ...others] = mixedEstate.interfaces as readonly NetworkInterface[];
  const target = {
    ...mixedEstate,
    interfaces: [
      {
        ...node,
        privateAddresses: [
          ...(node?.privateAddresses ?? []),
          ...RUNNING.map((address) => ({ address, primary: false })),
        ],
      },
      ...others,
    ],
    eksClusters: [anEksCluster({ name: CLUSTER, vpcId: 'vpc-0a', subnetIds: [SUBNET] })],
  };
  return JSON.stringify({
    schema: 'headroom/estate@1',
    collectedAt: NOW,
    redacted: false,
    targets: [target],
  }).replaceAll(/\bi-01\b/g, INSTANCE);
};

let folder: string;
let scan: ScanDocument;
let assessment: TargetAssessment;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-hostile-clusters-'));
  const answers = join(folder, 'answers');
  mkdirSync(answers);
  writeFileSync(join(answers, 'version.json'), JSON.stringify({ gitVersion: 'v1.34.0' }));
  writeFileSync(join(answers, 'apis.json'), JSON.stringify({ kind: 'APIGroupList', groups: [] }));
  for (const [plural, items] of Object.entries(objects()))
    writeFileSync(
      join(answers, `${plural}.json`),
      JSON.stringify({ apiVersion: 'v1', kind: 'List', metadata: {}, items }),
    );
  writeFileSync(join(folder, 'estate.json'), estateText());
  scan = JSON.parse(await run('scan', '--format', 'json')) as ScanDocument;
  const [target] = scan.targets;
  if (target === undefined) throw new Error('nothing was scanned');
  assessment = { ...anAssessment({ ...scan, target, findings: scan.findings }), maps: [] };
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = async (...args: readonly string[]): Promise<string> => {
  const files = ['--from', join(folder, 'estate.json'), '--kubernetes-from', join(folder, 'answers')];
  const { out, err } = await headroomInProcess([...args, ...files]);
  return out === '' ? expect.fail(err) : out;
};

/** Text that a person reads line by line. */
const harmIn = (text: string): readonly string[] => violationsIn(text, false);

/** A page: none of the tags of a name is a tag of the page. */
const tagsIn = (page: string): readonly string[] =>
  page.match(/<(?:script>forged|img src=x|svg onload)/g) ?? [];

test('each kind of name is in the scan, so that the tests below look at something', () => {
  const [cluster] = scan.clusters;
  expect(cluster?.pods?.used).toBe(RUNNING.length);
  expect(cluster?.pods?.waiting).toHaveLength(NAMES.length);
  expect(cluster?.pods?.subnets[0]?.teams.map(({ name }) => name)).toContain(nameAt(2));
  const kinds = scan.findings.map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(MESSAGES));
});

describe('hostile names of a cluster', () => {
  test.each([
    'pods',
    'pods --by workload',
    'pods --by namespace',
    'pods --by team',
    'pods --output wide',
    'pods --output csv',
    'pods --output yaml',
    'pods --output json',
    'owners --by namespace',
    'owners --by workload',
    'owners --by team',
    'owners --by team --output csv',
    `map ${SUBNET}`,
    `explain ${SUBNET}`,
    'clusters',
    'clusters --output wide',
    'clusters --output csv',
    'findings',
    'findings --output csv',
    'scan',
    'scan --format json',
  ])('are inert in headroom %s', async (command) => {
    expect(harmIn(await run(...command.split(' ')))).toEqual([]);
  });

  test('are text in the page of headroom report', async () => {
    const page = await run('report', '--out', '-');
    expect(page).toContain('&lt;script&gt;forged');
    expect(tagsIn(page)).toEqual([]);
  });

  test('are text in the live page', () => {
    const latest = new LatestScans();
    latest.put({
      assessment,
      alerts: [],
      result: { status: 'ok', alerting: 'whole', remembered: true, undelivered: 0 },
    });
    const pages = createPages({ latest, now: () => Date.parse(NOW), token: 'token' });
    return pages.report().then((page) => {
      expect(page).toContain('&lt;script&gt;forged');
      expect(tagsIn(page)).toEqual([]);
    });
  });

  test('are text in the dashboard widget', async () => {
    const { assessments } = createMemoryStateStore();
    await assessments.putLatest(assessment);
    const draw = (event: object) =>
      drawDashboardWidget({ event, endpoint: 'arn:aws:lambda:x', store: assessments, now: Date.parse(NOW) });
    const { accountId, region } = assessment.target;
    const pages = await Promise.all(['table', 'alerts', 'history', 'names'].map((view) => draw({ view })));
    const subnet = await draw({ accountId, region, subnetId: SUBNET });
    expect(subnet).toContain('&lt;script&gt;forged');
    for (const page of [...pages, subnet]) expect(tagsIn(String(page))).toEqual([]);
  });

  test('are inert in a digest', () => {
    const facts = digestFacts(assessment, [], {}, Date.parse(NOW));
    const digest = composeDigest({ name: 'all', facts, coverage: null, unread: 0, known: null, at: NOW });
    expect(JSON.stringify(digest)).toContain('pods wait for an address');
    const lines = digest.sections.flatMap(({ heading, lines }) => [heading, ...lines]);
    expect(harmIn([digest.title, ...lines].join('\n'))).toEqual([]);
  });

  test('are inert in a message to every destination', () => {
    const findings = scan.findings.filter(({ kind }) => MESSAGES.includes(kind));
    expect(findings).toHaveLength(MESSAGES.length);
    const message = exampleMessage(
      findings.map((finding) => exampleTransition(finding)),
      { threadId: 'thread', messageId: 'message' },
    );
    const content = composeMessage(message);
    for (const { text } of slackTexts(slackMessage(content))) {
      expect(withoutSlackTimes(text).replace(/<https?:\/\/[^|<>]+\|[^|<>]*>/g, '')).not.toMatch(/[<>]/);
      expect(harmIn(text)).toEqual([]);
    }
    expect(emailSubject(content)).toMatch(/^[\x20-\x7E]{1,99}$/);
    // These two wrap their lines, and any word may begin one.
    for (const wrapped of [emailText(content), terminalPreview(content, { colour: false, width: 80 })])
      expect(harmIn(wrapped.replaceAll('\n', ' '))).toEqual([]);
    const amazonQ = amazonQNotification(content).content;
    expect(`${amazonQ.title}${amazonQ.description}${amazonQ.nextSteps.join('')}`).not.toMatch(/[<>`]/);
    expect(writeAlertDocument(message, 'headline')).toMatch(/^[\x20-\x7E]*$/);
    for (const sent of [teamsMessage(content), pagerDutyEvents(message, 'key'), postableAlerts(message)])
      expect(textsIn(sent).flatMap(harmIn)).toEqual([]);
  });
});

/** Every text of a document, however deep. */
const textsIn = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

test('a line that a name began would be found', () => {
  expect(harmIn(`a name\n${FORGED}`)).toEqual([FORGED]);
  expect(tagsIn(`<td>${TAGS[1]}</td>`)).not.toEqual([]);
});
