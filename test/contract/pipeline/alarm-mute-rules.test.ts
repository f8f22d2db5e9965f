import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createLabClock } from '../../../lab/clock.ts';
import { estateNamed } from '../../../lab/estates/index.ts';
import { accessDenied } from '../../../lab/faults/catalogue.ts';
import { type Lab, startLab } from '../../../lab/lab.ts';
import { muteOf } from '../../../shared/alerts/silence.ts';
import { MAX_MUTE_RULES, readAlarmMuteRules } from '../../../shared/aws/alarm-mute-rules.ts';
import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { planRun } from '../../../shared/pipeline/plan.ts';
import { addMute, removeMute, storedMutes } from '../../../shared/pipeline/stored-mutes.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { labClient } from '../../fixtures/lab-clients.ts';
import { anAlert } from '../../fixtures/stored-alerts.ts';

/** Alarm mute rules of CloudWatch mute the alerts about the same subnets, for as long as they are active. */

const HOME = { accountId: '111111111111', region: 'eu-west-1' };
const NAMESPACE = 'VpcHeadroom';
const MINUTE = 60_000;

let lab: Lab;
let client: CloudWatchClient;
let store: StateStore;
let now: number;
beforeAll(async () => {
  const estate = estateNamed('every-owner');
  if (estate === undefined) throw new Error('There is no estate every-owner.');
  lab = await startLab({ estate, clock: createLabClock({ startsAt: Date.now() }) });
  client = new CloudWatchClient({ ...labClient(lab, '111122223333', 'eu-west-1'), maxAttempts: 1 });
});
afterAll(async () => {
  client.destroy();
  await lab.close();
});
beforeEach(() => {
  lab.muteRules.length = 0;
  lab.faults.clear();
  store = createMemoryStateStore();
  now = Date.parse('2026-01-01T00:00:00.000Z');
});

const alarm = (dimensions: Readonly<Record<string, string>>, metric = 'AvailableAddresses') => ({
  name: `alarm on ${metric} ${Object.values(dimensions).join(' ')}`,
  namespace: NAMESPACE,
  metric,
  dimensions,
});

const plan = () =>
  planRun({
    home: HOME,
    runId: `run ${now}`,
    resolved: { targets: [], unresolved: [] },
    policy: DEFAULT_POLICY,
    vpcIds: null,
    subnetSeries: 0,
    links: { dashboard: null },
    store,
    notifier: { send: async () => {} },
    enqueue: async () => {},
    deadLetters: null,
    alarmMuteRules: () => readAlarmMuteRules(client, NAMESPACE, HOME),
    clock: () => now,
  });

test('an active rule mutes the alerts about the subnet of its alarm, until it is no longer active', async () => {
  const place = { AccountId: '111111111111', Region: 'eu-west-1', VpcId: 'vpc-01', SubnetId: 'subnet-0a' };
  lab.muteRules.push({ name: 'load test', alarms: [alarm(place)] });
  for (let run = 0; run < 6; run += 1) {
    expect((await plan()).problems).toEqual([]);
    const mutes = await storedMutes(store.cache, now);
    expect(mutes).toMatchObject([{ number: 1, reason: 'CloudWatch alarm mute rule load test' }]);
    expect(muteOf(anAlert(), mutes, now)).not.toBeNull();
    expect(
      muteOf(
        anAlert({ subject: { ...anAlert().subject, id: 'subnet-0b', subnetIds: ['subnet-0b'] } }),
        mutes,
        now,
      ),
    ).toBeNull();
    now += 5 * MINUTE;
  }
  await expect(removeMute(store.cache, 1, now)).rejects.toMatchObject({ code: 'mute-of-cloudwatch' });
  lab.muteRules.length = 0;
  await plan();
  expect(await storedMutes(store.cache, now)).toEqual([]);
});

test('rules about VPCs, clusters and the alarms of the deployment mute as much, and others nothing', async () => {
  lab.muteRules.push({
    name: 'all',
    alarms: [
      alarm({ AccountId: '111111111111', Region: 'eu-west-1', VpcId: 'vpc-01' }),
      alarm({ ClusterName: 'sh*p' }, 'NodesThatFit'),
      alarm({}, 'AlertsUndelivered'),
      alarm({}, 'ScanDuration'),
      { ...alarm({ SubnetId: 'subnet-0a' }), name: 'of another namespace', namespace: 'AWS/EC2' },
    ],
  });
  expect(await readAlarmMuteRules(client, NAMESPACE, HOME)).toEqual([
    {
      name: 'all',
      matches: [
        { account: ['111111111111'], region: ['eu-west-1'], vpc: ['vpc-01'] },
        { cluster: ['sh?p'] },
        { rule: ['delivery-failing'] },
      ],
    },
  ]);
});

test('rules that cannot be read mute nothing, the run says so, and mutes of people stay', async () => {
  lab.muteRules.push({ name: 'load test', alarms: [alarm({ SubnetId: 'subnet-0a' })] });
  const until = new Date(now + 600 * MINUTE).toISOString();
  await addMute(store.cache, { match: { vpc: ['vpc-09'] }, reason: 'known', until, by: 'mia' }, now);
  await plan();
  expect(await storedMutes(store.cache, now)).toHaveLength(2);
  lab.faults.inject({ service: 'cloudwatch', action: 'ListAlarmMuteRules' }, accessDenied());
  now += 5 * MINUTE;
  const { problems } = await plan();
  expect(problems.map(({ code, action }) => [code, action])).toEqual([
    ['mute-rules-not-read', expect.stringContaining('cloudwatch:GetAlarmMuteRule')],
  ]);
  expect((await storedMutes(store.cache, now)).map(({ by }) => by)).toEqual(['mia']);
});

test(`of more than ${MAX_MUTE_RULES} active rules the first ones are read`, async () => {
  const rule = (number: number) => ({
    name: `rule ${number}`,
    alarms: [alarm({ SubnetId: `subnet-0${number}` })],
  });
  for (let number = 0; number < MAX_MUTE_RULES; number += 1) lab.muteRules.push(rule(number));
  expect(await readAlarmMuteRules(client, NAMESPACE, HOME)).toHaveLength(MAX_MUTE_RULES);
  lab.muteRules.push(rule(MAX_MUTE_RULES));
  expect(await readAlarmMuteRules(client, NAMESPACE, HOME)).toHaveLength(MAX_MUTE_RULES);
});
