import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TargetStatus } from '../../../shared/model/result/assessment.ts';
import { acknowledgeAlert } from '../../../shared/pipeline/acknowledge.ts';
import { keptAlerts } from '../../../shared/pipeline/kept-alerts.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { openSqliteStateStore } from '../../../shared/state/sqlite/sqlite-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { headroomInProcess as headroom } from '../../fixtures/command-in-process.ts';
import { anObservation, aSubnetSubject } from '../../fixtures/observations.ts';
import { alertAfter } from '../../fixtures/transitions.ts';

const TARGET = { accountId: '111111111111', region: 'eu-west-1' };
const KEY = 'addresses-low/subnet/subnet-0a';
const NAME = `111111111111/eu-west-1/${KEY}`;

/** The time of commands in this process. */
const NOW = Date.parse('2026-01-01T01:00:00.000Z');

/** One critical alert that fires, and one that is over. */
const fill = async (store: StateStore): Promise<void> => {
  await store.assessments.putLatest(anAssessment());
  const over = aSubnetSubject({ id: 'subnet-0b', subnetIds: ['subnet-0b'] });
  for (const alert of [
    alertAfter(anObservation('critical')),
    alertAfter(anObservation('warning', { subject: over }), anObservation('ok', { subject: over })),
  ]) {
    await store.alerts.commit(TARGET, alert, 0);
  }
};

let folder: string;
let state: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headroom-alerts-'));
  state = join(folder, 'headroom.sqlite');
  const store = openSqliteStateStore(state);
  await fill(store);
  await store.close();
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('headroom alerts', () => {
  test('lists what fires, and exits with 1 while something critical does', async () => {
    const { code, out } = await headroom(['alerts', '--state', state]);
    expect(code).toBe(1);
    expect(out.split('\n')[1]).toMatch(/^1 +critical +1 h +- +private-a: 12 of/);
    expect(out).not.toContain('subnet-0b');
    const { out: names } = await headroom(['alerts', '--state', state, '--output', 'name']);
    expect(names).toBe(`${NAME}\n`);
  });

  test('is no all-clear where nothing was ever scanned, or not lately', async () => {
    const unused = join(folder, 'unused.sqlite');
    await openSqliteStateStore(unused).close();
    const never = await headroom(['alerts', '--state', unused]);
    expect([never.code, never.out]).toEqual([2, '']);
    expect(never.err).toContain('No scan is stored there.');

    const old = join(folder, 'old.sqlite');
    const store = openSqliteStateStore(old);
    const [lately, before] = [NOW - 5 * 60_000, NOW - 50 * 3_600_000].map((at) => new Date(at).toISOString());
    await store.assessments.putLatest({ ...anAssessment(), scannedAt: before ?? '' });
    const partial: TargetStatus = { ...anAssessment().target, region: 'us-east-1', status: 'partial' };
    await store.assessments.putLatest({ ...anAssessment({ target: partial }), scannedAt: lately ?? '' });
    await store.close();
    const { code, out, err } = await headroom(['alerts', '--state', old]);
    expect([code, out]).toEqual([0, 'No alert fires.\n']);
    expect(err).toBe(
      'warning  111111111111/eu-west-1: last scanned 2 d 2 h ago, and what changed since is not known.\n' +
        'warning  111111111111/us-east-1: the last scan could not read everything.\n',
    );
  });

  test('has what is empty now before what is low, and says since when nothing is left', async () => {
    const store = openSqliteStateStore(state);
    const empty = aSubnetSubject({ id: 'subnet-0c', subnetIds: ['subnet-0c'] });
    const observed = anObservation('critical', { subject: empty, rule: 'addresses-exhausted', available: 0 });
    await store.alerts.commit(TARGET, alertAfter(observed), 0);
    await store.close();
    const { out } = await headroom(['alerts', '--state', state, '--output', 'csv']);
    expect(out.split('\n').slice(1, 3)).toEqual([
      expect.stringMatching(/^\d,critical,60,,private-a: 0 of 251 addresses left,2026-01-01T00:00:00.000Z,/),
      expect.stringContaining('private-a: 12 of 251 addresses left,,'),
    ]);
  });

  test('tells all that it remembers when asked, as JSON', async () => {
    const { out } = await headroom(['alerts', '--all', '--format', 'json', '--state', state]);
    const document = JSON.parse(out) as {
      schema: string;
      alerts: { key: string; status: string; target: unknown }[];
    };
    expect(document.schema).toBe('headroom/alerts@1');
    expect(document.alerts.map(({ key, status }) => `${key} ${status}`)).toEqual([
      `${KEY} firing`,
      'addresses-low/subnet/subnet-0b resolved',
    ]);
    expect(document.alerts[0]?.target).toEqual(TARGET);
  });

  test('shows only those about subnets with a tag, and refuses a tag that no subnet has', async () => {
    const store = openSqliteStateStore(state);
    const later = new Date(Date.parse(anAssessment().scannedAt) + 60_000).toISOString();
    await store.assessments.putLatest({
      ...anAssessment({ subnets: [aSubnet({ subnetId: 'subnet-0a', tags: { team: 'payments' } })] }),
      scannedAt: later,
    });
    await store.close();
    const { out } = await headroom([
      'alerts',
      '--state',
      state,
      '--tag',
      'team=payments',
      '--output',
      'name',
    ]);
    expect(out).toBe(`${NAME}\n`);
    const refused = await headroom(['alerts', '--state', state, '--tag', 'taem']);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('No subnet has the tag taem. Did you mean "team"?');
  });

  test.each([
    [['alerts', '--state', 'nowhere.sqlite'], 'There is no nowhere.sqlite here.'],
    [['alerts', '--state', 'a', '--table', 'b'], '--state and --table are both given.'],
    [['alerts', '--format', 'xml'], '--output xml is none of table, wide, json, yaml, csv, name.'],
    [['alerts', '--severity', 'mild'], '--severity mild is not a severity of alerts.'],
    [['mute', '--for', '4h'], 'Nothing says what is to be muted.'],
    [['mute', '3'], 'A mute needs an end.'],
    [['mute', '3', '--for', '4h', '--until', '2026-01-02T00:00:00Z'], '--for and --until are both given.'],
    [['mute', '3', '--for', 'soon'], '--for soon is not a length of time.'],
    [['mute', '3', '--until', '2025-12-31T00:00:00Z'], 'which is over'],
    [['mute', '3', '--subnet', 'a', '--for', '4h'], 'are both given.'],
    [['mute', '--vpc', 'two words', '--severity', 'mild', '--for', '4h'], '--vpc must be a VPC id'],
    [['unmute', 'x'], 'x is not the number of a mute.'],
  ])('%j is bad usage', async (args, message) => {
    const { code, err, out } = await headroom(args);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });
});

describe('headroom acknowledge', () => {
  test('writes down who has seen it, and takes it back', async () => {
    const done = await headroom(['acknowledge', KEY, '--state', state, '--by', 'mia']);
    expect([done.code, done.err]).toEqual([0, '']);
    expect(done.out).toContain(`${NAME} is acknowledged by mia (as --by says). It is: private-a: 12 of`);
    const { out } = await headroom(['alerts', '--state', state]);
    expect(out).toContain(' mia ');
    const back = await headroom(['acknowledge', KEY, '--withdraw', '--state', state]);
    expect(back.out).toContain(`${NAME} is repeated from now on.`);
    expect((await headroom(['alerts', '--state', state])).out).not.toContain('mia');
  });

  test('takes the number of the list, with or without its sign', async () => {
    await headroom(['alerts', '--state', state]);
    for (const name of ['1', '#1'])
      expect((await headroom(['ack', name, '--state', state, '--by', 'mia'])).out).toContain(
        `${NAME} is acknowledged by mia`,
      );
    const { code, err } = await headroom(['ack', '7', '--state', state]);
    expect([code, err]).toEqual([2, expect.stringContaining('There is no alert 7.')]);
  });

  test('without credentials of AWS it names the user of the machine, and says so', async () => {
    const { out } = await headroom(['acknowledge', KEY, '--state', state]);
    expect(out).toContain(`${NAME} is acknowledged by zoe (the user of this machine`);
  });

  test('refuses what is not there, and what is over', async () => {
    const unknown = await headroom(['acknowledge', 'fragmented/subnet/x', '--state', state]);
    expect([unknown.code, unknown.err]).toEqual([
      2,
      expect.stringContaining('There is no alert fragmented/subnet/x.'),
    ]);
    const over = await headroom(['acknowledge', 'addresses-low/subnet/subnet-0b', '--state', state]);
    expect(over.err).toContain('is resolved, and only a firing alert can be acknowledged');
  });
});

describe('acknowledging in a store that scans write to', () => {
  const filled = async (): Promise<StateStore> => {
    const store = createMemoryStateStore();
    await fill(store);
    return store;
  };
  const NOW = Date.parse('2026-01-01T01:00:00.000Z');

  test('a scan in between is not overwritten: the record is read again', async () => {
    const store = await filled();
    let meddled = false;
    const interrupted: StateStore = {
      ...store,
      alerts: {
        ...store.alerts,
        read: async (target, key) => {
          const stored = await store.alerts.read(target, key);
          if (stored !== null && !meddled) {
            meddled = true;
            await store.alerts.commit(target, { ...stored.alert, severity: 'warning' }, stored.version);
          }
          return stored;
        },
      },
    };
    const { alert } = await acknowledgeAlert(interrupted, KEY, 'mia', NOW);
    expect(alert).toMatchObject({
      severity: 'warning',
      acknowledged: { by: 'mia', at: '2026-01-01T01:00:00.000Z' },
    });
    expect((await store.alerts.read(TARGET, KEY))?.alert).toEqual(alert);
  });

  test('when others never stop changing it, it says so', async () => {
    const store = await filled();
    const contended: StateStore = {
      ...store,
      alerts: { ...store.alerts, commit: () => Promise.resolve('conflict') },
    };
    await expect(acknowledgeAlert(contended, KEY, 'mia', NOW)).rejects.toMatchObject({
      code: 'alert-contended',
    });
  });

  test('an alert that two accounts have is acknowledged only in the one that is named', async () => {
    const store = await filled();
    const other = { accountId: '222222222222', region: 'eu-west-1' };
    await store.assessments.putLatest(anAssessment({ target: { ...other, status: 'ok', errors: [] } }));
    await store.alerts.commit(other, alertAfter(anObservation('warning')), 0);
    await expect(acknowledgeAlert(store, KEY, 'mia', NOW)).rejects.toMatchObject({ code: 'alert-ambiguous' });
    await acknowledgeAlert(store, NAME, 'mia', NOW);
    const same = (await keptAlerts(store)).filter(({ alert }) => alert.key === KEY);
    expect(same.map(({ target, alert }) => [target.accountId, alert.acknowledged?.by])).toEqual([
      ['111111111111', 'mia'],
      ['222222222222', undefined],
    ]);
  });
});
