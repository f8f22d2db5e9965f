import { describe, expect, test } from 'vitest';
import { SUBNETS_PER_BUCKET } from '../../../../shared/state/dynamo/dynamo-history-days.ts';
import { MAX_ITEM_BYTES } from '../../../../shared/state/dynamo/dynamo-table.ts';
import { type DayRollups, encodeDay, encodeScan } from '../../../../shared/state/history/history-codec.ts';
import { addSample, noHours } from '../../../../shared/state/history/history-rollup.ts';

const MINUTE = 60_000;

/** Numbers below a bound, the same in every run. */
const numbers = () => {
  let state = 1;
  return (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
};

/** A day of scans every five minutes. `moment` tells when a subnet was measured in a scan, `value` what was found. */
const aDay = (
  subnets: number,
  moment: (scan: number) => number,
  value: (subnet: number) => number,
): DayRollups => {
  const day: DayRollups = new Map();
  for (let subnet = 0; subnet < subnets; subnet += 1) {
    const hours = noHours();
    for (let scan = 0; scan < 288; scan += 1) {
      const at = scan * 5 * MINUTE + moment(scan);
      addSample(hours, at, { available: value(subnet), freePrefixes: value(subnet) });
    }
    day.set(subnet, hours);
  }
  return day;
};

describe('the size of encoded history', () => {
  test('a day of a bucket fits into an item however the values jump and whenever each subnet was measured', () => {
    const random = numbers();
    const worst = aDay(
      SUBNETS_PER_BUCKET,
      () => random(5 * MINUTE),
      () => random(65_531),
    );
    expect(encodeDay(0, worst).length).toBeLessThan(MAX_ITEM_BYTES);
  });

  test('a day of a hundred subnets that do not change takes less than half a kilobyte', () => {
    const quiet = aDay(
      100,
      () => 0,
      (subnet) => 4_000 - subnet,
    );
    expect(encodeDay(0, quiet).length).toBeLessThan(512);
  });

  test('a scan of a thousand subnets takes less than five bytes a subnet', () => {
    const random = numbers();
    const samples = Array.from({ length: 1_000 }, (_, ordinal) => ({
      ordinal,
      available: random(4_091),
      freePrefixes: random(254),
    }));
    expect(encodeScan(samples).length).toBeLessThan(5_000);
  });
});
