import { describe, expect, test } from 'vitest';
import type { Forecast } from '../../../shared/model/result/forecast.ts';
import { Places } from '../../../shared/report/facets.ts';
import { runwaySection } from '../../../shared/report/runway-section.ts';
import { worstFirst } from '../../../shared/report/worst-first.ts';
import { anAssessment, aSubnet } from '../../fixtures/assessments.ts';

const NOW = Date.parse('2026-01-01T00:00:00.000Z');
const day = (days: number): string => new Date(NOW + days * 86_400_000).toISOString();

const outlook = (changes: Partial<Forecast>): Forecast => ({
  exhaustionAt: null,
  earliest: null,
  latest: null,
  probabilityWithin: { '24h': 0, '72h': 0, '7d': 0 },
  method: 'trend',
  reason: 'It falls.',
  ...changes,
});

const runway = (forecasts: Readonly<Record<string, Partial<Forecast> | null>>, unread = 0): string => {
  const subnets = Object.entries(forecasts).map(([name, forecast]) =>
    aSubnet({
      subnetId: `subnet-${name}`,
      name,
      forecast: forecast === null ? {} : { addresses: outlook(forecast) },
    }),
  );
  const assessments = [anAssessment({ subnets })];
  return runwaySection(worstFirst(assessments), new Places(assessments), NOW, unread).text;
};

const namesIn = (section: string): readonly (string | undefined)[] =>
  [...section.matchAll(/<a href="#[^"]*"><bdi>(\w+)<\/bdi>/g)].map(([, name]) => name);

describe('the next thirty days', () => {
  test('have the subnets that may run out, the soonest expected first, and count the others', () => {
    const section = runway({
      later: { exhaustionAt: day(9), earliest: day(6), latest: day(12) },
      possible: { earliest: day(3) },
      soon: { exhaustionAt: day(2), earliest: day(1), latest: day(3) },
      never: {},
      far: { exhaustionAt: day(40), earliest: day(35) },
      unknown: null,
    });
    expect(namesIn(section)).toEqual(['soon', 'later', 'possible']);
    expect(section).toContain(
      '2 subnets not expected to run out within 30 days. 1 subnet without a forecast.',
    );
  });

  test('draw the interval to scale, and the expected moment in it', () => {
    const section = runway({ soon: { exhaustionAt: day(15), earliest: day(6), latest: day(24) } });
    expect(section).toContain('class="band" style="left:20%;width:60%"');
    expect(section).toContain('class="end" style="left:50%"');
    expect(section).toContain('aria-label="No addresses left between 6 d and 24 d from now; expected');
  });

  test('reach the end of the lane where no latest moment is known, and begin at once where it is past', () => {
    expect(runway({ possible: { earliest: day(15) } })).toContain('left:50%;width:50%');
    expect(runway({ now: { exhaustionAt: day(-1), earliest: day(-2), latest: day(0) } })).toContain(
      'left:0%',
    );
  });

  test('keep a dozen open, and the others a click away', () => {
    const many = Object.fromEntries(
      Array.from({ length: 15 }, (_, index) => [
        `s${index}`,
        { exhaustionAt: day(index + 1), earliest: day(index) },
      ]),
    );
    expect(runway(many)).toContain('<summary>3 more subnets</summary>');
  });

  test('say so where nothing runs out', () => {
    expect(runway({ never: {} })).toContain('No subnet is expected to run out.');
  });

  test('are no all-clear where forecasts are missing, or something could not be read', () => {
    expect(runway({ never: {} })).toContain('<p>No subnet is expected to run out.</p>');
    expect(runway({ never: {}, unknown: null })).toContain(
      'No subnet with a forecast is expected to run out.',
    );
    const partly = runway({ never: {} }, 1);
    expect(partly).toContain('No subnet with a forecast is expected to run out.');
    expect(partly).toContain('1 scan could not read everything.');
    for (const section of [runway({ unknown: null }), runway({}, 2)])
      expect(section).toContain('Unknown: no subnet has a forecast.');
  });
});
