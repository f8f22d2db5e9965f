import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { refuseUnplanned, rememberPlanned } from '../../shared/pipeline/planned-targets.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';

const HOME = { accountId: '111111111111', region: 'eu-west-1' };
const LISTED = { accountId: '222222222222', region: 'eu-west-1' };
const MEMBER = { accountId: '333333333333', region: 'eu-west-2' };
const NOW = Date.parse('2026-01-01T00:00:00.000Z');

const ORGANIZATION = {
  from: 'organization',
  organizationalUnits: [],
  tags: {},
  include: [],
  exclude: [],
} as const;

const target = fc.record({
  accountId: fc.oneof(
    fc.constantFrom(HOME.accountId, LISTED.accountId, MEMBER.accountId),
    fc.stringMatching(/^\d{12}$/),
  ),
  region: fc.constantFrom('eu-west-1', 'eu-west-2', 'us-east-1'),
});

const same = (a: typeof HOME, b: typeof HOME): boolean =>
  a.accountId === b.accountId && a.region === b.region;

const refused = async (
  asked: typeof HOME,
  selection: Pick<Parameters<typeof refuseUnplanned>[1], 'accounts' | 'regions'>,
) => {
  const { cache } = createMemoryStateStore();
  await rememberPlanned(cache, [MEMBER], NOW);
  return refuseUnplanned(asked, { ...selection, home: HOME, cache, now: NOW }).then(
    () => false,
    (error: unknown) => (error as { readonly code: string }).code === 'target-not-planned',
  );
};

describe('a message on the queue', () => {
  test('is refused for every target that is neither configured nor planned', async () => {
    await fc.assert(
      fc.asyncProperty(target, async (asked) => {
        const list = { from: 'list', accountIds: [LISTED.accountId] } as const;
        const isPlanned = same(asked, MEMBER);
        expect(await refused(asked, { accounts: list, regions: null })).toBe(
          !isPlanned && !same(asked, LISTED),
        );
        expect(await refused(asked, { accounts: { from: 'self' }, regions: null })).toBe(
          !isPlanned && !same(asked, HOME),
        );
        expect(await refused(asked, { accounts: ORGANIZATION, regions: ['eu-west-1'] })).toBe(!isPlanned);
        expect(await refused(asked, { accounts: list, regions: 'enabled' })).toBe(!isPlanned);
      }),
    );
  });

  test('a planted name that every object has is no planned target', async () => {
    expect(
      await refused({ accountId: 'constructor', region: '' }, { accounts: ORGANIZATION, regions: null }),
    ).toBe(true);
  });
});
