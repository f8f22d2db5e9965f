import type { Alert, Transition } from '../model/alert/alert.ts';
import type { RuleLife } from '../model/alert/policy.ts';

export interface LifecycleSettings extends Omit<RuleLife, 'enabled'> {
  /** Whether anybody wants to hear again of the firing alert at this moment; left out: always. */
  readonly mayRepeat?: (alert: Alert) => boolean;
}

export interface Reduction {
  /** The very object that was handed in when nothing worth storing changed; `null` when there was none and is none. */
  readonly alert: Alert | null;
  /** What people must hear of because of this observation: at most one step. `alert.outbox` holds it already. */
  readonly transitions: readonly Transition[];
}
