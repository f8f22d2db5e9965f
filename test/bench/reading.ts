import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { CallBudget } from '../../shared/aws/call-budget.ts';
import { FILTER_VALUES, PAGE_SIZE } from '../../shared/inventory/ec2-limits.ts';
import type { InventorySource } from '../../shared/inventory/inventory-source.ts';
import type { Instance, NetworkInterface, Subnet } from '../../shared/model/aws/inventory.ts';
import { OLDEST_MAP } from '../../shared/model/target/reading-plan.ts';
import { KeptMaps } from '../../shared/pipeline/kept-maps.ts';
import {
  RESERVATION_CACHE_MILLISECONDS,
  RESERVATIONS_AT_ONCE,
  readReservations,
} from '../../shared/pipeline/read-reservations.ts';
import { NO_PAST, scanTarget } from '../../shared/pipeline/scan-target.ts';
import { createMemoryStateStore } from '../../shared/state/memory-state-store.ts';
import { aNode } from '../fixtures/cluster-records.ts';
import { ec2Answer, instanceItem, interfaceItem, list } from '../fixtures/ec2-xml.ts';
import { anInterfaceRecord, aSubnetRecord, aTarget, aVpcRecord } from '../fixtures/inventory-records.ts';
import { seededRandom } from '../fixtures/seeded-random.ts';
import { SimulatedTime } from '../fixtures/simulated-time.ts';

/**
 * What a cycle of scans asks of EC2, read in full and read incrementally, at a quarter of EC2's buckets and with simulated
 * latency. CPU time is that of the assessment: `npm run bench` has what the reading of answers costs. `pages` are the calls for
 * interfaces, `slowest` the seconds of the slowest cycle, and `waiting` the subnets whose map waits although their count has moved.
 *
 *   npm run bench:reading [-- --interfaces 10000,100000,400000 --changes 2,5,10,30 --cycles 6]
 *
 * `everything` is what a command without a deadline reads, `first scan` what a function reads of a target that is new to it, and
 * `full` a later scan without incremental reading.
 *
 * It fails where a first scan of at most 100,000 interfaces takes more than 60 s of that simulated time, or where a cycle with at most
 * 10 % of changed subnets takes more than 10 s, or has more than a tenth of the calls that reading everything takes.
 */

const { values } = parseArgs({
  options: {
    interfaces: { type: 'string', default: '10000,100000' },
    changes: { type: 'string', default: '2,5,10,30' },
    cycles: { type: 'string', default: '6' },
  },
});
const SIZES = values.interfaces.split(',').map(Number);
/** In percent of the subnets. */
const CHANGES = values.changes.split(',').map(Number);
/** Milliseconds from a request to its whole answer. Chosen, not measured. */
const LATENCY = 250;
const INTERFACES_PER_SUBNET = 100;
const ADDRESSES = 4;
const MINUTES_BETWEEN = 5;
/** Scans that are measured, after the first. */
const CYCLES = Number(values.cycles);

interface Spent {
  calls: number;
  /** Of the calls, those for interfaces. */
  pages: number;
  bytes: number;
}

/** An estate in which some subnets gain or lose one address between two scans. */
class Estate {
  readonly subnets: Subnet[];
  readonly interfaces: NetworkInterface[][];
  readonly #random = seededRandom(7);

  constructor(count: number, skewed: boolean) {
    const subnets = count / INTERFACES_PER_SUBNET;
    const weights = Array.from({ length: subnets }, (_, index) => (skewed ? 1 / (index + 1) ** 0.7 : 1));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    this.interfaces = weights.map((weight, subnet) =>
      Array.from({ length: Math.max(1, Math.round((count * weight) / sum)) }, (_, index) =>
        interfaceOf(subnet, index),
      ),
    );
    this.subnets = this.interfaces.map((held, subnet) =>
      aSubnetRecord({
        subnetId: subnetId(subnet),
        cidrBlock: rangeOf(subnet),
        awsAvailable: 65_531 - held.length * ADDRESSES,
      }),
    );
  }

  /** The larger a subnet is, the more often it changes. */
  change(share: number): void {
    const bySize = this.interfaces
      .map((held, subnet) => ({ subnet, rank: this.#random() / held.length }))
      .toSorted((a, b) => a.rank - b.rank);
    for (const { subnet } of bySize.slice(0, Math.round(share * this.subnets.length))) {
      const held = this.interfaces[subnet] ?? [];
      const before = this.subnets[subnet];
      if (before === undefined) continue;
      held.push(interfaceOf(subnet, held.length));
      this.subnets[subnet] = { ...before, awsAvailable: (before.awsAvailable ?? 0) - ADDRESSES };
    }
  }
}

const subnetId = (subnet: number): string => `subnet-${subnet.toString(16).padStart(17, '0')}`;
/** A /16 of its own. That ranges repeat after 256 does not matter here. */
const rangeOf = (subnet: number): string => `${10 + Math.floor(subnet / 256)}.${subnet % 256}.0.0/16`;

const interfaceOf = (subnet: number, index: number): NetworkInterface => {
  const base = rangeOf(subnet).replace('.0.0/16', '');
  return anInterfaceRecord({
    networkInterfaceId: `eni-${subnet.toString(16).padStart(8, '0')}${index.toString(16).padStart(9, '0')}`,
    subnetId: subnetId(subnet),
    description: `aws-K8S-i-${subnet.toString(16).padStart(8, '0')}${(index >> 1).toString(16).padStart(9, '0')}`,
    attachment: {
      attachmentId: null,
      instanceId: `i-${subnet.toString(16).padStart(8, '0')}${(index >> 1).toString(16).padStart(9, '0')}`,
      instanceOwnerId: aTarget.accountId,
      deviceIndex: index % 2,
      networkCardIndex: 0,
      deleteOnTermination: true,
    },
    privateAddresses: Array.from({ length: ADDRESSES }, (_, offset) => {
      const host = 4 + index * ADDRESSES + offset;
      return { address: `${base}.${host >> 8}.${host & 255}`, primary: offset === 0 };
    }),
    tags: { 'node.k8s.amazonaws.com/instance_id': 'i-0', 'cluster.k8s.amazonaws.com/name': 'production' },
  });
};

const BYTES_PER_INTERFACE = ec2Answer('DescribeNetworkInterfaces', [
  list('networkInterfaceSet', [interfaceItem(interfaceOf(0, 0))]),
]).length;

const INTERFACES_PER_NODE = 2;
const BYTES_PER_NODE = ec2Answer('DescribeInstances', [
  list('reservationSet', [
    instanceItem(
      aNode('i-0'),
      Array.from({ length: INTERFACES_PER_NODE }, (_, index) => interfaceOf(0, index)),
    ),
  ]),
]).length;

/** An EC2 that answers at once and says how long it would have taken. */
const inventoryOf = (
  estate: Estate,
  time: SimulatedTime,
  budget: CallBudget,
  spent: Spent,
): InventorySource => {
  const calls = async (action: string, items: number, page = PAGE_SIZE): Promise<void> => {
    for (let call = 0; call < Math.max(1, Math.ceil(items / page)); call += 1) {
      await budget.take(action);
      if (action === 'DescribeNetworkInterfaces') spent.pages += 1;
      await time.wait(LATENCY);
      spent.calls += 1;
    }
  };
  const heldIn = (id: string): readonly NetworkInterface[] =>
    estate.interfaces[Number.parseInt(id.slice('subnet-'.length), 16)] ?? [];
  const nodesIn = (subnetId: string): readonly Instance[] =>
    heldIn(subnetId).flatMap(({ attachment }) =>
      attachment?.deviceIndex === 0 ? aNode(attachment.instanceId ?? '', { subnetId }) : [],
    );
  /** What each listing asks for: all at once, or as many subnets as a filter holds. */
  const asked = (subnetIds: readonly string[] | undefined): readonly (readonly string[])[] =>
    subnetIds === undefined
      ? [estate.subnets.map((subnet) => subnet.subnetId)]
      : Array.from({ length: Math.ceil(subnetIds.length / FILTER_VALUES) }, (_, index) =>
          subnetIds.slice(index * FILTER_VALUES, (index + 1) * FILTER_VALUES),
        );
  return {
    vpcs: async () => {
      await calls('DescribeVpcs', 1);
      return [aVpcRecord({ cidrBlocks: ['10.0.0.0/8'] })];
    },
    subnets: async () => {
      await calls('DescribeSubnets', estate.subnets.length);
      return estate.subnets;
    },
    eachInterface: async ({ subnetIds }, receive) => {
      for (const some of asked(subnetIds)) {
        const held = some.flatMap(heldIn);
        await calls('DescribeNetworkInterfaces', held.length);
        spent.bytes += held.length * BYTES_PER_INTERFACE;
        for (const each of held) receive(each);
      }
    },
    reservations: async () => {
      await calls('GetSubnetCidrReservations', 1);
      return [];
    },
    // An answer has the interfaces of each instance, with their addresses. All are running, and none is assessed here.
    eachInstance: async ({ states, subnetIds }, receive) => {
      for (const some of asked(subnetIds)) {
        const held = states === undefined ? some.flatMap(nodesIn) : [];
        await calls('DescribeInstances', held.length);
        spent.bytes += held.length * BYTES_PER_NODE;
        for (const each of held) receive(each);
      }
    },
    instanceTypes: async () => [],
    vpcConnections: async () => [],
    routeTables: async () => [],
    elasticAddresses: async () => [],
    launchTemplates: async () => [],
    vpcEndpoints: async () => [],
  };
};

interface Figures extends Spent {
  /** Subnets whose map waits: their count has moved since it was read. */
  readonly waiting: number;
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly slowest: number;
}

const scan = async (
  estate: Estate,
  state: { readonly maps: KeptMaps | undefined; readonly store: ReturnType<typeof createMemoryStateStore> },
  time: SimulatedTime,
  budget: CallBudget,
  now: number,
  hasDeadline = true,
): Promise<Figures> => {
  const spent: Spent = { calls: 0, pages: 0, bytes: 0 };
  const started = time.now();
  const cpu = process.cpuUsage();
  const { assessment } = await scanTarget({
    target: aTarget,
    scope: {},
    sources: {
      inventory: inventoryOf(estate, time, budget, spent),
      callsWithin: (action, milliseconds) => budget.callsWithin(action, milliseconds),
      clusters: {
        eksClusters: async () => ({ described: [], refused: [] }),
        autoScalingGroups: async () => [],
      },
    },
    past: NO_PAST,
    cache: state.store.cache,
    now,
    maps: state.maps,
    mostReservations: hasDeadline ? RESERVATIONS_AT_ONCE : undefined,
  });
  const { system, user } = process.cpuUsage(cpu);
  // AWS's count is right in every scan, also where the map of a subnet waits.
  const used = assessment.subnets.reduce((sum, subnet) => sum + (subnet.used ?? 0), 0);
  const there = estate.interfaces.reduce((sum, held) => sum + held.length * ADDRESSES, 0);
  if (used !== there) throw new Error(`The scan counts ${used} addresses in use, and there are ${there}.`);
  const seconds = (time.now() - started) / 1000;
  const waiting = assessment.subnets.filter(({ unaccounted }) => unaccounted !== 0).length;
  return { ...spent, waiting, cpuSeconds: (system + user) / 1e6, seconds, slowest: seconds };
};

const mean = (figures: readonly Figures[]): Figures => {
  const of = (name: keyof Figures): number =>
    figures.reduce((sum, each) => sum + each[name], 0) / figures.length;
  return {
    calls: of('calls'),
    pages: of('pages'),
    bytes: of('bytes'),
    waiting: of('waiting'),
    cpuSeconds: of('cpuSeconds'),
    seconds: of('seconds'),
    slowest: Math.max(...figures.map((each) => each.slowest)),
  };
};

const START = Date.UTC(2026, 10, 27);

/** What a deployment knows of reservations that has run for a while: each was read at another time. */
const knowReservations = async (
  estate: Estate,
  store: ReturnType<typeof createMemoryStateStore>,
  reservationLife: number,
): Promise<void> => {
  const scans = Math.floor(reservationLife / (MINUTES_BETWEEN * 60_000));
  for (let scan = scans; scan >= 0; scan -= 1)
    await readReservations(
      {
        target: aTarget,
        sources: { inventory: { reservations: async () => [] } },
        cache: store.cache,
        now: START - scan * MINUTES_BETWEEN * 60_000,
        mostReservations: Math.ceil(estate.subnets.length / scans),
        reservationLife,
      },
      estate.subnets,
      [],
    );
};

/** Everything that there is to read, as a command without a deadline reads it, and what a function reads of it at first. */
const firstScans = async (
  interfaces: number,
  skewed: boolean,
): Promise<{ readonly everything: Figures; readonly first: Figures }> => {
  const estate = new Estate(interfaces, skewed);
  const alone = (hasDeadline: boolean): Promise<Figures> => {
    const time = new SimulatedTime();
    const state = { maps: undefined, store: createMemoryStateStore() };
    return scan(estate, state, time, new CallBudget(0.25, time), START, hasDeadline);
  };
  return { everything: await alone(false), first: await alone(true) };
};

/** The mean of the scans after the first. They know the reservations of a deployment that has run for a while. */
const cycles = async (
  interfaces: number,
  {
    change,
    incremental,
    skewed,
  }: { readonly change: number; readonly incremental: boolean; readonly skewed: boolean },
): Promise<Figures> => {
  const estate = new Estate(interfaces, skewed);
  const state = { maps: incremental ? new KeptMaps() : undefined, store: createMemoryStateStore() };
  const time = new SimulatedTime();
  const budget = new CallBudget(0.25, time);
  await scan(estate, state, time, budget, START);
  const knowing = { ...state, store: createMemoryStateStore() };
  await knowReservations(estate, knowing.store, incremental ? OLDEST_MAP : RESERVATION_CACHE_MILLISECONDS);
  const steady: Figures[] = [];
  for (let cycle = 1; cycle <= CYCLES; cycle += 1) {
    estate.change(change);
    // A whole cycle after the last one, which may have been the long first scan: the buckets are full again.
    time.passTo(time.now() + MINUTES_BETWEEN * 60_000);
    steady.push(await scan(estate, knowing, time, budget, START + cycle * MINUTES_BETWEEN * 60_000));
  }
  return mean(steady);
};

const row = (
  name: string,
  { bytes, calls, cpuSeconds, pages, seconds, slowest, waiting }: Figures,
  full?: Figures,
): readonly string[] => [
  name,
  calls.toFixed(1),
  full === undefined ? '' : `${(full.calls / calls).toFixed(1)}x`,
  pages.toFixed(1),
  (bytes / 1e6).toFixed(2),
  cpuSeconds.toFixed(2),
  seconds.toFixed(1),
  slowest.toFixed(1),
  waiting.toFixed(1),
];

const FEWER_CALLS = 10;
const AIM_CHANGE = 10;
const CYCLE_SECONDS = 10;
const FIRST_SECONDS = 60;
const FIRST_INTERFACES = 100_000;

const missed: string[] = [];
const aim = (isMet: boolean, words: string): void => {
  if (!isMet) missed.push(words);
};

for (const interfaces of SIZES) {
  for (const skewed of [false, true]) {
    const table = new Table({
      head: ['', 'calls', 'fewer', 'pages', 'MB', 'CPU s', 'seconds', 'slowest', 'waiting'],
      colAligns: ['left', ...Array<'right'>(8).fill('right')],
      style: { head: [], border: [] },
    });
    const { everything, first } = await firstScans(interfaces, skewed);
    const full = await cycles(interfaces, { change: 0.1, incremental: false, skewed });
    table.push([...row('everything', everything)], [...row('first scan', first)], [...row('full', full)]);
    const estate = `${interfaces} interfaces, ${skewed ? 'skewed' : 'even'}`;
    if (interfaces <= FIRST_INTERFACES)
      aim(first.seconds <= FIRST_SECONDS, `${estate}: the first scan takes ${first.seconds.toFixed(1)} s`);
    for (const change of CHANGES) {
      const steady = await cycles(interfaces, { change: change / 100, incremental: true, skewed });
      if (change <= AIM_CHANGE) {
        const words = `${estate}, ${change} % change`;
        const fewer = everything.calls / steady.calls;
        aim(steady.slowest <= CYCLE_SECONDS, `${words}: a cycle takes ${steady.slowest.toFixed(1)} s`);
        aim(fewer >= FEWER_CALLS, `${words}: ${fewer.toFixed(1)} times fewer calls than everything`);
      }
      table.push([...row(`incremental, ${change}% of subnets change`, steady, full)]);
    }
    console.log(
      `${interfaces.toLocaleString('en')} interfaces in ${interfaces / INTERFACES_PER_SUBNET} subnets, ${skewed ? 'skewed: large subnets change more' : 'even'}; a cycle of ${MINUTES_BETWEEN} minutes`,
    );
    console.log(`${table.toString()}\n`);
  }
}

if (missed.length > 0) {
  console.error(`Aims that were missed:\n${missed.map((words) => `- ${words}`).join('\n')}`);
  process.exitCode = 1;
}
