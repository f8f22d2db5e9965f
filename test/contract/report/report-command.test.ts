import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { everyOwner } from '../../../lab/estates/every-owner.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';
import { awsEnvironment, headroom } from '../../fixtures/headroom-command.ts';
import { NOW, troubledEstate } from '../../fixtures/report-estate.ts';

/** Nothing listens on port 9: a request to AWS there fails. */
const NOBODY = awsEnvironment('http://127.0.0.1:9');

let lab: Lab;
let folder: string;
const inFolder = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(inFolder(name), 'utf8');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-report-'));
  lab = await startLab({ estate: everyOwner });
});
afterAll(async () => {
  await lab.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Scan {
  readonly scannedAt: string;
  readonly subnets: TargetAssessment['subnets'];
  readonly clusters: readonly unknown[];
}

const scanOf = async (from: string): Promise<Scan> => {
  const { out, code, err } = await headroom(
    ['scan', '--format', 'json', '--fail-on', 'critical', '--from', from],
    NOBODY,
  );
  expect([0, 1], err).toContain(code);
  return JSON.parse(out) as Scan;
};

describe('headroom report', () => {
  test('writes one whole file of a live scan, and says where', async () => {
    const { code, err, out } = await headroom(['report', '--out', inFolder('live.html')], lab);
    expect({ code, err, out }).toEqual({ code: 0, err: `Wrote ${inFolder('live.html')}.\n`, out: '' });
    const page = read('live.html');
    expect(page.startsWith('<!doctype html>')).toBe(true);
    expect(page.trimEnd().endsWith('</html>')).toBe(true);
    expect(page).toContain('From a live scan');
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('prints it where it is asked to', async () => {
    const { out } = await headroom(['report', '--out', '-'], lab);
    expect(out).toContain('<h1>Headroom report</h1>');
  });

  test('is made of stored scans, with the past drawn and the forecast said', async () => {
    const { assessment, histories } = await troubledEstate();
    const store = openSqliteStateStore(inFolder('state.sqlite'));
    await store.assessments.putLatest(assessment);
    // The store keeps what was recorded lately: the past is moved to end now.
    const shift = Date.now() - NOW;
    for (const [subnetId, { addresses }] of histories) {
      await store.history.backfill(
        assessment.target,
        addresses.hourly.map(({ hour, last }) => ({
          at: hour + shift,
          samples: [{ subnetId, available: last, freePrefixes: null }],
        })),
      );
    }
    await store.close();
    const { code, err } = await headroom(
      ['report', '--state', inFolder('state.sqlite'), '--out', inFolder('kept.html')],
      NOBODY,
    );
    expect({ code, err }).toEqual({ code: 0, err: `Wrote ${inFolder('kept.html')}.\n` });
    const page = read('kept.html');
    expect(page).toContain('From stored scans');
    const details = gunzipSync(
      Buffer.from(/id="details">([^<]*)/.exec(page)?.[1] ?? '', 'base64'),
    ).toString();
    expect(details.match(/class=\\"outlook-plot\\"/g)).toHaveLength(histories.size);
    expect(details).toContain('Expected to run out 2026-11-2');
    const plots = [...details.matchAll(/data:image\/svg\+xml;base64,([A-Za-z0-9+/=]+)/g)].map(([, data]) =>
      Buffer.from(data ?? '', 'base64').toString(),
    );
    expect(plots).toHaveLength(histories.size);
    expect(plots.join()).not.toContain('Expected to run out');
    // One notation of times for readers.
    expect([details, ...plots].join()).not.toMatch(/\d{4}-\d\d-\d\dT\d\d:\d\d/);
  });

  test('of a store in which there is nothing says so', async () => {
    await openSqliteStateStore(inFolder('empty.sqlite')).close();
    const { code, err } = await headroom(['report', '--state', inFolder('empty.sqlite')], NOBODY);
    expect(code).toBe(2);
    expect(err).toContain('No scan is stored there.');
  });

  test('refuses two sources at once, and a file that cannot be written', async () => {
    const both = await headroom(['report', '--state', 'a.sqlite', '--from', 'b.json'], NOBODY);
    expect(both.code).toBe(2);
    expect(both.err).toContain('--from is given together with --state.');
    const nowhere = await headroom(['report', '--out', inFolder('no/such/folder.html')], lab);
    expect(nowhere.code).toBe(2);
    expect(nowhere.err).toContain('cannot be written');
  });
});

describe('headroom collect', () => {
  test('keeps what a scan reads, so that a scan of the file finds the same without AWS', async () => {
    const { code, err } = await headroom(['collect', '--out', inFolder('estate.json.gz')], lab);
    expect({ code, err }).toEqual({ code: 0, err: `Kept 1 target in ${inFolder('estate.json.gz')}.\n` });
    const live = JSON.parse((await headroom(['scan', '--format', 'json'], lab)).out) as Scan;
    const again = await scanOf(inFolder('estate.json.gz'));
    expect(again.subnets).toEqual(live.subnets);
    expect(again.clusters).toEqual(live.clusters);
    expect(again.scannedAt).toBe(
      (JSON.parse(gunzipSync(readFileSync(inFolder('estate.json.gz'))).toString()) as { collectedAt: string })
        .collectedAt,
    );
  });

  test('redacts names, numbers and networks, and leaves every figure as it was', async () => {
    await headroom(['collect', '--out', inFolder('plain.json')], lab);
    await headroom(['collect', '--out', inFolder('redacted.json'), '--redact'], lab);
    const plain = await scanOf(inFolder('plain.json'));
    const redacted = await scanOf(inFolder('redacted.json'));
    const figures = ({ subnets }: Scan) =>
      subnets
        .map(({ total, used, available, prefixes, stranded, fragmentationIndex }) =>
          JSON.stringify({ total, used, available, prefixes, stranded, fragmentationIndex }),
        )
        .toSorted();
    expect(figures(redacted)).toEqual(figures(plain));
    for (const { subnetId, name } of plain.subnets) {
      expect(read('redacted.json')).not.toContain(`"${subnetId}"`);
      if (name !== null) expect(read('redacted.json')).not.toContain(`"${name}"`);
    }
  });

  test('of an account that cannot be asked says why, keeps nothing, and ends with 3', async () => {
    const { code, err } = await headroom(['collect', '--out', inFolder('none.json')], {
      ...NOBODY,
      AWS_MAX_ATTEMPTS: '1',
    });
    expect(code).toBe(3);
    expect(err).toContain('problem');
    expect(readdirSync(folder)).not.toContain('none.json');
  });
});

describe('an estate file', () => {
  test.each(['owners', 'clusters', 'findings', 'cost'])('will do for headroom %s', async (command) => {
    const { code, out } = await headroom(
      [command, '--format', 'json', '--from', inFolder('estate.json.gz')],
      NOBODY,
    );
    expect([0, 1]).toContain(code);
    expect(JSON.parse(out)).toBeTypeOf('object');
  });

  test('is not published, and no role is assumed for it', async () => {
    const published = await headroom(['scan', '--publish', '--from', inFolder('estate.json.gz')], NOBODY);
    expect(published.code).toBe(2);
    expect(published.err).toContain('--publish would publish old values from a file as current ones.');
    const role = 'arn:aws:iam::111122223333:role/Reader';
    const assumed = await headroom(
      ['scan', '--role-arn', role, '--from', inFolder('estate.json.gz')],
      NOBODY,
    );
    expect(assumed.code).toBe(2);
    expect(assumed.err).toContain('--from reads a file');
  });

  test('that lacks a Region says which ones it has', async () => {
    const { code, err } = await headroom(
      ['scan', '--region', 'us-east-1', '--from', inFolder('estate.json.gz')],
      NOBODY,
    );
    expect(code).toBe(2);
    expect(err).toContain('holds nothing of us-east-1');
    expect(err).toContain('eu-west-1');
  });
});
