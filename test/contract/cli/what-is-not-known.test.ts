import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { headroomInProcess } from '../../fixtures/command-in-process.ts';
import { shopFile } from '../../fixtures/plan-command.ts';

interface Estate {
  readonly targets: readonly Record<string, unknown>[];
}

/** The cluster `shop` with some of its records replaced, as a file. */
const shopWith = (changes: (target: Record<string, unknown>) => Record<string, unknown>): string => {
  const estate = JSON.parse(readFileSync(shopFile(), 'utf8')) as Estate;
  const file = join(mkdtempSync(join(tmpdir(), 'headroom-unknown-')), 'estate.json');
  const targets = estate.targets.map((target) => ({ ...target, ...changes(target) }));
  writeFileSync(file, JSON.stringify({ ...estate, targets }));
  return file;
};

/** The first command loads all that the others need: seconds on a busy machine. */
beforeAll(async () => {
  await headroomInProcess(['clusters', '--from', shopFile()]);
}, 60_000);

test('clusters that could not be read are not called none', async () => {
  const failed = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', action: 'Try again.' };
  const file = shopWith(() => ({ interfaces: failed }));
  const { code, out } = await headroomInProcess(['clusters', '--from', file]);
  expect(code).toBe(4);
  expect(out).toContain('No clusters are known: something could not be read.');
  expect(out).not.toContain('EKS lists none');
});

test('findings end with what could not be judged, so that none of them is no all-clear', async () => {
  const file = shopWith(({ instances }) => ({
    instances: (instances as readonly object[]).map((each) => ({ ...each, instanceType: 'm99.mega' })),
  }));
  const { out } = await headroomInProcess(['findings', '--from', file]);
  expect(out).toContain('unknown  shop: Neither the built-in table nor EC2 has the limits of m99.mega.');
});

test('an account without subnets has an answer of owners, and one that could not be read has another', async () => {
  const empty = shopWith(() => ({
    subnets: [],
    interfaces: [],
    instances: [],
    eksClusters: [],
    reservations: {},
  }));
  expect((await headroomInProcess(['owners', '--from', empty])).out).toBe('No subnets found.\n');
  const failed = { code: 'RequestLimitExceeded', message: 'Request limit exceeded.', action: 'Try again.' };
  const { out } = await headroomInProcess(['owners', '--from', shopWith(() => ({ subnets: failed }))]);
  expect(out).toContain('No subnets are known: something could not be read.');
});
