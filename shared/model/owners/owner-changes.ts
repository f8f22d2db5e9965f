import { elementAt } from '../base/element-at.ts';
import type { OwnerChange, OwnerChanges } from '../result/owner-changes.ts';
import type { OwnerUsage } from '../result/owner-usage.ts';

/** Changes are kept this long: a surge is judged by its last 90 minutes, and a drain by hours. */
const KEPT_MILLISECONDS = 3 * 3_600_000;

/** Scans of the same quarter of an hour share one entry. */
const ENTRY_MILLISECONDS = 15 * 60_000;

/** The owners of one entry that changed most; the others are summed up. So a subnet keeps a hundred small records at most. */
export const OWNERS_OF_ENTRY = 6;

/** What is left of the others when the largest changes are named. */
const OTHERS = 'others';

interface Seen {
  readonly at: number;
  /** `null`: the owners are not known. */
  readonly owners: readonly OwnerUsage[] | null;
}

/**
 * Adds what changed since the last scan to the changes that are kept, and lets the oldest go. Times are epoch milliseconds.
 * Where the owners of either scan are not known, the time between them is marked as unknown.
 */
export const withChanges = (
  kept: readonly OwnerChanges[],
  before: Seen | null,
  now: Seen,
): readonly OwnerChanges[] => {
  const young = kept.filter(({ to }) => Date.parse(to) > now.at - KEPT_MILLISECONDS);
  if (before === null || before.at >= now.at || before.at <= now.at - KEPT_MILLISECONDS) return young;
  const changes = changesBetween(before.owners, now.owners);
  if (changes?.length === 0) return young;
  const entry = {
    from: new Date(before.at).toISOString(),
    to: new Date(now.at).toISOString(),
    changes: changes === null ? null : largest(changes),
  };
  const last = young.at(-1);
  return last !== undefined && now.at - Date.parse(last.from) <= ENTRY_MILLISECONDS
    ? [...young.slice(0, -1), joined(last, entry)]
    : [...young, entry];
};

/** Who took how many addresses since a moment, on balance, the most first; `null` where some of that time is unknown, or nothing is kept. */
export const takenSince = (kept: readonly OwnerChanges[], since: number): readonly OwnerChange[] | null => {
  const within = kept.filter(({ to }) => Date.parse(to) > since);
  if (within.length === 0) return null;
  const sums: OwnerChange[] = [];
  for (const { changes } of within) {
    if (changes === null) return null;
    sums.push(...changes);
  }
  return summed(sums)
    .filter(({ addresses }) => addresses > 0)
    .toSorted((a, b) => b.addresses - a.addresses);
};

const changesBetween = (
  before: readonly OwnerUsage[] | null,
  now: readonly OwnerUsage[] | null,
): readonly OwnerChange[] | null => {
  if (before === null || now === null) return null;
  const given = before.map(({ kind, name, addresses }) => ({ kind, name, addresses: -addresses }));
  return summed([...now, ...given]);
};

/** One entry for each owner, without those that come to nothing. */
const summed = (changes: readonly OwnerChange[]): readonly OwnerChange[] =>
  [...Map.groupBy(changes, ({ kind, name }) => JSON.stringify([kind, name])).values()]
    .map((same) => {
      const { kind, name } = elementAt(same, 0);
      return { kind, name, addresses: same.reduce((total, each) => total + each.addresses, 0) };
    })
    .filter(({ addresses }) => addresses !== 0);

const largest = (changes: readonly OwnerChange[]): readonly OwnerChange[] => {
  const named = changes
    .filter(({ kind }) => kind !== OTHERS)
    .toSorted((a, b) => Math.abs(b.addresses) - Math.abs(a.addresses));
  const rest = [...named.slice(OWNERS_OF_ENTRY), ...changes.filter(({ kind }) => kind === OTHERS)];
  const others = rest.reduce((total, { addresses }) => total + addresses, 0);
  return [
    ...named.slice(0, OWNERS_OF_ENTRY),
    ...(others === 0 ? [] : [{ kind: OTHERS, name: null, addresses: others }]),
  ];
};

const joined = (first: OwnerChanges, second: OwnerChanges): OwnerChanges => ({
  from: first.from,
  to: second.to,
  changes:
    first.changes === null || second.changes === null
      ? null
      : largest(summed([...first.changes, ...second.changes])),
});
