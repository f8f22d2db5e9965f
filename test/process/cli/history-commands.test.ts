import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseHistory } from '../../../cli/input/history-csv.ts';
import { parseJsonHistory } from '../../../cli/input/history-json.ts';
import { parseTime } from '../../../cli/input/history-measurements.ts';
import { main } from '../../../cli/main.ts';
import { keepRefusals } from '../../../shared/pipeline/kept-refusals.ts';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';
import { DAY, daily, HOUR, START, series } from '../../fixtures/supply-series.ts';

const folder = mkdtempSync(join(tmpdir(), 'headroom-history-'));
const history = join(folder, 'history.csv');
const samples = series(31, (day) => 900 - 30 * day + daily(day, 60));

beforeAll(() => {
  const lines = samples.map(({ at, value }) => `${new Date(at).toISOString()},${value}`);
  writeFileSync(history, `timestamp,available\n${lines.join('\n')}\n`);
});

const run = async (...argv: string[]) => {
  let [out, err] = ['', ''];
  const code = await main(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {},
    now: () => START,
    colour: false,
    progress: false,
    columns: null,
  });
  return { code, out, err };
};

describe('headroom replay', () => {
  test('prints a line of JSON for each transition', async () => {
    const { code, out } = await run(
      'replay',
      '--history',
      history,
      '--capacity',
      '1000',
      '--format',
      'ndjson',
    );
    expect(code).toBe(0);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({
      rule: 'addresses-exhaustion',
      transition: 'firing',
      severity: 'warning',
    });
    expect(Object.keys(lines[0])).toEqual(
      'at rule severity transition exhaustionAt earliest latest available'.split(' '),
    );
  });

  test('prints a table for people, and says so when there was no alert', async () => {
    const { out } = await run('replay', '--history', history, '--capacity', '1000');
    expect(out).toContain('addresses-exhaustion');
    const quiet = join(folder, 'quiet.csv');
    writeFileSync(quiet, '2026-01-01T00:00:00Z,200\n2026-01-01T00:05:00Z,200\n');
    expect((await run('replay', '--history', quiet, '--capacity', '251')).out).toBe('No alert.\n');
  });

  test('takes the thresholds of a headroom.yml, and refuses one that is wrong', async () => {
    const policy = join(folder, 'headroom.yml');
    writeFileSync(policy, 'alerts:\n  rules:\n    addresses-exhaustion:\n      warning: { within: 14d }\n');
    const args = ['replay', '--history', history, '--capacity', '1000', '--format', 'ndjson', '--policy'];
    const first = JSON.parse((await run(...args, policy)).out.split('\n')[0] ?? '');
    expect(Date.parse(first.at) - START).toBeLessThan(20 * DAY);
    writeFileSync(policy, 'alarms: {}\n');
    const wrong = await run(...args, policy);
    expect(wrong.code).toBe(2);
    expect(wrong.err).toContain('alarms');
  });

  test('counts prefixes when asked to', async () => {
    const { out } = await run(
      'replay',
      '--history',
      history,
      '--capacity',
      '1000',
      '--prefixes',
      '--format',
      'ndjson',
    );
    expect(out).toContain('"rule":"prefixes-exhaustion"');
    expect(out).not.toContain('addresses');
  });

  test.each(['plot.svg', 'plot.html'])('draws %s', async (name) => {
    const path = join(folder, name);
    const { code } = await run('replay', '--history', history, '--capacity', '1000', '--plot', path);
    expect(code).toBe(0);
    const drawn = readFileSync(path, 'utf8');
    expect(drawn).toContain('class="series"');
    expect(drawn).toContain('<rect class="critical"');
    expect(drawn).not.toMatch(/NaN|undefined|<script|https?:\/\/(?!www\.w3\.org)/);
  });
});

describe('headroom forecast', () => {
  test('prints the outlook of one moment, and looks at nothing later', async () => {
    const at = new Date(START + 20 * DAY).toISOString();
    const { code, out } = await run(
      'forecast',
      '--history',
      history,
      '--capacity',
      '1000',
      '--at',
      at,
      '--format',
      'json',
    );
    expect(code).toBe(0);
    const outlook = JSON.parse(out);
    expect(Object.keys(outlook)).toEqual(
      'exhaustionAt earliest latest probabilityWithin method reason'.split(' '),
    );
    expect(Object.keys(outlook.probabilityWithin)).toEqual(['24h', '72h', '7d']);
    expect(Math.abs(Date.parse(outlook.exhaustionAt) - START - 29.5 * DAY) / DAY).toBeLessThan(1.5);
  });

  test('prints the outlook of several times in one call, in the order that they were given', async () => {
    const at = [22, 15, 18].map((days) => new Date(START + days * DAY).toISOString());
    const args = ['forecast', '--history', history, '--capacity', '1000', '--format', 'json'];
    const { code, out } = await run(...args, '--at', at[0] ?? '', '--at', at.slice(1).join(','));
    expect(code).toBe(0);
    const outlooks = JSON.parse(out);
    expect(outlooks.map((outlook: { at: string }) => outlook.at)).toEqual(at);
    for (const [index, time] of at.entries()) {
      const alone = JSON.parse((await run(...args, '--at', time)).out);
      expect(outlooks[index]).toEqual({ at: time, ...alone });
    }
    const text = await run('forecast', '--history', history, '--capacity', '1000', '--at', at.join(','));
    expect(text.out.match(/^at {9}/gm)).toHaveLength(3);
  });

  test('reviews how good it was on the whole past', async () => {
    const args = ['forecast', '--history', history, '--capacity', '1000', '--review'];
    const rows = await run(...args, '--output', 'csv');
    expect(rows.out.split('\n').slice(0, 2)).toEqual([
      'alarm,hits,misses,false_alarms,hours_on',
      expect.stringMatching(/^Headroom,\d+,\d+,\d+,\d+\.\d$/) as string,
    ]);
    const { code, out } = await run(...args);
    expect(code).toBe(0);
    expect(out).toMatch(/^ran out {14}2026-02-0\d \d\d:\d\d UTC$/m);
    expect(out).toMatch(
      /^Headroom {13}1 hit, 0 misses, 0 false alarms; on for \d+\.\d days; lead \d+\.\d days$/m,
    );
    expect(out).toMatch(/^80 % used for 15 min 1 hit,/m);
    expect(out).toMatch(/^within 7d .*Brier skill 0\.\d\d; said -> happened: /m);
    const document = JSON.parse((await run(...args, '--format', 'json')).out);
    expect(Object.keys(document)).toEqual([
      'exhaustions',
      'headroom',
      'usedAlarm',
      'calibration',
      'refusals',
    ]);
    expect(document.refusals).toBeNull();
    const both = await run(...args, '--at', '2026-01-20T00:00:00Z');
    expect(both.code).toBe(2);
    expect(both.err).toContain('--review');
    const quiet = join(folder, 'quiet-review.csv');
    writeFileSync(quiet, '2026-01-01T00:00:00Z,200\n2026-01-01T00:05:00Z,200\n');
    const nothing = await run('forecast', '--history', quiet, '--capacity', '251', '--review');
    expect(nothing.out).toContain('ran out              never');
    expect(nothing.out).toContain('no forecast whose outcome is known');
    expect(nothing.out).toContain('The history covers 0 hours, and a forecast needs 48.');
    expect(nothing.err).toBe('');
  });

  test('reviews a request that was refused as an exhaustion, from a column of the file', async () => {
    const full = join(folder, 'refused.csv');
    const lines = series(20, () => 40, DAY / 24).map(({ at, value }, hour) => {
      const refused = hour === 300 || hour === 301 ? 7 : 0;
      return `${new Date(at).toISOString()},${value},${refused}`;
    });
    writeFileSync(full, `timestamp,available,refused\n${lines.join('\n')}\n`);
    const args = ['forecast', '--history', full, '--capacity', '251', '--review'];
    const { out } = await run(...args);
    expect(out).toContain(
      'refused              requests in 2 hours; 1 exhaustion without a measurement of zero',
    );
    const { exhaustions, refusals } = JSON.parse((await run(...args, '--format', 'json')).out);
    expect(exhaustions).toEqual([new Date(START + 300 * (DAY / 24)).toISOString()]);
    expect(refusals).toEqual({ hours: 2, exhaustions: 1 });
  });

  test('reviews what a deployment remembers of a subnet, with the requests that were refused', async () => {
    const state = join(folder, 'remembered.sqlite');
    const target = { accountId: '111122223333', region: 'eu-west-1' };
    const subnetId = 'subnet-0a1b2c3d4e5f67890';
    const past = series(20, () => 40, DAY / 24);
    const now = START + 20 * DAY;
    const store = openSqliteStateStore(state);
    await store.history.backfill(
      target,
      past.map(({ at, value }) => ({ at, samples: [{ subnetId, available: value, freePrefixes: null }] })),
    );
    await keepRefusals({
      target,
      cache: store.cache,
      failures: [
        {
          at: new Date(START + 10 * DAY).toISOString(),
          service: 'ecs',
          resource: 'shop/web',
          code: 'InsufficientFreeAddressesInSubnet',
          subnetId,
          availabilityZone: null,
          text: 'no free addresses',
        },
      ],
      eksClusters: [],
      subnetIds: new Set([subnetId]),
      now,
    });
    await store.close();
    const where = ['--state', state, '--account', target.accountId, '--target-region', target.region];
    const args = [
      'forecast',
      ...where,
      '--subnet',
      subnetId,
      '--capacity',
      '251',
      '--review',
      '--format',
      'json',
    ];
    const { code, out } = await run(...args);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      exhaustions: [new Date(START + 10 * DAY).toISOString()],
      refusals: { hours: 1, exhaustions: 1 },
    });
    const other = await run(...args.map((argument) => (argument === subnetId ? 'subnet-0fff' : argument)));
    expect(other.code).toBe(2);
    expect(other.err).toContain('Nothing is remembered of subnet-0fff in 111122223333 and eu-west-1.');
  });

  test.each(['forecast', 'replay'])(
    '%s says that more is available than the capacity allows',
    async (command) => {
      const larger = join(folder, 'larger.csv');
      writeFileSync(larger, '2026-01-01T00:00:00Z,300\n2026-01-01T00:05:00Z,251\n');
      const { code, err } = await run(command, '--history', larger, '--capacity', '251');
      expect(code).toBe(0);
      expect(err).toContain(
        'More is available than --capacity 251 allows: up to 300, in 1 measurement of 2.',
      );
    },
  );

  test('says in words what it knows, and what not', async () => {
    const at = (days: number) => new Date(START + days * DAY).toISOString();
    const known = await run('forecast', '--history', history, '--capacity', '1000', '--at', at(20));
    expect(known.out).toMatch(/^expected {3}2026-02-0\d/);
    const early = await run('forecast', '--history', history, '--capacity', '1000', '--at', at(1));
    expect(early.out).toContain('expected   not known');
    expect(early.out).toContain('interval   not known');
    expect(early.out).toContain('48 hours');
  });

  test('reviews free prefixes by the rules for prefixes', async () => {
    const [prefixes, policy] = [join(folder, 'prefixes.json'), join(folder, 'prefixes.yml')];
    const past = series(6, (day) => 62 - 12 * day, HOUR);
    writeFileSync(
      prefixes,
      JSON.stringify(past.map(({ at, value }) => ({ timestamp: at, available: value }))),
    );
    const rules = ['exhaustion', 'surge', 'low', 'exhausted'].map(
      (rule) => `    prefixes-${rule}: { enabled: false }\n`,
    );
    writeFileSync(policy, `alerts:\n  rules:\n${rules.join('')}`);
    const args = ['forecast', '--history', prefixes, '--capacity', '62', '--review', '--policy', policy];
    expect((await run(...args)).out).toMatch(/^Headroom {13}1 hit, 0 misses/m);
    expect((await run(...args, '--prefixes')).out).toMatch(/^Headroom {13}0 hits, 1 miss/m);
  });

  test('draws its fan', async () => {
    const path = join(folder, 'fan.svg');
    const at = new Date(START + 25 * DAY).toISOString();
    await run('forecast', '--history', history, '--capacity', '1000', '--at', at, '--plot', path);
    expect(readFileSync(path, 'utf8')).toContain('class="fan"');
  });
});

describe('bad input is refused in a sentence', () => {
  test.each([
    [['replay', '--history', 'no-such.csv', '--capacity', '251'], 'The history no-such.csv cannot be read'],
    [['replay', '--history', history, '--capacity', '-3'], '--capacity "-3" is not a whole number'],
    [['replay', '--history', history, '--capacity', '0'], '--capacity "0" is not a whole number'],
    [
      ['replay', '--history', history, '--capacity', '251', '--format', 'xml'],
      '--output xml is none of table, json, yaml, ndjson',
    ],
    [
      ['replay', '--history', history, '--capacity', '251', '--plot', 'x.png'],
      'neither in .svg nor in .html',
    ],
    [['forecast', '--history', history, '--capacity', '251', '--at', 'tomorrow'], '--at "tomorrow" is not'],
    [
      ['forecast', '--history', history, '--capacity', '251', '--format', 'xml'],
      '--output xml is none of table',
    ],
    [['forecast', '--capacity', '251'], 'The source of the history is missing.'],
    [
      ['forecast', '--history', history, '--subnet', 'subnet-0a', '--capacity', '251'],
      '--history and --subnet are both given.',
    ],
    [
      ['forecast', '--subnet', 'subnet-0a', '--capacity', '251'],
      '--subnet needs --account and --target-region.',
    ],
    [['forecast', '--subnet', 'vpc-0a', '--capacity', '251'], '--subnet "vpc-0a" is not the ID of a subnet'],
    [['replay', '--capacity', '251'], "required option '--history <file>' not specified"],
  ])('%j', async (argv, sentence) => {
    const { code, err, out } = await run(...argv);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
    expect(out).toBe('');
  });

  test('every bad line of a file is counted, the first five are named', () => {
    const text = [
      'timestamp,available',
      'yesterday,5',
      '2026-01-01T00:00:00Z,many',
      '2026-01-01T00:05:00Z,-1',
    ];
    expect(() => parseHistory([...text, 'x,1', 'x,1', 'x,1'].join('\n'), 'a.csv')).toThrow(
      /^a\.csv cannot be read as a history: line 2: "yesterday" is not an ISO 8601 time; line 3: "many" is not a number of at least 0; line 4: "-1" .*; and 1 more\.$/,
    );
    expect(() => parseHistory('timestamp,available\n', 'a.csv')).toThrow('a.csv holds no measurement.');
    expect(() => parseHistory('2026-01-01T00:00:00Z', 'a.csv')).toThrow('"" is not a number');
  });
});

describe('what a history file may look like', () => {
  const moment = Date.UTC(2026, 0, 1);
  test.each([
    ['with a header', 'timestamp,available\n2026-01-01T00:00:00Z,7\n'],
    ['without one', '2026-01-01T00:00:00Z,7'],
    [
      'with Windows line ends and a byte order mark',
      '\uFEFFtimestamp,available\r\n2026-01-01T00:00:00Z,7\r\n',
    ],
    ['with other columns, in another order', 'subnet,Available,Timestamp\ns-1,7,2026-01-01T00:00:00Z'],
    ['with quotes and spaces', '"2026-01-01T00:00:00Z", "7"'],
    ['with a quoted header', '"timestamp","available"\n"2026-01-01T00:00:00Z","7"'],
    [
      'with commas and line breaks in quotes',
      'note,available,timestamp\n"a, ""b""\nc",7,2026-01-01T00:00:00Z',
    ],
    ['with blank lines', '\n2026-01-01T00:00:00Z,7\n  \n'],
    ['with a space for the T, and no zone: UTC', '2026-01-01 00:00:00,7'],
    ['with an offset', '2026-01-01T02:00:00+02:00,7'],
  ])('%s', (_name, text) => {
    expect(parseHistory(text, 'a.csv')).toEqual([{ at: moment, value: 7 }]);
  });

  test.each([
    ['with seconds since 1970', '1767225600,7'],
    ['with milliseconds since 1970', '1767225600000,7'],
  ])('%s', (_name, text) => {
    expect(parseHistory(text, 'a.csv')).toEqual([{ at: moment, value: 7 }]);
  });

  test.each([
    ['a list of JSON', '[{"timestamp":"2026-01-01T00:00:00Z","available":7}]'],
    ['one object', '{"timestamp":"2026-01-01T00:00:00Z","available":"7"}'],
    [
      'an object in each line, one of which failed',
      '{"timestamp":"2026-01-01T00:00:00Z","available":7}\n{"timestamp":"2026-01-01T00:05:00Z","available":null}\n',
    ],
    [
      'what aws cloudwatch get-metric-data prints',
      '{"MetricDataResults":[{"Id":"m","Label":"AvailableAddresses","Timestamps":["2026-01-01T00:00:00+00:00"],"Values":[7.0],"StatusCode":"Complete"}],"Messages":[]}',
    ],
    [
      'what aws cloudwatch get-metric-statistics prints',
      '\uFEFF{"Label":"AvailableAddresses","Datapoints":[{"Timestamp":"2026-01-01T00:00:00+00:00","Minimum":7.0,"Average":9.5,"Unit":"Count"}]}',
    ],
    [
      'what query_range of Prometheus answers',
      '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1767225600,"7"],[1767225900.5,"NaN"]]}]}}',
    ],
  ])('%s', async (_name, text) => {
    expect(parseJsonHistory(text, 'a.json')).toEqual([{ at: moment, value: 7 }]);
    const path = join(folder, 'one.json');
    writeFileSync(path, text);
    const { code, out } = await run('forecast', '--history', path, '--capacity', '251', '--review');
    expect(code).toBe(0);
    expect(out).toContain('The history covers 0 hours');
  });

  test.each([
    [
      '[{"timestamp":"soon","available":7},{"available":" "}]',
      'entry 1: "soon" is not an ISO 8601 time; entry 2',
    ],
    ['[{"timestamp":"2026-01-01T00:00:00Z"}]', 'entry 1: "" is not a number of at least 0'],
    ['[{"timestamp":"2026-01-01T00:00:00Z","available":true}]', 'entry 1: true is not a number'],
    ['[7]', 'entry 1: "" is not an ISO 8601 time'],
    ['[]', 'holds no measurement'],
    ['{"timestamp":"2026-01-01T00:00:00Z","available":7}\nnone', 'cannot be read as JSON'],
    ['[1,', 'cannot be read as JSON'],
    ['{"MetricDataResults":[]}', 'it has 0 series, and a history is one'],
    ['{"data":{"result":[{"values":[]},{"values":[]}]}}', 'it has 2 series'],
  ])('%s is refused in a sentence', (text, sentence) => {
    expect(() => parseJsonHistory(text, 'a.json')).toThrow(sentence);
  });

  test('a quote that is never closed is refused with its line', () => {
    expect(() => parseHistory('timestamp,available\n"2026-01-01T00:00:00Z,7\n', 'a.csv')).toThrow(
      /^a\.csv cannot be read as CSV: .*line 2/,
    );
  });

  test('an empty value was not measured, and is left out', () => {
    expect(parseHistory('2026-01-01T00:00:00Z,\n2026-01-01T00:05:00Z,3', 'a.csv')).toEqual([
      { at: moment + 300_000, value: 3 },
    ]);
  });

  test('a time that does not exist is none', () => {
    expect(parseTime('2026-13-01T00:00:00Z')).toBeNull();
    expect(parseTime('2026-01-01')).toBeNull();
  });
});
