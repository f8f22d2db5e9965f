import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';
import { anAssessment } from '../../fixtures/assessments.ts';
import { headroomInProcess as headroom } from '../../fixtures/command-in-process.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';
import { alertAfter } from '../../fixtures/transitions.ts';

const TARGET = { accountId: '111111111111', region: 'eu-west-1' };

let folder: string;
let state: string;
const within = (args: readonly string[]) => headroom([...args, '--state', state]);

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-mutes-'));
  state = join(folder, 'headroom.sqlite');
  const store = openSqliteStateStore(state);
  await store.assessments.putLatest(anAssessment());
  const other = aSubnetSubject({ id: 'subnet-0b', subnetIds: ['subnet-0b'], name: 'private-b' });
  for (const alert of [
    alertAfter(anObservation('warning')),
    alertAfter(anObservation('critical', { subject: other })),
  ])
    await store.alerts.commit(TARGET, alert, 0);
  await store.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The numbers and levels of the list, in its order. */
const listed = async (): Promise<readonly string[]> =>
  (await within(['alerts', '--no-headers'])).out
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ {2,}/).slice(0, 2).join(' '));

describe('the numbers of alerts', () => {
  test('stay the same while the order of the list changes and other alerts end', async () => {
    expect(await listed()).toEqual(['2 critical', '1 warning']);
    const store = openSqliteStateStore(state);
    const [first] = await store.alerts.list(TARGET);
    if (first === undefined) throw new Error('two alerts are stored');
    await store.alerts.remove(TARGET, first.alert.key, first.version);
    const third = aSubnetSubject({ id: 'subnet-0c', subnetIds: ['subnet-0c'], name: 'private-c' });
    await store.alerts.commit(TARGET, alertAfter(anObservation('critical', { subject: third })), 0);
    await store.close();
    // The number of the alert that has ended is not given to another one at once.
    expect((await listed()).toSorted()).toEqual(['2 critical', '3 critical']);
  });

  test('a filter changes neither the numbers nor what a mistyped name does', async () => {
    const { out } = await within(['alerts', '--subnet', 'private-b', '--output', 'json']);
    expect(JSON.parse(out)).toMatchObject({ alerts: [{ number: 2, subject: { id: 'subnet-0b' } }] });
    expect((await within(['alerts', '--severity', 'critical', '--no-headers'])).out).not.toContain('warning');
    const { code, err } = await within(['alerts', '--account', '222222222222']);
    expect([code, err]).toEqual([2, expect.stringContaining('Nothing matches --account 222222222222.')]);
  });
});

describe('headroom mute', () => {
  test('mutes what an alert is about, shows it in the list, and unmute ends it', async () => {
    await listed();
    const { code, out } = await within(['mute', '2', '--for', '4h', '--reason', 'new subnet is on its way']);
    expect(code).toBe(0);
    expect(out).toBe(
      'Mute 1 by zoe (the user of this machine; AWS was not asked or did not say) until 2026-01-01 05:00 UTC: account 111111111111, region eu-west-1, subnet subnet-0b. It keeps 1 alert quiet now.\n',
    );
    const { out: json } = await within(['alerts', '--output', 'json']);
    expect(JSON.parse(json)).toMatchObject({
      alerts: [
        { number: 2, muted: { number: 1, by: 'zoe', reason: 'new subnet is on its way' } },
        { number: 1, muted: null },
      ],
    });
    expect((await within(['mutes'])).out).toMatch(/1 +2026-01-01 05:00 UTC .*subnet-0b +zoe +new subnet/);
    expect((await within(['unmute', '1'])).out).toContain('Mute 1 has ended');
    expect((await within(['mutes'])).out).toBe('Nothing is muted.\n');
    const again = await within(['unmute', '1']);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('There is no mute 1.')]);
  });

  test('takes names and wildcards, and says when nothing matches', async () => {
    const matching = await within(['mute', '--subnet', 'private-?', '--for', '30m', '--by', 'mia']);
    expect(matching.out).toContain(
      'by mia (as --by says) until 2026-01-01 01:30 UTC: subnet private-?. It keeps 2',
    );
    const mistyped = await within(['mute', '--subnet', 'privte-a', '--until', '2026-01-01T03:00:00+01:00']);
    expect(mistyped.out).toContain('until 2026-01-01 02:00 UTC');
    expect(mistyped.out).toContain('No alert that fires or waits matches it now.');
  });
});

describe('input that means nothing', () => {
  test.each([
    [['alerts', '--cluster', ''], 'An option that takes names was given an empty one.'],
    [['alerts', '--subnet', ' , '], 'An option that takes names was given an empty one.'],
    [['mute', '--subnet', '', '--for', '4h'], 'An option that takes names was given an empty one.'],
    [
      ['mute', '1', '--until', '2026-02-30T00:00:00Z'],
      '--until 2026-02-30T00:00:00Z is not a weekday or a time',
    ],
    [['mute', '1', '--until', '2026-04-31T12:00:00+02:00'], 'is not a weekday or a time'],
    [['mute', '1', '--for', '4h', '--reason', 'x'.repeat(501)], '--reason has 501 characters.'],
    [['mute', '1', '--for', '4h', '--by', ' '], '--by names no one.'],
    [['ack', '1', '--by', ''], '--by names no one.'],
    [['ack', '1', '--by', 'x'.repeat(257)], '--by has 257 characters.'],
  ])('is refused, and changes nothing: %j', async (args, sentence) => {
    await listed();
    const { code, err } = await within(args);
    expect([code, err]).toEqual([2, expect.stringContaining(sentence)]);
    expect((await within(['mutes', '--no-headers'])).out).not.toContain('zoe');
    expect((await within(['alerts', '--no-headers'])).out).not.toContain('acknowledged');
  });

  test('an empty reason is none, and an alert that is named twice is acknowledged once', async () => {
    await listed();
    await within(['mute', '1', '--for', '4h', '--reason', '  ']);
    expect((await within(['mutes', '--no-headers'])).out).toContain('no reason given');
    expect((await within(['ack', '1', '1'])).out.trimEnd().split('\n')).toHaveLength(1);
    expect((await within(['ack', ''])).err).toContain('There is no alert without a name.');
  });

  test('a name that is none hinders no other, and all of them are named at once', async () => {
    await listed();
    const wrong = await within(['mute', '1', '77', 'nope', '--for', '4h']);
    expect([wrong.code, wrong.out]).toEqual([2, '']);
    expect(wrong.err).toContain('There is no alert 77. There is no alert nope.');
    const acknowledged = await within(['ack', '77', '1', 'nope']);
    expect([acknowledged.code, acknowledged.out]).toEqual([2, expect.stringContaining('is acknowledged by')]);
    expect(acknowledged.err).toContain('There is no alert 77. There is no alert nope.');
    await within(['mute', '1', '--for', '4h']);
    const ended = await within(['unmute', '77', '#1', '1', '78']);
    expect([ended.code, ended.out]).toEqual([2, expect.stringContaining('Mute 1 has ended')]);
    expect(ended.err).toContain('There is no mute 77. There is no mute 78.');
  });

  test('the last day of a month is a day', async () => {
    await listed();
    for (const until of ['2026-02-28T23:30:00-05:00', '2026-04-30T00:00:00Z'])
      expect((await within(['mute', '1', '--until', until])).code).toBe(0);
  });
});
