import type { Violation } from './ledger.ts';
import type { Plants } from './simulation.ts';

interface Planted {
  readonly plants: Plants;
  /** The rule that it breaks. */
  readonly breaks: Violation['rule'];
}

/** Defects that a change could bring in, each made on purpose. */
export const PLANTS: Readonly<Record<string, Planted>> = {
  'an outbox that is not kept': {
    breaks: 'lost',
    plants: {
      store: (alerts) => ({
        ...alerts,
        commit: (target, alert, version) => alerts.commit(target, { ...alert, outbox: [] }, version),
      }),
    },
  },
  'a resolve on unknown': {
    breaks: 'all-clear by blindness',
    plants: {
      observations: (observations) =>
        observations.map((observation) =>
          observation.raise === null ? { ...observation, raise: 'ok', hold: 'ok' } : observation,
        ),
    },
  },
  'a double send': {
    breaks: 'sent again',
    plants: {
      notifier: (notifier) => ({
        send: async (message, signal) => {
          await notifier.send(message, signal);
          await notifier.send(message, signal);
        },
      }),
    },
  },
};

/** Those that show only where two runs overlap. */
export const RARE_PLANTS: Readonly<Record<string, Planted>> = {
  'a claim that the next run does not see': {
    breaks: 'sent again',
    plants: {
      store: (alerts) => ({
        ...alerts,
        list: async (target) =>
          (await alerts.list(target)).map(({ alert, version }) => ({
            version,
            alert: {
              ...alert,
              outbox: alert.outbox.map((entry) => ({ ...entry, claimedBy: null, claimedUntil: null })),
            },
          })),
      }),
    },
  },
};
