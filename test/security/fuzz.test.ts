import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseHistory } from '../../cli/input/history-csv.ts';
import { parseJsonHistory } from '../../cli/input/history-json.ts';
import { actionIn } from '../../cli/serve/actions.ts';
import { startServer } from '../../cli/serve/http-server.ts';
import { parseConfiguration } from '../../shared/config/headroom-yml.ts';
import { readEstate } from '../../shared/inventory/estate-file.ts';
import { readInstancePage } from '../../shared/inventory/page-reader/instance-page.ts';
import { readInterfacePage } from '../../shared/inventory/page-reader/interface-page.ts';
import { createApiSource } from '../../shared/kubernetes/api-source.ts';
import { createFilesApi } from '../../shared/kubernetes/files-api.ts';
import { KubernetesFailure } from '../../shared/kubernetes/kubernetes-failure.ts';
import { MalformedAnswerError } from '../../shared/model/aws/aws-failure.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import type { Secret } from '../../shared/notify/secret-reader.ts';
import type { SlackApp } from '../../shared/notify/slack-app/slack-app.ts';
import { answerSlackInteraction, slackSignature } from '../../shared/pipeline/slack-interaction.ts';
import { decodeDay, decodeScan, encodeDay } from '../../shared/state/history/history-codec.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';
import { packJson, unpackJson } from '../../shared/state/packed-json.ts';
import { openSqliteStateStore } from '../../shared/state/sqlite/sqlite-state-store.ts';
import { nodeObject, podObject } from '../fixtures/kubernetes/objects.ts';
import { hostileEstate } from './hostile-estate.ts';
import { hostileText } from './hostile-text.ts';

/** What each reader may take for all its inputs together. CPU time, so that a busy machine does not count. */
const CPU_SECONDS = 30;
const HEAP_BYTES = 400 * 1024 * 1024;

const RUNS = 150;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-fuzz-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A valid input with parts cut out, repeated, swapped and replaced. */
const spoilt = (valid: string): fc.Arbitrary<string> =>
  fc
    .array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        length: fc.integer({ min: 0, max: 60 }),
        by: fc.oneof(
          hostileText,
          fc.constantFrom(
            '',
            '<',
            '>',
            '<!--',
            ']]>',
            '{',
            '}',
            '[',
            ']',
            ':',
            ',',
            '"',
            '\n',
            '&a',
            '*a',
            '- ',
            '0',
            '-1',
            '1e999',
            'null',
          ),
          fc.integer({ min: 1, max: 3_000 }).map((times) => '['.repeat(times)),
        ),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((edits) =>
      edits.reduce((text, { at, length, by }) => {
        const start = Math.floor(at * text.length);
        return text.slice(0, start) + by + text.slice(start + length);
      }, valid),
    );

/** Whether a reader answers, or refuses with an error of its own. Anything else is a defect. */
const outcome = async (read: () => unknown): Promise<'read' | 'refused' | string> => {
  try {
    await read();
    return 'read';
  } catch (error) {
    if (error instanceof HeadroomError || error instanceof MalformedAnswerError) return 'refused';
    return error instanceof Error ? `${error.stack}` : String(error);
  }
};

/** Feeds a reader, and tells what it refused, what it did not expect, and what it took. */
const fuzz = async <Input>(inputs: readonly Input[], read: (input: Input) => unknown) => {
  const cpu = process.cpuUsage();
  const heap = process.memoryUsage().heapUsed;
  let most = heap;
  const defects: string[] = [];
  let refused = 0;
  for (const input of inputs) {
    const result = await outcome(() => read(input));
    if (result === 'refused') refused += 1;
    else if (result !== 'read') defects.push(`${JSON.stringify(input).slice(0, 300)}: ${result}`);
    most = Math.max(most, process.memoryUsage().heapUsed);
  }
  const { user, system } = process.cpuUsage(cpu);
  return { defects: defects.slice(0, 3), refused, seconds: (user + system) / 1e6, bytes: most - heap };
};

const within = ({ defects, refused, seconds, bytes }: Awaited<ReturnType<typeof fuzz>>): void => {
  expect(defects).toEqual([]);
  expect(refused).toBeGreaterThan(10);
  expect(seconds).toBeLessThan(CPU_SECONDS);
  expect(bytes).toBeLessThan(HEAP_BYTES);
};

const inputsOf = (valid: string): readonly string[] =>
  fc.sample(spoilt(valid), { numRuns: RUNS, seed: 20_261_126 });

async function* inPieces(text: string): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 97) yield bytes.subarray(at, at + 97);
}

const INTERFACES = `<?xml version="1.0"?><DescribeNetworkInterfacesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><networkInterfaceSet><item><networkInterfaceId>eni-0a</networkInterfaceId><subnetId>subnet-0a</subnetId><tagSet><item><key>a</key><value>b &amp; c</value></item></tagSet><privateIpAddressesSet><item><privateIpAddress>10.0.0.4</privateIpAddress><primary>true</primary></item></privateIpAddressesSet></item></networkInterfaceSet><nextToken>x</nextToken></DescribeNetworkInterfacesResponse>`;
const INSTANCES = `<DescribeInstancesResponse><reservationSet><item><ownerId>111122223333</ownerId><instancesSet><item><instanceId>i-0a</instanceId><instanceType>m5.large</instanceType><instanceState><name>running</name></instanceState></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`;
const YML = `targets:\n  accounts: ["111122223333"]\n  regions: [eu-west-1]\nalerts:\n  rules:\n    addresses-low: { warning: { below: 10% }, critical: { below: [5%, 16] } }\n  mutes:\n    - match: { rule: addresses-low }\n      reason: maintenance\n      weekly: { days: [sunday], start: "01:00", end: "03:00" }\ndestinations:\n  chat: &chat\n    slack: { parameter: /headroom/slack }\n  other: *chat\nroutes:\n  - to: chat\n`;
const CSV = Array.from(
  { length: 60 },
  (_, hour) => `${new Date(hour * 3_600_000).toISOString()},"${hour}"`,
).join('\n');

describe('hostile input is read or refused, within its limits', () => {
  test('XML of interfaces', async () => {
    within(await fuzz(inputsOf(INTERFACES), (text) => readInterfacePage(inPieces(text), () => {})));
  });

  test('XML of instances', async () => {
    within(await fuzz(inputsOf(INSTANCES), (text) => readInstancePage(inPieces(text), () => {})));
  });

  test('YAML', async () => {
    parseConfiguration(YML, 'headroom.yml');
    within(await fuzz(inputsOf(YML), (text) => parseConfiguration(text, 'headroom.yml')));
  });

  test('CSV', async () => {
    within(await fuzz(inputsOf(`timestamp,available\n${CSV}`), (text) => parseHistory(text, 'history.csv')));
  });

  test('JSON of a history', async () => {
    const forms = [
      [{ timestamp: '2026-01-01T00:00:00Z', available: 7 }],
      { MetricDataResults: [{ Timestamps: ['2026-01-01T00:00:00Z'], Values: [7] }] },
      { Datapoints: [{ Timestamp: '2026-01-01T00:00:00Z', Minimum: 7 }] },
      { data: { result: [{ values: [[1_767_225_600, '7']] }] } },
    ];
    for (const form of forms)
      within(await fuzz(inputsOf(JSON.stringify(form)), (text) => parseJsonHistory(text, 'history.json')));
  });

  test('estate files, plain and compressed', async () => {
    const path = join(folder, 'estate');
    const estate = JSON.stringify(hostileEstate(() => ''));
    within(
      await fuzz(inputsOf(estate), async (text) => {
        writeFileSync(path, text.length % 2 === 0 ? text : gzipSync(text));
        await readEstate(path);
      }),
    );
    const bytes = fc.sample(fc.uint8Array({ maxLength: 400 }), { numRuns: RUNS, seed: 1 });
    within(
      await fuzz(bytes, async (tail) => {
        writeFileSync(path, Buffer.concat([Uint8Array.of(0x1f, 0x8b), tail]));
        await readEstate(path);
      }),
    );
  });

  test('stored scans and days of history', async () => {
    const day = encodeDay(
      0,
      new Map([
        [
          3,
          {
            addresses: new Map([[0, { minimum: 5, sum: 10, last: 5, offsets: [0, 60_000] }]]),
            prefixes: new Map(),
          },
        ],
      ]),
    );
    const packed = packJson(hostileEstate(() => ''));
    const damaged = (valid: Uint8Array) =>
      fc.sample(
        fc
          .array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
          .map((edits) => {
            const bytes = Uint8Array.from(valid);
            for (const [at, byte] of edits) bytes[at] = byte;
            return bytes;
          }),
        { numRuns: RUNS, seed: 2 },
      );
    within(await fuzz(damaged(packed), (bytes) => unpackJson(bytes, 'scan')));
    within(await fuzz(damaged(day), (bytes) => decodeDay(0, bytes)));
    within(await fuzz(damaged(day), (bytes) => decodeScan(bytes)));
  });

  test('state files', async () => {
    const path = join(folder, 'state.sqlite');
    const bytes = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { numRuns: RUNS, seed: 3 });
    within(
      await fuzz(bytes, async (tail) => {
        writeFileSync(path, Buffer.concat([Buffer.from('SQLite format 3\0'), tail]));
        await openSqliteStateStore(path, { readOnly: true }).close();
      }),
    );
  });

  test('answers of a Kubernetes API, as lists, as tables and from saved files', async () => {
    const pods = [podObject({ name: 'web-1', namespace: 'shop', node: 0 })];
    const listed = JSON.stringify({ kind: 'PodList', metadata: {}, items: pods });
    const table = JSON.stringify({
      kind: 'Table',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { continue: 'next' },
      columnDefinitions: [
        { name: 'Name', type: 'string' },
        { name: 'IP', type: 'string' },
      ],
      rows: pods.map((object) => ({ cells: ['web-1', '10.0.0.4'], object })),
    });
    const request = { now: 0, labels: ['team'], workloads: true, ipamd: true };
    for (const valid of [listed, table, JSON.stringify({ items: [nodeObject(0)] })]) {
      const texts = inputsOf(valid);
      const answers = await fuzz(texts, async (text) => {
        let asked = 0;
        const { pods: read } = await createApiSource(() => ({
          // A page that names a next one for ever must end as well.
          ask: async () => {
            asked += 1;
            if (asked > 10_000) throw new Error('it asks for ever');
            return { status: 200, text };
          },
          close: () => {},
        })).read('shop', request);
        // A reading says of each part whether it is known: refused is what counts here.
        if (!read.known) throw new KubernetesFailure('malformed', 'unread');
      });
      within(answers);
    }
    const saved = join(folder, 'answers');
    mkdirSync(saved);
    const files = await fuzz(inputsOf(listed), async (text) => {
      for (const name of ['pods.json', 'nodes.json', 'events.json', 'version.json', 'apis.json'])
        writeFileSync(join(saved, name), text);
      const { pods: read } = await createApiSource(() => createFilesApi(saved)).read('shop', request);
      if (!read.known) throw new KubernetesFailure('malformed', 'unread');
    });
    within(files);
  });

  test('clicks in Slack, signed and unsigned: an answer of a known status, and nothing is thrown', async () => {
    const now = Date.parse('2026-11-27T10:00:00Z');
    const secret = { read: async () => 'signing-secret' } as unknown as Secret;
    const app = { posts: { get: async () => null } } as unknown as SlackApp;
    const destinations = new Map([['network', { app, signingSecret: secret, timeZone: 'UTC' }]]);
    const valid = new URLSearchParams({
      payload: JSON.stringify({
        type: 'block_actions',
        user: { id: 'U0ADA', username: 'ada' },
        actions: [{ action_id: 'headroom:acknowledge', value: 'network\nincident' }],
      }),
    }).toString();
    const statuses = new Map<number, number>();
    const result = await fuzz([valid, ...inputsOf(valid)], async (body) => {
      for (const signedWith of ['signing-secret', 'another']) {
        const timestamp = String(now / 1000);
        const { status } = await answerSlackInteraction({
          request: {
            headers: {
              'x-slack-request-timestamp': timestamp,
              'x-slack-signature': slackSignature(signedWith, timestamp, body),
            },
            body,
          },
          destinations,
          store: createMemoryStateStore(),
          now,
          signal: new AbortController().signal,
        });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    expect(result.defects).toEqual([]);
    expect(result.seconds).toBeLessThan(CPU_SECONDS);
    expect([...statuses.keys()].toSorted()).toEqual([200, 400, 401]);
    expect(statuses.get(401)).toBeGreaterThanOrEqual(RUNS);
  });

  test('actions of the live page are read or are none', () => {
    const valid = JSON.stringify({ action: 'mute', alert: 'a/b/c', by: 'ada', hours: 4 });
    const read = inputsOf(valid).map((body) => actionIn(body));
    expect(read.filter((action) => action === null).length).toBeGreaterThan(10);
    for (const action of read) if (action !== null) expect(action.by).not.toMatch(/[\p{Cc}\u202E]/u);
  });

  test('HTTP: the server goes on answering', async () => {
    const server = await startServer(
      { host: '127.0.0.1', port: 0 },
      {
        report: async () => '<!doctype html>',
        metrics: async () => ({ contentType: 'text/plain', text: 'headroom_target_up 1\n' }),
        notReady: () => null,
      },
    );
    const cpu = process.cpuUsage();
    const port = Number(new URL(server.url).port);
    const requests = inputsOf(
      'GET /metrics?x=1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello',
    );
    for (const request of requests) {
      await new Promise<void>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => socket.end(request));
        socket
          .on('error', () => {})
          .on('data', () => {})
          .on('close', () => resolve());
      });
    }
    expect((await fetch(`${server.url}/metrics`)).status).toBe(200);
    const { user, system } = process.cpuUsage(cpu);
    expect((user + system) / 1e6).toBeLessThan(CPU_SECONDS);
    await server.close();
  });
});

test('a planted reader that throws anything else is found', async () => {
  const { defects } = await fuzz(['{'], (text) => JSON.parse(text));
  expect(defects).toHaveLength(1);
});
