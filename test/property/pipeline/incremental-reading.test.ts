import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createEstateSources, type TargetEstate } from '../../../shared/inventory/estate.ts';
import type { Instance, NetworkInterface, Subnet } from '../../../shared/model/aws/inventory.ts';
import { formatIpv4, parseIpv4 } from '../../../shared/model/net/ipv4.ts';
import type { SubnetAssessment, TargetAssessment } from '../../../shared/model/result/assessment.ts';
import { LONGEST_WAIT, OLDEST_MAP } from '../../../shared/model/target/reading-plan.ts';
import { noteCallEvents } from '../../../shared/pipeline/call-events.ts';
import type { TargetSources } from '../../../shared/pipeline/collect.ts';
import { KeptMaps } from '../../../shared/pipeline/kept-maps.ts';
import { NO_PAST, scanTarget } from '../../../shared/pipeline/scan-target.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import type { CacheStore } from '../../../shared/state/state-store.ts';
import { anInterfaceRecord, aSubnetRecord, aTarget, aVpcRecord } from '../../fixtures/inventory-records.ts';
import { INSTANCES, OWNED_INTERFACES } from '../../fixtures/owned-interfaces.ts';
import { seededRandom } from '../../fixtures/seeded-random.ts';

const BASES = [
  '10.0.0.0',
  '10.0.1.0',
  '10.0.2.0',
  '10.0.3.0',
  '10.0.4.0',
  '10.0.5.0',
  '10.0.6.0',
  '10.0.7.0',
];
const subnetIdOf = (subnet: number): string => `subnet-${subnet}`;
const interfaceIdOf = (interfaceNumber: number): string => `eni-${interfaceNumber}`;
/** Blocks of a /24. */
const BLOCKS = 16;

/** Something that happens to an estate between two scans. `pick` chooses an interface. */
type Event =
  | {
      readonly kind: 'add';
      readonly subnet: number;
      readonly template: number;
      readonly held: number;
      readonly prefix: boolean;
    }
  | { readonly kind: 'remove' | 'grow' | 'shrink'; readonly pick: number }
  /** Neither moves AWS's count: an interface becomes another's, and one address is given up for another. */
  | { readonly kind: 'restyle'; readonly pick: number; readonly template: number }
  | { readonly kind: 'move'; readonly pick: number }
  /** An instance that may be attached to the interface starts or stops. That does not move AWS's count either. */
  | { readonly kind: 'state'; readonly pick: number; readonly instance: number; readonly state: string };

interface Step {
  readonly minutes: number;
  readonly events: readonly Event[];
  /** The process ends, and another takes over what is stored. */
  readonly restart: boolean;
  /** Events that arrived before the scan, right or wrong. */
  readonly hints?: readonly Hint[];
  /** By how many minutes the clock is set before the scan. */
  readonly clockSet?: number;
  /** The process ends before it writes this entry of the store, and another scans again a minute later. */
  readonly endsAtWrite?: number | undefined;
  /** Another process scans the target at the same time. */
  readonly twice?: boolean;
}

interface Hint {
  readonly minutesAgo: number;
  readonly subnet: number;
  /** Numbers of interfaces, those that never were included. */
  readonly interfaces: readonly number[];
}

interface Held {
  readonly id: string;
  readonly subnet: number;
  template: number;
  /** By the place of an instance in `INSTANCES`. */
  readonly states: Map<number, string>;
  /** Places in the subnet. */
  addresses: number[];
  prefixes: number[];
}

/** An estate in which no address has two holders, since AWS gives none. */
class World {
  readonly #held: Held[] = [];
  #made = 0;

  #taken(subnet: number): ReadonlySet<number> {
    return new Set(
      this.#held
        .filter((each) => each.subnet === subnet)
        .flatMap(({ addresses, prefixes }) => [
          ...addresses,
          ...prefixes.flatMap((block) => Array.from({ length: 16 }, (_, index) => block * 16 + index)),
        ]),
    );
  }

  #freeAddress(subnet: number): number | undefined {
    const taken = this.#taken(subnet);
    for (let place = 4; place < BLOCKS * 16 - 1; place += 1) if (!taken.has(place)) return place;
    return undefined;
  }

  #freeBlock(subnet: number): number | undefined {
    const taken = this.#taken(subnet);
    for (let block = BLOCKS - 2; block > 0; block -= 1)
      if (!Array.from({ length: 16 }, (_, index) => block * 16 + index).some((place) => taken.has(place)))
        return block;
    return undefined;
  }

  apply(event: Event): void {
    if (event.kind === 'add') {
      const { subnet, template } = event;
      // AWS makes no interface without an address.
      if (this.#freeAddress(subnet) === undefined) return;
      const each: Held = {
        id: interfaceIdOf(this.#made),
        subnet,
        template,
        states: new Map(),
        addresses: [],
        prefixes: [],
      };
      this.#made += 1;
      this.#held.push(each);
      for (let count = 0; count < event.held; count += 1) this.#grow(each);
      const block = event.prefix ? this.#freeBlock(subnet) : undefined;
      if (block !== undefined) each.prefixes.push(block);
      return;
    }
    const each = this.#held[event.pick % Math.max(1, this.#held.length)];
    if (each === undefined) return;
    if (event.kind === 'remove') this.#held.splice(this.#held.indexOf(each), 1);
    else if (event.kind === 'grow') this.#grow(each);
    else if (event.kind === 'shrink') each.addresses.splice(1, 1);
    else if (event.kind === 'restyle') each.template = event.template;
    else if (event.kind === 'state') each.states.set(event.instance, event.state);
    else if (each.addresses.length > 0) {
      const next = this.#freeAddress(each.subnet);
      if (next !== undefined) each.addresses = [...each.addresses.slice(1), next];
    }
  }

  #grow(each: Held): void {
    const place = this.#freeAddress(each.subnet);
    if (place !== undefined) each.addresses.push(place);
  }

  get subnets(): readonly Subnet[] {
    return BASES.map((base, subnet) =>
      aSubnetRecord({
        subnetId: subnetIdOf(subnet),
        cidrBlock: `${base}/24`,
        // The last has addresses in use that no interface shows.
        awsAvailable: BLOCKS * 16 - 5 - this.#taken(subnet).size - (subnet === BASES.length - 1 ? 3 : 0),
      }),
    );
  }

  get interfaces(): readonly NetworkInterface[] {
    return this.#held.map(({ id, subnet, template, addresses, prefixes }) => {
      const base = parseIpv4(BASES[subnet] ?? '') ?? 0;
      const like = OWNED_INTERFACES[template]?.networkInterface ?? anInterfaceRecord();
      return {
        ...like,
        attachment:
          like.attachment?.instanceId == null
            ? like.attachment
            : { ...like.attachment, instanceId: `${like.attachment.instanceId}-${id}` },
        networkInterfaceId: id,
        subnetId: subnetIdOf(subnet),
        privateAddresses: addresses.map((place, index) => ({
          address: formatIpv4(base + place),
          primary: index === 0,
        })),
        ipv4Prefixes: prefixes.map((block) => `${formatIpv4(base + block * 16)}/28`),
      };
    });
  }

  /** An instance has one primary interface, so each interface has instances of its own. */
  get instances(): readonly Instance[] {
    return this.#held.flatMap(({ id, states, subnet }) =>
      INSTANCES.map((each, index) => ({
        ...each,
        instanceId: `${each.instanceId}-${id}`,
        subnetId: subnetIdOf(subnet),
        state: states.get(index) ?? each.state,
      })),
    );
  }
}

const estateOf = (
  subnets: readonly Subnet[],
  interfaces: readonly NetworkInterface[],
  instances: readonly Instance[],
): TargetEstate => ({
  target: aTarget,
  vpcs: [aVpcRecord()],
  subnets,
  interfaces,
  reservations: Object.fromEntries(
    subnets.map(({ subnetId }, index) => [
      subnetId,
      index === 1
        ? [{ reservationId: 'scr-1', subnetId, cidr: '10.0.1.32/28', type: 'prefix' as const }]
        : [],
    ]),
  ),
  instances,
  instanceTypes: [],
  vpcConnections: [],
  routeTables: [],
  eksClusters: [],
  autoScalingGroups: [],
});

/** What a subnet had when it was read. */
interface Seen {
  readonly awsAvailable: number | null;
  readonly interfaces: readonly NetworkInterface[];
  readonly instances: readonly Instance[];
}

/** A source that writes down what each subnet had when its interfaces were listed, and has this many calls left for it. */
const watched = (
  estate: TargetEstate,
  calls: number,
  note: (subnetId: string, seen: Seen) => void,
): TargetSources => {
  const { clusters, inventory } = createEstateSources(estate);
  const all = estate.interfaces as readonly NetworkInterface[];
  const instances = estate.instances as readonly Instance[];
  const subnets = estate.subnets as readonly Subnet[];
  return {
    clusters,
    callsWithin: () => calls,
    inventory: {
      ...inventory,
      eachInterface: (scope, receive) => {
        for (const subnetId of scope.subnetIds ?? subnets.map((subnet) => subnet.subnetId))
          note(subnetId, {
            awsAvailable: subnets.find((subnet) => subnet.subnetId === subnetId)?.awsAvailable ?? null,
            interfaces: all.filter((each) => each.subnetId === subnetId),
            instances: instances.filter((each) => each.subnetId === subnetId),
          });
        return inventory.eachInterface(scope, receive);
      },
    },
  };
};

const scan = async (
  sources: TargetSources,
  previous: TargetAssessment | null,
  now: number,
  reading: {
    readonly maps?: KeptMaps;
    readonly cache?: ReturnType<typeof createMemoryStateStore>['cache'];
  } = {},
): Promise<TargetAssessment> => {
  const { assessment } = await scanTarget({
    target: aTarget,
    scope: {},
    sources,
    past: { ...NO_PAST, previous },
    cache: reading.cache ?? null,
    now,
    maps: reading.maps,
  });
  return assessment;
};

const withoutAges = (assessment: TargetAssessment): TargetAssessment => ({
  ...assessment,
  subnets: assessment.subnets.map(({ interfacesReadAt, ...subnet }): SubnetAssessment => subnet),
});

const START = Date.parse('2026-11-27T00:00:00Z');

const hint = async (cache: CacheStore, hints: readonly Hint[], now: number): Promise<void> => {
  const events = hints.map(({ interfaces, minutesAgo, subnet }, index) => ({
    eventId: `${now}-${index}`,
    target: aTarget,
    at: now - minutesAgo * 60_000,
    refusals: [],
    changed: {
      subnetIds: [subnetIdOf(subnet)],
      interfaceIds: interfaces.map(interfaceIdOf),
      reservedIn: [subnetIdOf(subnet)],
    },
  }));
  await noteCallEvents(cache, aTarget, events, now);
};

/** It stands for the end of a process: nothing may catch it and go on. */
class Ended extends Error {}

/** A store that two processes use at once, in any order of their calls, and during whose n-th write one of them ends. */
const sharedStore = (cache: CacheStore, endsAtWrite: number | undefined): CacheStore => {
  const random = seededRandom(endsAtWrite ?? 0);
  let writes = 0;
  const othersFirst = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) await setImmediate();
  };
  const write = async (work: () => Promise<void>): Promise<void> => {
    if (writes === endsAtWrite) throw new Ended();
    writes += 1;
    await othersFirst();
    await work();
  };
  return {
    ...cache,
    get: async (key, now, form) => {
      await othersFirst();
      return cache.get(key, now, form);
    },
    put: (key, value, expiresAt) => write(() => cache.put(key, value, expiresAt)),
    putMany: (values, expiresAt) => write(() => cache.putMany(values, expiresAt)),
  };
};

interface Lived {
  /** Maps that were kept from an earlier scan. */
  readonly kept: number;
  /** Of them, those whose count had moved since. */
  readonly waited: number;
  /** Processes that ended while they wrote. */
  readonly ended: number;
}

/** Lives one history, and holds every scan of it against one that reads everything. */
const live = async (
  steps: readonly Step[],
  {
    calls = Number.POSITIVE_INFINITY,
    countShowsAll,
  }: { readonly calls?: number; readonly countShowsAll: boolean },
): Promise<Lived> => {
  const world = new World();
  const { cache } = createMemoryStateStore();
  /** By process, subnet and the time of the reading: one that takes over knows readings that are older than the last. */
  const seen = new Map<string, Seen & { readonly at: number }>();
  let maps = [new KeptMaps(), new KeptMaps()] as const;
  let previous: TargetAssessment | null = null;
  let now = START;
  /** What passes, whatever the clock says. */
  let passed = 0;
  /** By how much the clock was set back, over all. */
  let setBack = 0;
  let kept = 0;
  let waited = 0;
  let ended = 0;

  const check = async (incremental: TargetAssessment, estate: ReturnType<typeof present>): Promise<void> => {
    const { instances, interfaces, subnets } = estate;
    const seenIn = ({ interfacesReadAt, subnetId }: SubnetAssessment): readonly (Seen & { at: number })[] => {
      const readAt = interfacesReadAt === undefined ? now : Date.parse(interfacesReadAt);
      return [seen.get(`${subnetId} ${readAt}`) ?? []].flat();
    };
    const asRead = countShowsAll ? [{ interfaces, instances }] : incremental.subnets.flatMap(seenIn);
    const read = estateOf(
      subnets,
      asRead.flatMap((each) => each.interfaces),
      asRead.flatMap((each) => each.instances).toSorted((a, b) => (a.instanceId < b.instanceId ? -1 : 1)),
    );
    const full = await scan(createEstateSources(read), previous, now);
    expect(withoutAges(incremental)).toEqual(full);
    for (const subnet of incremental.subnets) {
      const { awsAvailable, interfacesReadAt } = subnet;
      if (interfacesReadAt === undefined) continue;
      kept += 1;
      const age = now - Date.parse(interfacesReadAt);
      expect(age).toBeGreaterThanOrEqual(0);
      expect(age).toBeLessThan(OLDEST_MAP);
      // Whatever the clock says: it is older by what the clock was set back at most.
      for (const { at } of seenIn(subnet)) expect(passed - at).toBeLessThan(OLDEST_MAP + setBack);
      if (seenIn(subnet).every((each) => each.awsAvailable === awsAvailable)) continue;
      waited += 1;
      expect(age).toBeLessThan(LONGEST_WAIT);
    }
  };
  const present = () => {
    const { instances, interfaces, subnets } = world;
    return { instances, interfaces, subnets };
  };
  const read = (store: CacheStore, by: KeptMaps): Promise<TargetAssessment> => {
    const { instances, interfaces, subnets } = present();
    const sources = watched(estateOf(subnets, interfaces, instances), calls, (subnetId, listed) =>
      seen.set(`${subnetId} ${now}`, { ...listed, at: passed }),
    );
    return scan(sources, previous, now, { maps: by, cache: store });
  };

  for (const { clockSet = 0, endsAtWrite, events, hints = [], minutes, restart, twice } of steps) {
    for (const event of events) world.apply(event);
    // A millisecond more: two readings at one time of the clock would be one to this test.
    passed += minutes * 60_000 + 1;
    now += (minutes + clockSet) * 60_000 + 1;
    setBack += Math.max(0, -clockSet) * 60_000;
    if (restart) maps = [new KeptMaps(), new KeptMaps()];
    await hint(cache, hints, now);
    const store = sharedStore(cache, endsAtWrite);
    try {
      const both = await Promise.all((twice === true ? maps : maps.slice(0, 1)).map((by) => read(store, by)));
      for (const incremental of both) await check(incremental, present());
      previous = both[0] ?? null;
    } catch (error) {
      if (!(error instanceof Ended)) throw error;
      ended += 1;
      maps = [new KeptMaps(), new KeptMaps()];
      passed += 60_000;
      now += 60_000;
      const again = await read(cache, maps[0]);
      await check(again, present());
      previous = again;
    }
  }
  return { kept, waited, ended };
};

const template = fc.nat({ max: OWNED_INTERFACES.length - 1 });
const pick = fc.nat({ max: 50 });
const counted: readonly fc.Arbitrary<Event>[] = [
  fc.record({
    kind: fc.constant('add' as const),
    subnet: fc.nat({ max: BASES.length - 1 }),
    template,
    held: fc.integer({ min: 1, max: 12 }),
    prefix: fc.boolean(),
  }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'grow' as const, 'shrink' as const), pick }),
  fc.record({
    kind: fc.constant('state' as const),
    pick,
    instance: fc.nat({ max: INSTANCES.length - 1 }),
    state: fc.constantFrom('pending', 'running', 'stopping', 'stopped', 'shutting-down'),
  }),
];
const uncounted: readonly fc.Arbitrary<Event>[] = [
  fc.record({ kind: fc.constant('restyle' as const), pick, template }),
  fc.record({ kind: fc.constant('move' as const), pick }),
];

const steps = (events: readonly fc.Arbitrary<Event>[], most: number): fc.Arbitrary<readonly Step[]> =>
  fc
    .tuple(
      fc.array(counted[0] as fc.Arbitrary<Event>, { minLength: 10, maxLength: 24 }),
      fc.array(
        fc.record({
          minutes: fc.oneof(
            { weight: 6, arbitrary: fc.constant(5) },
            { weight: 2, arbitrary: fc.integer({ min: 1, max: 90 }) },
            { weight: 1, arbitrary: fc.constantFrom(300, 480, 1500) },
          ),
          events: fc.array(fc.oneof(...events), { maxLength: most }),
          restart: fc.boolean(),
        }),
        { minLength: 1, maxLength: 8 },
      ),
    )
    .map(([first, rest]) => [{ minutes: 0, events: first, restart: false }, ...rest]);

/** Histories in one run; set for more. */
const HISTORIES = Number(process.env['HEADROOM_READING_HISTORIES'] ?? 50);

describe('reading only what changed', () => {
  test('equals, on every field, a full scan of what each subnet had when it was last read', async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(steps([...counted, ...uncounted], 3), async (history) => {
        kept += (await live(history, { countShowsAll: false })).kept;
      }),
      { numRuns: HISTORIES },
    );
    // Otherwise everything would have been read each time, and the property would show nothing.
    expect(kept).toBeGreaterThan(HISTORIES);
  });

  test('equals that also where no calls are left for what can wait', async () => {
    let waited = 0;
    await fc.assert(
      // Small changes: a subnet that gained or lost more is read at once.
      fc.asyncProperty(steps([...counted.slice(1), ...uncounted], 2), async (history) => {
        waited += (await live(history, { calls: 0, countShowsAll: false })).waited;
      }),
      { numRuns: HISTORIES },
    );
    expect(waited).toBeGreaterThan(HISTORIES / 5);
  });

  test('is as right whatever events say, and whether they arrive or not', async () => {
    let kept = 0;
    const hints = fc.array(
      fc.record({
        minutesAgo: fc.integer({ min: -30, max: 500 }),
        subnet: fc.nat({ max: BASES.length }),
        interfaces: fc.array(fc.nat({ max: 60 }), { maxLength: 3 }),
      }),
      { maxLength: 3 },
    );
    const hinted = steps([...counted, ...uncounted], 3).chain((history) =>
      fc
        .array(hints, { minLength: history.length, maxLength: history.length })
        .map((all) => history.map((step, index) => ({ ...step, hints: all[index] ?? [] }))),
    );
    await fc.assert(
      fc.asyncProperty(hinted, async (history) => {
        kept += (await live(history, { countShowsAll: false })).kept;
      }),
      { numRuns: HISTORIES },
    );
    expect(kept).toBeGreaterThan(HISTORIES / 2);
  });

  const disturbed = (disturbance: fc.Arbitrary<Partial<Step>>): fc.Arbitrary<readonly Step[]> =>
    steps([...counted, ...uncounted], 3).chain((history) =>
      fc
        .array(disturbance, { minLength: history.length, maxLength: history.length })
        .map((all) => history.map((step, index) => ({ ...step, ...all[index] }))),
    );

  test('is as right where the clock is set by minutes, an hour or a day, forward and back', async () => {
    let kept = 0;
    const clockSet = fc.oneof(
      { weight: 2, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constantFrom(-1440, -60, -4, 4, 60, 1440) },
    );
    await fc.assert(
      fc.asyncProperty(disturbed(fc.record({ clockSet })), async (history) => {
        kept += (await live(history, { countShowsAll: false })).kept;
      }),
      { numRuns: HISTORIES },
    );
    expect(kept).toBeGreaterThan(HISTORIES / 2);
  });

  test('is as right where processes end between two writes, and the next one finds half of them', async () => {
    let [kept, ended] = [0, 0];
    const endsAtWrite = fc.option(fc.nat({ max: 5 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(disturbed(fc.record({ endsAtWrite })), async (history) => {
        const lived = await live(history, { countShowsAll: false });
        kept += lived.kept;
        ended += lived.ended;
      }),
      { numRuns: HISTORIES },
    );
    expect(kept).toBeGreaterThan(HISTORIES / 2);
    expect(ended).toBeGreaterThan(HISTORIES / 2);
  });

  test('is as right in both of two processes that scan the target at once, on one store', async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(disturbed(fc.record({ twice: fc.boolean() })), async (history) => {
        kept += (await live(history, { countShowsAll: false })).kept;
      }),
      { numRuns: HISTORIES },
    );
    expect(kept).toBeGreaterThan(HISTORIES);
  });

  // After a restart the maps are those of the last write, and two changes since then may cancel out in the count.
  test('in one process, where one change at a time shows in the count, equals a full scan of the present', async () => {
    let kept = 0;
    await fc.assert(
      fc.asyncProperty(steps(counted, 1), async (history) => {
        const lasting = history.map((step) => ({ ...step, restart: false }));
        kept += (await live(lasting, { countShowsAll: true })).kept;
      }),
      { numRuns: HISTORIES },
    );
    expect(kept).toBeGreaterThan(HISTORIES);
  });
});
