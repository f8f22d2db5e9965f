import { describe, expect, test } from 'vitest';
import { createEstateSources, type TargetEstate } from '../../../shared/inventory/estate.ts';
import type { InstanceScope, InterfaceScope } from '../../../shared/inventory/inventory-source.ts';
import type { Instance } from '../../../shared/model/aws/inventory.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import { FULL_READING_EVERY, OLDEST_MAP } from '../../../shared/model/target/reading-plan.ts';
import { KeptMaps } from '../../../shared/pipeline/kept-maps.ts';
import { NO_PAST, scanTarget } from '../../../shared/pipeline/scan-target.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';
import { aNode } from '../../fixtures/cluster-records.ts';
import {
  addresses,
  anInterfaceRecord,
  aSubnetRecord,
  aTarget,
  aVpcRecord,
} from '../../fixtures/inventory-records.ts';

const MINUTE = 60_000;
const START = Date.parse('2026-11-27T00:00:00Z');
const SUBNETS = 20;

/** Twenty subnets with one interface each. `more` have a second one. */
const estateWith = (more: readonly number[] = [], instances: readonly Instance[] = []): TargetEstate => ({
  target: aTarget,
  vpcs: [aVpcRecord()],
  subnets: Array.from({ length: SUBNETS }, (_, index) =>
    aSubnetRecord({
      subnetId: `subnet-${index}`,
      cidrBlock: `10.0.${index}.0/24`,
      awsAvailable: more.includes(index) ? 249 : 250,
    }),
  ),
  interfaces: Array.from({ length: SUBNETS }, (_, index) =>
    [10, 11].slice(0, more.includes(index) ? 2 : 1).map((place) =>
      anInterfaceRecord({
        networkInterfaceId: `eni-${index}-${place}`,
        subnetId: `subnet-${index}`,
        privateAddresses: addresses(`10.0.${index}.${place}`),
      }),
    ),
  ).flat(),
  reservations: Object.fromEntries(Array.from({ length: SUBNETS }, (_, index) => [`subnet-${index}`, []])),
  instances,
  instanceTypes: [],
  vpcConnections: [],
  eksClusters: [],
  autoScalingGroups: [],
});

const DENIED = { code: 'denied', message: 'No', action: 'Allow it.' };

/** One deployment, and what its scans listed. */
class Scans {
  maps = new KeptMaps();
  readonly store = createMemoryStateStore();
  fails = false;
  failsInstances = false;
  #listed: InterfaceScope[] = [];
  /** What the last scan asked of instances. */
  asked: InstanceScope[] = [];
  /** In which order the last scan asked for subnets, and had its answers. */
  order: string[] = [];

  async scan(minutes: number, estate = estateWith()): Promise<TargetAssessment> {
    const { clusters, inventory } = createEstateSources(estate);
    this.#listed = [];
    this.asked = [];
    this.order = [];
    const { assessment } = await scanTarget({
      target: aTarget,
      scope: {},
      sources: {
        clusters,
        inventory: {
          ...inventory,
          eachInstance: async (scope, receive) => {
            this.asked.push(scope);
            const broken = { ...estate, instances: DENIED };
            const source = this.failsInstances ? createEstateSources(broken).inventory : inventory;
            if (scope.subnetIds !== undefined) this.order.push('instances asked');
            await source.eachInstance(scope, receive);
            if (scope.subnetIds !== undefined) this.order.push('instances answered');
          },
          eachInterface: (scope, receive) => {
            this.#listed.push(scope);
            this.order.push('interfaces asked');
            const broken = { ...estate, interfaces: DENIED };
            return (this.fails ? createEstateSources(broken).inventory : inventory).eachInterface(
              scope,
              receive,
            );
          },
        },
      },
      past: NO_PAST,
      cache: this.store.cache,
      now: START + minutes * MINUTE,
      maps: this.maps,
    });
    return assessment;
  }

  /** The subnets that the last scan listed; `all`: without naming any. */
  get listed(): 'all' | readonly string[] {
    const named = this.#listed.flatMap(({ subnetIds }) => subnetIds ?? []);
    return this.#listed.some(({ subnetIds }) => subnetIds === undefined) ? 'all' : named;
  }
}

const readAt = ({ subnets }: TargetAssessment, index: number): string | undefined =>
  subnets.find(({ subnetId }) => subnetId === `subnet-${index}`)?.interfacesReadAt;

describe('which interfaces a scan reads', () => {
  test('all of them at first, then those of subnets whose count has moved, and one in turn', async () => {
    const scans = new Scans();
    await scans.scan(0);
    expect(scans.listed).toBe('all');
    const second = await scans.scan(5, estateWith([7]));
    expect(scans.listed).toContain('subnet-7');
    expect(scans.listed).toHaveLength(2);
    expect(readAt(second, 7)).toBeUndefined();
    expect(second.subnets.find(({ subnetId }) => subnetId === 'subnet-7')?.used).toBe(2);
    expect(readAt(second, 12)).toBe('2026-11-27T00:00:00.000Z');
  });

  test('every quiet subnet before its map is too old', async () => {
    const scans = new Scans();
    await scans.scan(0);
    const seen = new Set<string>();
    for (let minutes = 5; minutes < OLDEST_MAP / MINUTE; minutes += 5) {
      await scans.scan(minutes);
      expect(scans.listed).not.toBe('all');
      for (const subnetId of scans.listed) seen.add(subnetId);
    }
    expect(seen.size).toBe(SUBNETS);
  });

  test('a subnet twice, where what was read first did not add up', async () => {
    const scans = new Scans();
    await scans.scan(0);
    // The count has moved, and the listing does not show by what.
    const odd = estateWith();
    const [first, ...others] = odd.subnets as readonly ReturnType<typeof aSubnetRecord>[];
    const moved = { ...odd, subnets: [{ ...aSubnetRecord(first), awsAvailable: 240 }, ...others] };
    await scans.scan(5, moved);
    expect(scans.listed).toContain('subnet-0');
    await scans.scan(6, moved);
    expect(scans.listed).toContain('subnet-0');
    await scans.scan(7, moved);
    expect(scans.listed).not.toContain('subnet-0');
  });

  test('all of them once a day, after a pause of hours, and where most have changed', async () => {
    const scans = new Scans();
    await scans.scan(0);
    await scans.scan(OLDEST_MAP / MINUTE);
    expect(scans.listed).toBe('all');
    await scans.scan(OLDEST_MAP / MINUTE + 5, estateWith(Array.from({ length: 11 }, (_, index) => index)));
    expect(scans.listed).toBe('all');
    for (let minutes = 420; minutes < 420 + FULL_READING_EVERY / MINUTE; minutes += 60)
      await scans.scan(minutes);
    await scans.scan(430 + FULL_READING_EVERY / MINUTE);
    expect(scans.listed).toBe('all');
  });
});

describe('which instances a scan reads', () => {
  const subnetId = 'subnet-7';
  const states = ['pending', 'shutting-down', 'terminated', 'stopping', 'stopped'];
  const nodes = (first: Partial<Instance> = {}): readonly Instance[] => [
    aNode('i-1', { subnetId, ...first }),
    aNode('i-2', { subnetId }),
    aNode('i-3', { subnetId: 'subnet-12' }),
  ];
  const read = async (...after: readonly (readonly Instance[])[]): Promise<Scans> => {
    const scans = new Scans();
    await scans.scan(0, estateWith([], nodes()));
    for (const [index, instances] of after.entries())
      await scans.scan(5 * (index + 1), estateWith([], instances));
    return scans;
  };

  test('all of them at first, then those that do not run and those of the subnets that are read again', async () => {
    const scans = new Scans();
    await scans.scan(0, estateWith([], nodes()));
    expect(scans.asked).toEqual([{}]);
    await scans.scan(5, estateWith([7], nodes()));
    const [notRunning, changed] = scans.asked;
    expect(notRunning).toEqual({ states });
    // One that has changed, and one whose turn it is.
    expect(changed?.subnetIds?.toSorted()).toEqual(['subnet-18', subnetId]);
    expect([...scans.listed].sort()).toEqual(['subnet-18', subnetId]);
  });

  test.each([
    ['stopped', nodes({ state: 'stopped' })],
    ['ended', nodes({ state: 'terminated', subnetId: null })],
    ['is new', [...nodes(), aNode('i-4', { subnetId, state: 'pending' })]],
  ])('those of a subnet in which one %s, although the count has not moved', async (_, instances) => {
    const scans = await read(instances);
    expect(scans.listed).toContain(subnetId);
    expect(scans.asked[1]?.subnetIds).toContain(subnetId);
    await scans.scan(10, estateWith([], instances));
    expect(scans.listed, 'it was read once').not.toContain(subnetId);
  });

  test('those of a subnet in which one started again', async () => {
    const stopped = nodes({ state: 'stopped' });
    const scans = await read(stopped, stopped, nodes());
    expect(scans.listed).toContain(subnetId);
  });

  test('beside the interfaces of the same subnets, not before them', async () => {
    const scans = await read(nodes());
    expect(scans.order).toEqual(['instances asked', 'interfaces asked', 'instances answered']);
  });

  test('those of no other subnet: one that starts elsewhere says nothing of them', async () => {
    const scans = await read([...nodes(), aNode('i-4', { subnetId: 'subnet-of-others', state: 'pending' })]);
    expect(scans.listed).toHaveLength(1);
  });

  test('all of them once more, where they could not be read, and no more interfaces', async () => {
    const scans = new Scans();
    scans.failsInstances = true;
    await scans.scan(0, estateWith([], nodes()));
    scans.failsInstances = false;
    await scans.scan(5, estateWith([], nodes()));
    expect(scans.asked).toEqual([{}]);
    expect(scans.listed).toHaveLength(1);
    await scans.scan(10, estateWith([], nodes()));
    expect(scans.asked).toEqual([{ states }, { subnetIds: scans.listed }]);
  });

  test('in the same order in every scan, whichever of them were read', async () => {
    const scans = new Scans();
    const cluster = { tags: { 'kubernetes.io/cluster/production': 'owned' } };
    const elsewhere = { ...cluster, subnetId: 'subnet-12' };
    const all = [aNode('i-3', elsewhere), aNode('i-1', { ...cluster, subnetId }), aNode('i-2', elsewhere)];
    const nodesOf = ({ clusters }: TargetAssessment) => clusters.flatMap((each) => each.nodes);
    const first = await scans.scan(0, estateWith([], all));
    const second = await scans.scan(5, estateWith([7], all));
    expect(nodesOf(first).map(({ instanceId }) => instanceId)).toEqual(['i-1', 'i-2', 'i-3']);
    expect(nodesOf(second)).toEqual(nodesOf(first));
  });
});

describe('what is kept', () => {
  test('survives the process, in the store', async () => {
    const scans = new Scans();
    const first = await scans.scan(0);
    scans.maps = new KeptMaps();
    const second = await scans.scan(5);
    expect(scans.listed).toHaveLength(1);
    expect(second.maps).toEqual(first.maps);
  });

  test('is written again at once when a clock that was a day ahead is right again', async () => {
    const scans = new Scans();
    await scans.scan(24 * 60);
    await scans.scan(0);
    expect(scans.listed).toBe('all');
    scans.maps = new KeptMaps();
    await scans.scan(5);
    expect(scans.listed).toHaveLength(1);
  });

  test('is not missed where the store has lost it: all is read again', async () => {
    const scans = new Scans();
    await scans.scan(0);
    scans.maps = new KeptMaps();
    await scans.maps.forget(aTarget, scans.store.cache);
    await scans.scan(5);
    expect(scans.listed).toBe('all');
  });

  test('is not used when a listing breaks off: then nothing is known, and the next scan reads the same again', async () => {
    const scans = new Scans();
    await scans.scan(0);
    scans.fails = true;
    const failed = await scans.scan(5, estateWith([7]));
    expect(failed.target.status).toBe('partial');
    expect(failed.subnets.every(({ owners }) => owners === null)).toBe(true);
    scans.fails = false;
    const next = await scans.scan(10, estateWith([7]));
    expect(scans.listed).toContain('subnet-7');
    expect(next.target.status).toBe('ok');
  });

  test('is read again as a whole where it is damaged', async () => {
    const scans = new Scans();
    await scans.scan(0);
    const kept = await scans.maps.load(aTarget, scans.store.cache, START);
    const damaged = new Map(
      [...(kept?.subnets ?? [])].map(([subnetId, each]) => [
        subnetId,
        { ...each, interfaces: { kinds: [], lines: 'zz|eni-1||a|' } },
      ]),
    );
    await scans.maps.save(aTarget, { readInFullAt: START, scannedAt: START, subnets: damaged }, null);
    const failed = await scans.scan(5);
    expect(failed.target.errors.map(({ code }) => code)).toEqual(['kept-interfaces-damaged']);
    const next = await scans.scan(10);
    expect(scans.listed).toBe('all');
    expect(next.target.status).toBe('ok');
  });
});
