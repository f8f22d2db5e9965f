import { acknowledge, withdrawAcknowledgement } from '../alerts/acknowledgement.ts';
import type { Alert } from '../model/alert/alert.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';
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
  const nameOf = ({ target, alert }: KeptAlert): string =>
    `${target.accountId}/${target.region}/${alert.key}`;
  return kept.flat().toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
};

/** Lost races before giving up. Each one lost means that a scan has stored the record in between. */
const ATTEMPTS = 8;

/**
 * Acknowledges an alert by its key, wherever it is kept, or takes that back (`by: null`). A scan that stores the record at
 * the same time loses nothing: it is read again and acknowledged again.
 *
 * @param now epoch milliseconds
 * @throws HeadroomError `alert-unknown` when no target has such an alert, `alert-not-firing` when there is nothing to
 *   acknowledge, `alert-contended` when others kept changing it
 */
export const acknowledgeAlert = async (
  store: StateStore,
  key: string,
  by: string | null,
  now: number,
): Promise<KeptAlert> => {
  const found = (await keptAlerts(store)).filter(({ alert }) => alert.key === key);
  const [only, ...others] = found;
  if (only === undefined) {
    throw new HeadroomError(
      'alert-unknown',
      `There is no alert ${key}.`,
      'List them with `headroom alerts`; an alert that is over for a week is forgotten.',
    );
  }
  if (others.length > 0) {
    // A subnet that is shared between accounts has an alert in each of them.
    for (const { target } of others) await change(store, target, key, by, now);
  }
  return { target: only.target, alert: await change(store, only.target, key, by, now) };
};

const change = async (
  { alerts }: StateStore,
  target: Target,
  key: string,
  by: string | null,
  now: number,
): Promise<Alert> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const stored = await alerts.read(target, key);
    if (stored === null) break;
    const alert = by === null ? withdrawAcknowledgement(stored.alert) : acknowledge(stored.alert, by, now);
    if ((await alerts.commit(target, alert, stored.version)) !== 'conflict') return alert;
  }
  throw new HeadroomError(
    'alert-contended',
    `The alert ${key} could not be stored: other runs changed it first, ${ATTEMPTS} times running`,
    'Try again.',
  );
};
