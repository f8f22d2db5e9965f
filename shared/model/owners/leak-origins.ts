import type { NetworkInterface } from '../aws/inventory.ts';
import type { LeakOrigin } from '../result/assessment.ts';
import { CNI_NO_MANAGE_TAG, clusterNameOf, LAUNCH_TEMPLATE_TAG, membershipOf } from './cluster-membership.ts';
import { ciliumClusterOf, isMadeByCilium, isMadeByCni } from './owners.ts';

/** What makes interfaces that can stay behind, and how long one may be attached to nothing before it counts as left. */
interface LeakRule {
  readonly origin: LeakOrigin;
  readonly label: string;
  readonly made: (networkInterface: NetworkInterface) => boolean;
  readonly clusterOf: (networkInterface: NetworkInterface) => string | null;
  readonly afterMinutes: number;
}

/**
 * The CNI sweeps hourly on every node, with up to five minutes of jitter, and the VPC resource controller every half hour.
 * No controller cleans up what is older. Source: amazon-vpc-cni-k8s `getLeakedENIs`, amazon-vpc-resource-controller-k8s
 * `eni_cleanup.go`.
 */
export const LEAKED_AFTER_MINUTES = 65;

/** Cilium's operator deletes in the second of two sweeps, by default five minutes apart (`eni.gcInterval`). */
const CILIUM_LEAKED_AFTER_MINUTES = 30;

/** Lambda gives interfaces up "often well over an hour" after the last function (github.com/go-to-k/cdkd/pull/38). */
const LAMBDA_LEAKED_AFTER_MINUTES = 24 * 60;

/**
 * A primary interface that outlived its node. It has no description, since no CNI made it, and the tags of the node group,
 * the node pool or the launch template (github.com/aws/amazon-vpc-cni-k8s/issues/1023). An interface that people made
 * beforehand, such as one for Multus, carries at most the cluster's tag.
 */
const isPrimaryOfNode = ({ description, requesterManaged, tags }: NetworkInterface): boolean => {
  if (description !== '' || requesterManaged || tags[CNI_NO_MANAGE_TAG] !== undefined) return false;
  const membership = membershipOf(tags);
  return (
    tags[LAUNCH_TEMPLATE_TAG] !== undefined ||
    (membership?.nodeGroup ?? membership?.nodePool ?? null) !== null
  );
};

/** The first rule that fits counts. */
export const LEAK_RULES: readonly LeakRule[] = [
  {
    origin: 'vpc-cni',
    label: 'the VPC CNI',
    made: isMadeByCni,
    clusterOf: ({ tags }) => clusterNameOf(tags),
    afterMinutes: LEAKED_AFTER_MINUTES,
  },
  {
    origin: 'cilium',
    label: 'Cilium',
    made: isMadeByCilium,
    clusterOf: ({ tags }) => ciliumClusterOf(tags),
    afterMinutes: CILIUM_LEAKED_AFTER_MINUTES,
  },
  {
    origin: 'lambda',
    label: 'Lambda',
    made: ({ description }) => description.startsWith('AWS Lambda VPC ENI-'),
    clusterOf: () => null,
    afterMinutes: LAMBDA_LEAKED_AFTER_MINUTES,
  },
  {
    origin: 'launch-template',
    label: 'launch templates',
    made: isPrimaryOfNode,
    clusterOf: ({ tags }) => clusterNameOf(tags),
    afterMinutes: LEAKED_AFTER_MINUTES,
  },
];
