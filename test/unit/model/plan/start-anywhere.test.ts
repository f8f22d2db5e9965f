import { expect, test } from 'vitest';
import { NO_CHANGES } from '../../../../shared/model/plan/changes.ts';
import { settingsOf } from '../../../../shared/model/plan/cluster-settings.ts';
import { NodeDemands } from '../../../../shared/model/plan/node-demands.ts';
import { newNode } from '../../../../shared/model/plan/node-plan.ts';
import { startAnywhere } from '../../../../shared/model/plan/start-anywhere.ts';
import { Timeline } from '../../../../shared/model/plan/timeline.ts';
import { whatIf } from '../../../../shared/model/plan/what-if.ts';
import type { NodePlace } from '../../../../shared/model/result/cluster.ts';
import { shopFleet } from '../../../fixtures/plan-command.ts';

/** Six nodes in zones a and b, which hold 20 addresses each. Zone c has 9 addresses left of 251, one less than a node takes. */
const { cluster, estate } = shopFleet({ strangers: 242, strangersIn: ['subnet-0c'], nodesIn: 2 }).scanned();
const places = estate.placesOf(cluster);
const demands = new NodeDemands(estate.input.limits, settingsOf(cluster));

const placeIn = (zone: string): NodePlace =>
  places.find(({ availabilityZone }) => availabilityZone === `eu-west-1${zone}`) ?? expect.fail(zone);

const started = (from: readonly NodePlace[], running: readonly string[] = []) => {
  const timeline = new Timeline('worst', estate.input.subnets, estate.maps);
  const zones = running.map((zone) => ({ zone: `eu-west-1${zone}` }));
  return startAnywhere(timeline, demands, newNode(placeIn('c'), 'm5.large'), from, zones);
};

test('a node that finds no room in the zone with fewest nodes starts in the next one', () => {
  expect(started(places, ['a', 'a', 'b'])).toMatchObject({ node: { subnetId: 'subnet-0b' } });
  expect(started(places, ['a', 'b', 'b'])).toMatchObject({
    node: { subnetId: 'subnet-0a' },
    holdings: [{ subnetId: 'subnet-0a', addresses: 10 }],
  });
});

test('where no zone has room, every subnet that was tried is named', () => {
  const full = { ...placeIn('c'), subnetId: 'subnet-0c' };
  expect(started([full])).toMatchObject({
    error: 'InsufficientFreeAddressesInSubnet',
    subnetIds: ['subnet-0c'],
  });
});

test('another place is none where the primary interface serves pods and here it does not', () => {
  const others = places.map((place) => ({ ...place, primaryServesPods: false }));
  expect(started(others)).toMatchObject({ error: 'InsufficientFreeAddressesInSubnet' });
});

test('it is not known whether it starts where the only other place is not known', () => {
  const unknown = { ...placeIn('a'), podSubnetIds: null };
  expect(started([unknown])).toMatchObject({ node: { subnetId: 'subnet-0a' }, holdings: null });
  // One that is known decides.
  expect(started([unknown, placeIn('b')])).toMatchObject({ node: { subnetId: 'subnet-0b' } });
});

test('a change fits as long as any zone has room: 21 nodes in each of a and b', () => {
  const fits = (nodes: number) => whatIf(estate, cluster, { ...NO_CHANGES, nodes }).fits;
  const room = ['subnet-0a', 'subnet-0b'].map((id) =>
    Math.floor((estate.subnets.get(id)?.available ?? 0) / 10),
  );
  const most = room.reduce((sum, each) => sum + each, 0);
  expect([fits(most), fits(most + 1)]).toEqual([true, false]);
});
