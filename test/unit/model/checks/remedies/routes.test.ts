import { describe, expect, test } from 'vitest';
import type { Route } from '../../../../../shared/model/aws/inventory.ts';
import {
  routedRanges,
  routeTableOf,
  servesTheSame,
} from '../../../../../shared/model/checks/remedies/routes.ts';
import { aSubnet } from '../../../../fixtures/assessments.ts';
import { anEstate, aRouteTable } from '../../../../fixtures/findings-input.ts';

const route = (destination: string, target: string | null, active = true): Route => ({
  destination,
  target,
  active,
});
const through = (...routes: readonly Route[]) => aRouteTable({ routes });

test("a subnet is served by its own table, else by its VPC's main one", () => {
  const main = aRouteTable({ routeTableId: 'rtb-main', main: true });
  const own = aRouteTable({ subnetIds: ['subnet-0a'] });
  const elsewhere = aRouteTable({ vpcId: 'vpc-02', subnetIds: ['subnet-0b'], main: true });
  const estate = anEstate({ routeTables: [elsewhere, main, own] });
  expect(routeTableOf(estate, aSubnet())).toBe(own);
  expect(routeTableOf(estate, aSubnet({ subnetId: 'subnet-0b' }))).toBe(main);
  expect(routeTableOf(anEstate({ routeTables: [] }), aSubnet())).toBeNull();
  expect(routeTableOf(anEstate({ routeTables: null }), aSubnet())).toBeNull();
});

describe('two tables serve the same purpose', () => {
  test('through NAT gateways of their own zones, whatever the local routes are', () => {
    expect(
      servesTheSame(
        through(route('0.0.0.0/0', 'nat-01'), route('10.0.0.0/16', 'local')),
        through(route('0.0.0.0/0', 'nat-02')),
      ),
    ).toBe(true);
  });

  test.each(['igw', 'eigw', 'eni', 'vpce'])('through two gateways of the kind %s', (kind) => {
    const by = (number: number) => through(route('0.0.0.0/0', `${kind}-0${number}`));
    expect(servesTheSame(by(1), by(2))).toBe(true);
    expect(servesTheSame(by(1), through(route('0.0.0.0/0', 'nat-01')))).toBe(false);
  });

  test.each([
    ['one leads to the internet without NAT', route('0.0.0.0/0', 'igw-01')],
    ['one leads to another network', route('10.9.0.0/16', 'nat-01')],
    ['one is a blackhole', route('0.0.0.0/0', 'nat-01', false)],
    ['one leads nowhere that is known', route('0.0.0.0/0', null)],
  ])('but not where %s', (_, other) => {
    expect(servesTheSame(through(route('0.0.0.0/0', 'nat-01')), through(other))).toBe(false);
  });

  test('nor where both are one, but the same table is the same', () => {
    const gone = (id: string) => through(route('0.0.0.0/0', id, false));
    expect(servesTheSame(gone('nat-01'), gone('nat-02'))).toBe(false);
    const table = gone('nat-01');
    expect(servesTheSame(table, table)).toBe(true);
  });

  test('with a route that leads nowhere in both, and not in one of them', () => {
    const internet = route('0.0.0.0/0', 'nat-01');
    const peer = (active: boolean) => through(internet, route('10.9.0.0/16', 'pcx-01', active));
    expect(servesTheSame(peer(false), peer(false))).toBe(true);
    expect(servesTheSame(peer(true), peer(false))).toBe(false);
  });

  test('but not through two transit gateways, or with one route more', () => {
    const first = route('10.0.0.0/8', 'tgw-01');
    expect(servesTheSame(through(first), through(route('10.0.0.0/8', 'tgw-02')))).toBe(false);
    expect(servesTheSame(through(first), through(first, route('0.0.0.0/0', 'nat-01')))).toBe(false);
    // As many routes, of which one is the same.
    const both = through(first, route('0.0.0.0/0', 'nat-01'));
    expect(servesTheSame(both, through(first, route('10.9.0.0/16', 'nat-01')))).toBe(false);
  });
});

test('ranges that the VPC routes elsewhere are not free, its own and the default route aside', () => {
  const routes = [
    route('10.0.0.0/16', 'local'),
    route('0.0.0.0/0', 'nat-01'),
    route('100.64.0.0/12', 'tgw-01'),
  ];
  const estate = anEstate({ routeTables: [through(...routes), aRouteTable({ vpcId: 'vpc-02' })] });
  expect(routedRanges(estate, 'vpc-01')).toEqual(['100.64.0.0/12']);
  expect(routedRanges(anEstate({}), 'vpc-01')).toEqual([]);
  expect(routedRanges(anEstate({ routeTables: [through(...routes)] }), 'vpc-02')).toEqual([]);
});
