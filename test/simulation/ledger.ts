import { destinationsFor } from '../../shared/alerts/routing.ts';
import {
  type Alert,
  type AlertLevel,
  compareLevel,
  type Transition,
} from '../../shared/model/alert/alert.ts';
import type { Route } from '../../shared/model/alert/policy.ts';
import type { Target } from '../../shared/model/aws/inventory.ts';

/** A rule that a run broke. */
export interface Violation {
  readonly rule: 'lost' | 'sent again' | 'out of order' | 'all-clear by blindness' | 'not at rest';
  readonly what: string;
}

/** One step of an alert that was stored, and who has heard of it. */
interface Entry {
  transition: Transition;
  recipients: readonly string[];
  readonly received: Map<string, number>;
  /** How many faults there were that may make a recipient get it once more. */
  faults: number;
}

/** Tells what happens to an alert, for people who look for a defect. */
export type Trace = ((name: string, what: string) => void) | null;

/** The keys of the monitor's own alerts are the same in every target. */
export const nameOf = ({ key, subject }: Pick<Alert, 'key' | 'subject'>): string => nameIn(subject, key);

export const nameIn = ({ accountId }: Pick<Target, 'accountId'>, key: string): string =>
  `${accountId}/${key}`;

/** Whether a run may say that an alert is milder than before. */
export type Permit = (workerId: number, key: string, level: AlertLevel) => boolean;

/**
 * What must be true of alerts and messages, held against what is. It sees every record that is stored and every message
 * that arrives, and knows nothing of how the pipeline works.
 */
export class Ledger {
  readonly violations: Violation[] = [];
  transitions = 0;
  messages = 0;
  repeated = 0;
  readonly #entries = new Map<string, Map<string, Entry>>();
  readonly #heard = new Map<string, Transition>();
  readonly #claims = new Map<number, Set<string>>();
  readonly #disturbed = new Set<number>();
  readonly #routes: readonly Route[];
  readonly #permit: Permit;

  readonly #trace: Trace;

  constructor(routes: readonly Route[], permit: Permit, trace: Trace) {
    this.#routes = routes;
    this.#permit = permit;
    this.#trace = trace;
  }

  /** A record was stored: what the pipeline handed over, and what the store holds since. */
  stored(workerId: number, before: Alert | null, intended: Alert, stored: Alert | null): void {
    const name = nameOf(intended);
    this.#trace?.(name, `run ${workerId} stores ${inShort(intended)}`);
    const entries = this.#entriesOf(name);
    for (const { transition, claimedBy } of intended.outbox) {
      if (claimedBy === `run-${workerId}`) this.#claim(workerId, name);
      const known = entries.get(transition.id);
      if (known === undefined) this.#announce(workerId, before, transition, entries);
      else if (known.transition !== transition) this.#reword(known, transition);
    }
    if (stored === null) return;
    const waiting = new Map(stored.outbox.map((entry) => [entry.transition.id, entry]));
    for (const [id, entry] of entries) {
      if (waiting.has(id)) continue;
      if (isComplete(entry)) continue;
      if (isCollapsed(entry, before, entries, stored)) entries.delete(id);
      else
        this.#violation(
          'lost',
          `${id} of ${name} is in no outbox, and ${missing(entry).join(', ')} never got it`,
        );
    }
  }

  received(recipient: string, transitions: readonly Transition[]): void {
    this.messages += 1;
    for (const { id, key, subject } of transitions) {
      const name = nameOf({ key, subject });
      const entry = this.#entries.get(name)?.get(id);
      this.#trace?.(name, `${recipient} gets ${id}`);
      if (entry === undefined) continue;
      const count = (entry.received.get(recipient) ?? 0) + 1;
      entry.received.set(recipient, count);
      if (count > 1) this.repeated += 1;
      if (count > 1 + entry.faults)
        this.#violation(
          'sent again',
          `${recipient} got ${id} of ${name} ${count} times, with ${entry.faults} faults`,
        );
      const heardKey = `${recipient} ${name}`;
      const last = this.#heard.get(heardKey);
      if (last === undefined || sequenceOf(last.id) <= sequenceOf(id))
        this.#heard.set(heardKey, entry.transition);
    }
  }

  /** Something happened that may make people get what waits of this alert once more. */
  disturb(name: string): void {
    this.#trace?.(name, 'is disturbed');
    for (const entry of this.#entries.get(name)?.values() ?? []) entry.faults += 1;
  }

  /** Something happened to a run: what it has claimed, and will claim, may be sent once more. */
  disturbRun(workerId: number): void {
    if (this.#disturbed.has(workerId)) return;
    this.#disturbed.add(workerId);
    for (const name of this.#claims.get(workerId) ?? []) this.disturb(name);
  }

  ended(workerId: number): void {
    this.#claims.delete(workerId);
  }

  /** The store has forgotten everything: nothing that was waiting can be asked of it any more. */
  forget(): void {
    this.#entries.clear();
    this.#heard.clear();
    this.#claims.clear();
  }

  /** A record that was over for long is no more: the steps of its next life are numbered from the beginning. */
  removed(name: string): void {
    this.#trace?.(name, 'is removed');
    this.#entries.delete(name);
    for (const recipient of ['chat', 'pager']) this.#heard.delete(`${recipient} ${name}`);
  }

  /** What must be true once nothing has gone wrong for hours. */
  atRest(alerts: readonly Alert[]): void {
    for (const alert of alerts) {
      const { severity, outbox } = alert;
      const name = nameOf(alert);
      if (outbox.length > 0)
        this.#violation('not at rest', `${name} still has ${outbox.length} steps in its outbox`);
      // The chat gets every notification.
      const heard = this.#heard.get(`chat ${name}`)?.severity ?? 'ok';
      if (heard !== severity)
        this.#violation('not at rest', `${name} is ${severity}, and the chat last heard that it is ${heard}`);
    }
    for (const entries of this.#entries.values()) {
      const last = [...entries.values()].at(-1);
      entries.clear();
      // The last step of an alert may still be repeated by a message that is late.
      if (last !== undefined) entries.set(last.transition.id, last);
    }
    this.#disturbed.clear();
  }

  check(isTrue: boolean, what: string): void {
    if (!isTrue) this.#violation('not at rest', what);
  }

  #announce(
    workerId: number,
    before: Alert | null,
    transition: Transition,
    entries: Map<string, Entry>,
  ): void {
    this.transitions += 1;
    entries.set(transition.id, {
      transition,
      recipients: recipientsOf(transition, this.#routes),
      received: new Map(),
      faults: this.#disturbed.has(workerId) ? 1 : 0,
    });
    const isMilder = compareLevel(transition.severity, before?.severity ?? 'ok') < 0;
    if (isMilder && !this.#permit(workerId, transition.key, transition.severity))
      this.#violation(
        'all-clear by blindness',
        `${transition.id} says ${transition.severity}, and no scan saw that`,
      );
  }

  /** Several steps became this one: it goes to all who may have heard of any of them. */
  #reword(entry: Entry, transition: Transition): void {
    entry.transition = transition;
    entry.recipients = recipientsOf(transition, this.#routes);
  }

  #claim(workerId: number, name: string): void {
    const names = this.#claims.get(workerId) ?? new Set();
    this.#claims.set(workerId, names);
    if (names.has(name)) return;
    names.add(name);
    if (this.#disturbed.has(workerId)) this.disturb(name);
  }

  #entriesOf(name: string): Map<string, Entry> {
    const entries = this.#entries.get(name) ?? new Map<string, Entry>();
    this.#entries.set(name, entries);
    return entries;
  }

  #violation(rule: Violation['rule'], what: string): void {
    this.violations.push({ rule, what });
  }
}

const inShort = ({ status, severity, outbox }: Alert): string =>
  `${status} ${severity} ${JSON.stringify(
    outbox.map(({ transition, claimedBy, claimedUntil, attempts, deliveredTo = [] }) =>
      [
        sequenceOf(transition.id),
        transition.severity,
        claimedBy,
        claimedUntil,
        attempts,
        ...deliveredTo,
      ].join(' '),
    ),
  )}`;

const recipientsOf = (transition: Transition, routes: readonly Route[]): readonly string[] => {
  const names = destinationsFor(transition, routes);
  return names.length === 0 ? ['default'] : names;
};

const missing = ({ recipients, received }: Entry): readonly string[] =>
  recipients.filter((name) => !received.has(name));

const isComplete = (entry: Entry): boolean => missing(entry).length === 0;

const sequenceOf = (id: string): number => Number(id.slice(id.lastIndexOf('#') + 1));

/** Steps that wait may become one, which goes to all who have yet to hear of any: then they hear how things are. */
const isCollapsed = (
  entry: Entry,
  before: Alert | null,
  after: ReadonlyMap<string, Entry>,
  stored: Alert,
): boolean => {
  const wasWaiting = before?.outbox.some(({ transition }) => transition.id === entry.transition.id) === true;
  const last = stored.outbox.at(-1)?.transition;
  if (!wasWaiting) return false;
  // Back where it was, and no notification of it was sent.
  if (last === undefined)
    return entry.received.size === 0 && entry.transition.previousSeverity === stored.severity;
  if (sequenceOf(last.id) <= sequenceOf(entry.transition.id)) return false;
  const recipients = after.get(last.id)?.recipients ?? [];
  return missing(entry).every((name) => recipients.includes(name));
};
