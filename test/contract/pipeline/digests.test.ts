import { beforeEach, describe, expect, test } from 'vitest';
import { parseConfiguration } from '../../../shared/config/headroom-yml.ts';
import type { AlertMessage } from '../../../shared/model/alert/alert-message.ts';
import type { DigestSchedule } from '../../../shared/model/alert/policy.ts';
import type { TargetCoverage } from '../../../shared/model/target/coverage.ts';
import { DeliveryError } from '../../../shared/notify/delivery-error.ts';
import { composeMessage } from '../../../shared/notify/message-content.ts';
import { emailText } from '../../../shared/notify/plain-text.ts';
import { slackMessage } from '../../../shared/notify/slack-blocks.ts';
import { teamsMessage } from '../../../shared/notify/teams-card.ts';
import { terminalPreview } from '../../../shared/notify/terminal-preview.ts';
import { sendDigests } from '../../../shared/pipeline/send-digests.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { StateStore } from '../../../shared/state/state-store.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';
import { aFinding, anObservation, aSubnetSubject } from '../../fixtures/observations.ts';
import { alertAfter } from '../../fixtures/transitions.ts';

const TARGET = { accountId: '111111111111', region: 'eu-west-1' };
const OTHER = { accountId: '222222222222', region: 'eu-west-1' };
/** A Monday, at nine in Berlin. */
const MONDAY = Date.parse('2026-01-12T08:00:00.000Z');
const MINUTE = 60_000;

const digestsOf = (yml: string): readonly DigestSchedule[] =>
  parseConfiguration(
    `destinations: { team: { slack: { secret: a } }, mail: { email: { from: a@example.com, to: b@example.com } }, pager: { pagerduty: { secret: b } } }
digests: ${yml}`,
    'headroom.yml',
  ).alerts.digests ?? [];

const WEEKLY = digestsOf(
  '{ payments: { to: [team, mail], timeZone: Europe/Berlin, match: { tags: { team: payments } } } }',
);

const COVERAGE: readonly TargetCoverage[] = [
  { ...TARGET, state: 'fresh', scannedAt: null, problems: [] },
  { ...OTHER, state: 'stale', scannedAt: null, problems: [] },
];

let store: StateStore;
let sent: AlertMessage[];
beforeEach(async () => {
  store = createMemoryStateStore();
  sent = [];
  const forecast = {
    addresses: {
      exhaustionAt: '2026-01-20T00:00:00.000Z',
      earliest: null,
      latest: null,
      probabilityWithin: null,
      method: 'example',
      reason: '',
    },
  };
  await store.assessments.putLatest(
    anAssessment({
      subnets: [
        aSubnet({ subnetId: 'subnet-0a', name: 'payments-a', tags: { team: 'payments' }, forecast }),
        aSubnet({ subnetId: 'subnet-0b', name: 'search-a', tags: { team: 'search' }, forecast }),
      ],
      findings: [
        aFinding({
          id: 'x/subnet/subnet-0a',
          title: 'payments-a: something is wrong',
          subject: aSubnetSubject({ id: 'subnet-0a', subnetIds: ['subnet-0a'] }),
        }),
        aFinding({
          id: 'x/subnet/subnet-0b',
          title: 'search-a: something is wrong',
          subject: aSubnetSubject({ id: 'subnet-0b', subnetIds: ['subnet-0b'] }),
        }),
      ],
      leakedInterfaces: [
        {
          networkInterfaceId: 'eni-0a',
          subnetId: 'subnet-0a',
          accountId: TARGET.accountId,
          region: TARGET.region,
          clusterName: null,
          instanceId: null,
          addresses: 12,
          firstSeenAt: '2026-01-01T00:00:00.000Z',
          leaked: true,
        },
      ],
    }),
  );
  await store.alerts.commit(TARGET, alertAfter(anObservation('critical')), 0);
});

const send = (digests: readonly DigestSchedule[], now: number, fails: readonly string[] = []) =>
  sendDigests({
    digests,
    coverage: COVERAGE,
    store,
    notifier: {
      send: async (message) => {
        if (fails.includes(message.destinations[0] ?? ''))
          throw new DeliveryError('slack-unavailable', 'Slack is down', 'Nothing now.', { permanent: false });
        sent.push(message);
      },
    },
    now,
    signal: null,
  });

const textOf = (message: AlertMessage | undefined): string => {
  if (message === undefined) throw new Error('nothing was sent');
  return emailText(composeMessage(message));
};

describe('a digest', () => {
  test('says what gets scarce, what is new, leaks, open incidents and coverage of what it covers', async () => {
    expect(await send(WEEKLY, MONDAY)).toEqual([]);
    expect(sent.map(({ destinations }) => destinations)).toEqual([['team'], ['mail']]);
    const text = textOf(sent[0]);
    expect(text).toContain('Digest payments: 1 shortage within 30 days, 1 finding, 1 open');
    expect(text).toContain('- payments-a: addresses by Tue 20 Jan');
    expect(text).toContain('- payments-a: something is wrong');
    expect(text).toContain('- 1 leaked interface with 12 addresses');
    expect(text).toMatch(/- critical, for 11 d 8 h: private-a: 12 of/);
    // What is not watched is named, although nothing is known of its tags.
    expect(text).toContain('- 1 of 2 scans is recent and complete, with 1 subnet');
    expect(text).toContain('- Account 222222222222 in eu-west-1 has never been scanned');
    expect(text).not.toContain('without a forecast');
    expect(text).not.toContain('search-a');
  });

  test('is no all-clear where nothing can be forecast yet', async () => {
    await store.assessments.putLatest(
      anAssessment({
        subnets: [aSubnet({ subnetId: 'subnet-0a', tags: { team: 'payments' }, forecast: {} })],
      }),
    );
    await send(WEEKLY, MONDAY);
    const text = textOf(sent[0]);
    expect(text).toContain('- Not known.');
    expect(text).toContain('- 1 subnet of 1 without a forecast yet');
    expect(text).not.toContain('No subnet is expected to run out');
  });

  test('is sent once, at its time, on its day', async () => {
    for (const early of [-24 * 60, -60, -1]) await send(WEEKLY, MONDAY + early * MINUTE);
    expect(sent).toEqual([]);
    for (let minute = 0; minute <= 24 * 60; minute += 5) await send(WEEKLY, MONDAY + minute * MINUTE);
    expect(sent).toHaveLength(2);
    await send(WEEKLY, MONDAY + 7 * 24 * 60 * MINUTE);
    expect(sent).toHaveLength(4);
  });

  test('is sent once by two planners at the same time', async () => {
    await Promise.all([send(WEEKLY, MONDAY), send(WEEKLY, MONDAY)]);
    expect(sent).toHaveLength(2);
  });

  test('names a finding as new only once', async () => {
    await send(WEEKLY, MONDAY);
    await send(WEEKLY, MONDAY + 7 * 24 * 60 * MINUTE);
    expect(textOf(sent[2])).toContain('0 new findings');
  });

  test('goes again to a destination that failed, and to no other', async () => {
    expect(await send(WEEKLY, MONDAY, ['team'])).toMatchObject([{ code: 'slack-unavailable' }]);
    await send(WEEKLY, MONDAY + 5 * MINUTE);
    expect(sent.map(({ destinations }) => destinations)).toEqual([['mail'], ['team']]);
    expect(textOf(sent[1])).toContain('1 finding,');
    await send(WEEKLY, MONDAY + 10 * MINUTE);
    expect(sent).toHaveLength(2);
  });

  test('that is daily comes on working days', async () => {
    const daily = digestsOf('{ all: { to: default, every: daily } }');
    for (let hour = 0; hour < 7 * 24; hour += 1) await send(daily, MONDAY + hour * 60 * MINUTE);
    expect(sent).toHaveLength(5);
    expect(sent.map(({ destinations }) => destinations)).toEqual([[], [], [], [], []]);
  });

  test('has its parts in every channel', async () => {
    await send(WEEKLY, MONDAY);
    const [message] = sent;
    if (message === undefined) throw new Error('nothing was sent');
    const content = composeMessage(message);
    for (const shown of [
      JSON.stringify(slackMessage(content)),
      JSON.stringify(teamsMessage(content)),
      terminalPreview(content, { colour: false, width: 100 }),
    ])
      for (const part of ['Runs out within 30 days', 'Leaks and waste', 'Coverage', '12 addresses'])
        expect(shown).toContain(part);
  });
});

describe('the settings of digests', () => {
  test.each([
    ['{ a: { to: nowhere } }', 'which is not a destination'],
    ['{ a: { to: pager } }', 'which is for alerts alone (pagerduty)'],
    ['{ a: { to: team, every: hourly } }', 'one of daily, weekly'],
  ])('%s is refused', (yml, message) => {
    expect(() => digestsOf(yml)).toThrow(message);
  });
});
