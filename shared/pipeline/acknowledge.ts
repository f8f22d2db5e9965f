import { acknowledge, withdrawAcknowledgement } from '../alerts/acknowledgement.ts';
import type { Alert } from '../model/alert/alert.ts';
import type { Target } from '../model/aws/inventory.ts';
import { HeadroomError } from '../model/base/errors.ts';
import type { StateStore } from '../state/state-store.ts';
import { storedAlertNumbers } from './alert-numbers.ts';
import { type KeptAlert, keptAlerts, nameOf } from './kept-alerts.ts';

/** Lost races before giving up. Each one lost means that a scan has stored the record in between. */
const ATTEMPTS = 8;

/**
 * The alert of a name: its short number in `headroom alerts` (`3` or `#3`), its key with account and Region, or its key
 * alone where only one account and Region has it.
 *
 * @param now epoch milliseconds
 * @throws HeadroomError `alert-unknown` when no target has such an alert, `alert-ambiguous` when several have one with this key
 */
export const alertNamed = async (store: StateStore, name: string, now: number): Promise<KeptAlert> => {
  const all = await keptAlerts(store);
  const number = /^#?(\d{1,6})$/.exec(name)?.[1];
  const numbers = number === undefined ? null : await storedAlertNumbers(store.cache, now);
  const found = all.filter((kept) =>
    numbers === null
      ? nameOf(kept) === name || kept.alert.key === name
      : numbers.get(nameOf(kept)) === Number(number),
  );
  const [only, ...others] = found;
  if (only === undefined) {
    throw new HeadroomError(
      'alert-unknown',
      `There is no alert ${name.trim() === '' ? 'without a name' : name}.`,
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
  return only;
};

/**
 * Acknowledges an alert, or takes that back (`by: null`). A scan that stores the record at the same time loses nothing:
 * it is read again and acknowledged again.
 *
 * @param name see `alertNamed`
 * @param now epoch milliseconds
 * @throws HeadroomError those of `alertNamed`, `alert-not-firing` when there is nothing to acknowledge,
 *   `alert-contended` when others kept changing it
 */
export const acknowledgeAlert = async (
  store: StateStore,
  name: string,
  by: string | null,
  now: number,
): Promise<KeptAlert> => {
  const { target, alert } = await alertNamed(store, name, now);
  return { target, alert: await change(store, target, alert.key, by, now) };
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
