import type { EksCluster, NodePoolLimits } from '../aws/inventory.ts';
import { valueAt } from '../base/value-at.ts';
import type { KubernetesReading, NodePool } from './observed.ts';

/** How far the node pools of a cluster may grow. Nothing where they or their node classes could not be read. */
export const nodePoolsInCluster = (reading: KubernetesReading | undefined): Pick<EksCluster, 'nodePools'> => {
  if (reading === undefined) return {};
  const { autoModeNodeClasses, ec2NodeClasses, nodePools } = reading;
  if (!nodePools.known || !autoModeNodeClasses.known || !ec2NodeClasses.known) return {};
  const classes = { EC2NodeClass: ec2NodeClasses.value, NodeClass: autoModeNodeClasses.value };
  return {
    nodePools: nodePools.value.map((pool): NodePoolLimits => {
      const { limits, name, nodeClass } = pool;
      const ofKind = Object.entries(classes).find(([kind]) => kind === nodeClass?.kind)?.[1] ?? [];
      return {
        name,
        autoMode: nodeClass?.kind === 'NodeClass',
        maximumNodes: quantityOf(limits['nodes']),
        maximumVcpus: quantityOf(limits['cpu']),
        instanceTypes: typesOf(pool),
        subnetIds:
          ofKind.find((each) => each.name === nodeClass?.name)?.subnets?.map(({ subnetId }) => subnetId) ??
          null,
      };
    }),
  };
};

const typesOf = ({ requirements }: NodePool): readonly string[] =>
  requirements.find(({ key, operator }) => key === 'node.kubernetes.io/instance-type' && operator === 'In')
    ?.values ?? [];

/** Suffixes of quantities of Kubernetes that limits of processors and nodes have. Source: Kubernetes, resource.Quantity. */
const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['m', 0.001],
  ['k', 1_000],
  ['M', 1_000_000],
]);

const quantityOf = (text: string | undefined): number | null => {
  const [, digits, suffix = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([mkM]?)$/.exec(text ?? '') ?? [];
  return digits === undefined ? null : Number(digits) * valueAt(SUFFIXES, suffix);
};
