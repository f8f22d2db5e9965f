import type { EksCluster } from '../../aws/inventory.ts';
import { nameAndId } from '../../base/text/names.ts';
import { count } from '../../base/text/numbers.ts';
import type { LeakedInterface, SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { Remedy } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { aws, kubectl } from './commands.ts';

/** Commands beyond this number are left to the reader: a finding is no script. */
const COMMANDS_SHOWN = 20;

export const deleteLeaked = (estate: Estate, leaked: readonly LeakedInterface[], region: string): Remedy => {
  const instances = estate.input.instances;
  const withInstance = leaked.filter(
    ({ instanceId }) => instanceId !== null && instances?.get(instanceId)?.state === 'running',
  );
  const addresses = leaked.reduce((sum, each) => sum + each.addresses, 0);
  return {
    title: `Delete ${count(leaked.length, 'leaked interface')}`,
    effect: `Gives ${count(addresses, 'address', 'addresses')} back at once. Nothing is attached to them.`,
    commands: leaked
      .slice(0, COMMANDS_SHOWN)
      .map(({ networkInterfaceId }) =>
        aws('ec2', 'delete-network-interface', region, { 'network-interface-id': networkInterfaceId }),
      ),
    preconditions: [
      { text: 'Every one of them is attached to nothing.', holds: true },
      {
        text:
          withInstance.length === 0
            ? 'The instances that they were made for are gone or stopped.'
            : `${count(withInstance.length, 'instance')} that they were made for still run${withInstance.length === 1 ? 's' : ''}: ${withInstance.map(({ instanceId }) => instanceId).join(', ')}.`,
        holds: instances === null ? null : withInstance.length === 0,
      },
    ],
  };
};

export const tuneWarmTargets = (
  cluster: ClusterAssessment,
  eks: EksCluster | undefined,
  targets: { readonly warmIp: number; readonly minimumIp: number; readonly takes: 'addresses' | 'prefixes' },
): Remedy => {
  const environment = {
    WARM_IP_TARGET: String(targets.warmIp),
    MINIMUM_IP_TARGET: String(targets.minimumIp),
  };
  const merged = eks?.vpcCni == null ? null : mergedConfiguration(eks.vpcCni.configuration, environment);
  const viaAddOn =
    merged === null
      ? null
      : aws('eks', 'update-addon', cluster.region, {
          'cluster-name': cluster.clusterName,
          'addon-name': 'vpc-cni',
          'configuration-values': merged,
          'resolve-conflicts': 'PRESERVE',
        });
  const saved =
    targets.takes === 'addresses'
      ? `Nodes then hold ${targets.warmIp} spare addresses instead of a whole interface's.`
      : `Nodes then take another prefix only when fewer than ${targets.warmIp} addresses are free, instead of keeping a whole one spare.`;
  return {
    title: 'Keep fewer addresses warm',
    effect: `${saved} A pod that starts may have to wait for an EC2 call: watch for throttling in clusters with much churn.`,
    commands: [
      viaAddOn ??
        kubectl(
          'set',
          'env',
          'daemonset/aws-node',
          '--namespace',
          'kube-system',
          ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
        ),
    ],
    preconditions: [
      {
        text: 'The cluster runs the VPC CNI itself: EKS Auto Mode has no warm targets.',
        holds: !cluster.autoMode,
      },
      {
        text: `About ${targets.minimumIp} pods run on a usual node: set MINIMUM_IP_TARGET to that.`,
        holds: null,
      },
    ],
  };
};

/** The add-on's configuration with these settings in it: what is given replaces all that was there. */
const mergedConfiguration = (
  configuration: string | null,
  environment: Readonly<Record<string, string>>,
): string | null => {
  try {
    const parsed: unknown =
      configuration === null || configuration.trim() === '' ? {} : JSON.parse(configuration);
    if (typeof parsed !== 'object' || parsed === null) return null;
    const env = 'env' in parsed && typeof parsed.env === 'object' ? parsed.env : {};
    return JSON.stringify({ ...parsed, env: { ...env, ...environment } });
  } catch {
    return null;
  }
};

/** An EKS control plane's subnets can be changed, within the VPC and its set of zones. 16 free addresses is what AWS recommends. */
const CONTROL_PLANE_ADDRESSES_RECOMMENDED = 16;

export const changeClusterSubnets = (estate: Estate, eks: EksCluster, region: string): Remedy => {
  const current = estate.subnetsIn(eks.subnetIds);
  const zones = [...new Set(current.map(({ availabilityZone }) => availabilityZone))];
  const chosen = zones.map((zone) => roomiest(estate, eks, zone)).filter((subnet) => subnet !== null);
  const complete = chosen.length === zones.length && zones.length > 1;
  const subnetIds = chosen.map(({ subnetId }) => subnetId);
  return {
    title: 'Give the control plane other subnets',
    effect: complete
      ? `Moves the control plane's interfaces to ${chosen.map((subnet) => nameAndId(subnet.name, subnet.subnetId)).join(', ')}. The cluster stays up; nodes are not touched.`
      : "Moves the control plane's interfaces, once each of its zones has a subnet with room.",
    commands: complete
      ? [
          aws('eks', 'update-cluster-config', region, {
            name: eks.name,
            'resources-vpc-config': `subnetIds=${subnetIds.join(',')}`,
          }),
        ]
      : [],
    preconditions: [
      {
        text: `Each of the cluster's zones (${zones.join(', ')}) has a subnet with ${CONTROL_PLANE_ADDRESSES_RECOMMENDED} free addresses.`,
        holds: complete,
      },
      { text: "These subnets are in the cluster's VPC and zones.", holds: complete },
    ],
  };
};

const roomiest = (estate: Estate, eks: EksCluster, zone: string | null): SubnetAssessment | null => {
  const [best] = estate.input.subnets
    .filter(({ vpcId, availabilityZone }) => vpcId === eks.vpcId && availabilityZone === zone)
    .filter((subnet) => freeIn(subnet) >= CONTROL_PLANE_ADDRESSES_RECOMMENDED)
    .sort((a, b) => freeIn(b) - freeIn(a));
  return best ?? null;
};

/** As AWS counts them; where it did not, none can be promised. */
const freeIn = ({ awsAvailable }: SubnetAssessment): number => awsAvailable ?? 0;

export const lowerMaximum = (
  cluster: ClusterAssessment,
  group: { readonly group: string; readonly kind: 'node-group' | 'auto-scaling-group' },
  maximum: number,
): Remedy => ({
  title: `Lower the maximum of ${group.group} to ${maximum}`,
  effect:
    'The group then stops before EC2 refuses; what does not fit stays pending, and can be seen as such.',
  commands: [
    group.kind === 'node-group'
      ? aws('eks', 'update-nodegroup-config', cluster.region, {
          'cluster-name': cluster.clusterName,
          'nodegroup-name': group.group,
          'scaling-config': `maxSize=${maximum}`,
        })
      : aws('autoscaling', 'update-auto-scaling-group', cluster.region, {
          'auto-scaling-group-name': group.group,
          'max-size': maximum,
        }),
  ],
  preconditions: [{ text: 'The workload can live with fewer nodes.', holds: null }],
});
