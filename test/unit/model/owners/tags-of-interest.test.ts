import { expect, test } from 'vitest';
import { isTagOfInterest, MAX_PREFIXED_TAGS } from '../../../../shared/model/owners/tags-of-interest.ts';

const OWNED = 'kubernetes.io/cluster/';

test.each([`${OWNED}shop`, 'eks:fargate', 'eks:fargate-profile'])('%s names an owner', (key) => {
  expect(isTagOfInterest(key, {})).toBe(true);
});

// Names are often those of single instances, which would then have nothing in common.
test.each(['team', 'Name', `my-${OWNED}shop`, ''])('"%s" does not', (key) => {
  expect(isTagOfInterest(key, {})).toBe(false);
});

test('tags that begin alike are kept up to a number, whatever else is kept', () => {
  const kept = (count: number) => ({
    team: 'shop',
    ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`${OWNED}${index}`, 'owned'])),
  });
  expect(isTagOfInterest(`${OWNED}one-more`, kept(MAX_PREFIXED_TAGS - 1))).toBe(true);
  expect(isTagOfInterest(`${OWNED}one-more`, kept(MAX_PREFIXED_TAGS))).toBe(false);
  expect(isTagOfInterest('eks:cluster-name', kept(MAX_PREFIXED_TAGS))).toBe(true);
});
