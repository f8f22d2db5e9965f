import { acknowledge, withdrawAcknowledgement } from '../alerts/acknowledgement.ts';
import type { Alert } from '../model/alert/alert.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';
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

/** Lost races before giving up. Each one lost means that a scan has stored the record in between. */
const ATTEMPTS = 8;

/**
 * Acknowledges an alert, or takes that back (`by: null`). It is named as \`headroom alerts\` names it; its key is enough where
 * only one account and Region has it. A scan that stores the record at
 * the same time loses nothing: it is read again and acknowledged again.
 *
 * @param now epoch milliseconds
 * @throws HeadroomError `alert-unknown` when no target has such an alert, `alert-ambiguous` when several have one with this key, `alert-not-firing` when there is nothing to
 *   acknowledge, `alert-contended` when others kept changing it
 */
export const acknowledgeAlert = async (
  store: StateStore,
  name: string,
  by: string | null,
  now: number,
): Promise<KeptAlert> => {
  const found = (await keptAlerts(store)).filter((kept) => nameOf(kept) === name || kept.alert.key === name);
  const [only, ...others] = found;
  if (only === undefined) {
    throw new HeadroomError(
      'alert-unknown',
      `There is no alert ${name}.`,
      'List them with `headroom alerts`; an alert that is over for a week is forgotten.',
    );
  }
  if (others.length > 0) {
    throw new HeadroomError(
      'alert-ambiguous',
      `${found.length} accounts and Regions have an alert ${name}: ${found.map(nameOf).join(', ')}.`,
      'Name the one that is meant with its account and Region.',
    );
  }
  return { target: only.target, alert: await change(store, only.target, only.alert.key, by, now) };
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
