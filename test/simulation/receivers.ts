import { DeliveryError } from '../../shared/notify/delivery-error.ts';
import type { Notifier } from '../../shared/notify/notifier.ts';
import type { Chance } from './chance.ts';
import { type Ledger, nameOf } from './ledger.ts';
import type { Worker } from './worker.ts';

const LATENCY = 2_000;

/** What a destination may do with a message besides taking it. */
const MISBEHAVIOURS = [
  /** Says that it will not have it. */
  'refuses',
  /** Asks to come again later. */
  'is busy',
  /** Never answers, and does not have it. */
  'hangs',
  /** Has it, and never answers. */
  'takes it and hangs',
  /** Has it, and says that it failed. */
  'takes it and complains',
] as const;

type Misbehaviour = (typeof MISBEHAVIOURS)[number];

export const misbehaviour = (value: number): Misbehaviour =>
  MISBEHAVIOURS[Math.floor(value * MISBEHAVIOURS.length)] as Misbehaviour;

export interface ReceiverConditions {
  readonly chance: Chance;
  readonly ledger: Ledger;
  /** What a destination does to everybody for now; `null`: it works. */
  readonly outageOf: (name: string) => Misbehaviour | null;
}

/** The destination `name`, as one process sees it. */
export const receiverFor = (name: string, worker: Worker, conditions: ReceiverConditions): Notifier => ({
  send: (message, signal) =>
    worker.call(LATENCY, async () => {
      const { chance, ledger, outageOf } = conditions;
      const once = chance.fault('send', worker.id, worker.calls);
      const how = outageOf(name) ?? (once === null ? null : misbehaviour(once));
      if (how === null || how.startsWith('takes it')) ledger.received(name, message.transitions);
      if (how === null) return;
      if (how.startsWith('takes it'))
        for (const transition of message.transitions) ledger.disturb(nameOf(transition));
      if (how.endsWith('hangs')) await aborted(signal);
      throw new DeliveryError('refused', `${name} ${how}`, 'Wait.', { permanent: how === 'refuses' });
    }),
});

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
