import { groupTransitions } from '../../../shared/alerts/grouping.ts';
import { destinationsFor } from '../../../shared/alerts/routing.ts';
import type { AlertLevel, Observation } from '../../../shared/model/alert/alert.ts';
import { OUTBOX_TIMING, type OutboxTiming } from '../../../shared/model/alert/outbox.ts';
import type { Notifier } from '../../../shared/notify/notifier.ts';
import { type RaiseAlertsInput, raiseAlerts } from '../../../shared/pipeline/alert.ts';
import { type DeliveryReport, deliverOutbox } from '../../../shared/pipeline/deliver-outbox.ts';
import type { AlertStore } from '../../../shared/state/state-store.ts';
import { aFinding, aSubject } from '../../fixtures/stored-alerts.ts';

export const MINUTE = 60_000;
const START = Date.parse('2026-01-15T10:00:00Z');
export const target = { accountId: '111111111111', region: 'eu-west-1' };

/** A clock that only moves on request. */
export class StandingClock {
  now = START;
  readonly read = (): number => this.now;
}

/** What one scan says of some subnets. */
export type Levels = Readonly<Record<string, AlertLevel>>;

export const observationsOf = (levels: Levels): readonly Observation[] =>
  Object.entries(levels).map(([subnetId, level]) => {
    const subject = aSubject(subnetId);
    return {
      key: `addresses-low/subnet/${subnetId}`,
      rule: 'addresses-low',
      subject,
      raise: level,
      hold: level,
      finding: level === 'ok' ? null : aFinding(subject, level),
    };
  });

export interface RunInput {
  readonly levels: Levels;
  readonly store: AlertStore;
  readonly notifier: Notifier;
  readonly clock: StandingClock;
  readonly runId: string;
  /** Epoch milliseconds of the scan; a retry has that of the first try. */
  readonly scannedAt?: number;
  readonly timing?: OutboxTiming;
  readonly isSilenced?: RaiseAlertsInput['isSilenced'];
  readonly destinations?: readonly string[];
}

/** One run of alerting as production does it: reduce, store, group, send, mark. */
export const run = async ({
  levels,
  store,
  notifier,
  clock,
  runId,
  scannedAt = clock.now,
  timing = OUTBOX_TIMING,
  isSilenced,
  destinations,
}: RunInput): Promise<DeliveryReport> => {
  const raised = await raiseAlerts({
    target,
    observations: observationsOf(levels),
    settingsFor: () => ({ pendingFor: 0, clearFor: 0, repeatEvery: 0 }),
    store,
    now: scannedAt,
    clock: clock.read,
    runId,
    timing,
    ...(isSilenced === undefined ? {} : { isSilenced }),
  });
  const match = {};
  const routes = destinations === undefined ? [] : [{ match, to: destinations, continue: false }];
  const report = await deliverOutbox({
    target,
    alerts: raised.alerts,
    store,
    notifier,
    group: (transitions, destination) =>
      groupTransitions(transitions, {
        destinationsOf: (transition) => destinationsFor(transition, routes),
        links: { dashboard: null },
        firing: raised.alerts.map(({ alert }) => alert).filter(({ status }) => status === 'firing'),
        ...(destination === undefined ? {} : { destination }),
      }),
    runId,
    clock: clock.read,
    timing,
  });
  return { ...report, problems: [...raised.problems, ...report.problems] };
};

/** The receiving end: what people got, in order. */
export class Inbox {
  /** Transition ids, as often as they came. */
  readonly received: string[] = [];
  readonly byDestination = new Map<string, string[]>();

  readonly notifier: Notifier = {
    send: async ({ transitions, destinations }) => {
      const ids = transitions.map(({ id }) => id);
      this.received.push(...ids);
      for (const name of destinations.length === 0 ? ['default'] : destinations) {
        this.byDestination.set(name, [...(this.byDestination.get(name) ?? []), ...ids]);
      }
    },
  };

  count(id: string): number {
    return this.received.filter((received) => received === id).length;
  }

  /** Each once, in the order in which they first came. */
  get distinct(): readonly string[] {
    return [...new Set(this.received)];
  }
}

/** A process that dies at one of its steps: nothing that it does afterwards happens. */
export class Process {
  steps = 0;
  #dead = false;
  readonly #diesAt: { readonly step: number; readonly when: 'before' | 'after' } | null;
  readonly #interlude: (() => Promise<void>) | null;

  /**
   * @param diesAt at which step: before it is done, or after, without learning how it went.
   * @param interlude happens there instead, and the process lives on.
   */
  constructor(
    diesAt: { readonly step: number; readonly when: 'before' | 'after' } | null,
    interlude: (() => Promise<void>) | null = null,
  ) {
    this.#diesAt = diesAt;
    this.#interlude = interlude;
  }

  /** The port as this process sees it: every call is one of its steps. */
  mortal<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) => this.#step(async () => Reflect.apply(member, target, given));
      },
    });
  }

  async #step<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#dead) throw new Killed();
    this.steps += 1;
    const isIt = this.steps === this.#diesAt?.step;
    if (isIt && this.#diesAt?.when === 'before') await this.#moment();
    const result = await work();
    if (isIt && this.#diesAt?.when === 'after') await this.#moment();
    // What was under way when another step died never comes back either.
    if (this.#dead) throw new Killed();
    return result;
  }

  async #moment(): Promise<void> {
    if (this.#interlude !== null) return this.#interlude();
    this.#dead = true;
    throw new Killed();
  }
}

/** Not one of Headroom's errors: nothing may catch it and go on. */
export class Killed extends Error {
  constructor() {
    super('killed');
    this.name = 'Killed';
  }
}
