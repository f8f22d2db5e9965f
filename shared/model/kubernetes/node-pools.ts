import type { EksCluster, NodePoolLimits } from '../aws/inventory.ts';
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
      const own = ofKind.find((each) => each.name === nodeClass?.name);
      return {
        name,
        autoMode: nodeClass?.kind === 'NodeClass',
        ...countedLimits(limits),
        instanceTypes: typesOf(pool),
        maxPods: own?.maxPods ?? null,
        podsPerCore: own?.podsPerCore ?? null,
        subnetIds: own?.subnets?.map(({ subnetId }) => subnetId) ?? null,
      };
    }),
  };
};

const typesOf = ({ requirements }: NodePool): readonly string[] =>
  requirements.find(({ key, operator }) => key === 'node.kubernetes.io/instance-type' && operator === 'In')
    ?.values ?? [];

const GIB = 2 ** 30;

const COUNTED: readonly string[] = ['nodes', 'cpu', 'memory'];

const countedLimits = (
  limits: NodePool['limits'],
): Pick<NodePoolLimits, 'maximumNodes' | 'maximumVcpus' | 'maximumMemory' | 'uncountedLimits'> => {
  const amounts = new Map(
    Object.entries(limits).map(([resource, limit]) => [
      resource,
      COUNTED.includes(resource) ? quantityOf(limit) : null,
    ]),
  );
  const bytes = amounts.get('memory') ?? null;
  return {
    maximumNodes: amounts.get('nodes') ?? null,
    maximumVcpus: amounts.get('cpu') ?? null,
    maximumMemory: bytes === null ? null : bytes / GIB,
    uncountedLimits: [...amounts].flatMap(([resource, amount]) => (amount === null ? [resource] : [])),
  };
};

/** Suffixes of quantities of Kubernetes. Source: Kubernetes, resource.Quantity. */
const SUFFIXES: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['m', 0.001],
  ['k', 1e3],
  ['M', 1e6],
  ['G', 1e9],
  ['T', 1e12],
  ['Ki', 2 ** 10],
  ['Mi', 2 ** 20],
  ['Gi', GIB],
  ['Ti', 2 ** 40],
]);

const quantityOf = (text: string): number | null => {
  const [, digits, suffix = ''] = /^(\d{1,15}(?:\.\d{1,3})?)([A-Za-z]{0,2})$/.exec(text) ?? [];
  const unit = SUFFIXES.get(suffix);
  return digits === undefined || unit === undefined ? null : Number(digits) * unit;
};
