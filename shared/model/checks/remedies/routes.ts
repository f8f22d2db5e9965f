import type { Route, RouteTable } from '../../aws/inventory.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { Estate } from '../estate.ts';

/** The table that serves a subnet: its own, else the VPC's main one. `null`: route tables are not known. */
export const routeTableOf = (
  estate: Estate,
  { subnetId, vpcId }: Pick<SubnetAssessment, 'subnetId' | 'vpcId'>,
): RouteTable | null => {
  const tables = (estate.input.routeTables ?? []).filter((table) => table.vpcId === vpcId);
  return (
    tables.find(({ subnetIds }) => subnetIds.includes(subnetId)) ?? tables.find(({ main }) => main) ?? null
  );
};

/**
 * Whether two tables lead to the same places. Every zone may have a NAT gateway, an internet gateway or an endpoint of its
 * own, so only their kind counts. Which transit gateway or peering it is does matter. Local routes are the VPC's own.
 */
export const servesTheSame = (a: RouteTable, b: RouteTable): boolean => {
  if (a === b) return true;
  // Two NAT gateways that are gone are no place.
  if (b.routes.some(({ active, destination }) => !active && destination === DEFAULT_ROUTE)) return false;
  const [left, right] = [purposesOf(a), purposesOf(b)];
  return left.size === right.size && [...left].every((purpose) => right.has(purpose));
};

/** Gateways of which one is as good as another of its kind, by how their ids begin. */
const INTERCHANGEABLE = ['nat', 'igw', 'eigw', 'eni', 'vpce'];

const purposesOf = ({ routes }: RouteTable): ReadonlySet<string> =>
  new Set(routes.flatMap((route) => purposeOf(route) ?? []));

const purposeOf = ({ destination, target, active }: Route): string | null => {
  if (target === 'local') return null;
  const kind = target?.split('-')[0] ?? 'unknown';
  return `${destination} ${active ? '' : 'blackhole '}${INTERCHANGEABLE.includes(kind) ? kind : target}`;
};

/** The IPv4 ranges that a VPC's tables route elsewhere. A new range that overlaps one would take its traffic. */
export const routedRanges = (estate: Estate, vpcId: string): readonly string[] =>
  (estate.input.routeTables ?? [])
    .filter((table) => table.vpcId === vpcId)
    .flatMap(({ routes }) => routes)
    .filter(({ destination, target }) => target !== 'local' && destination !== DEFAULT_ROUTE)
    .map(({ destination }) => destination);

/** Prefix lists of customers that a VPC's tables route somewhere. Those of gateway endpoints are AWS's own and hold public addresses. */
export const routedPrefixLists = (estate: Estate, vpcId: string): readonly string[] => [
  ...new Set(
    (estate.input.routeTables ?? [])
      .filter((table) => table.vpcId === vpcId)
      .flatMap(({ routes }) => routes)
      .filter(({ destination, target }) => destination.startsWith('pl-') && !target?.startsWith('vpce-'))
      .map(({ destination }) => destination),
  ),
];

const DEFAULT_ROUTE = '0.0.0.0/0';
