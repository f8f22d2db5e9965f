import { expect, test } from 'vitest';
import { timeInWords } from '../../../../shared/model/alert/pace.ts';

test.each([
  [60, '1 minute'],
  [300, '5 minutes'],
  [5_400, '90 minutes'],
  [7_200, '2 hours'],
  [7_500, '125 minutes'],
])('%i seconds are %s', (seconds, words) => {
  expect(timeInWords(seconds)).toBe(words);
});
