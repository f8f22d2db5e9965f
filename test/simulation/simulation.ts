import { parseConfiguration } from '../../shared/config/headroom-yml.ts';
import type { Alert, Observation } from '../../shared/model/alert/alert.ts';
import { HeadroomError } from '../../shared/model/base/errors.ts';
import type { Notifier } from '../../shared/notify/notifier.ts';
import { createRoutedNotifier } from '../../shared/notify/routed-notifier.ts';
import { concludeScan, listStoredAlerts } from '../../shared/pipeline/conclude-scan.ts';
import { planRun } from '../../shared/pipeline/plan.ts';
import type { ScanRequest } from '../../shared/pipeline/scan-request.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';
import type { AlertStore, StateStore } from '../../shared/state/state-store.ts';
import { Chance, type ChanceOptions, type Fault } from './chance.ts';
import { Ledger, type Violation } from './ledger.ts';
import { Queue } from './queue.ts';
import { misbehaviour, receiverFor } from './receivers.ts';
import { mishapOf, SdkReader, type SdkReading, truthOf } from './sdk.ts';
import { storeFor } from './store.ts';
import { Time } from './time.ts';
import { levelsByWire, type WireReading, type WireSubnet } from './wire.ts';
import { Worker } from './worker.ts';
import {
  assessmentOf,
  isTrue,
  observationsOf,
  type Sight,
  type SimulatedTarget,
  sightBehindWire,
  sightByWire,
  sightOfListed,
  World,
} from './world.ts';

// Most errors here are part of the plan, and a trace of each would be half of the work.
Error.stackTraceLimit = 0;

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TICK = 5 * MINUTE;
const START = Date.parse('2026-01-01T00:00:00Z');

/** Ticks in which things go wrong, a bit more than three days, and ticks of rest after them: five hours. */
const RESTLESS = 940;
const REST = 60;

/** See `SimulationInput.wireEvery`. 10,000 scans take 3.3 s of CPU without XML, and 7.8 s where each of them reads it. */
const WIRE_EVERY = 32;

/** See `SimulationInput.sdkEvery`. A scan by the SDK takes 2.5 ms of CPU, and one without XML 0.2 ms. */
const SDK_EVERY = 256;

const DESTINATIONS = ['chat', 'pager'] as const;

const { alerts: POLICY } = parseConfiguration(
  `
destinations:
  chat: { slack: { parameter: /simulated } }
  pager: { pagerduty: { parameter: /simulated } }
routes:
  - match: { severity: critical }
    to: [pager, chat]
  - match: {}
    to: chat
alerts:
  rules:
    # Fires after a second look and ends at once: as much as can happen in a thousand scans.
    addresses-low: { for: 10m, clearFor: 0s }
`,
  'simulated headroom.yml',
);

/** Defects that are planted to see that a run finds them. */
export interface Plants {
  readonly store?: (alerts: AlertStore) => AlertStore;
  readonly notifier?: (notifier: Notifier) => Notifier;
  readonly observations?: (observations: readonly Observation[]) => readonly Observation[];
  readonly read?: WireReading['read'];
  readonly inventory?: SdkReading['plant'];
}

export interface SimulationInput extends ChanceOptions {
  readonly seed: number;
  /** Scans of one target, those at rest included. */
  readonly cycles: number;
  readonly plants?: Plants;
  /** One scan of so many reads its interfaces from XML by the reader of the product. Left out: `WIRE_EVERY`. */
  readonly wireEvery?: number;
  /** One scan of so many reads subnets and interfaces by the SDK. Left out: `SDK_EVERY`. */
  readonly sdkEvery?: number;
  /** Records what happens to each alert. */
  readonly trace?: (at: string, key: string, what: string) => void;
}

export interface SimulationReport {
  readonly seed: number;
  readonly cycles: number;
  readonly transitions: number;
  readonly messages: number;
  /** Messages with a step that the recipient already had. */
  readonly repeated: number;
  readonly kills: number;
  /** Scans that read XML. */
  readonly wired: number;
  /** Scans by the SDK. */
  readonly bySdk: number;
  /** The first rules that were broken; the run ends there. */
  readonly violations: readonly Violation[];
  readonly faults: readonly Fault[];
}

/** Runs the pipeline on simulated time until so many scans were made, or a rule is broken. */
export const simulate = (input: SimulationInput): Promise<SimulationReport> => new Simulation(input).run();

class Simulation {
  readonly #input: SimulationInput;
  readonly #chance: Chance;
  readonly #time = new Time(START);
  readonly #world = new World();
  readonly #queue: Queue;
  readonly #ledger: Ledger;
  readonly #sights = new Map<number, Sight>();
  readonly #workers = new Map<number, Worker>();
  readonly #sdk = new SdkReader();
  #memory: StateStore = createMemoryStateStore();
  #lastWorker = 0;
  #cycles = 0;
  #kills = 0;
  #wired = 0;
  #bySdk = 0;
  #storeIsDownUntil = 0;
  readonly #outages = new Map<
    string,
    { readonly until: number; readonly how: ReturnType<typeof misbehaviour> }
  >();

  constructor(input: SimulationInput) {
    this.#input = input;
    this.#chance = new Chance(input.seed, input);
    this.#queue = new Queue(this.#time, this.#chance, (request) => this.#scan(request));
    const { trace } = input;
    this.#ledger = new Ledger(
      POLICY.routes,
      (worker, key, level) => this.#maySay(worker, key, level),
      trace === undefined ? null : (key, what) => trace(new Date(this.#time.now).toISOString(), key, what),
    );
  }

  async run(): Promise<SimulationReport> {
    const { violations } = this.#ledger;
    for (let tick = 1; this.#cycles < this.#input.cycles && violations.length === 0; tick += 1) {
      const phase = tick % (RESTLESS + REST);
      this.#chance.isQuiet = phase >= RESTLESS;
      if (phase === RESTLESS) this.#calm();
      this.#world.tick(tick, this.#chance);
      this.#misfortunes(tick);
      void this.#plan(0);
      await this.#time.until(START + tick * TICK);
      if (phase === RESTLESS + REST - 1) await this.#checkRest();
    }
    return {
      seed: this.#input.seed,
      cycles: this.#cycles,
      transitions: this.#ledger.transitions,
      messages: this.#ledger.messages,
      repeated: this.#ledger.repeated,
      kills: this.#kills,
      wired: this.#wired,
      bySdk: this.#bySdk,
      violations,
      faults: this.#chance.happened,
    };
  }

  #misfortunes(tick: number): void {
    const outage = this.#chance.fault('storeOutage', tick);
    if (outage !== null) this.#storeIsDownUntil = this.#time.now + outage * 6 * HOUR;
    DESTINATIONS.forEach((name, index) => {
      const shape = this.#chance.fault('destinationOutage', index, tick);
      if (shape === null) return;
      const until = this.#time.now + this.#chance.number(300, index, tick) * 24 * HOUR;
      this.#outages.set(name, { until, how: misbehaviour(shape) });
    });
    if (this.#chance.fault('stateLoss', tick) === null) return;
    for (const worker of this.#workers.values()) worker.die();
    this.#memory = createMemoryStateStore();
    this.#ledger.forget();
  }

  #calm(): void {
    this.#storeIsDownUntil = 0;
    this.#outages.clear();
    // A person reads the dead letters, and empties the queue.
    this.#queue.deadLetters = 0;
  }

  /** Lambda tries a plan that failed twice more. */
  async #plan(retries: number): Promise<void> {
    const worker = this.#worker();
    const { home, planned } = this.#world;
    const store = this.#storeOf(worker);
    const outcome = await this.#work(worker, async () => {
      await planRun({
        home,
        runId: `run-${worker.id}`,
        resolved: {
          targets: planned.map((target) => ({ ...target, accountName: null, roleArn: null })),
          unresolved: [],
        },
        policy: POLICY,
        vpcIds: null,
        subnetSeries: 100,
        links: { dashboard: null },
        store,
        notifier: this.#notifierOf(worker),
        enqueue: (requests) =>
          worker.call(100, async () => {
            const refused = this.#chance.fault('queueRefuses', worker.id);
            requests.forEach((request, index) => {
              if (refused === null || index / requests.length > refused) this.#queue.send(request);
            });
            if (refused !== null)
              throw new HeadroomError('targets-not-queued', 'The queue refused some', 'Wait.');
          }),
        deadLetters: () =>
          worker.call(20, async () => ({ queueUrl: 'simulated', messages: this.#queue.deadLetters })),
        clock: worker.clock,
        timer: worker.timer,
      });
    });
    if (outcome === 'done' || retries === 2) return;
    await this.#time.wait((retries + 1) * MINUTE);
    await this.#plan(retries + 1);
  }

  #scan(request: ScanRequest): Promise<'done' | 'failed' | 'killed'> {
    const worker = this.#worker();
    const target = this.#world.targets.find(
      ({ accountId }) => accountId === request.accountId,
    ) as SimulatedTarget;
    const store = this.#storeOf(worker);
    const planted = this.#input.plants?.observations;
    return this.#work(worker, async () => {
      const now = worker.clock();
      const sight = await worker.call(60_000, () => this.#look(target, worker.id));
      await concludeScan(
        {
          target: { accountId: target.accountId, region: target.region },
          scope: {},
          runId: `run-${worker.id}`,
          policy: POLICY,
          publish: {
            namespace: 'Simulated',
            compat: false,
            subnetSeries: 100,
            hot: { belowFreeShare: 0, withinHours: 0 },
          },
          links: { dashboard: null },
          ports: {
            store,
            sink: null,
            notifier: this.#notifierOf(worker),
            clock: worker.clock,
            timer: worker.timer,
          },
        },
        {
          assessment: assessmentOf(target, sight, now),
          observations: planted?.(observationsOf(target, sight)) ?? observationsOf(target, sight),
          stored: await listStoredAlerts(store, { accountId: target.accountId, region: target.region }),
          mayReplace: true,
          cache: store.cache,
        },
      );
      this.#cycles += 1;
    });
  }

  /** What a scan sees. What it may say is noted apart: the truth, as far as the answers that it got hold it. */
  async #look(target: SimulatedTarget, id: number): Promise<Sight> {
    const blindness = this.#chance.fault('blind', id);
    if (id % (this.#input.sdkEvery ?? SDK_EVERY) === 0) return this.#lookBySdk(target, id, blindness);
    const isRead =
      id % (this.#input.wireEvery ?? WIRE_EVERY) === 0 && (blindness === null || blindness >= 0.5);
    if (!isRead) {
      const sight = this.#world.look(target, blindness);
      this.#sights.set(id, sight);
      return sight;
    }
    this.#wired += 1;
    this.#sights.set(id, sightBehindWire(target, blindness !== null));
    const subnets = wireSubnetsOf(target);
    const read = this.#input.plants?.read;
    return sightByWire(
      target,
      await levelsByWire({
        target: { accountId: target.accountId, region: target.region },
        subnets,
        damage: blindness === null ? null : 2 * blindness - 1,
        pieces: 1 + Math.floor(this.#chance.number(400, id, 0) * 997),
        ...(read === undefined ? {} : { read }),
      }),
    );
  }

  async #lookBySdk(target: SimulatedTarget, id: number, blindness: number | null): Promise<Sight> {
    this.#bySdk += 1;
    const reading = {
      target: { accountId: target.accountId, region: target.region },
      subnets: wireSubnetsOf(target),
      mishap: blindness === null ? null : mishapOf(blindness),
      pieces: 1 + Math.floor(this.#chance.number(400, id, 0) * 997),
      plant: this.#input.plants?.inventory,
    };
    this.#sights.set(id, sightOfListed(target, truthOf(reading)));
    return sightOfListed(target, await this.#time.standing(this.#sdk.read(reading)));
  }

  #worker(): Worker {
    this.#lastWorker += 1;
    const worker = new Worker(this.#lastWorker, this.#time, this.#chance, (id) =>
      this.#ledger.disturbRun(id),
    );
    this.#workers.set(worker.id, worker);
    return worker;
  }

  async #work(worker: Worker, job: () => Promise<void>): Promise<'done' | 'failed' | 'killed'> {
    const outcome = await worker.work(job);
    if (outcome === 'killed') this.#kills += 1;
    this.#workers.delete(worker.id);
    // What a killed process sent off may still arrive.
    this.#time.in(HOUR, () => {
      this.#sights.delete(worker.id);
      this.#ledger.ended(worker.id);
    });
    return outcome;
  }

  #storeOf(worker: Worker): StateStore {
    const planted = this.#input.plants?.store;
    const memory = this.#memory;
    return storeFor(
      worker,
      { ...memory, alerts: planted?.(memory.alerts) ?? memory.alerts },
      { chance: this.#chance, ledger: this.#ledger, isDown: () => this.#time.now < this.#storeIsDownUntil },
    );
  }

  #notifierOf(worker: Worker): Notifier {
    const planted = this.#input.plants?.notifier;
    const conditions = {
      chance: this.#chance,
      ledger: this.#ledger,
      outageOf: (name: string) => {
        const outage = this.#outages.get(name);
        return outage !== undefined && this.#time.now < outage.until ? outage.how : null;
      },
    };
    const notifier = createRoutedNotifier(
      new Map(DESTINATIONS.map((name) => [name, receiverFor(name, worker, conditions)])),
      'chat',
    );
    return planted?.(notifier) ?? notifier;
  }

  /** Only a scan that saw it may say that things are better, or one that was whole and did not find the subject any more. */
  #maySay(workerId: number, key: string, level: Alert['severity']): boolean {
    const sight = this.#sights.get(workerId);
    // The monitor's own alerts are about what was seen of Headroom itself.
    if (sight === undefined) return true;
    const seen = sight.levels.get(key);
    return seen === undefined ? sight.status === 'ok' : seen === level || seen === 'ok';
  }

  async #checkRest(): Promise<void> {
    const { home, targets, planned } = this.#world;
    const alerts: Alert[] = [];
    for (const target of [home, ...targets]) {
      const stored = (await this.#memory.alerts.list(target)).map(({ alert }) => alert);
      alerts.push(...stored);
      for (const subnet of planned.find(({ accountId }) => accountId === target.accountId)?.subnets ?? []) {
        const alert = stored.find(({ key }) => key === subnet.key) ?? null;
        this.#ledger.check(
          isTrue(alert, subnet),
          `${subnet.key} is ${subnet.exists ? subnet.level : 'deleted'}, and its alert says ${alert?.severity ?? 'nothing'}`,
        );
      }
    }
    this.#ledger.atRest(alerts);
  }
}

const wireSubnetsOf = ({ subnets }: SimulatedTarget): readonly WireSubnet[] =>
  subnets.filter(({ exists }) => exists).map(({ subject, level }) => ({ subnetId: subject.id, level }));
