import { expect, test } from 'vitest';
import { isGrowing, LEAST_LOSS_PER_DAY } from '../../../../shared/model/result/growth.ts';

test('usage grows from the least loss a day on, and where the loss is not known', () => {
  expect(LEAST_LOSS_PER_DAY).toBe(0.05);
  expect([0.049, 0.05, null].map((lossPerDay) => isGrowing({ lossPerDay }))).toEqual([false, true, true]);
});

test('the loss of the basis counts before that of the forecast', () => {
  const basis = { lossPerDay: 0 } as NonNullable<Parameters<typeof isGrowing>[0]['basis']>;
  expect(isGrowing({ lossPerDay: 3, basis })).toBe(false);
});
