import type { PodRhythm, TypeRhythm } from '../result/pod-rhythm.ts';

/** A week has every weekday. Two windows are kept, so that the advice always knows one week at least. */
const WINDOW = 7 * 24 * 3_600_000;

/** One node of a scan: its pods now, and in the scan before; `null`: it was not there. */
export interface NodeStep {
  readonly instanceType: string;
  readonly now: number;
  readonly before: number | null;
}

const NOTHING: TypeRhythm = { seen: [], rises: [], changes: 0 };

/**
 * Adds one scan to what is remembered. Of all rises to one number of pods only the largest is kept: whatever serves that one
 * serves the others. The first sight of a node is no rise, since its pods start while the CNI fills the node.
 *
 * @param at epoch milliseconds
 */
export const withScan = (past: PodRhythm | null, steps: readonly NodeStep[], at: number): PodRhythm => {
  const isOver = past !== null && at - Date.parse(past.since) >= WINDOW;
  const window = past === null || isOver ? null : past;
  const types = new Map(Object.entries(window?.types ?? {}));
  for (const [type, own] of Map.groupBy(steps, ({ instanceType }) => instanceType)) {
    types.set(type, grown(types.get(type) ?? NOTHING, own));
  }
  return {
    since: window?.since ?? new Date(at).toISOString(),
    until: new Date(at).toISOString(),
    types: Object.fromEntries(types),
    before: isOver ? { since: past.since, types: past.types } : (past?.before ?? null),
  };
};

const grown = ({ seen, rises, changes }: TypeRhythm, steps: readonly NodeStep[]): TypeRhythm => {
  const times = new Map(seen);
  const lowest = new Map(rises);
  let changed = 0;
  for (const { before, now } of steps) {
    times.set(now, (times.get(now) ?? 0) + 1);
    if (before === null || before === now) continue;
    changed += 1;
    if (now > before) lowest.set(now, Math.min(lowest.get(now) ?? before, before));
  }
  return { seen: inOrder(times), rises: inOrder(lowest), changes: changes + changed };
};

const inOrder = (counts: ReadonlyMap<number, number>): [number, number][] =>
  [...counts].toSorted(([a], [b]) => a - b);

/** Both windows as one, by instance type. */
export const wholeRhythm = ({ types, before }: PodRhythm): ReadonlyMap<string, TypeRhythm> => {
  const whole = new Map(Object.entries(before?.types ?? {}));
  for (const [type, rhythm] of Object.entries(types)) {
    const other = whole.get(type) ?? NOTHING;
    const seen = new Map(other.seen);
    for (const [pods, times] of rhythm.seen) seen.set(pods, (seen.get(pods) ?? 0) + times);
    const rises = new Map(other.rises);
    for (const [to, from] of rhythm.rises) rises.set(to, Math.min(rises.get(to) ?? from, from));
    whole.set(type, {
      seen: inOrder(seen),
      rises: inOrder(rises),
      changes: other.changes + rhythm.changes,
    });
  }
  return whole;
};
