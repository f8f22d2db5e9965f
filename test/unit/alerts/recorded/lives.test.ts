import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reduceAlert } from '../../../../shared/alerts/lifecycle.ts';
import type { LifecycleSettings } from '../../../../shared/alerts/reduction.ts';
import {
  type Alert,
  type AlertLevel,
  compareLevel,
  type Observation,
  type ObservedPart,
} from '../../../../shared/model/alert/alert.ts';
import { elementAt } from '../../../../shared/model/base/element-at.ts';
import type { Forecast } from '../../../../shared/model/result/forecast.ts';
import { aFinding, anObservation } from '../../../fixtures/observations.ts';

/**
 * Generated alerts from their first scan to their last, as they were last reviewed. The properties say what may never be; this shows
 * each step and each field of the record that changes. After a change that is meant, read the difference:
 * `npx vitest run --project unit test/unit/alerts/recorded -u`.
 */
const START = Date.parse('2026-01-01T00:00:00.000Z');
const MINUTE = 60_000;
const RULES = ['addresses-low', 'addresses-exhaustion', 'addresses-surge'];

const levels = fc
  .tuple(
    fc.constantFrom<AlertLevel>('ok', 'ok', 'warning', 'critical'),
    fc.constantFrom<AlertLevel>('ok', 'warning', 'critical'),
  )
  .map(([one, other]) =>
    compareLevel(one, other) <= 0 ? { raise: one, hold: other } : { raise: other, hold: one },
  );
const unknown = fc.constantFrom({ raise: null, hold: null }, { raise: 'warning' as const, hold: null });

const part = fc.record({
  levels: fc.oneof({ weight: 9, arbitrary: levels }, { weight: 1, arbitrary: unknown }),
  available: fc.integer({ min: 1, max: 30 }),
  hoursLeft: fc.option(fc.integer({ min: 1, max: 60 })),
  lossPerHour: fc.constantFrom(0, 4, 300),
  flags: fc.subarray(['isCovered', 'repeatsOthers', 'isSafe', 'isPressing'], { maxLength: 1 }),
});

const scan = fc.record({
  minutes: fc.constantFrom(5, 5, 5, 5, 15, 60, 180, 700),
  goesOn: fc.integer({ min: 0, max: 3 }).map((each) => each > 0),
  parts: fc.tuple(part, part, part),
  last: fc
    .integer({ min: 0, max: 40 })
    .map(
      (each) =>
        ['acknowledged', 'gone', 'safe', 'continues', 'unmonitored', 'undelivered'][each] ?? 'nothing',
    ),
  causes: fc.subarray(['a', 'b', 'c']),
});
type Scan = typeof scan extends fc.Arbitrary<infer Value> ? Value : never;

const arbitraryLife = fc.record({
  together: fc.boolean(),
  settings: fc.record({
    pendingFor: fc.constantFrom(0, 300, 600),
    clearFor: fc.constantFrom(0, 600, 3600),
    repeatEvery: fc.constantFrom(0, 1800, 86_400),
  }),
  keepsTimes: fc.boolean(),
  causes: fc.boolean(),
  scans: fc.array(scan, { minLength: 20, maxLength: 40 }),
});
type Life = typeof arbitraryLife extends fc.Arbitrary<infer Value> ? Value : never;

/** What a forecast says as far as waiting looks at it. */
const forecastOf = ({ available, hoursLeft, lossPerHour }: Scan['parts'][number], now: number): Forecast => {
  const exhaustionAt = hoursLeft === null ? null : new Date(now + hoursLeft * 60 * MINUTE).toISOString();
  return {
    exhaustionAt,
    earliest: exhaustionAt,
    latest: null,
    probabilityWithin: null,
    method: 'trend-paths',
    reason: 'Usage grows.',
    surge: {
      raise: 'ok',
      hold: 'ok',
      lossPerHour: { fast: lossPerHour, slow: lossPerHour },
      ordinaryLossPerHour: null,
      exhaustionAt: null,
      reason: 'It is used up fast.',
      basis: { available, lossPerHour, ordinaryLossPerHour: null, minutesToEmpty: null },
    },
  };
};

const partOf = (generated: Scan['parts'][number], index: number, life: Life, now: number): ObservedPart => {
  const {
    available,
    flags,
    levels: { raise, hold },
  } = generated;
  const rule = RULES[index] ?? '';
  const isWell = (raise ?? 'ok') === 'ok' && (hold ?? 'ok') === 'ok';
  const finding = aFinding({
    kind: rule,
    severity: hold === 'critical' ? 'critical' : 'warning',
    title: `private-a: ${available} left by ${rule}`,
    evidence: [{ name: 'available', value: available, unit: 'addresses' }],
    ...(index === 0 ? {} : { forecast: forecastOf(generated, now) }),
  });
  return {
    rule,
    raise,
    hold,
    finding: isWell ? null : finding,
    isCovered: flags.includes('isCovered'),
    repeatsOthers: flags.includes('repeatsOthers'),
    isSafe: flags.includes('isSafe'),
    isPressing: flags.includes('isPressing'),
    delays: { pendingFor: index * life.settings.pendingFor, clearFor: life.settings.clearFor },
  };
};

const worst = (all: readonly (AlertLevel | null)[]): AlertLevel | null => {
  const known = all.filter((each) => each !== null);
  return known.length === 0
    ? null
    : known.reduce((one, other) => (compareLevel(one, other) >= 0 ? one : other));
};

const observationOf = (life: Life, { causes, last, parts }: Scan, now: number): Observation => {
  const all = parts.map((each, index) => partOf(each, index, life, now));
  const seen = life.together ? all : all.slice(0, 1);
  const lead = seen.find(({ finding }) => finding !== null);
  const isEnd = last === 'gone' || last === 'continues' || last === 'unmonitored';
  return {
    ...anObservation('ok'),
    rule: lead?.rule ?? 'addresses-low',
    raise: isEnd ? 'ok' : worst(seen.map(({ raise }) => raise)),
    hold: isEnd ? 'ok' : worst(seen.map(({ hold }) => hold)),
    finding: isEnd ? null : (lead?.finding ?? null),
    clear: '83 of 123 addresses available',
    cause: 'subnet/subnet-0a',
    ...(life.together && !isEnd ? { parts: seen } : {}),
    ...(life.causes ? { causes } : {}),
    ...(life.keepsTimes ? { keepsTimes: true } : {}),
    ...(isEnd ? { gone: true } : {}),
    ...(last === 'safe' ? { safe: true } : {}),
    ...(last === 'continues' ? { continuesAs: 'addresses/vpc/vpc-01' } : {}),
    ...(last === 'unmonitored' ? { unmonitored: true } : {}),
  };
};

const brief = (observation: Observation): string =>
  (observation.parts ?? [observation]).map(({ raise, hold }) => `${raise}/${hold}`).join(', ');

/** The fields of the record that are not as they were, without what never changes. */
const changesOf = (before: Alert | null, after: Alert | null): object => {
  const fields = Object.entries(after ?? {}).filter(
    ([name, value]) =>
      name !== 'outbox' && JSON.stringify(value) !== JSON.stringify(before?.[name as keyof Alert]),
  );
  const gone = Object.keys(before ?? {}).filter((name) => after?.[name as keyof Alert] === undefined);
  return { ...Object.fromEntries(fields), ...(gone.length === 0 ? {} : { gone }) };
};

/** Of a finding, what tells it from others. */
const inShort = (fields: object): string =>
  JSON.stringify(fields, (name, value) =>
    name === 'finding' && value !== null
      ? `${value.severity}: ${value.title}`
      : name === 'subject'
        ? undefined
        : value,
  );

const storyOf = (life: Life): readonly string[] => {
  const settings: LifecycleSettings = life.settings;
  let alert: Alert | null = null;
  let minute = 0;
  let parts = elementAt(life.scans, 0).parts;
  return life.scans.flatMap((each) => {
    minute += each.minutes;
    const now = START + minute * MINUTE;
    if (!each.goesOn) parts = each.parts;
    const observation = observationOf(life, { ...each, parts }, now);
    const before: Alert | null = alert;
    const { alert: after, transitions } = reduceAlert(before, observation, settings, now);
    const delivered = after === null || each.last === 'undelivered' ? after : { ...after, outbox: [] };
    alert =
      delivered?.status === 'firing' && each.last === 'acknowledged'
        ? { ...delivered, acknowledged: { by: 'ada', at: new Date(now).toISOString() } }
        : delivered;
    return [
      `${minute} min, ${each.last}: ${brief(observation)}`,
      ...transitions.map((transition) => `  says ${inShort(transition)}`),
      ...(after === before ? [] : [`  ${inShort(changesOf(before, after))}`]),
    ];
  });
};

const LIVES = fc.sample(arbitraryLife, { seed: 20_261_128, numRuns: 24 });

test.each(LIVES.map((life, index) => [index + 1, life] as const))(
  'what is said of generated alert %i, and what is kept of it',
  async (number, life) => {
    const { scans: _scans, ...how } = life;
    const text = [JSON.stringify(how), ...storyOf(life), ''].join('\n');
    await expect(text).toMatchFileSnapshot(`life-${number}.txt`);
  },
);
