import { expect, test } from 'vitest';
import { defaultConfiguration } from '../../../shared/config/headroom-yml.ts';
import { createEstateSources, type TargetEstate } from '../../../shared/inventory/estate.ts';
import type { NetworkInterface } from '../../../shared/model/aws/inventory.ts';
import { formatIpv4, parseIpv4 } from '../../../shared/model/net/ipv4.ts';
import { LONGEST_WAIT } from '../../../shared/model/target/reading-plan.ts';
import { KeptMaps } from '../../../shared/pipeline/kept-maps.ts';
import { runTarget } from '../../../shared/pipeline/run-target.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { anInterfaceRecord, aSubnetRecord, aTarget, aVpcRecord } from '../../fixtures/inventory-records.ts';
import { Inbox, MINUTE } from './rehearsal.ts';

/**
 * Where more changed than the budget of calls can list, subnets wait whose count moved by at most one in a hundred. The same life is
 * watched by scans that list everything and by scans that have no call for what may wait.
 */

const BETWEEN_SCANS = 5 * MINUTE;
const START = Date.parse('2026-11-28T00:00:00Z');
const BASE = parseIpv4('10.0.0.0') ?? 0;
/** Of a /20, without AWS's own five. */
const USABLE = 4_091;
const ADDRESSES_PER_INTERFACE = 15;

/** How an estate looks at one scan: how many addresses are in use, from the first on, and how many blocks are prefixes, from the second on. */
interface Moment {
  readonly used: number;
  readonly prefixes: number;
}

const freeIn = ({ used, prefixes }: Moment): number => USABLE - used - 16 * prefixes;

/** Four are AWS's own. */
const placeOf = (index: number, prefixes: number): number => 4 + index + (index < 12 ? 0 : 16 * prefixes);

const interfacesOf = ({ used, prefixes }: Moment): readonly NetworkInterface[] => [
  ...Array.from({ length: Math.ceil(used / ADDRESSES_PER_INTERFACE) }, (_, index) => {
    const first = index * ADDRESSES_PER_INTERFACE;
    const held = Math.min(ADDRESSES_PER_INTERFACE, used - first);
    return anInterfaceRecord({
      networkInterfaceId: `eni-${index}`,
      privateAddresses: Array.from({ length: held }, (_each, offset) => ({
        address: formatIpv4(BASE + placeOf(first + offset, prefixes)),
        primary: offset === 0,
      })),
    });
  }),
  ...Array.from({ length: prefixes }, (_, index) =>
    anInterfaceRecord({
      networkInterfaceId: `eni-p${index}`,
      privateAddresses: [],
      ipv4Prefixes: [`${formatIpv4(BASE + (1 + index) * 16)}/28`],
    }),
  ),
];

/** Three subnets stay as they are: where more than half of all would be read, all are. */
const estateOf = (moment: Moment): TargetEstate => ({
  target: aTarget,
  vpcs: [aVpcRecord({ cidrBlocks: ['10.0.0.0/16'] })],
  subnets: [
    aSubnetRecord({ cidrBlock: '10.0.0.0/20', awsAvailable: freeIn(moment) }),
    ...['b', 'c', 'd'].map((name, index) =>
      aSubnetRecord({ subnetId: `subnet-0${name}`, cidrBlock: `10.0.${32 + index}.0/24` }),
    ),
  ],
  interfaces: interfacesOf(moment),
  reservations: { 'subnet-0a': [], 'subnet-0b': [], 'subnet-0c': [], 'subnet-0d': [] },
  instances: [],
  instanceTypes: [],
  vpcConnections: [],
  routeTables: [],
  eksClusters: [],
  autoScalingGroups: [],
});

interface Step {
  /** Which scan. */
  readonly scan: number;
  /** `addresses/subnet/subnet-0a firing warning`. */
  readonly what: string;
}

/** Every transition of a life, in order. `waited`: scans in which the map of the subnet was behind its count. */
const watch = async (
  life: readonly Moment[],
  reading: 'full' | 'waiting',
): Promise<{ readonly steps: readonly Step[]; readonly inbox: Inbox; readonly waited: number }> => {
  const store = createMemoryStateStore();
  const inbox = new Inbox();
  const maps = reading === 'full' ? undefined : new KeptMaps();
  const { alerts: policy } = defaultConfiguration();
  const steps: Step[] = [];
  let waited = 0;
  for (const [scan, moment] of life.entries()) {
    const now = START + scan * BETWEEN_SCANS;
    const sources = createEstateSources(estateOf(moment));
    const { assessment, problems, transitions } = await runTarget({
      target: aTarget,
      scope: {},
      runId: `run-${scan}`,
      policy,
      publish: { namespace: 'VpcHeadroom', compat: false, subnetSeries: 1000 },
      links: { dashboard: null },
      maps,
      ports: {
        sources: {
          ...sources,
          callsWithin: (action) =>
            reading === 'waiting' && action === 'DescribeNetworkInterfaces' ? 0 : 1_000,
        },
        store,
        sink: { publish: async (data) => ({ published: data.length, requests: 1 }) },
        notifier: inbox.notifier,
        clock: () => now,
      },
    });
    expect(problems).toEqual([]);
    const [subnet] = assessment.subnets;
    const free = freeIn(moment);
    // The lower of the two counts: never more than there is, and at most what may wait below it.
    expect(subnet?.available, `scan ${scan}`).toBeLessThanOrEqual(free);
    expect(subnet?.available, `scan ${scan}`).toBeGreaterThanOrEqual(Math.floor(free * 0.99));
    if (subnet?.unaccounted !== 0) {
      waited += 1;
      expect(now - Date.parse(subnet?.interfacesReadAt ?? '')).toBeLessThan(LONGEST_WAIT);
    }
    for (const { key, severity, transition } of transitions)
      steps.push({ scan, what: `${key} ${transition} ${severity}` });
  }
  return { steps, inbox, waited };
};

/** Of what is left, a little less than what may wait in one scan. */
const SHARE = 0.009;

/** From one number of free addresses to another, by a little less than one in a hundred of them in each scan. */
const slowly = (from: number, to: number): readonly number[] => {
  const left: number[] = [];
  for (let free = from; free !== to; ) {
    const step = Math.max(1, Math.floor(free * SHARE));
    free = from > to ? Math.max(to, free - step) : Math.min(to, free + step);
    left.push(free);
  }
  return left;
};

const PREFIXES = 4;
const lifeOf = (free: readonly number[]): readonly Moment[] =>
  free.map((left) => ({ used: USABLE - 16 * PREFIXES - left, prefixes: PREFIXES }));

const quietly = (free: number, scans: number): readonly number[] => Array.from({ length: scans }, () => free);

/** By how many scans a step may come later. */
const LATEST = LONGEST_WAIT / BETWEEN_SCANS;

const compare = async (free: readonly number[]) => {
  const [full, waiting] = [await watch(lifeOf(free), 'full'), await watch(lifeOf(free), 'waiting')];
  expect([full.waited, waiting.waited > 50]).toEqual([0, true]);
  expect(waiting.steps.map(({ what }) => what)).toEqual(full.steps.map(({ what }) => what));
  const late = waiting.steps.map(({ scan, what }, index) => ({
    what,
    scans: scan - (full.steps[index]?.scan ?? 0),
  }));
  for (const { scans, what } of late) {
    expect(scans, what).toBeGreaterThanOrEqual(0);
    expect(scans, what).toBeLessThanOrEqual(LATEST);
  }
  expect(waiting.inbox.received).toHaveLength(waiting.inbox.distinct.length);
  expect(waiting.inbox.received.toSorted()).toEqual(full.inbox.received.toSorted());
  return { late, steps: waiting.steps };
};

test('a waiting subnet that drains until it is empty: its addresses alert in the same scan, its prefixes within the bound', async () => {
  const { late, steps } = await compare([...quietly(900, 12), ...slowly(900, 0), ...quietly(0, 3)]);
  for (const supply of ['addresses', 'prefixes'])
    expect(steps.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        `${supply}/subnet/subnet-0a firing warning`,
        `${supply}/subnet/subnet-0a escalated critical`,
      ]),
    );
  for (const { scans, what } of late) if (what.startsWith('addresses')) expect(scans, what).toBe(0);
});

test('an alert whose subnet waits resolves once, when it is true', async () => {
  const { steps } = await compare([
    ...quietly(400, 12),
    ...slowly(400, 120),
    ...slowly(120, 900),
    ...quietly(900, 60),
  ]);
  const resolved = steps.filter(({ what }) => what.includes('resolved'));
  expect(resolved.map(({ what }) => what.split(' ')[0]).toSorted()).toEqual([
    'addresses/subnet/subnet-0a',
    'prefixes/subnet/subnet-0a',
  ]);
});
