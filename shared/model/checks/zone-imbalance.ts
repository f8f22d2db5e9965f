import { elementAt } from '../base/element-at.ts';
import { listOf } from '../base/text/names.ts';
import { count, number } from '../base/text/numbers.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { CLUSTER_LISTINGS } from './listings.ts';
import { remediesForAddresses } from './remedies/subnet-remedies.ts';

/** A zone is lopsided when it has less than this share of what the roomiest zone has ... */
const SHARE_OF_ROOMIEST = 0.25;
/** ... and less than this share of its own usable addresses left: two large empty subnets of unlike size are no problem. */
const SHARE_OF_USABLE = 0.2;
const SHARE_FOR_WARNING = 0.1;

interface Measured {
  readonly subnet: SubnetAssessment;
  readonly available: number;
  readonly usable: number;
}

const measuredOf = (subnets: readonly SubnetAssessment[]): readonly Measured[] =>
  subnets.flatMap((subnet) => {
    const { available, usable } = subnet;
    return available === null || usable === null ? [] : [{ subnet, available, usable }];
  });

interface Zone {
  readonly zone: string;
  readonly subnets: readonly SubnetAssessment[];
  readonly available: number;
  readonly usable: number;
}

const zonesOf = (measured: readonly Measured[]): readonly Zone[] =>
  [...Map.groupBy(measured, ({ subnet }) => subnet.availabilityZone)].flatMap(([zone, here]) =>
    zone === null
      ? []
      : [
          {
            zone,
            subnets: here.map(({ subnet }) => subnet),
            available: here.reduce((sum, { available }) => sum + available, 0),
            usable: here.reduce((sum, { usable }) => sum + usable, 0),
          },
        ],
  );

export const zoneImbalance: Check = {
  kind: 'zone-imbalance',
  label: 'Zone imbalance',
  summary: 'one zone runs out first',
  clear: () => 'no zone runs out long before the others',
  about: 'each cluster',
  condition:
    'A zone has less than a quarter of the free addresses of the zone with the most. Less than a fifth of its own addresses is free as well. Warning below a tenth; else information.',
  unknown: 'Some subnet of its nodes could not be measured.',
  impact:
    'Nodes are spread evenly over zones. The fullest zone runs out first. Pods that are bound to it by volumes, topology spread or load balancers wait, while the other zones have room.',
  settings: 'findings',
  restsOn: CLUSTER_LISTINGS,
  find: ({ estate }) => estate.input.clusters.map((cluster) => result(estate, cluster)),
};

const result = (estate: Estate, cluster: ClusterAssessment): CheckResult => {
  const subnets = estate.subnetsIn(cluster.nodeSubnetIds).filter(({ ipv6Native }) => !ipv6Native);
  const measured = measuredOf(subnets);
  if (measured.length < subnets.length) {
    return notMeasured(estate.clusterSubject(cluster), 'Some subnet of its nodes could not be measured.');
  }
  const zones = zonesOf(measured).toSorted((a, b) => a.available - b.available);
  const [fullest] = zones;
  const roomiest = zones.at(-1);
  const isLopsided =
    fullest !== undefined &&
    roomiest !== undefined &&
    fullest.available < roomiest.available * SHARE_OF_ROOMIEST &&
    fullest.available < fullest.usable * SHARE_OF_USABLE;
  if (!isLopsided) return healthy(estate.clusterSubject(cluster));
  const share = fullest.available / fullest.usable;
  const subject = estate.clusterSubject(
    cluster,
    fullest.subnets.map(({ subnetId }) => subnetId),
  );
  const evidence = zones.map(({ zone, available }) => ({
    name: `available in ${zone}`,
    value: available,
    unit: 'addresses',
  }));
  return found(subject, share < SHARE_FOR_WARNING ? 'warning' : 'info', evidence, () => ({
    title: `${cluster.clusterName}: ${fullest.zone} runs out first, ${count(fullest.available, 'address')} left`,
    explanation: `Its subnets in ${fullest.zone} have ${number(fullest.available)} of ${count(fullest.usable, 'address')} left. There are ${listOf(zones.slice(1).map(({ zone, available }) => `${count(available, 'address')} in ${zone}`))}. When ${fullest.zone} is full, pods that must run there wait, although other zones have room.`,
    remedies: () => remediesForAddresses(estate, elementAt(fullest.subnets, 0)),
  }));
};
