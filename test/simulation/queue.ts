import type { ScanRequest } from '../../shared/pipeline/scan-request.ts';
import type { Chance } from './chance.ts';
import type { Time } from './time.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** As the deployment sets them: how long a message that was received stays hidden, and how often it is handed out. */
const VISIBILITY = 30 * MINUTE;
const RECEIVES = 3;
/** A message that waited this long is dropped. */
const RETENTION = 2 * 60 * MINUTE;

interface Message {
  readonly request: ScanRequest;
  readonly sentAt: number;
  receives: number;
}

/** SQS: hands every message out at least once, in any order, now and then twice or late, and rarely not at all. */
export class Queue {
  deadLetters = 0;
  #sent = 0;
  readonly #time: Time;
  readonly #chance: Chance;
  readonly #receive: (request: ScanRequest) => Promise<'done' | 'failed' | 'killed'>;

  constructor(
    time: Time,
    chance: Chance,
    receive: (request: ScanRequest) => Promise<'done' | 'failed' | 'killed'>,
  ) {
    this.#time = time;
    this.#chance = chance;
    this.#receive = receive;
  }

  send(request: ScanRequest): void {
    this.#sent += 1;
    const number = this.#sent;
    if (this.#chance.fault('queueLoses', number) !== null) return;
    const message: Message = { request, sentAt: this.#time.now, receives: 0 };
    const late = this.#chance.fault('queueIsLate', number);
    const delay = late === null ? this.#chance.number(300, number, 0) * 10 * SECOND : late * 40 * MINUTE;
    this.#handOut(message, delay);
    const repeat = this.#chance.fault('queueRepeats', number);
    if (repeat !== null) this.#handOut({ ...message }, delay + repeat * repeat * MINUTE);
  }

  #handOut(message: Message, delay: number): void {
    this.#time.in(delay, () => {
      if (this.#time.now - message.sentAt > RETENTION) return;
      if (message.receives === RECEIVES) {
        this.deadLetters += 1;
        return;
      }
      message.receives += 1;
      const receivedAt = this.#time.now;
      void this.#receive(message.request).then((outcome) => {
        if (outcome !== 'done') this.#handOut(message, Math.max(0, receivedAt + VISIBILITY - this.#time.now));
      });
    });
  }
}
