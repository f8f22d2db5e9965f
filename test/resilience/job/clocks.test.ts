import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { CallMeter } from '../../../shared/aws/call-meter.ts';
import { createTargetClients } from '../../../shared/aws/clients.ts';
import { KeptMaps } from '../../../shared/pipeline/kept-maps.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { type CannedAws, startCannedAws } from '../../fixtures/canned-aws.ts';
import { ec2Answer, ec2Error, list } from '../../fixtures/ec2-xml.ts';
import { aTarget } from '../../fixtures/inventory-records.ts';
import { Inbox, type Levels, MINUTE, Process, run, StandingClock } from '../alerting/rehearsal.ts';
import { BETWEEN_SCANS, job, SCENES, Series } from './story.ts';

/** Clocks that differ: from AWS's, between two runs, and from one scan to the next. */

const HOUR = 60 * MINUTE;

describe('the clock of this machine is not that of AWS', () => {
  let server: CannedAws | null = null;
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server?.close();
  });

  /** AWS accepts a signature within five minutes of its own time, and tells its time in every answer. */
  const ACCEPTED = 5 * MINUTE;

  const signedAt = (date: string): number =>
    Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));

  test.each([-26 * HOUR, -HOUR, HOUR, 26 * HOUR])(
    '%i ms off: the call is signed again by the time of AWS, and succeeds',
    async (off) => {
      server = await startCannedAws(({ headers }) => {
        const now = Date.now() + off;
        const date = { date: new Date(now).toUTCString() };
        return Math.abs(now - signedAt(String(headers['x-amz-date']))) > ACCEPTED
          ? {
              status: 403,
              headers: date,
              body: ec2Error('RequestTimeTooSkewed', 'The difference is too large.'),
            }
          : { headers: date, body: ec2Answer('DescribeSubnets', [list('subnetSet', [])]) };
      });
      vi.stubEnv('AWS_ENDPOINT_URL', server.url);
      vi.stubEnv('AWS_REGION', 'eu-west-1');
      vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDHUB');
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
      const meter = new CallMeter();
      const clients = createTargetClients({ meter });
      expect((await clients.ec2.send(new DescribeSubnetsCommand({}))).Subnets).toEqual([]);
      expect(meter.total()).toMatchObject({ calls: 2, failures: 1 });
      // From then on it knows.
      await clients.ec2.send(new DescribeSubnetsCommand({}));
      expect(meter.total()).toMatchObject({ calls: 3, failures: 1 });
      clients.destroy();
    },
  );
});

describe('two runs whose clocks differ meet at any step', () => {
  const FIRST: Levels = { 'subnet-0a': 'warning', 'subnet-0b': 'critical' };
  const SECOND: Levels = { 'subnet-0a': 'critical', 'subnet-0b': 'ok' };
  const IDS = ['subnet-0a', 'subnet-0b'].flatMap((subnetId) =>
    [1, 2].map((sequence) => `addresses-low/subnet/${subnetId}#${sequence}`),
  );

  /** @param skew by how much the clock of the run in between is ahead, in milliseconds. */
  const meet = async (step: number, when: 'before' | 'after', skew: number) => {
    const inbox = new Inbox();
    const store = createMemoryStateStore().alerts;
    const clock = new StandingClock();
    const others = new StandingClock();
    const alone = { store, notifier: inbox.notifier };
    await run({ ...alone, clock, levels: FIRST, runId: 'before' });
    clock.now += BETWEEN_SCANS;
    others.now = clock.now + skew;
    const process = new Process({ step, when }, async () => {
      await run({ ...alone, clock: others, levels: SECOND, runId: 'other' });
    });
    await run({
      clock,
      levels: SECOND,
      store: process.mortal(store),
      notifier: process.mortal(inbox.notifier),
      runId: 'first',
    });
    clock.now += 2 * BETWEEN_SCANS + Math.max(0, skew);
    await run({ ...alone, clock, levels: SECOND, runId: 'after' });
    return { inbox, steps: process.steps };
  };

  const atEveryStep = async (skew: number, check: (inbox: Inbox, at: string) => void): Promise<void> => {
    const { steps } = await meet(0, 'before', skew);
    expect(steps).toBeGreaterThan(5);
    for (const when of ['before', 'after'] as const) {
      for (let step = 1; step <= steps; step += 1) {
        check((await meet(step, when, skew)).inbox, `${when} step ${step}`);
      }
    }
  };

  test.each([-HOUR, -10 * MINUTE, -3 * MINUTE, -10_000, 10_000, 3 * MINUTE])(
    '%i ms, less than a claim lasts, or late: everything is sent once',
    async (skew) => {
      await atEveryStep(skew, (inbox, at) => expect(inbox.received.toSorted(), at).toEqual(IDS));
    },
  );

  test.each([5 * MINUTE, HOUR])(
    '%i ms ahead, so that claims seem to have ended: nothing is lost, nothing sent more than twice',
    async (skew) => {
      await atEveryStep(skew, (inbox, at) => {
        expect([...inbox.distinct].toSorted(), at).toEqual(IDS);
        for (const id of IDS) expect(inbox.count(id), `${id}, ${at}`).toBeLessThanOrEqual(2);
      });
    },
  );
});

const READINGS = ['full', 'incremental'] as const;
const memory = (reading: (typeof READINGS)[number]): KeptMaps | undefined =>
  reading === 'full' ? undefined : new KeptMaps();

test.each([-HOUR, -7 * MINUTE].flatMap((skew) => READINGS.map((reading) => [skew, reading] as const)))(
  'a scan whose clock is %i ms off replaces nothing that is newer, and the next goes on, %s reading',
  async (skew, reading) => {
    const store = createMemoryStateStore();
    const clock = new StandingClock();
    const inbox = new Inbox();
    const sink = new Series();
    const maps = memory(reading);
    const at = (index: number) => ({
      maps,
      scene: SCENES[index] ?? { a: 0, b: 0 },
      store,
      sink,
      inbox,
      runId: `run-${index}`,
    });
    await job({ ...at(1), clock });
    clock.now += BETWEEN_SCANS;
    const second = await job({ ...at(2), clock });
    const told = inbox.received.length;

    const wrong = new StandingClock();
    wrong.now = clock.now + skew;
    const behind = await job({ ...at(0), clock: wrong });
    expect([behind.problems, behind.transitions]).toEqual([[], []]);
    expect(inbox.received).toHaveLength(told);
    expect((await store.assessments.latest(aTarget))?.scannedAt).toBe(second.assessment.scannedAt);
    const recent =
      (await store.history.read(aTarget, ['subnet-0a'], 0)).get('subnet-0a')?.addresses.recent ?? [];
    expect(recent.map(({ at: sampledAt }) => sampledAt)).toEqual(
      recent.map(({ at: sampledAt }) => sampledAt).toSorted((one, other) => one - other),
    );

    clock.now += BETWEEN_SCANS;
    const third = await job({ ...at(3), clock });
    expect(third.problems).toEqual([]);
    expect((await store.assessments.latest(aTarget))?.scannedAt).toBe(third.assessment.scannedAt);
    expect(new Set(inbox.received).size).toBe(inbox.received.length);
  },
);

test.each(READINGS)(
  'a scan whose clock was a day ahead: those after it say what stands still, and until when, and tell what is new, %s reading',
  async (reading) => {
    const store = createMemoryStateStore();
    const inbox = new Inbox();
    const sink = new Series();
    const maps = memory(reading);
    const ahead = new StandingClock();
    ahead.now += 24 * HOUR;
    const [first, second] = SCENES;
    if (first === undefined || second === undefined) throw new Error('no scenes');
    await job({ scene: first, store, sink, inbox, clock: ahead, runId: 'ahead', maps });

    const clock = new StandingClock();
    const { problems, assessment } = await job({
      scene: second,
      store,
      sink,
      inbox,
      clock,
      runId: 'right',
      maps,
    });
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'clock-behind',
        message: expect.stringContaining(new Date(ahead.now).toISOString()),
      }),
    ]);
    // What is measured is as true as ever, and is published.
    expect(assessment.subnets.map(({ available }) => available)).toEqual([27 - second.a, 27 - second.b]);
    expect(sink.valuesOf('AvailableAddresses', 'subnet-0a').at(-1)).toBe(27 - second.a);

    expect(inbox.received).toEqual(['addresses/subnet/subnet-0a#1']);

    clock.now = ahead.now + BETWEEN_SCANS;
    const caughtUp = await job({ scene: second, store, sink, inbox, clock, runId: 'caught-up', maps });
    expect(caughtUp.problems).toEqual([]);
    expect((await store.assessments.latest(aTarget))?.scannedAt).toBe(caughtUp.assessment.scannedAt);
  },
);
