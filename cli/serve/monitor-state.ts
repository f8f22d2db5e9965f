import type { Target } from '../../shared/model/aws/inventory.ts';
import type { Problem } from '../../shared/model/base/errors.ts';
import { attempt } from '../../shared/pipeline/attempt.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';
import type { StateStore } from '../../shared/state/state-store.ts';

/** Where the alerts about the monitor itself are kept in this run. */
export interface MonitorStore {
  readonly store: StateStore;
  /** Why it is not the state file; `null`: it is. */
  readonly problem: Problem | null;
}

/** The entry that shows that the file can be written; kept for an hour. */
const PROBE_KEY = 'serve-writes';
const PROBE_MILLISECONDS = 3_600_000;

/**
 * Alerts about the monitor itself must go out even when the state file cannot be used, because it is corrupt, locked,
 * read-only or on a full disk. They are then kept in memory: a restart announces them once more.
 */
export class MonitorState {
  readonly #memory = createMemoryStateStore();

  async choose(file: StateStore, home: Target, now: number): Promise<MonitorStore> {
    const problems: Problem[] = [];
    await attempt(problems, async () => {
      await file.cache.put(PROBE_KEY, now, now + PROBE_MILLISECONDS);
      await file.alerts.list(home);
    });
    const [problem] = problems;
    return problem === undefined ? { store: file, problem: null } : { store: this.#memory, problem };
  }

  /** Where alerts that were kept in memory can end, now that the file works again; `null`: there are none. */
  async left(file: StateStore, home: Target): Promise<StateStore | null> {
    const kept = await this.#memory.alerts.list(home);
    const isOver = kept.every(({ alert }) => alert.status === 'resolved' && alert.outbox.length === 0);
    return isOver ? null : { ...this.#memory, assessments: file.assessments };
  }
}
