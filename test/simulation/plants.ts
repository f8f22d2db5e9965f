import { readInterfacePage } from '../../shared/inventory/page-reader/interface-page.ts';
import { MalformedAnswerError } from '../../shared/model/aws/aws-failure.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
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

/** Defects of the reader: scans of a run that reads every listing from XML. */
export const READER_PLANTS: Readonly<Record<string, Planted>> = {
  'a listing that was cut off is taken for a whole one': {
    breaks: 'all-clear by blindness',
    plants: {
      read: async (body, handOver) => {
        try {
          return await readInterfacePage(body, handOver);
        } catch (error) {
          if (!(error instanceof HeadroomError) && !(error instanceof MalformedAnswerError)) throw error;
          return undefined;
        }
      },
    },
  },
  'the second page is not asked for': {
    breaks: 'all-clear by blindness',
    plants: {
      read: async (body, handOver) => {
        await readInterfacePage(body, handOver);
        return undefined;
      },
    },
  },
};

let calls = 0;

/** Defects between the SDK and the scan: scans of a run that reads everything by the SDK. */
export const SDK_PLANTS: Readonly<Record<string, Planted>> = {
  'a list of subnets that was refused counts as an empty one': {
    breaks: 'all-clear by blindness',
    plants: {
      inventory: (inventory) => ({
        ...inventory,
        subnets: (scope) =>
          inventory.subnets(scope).catch((error: unknown) => {
            if (!(error instanceof HeadroomError)) throw error;
            return [];
          }),
      }),
    },
  },
  'one list of subnets in five has lost its first page': {
    breaks: 'all-clear by blindness',
    plants: {
      inventory: (inventory) => ({
        ...inventory,
        subnets: async (scope) => {
          const subnets = await inventory.subnets(scope);
          calls += 1;
          return calls % 5 === 0 ? subnets.slice(1) : subnets;
        },
      }),
    },
  },
  'interfaces that were refused count as free addresses': {
    breaks: 'all-clear by blindness',
    plants: {
      inventory: (inventory) => ({
        ...inventory,
        eachInterface: (scope, receive) =>
          inventory.eachInterface(scope, receive).catch((error: unknown) => {
            if (!(error instanceof HeadroomError)) throw error;
          }),
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
