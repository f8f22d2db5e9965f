import type { EksCluster } from '../aws/inventory.ts';
import { nameAndId } from '../base/text/names.ts';
import { count } from '../base/text/numbers.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import { type Estate, type FindingRule, finding } from './estate.ts';
import { deleteLeaked } from './remedies/cluster-remedies.ts';
import { addControlPlaneSubnets, changeClusterSubnets } from './remedies/control-plane.ts';
import { ranked } from './remedies/ranked.ts';

const KIND = 'upgrade-readiness';

/** An upgrade creates new control-plane interfaces: EKS wants up to five free addresses in the cluster's subnets. Source: EKS user guide, update-cluster. */
const ADDRESSES_NEEDED = 5;

/** ... in at least two zones. Source: the same, and the control plane's own spread. */
const ZONES_NEEDED = 2;

interface Room {
  readonly subnet: SubnetAssessment;
  readonly free: number;
}

/** EKS checks AWS's own count; the model's is as good where that is missing. A subnet that has neither is left out. */
const roomsIn = (subnets: readonly SubnetAssessment[]): readonly Room[] =>
  subnets.flatMap((subnet) => {
    const free = subnet.awsAvailable ?? subnet.available;
    return free === null ? [] : [{ subnet, free }];
  });

export const upgradeReadiness: FindingRule = {
  kind: KIND,
  label: 'Cluster cannot be upgraded',
  appears: `Fewer than two zones of a cluster's own subnets have ${ADDRESSES_NEEDED} free addresses: critical when none has, else warning. Information when two have, but some subnet has not.`,
  why: 'EKS puts new control-plane interfaces into these subnets at an upgrade, and when it replaces a control plane by itself. Without addresses the upgrade is refused, or the control plane degrades.',
  find: (estate) =>
    [...estate.eksClusters.values()].flatMap((eks) => {
      const rooms = roomsIn(estate.subnetsIn(eks.subnetIds).filter(({ ipv6Native }) => !ipv6Native));
      // A subnet of the cluster that this scan does not know could be the one with room.
      if (rooms.length < eks.subnetIds.length) return [];
      const ready = zonesOf(rooms.filter(({ free }) => free >= ADDRESSES_NEEDED));
      const short = rooms.filter(({ free }) => free < ADDRESSES_NEEDED);
      return short.length === 0 ? [] : [unready(estate, eks, rooms, short, ready)];
    }),
};

const zonesOf = (rooms: readonly Room[]): readonly string[] =>
  [...new Set(rooms.map(({ subnet }) => subnet.availabilityZone))].filter((zone) => zone !== null);

const unready = (
  estate: Estate,
  eks: EksCluster,
  rooms: readonly Room[],
  short: readonly Room[],
  ready: readonly string[],
) => {
  const { accountId, region } = estate.input.target;
  const isBlocked = ready.length < ZONES_NEEDED;
  const fewest = short.toSorted((a, b) => a.free - b.free);
  const leaked = estate.input.leakedInterfaces.filter(
    (sighting) => sighting.leaked && short.some(({ subnet }) => subnet.subnetId === sighting.subnetId),
  );
  const subject = {
    type: 'cluster' as const,
    id: eks.name,
    name: eks.name,
    accountId,
    region,
    vpcId: eks.vpcId,
    clusterName: eks.name,
    subnetIds: eks.subnetIds,
  };
  return finding(KIND, ready.length === 0 ? 'critical' : isBlocked ? 'warning' : 'info', subject, {
    title: isBlocked
      ? `${eks.name} cannot be upgraded: its subnets have no room for the control plane`
      : `${eks.name} has ${count(short.length, 'control-plane subnet')} without room`,
    explanation: `EKS needs ${ADDRESSES_NEEDED} free addresses in the cluster's own subnets in ${ZONES_NEEDED} zones; ${count(ready.length, 'zone')} of ${zonesOf(rooms).length} ${ready.length === 1 ? 'has' : 'have'} them. Short: ${fewest.map(({ subnet, free }) => `${nameAndId(subnet.name, subnet.subnetId)} with ${free}`).join(', ')}.`,
    evidence: [
      { name: 'zonesReady', value: ready.length, unit: 'zones' },
      { name: 'zonesNeeded', value: ZONES_NEEDED, unit: 'zones' },
      ...fewest.map(({ subnet, free }) => ({
        name: `available in ${subnet.subnetId}`,
        value: free,
        unit: 'addresses',
      })),
    ],
    remedies: () =>
      ranked(
        leaked.length === 0 ? null : deleteLeaked(estate, leaked, region),
        changeClusterSubnets(estate, eks, region),
        addControlPlaneSubnets(estate, eks, region),
      ),
  });
};
