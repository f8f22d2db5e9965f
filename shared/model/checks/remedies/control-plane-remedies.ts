import type { EksCluster } from '../../aws/inventory.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { Remedy } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { deleteLeaked, scaleDown } from './cluster-remedies.ts';
import { addControlPlaneSubnets, changeClusterSubnets } from './control-plane.ts';
import { inOrder, ranked } from './ranked.ts';
import { releaseReservation } from './reservations.ts';
import { askOwner, fewerWarm, isBlockRefused, listHolders } from './subnet-remedies.ts';
import { raiseCidrBlockQuotaOf } from './vpc-remedies.ts';

/**
 * What helps a control plane that has no room in its own subnets: other subnets, or fewer addresses that nodes and leaks
 * hold in these.
 *
 * @param short its subnets without room, the fullest first
 */
export const remediesForControlPlane = (
  estate: Estate,
  eks: EksCluster,
  region: string,
  short: readonly SubnetAssessment[],
): readonly Remedy[] => {
  const leaked = estate.input.leakedInterfaces.filter(
    (sighting) => sighting.leaked && short.some(({ subnetId }) => subnetId === sighting.subnetId),
  );
  const added = addControlPlaneSubnets(estate, eks, region);
  // A block of its own comes after the quota, where that is used up.
  const waits = added?.needsBlock === true && short.some((subnet) => isBlockRefused(estate, subnet));
  const fullest = short.slice(0, 1);
  return [
    ...ranked(
      deleteLeaked(estate, leaked, region),
      ...fullest.map((subnet) => releaseReservation(estate, subnet)),
      changeClusterSubnets(estate, eks, region),
      waits || added === null ? null : added.remedy,
      ...fullest.flatMap((subnet) => fewerWarm(estate, subnet)),
      ...fullest.map((subnet) => scaleDown(estate, subnet)),
    ),
    ...inOrder(
      ...fullest.map((subnet) => raiseCidrBlockQuotaOf(estate, subnet)),
      waits ? added.remedy : null,
      ...fullest.flatMap((subnet) => [askOwner(subnet), listHolders(subnet)]),
    ),
  ];
};
