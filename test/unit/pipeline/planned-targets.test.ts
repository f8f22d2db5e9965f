import { describe, expect, test } from 'vitest';
import type { ResolvedTargets } from '../../../shared/inventory/targets.ts';
import { HeadroomError } from '../../../shared/model/base/errors.ts';
import { targetName } from '../../../shared/model/result/identity.ts';
import type { PlannedTarget } from '../../../shared/model/target/target-selection.ts';
import { rememberPlanned, resolveOrRemember } from '../../../shared/pipeline/planned-targets.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';

const HOME = { accountId: '111111111111', region: 'eu-west-1' };
const NOW = Date.parse('2026-01-01T00:00:00.000Z');
const DENIED = { code: 'access-denied', message: 'Denied', action: 'Allow it.' };

const target = (accountId: string, region = 'eu-west-1'): PlannedTarget => ({
  accountId,
  region,
  accountName: null,
  roleArn: null,
});

const resolveAfter = async (
  planned: readonly PlannedTarget[],
  resolve: () => Promise<ResolvedTargets>,
): Promise<ResolvedTargets> => {
  const { cache } = createMemoryStateStore();
  await rememberPlanned(cache, planned, NOW);
  return resolveOrRemember({ resolve, cache, home: HOME, roleArnOf: () => null, now: NOW });
};

const namesOf = ({ targets }: ResolvedTargets): readonly string[] =>
  targets.map((each) => `${targetName(each)}${each.doubt === undefined ? '' : ' in doubt'}`);

describe('the targets of a plan', () => {
  test('are those that AWS lists', async () => {
    const resolved = { targets: [target('111111111111')], unresolved: [] };
    expect(await resolveAfter([target('222222222222')], async () => resolved)).toEqual(resolved);
  });

  test('are those of the last plan where the accounts cannot be listed, and that is reported', async () => {
    const refused = new HeadroomError('access-denied', 'Denied', 'Allow it.');
    const resolved = await resolveAfter([target('111111111111'), target('222222222222')], () =>
      Promise.reject(refused),
    );
    expect(namesOf(resolved)).toEqual(['111111111111/eu-west-1', '222222222222/eu-west-1']);
    expect(resolved.unresolved).toEqual([{ accountId: HOME.accountId, problem: DENIED }]);
  });

  test('is unknown when nothing was ever planned', async () => {
    const refused = new HeadroomError('access-denied', 'Denied', 'Allow it.');
    await expect(resolveAfter([], () => Promise.reject(refused))).rejects.toBe(refused);
  });

  test('include the known Regions of an account whose Regions cannot be listed, in doubt', async () => {
    const planned = [target('222222222222'), target('222222222222', 'us-east-1')];
    const unresolved = [{ accountId: '222222222222', problem: DENIED }];
    expect(
      namesOf(await resolveAfter(planned, async () => ({ targets: [target('111111111111')], unresolved }))),
    ).toEqual([
      '111111111111/eu-west-1',
      '222222222222/eu-west-1 in doubt',
      '222222222222/us-east-1 in doubt',
    ]);
  });

  test('include an account that never had a Region in the one of the credentials', async () => {
    const unresolved = [{ accountId: '222222222222', problem: DENIED }];
    expect(namesOf(await resolveAfter([], async () => ({ targets: [], unresolved })))).toEqual([
      '222222222222/eu-west-1 in doubt',
    ]);
  });

  test('do not include an account that is not in the organization', async () => {
    const unresolved = [{ accountId: '222222222222', problem: { ...DENIED, code: 'account-unavailable' } }];
    expect(namesOf(await resolveAfter([], async () => ({ targets: [], unresolved })))).toEqual([]);
  });

  test('are those that AWS lists where the store cannot be read', async () => {
    const { cache } = createMemoryStateStore();
    const get = () => Promise.reject(new HeadroomError('state-unavailable', 'Gone', 'Look.'));
    const resolved = { targets: [target('111111111111')], unresolved: [] };
    expect(
      await resolveOrRemember({
        resolve: async () => resolved,
        cache: { ...cache, get },
        home: HOME,
        roleArnOf: () => null,
        now: NOW,
      }),
    ).toEqual(resolved);
  });
});
