import type { EksCluster } from '../aws/inventory.ts';
import { listOf } from '../base/text/names.ts';
import { count } from '../base/text/numbers.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import { subnetName } from '../result/resource-name.ts';
import { addressSupply } from '../subnet/address-supply.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import { eachEksCluster } from './eks-clusters.ts';
import type { Estate } from './estate.ts';
import { remediesForControlPlane } from './remedies/control-plane-remedies.ts';

/** An upgrade creates new control-plane interfaces: EKS wants up to five free addresses in the cluster's subnets. Source: EKS user guide, update-cluster. */
const ADDRESSES_NEEDED = 5;

/** ... in at least two zones. Source: the same, and the control plane's own spread. */
const ZONES_NEEDED = 2;

interface Room {
  readonly subnet: SubnetAssessment;
  readonly free: number;
}

/** The lower of AWS's count and the model's, outside reservations: EKS makes interfaces. A subnet that has neither is left out. */
const roomsIn = (subnets: readonly SubnetAssessment[]): readonly Room[] =>
  subnets.flatMap((subnet) => {
    const supply = addressSupply(subnet);
    return supply === null ? [] : [{ subnet, free: supply.available }];
  });

const SUBNETS_SHOWN = 5;

export const upgradeReadiness: Check = {
  kind: 'upgrade-readiness',
  label: 'Cluster cannot be upgraded',
  summary: 'no room for an upgrade',
  clear: () => 'its subnets have room for an upgrade',
  about: 'each EKS cluster',
  condition: `Fewer than two zones of a cluster's own subnets have ${ADDRESSES_NEEDED} free addresses: critical when none has, else warning. Information when two have, but some subnet has not.`,
  unknown: "Some of the cluster's own subnets could not be measured.",
  impact:
    'EKS creates new control-plane interfaces in these subnets at an upgrade, and when it replaces a control plane. Without addresses the upgrade is refused, or the control plane degrades.',
  settings: 'findings',
  restsOn: ['interfaces', 'reservations', 'clusters'],
  isShortage: true,
  find: ({ estate }) => eachEksCluster(estate, (eks) => [result(estate, eks)]),
};

const result = (estate: Estate, eks: EksCluster): CheckResult => {
  const subject = estate.eksSubject(eks);
  const rooms = roomsIn(estate.subnetsIn(eks.subnetIds).filter(({ ipv6Native }) => !ipv6Native));
  // A subnet of the cluster that this scan does not know could be the one with room.
  if (rooms.length < eks.subnetIds.length) {
    return notMeasured(subject, "Some of the cluster's own subnets could not be measured.");
  }
  const ready = zonesOf(rooms.filter(({ free }) => free >= ADDRESSES_NEEDED));
  const tier = provisionedTier(eks);
  const short = rooms.filter(({ free }) => free < ADDRESSES_NEEDED).toSorted((a, b) => a.free - b.free);
  const evidence = [
    { name: 'zonesReady', value: ready.length, unit: 'zones' },
    { name: 'zonesNeeded', value: ZONES_NEEDED, unit: 'zones' },
    ...(tier === null ? [] : [{ name: 'controlPlaneTier', value: tier, detail: true }]),
    ...short.map(({ subnet, free }) => ({
      name: `available in ${subnet.subnetId}`,
      value: free,
      unit: 'addresses',
    })),
  ];
  if (short.length === 0) return healthy(subject, evidence);
  const isBlocked = ready.length < ZONES_NEEDED;
  const severity = ready.length === 0 ? 'critical' : isBlocked ? 'warning' : 'info';
  return found(subject, severity, evidence, () => {
    return {
      title: isBlocked
        ? `${eks.name}: cannot be upgraded, its subnets have no room for the control plane`
        : `${eks.name}: ${count(short.length, 'control-plane subnet')} without room`,
      explanation: `EKS needs ${ADDRESSES_NEEDED} free addresses in the cluster's own subnets in ${ZONES_NEEDED} zones. ${ready.length === 0 ? 'No zone' : `Only ${count(ready.length, 'zone')}`} of ${zonesOf(rooms).length} ${ready.length <= 1 ? 'has' : 'have'} them. ${listOf(
        short.map(({ subnet, free }) => `${subnetName(subnet)} has ${free}`),
        SUBNETS_SHOWN,
      )}.${tierNote(tier)}`,
      remedies: () =>
        remediesForControlPlane(
          estate,
          eks,
          subject.region,
          short.map(({ subnet }) => subnet),
        ),
    };
  });
};

/** `null`: the control plane is not provisioned, or EKS did not say. */
const provisionedTier = ({ controlPlaneTier }: EksCluster): string | null =>
  controlPlaneTier == null || controlPlaneTier === 'standard' ? null : controlPlaneTier;

/** EKS user guide, provisioned control plane: it does not say how many interfaces a tier has. */
const tierNote = (tier: string | null): string =>
  tier === null
    ? ''
    : ` Its control plane has the tier ${tier}, which may need more: AWS does not publish how many interfaces a tier has.`;

const zonesOf = (rooms: readonly Room[]): readonly string[] =>
  [...new Set(rooms.map(({ subnet }) => subnet.availabilityZone))].filter((zone) => zone !== null);
