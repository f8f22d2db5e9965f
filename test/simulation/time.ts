/** Simulated time: everything that takes time is an event, and one event happens after the other. */
export class Time {
  now: number;
  #order = 0;
  readonly #events: Event[] = [];
  #real: Promise<unknown> | null = null;

  constructor(start: number) {
    this.now = start;
  }

  /** @returns what takes the event back. */
  in(milliseconds: number, happens: () => void): () => void {
    const event: Event = { at: this.now + milliseconds, order: this.#order, happens };
    this.#order += 1;
    this.#push(event);
    return () => {
      event.happens = null;
    };
  }

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      this.in(milliseconds, resolve);
    });
  }

  /** Work that Node does in its own time, while simulated time stands still: what comes next waits for it. */
  async standing<Result>(work: Promise<Result>): Promise<Result> {
    this.#real = Promise.allSettled([this.#real, work]);
    return work;
  }

  /** Lets everything happen up to this moment. What an event sets off at once is done before the next event. */
  async until(moment: number): Promise<void> {
    for (;;) {
      const next = this.#events[0];
      if (next === undefined || next.at > moment) break;
      this.#pop();
      if (next.happens === null) continue;
      this.now = next.at;
      next.happens();
      await settled();
      while (this.#real !== null) {
        const real = this.#real;
        await real;
        if (this.#real === real) this.#real = null;
        await settled();
      }
    }
    this.now = moment;
  }

  // A binary heap: the earliest event first, and of several at one moment the one that was planned first.
  #push(event: Event): void {
    const events = this.#events;
    let index = events.length;
    events.push(event);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = events[parent] as Event;
      if (!isBefore(event, above)) break;
      events[index] = above;
      index = parent;
    }
    events[index] = event;
  }

  #pop(): void {
    const events = this.#events;
    const last = events.pop() as Event;
    if (events.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= events.length) break;
      if (child + 1 < events.length && isBefore(events[child + 1] as Event, events[child] as Event))
        child += 1;
      if (!isBefore(events[child] as Event, last)) break;
      events[index] = events[child] as Event;
      index = child;
    }
    events[index] = last;
  }
}

interface Event {
  readonly at: number;
  readonly order: number;
  /** `null`: it was taken back. */
  happens: (() => void) | null;
}

const isBefore = (one: Event, other: Event): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/**
 * Resolves once no promise has anything left to do. Node runs the callbacks of `nextTick` after the jobs of promises, but before
 * them where it is called outside of such a job: from the handler of a message to a thread, for example. So one comes first.
 */
export const settled = (): Promise<void> =>
  Promise.resolve().then(
    () =>
      new Promise<void>((resolve) => {
        process.nextTick(resolve);
      }),
  );
