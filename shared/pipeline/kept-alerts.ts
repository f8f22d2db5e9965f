import type { Alert } from '../model/alert/alert.ts';
import type { Target } from '../model/aws/inventory.ts';
import { identityOf } from '../model/result/identity.ts';
import type { StateStore } from '../state/state-store.ts';

/** An alert, and the target under which it is kept. */
export interface KeptAlert {
  readonly target: Target;
  readonly alert: Alert;
}

/**
 * Every alert of every target that was ever scanned, by target, then key. Those of the monitor itself are among them where
 * the account and Region that it runs in are scanned.
 */
export const keptAlerts = async (store: StateStore): Promise<readonly KeptAlert[]> => {
  const targets = (await store.assessments.targets()).map(({ target }) => target);
  const kept = await Promise.all(
    targets.map(async (target) =>
      (await store.alerts.list(target)).map(({ alert }): KeptAlert => ({ target, alert })),
    ),
  );
  return kept.flat().toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
};

/** What names an alert in the whole organization. */
export const nameOf = ({ target, alert }: KeptAlert): string =>
  identityOf({ key: alert.key, subject: target });
