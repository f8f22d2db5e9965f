import { describe, expect, test } from 'vitest';
import type { Estate, EstateBlueprint } from '../../../lab/estate/estate.ts';
import type { EstateView } from '../../../lab/estate/estate-view.ts';
import { DEMO_REGION, demo, PAYMENTS_ACCOUNT, PLATFORM_ACCOUNT } from '../../../lab/estates/demo.ts';
import {
  everyOwner,
  OWNERS_ACCOUNT,
  OWNERS_REGION,
  PARTICIPANT_ACCOUNT,
} from '../../../lab/estates/every-owner.ts';
import { GENERATED_ACCOUNT, GENERATED_REGION, generatedEstate } from '../../../lab/estates/generated.ts';
import { ESTATES, estateNamed } from '../../../lab/estates/index.ts';
import { DAY, HOUR, MINUTE } from '../../../lab/estates/pace.ts';
import { RUNAWAY } from '../../../lab/estates/runaway-job.ts';
import { RESCUE_AT } from '../../../lab/estates/secondary-cidr-rescue.ts';

const START = Date.UTC(2026, 0, 5);

const everyRecord = <T>(records: { readonly length: number; at(index: number): T | undefined }): T[] =>
  Array.from({ length: records.length }, (_, index) => records.at(index)).filter(
    (record) => record !== undefined,
  );

/** Available addresses of a subnet by its name, `null` while there is none of that name. */
const available = (view: EstateView, name: string): number | null =>
  everyRecord(view.subnets).find(({ tags }) => tags['Name'] === name)?.availableIpAddressCount ?? null;

const story = (blueprint: EstateBlueprint, accountId = PLATFORM_ACCOUNT) => {
  const estate = blueprint.build(START);
  return (elapsed: number): EstateView => estate.view(accountId, DEMO_REGION, START + elapsed);
};

const named = (name: string): EstateBlueprint => estateNamed(name) ?? demo;

describe('growing pods', () => {
  test('two c5.xlarge nodes take a /25 nearly whole in eight days', () => {
    const at = story(named('growing-pods'));
    expect(at(0).instances.length).toBe(2);
    const byDay = Array.from({ length: 9 }, (_, day) => available(at(day * DAY), 'shop-nodes-a') ?? -1);
    expect(byDay[0]).toBeGreaterThan(60);
    expect(byDay.every((count, day) => day === 0 || count <= (byDay[day - 1] ?? 0))).toBe(true);
    expect(byDay.at(-1)).toBeLessThan(10);
    expect(at(8 * DAY).instances.length).toBe(2);
  });
});

describe('prefix nodes', () => {
  test('five m5.large take five addresses and five prefixes of the /24 at the start', () => {
    const view = story(named('prefix-nodes'))(0);
    const nodes = everyRecord(view.interfaces).filter(({ prefixes }) => prefixes.length > 0);
    expect(nodes.map(({ prefixes }) => prefixes.length)).toEqual([1, 1, 1, 1, 1]);
    expect(available(view, 'search-nodes-a')).toBe(251 - 5 * 17);
  });

  test('lose a prefix a day to single pods, until a new node gets an address and no prefix', () => {
    const at = story(named('prefix-nodes'));
    const prefixes = (day: number): number =>
      everyRecord(at(day * DAY).interfaces).reduce((sum, each) => sum + each.prefixes.length, 0);
    expect([0, 1, 2, 3].map(prefixes)).toEqual([5, 6, 7, 8]);
    const view = at(10 * DAY);
    expect(view.instances.length).toBe(9);
    const ofNodes = everyRecord(view.interfaces).filter(({ attachment }) => attachment?.deviceIndex === 0);
    expect(ofNodes.filter((each) => each.prefixes.length === 0).length).toBeGreaterThan(0);
    expect(available(view, 'search-nodes-a')).toBeGreaterThan(0);
  });
});

describe('the fragmented subnet', () => {
  test('has plenty of free addresses, and a third node gets no prefix', () => {
    const at = story(named('fragmented-subnet'));
    expect(available(at(0), 'data-a')).toBeGreaterThan(200);
    const view = at(3 * HOUR);
    expect(view.instances.length).toBe(3);
    const prefixes = everyRecord(view.interfaces).flatMap((each) => each.prefixes);
    expect(prefixes).toHaveLength(2);
    expect(available(view, 'data-a')).toBeGreaterThan(200);
  });
});

describe('the runaway job', () => {
  test('drains a /22 within two and a half hours, and EKS says so; then everything comes back', () => {
    const at = story(named('runaway-job'));
    const before = available(at(RUNAWAY.from - MINUTE), 'batch-nodes-a') ?? 0;
    expect(before).toBeGreaterThan(700);
    expect(available(at(RUNAWAY.from + HOUR), 'batch-nodes-a')).toBeGreaterThan(100);
    const during = at(RUNAWAY.from + 2.5 * HOUR);
    expect(available(during, 'batch-nodes-a')).toBeLessThan(20);
    expect(during.clusters.at(0)?.healthIssues.map(({ code }) => code)).toEqual([
      'InsufficientFreeAddresses',
    ]);
    const after = at(RUNAWAY.until + MINUTE);
    expect(available(after, 'batch-nodes-a')).toBeGreaterThan(700);
    expect(after.clusters.at(0)?.healthIssues).toEqual([]);
  });
});

describe('the rescue by a secondary CIDR', () => {
  test('adds a block and a subnet on the fifth day, and the full subnet recovers', () => {
    const at = story(named('secondary-cidr-rescue'));
    const before = at(RESCUE_AT - MINUTE);
    expect(available(before, 'payments-nodes-a')).toBeLessThan(12);
    expect(available(before, 'payments-pods-a')).toBeNull();
    const after = at(RESCUE_AT + HOUR);
    expect(after.vpcs.at(0)?.cidrBlocks.map(({ cidrBlock }) => cidrBlock)).toEqual([
      '10.50.0.0/24',
      '100.64.0.0/16',
    ]);
    expect(available(after, 'payments-nodes-a')).toBeGreaterThan(60);
    expect(available(after, 'payments-pods-a')).toBeLessThan(4091);
  });
});

describe('time', () => {
  const snapshot = (estate: Estate, elapsed: number): unknown => [
    estate.view(PLATFORM_ACCOUNT, DEMO_REGION, START + elapsed).interfaces,
    estate.view(PAYMENTS_ACCOUNT, DEMO_REGION, START + elapsed).interfaces,
  ];

  test('leads to the same story each time, whichever moments are looked at', () => {
    const [one, other] = [demo.build(START), demo.build(START)];
    for (const elapsed of [0, 3 * HOUR, DAY + HOUR]) snapshot(one, elapsed);
    expect(snapshot(one, 2 * DAY)).toEqual(snapshot(other, 2 * DAY));
  });

  test('can be turned back', () => {
    const estate = demo.build(START);
    const first = structuredClone(snapshot(estate, 2 * HOUR));
    snapshot(estate, 2 * DAY);
    expect(snapshot(estate, 2 * HOUR)).toEqual(first);
  });
});

describe('every estate', () => {
  test.each(ESTATES.filter(({ name }) => name !== 'generated-100000'))(
    '$name: counts, interfaces and subnets agree at any time',
    (blueprint) => {
      const estate = blueprint.build(START);
      for (const { accountId, regions } of estate.accounts) {
        for (const region of regions) {
          const view = estate.view(accountId, region, START + 90 * HOUR);
          const held = new Map<string, number>();
          const seen = new Set<string>();
          for (const each of everyRecord(view.interfaces)) {
            for (const address of [...each.addresses, ...each.prefixes]) {
              expect(seen.has(`${each.vpcId}/${address}`)).toBe(false);
              seen.add(`${each.vpcId}/${address}`);
            }
            held.set(
              each.subnetId,
              (held.get(each.subnetId) ?? 0) + each.addresses.length + 16 * each.prefixes.length,
            );
          }
          for (const { subnetId, cidrBlock, availableIpAddressCount, ownerId } of everyRecord(view.subnets)) {
            if (cidrBlock === null || ownerId !== accountId || (view.reservations(subnetId)?.length ?? 0) > 0)
              continue;
            const size = 2 ** (32 - Number(cidrBlock.split('/')[1]));
            expect(availableIpAddressCount).toBe(size - 5 - (held.get(subnetId) ?? 0));
          }
        }
      }
    },
  );

  test('has a name of its own', () => {
    expect(new Set(ESTATES.map(({ name }) => name)).size).toBe(ESTATES.length);
    expect(estateNamed('nothing')).toBeUndefined();
  });
});

describe('the estate of every owner', () => {
  const view = everyOwner.build(START).view(OWNERS_ACCOUNT, OWNERS_REGION, START);

  test('has interfaces of all the types that EC2 names', () => {
    const types = new Set(everyRecord(view.interfaces).map(({ interfaceType }) => interfaceType));
    expect([...types].toSorted()).toEqual([
      'branch',
      'brand_new',
      'ec2_instance_connect_endpoint',
      'efs',
      'gateway_load_balancer',
      'gateway_load_balancer_endpoint',
      'interface',
      'lambda',
      'nat_gateway',
      'network_load_balancer',
      'transit_gateway',
      'trunk',
      'vpc_endpoint',
    ]);
  });

  test('shows a participant the shared subnet alone', () => {
    const participant = everyOwner.build(START).view(PARTICIPANT_ACCOUNT, OWNERS_REGION, START);
    expect(everyRecord(participant.subnets).map(({ tags }) => tags['Name'])).toEqual(['core-shared-a']);
    expect(participant.interfaces.length).toBe(3);
  });
});

describe('a generated estate', () => {
  test('of a hundred thousand interfaces is there at once, and its last one lies inside its subnet', () => {
    const view = generatedEstate({ interfaces: 100_000, holds: { addresses: 15 } })
      .build(START)
      .view(GENERATED_ACCOUNT, GENERATED_REGION, START);
    const last = view.interfaces.at(99_999);
    const subnet = everyRecord(view.subnets).find(({ subnetId }) => subnetId === last?.subnetId);
    expect(view.interfaces.length).toBe(100_000);
    expect(last?.addresses).toHaveLength(15);
    expect([last?.addresses[0], subnet?.cidrBlock]).toEqual(['10.24.155.32', '10.24.144.0/20']);
    expect(view.interfaces.at(100_000)).toBeUndefined();
  });

  test('of prefixes holds aligned ones', () => {
    const view = generatedEstate({ interfaces: 50, holds: { prefixes: 10 } })
      .build(START)
      .view(GENERATED_ACCOUNT, GENERATED_REGION, START);
    const prefixes = everyRecord(view.interfaces).flatMap((each) => each.prefixes);
    expect(prefixes).toHaveLength(500);
    expect(prefixes.every((prefix) => Number(prefix.split('.')[3]?.split('/')[0]) % 16 === 0)).toBe(true);
  });

  test('larger than 10.0.0.0/8 is refused', () => {
    expect(() => generatedEstate({ interfaces: 2_000_000, holds: { addresses: 15 } })).toThrow(RangeError);
  });
});
