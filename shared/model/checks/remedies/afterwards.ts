import { count, verb } from '../../base/text/numbers.ts';
import { ADDRESSES_PER_PREFIX } from '../../net/prefix.ts';
import { emptySubnet } from '../../plan/new-subnet.ts';
import { daysLeft } from '../../plan/state-figures.ts';
import { type ZoneChange, type ZoneRoom, zoneRoom } from '../../plan/zone-room.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { Gains, Remedy } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { clustersUsing } from './cluster-subnets.ts';

/** The trend of a month says nothing of a longer time. */
const LONGEST_RUNWAY = 365;

/** `Remedy.afterwards`, or nothing. */
type Afterwards = Pick<Remedy, 'afterwards'>;

/**
 * What there is after a remedy: how many more nodes the planner starts in the zone, and how long the supply lasts. Nothing
 * where neither grows, or neither is known.
 *
 * @param gains what the remedy gives; only what it gives makes the supply last longer
 */
export const afterwards = (
  estate: Estate,
  subnet: SubnetAssessment,
  change: ZoneChange,
  gains: Gains,
): Afterwards => {
  const { availabilityZone: zone } = subnet;
  const [cluster] = clustersUsing(estate, subnet).toSorted((a, b) => b.nodes.length - a.nodes.length);
  const place = zone === null || cluster === undefined ? null : { cluster, zone };
  const room = place === null ? null : zoneRoom(estate.plan, place.cluster, place.zone, change);
  const sentences = [
    place === null || room === null ? '' : nodesText(place.cluster, place.zone, room, change),
    runwayText(subnet, room?.takesPrefixes === true ? 'prefixes' : 'addresses', gains),
  ].filter((sentence) => sentence !== '');
  return sentences.length === 0 ? {} : { afterwards: sentences.join(' ') };
};

/** What there is after addresses of the subnet came back, 16 of them for each prefix. */
export const afterReturn = (
  estate: Estate,
  subnet: SubnetAssessment | null,
  { addresses, prefixes }: { readonly addresses: number; readonly prefixes: number },
): Afterwards =>
  subnet === null
    ? {}
    : afterwards(
        estate,
        subnet,
        {
          returns: {
            subnetId: subnet.subnetId,
            addresses: addresses - prefixes * ADDRESSES_PER_PREFIX,
            prefixes,
          },
        },
        { addresses, prefixes },
      );

/** A new subnet as the planner sees it. */
export const opened = (
  subnet: SubnetAssessment,
  cidr: string,
  use: NonNullable<ZoneChange['opens']>['use'],
): ZoneChange => {
  const { accountId, availabilityZone, region, vpcId } = subnet;
  return {
    opens: { ...emptySubnet({ accountId, region }, vpcId, { cidr, zone: availabilityZone }), use },
  };
};

const nodesText = (
  { clusterName }: ClusterAssessment,
  zone: string,
  room: ZoneRoom,
  { closes }: ZoneChange,
): string => {
  const { after, before, type } = room;
  // Where a subnet closes, the same room is no longer shared with one in which nodes fail.
  if (after[0] === 0 || (closes === undefined && after[0] <= before[0])) return '';
  const nodes = count(after[0], `more ${type} node`);
  const least = after[0] < after[1] ? 'at least ' : '';
  const now = before[0] < before[1] ? `at least ${before[0]}` : String(before[0]);
  const assumed = room.settingsKnown ? '' : " by the CNI's default settings";
  return `After this,${assumed} ${least}${nodes} of ${clusterName} ${verb(after[0], 'fits')} in ${zone} when full of pods${closes === undefined ? ` (now ${now})` : ', and none starts in the full subnet'}.`;
};

/** No figure for a loss that lasts hours. */
const runwayText = (
  { forecast }: SubnetAssessment,
  supply: 'addresses' | 'prefixes',
  gains: Gains,
): string => {
  const { surge } = forecast[supply] ?? {};
  const gained = gains[supply] ?? 0;
  const isFast = (surge?.raise ?? 'ok') !== 'ok' || surge?.drain != null;
  const left = isFast || gained <= 0 ? null : daysLeft(forecast[supply], gained);
  if (left === null) return '';
  const days = Math.floor(left);
  const lasts =
    days > LONGEST_RUNWAY ? 'over a year' : days < 1 ? 'less than a day' : `about ${count(days, 'day')}`;
  return `At today's pace the ${supply} then last ${lasts}.`;
};
