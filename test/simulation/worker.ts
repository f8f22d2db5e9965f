import { HeadroomError } from '../../shared/model/base/errors.ts';
import type { Timer } from '../../shared/notify/deadline.ts';
import type { Chance } from './chance.ts';
import type { Time } from './time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Lambda ends a function after this time. */
const LIFETIME = 5 * MINUTE;

/** At which of its calls something happens to a process: it makes about this many. */
const CALLS = 9;

interface Mishap {
  readonly at: number;
  readonly shape: number;
}

const mishap = (value: number | null): Mishap | null =>
  value === null ? null : { at: 1 + Math.floor(value * CALLS), shape: (value * CALLS) % 1 };

/** One run of a function: every call that it makes of the world is an await at which it can be delayed, misled or killed. */
export class Worker {
  /** Its number among the runs: faults are asked by it. */
  readonly id: number;
  readonly #time: Time;
  readonly #chance: Chance;
  readonly #kill: Mishap | null;
  readonly #stall: Mishap | null;
  readonly #jump: Mishap | null;
  readonly #timers = new Set<() => void>();
  #calls = 0;
  #isDead = false;
  #offset = 0;
  #end: (outcome: 'killed') => void = () => {};
  /** Resolves when it is killed. */
  readonly killed: Promise<'killed'>;

  readonly #disturbed: (id: number) => void;

  constructor(id: number, time: Time, chance: Chance, disturbed: (id: number) => void) {
    this.#disturbed = disturbed;
    this.id = id;
    this.#time = time;
    this.#chance = chance;
    this.#kill = mishap(chance.fault('kill', id));
    this.#stall = mishap(chance.fault('stall', id));
    this.#jump = mishap(chance.fault('clock', id));
    this.killed = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  get calls(): number {
    return this.#calls;
  }

  readonly clock = (): number => this.#time.now + this.#offset;

  readonly timer: Timer = (milliseconds, elapsed) => {
    const cancel = this.#time.in(milliseconds, () => {
      this.#timers.delete(cancel);
      elapsed();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  };

  async work(job: () => Promise<void>): Promise<'done' | 'failed' | 'killed'> {
    const cancel = this.#time.in(LIFETIME, () => this.die());
    const outcome = await Promise.race([
      this.killed,
      job().then(
        () => 'done' as const,
        (error: unknown) => {
          if (!(error instanceof HeadroomError)) throw error;
          return 'failed' as const;
        },
      ),
    ]);
    cancel();
    return outcome;
  }

  /** One call of the world. What it does to the world happens at the end of its time, also when the caller died meanwhile. */
  async call<Answer>(longest: number, happens: () => Promise<Answer>): Promise<Answer> {
    if (this.#isDead) return forEver();
    this.#calls += 1;
    const call = this.#calls;
    if (call === this.#jump?.at) {
      this.#disturbed(this.id);
      this.#offset = this.#jump.shape < 0.5 ? HOUR : -HOUR;
    }
    let wait = 1 + Math.floor(this.#chance.number(200, this.id, call) * longest);
    if (call === this.#stall?.at) {
      this.#disturbed(this.id);
      wait += (1 + 9 * this.#stall.shape) * MINUTE;
    }
    const kill = call === this.#kill?.at ? this.#kill.shape : null;
    // Killed before the call is on its way, while it is, or once it has been made.
    if (kill !== null && kill < 0.34) return this.#died();
    if (kill !== null && kill < 0.67) this.die();
    await this.#time.wait(wait);
    const answer = happens();
    if (kill !== null) this.die();
    if (this.#isDead) {
      answer.catch(() => {});
      return forEver();
    }
    return answer;
  }

  #died(): Promise<never> {
    this.die();
    return forEver();
  }

  die(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#disturbed(this.id);
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#end('killed');
  }
}

/** What a dead process waits for. */
const forEver = (): Promise<never> => new Promise(() => {});
