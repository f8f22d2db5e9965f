import { expect, test } from 'vitest';

test('the tests run on Node 24, the runtime that is deployed, and not on whatever the machine has', () => {
  expect(process.versions.node.split('.')[0]).toBe('24');
});
