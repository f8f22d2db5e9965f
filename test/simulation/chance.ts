/**
 * Chance from one seed, asked by name: the same question gets the same answer, whatever was asked before it. So a run
 * replays exactly, and a fault can be taken out of a run without changing the others.
 */

/** How often each kind of thing happens, for each time that it could. */
const RATES = {
  /** A subnet's supply changes its level, for each tick. */
  level: 0.06,
  /** A scan sees nothing, or not everything. */
  blind: 0.03,
  /** A target is taken out of the selection, or a subnet deleted, for each tick. */
  goes: 0.0008,
  /** One that went is there again, for each tick. */
  comesBack: 0.02,
  queueLoses: 0.004,
  queueRepeats: 0.01,
  queueIsLate: 0.01,
  /** A plan cannot put its requests on the queue. */
  queueRefuses: 0.003,
  /** A process ends at one of its awaits. */
  kill: 0.012,
  /** A process' clock is an hour off, from one of its awaits on. */
  clock: 0.002,
  /** A process stands still for minutes at one of its awaits. */
  stall: 0.002,
  storeConflicts: 0.003,
  storeRefuses: 0.003,
  /** The store does as asked, and the answer is lost. */
  answerIsLost: 0.002,
  /** The store refuses everything for hours, for each tick. */
  storeOutage: 0.0003,
  /** The store forgets everything, for each tick. */
  stateLoss: 0.0002,
  /** One send goes wrong, in the way of an outage. */
  send: 0.01,
  /** A destination goes wrong for hours, for each tick. */
  destinationOutage: 0.001,
} as const;

export type FaultKind = keyof typeof RATES;

const KINDS = Object.keys(RATES) as FaultKind[];
const CODES = Object.fromEntries(KINDS.map((kind, index) => [kind, index + 1])) as Record<FaultKind, number>;

/** One thing that happened: its kind, and what it happened to. */
export type Fault = readonly [kind: FaultKind, one: number, other: number];

export const faultName = (fault: Fault): string => fault.join('/');

export interface ChanceOptions {
  /** Only these faults happen: a recorded history. */
  readonly only?: readonly Fault[];
  /** Notes the faults that happen. */
  readonly record?: boolean;
  /** How often some kinds of things happen, for defects that only they bring out. */
  readonly rates?: Readonly<Partial<Record<FaultKind, number>>>;
}

export class Chance {
  readonly #seed: number;
  /** The faults that may happen; `null`: whatever the seed says. */
  readonly #only: ReadonlySet<string> | null;
  readonly #happened: Fault[] | null;
  readonly #rates: Readonly<Record<FaultKind, number>>;
  /** At rest nothing goes wrong. */
  isQuiet = false;

  constructor(seed: number, options: ChanceOptions = {}) {
    this.#seed = seed;
    this.#only = options.only === undefined ? null : new Set(options.only.map(faultName));
    this.#happened = options.record === true ? [] : null;
    this.#rates = { ...RATES, ...options.rates };
  }

  get happened(): readonly Fault[] {
    return this.#happened ?? [];
  }

  /** A number in [0, 1) that shapes what happens; `null`: it does not happen. */
  fault(kind: FaultKind, one: number, other = 0): number | null {
    if (this.isQuiet) return null;
    const code = CODES[kind];
    if (this.number(code, one, other) >= this.#rates[kind]) return null;
    if (this.#only !== null && !this.#only.has(faultName([kind, one, other]))) return null;
    this.#happened?.push([kind, one, other]);
    return this.number(code + 100, one, other);
  }

  /** A number in [0, 1) of its own for each question. */
  number(code: number, one: number, other: number): number {
    let mixed = Math.imul(this.#seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(code + 1, 0xc2b2ae35);
    mixed = scrambled(mixed ^ Math.imul(one + 0x7f4a7c15, 0x27d4eb2f));
    mixed = scrambled(mixed ^ Math.imul(other + 0x165667b1, 0x9e3779b1));
    return (mixed >>> 0) / 4_294_967_296;
  }
}

/** The finaliser of MurmurHash3 (public domain). */
const scrambled = (value: number): number => {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
};
