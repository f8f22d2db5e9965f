import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { brotliCompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MAX_HISTORY_BYTES, readHistory } from '../../cli/input/history-file.ts';
import { MAX_SECRET_BYTES, secretOption } from '../../cli/input/secret-option.ts';
import { readTextFile } from '../../cli/input/text-file.ts';
import { MAX_ACTION } from '../../cli/serve/actions.ts';
import { startServer } from '../../cli/serve/http-server.ts';
import {
  MAX_CONFIGURATION_CHARACTERS,
  MAX_CONFIGURATION_DEPTH,
  MAX_CONFIGURATION_VALUES,
  parseConfiguration,
} from '../../shared/config/headroom-yml.ts';
import { ESTATE_LIMITS, readEstate } from '../../shared/inventory/estate-file.ts';
import { readInstancePage } from '../../shared/inventory/page-reader/instance-page.ts';
import { MAX_TOKEN_BYTES, XmlReader } from '../../shared/inventory/page-reader/xml-reader.ts';
import { excessOf } from '../../shared/model/base/bounded-json.ts';
import { MAX_PREFIXED_TAGS } from '../../shared/model/owners/tags-of-interest.ts';
import { defaultHttpEnvironment, MAX_ANSWER_BYTES, postJson } from '../../shared/notify/http-delivery.ts';
import type { Secret } from '../../shared/notify/secret-reader.ts';
import type { SlackApp } from '../../shared/notify/slack-app/slack-app.ts';
import { answerSlackInteraction, MAX_BODY, slackSignature } from '../../shared/pipeline/slack-interaction.ts';
import { decodeDay, MAX_DAY_BYTES } from '../../shared/state/history/history-codec.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';
import {
  MAX_UNPACKED_BYTES,
  MAX_UNPACKED_VALUES,
  packText,
  unpackBytes,
  unpackJson,
} from '../../shared/state/packed-json.ts';
import { openSqliteStateStore } from '../../shared/state/sqlite/sqlite-state-store.ts';
import { hostileEstate } from './hostile-estate.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-limits-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** The code and the message of what is thrown. */
const failure = async (work: () => unknown): Promise<string> => {
  try {
    await work();
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return `${code}: ${message}`;
  }
  return 'nothing was thrown';
};

describe('JSON of a file', () => {
  const LIMITS = { characters: 20, values: 5 };
  test.each([
    ['as many characters as may be', `"${'x'.repeat(18)}"`, null],
    ['one more', `"${'x'.repeat(19)}"`, 'it has more than 20 characters'],
    ['as many values as may be', '[[],{}]', null],
    ['one more', '[[],{},1]', 'it has more than 5 values'],
  ])('%s', (_, json, excess) => {
    expect(excessOf(json, LIMITS)).toBe(excess);
  });
});

describe('an estate file', () => {
  const json = JSON.stringify(hostileEstate(() => ''));

  test('is read at its limits, and refused one past each', async () => {
    const path = file('estate.json', json);
    const values = 1 + (json.match(/[,[{]/g)?.length ?? 0);
    await readEstate(path, { characters: json.length, values });
    expect(await failure(() => readEstate(path, { characters: json.length - 1, values }))).toContain(
      `estate-file-invalid: ${path} cannot be used: it has more than ${json.length - 1} characters`,
    );
    expect(await failure(() => readEstate(path, { characters: json.length, values: values - 1 }))).toContain(
      `it has more than ${values - 1} values`,
    );
  });

  test('that unpacks to more is not unpacked to its end', async () => {
    const bomb = gzipSync(Buffer.alloc(ESTATE_LIMITS.characters + 1, ' '), { level: 1 });
    expect(bomb.length).toBeLessThan(2_000_000);
    expect(await failure(() => readEstate(file('bomb.json.gz', bomb)))).toContain('it has more than');
  });

  test('of small values by the million is refused before it is parsed', async () => {
    const many = `[${'{},'.repeat(ESTATE_LIMITS.values / 2)}{}]`;
    expect(await failure(() => readEstate(file('many.json.gz', gzipSync(many, { level: 1 }))))).toContain(
      'values',
    );
  });

  test('with a million wrong records is refused after the first of them', async () => {
    const estate = hostileEstate(() => '') as { readonly targets: object[] };
    Object.assign(estate.targets[0] ?? {}, { instances: Array.from({ length: 1_000_000 }, () => ({})) });
    const reason = await failure(() => readEstate(file('wrong.json', JSON.stringify(estate))));
    expect(reason).toContain('targets[0].instances[0].instanceId');
    expect(reason).toMatch(/and \d{1,4} more, at least$/);
  });
});

describe('stored state', () => {
  test('unpacks to its limit, and to no byte more', async () => {
    const packed = (length: number) => packText(Buffer.alloc(length, ' '));
    expect(unpackBytes(packed(MAX_UNPACKED_BYTES), 'scan')).toHaveLength(MAX_UNPACKED_BYTES);
    const bomb = packed(MAX_UNPACKED_BYTES + 1);
    // A ten-thousandth.
    expect(bomb.length).toBeLessThan(MAX_UNPACKED_BYTES / 10_000);
    expect(await failure(() => unpackBytes(bomb, 'scan'))).toBe(
      'state-unreadable: The stored scan cannot be read: it unpacks to more than any version writes',
    );
  });

  test('holds as many values as any version writes, and not one more', async () => {
    const list = (values: number) => packText(`[${'0,'.repeat(values - 2)}0]`);
    expect(unpackJson<unknown[]>(list(MAX_UNPACKED_VALUES - 1), 'scan')).toHaveLength(
      MAX_UNPACKED_VALUES - 2,
    );
    expect(await failure(() => unpackJson(list(MAX_UNPACKED_VALUES + 1), 'scan'))).toContain(
      `it has more than ${MAX_UNPACKED_VALUES} values`,
    );
  });

  const day = (bytes: Uint8Array): Uint8Array => Buffer.concat([Uint8Array.of(1), brotliCompressSync(bytes)]);

  test('a day of history unpacks to its limit', async () => {
    expect(await failure(() => decodeDay(0, day(new Uint8Array(MAX_DAY_BYTES + 1))))).toContain(
      'it unpacks to more than any version writes',
    );
    expect(decodeDay(0, day(new Uint8Array(MAX_DAY_BYTES))).size).toBe(0);
  });

  test.each([
    ['lists', [0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['moments of a list', [1, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['subnets', [0, 0xff, 0xff, 0xff, 0xff, 0x7f]],
    ['bytes of a column', [0, 0, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ])('a day of history cannot announce more %s than it has bytes', async (_, bytes) => {
    expect(await failure(() => decodeDay(0, day(Uint8Array.from(bytes))))).toContain('it ends too early');
  });

  test.each([
    [
      'a view in place of a table',
      'DROP TABLE assessment; CREATE VIEW assessment AS SELECT zeroblob(600000000) AS body',
    ],
    ['a view beside the tables', 'CREATE VIEW extra AS SELECT 1'],
    ['a trigger', 'CREATE TRIGGER loud AFTER INSERT ON alert BEGIN DELETE FROM alert; END'],
    [
      'a generated column',
      'DROP TABLE cache; CREATE TABLE cache (key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, body BLOB AS (zeroblob(600000000)))',
    ],
    ['a table of another program', 'CREATE TABLE other (x)'],
  ])('%s is refused', async (name, sql) => {
    const path = join(folder, `${name}.sqlite`);
    await openSqliteStateStore(path).close();
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
    for (const readOnly of [true, false]) {
      expect(await failure(() => openSqliteStateStore(path, { readOnly }))).toMatch(
        /^state-not-ours: .*made: /,
      );
    }
  });

  test('a file on which ANALYZE was run is still ours', async () => {
    const path = join(folder, 'analysed.sqlite');
    await openSqliteStateStore(path).close();
    const database = new DatabaseSync(path);
    database.exec('ANALYZE');
    database.close();
    await openSqliteStateStore(path, { readOnly: true }).close();
  });
});

describe('headroom.yml', () => {
  const refusal = (yml: string) => failure(() => parseConfiguration(yml, 'headroom.yml'));

  test('has as many characters as may be, and not one more', async () => {
    parseConfiguration('#'.repeat(MAX_CONFIGURATION_CHARACTERS), 'headroom.yml');
    expect(await refusal('#'.repeat(MAX_CONFIGURATION_CHARACTERS + 1))).toContain(
      `more than ${MAX_CONFIGURATION_CHARACTERS} characters`,
    );
  });

  test.each([
    ['lists', (depth: number) => `a: ${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}`],
    ['mappings', (depth: number) => `a: ${'{a: '.repeat(depth - 1)}1${'}'.repeat(depth - 1)}`],
    [
      'lines',
      (depth: number) => Array.from({ length: depth }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
    ],
  ])('has as many levels of %s as may be, and not one more', async (_, nested) => {
    expect(await refusal(nested(MAX_CONFIGURATION_DEPTH))).toContain('a is not a setting');
    expect(await refusal(nested(MAX_CONFIGURATION_DEPTH + 2))).toContain(
      `more than ${MAX_CONFIGURATION_DEPTH} levels`,
    );
  });

  test.each([
    ['thousands of levels of lists', '['.repeat(30_000)],
    ['thousands of levels of mappings', '{a: '.repeat(10_000)],
    ['thousands of levels of items', '- '.repeat(20_000)],
    ['a list within itself', 'a: &a [*a]'],
    ['a mapping within itself', 'a: &a {b: *a}'],
  ])('%s', async (_, yml) => {
    expect(await refusal(yml)).toContain('levels within each other');
  });

  test('a mapping merged into itself', async () => {
    expect(await refusal('a: &a\n  <<: *a\n  c: 1')).toContain('configuration-invalid');
  });

  test('counts the values of aliases at each place', async () => {
    const lists = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (const [before, name] of ['ab', 'bc', 'cd', 'de', 'ef'].map(([from, to]) => [from, to]))
      lists.push(`${name}: &${name} [${Array.from({ length: 10 }, () => `*${before}`).join(', ')}]`);
    expect(await refusal(lists.join('\n'))).toMatch(/alias|values/);
    const few = lists.slice(0, 2).join('\n');
    expect(await refusal(few)).toContain('a is not a setting');
    expect(MAX_CONFIGURATION_VALUES).toBeLessThan(1_000_000);
  });

  test('names each of ten thousand unknown keys once', async () => {
    const keys = Array.from({ length: 7_000 }, (_, index) => `k${index}: 1`).join('\n');
    expect(await refusal(keys)).toContain('k6999 is not a setting');
    expect(await refusal('k: 1\nk: 2\n')).toContain('This mapping has the same key twice');
  });
});

describe('text files', () => {
  test('a history has as many bytes as may be, and not one more', async () => {
    expect(readTextFile(file('ten', 'x'.repeat(10)), 10)).toHaveLength(10);
    expect(await failure(() => readTextFile(file('eleven', 'x'.repeat(11)), 10))).toContain(
      'more than 10 bytes',
    );
    expect(await failure(() => readHistory('/dev/zero'))).toContain(`more than ${MAX_HISTORY_BYTES} bytes`);
  });

  test('a history of a year in minutes is read', () => {
    const rows = Array.from(
      { length: 525_600 },
      (_, minute) => `${new Date(minute * 60_000).toISOString()},5`,
    );
    expect(readHistory(file('year.csv', rows.join('\n')))).toHaveLength(525_600);
  });
});

describe('XML', () => {
  const reader = () => {
    const texts: string[] = [];
    const xml = new XmlReader<string[]>(
      { name: 'a', children: [{ name: 'b', text: (state, value) => state.push(value) }] },
      texts,
    );
    return { xml, texts };
  };

  test('a text has as many bytes as may be, and not one more', async () => {
    const { xml, texts } = reader();
    xml.write(Buffer.from(`<a><b>${'x'.repeat(MAX_TOKEN_BYTES - 100)}`));
    xml.write(Buffer.from('</b></a>'));
    xml.end();
    expect(texts[0]).toHaveLength(MAX_TOKEN_BYTES - 100);
    expect(
      await failure(() => reader().xml.write(Buffer.from(`<a><b>${'x'.repeat(MAX_TOKEN_BYTES + 1)}`))),
    ).toContain(`more than ${MAX_TOKEN_BYTES} bytes`);
  });

  test.each([
    ['a text', `<a><b>${'x'.repeat(200_000)}</b></a>`],
    ['a comment full of ends', `<a><!--${'>-'.repeat(100_000)}--><b>1</b></a>`],
    ['a tag full of quoted ends', `<a><b c="${'>'.repeat(200_000)}">1</b></a>`],
  ])('%s that arrives byte by byte is read a few times at most', (_, text) => {
    const { xml, texts } = reader();
    const bytes = Buffer.from(text);
    const toText = Buffer.prototype.toString;
    let read = 0;
    // What the reader looks at, it turns into a string first.
    Buffer.prototype.toString = function counted(
      this: Buffer,
      encoding?: BufferEncoding,
      from = 0,
      to = this.length,
    ) {
      read += to - from;
      return toText.call(this, encoding, from, to);
    };
    try {
      for (let at = 0; at < bytes.length; at += 1) xml.write(bytes.subarray(at, at + 1));
      xml.end();
    } finally {
      Buffer.prototype.toString = toText;
    }
    expect(texts).toHaveLength(1);
    expect(read).toBeLessThan(6 * bytes.length);
  });

  test('of an instance, the tags that anything looks at are kept', async () => {
    const tags = [
      ['eks:cluster-name', 'shop'],
      ...Array.from({ length: 50 }, (_, index) => [`note-${index}`, 'x'.repeat(256)]),
      ...Array.from({ length: MAX_PREFIXED_TAGS + 1 }, (_, index) => [
        `kubernetes.io/cluster/c${index}`,
        'owned',
      ]),
    ].map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`);
    const page = `<DescribeInstancesResponse><reservationSet><item><ownerId>111122223333</ownerId><instancesSet><item><instanceId>i-0a</instanceId><instanceType>m5.large</instanceType><instanceState><name>running</name></instanceState><tagSet>${tags.join('')}</tagSet></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`;
    const kept: string[] = [];
    await readInstancePage(
      (async function* body() {
        yield Buffer.from(page);
      })(),
      (instance) => kept.push(...Object.keys(instance.tags)),
    );
    expect(kept).toEqual([
      'eks:cluster-name',
      ...Array.from({ length: MAX_PREFIXED_TAGS }, (_, index) => `kubernetes.io/cluster/c${index}`),
    ]);
  });
});

test('of an answer without an end, the beginning is read', async () => {
  let sent = 0;
  const server = createServer((_, response) => {
    response.writeHead(400);
    const chunk = 'x'.repeat(16 * 1024);
    const send = (): void => {
      sent += chunk.length;
      if (!response.destroyed) response.write(chunk, () => setImmediate(send));
    };
    send();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { status, text } = await postJson(
    {
      service: 'Slack',
      code: 'slack',
      url: `http://127.0.0.1:${port}/`,
      body: '{}',
      secret: 'a secret of the service',
      signal: new AbortController().signal,
    },
    defaultHttpEnvironment,
  );
  expect([status, text.length]).toEqual([400, 500]);
  expect(sent).toBeLessThan(200 * MAX_ANSWER_BYTES);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('a request to headroom serve', () => {
  test('an action of the live page has a limit', async () => {
    const performed: string[] = [];
    const server = await startServer(
      { host: '127.0.0.1', port: 0 },
      {
        report: async () => '',
        metrics: async () => ({ contentType: 'text/plain', text: '' }),
        notReady: () => null,
        actions: {
          token: 'token',
          names: [],
          perform: async ({ alert }) => {
            performed.push(alert);
            return 'done';
          },
        },
      },
    );
    const post = async (bytes: number): Promise<number> => {
      const body = JSON.stringify({ action: 'acknowledge', alert: '' });
      const alert = 'x'.repeat(bytes - body.length);
      const { status } = await fetch(`${server.url}/actions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-headroom-token': 'token' },
        body: JSON.stringify({ action: 'acknowledge', alert }),
      });
      return status;
    };
    expect(await post(MAX_ACTION)).toBe(200);
    expect(await post(MAX_ACTION + 1)).toBe(400);
    expect(performed).toHaveLength(1);
    await server.close();
  });

  test('a click in Slack has a limit: a longer one is refused, also with a right signature', async () => {
    const now = Date.parse('2026-11-27T10:00:00Z');
    const answered = async (length: number): Promise<number> => {
      const body = 'x'.repeat(length);
      const { status } = await answerSlackInteraction({
        request: {
          headers: {
            'x-slack-request-timestamp': String(now / 1000),
            'x-slack-signature': slackSignature('secret', String(now / 1000), body),
          },
          body,
        },
        destinations: new Map([
          [
            'network',
            {
              app: {} as SlackApp,
              signingSecret: { read: async () => 'secret' } as unknown as Secret,
              timeZone: 'UTC',
            },
          ],
        ]),
        store: createMemoryStateStore(),
        now,
        signal: new AbortController().signal,
      });
      return status;
    };
    expect(await answered(MAX_BODY)).toBe(400);
    expect(await answered(MAX_BODY + 1)).toBe(401);
  });
});

test('a file with a secret has a limit', async () => {
  const exact = file('exact', 'x'.repeat(MAX_SECRET_BYTES));
  expect(secretOption('--token-file', exact, undefined)).toHaveLength(MAX_SECRET_BYTES);
  const longer = file('longer', 'x'.repeat(MAX_SECRET_BYTES + 1));
  expect(await failure(() => secretOption('--token-file', longer, undefined))).toContain(
    'The file of --token-file cannot be read',
  );
});

describe('each limit has a test', () => {
  const ROOT = join(import.meta.dirname, '../..');
  const sourcesIn = (folder: string): readonly string[] =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(ROOT, folder, name), 'utf8'));

  /** Limits of a service that we send to, tested by what is sent, and limits whose test gives smaller ones. */
  const BY_VALUE: ReadonlySet<string> = new Set(['MAX_ALERTS', 'MAX_ENTRIES', 'MAX_VALUE', 'DEFAULT_LIMITS']);

  const untested = (sources: readonly string[], tests: readonly string[]): readonly string[] => {
    const used = new Set(tests.flatMap((text) => text.match(/\b[A-Z][A-Z_0-9]{3,}\b/g) ?? []));
    return sources
      .flatMap((text) => [...text.matchAll(/^export const (MAX_[A-Z_0-9]+|[A-Z_]+_LIMITS)\b/gm)])
      .map(([, name = '']) => name)
      .filter((name) => !used.has(name) && !BY_VALUE.has(name));
  };

  test('that names it', () => {
    const sources = ['shared', 'cli', 'functions'].flatMap(sourcesIn);
    expect(sources.join('').match(/^export const MAX_/gm)?.length).toBeGreaterThan(25);
    expect(untested(sources, sourcesIn('test'))).toEqual([]);
  });

  test('planted violation: a limit that no test names is found', () => {
    expect(untested(['export const MAX_PLANTED_BYTES = 1;'], ['MAX_OTHER'])).toEqual(['MAX_PLANTED_BYTES']);
  });

  test('planted violation: a reader without a limit throws nothing, which the tests above refuse', async () => {
    const bomb = gzipSync(Buffer.alloc(ESTATE_LIMITS.characters + 1, ' '), { level: 1 });
    expect(await failure(() => gunzipSync(bomb))).toBe('nothing was thrown');
  });
});
