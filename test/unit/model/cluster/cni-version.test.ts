import { expect, test } from 'vitest';
import { cniVersionOf, isAtLeast } from '../../../../shared/model/cluster/cni-version.ts';

test.each([
  ['v1.22.2-eksbuild.1', [1, 22, 2]],
  ['1.9.13', [1, 9, 13]],
  ['v1.20', null],
  ['latest', null],
  [null, null],
])('the version %s of the CNI is %j', (text, version) => {
  expect(cniVersionOf(text)).toEqual(version);
});

test('versions are compared part by part, as numbers', () => {
  const bound = [1, 18, 0] as const;
  const later = [
    [1, 18, 0],
    [1, 18, 3],
    [1, 20, 0],
    [2, 0, 0],
  ] as const;
  const earlier = [
    [1, 17, 9],
    [1, 9, 13],
    [0, 99, 99],
  ] as const;
  expect(later.map((version) => isAtLeast(version, bound))).toEqual([true, true, true, true]);
  expect(earlier.map((version) => isAtLeast(version, bound))).toEqual([false, false, false]);
});
