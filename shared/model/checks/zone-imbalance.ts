import { elementAt } from '../base/element-at.ts';
import { count, percent } from '../base/text/numbers.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import { type Estate, type FindingRule, finding } from './estate.ts';
import { remediesForAddresses } from './remedies/subnet-remedies.ts';

const KIND = 'zone-imbalance';

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

export const zoneImbalance: FindingRule = {
  kind: KIND,
  label: 'Zone imbalance',
  appears:
    "One zone of a cluster's nodes has less than a quarter of the addresses that its roomiest zone has left, and less than a fifth of its own. Warning under a tenth; else information.",
  why: 'Nodes are spread evenly over zones. The fullest zone runs out first, and everything that is bound to it - volumes, topology spread, load balancers - waits, while the cluster as a whole has plenty.',
  find: (estate) =>
    estate.input.clusters.flatMap((cluster) => {
      const subnets = estate.subnetsIn(cluster.nodeSubnetIds).filter(({ ipv6Native }) => !ipv6Native);
      const measured = measuredOf(subnets);
      if (measured.length < subnets.length) return [];
      const zones = zonesOf(measured).toSorted((a, b) => a.available - b.available);
      const [fullest] = zones;
      const roomiest = zones.at(-1);
      if (fullest === undefined || roomiest === undefined) return [];
      const isLopsided =
        fullest.available < roomiest.available * SHARE_OF_ROOMIEST &&
        fullest.available < fullest.usable * SHARE_OF_USABLE;
      return isLopsided ? [lopsided(estate, cluster, fullest, zones)] : [];
    }),
};

const lopsided = (estate: Estate, cluster: ClusterAssessment, fullest: Zone, zones: readonly Zone[]) => {
  const share = fullest.available / fullest.usable;
  const subject = estate.clusterSubject(
    cluster,
    fullest.subnets.map(({ subnetId }) => subnetId),
  );
  return finding(KIND, share < SHARE_FOR_WARNING ? 'warning' : 'info', subject, {
    title: `${cluster.clusterName} runs out in ${fullest.zone} first`,
    explanation: `${fullest.zone} has ${count(fullest.available, 'address', 'addresses')} left (${percent(share)}); ${zones
      .slice(1)
      .map(({ zone, available }) => `${zone} has ${available}`)
      .join(', ')}. Nodes are spread over zones, so that ${fullest.zone} ends the growth of all.`,
    evidence: zones.map(({ zone, available }) => ({
      name: `available in ${zone}`,
      value: available,
      unit: 'addresses',
    })),
    remedies: () => remediesForAddresses(estate, elementAt(fullest.subnets, 0)),
  });
};
